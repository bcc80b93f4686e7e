"""Own fields of people: kept by hand, in the history, back by an undo."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from core.errors import Invalid
from data.models.people import Person, PersonOwn
from services.changes import history, list_standing, prepare_undo
from services.changes.search import HistoryAsk, WhichSet
from services.changes.standing import StandingAsk
from services.people import add_person, edit_person, show_person
from services.people.fields import PersonFields
from services.people.show import PersonAsk
from tests.factories import actor_of, make_person
from tests.services.changes.stage import latest, state, undone
from tests.services.fields.stage import add_fields
from tests.services.people.asks import editable

ALL = {
    "note": "早番のみ",
    "pay": "1200.50",
    "until": "2026/4/1",
    "size": "中",
    "skills": ["簿記", "運転"],
    "site": "支社",
}
KEPT = {"note": "早番のみ", "pay": "1200.5", "until": "2026-04-01", "size": "M", "skills": ["運転", "簿記"]}


@pytest.fixture
def fields(administrator, cast):
    return add_fields(administrator)


def edit(tx, person, **own):
    """Change somebody's own fields and return the change-set."""
    tx.session.expire_all()
    edit_person(tx, editable(tx, person, own=own))
    return latest(tx)


def own_of(tx, person):
    """Return what is kept of somebody's own fields."""
    return tx.scalar(select(Person.own).where(Person.id == person.id))


class TestByHand:
    def test_somebody_new_has_them_and_the_page_shows_them(self, administrator, tx, fields, cast):
        asked = PersonFields(code="N1", family_name="新", own={**ALL, "boss": cast.manager.code})
        found = show_person(administrator, PersonAsk(id=add_person(administrator, asked).id))
        assert found.own == {**KEPT, "boss": cast.manager.id, "site": cast.branch.id}
        assert {one.label: one.said for one in found.own_values}["上長"] == "部長 太郎"
        rows = tx.execute(select(PersonOwn).where(PersonOwn.person_id == found.id)).scalars()
        beside = {
            one.field_id: one.number or one.day or one.to_person_id or one.to_department_id or one.words for one in rows
        }
        assert beside == {
            fields["note"].id: "早番のみ", fields["pay"].id: Decimal("1200.5"),
            fields["until"].id: date(2026, 4, 1), fields["boss"].id: cast.manager.id, fields["site"].id: cast.branch.id,
        }  # fmt: skip

    def test_what_is_not_named_stays_and_null_empties(self, administrator, tx, fields, cast):
        edit(administrator, cast.staff, note="x", pay=5)
        edit(administrator, cast.staff, note="y")
        assert own_of(tx, cast.staff) == {"note": "y", "pay": "5"}
        edit(administrator, cast.staff, note=None, pay=None)
        assert own_of(tx, cast.staff) == {}
        assert tx.scalar(select(PersonOwn.person_id).where(PersonOwn.person_id == cast.staff.id)) is None

    def test_what_is_wrong_stands_beside_its_field(self, administrator, fields, cast):
        with pytest.raises(Invalid) as error:
            edit(administrator, cast.staff, pay="many", size="XL", boss="nobody")
        assert set(error.value.fields) >= {"own_pay", "own_size"}

    def test_who_is_out_of_reach_is_a_number_and_stays_where_a_form_sends_it_back(
        self, administrator, acting, tx, fields, cast
    ):
        edit(administrator, cast.staff, boss=cast.far.code)
        manager = acting(actor_of(tx, cast.manager))
        shown = {one.code: one for one in show_person(manager, PersonAsk(id=cast.staff.id)).own_values}["boss"]
        assert (shown.said, shown.written) == (f"No.{cast.far.id}（範囲外）", f"#{cast.far.id}")
        (row,) = history(manager, HistoryAsk(kind="person", record_id=cast.staff.id)).rows
        assert [one.after for one in row.fields] == [shown.said]
        edit_person(manager, editable(manager, cast.staff, own={"boss": shown.written, "note": "x"}))
        assert own_of(tx, cast.staff) == {"boss": cast.far.id, "note": "x"}
        with pytest.raises(Invalid):
            edit_person(manager, editable(manager, cast.staff, own={"boss": cast.far.code}))


class TestHistory:
    def test_each_field_is_a_line_of_its_own_in_words(self, administrator, fields, cast):
        edit(administrator, cast.staff, size="M", until="2026-04-01")
        edit(administrator, cast.staff, size="S", boss=cast.manager.code)
        (latest_row, *_rest) = history(administrator, HistoryAsk(kind="person", record_id=cast.staff.id)).rows
        said = {one.label: (one.before, one.after) for one in latest_row.fields}
        assert said == {"制服": ("中", "小"), "上長": ("", "部長 太郎")}

    def test_an_undo_brings_back_only_what_was_changed(self, administrator, tx, fields, cast):
        edit(administrator, cast.staff, note="a", pay=1)
        before = state(administrator)
        made = edit(administrator, cast.staff, note="b", size="M")
        undone(administrator, made)
        assert state(administrator) == before
        made = edit(administrator, cast.staff, note="b")
        edit(administrator, cast.staff, pay=2)
        undone(administrator, made)
        assert own_of(tx, cast.staff) == {"note": "a", "pay": "2"}

    def test_an_undo_says_why_a_value_cannot_come_back(self, administrator, tx, fields, cast):
        other = make_person(tx, "去る", "人")
        edit(administrator, cast.staff, boss=other.code)
        made = edit(administrator, cast.staff, boss=None)
        tx.session.delete(other)
        tx.session.flush()
        looked = prepare_undo(administrator, WhichSet(id=made.id))
        (row,) = list_standing(administrator, StandingAsk(id=looked.id)).rows
        assert row.reason == "独自項目の参照先がもうありません。"

    def test_whoever_is_referred_to_is_retired_not_removed_by_an_undo(self, administrator, tx, fields, cast):
        added = add_person(administrator, PersonFields(code="N1", family_name="新", own={"note": "x"}))
        made = latest(administrator)
        edit(administrator, cast.staff, boss="N1")
        undone(administrator, made)
        assert tx.get(Person, added.id).retired_at is not None
