"""Templates: making, changing, deleting."""

import pytest
from sqlalchemy import select

from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.broadcasts import QuestionForm
from data.models.safety import Rule, RuleKind, RuleWho
from services.broadcasts import DeleteTemplate, EditTemplate, delete_template, edit_template, templates
from tests.services.fields.stage import add_fields


def new(**values):
    """Return what a form sends for a new template."""
    return validated(EditTemplate, {"name": "台風", "subject": "【台風】{title}", "body": "{reply_url}", **values})


class TestEdit:
    def test_makes_and_changes(self, administrator):
        made = edit_template(administrator, new())
        changed = edit_template(administrator, new(id=made.id, version=made.version, body="{name} 様\n{reply_url}"))
        assert [(row.id, row.name, row.body, row.version) for row in templates(administrator, Nothing())] == [
            (made.id, "台風", "{name} 様\n{reply_url}", changed.version)
        ]
        assert changed.version == made.version + 1

    def test_own_fields_are_named_by_their_code(self, administrator):
        with pytest.raises(Refused, match="own:size"):
            edit_template(administrator, new(body="{own:size}"))
        add_fields(administrator, "size")
        assert edit_template(administrator, new(body="{own:size}")).body == "{own:size}"
        with pytest.raises(Invalid):
            new(body="{own:Size}")

    def test_is_refused_without_permission(self, manager):
        with pytest.raises(NotAllowed):
            edit_template(manager, new())

    def test_the_second_of_two_editors_is_told(self, administrator):
        made = edit_template(administrator, new())
        edit_template(administrator, new(id=made.id, version=made.version, body="一人目 {reply_url}"))
        with pytest.raises(Conflict):
            edit_template(administrator, new(id=made.id, version=made.version, body="二人目 {reply_url}"))
        assert templates(administrator, Nothing())[0].body == "一人目 {reply_url}"

    def test_a_name_is_given_once(self, administrator):
        edit_template(administrator, new())
        with pytest.raises(Refused):
            edit_template(administrator, new())

    def test_what_was_deleted_cannot_be_changed(self, administrator):
        with pytest.raises(NotFound):
            edit_template(administrator, new(id=999_999, version=1))

    def test_is_audited_with_the_difference(self, administrator, tx):
        made = edit_template(administrator, new())
        edit_template(administrator, new(id=made.id, version=made.version, subject="新"))
        records = tx.execute(
            select(AuditRecord).where(AuditRecord.process == "broadcasts.edit_template").order_by(AuditRecord.id)
        ).scalars()
        last = list(records)[-1]
        assert last.subject == f"mail_template:{made.id}"
        assert (last.changes[0]["before"]["subject"], last.changes[0]["after"]["subject"]) == ("【台風】{title}", "新")


class TestDelete:
    def test_deletes(self, administrator):
        made = edit_template(administrator, new())
        delete_template(administrator, DeleteTemplate(id=made.id))
        assert templates(administrator, Nothing()) == []
        with pytest.raises(NotFound):
            delete_template(administrator, DeleteTemplate(id=made.id))

    def test_is_refused_without_permission(self, administrator, manager):
        made = edit_template(administrator, new())
        with pytest.raises(NotAllowed):
            delete_template(manager, DeleteTemplate(id=made.id))

    def test_what_a_rule_needs_stays(self, administrator, tx, samples):
        template = templates(administrator, Nothing())[0]
        form_id = tx.scalar(select(QuestionForm.id).limit(1))
        tx.add(
            Rule(
                name="震度5弱以上",
                kind=RuleKind.EARTHQUAKE,
                who=RuleWho.REGIONS,
                threshold="5-",
                template_id=template.id,
                form_id=form_id,
            )
        )
        with pytest.raises(Refused):
            delete_template(administrator, DeleteTemplate(id=template.id))
        assert template in templates(administrator, Nothing())


class TestList:
    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            templates(staff, Nothing())
