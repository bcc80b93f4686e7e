"""Sending procedures: making, changing, deleting, and what a broadcast takes over (N04)."""

import pytest

from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing, validated
from data.models.broadcasts import Broadcast
from services.broadcasts import (
    EditProcedure,
    WhichProcedure,
    delete_procedure,
    edit_procedure,
    procedures,
    seed_procedures,
)
from tests.services.broadcasts.asks import drafted


def new(**values):
    """Return what a form sends for a new procedure."""
    return validated(EditProcedure, {"name": "段階的", "mail_minutes": 0, "sms_minutes": 30, **values})


class TestEdit:
    def test_makes_and_changes(self, administrator):
        made = edit_procedure(administrator, new())
        edit_procedure(administrator, new(id=made.id, version=made.version, line_minutes=10, sms_cap_yen=500))
        (found,) = procedures(administrator, Nothing())
        assert found.steps == [(0, ["mail"]), (10, ["line"]), (30, ["sms"])]
        assert (found.sms_cap_yen, found.version) == (500, made.version + 1)

    def test_channels_of_one_moment_go_together(self, administrator):
        made = edit_procedure(administrator, new(app_minutes=30, line_minutes=0))
        assert made.steps == [(0, ["mail", "line"]), (30, ["app", "sms"])]

    @pytest.mark.parametrize("wrong", [{"mail_minutes": 5}, {"mail_minutes": None, "sms_minutes": 0}])
    def test_something_that_costs_nothing_goes_at_once(self, wrong):
        with pytest.raises(Invalid):
            new(**wrong)

    def test_the_second_of_two_editors_is_told(self, administrator):
        made = edit_procedure(administrator, new())
        edit_procedure(administrator, new(id=made.id, version=made.version, name="一人目"))
        with pytest.raises(Conflict):
            edit_procedure(administrator, new(id=made.id, version=made.version, name="二人目"))

    def test_a_name_is_given_once(self, administrator):
        edit_procedure(administrator, new())
        with pytest.raises(Refused):
            edit_procedure(administrator, new())

    def test_is_refused_without_permission(self, manager):
        with pytest.raises(NotAllowed):
            edit_procedure(manager, new())


class TestDelete:
    def test_a_draft_goes_on_as_it_began(self, administrator, tx):
        made = edit_procedure(administrator, new())
        row = drafted(administrator, procedure_id=made.id)
        delete_procedure(administrator, WhichProcedure(id=made.id))
        assert procedures(administrator, Nothing()) == []
        kept = tx.get(Broadcast, row.id)
        tx.session.refresh(kept)
        assert (kept.procedure_id, kept.waits) == (None, {"mail": 0, "sms": 30})

    def test_what_is_gone_is_not_chosen(self, administrator):
        with pytest.raises(NotFound):
            drafted(administrator, procedure_id=999_999)

    def test_is_refused_without_permission(self, administrator, manager):
        made = edit_procedure(administrator, new())
        with pytest.raises(NotAllowed):
            delete_procedure(manager, WhichProcedure(id=made.id))


class TestList:
    def test_samples_are_there_once_and_stay_as_they_were_edited(self, administrator, tx):
        seed_procedures(tx)
        first = procedures(administrator, Nothing())[0]
        edit_procedure(administrator, new(id=first.id, version=first.version, name="自社用"))
        seed_procedures(tx)
        found = procedures(administrator, Nothing())
        assert len(found) == 3
        assert "自社用" in {one.name for one in found}

    def test_is_refused_without_permission(self, staff):
        with pytest.raises(NotAllowed):
            procedures(staff, Nothing())
