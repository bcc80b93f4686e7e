"""Lists, templates, forms and rules: what was changed or deleted comes back as it was, with what belongs to it."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.actor import WHOLE, Actor, What
from core.errors import NotAllowed, Refused
from core.i18n import _
from core.inputs import Nothing, validated
from data.models.changes import Change
from data.models.people import PersonListMember
from services.broadcasts import (
    DeleteForm,
    DeleteTemplate,
    EditForm,
    EditTemplate,
    delete_form,
    delete_template,
    edit_form,
    edit_template,
)
from services.changes import Standing, current, history, kind_of, list_standing, prepare_undo
from services.changes.rows import TAKEN, USED
from services.changes.search import HistoryAsk, WhichSet
from services.changes.standing import StandingAsk
from services.people import add_to_list, delete_list, edit_list, remove_from_list
from services.people.kept import LISTS
from services.people.lists import ListAsk, ListFields, ListMembers
from services.safety import EditRule, WhichRule, delete_rule, edit_rule, rules
from services.setup import EditContact, WhichContact, delete_contact, edit_contact
from tests.services.changes.stage import latest, undone

QUESTIONS = [
    {"kind": "choice", "label": "ご無事ですか？", "options": ["無事", "けが"]},
    {"kind": "number", "label": "日数", "unit": "日", "required": False},
]


def lists(tx):
    """Recipient lists, with somebody on them."""
    return SimpleNamespace(
        kind="person_list", delete=lambda row: delete_list(tx, ListAsk(id=row.id)),
        save=lambda name, row=None: edit_list(
            tx, ListFields(name=name, id=row and row.id, version=row and row.version)
        ),
    )  # fmt: skip


def templates(tx):
    """Mail templates."""
    return SimpleNamespace(
        kind="mail_template", delete=lambda row: delete_template(tx, DeleteTemplate(id=row.id)),
        save=lambda name, row=None: edit_template(
            tx, EditTemplate(name=name, subject="件名", body="本文", id=row and row.id, version=row and row.version)
        ),
    )  # fmt: skip


def forms(tx):
    """Question forms, with their questions."""
    return SimpleNamespace(
        kind="question_form", delete=lambda row: delete_form(tx, DeleteForm(id=row.id)),
        save=lambda name, row=None: edit_form(tx, validated(EditForm, {
            "name": name, "questions": QUESTIONS[: 1 if row else 2], "id": row and row.id,
            "version": row and row.version,
        })),
    )  # fmt: skip


def rules_of_safety(tx):
    """Rules, which need a template and a form."""
    template, form = templates(tx).save("規則の文面"), forms(tx).save("規則の設問")
    return SimpleNamespace(
        kind="rule", delete=lambda row: delete_rule(tx, WhichRule(id=row.id)), template=template, form=form,
        save=lambda name, row=None: edit_rule(tx, validated(EditRule, {
            "name": name, "threshold": "6-" if row else "5-", "enabled": not row, "template_id": template.id,
            "form_id": form.id, "id": row and row.id, "version": row and row.version,
        })),
    )  # fmt: skip


def planned_contacts(tx):
    """Kinds of contact."""
    return SimpleNamespace(
        kind="planned_contact", delete=lambda row: delete_contact(tx, WhichContact(id=row.id)),
        save=lambda name, row=None: edit_contact(
            tx, EditContact(name=name, feature="notices", id=row and row.id, version=row and row.version)
        ),
    )  # fmt: skip


@pytest.fixture(params=[lists, templates, forms, rules_of_safety, planned_contacts], ids=lambda make: make.__name__)
def row(request, administrator):
    """One kind of rows: how they are saved and deleted."""
    return request.param(administrator)


def said(tx, row, record):
    tx.session.flush()
    return current(tx, kind_of(row.kind), [record.id]).get(record.id)


class TestEach:
    def test_what_was_changed_goes_back(self, administrator, row):
        made = row.save("甲")
        before = said(administrator, row, made)
        row.save("乙", made)
        assert said(administrator, row, made)["name"] == "乙"
        undone(administrator, latest(administrator))
        assert said(administrator, row, made) == before

    def test_what_was_deleted_comes_back_and_goes_again(self, administrator, row):
        made = row.save("甲")
        before = said(administrator, row, made)
        row.delete(made)
        assert said(administrator, row, made) is None
        undone(administrator, latest(administrator))
        assert said(administrator, row, made) == before
        undone(administrator, latest(administrator))
        assert said(administrator, row, made) is None

    def test_what_was_added_is_removed(self, administrator, row):
        made = row.save("甲")
        undone(administrator, latest(administrator))
        assert said(administrator, row, made) is None

    def test_not_under_a_name_that_something_else_has_by_now(self, administrator, row):
        row.delete(row.save("甲"))
        gone = latest(administrator)
        row.save("甲")
        assert reasons(administrator, gone) == [_(TAKEN)]
        with pytest.raises(Refused):
            undone(administrator, gone)

    def test_the_history_says_what_was(self, administrator, row):
        made = row.save("甲")
        row.save("乙", made)
        asked = HistoryAsk(kind=row.kind, record_id=made.id)
        (latest_one, first) = history(administrator, asked).rows
        changed = {one.label: (one.before, one.after) for one in latest_one.fields}
        assert changed[_("Name")] == ("甲", "乙")
        assert first.action == "added"

    def test_only_who_may_change_them_may_undo_it(self, administrator, acting, row):
        row.save("甲")
        reading = ("changes.prepare_undo", kind_of(row.kind).reads)
        onlooker = Actor("見るだけ", account_id=1, grants={(name, what): WHOLE for name in reading for what in What})
        with pytest.raises(NotAllowed):
            prepare_undo(acting(onlooker), WhichSet(id=latest(administrator).id))


def reasons(tx, found):
    """Return why records of a change-set cannot go back."""
    looked = prepare_undo(tx, WhichSet(id=found.id))
    page = list_standing(tx, StandingAsk(id=looked.id, standing=Standing.BLOCKED))
    return [one.reason for one in page.rows]


class TestParts:
    def test_who_is_on_a_list(self, administrator, cast):
        made = lists(administrator).save("甲")
        on = ListMembers(list_id=made.id, person_ids=[cast.far.id, cast.staff.id])
        add_to_list(administrator, on)
        added = latest(administrator)
        remove_from_list(administrator, on)
        assert not members(administrator, made)
        undone(administrator, latest(administrator))
        assert members(administrator, made) == {cast.far.id, cast.staff.id}
        undone(administrator, added, overwrite=True)
        assert not members(administrator, made)

    def test_a_list_with_people_out_of_reach_is_not_brought_back(self, administrator, limited, cast):
        made = lists(administrator).save("甲")
        add_to_list(administrator, ListMembers(list_id=made.id, person_ids=[cast.far.id]))
        tx = limited("people.edit_list", "people.lists", "changes.prepare_undo", "changes.undo", "changes.undo_rows")
        edit_list(tx, ListFields(id=made.id, version=1, name="乙"))
        assert prepare_undo(tx, WhichSet(id=latest(tx).id)).counts["blocked"] == 1

    def test_the_names_of_people_out_of_reach_are_not_said(self, administrator, limited, cast):
        say = LISTS.saying(limited("people.search"), [{"people": [cast.far.id, cast.staff.id]}])
        assert say("people", [cast.far.id, cast.staff.id]) == f"2人：{cast.staff.name}、…"

    def test_questions_are_said_a_line_each(self, administrator):
        made = forms(administrator).save("甲")
        (first,) = history(administrator, HistoryAsk(kind="question_form", record_id=made.id)).rows
        written = next(one.after for one in first.fields if one.label == "設問")
        assert written.splitlines() == ["ご無事ですか？（1つ選択、無事、けが、必須）", "日数（整数、日）"]

    def test_a_template_that_a_rule_uses_by_now_stays(self, administrator):
        made = rules_of_safety(administrator)
        added = administrator.execute(
            select(Change.set_id).where(Change.kind == "mail_template", Change.record_id == made.template.id)
        ).scalar_one()
        made.save("甲")
        assert reasons(administrator, kept(administrator, added)) == [_(USED)]

    def test_a_rule_whose_template_is_gone_stays_away(self, administrator):
        made = rules_of_safety(administrator)
        made.delete(made.save("甲"))
        gone = latest(administrator)
        templates(administrator).delete(made.template)
        assert len(reasons(administrator, gone)) == 1
        assert not rules(administrator, Nothing())


def members(tx, made):
    mine = select(PersonListMember.person_id).where(PersonListMember.list_id == made.id)
    return set(tx.execute(mine).scalars())


def kept(tx, set_id):
    return SimpleNamespace(id=set_id, session=tx.session)
