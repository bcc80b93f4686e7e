"""Question forms: making, changing, deleting."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.broadcasts import MailTemplate
from data.models.safety import Rule, RuleKind, RuleWho
from services.broadcasts import DeleteForm, EditForm, delete_form, edit_form, forms

SAFE = {"kind": "choice", "label": "ご無事ですか？", "options": ["無事", "けが"]}
COMMENT = {"kind": "text", "label": "コメント", "required": False}


def new(*questions, **values):
    """Return what a form sends for a new question form."""
    return validated(EditForm, {"name": "停電", "questions": list(questions or (SAFE, COMMENT)), **values})


class TestEdit:
    def test_makes_and_changes_the_questions_in_order(self, administrator):
        made = edit_form(administrator, new())
        days = {"kind": "number", "label": "日数", "unit": "日"}
        edit_form(administrator, new(COMMENT, days, SAFE, id=made.id, version=made.version))
        (form,) = forms(administrator, Nothing())
        assert [(one.label, one.kind, one.required, one.unit) for one in form.questions] == [
            ("コメント", "text", False, ""),
            ("日数", "number", True, "日"),
            ("ご無事ですか？", "choice", True, ""),
        ]
        assert form.questions[2].options == ["無事", "けが"]

    def test_is_refused_without_permission(self, manager):
        with pytest.raises(NotAllowed):
            edit_form(manager, new())

    def test_the_second_of_two_editors_is_told(self, administrator):
        made = edit_form(administrator, new())
        edit_form(administrator, new(SAFE, id=made.id, version=made.version))
        with pytest.raises(Conflict):
            edit_form(administrator, new(COMMENT, id=made.id, version=made.version))

    def test_a_name_is_given_once(self, administrator):
        edit_form(administrator, new())
        with pytest.raises(Refused):
            edit_form(administrator, new())

    @pytest.mark.parametrize(
        "question",
        [
            {"kind": "choice", "label": "一つだけ", "options": ["はい"]},
            {"kind": "choice", "label": "空", "options": ["はい", "", " "]},
            {"kind": "choices", "label": "二度", "options": ["はい", "はい"]},
            {"kind": "text", "label": "余計", "options": ["はい", "いいえ"]},
            {"kind": "choice", "label": "", "options": ["はい", "いいえ"]},
            {"kind": "date", "label": "種類"},
        ],
    )
    def test_a_question_that_cannot_be_answered_is_refused(self, question):
        with pytest.raises(Invalid) as caught:
            new(question)
        assert set(caught.value.fields) == {"questions"}

    def test_a_form_needs_a_question(self):
        with pytest.raises(Invalid):
            validated(EditForm, {"name": "空", "questions": []})

    def test_is_audited(self, administrator, tx):
        made = edit_form(administrator, new())
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.edit_form")).scalar_one()
        assert record.subject == f"question_form:{made.id}"
        assert [one["label"] for one in record.changes[0]["after"]] == ["ご無事ですか？", "コメント"]


class TestDelete:
    def test_deletes_with_its_questions(self, administrator):
        made = edit_form(administrator, new())
        delete_form(administrator, DeleteForm(id=made.id))
        assert forms(administrator, Nothing()) == []
        with pytest.raises(NotFound):
            delete_form(administrator, DeleteForm(id=made.id))

    def test_is_refused_without_permission(self, administrator, manager):
        made = edit_form(administrator, new())
        with pytest.raises(NotAllowed):
            delete_form(manager, DeleteForm(id=made.id))

    def test_what_a_rule_needs_stays(self, administrator, tx, samples):
        form = forms(administrator, Nothing())[0]
        template_id = tx.scalar(select(MailTemplate.id).limit(1))
        tx.add(
            Rule(
                name="震度5弱以上",
                kind=RuleKind.EARTHQUAKE,
                who=RuleWho.REGIONS,
                threshold="5-",
                template_id=template_id,
                form_id=form.id,
            )
        )
        with pytest.raises(Refused):
            delete_form(administrator, DeleteForm(id=form.id))
        assert len(next(one for one in forms(administrator, Nothing()) if one.id == form.id).questions) == len(
            form.questions
        )


class TestList:
    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            forms(staff, Nothing())
