"""Statements that SQLAlchemy writes once and the driver sends: what goes in and comes out is as through SQLAlchemy."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.exc import IntegrityError

from core.prepared import Prepared
from data.models.access import Account, AccountStatus
from data.models.fields import OwnField, OwnKind
from data.models.home import Notice
from data.models.people import ContactKind, ContactPoint, Person
from tests.factories import make_person

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
NAMES = select(func.array_agg(ContactPoint.kind)).where(ContactPoint.person_id == Person.id).scalar_subquery()
READS = {
    "an enumeration, true and false": select(Account.id, Account.status, Account.call_mails).order_by(Account.id),
    "JSON, a moment and nothing": select(Person.own, Person.created_at, Person.retired_at).order_by(Person.id),
    "a list of an enumeration": select(Person.id, NAMES.label("kinds")).order_by(Person.id),
    "a value that is asked with": select(Account.id).where(Account.status == AccountStatus.ACTIVE).order_by(Account.id),
    "as many values as there are": select(Person.code).where(Person.id.in_([1, 2, 3])).order_by(Person.code),
    "a name twice": select(Person.id, Account.id).join(Account).order_by(Person.id),
    "names that Python does not allow": select(literal(1).label("_key_0"), literal("%").label("100 %")),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_returns_what_sqlalchemy_returns(tx, cast, read):
    tx.session.flush()
    usual = [tuple(row) for row in tx.execute(read)]
    assert usual
    prepared = Prepared(read)
    for _time in range(2):
        assert [tuple(row) for row in tx.rows(prepared)] == usual


def test_columns_are_found_by_name_and_kinds_are_ours(tx, cast):
    row = tx.rows(Prepared(select(Account.status, Account.login).where(Account.person_id == cast.administrator.id)))[0]
    assert row.status is AccountStatus.ACTIVE
    assert row.login == row[1]


def test_values_of_each_time_are_bound_as_the_column_wants_them(tx, cast):
    of_kind = Prepared(select(func.count()).select_from(Account).where(Account.status == bindparam("status")))
    counts = {status: tx.rows(of_kind, status=status)[0][0] for status in AccountStatus}
    usual = dict(tx.execute(select(Account.status, func.count()).group_by(Account.status)).all())
    assert {status: count for status, count in counts.items() if count} == usual


def test_what_objects_hold_is_stored_first(tx):
    person = make_person(tx)
    codes = Prepared(select(Person.code).where(Person.id == bindparam("id")))
    person.code = "changed"
    assert tx.rows(codes, id=person.id)[0].code == "changed"


def test_a_new_row_gets_the_defaults_of_its_model(tx):
    first, second = (
        tx.insert(
            OwnField, noun="person", code=code, kind=OwnKind.CHOICE, label_ja="大きさ", position=1,
            choices=[{"value": "m", "ja": "中", "en": ""}],
        )
        for code in ("size", "size_2")
    )  # fmt: skip
    stored = tx.get(OwnField, first)
    assert first != second
    assert (stored.kind, stored.choices[0]["ja"], stored.required, stored.decimals, stored.version) == (
        OwnKind.CHOICE, "中", False, 0, 1,
    )  # fmt: skip


def test_defaults_that_are_made_are_not_shared(tx):
    values = {"noun": "person", "kind": OwnKind.TEXT, "label_ja": "覚え書き", "position": 1}
    first, second = (tx.get(OwnField, tx.insert(OwnField, code=code, **values)) for code in ("a", "b"))
    assert first.choices == second.choices == []
    assert first.choices is not second.choices


def test_a_row_that_a_rule_of_the_database_forbids_is_refused_as_usual(tx):
    values = {"title": "休み", "text": "休み", "created_at": NOON, "from_on": NOON.date()}
    with pytest.raises(IntegrityError, match="department"), tx.session.begin_nested():
        tx.insert(Notice, **values, department_id=0)
    assert tx.insert(Notice, **values) is not None


def test_a_column_that_is_not_there_is_told(tx):
    with pytest.raises(TypeError, match="nowhere"):
        tx.insert(ContactPoint, person_id=1, kind=ContactKind.MAIL, value="a@example.com", nowhere=1)
