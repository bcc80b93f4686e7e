"""Applying for a change of one's own data, and deciding about it."""

import pytest
from sqlalchemy import select, update

from core.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from core.inputs import Nothing
from core.needs import needs_of
from data.models.applications import ApplicationState, ProfileApplication
from data.models.changes import ChangeSet
from data.models.fields import OwnField, OwnKind
from data.models.people import ContactPoint, Person
from services.applications import (
    Apply,
    Decide,
    InboxAsk,
    Which,
    WhichApplication,
    apply,
    decide,
    inbox,
    mine,
    withdraw,
)
from services.events import PeopleErased
from tests.factories import account_of, actor_of, make_person

NAMES = {"family_name": "社員", "given_name": "三郎", "family_kana": "シャイン", "given_kana": "サブロウ"}


def which(one):
    """Return an application as it is named when it is decided."""
    return Which(id=one.id, version=one.version)


def person_of(tx, cast):
    """Return the staff member as the database has them."""
    return tx.scalar(select(Person).where(Person.id == cast.staff.id).execution_options(populate_existing=True))


class TestApply:
    def test_only_what_differs_is_applied_for(self, staff, tx):
        applied = apply(staff, Apply(**NAMES, mobile="090-1111-2222", address="新しい町1", note="来月から"))
        kept = tx.get(ProfileApplication, applied.id)
        assert kept.wanted == {"mobile": "+819011112222", "address": "新しい町1"}
        assert kept.before == {"mobile": "", "address": ""}
        assert applied.state is ApplicationState.WAITING

    def test_nothing_to_apply_for_is_refused(self, staff):
        with pytest.raises(Refused):
            apply(staff, Apply(**NAMES))

    def test_a_second_one_is_refused_and_the_first_can_be_corrected(self, staff, tx):
        first = apply(staff, Apply(**NAMES, address="一丁目"))
        with pytest.raises(Refused):
            apply(staff, Apply(**NAMES, address="二丁目"))
        corrected = apply(staff, Apply(**NAMES, address="三丁目", id=first.id, version=first.version))
        assert (corrected.id, tx.get(ProfileApplication, first.id).wanted) == (first.id, {"address": "三丁目"})
        with pytest.raises(Conflict):
            apply(staff, Apply(**NAMES, address="四丁目", id=first.id, version=first.version))

    def test_somebody_elses_is_neither_corrected_nor_taken_back(self, staff, manager):
        other = apply(staff, Apply(**NAMES, address="一丁目"))
        with pytest.raises(Conflict):
            apply(manager, Apply(**NAMES, address="x", id=other.id, version=other.version))
        with pytest.raises(Conflict):
            withdraw(manager, WhichApplication(id=other.id))

    def test_taken_back_makes_room_for_another(self, staff):
        first = apply(staff, Apply(**NAMES, address="一丁目"))
        assert withdraw(staff, WhichApplication(id=first.id)).state is ApplicationState.WITHDRAWN
        assert apply(staff, Apply(**NAMES, address="二丁目")).id != first.id

    @pytest.mark.parametrize(("applicable", "wanted"), [(True, {"own.size": "L"}), (False, None)])
    def test_own_fields_that_are_marked_for_it(self, staff, tx, applicable, wanted):
        tx.add(OwnField(noun="person", code="size", kind=OwnKind.TEXT, label_ja="サイズ", position=1, version=1,
                        applicable=applicable))  # fmt: skip
        asked = Apply(**NAMES, own={"size": "L"})
        if wanted is None:
            with pytest.raises(Invalid):
                apply(staff, asked)
        else:
            assert tx.get(ProfileApplication, apply(staff, asked).id).wanted == wanted


class TestDecide:
    @pytest.fixture
    def asked(self, staff):
        """Return an application of the staff member for another address and a mail address."""
        return apply(staff, Apply(**NAMES, address="新しい町1", mail1="new@example.jp"))

    def test_what_is_approved_is_changed_and_kept(self, manager, tx, cast, asked):
        done = decide(manager, Decide(which=[which(asked)]))
        assert (done.count, done.left) == (1, [])
        assert person_of(tx, cast).address == "新しい町1"
        assert tx.scalar(select(ContactPoint.value).where(ContactPoint.person_id == cast.staff.id)) == "new@example.jp"
        assert tx.get(ChangeSet, done.change_set_id).process == "applications.decide"
        assert tx.get(ProfileApplication, asked.id).state is ApplicationState.APPROVED

    def test_sent_back_needs_a_reason_and_can_be_corrected(self, manager, staff, tx, asked):
        with pytest.raises(Invalid):
            decide(manager, Decide(which=[which(asked)], approve=False))
        decide(manager, Decide(which=[which(asked)], approve=False, reason="番地が足りません"))
        returned = mine(staff, Nothing()).open
        assert (returned.state, returned.reason) == (ApplicationState.RETURNED, "番地が足りません")
        again = apply(staff, Apply(**NAMES, address="新しい町1-2", id=returned.id, version=returned.version))
        assert (again.state, tx.get(ProfileApplication, again.id).reason) == (ApplicationState.WAITING, "")

    def test_what_was_changed_meanwhile_is_shown_and_left_unless_overwritten(self, manager, tx, cast, asked):
        tx.execute(update(Person).where(Person.id == cast.staff.id).values(address="別の町"))
        (row,) = inbox(manager, InboxAsk()).rows
        assert row.changed
        assert [(one.now, one.changed) for one in row.changes if one.name == "address"] == [("別の町", True)]
        left = decide(manager, Decide(which=[which(asked)]))
        assert (left.count, left.left[0].name, left.change_set_id) == (0, "社員 三郎", None)
        assert person_of(tx, cast).address == "別の町"
        assert decide(manager, Decide(which=[which(asked)], overwrite=True)).count == 1
        assert person_of(tx, cast).address == "新しい町1"

    def test_each_stands_for_itself(self, administrator, manager, tx, cast, asked):
        make_person(tx, mail="taken@example.jp")
        names = {"family_name": "部長", "given_name": "太郎", "family_kana": "ブチョウ", "given_kana": "タロウ"}
        other = apply(manager, Apply(**names, mail1="taken@example.jp"))
        done = decide(administrator, Decide(which=[which(asked), which(other)]))
        assert (done.count, [left.id for left in done.left]) == (1, [other.id])

    def test_nobody_decides_about_their_own(self, manager, tx):
        names = {"family_name": "部長", "given_name": "次郎", "family_kana": "ブチョウ", "given_kana": "タロウ"}
        own = apply(manager, Apply(**names))
        assert inbox(manager, InboxAsk()).rows[0].mine
        assert decide(manager, Decide(which=[which(own)])).count == 0
        assert tx.get(ProfileApplication, own.id).state is ApplicationState.WAITING

    @pytest.mark.parametrize("outdated", ["version", "withdrawn", "twice"])
    def test_what_is_no_longer_so_is_left(self, manager, staff, asked, outdated):
        known = which(asked)
        if outdated == "version":
            known = Which(id=asked.id, version=asked.version + 1)
        elif outdated == "withdrawn":
            withdraw(staff, WhichApplication(id=asked.id))
        else:
            decide(manager, Decide(which=[known]))
        assert decide(manager, Decide(which=[known])).count == 0

    def test_out_of_reach_is_neither_seen_nor_decided(self, acting, crisis_manager, limited, tx, cast):
        far = acting(actor_of(tx, cast.crisis_manager))
        names = {"family_name": "危機", "given_name": "五郎", "family_kana": "キキ", "given_kana": "ジロウ"}
        asked = apply(far, Apply(**names))
        assert not inbox(limited("applications.inbox"), InboxAsk()).rows
        assert decide(limited("applications.decide"), Decide(which=[which(asked)])).count == 0

    def test_a_higher_account_gets_no_new_address_from_a_lower_one(self, acting, limited, administrator, tx, cast):
        names = {"family_name": "管理", "given_name": "花子", "family_kana": "カンリ", "given_kana": "ハナコ"}
        asked = apply(administrator, Apply(**names, mail1="thief@example.jp"))
        assert decide(limited("applications.decide"), Decide(which=[which(asked)])).count == 0

    def test_without_permission(self, staff, asked):
        with pytest.raises(NotAllowed):
            decide(staff, Decide(which=[which(asked)]))


class TestTold:
    def test_home_says_so(self, manager, staff):
        def named(tx):
            return {need.page for need in needs_of(tx)}

        assert "applications/inbox.py" not in named(manager)
        asked = apply(staff, Apply(**NAMES, address="一丁目"))
        assert "applications/inbox.py" in named(manager)
        assert "applications/mine.py" not in named(staff)
        decide(manager, Decide(which=[which(asked)], approve=False, reason="不足"))
        assert "applications/mine.py" in named(staff)
        assert "applications/inbox.py" not in named(manager)


def test_erased_people_leave_nothing_behind(staff, tx, cast):
    asked = apply(staff, Apply(**NAMES, address="一丁目", note="社員三郎です"))
    tx.tell(PeopleErased((cast.staff.id,), (account_of(tx, cast.staff).id,), (), (), "（消去済み）"))
    row = tx.get(ProfileApplication, asked.id)
    assert (row.wanted, row.before, row.note, row.state) == ({}, {}, "", ApplicationState.WITHDRAWN)


def test_who_is_nobody_has_no_data(acting):
    with pytest.raises((NotFound, NotAllowed)):
        mine(acting(__import__("core.actor", fromlist=["Actor"]).Actor("鍵", account_id=1)), Nothing())
