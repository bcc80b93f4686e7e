"""Drafts: making, changing, discarding."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.broadcasts import Broadcast
from services.broadcasts import Draft, WhichDraft, discard, templates
from tests.services.broadcasts.asks import drafted, form_named, sent


class TestDraft:
    def test_takes_the_templates_text_and_copies_the_forms_questions(self, administrator, samples):
        template = templates(administrator, Nothing())[0]
        form = form_named(administrator, "安否確認")
        row = drafted(administrator, template_id=template.id, subject="", body="", form_id=form.id)
        assert (row.subject, row.body) == (template.subject, template.body)
        assert [one["label"] for one in row.questions] == [one.label for one in form.questions]
        assert (row.state, row.version) == ("draft", 1)

    def test_own_text_goes_before_the_templates(self, administrator, samples):
        template = templates(administrator, Nothing())[0]
        row = drafted(administrator, template_id=template.id, subject="自分の件名", body="")
        assert (row.subject, row.body) == ("自分の件名", template.body)

    def test_can_be_changed_until_it_is_sent(self, administrator, with_mail):
        row = drafted(administrator)
        changed = drafted(administrator, id=row.id, version=row.version, title="新しい題")
        assert (changed.id, changed.title, changed.version) == (row.id, "新しい題", 2)
        done = sent(administrator)
        with pytest.raises(Refused):
            drafted(administrator, id=done.id, title="遅すぎる")

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            drafted(staff)

    def test_somebody_elses_draft_is_out_of_reach(self, administrator, manager, crisis_manager):
        mine = drafted(manager)
        with pytest.raises(NotFound):
            drafted(crisis_manager, id=mine.id)
        assert drafted(administrator, id=mine.id, title="全体の管理者は直せる").title == "全体の管理者は直せる"

    def test_the_second_of_two_editors_is_told(self, administrator):
        row = drafted(administrator)
        drafted(administrator, id=row.id, version=row.version, title="一人目")
        with pytest.raises(Conflict):
            drafted(administrator, id=row.id, version=row.version, title="二人目")

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"title": ""}, "title"),
            ({"title": "a\nb"}, "title"),
            ({"subject": "{nmae}"}, "subject"),
            ({"body": "{name"}, "body"),
            ({"kind": "automatic"}, "kind"),
        ],
    )
    def test_what_cannot_be_sent_is_refused_at_its_field(self, values, field):
        with pytest.raises(Invalid) as caught:
            validated(Draft, {"title": "題", "subject": "s", "body": "b"} | values)
        assert set(caught.value.fields) == {field}

    def test_needs_a_text(self, administrator):
        with pytest.raises(Refused):
            drafted(administrator, subject="", body="")

    def test_a_template_or_form_that_is_gone_is_said(self, administrator):
        with pytest.raises(NotFound):
            drafted(administrator, template_id=999_999)
        with pytest.raises(NotFound):
            drafted(administrator, form_id=999_999)

    def test_is_audited(self, administrator, tx):
        row = drafted(administrator)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "broadcasts.draft")).scalar_one()
        assert (record.subject, record.changes[0]["after"]["title"]) == (f"broadcast:{row.id}", "安否確認テスト")


class TestDiscard:
    def test_throws_a_draft_away(self, administrator, tx):
        row = drafted(administrator)
        discard(administrator, WhichDraft(id=row.id))
        assert tx.scalar(select(Broadcast.id).where(Broadcast.id == row.id)) is None

    def test_what_was_sent_stays(self, administrator, with_mail):
        row = sent(administrator)
        with pytest.raises(Refused):
            discard(administrator, WhichDraft(id=row.id))

    def test_is_refused_without_permission(self, administrator, staff):
        row = drafted(administrator)
        with pytest.raises(NotAllowed):
            discard(staff, WhichDraft(id=row.id))

    def test_somebody_elses_is_out_of_reach(self, administrator, manager):
        row = drafted(administrator)
        with pytest.raises(NotFound):
            discard(manager, WhichDraft(id=row.id))
