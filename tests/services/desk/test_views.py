"""Saved views (services/desk/views.py): whose they are, who may see and change them, in which one a list opens."""

import sys

import pytest
from sqlalchemy import select

from core.actor import Actor, What
from core.audit import AuditRecord
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from data.models.access import PermissionAssignment, PermissionGrant
from services import desk
from tests.factories import account_of, actor_of

PEOPLE = "people.search"
RETIRED = {"state": ["retired"], "columns": ["name", "code"]}


@pytest.fixture
def manager(tx, cast, acting):
    return acting(actor_of(tx, cast.manager))


@pytest.fixture
def administrator(tx, cast, acting):
    return acting(actor_of(tx, cast.administrator))


def save(tx, name="退職者", listing=PEOPLE, address=None, **more):
    return desk.save_view(tx, desk.SavedView(listing=listing, name=name, address=address or RETIRED, **more))


def names(tx, listing=PEOPLE):
    return [row.name for row in desk.views(tx, desk.ViewsAsk(listing=listing))]


class TestSave:
    """Keeping what a list shows."""

    def test_is_there_for_its_owner_and_this_list_only(self, manager, administrator):
        saved = save(manager)
        assert (saved.address, saved.mine, saved.shared, saved.changeable) == (RETIRED, True, False, True)
        assert names(manager) == ["退職者"]
        assert names(manager, f"{PEOPLE}@others") == []
        assert names(administrator) == []

    def test_is_renamed_and_replaced(self, manager):
        saved = save(manager)
        changed = save(manager, "退職", id=saved.id, version=saved.version, address={"text": ["a"]})
        assert (changed.id, changed.name, changed.address) == (saved.id, "退職", {"text": ["a"]})
        assert changed.version > saved.version

    def test_refuses_what_was_changed_elsewhere(self, manager):
        saved = save(manager)
        save(manager, "甲", id=saved.id, version=saved.version)
        with pytest.raises(Conflict):
            save(manager, "乙", id=saved.id, version=saved.version)

    def test_refuses_a_name_twice_but_not_for_somebody_else(self, manager, administrator):
        save(manager)
        with pytest.raises(Invalid) as problem:
            save(manager)
        assert "name" in problem.value.fields
        save(administrator)

    def test_refuses_too_many_and_too_much(self, manager, monkeypatch):
        monkeypatch.setattr(sys.modules["services.desk.views"], "MOST", 1)
        with pytest.raises(Invalid):
            save(manager, address={"text": ["a" * 20_001]})
        save(manager)
        with pytest.raises(Refused):
            save(manager, "二つ目")

    def test_the_system_has_no_views(self, tx):
        with pytest.raises(NotAllowed):
            save(tx)

    def test_is_audited(self, manager, tx):
        saved = save(manager)
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "desk.save_view")).scalar_one()
        assert (record.subject, record.input["name"]) == (f"saved_view:{saved.id}", "退職者")


class TestShare:
    """For everybody who may see the list."""

    def test_everybody_who_may_see_the_list_sees_it(self, administrator, manager, acting, tx, cast):
        saved = save(administrator)
        desk.share_view(administrator, desk.SharedView(id=saved.id, shared=True))
        (row,) = desk.views(manager, desk.ViewsAsk(listing=PEOPLE))
        assert (row.name, row.mine, row.shared, row.changeable) == ("退職者", False, True, False)
        assert names(acting(actor_of(tx, cast.staff))) == [], "who may not see the list sees none of its views"

    def test_nobody_shares_without_the_permission(self, manager):
        saved = save(manager)
        with pytest.raises(NotAllowed):
            desk.share_view(manager, desk.SharedView(id=saved.id, shared=True))

    def test_who_has_the_permission_changes_shared_ones_only(self, administrator, manager, acting, tx, cast):
        private = save(manager)
        with pytest.raises(NotFound):
            desk.share_view(administrator, desk.SharedView(id=private.id, shared=True))
        with pytest.raises(NotFound):
            desk.delete_view(administrator, desk.WhichView(id=private.id))
        allow(tx, cast.manager)
        permitted = acting(actor_of(tx, cast.manager))
        shared = desk.share_view(permitted, desk.SharedView(id=private.id, shared=True))
        assert save(administrator, "新", id=shared.id, version=shared.version).name == "新"
        with pytest.raises(NotFound):
            save(manager, "旧", id=shared.id, version=shared.version + 1)

    def test_what_is_taken_back_is_nobody_elses_usual_view_any_more(self, administrator, manager):
        saved = save(administrator)
        desk.share_view(administrator, desk.SharedView(id=saved.id, shared=True))
        for each in (administrator, manager):
            desk.choose_usual(each, desk.UsualChoice(listing=PEOPLE, id=saved.id))
        desk.share_view(administrator, desk.SharedView(id=saved.id, shared=False))
        assert names(manager) == []
        assert desk.views(administrator, desk.ViewsAsk(listing=PEOPLE))[0].usual
        desk.share_view(administrator, desk.SharedView(id=saved.id, shared=True))
        assert not desk.views(manager, desk.ViewsAsk(listing=PEOPLE))[0].usual


class TestUsual:
    """In which view a list opens."""

    def usual(self, tx):
        return [row.name for row in desk.views(tx, desk.ViewsAsk(listing=PEOPLE)) if row.usual]

    def test_is_one_and_only_for_oneself(self, administrator, manager):
        first, second = save(administrator, "甲"), save(administrator, "乙")
        desk.share_view(administrator, desk.SharedView(id=first.id, shared=True))
        for view in (first, second):
            desk.choose_usual(administrator, desk.UsualChoice(listing=PEOPLE, id=view.id))
        assert (self.usual(administrator), self.usual(manager)) == (["乙"], [])
        desk.choose_usual(administrator, desk.UsualChoice(listing=PEOPLE))
        assert self.usual(administrator) == []

    def test_is_none_of_somebody_else_or_of_another_list(self, administrator, manager):
        hers, other = save(administrator), save(manager, listing="people.departments")
        for view in (hers, other):
            with pytest.raises(NotFound):
                desk.choose_usual(manager, desk.UsualChoice(listing=PEOPLE, id=view.id))

    def test_is_gone_with_the_view(self, manager):
        saved = save(manager)
        desk.choose_usual(manager, desk.UsualChoice(listing=PEOPLE, id=saved.id))
        desk.delete_view(manager, desk.WhichView(id=saved.id))
        assert names(manager) == []


def test_a_visitor_has_no_desk(acting):
    with pytest.raises(NotAllowed):
        desk.views(acting(Actor("visitor")), desk.ViewsAsk(listing=PEOPLE))


def allow(tx, person):
    """Let a person share views."""
    account = account_of(tx, person).id
    of = tx.scalar(select(PermissionAssignment.set_id).where(PermissionAssignment.account_id == account))
    tx.add(PermissionGrant(set_id=of, process="desk.share_view", what=What.DO))
