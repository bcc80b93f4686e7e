"""Who has a permission set: however it is looked for, the same people in the same order as by a plain look."""

import random

import pytest
from sqlalchemy import select, text, update

from core import paging
from core.actor import What
from core.text import sought
from data.models.access import Account, AccountStatus, PermissionAssignment, PermissionSet, ReachKind
from data.models.people import Membership, Person
from services.access import WhoMayAsk, having, who_may
from tests.factories import account_of, give, make_account, make_person

SEED = 20261123
LETTERS = "山田森森田A1 "
WRONG = text("""
    SELECT given.id FROM permission_assignment given JOIN account ON account.id = given.account_id
      JOIN person ON person.id = account.person_id
     WHERE (given.person_id, given.sort_key) IS DISTINCT FROM (person.id, person.sort_key)
""")
WAYS = {
    "each looked at": {"FEW": 10_000, "MANY": 10_000},
    "letters first": {"FEW": 0, "MANY": 10_000, "COMMON": 10_000},
    "letters are common": {"FEW": 0, "MANY": 10_000, "COMMON": 0},
    "sets of very many": {"FEW": 0, "MANY": 0},
}


@pytest.fixture
def people(tx, cast):
    """Sixty people with sets of some reach, some stopped, some called the same."""
    dice = random.Random(SEED)
    for _at in range(60):
        family, given = ("".join(dice.choices(LETTERS, k=dice.randint(1, 3))).strip() or "山" for _part in "ab")
        place = dice.choice([cast.head_office, cast.general_affairs, cast.branch])
        person = make_person(tx, family, given, place, kana=(dice.choice(["ヤマ", "モリ"]), dice.choice(["", "ア"])))
        account = make_account(tx, person)
        account.status = dice.choice([AccountStatus.ACTIVE, AccountStatus.ACTIVE, AccountStatus.STOPPED])
        for role in dice.sample(["manager", "crisis_manager", "administrator"], dice.randint(0, 3)):
            give(tx, account, role, dice.choice([ReachKind.SELF, ReachKind.WHOLE]))
    tx.session.flush()
    return dice


def plainly(tx, ask, among):
    """Return whom a look at everybody finds, in order."""
    rows = tx.execute(
        select(PermissionAssignment.id, Person.search_text, PermissionSet.shipped, PermissionAssignment.reach)
        .join(Account, Account.id == PermissionAssignment.account_id)
        .join(Person, Person.id == Account.person_id)
        .join(PermissionSet, PermissionSet.id == PermissionAssignment.set_id)
        .where(Account.status != AccountStatus.STOPPED)
        .order_by(Person.sort_key, Person.id, PermissionAssignment.id)
    )
    return [
        row.id for row in rows
        if among is None or row.id in among
        if row.shipped in {"administrator", "manager"} and (ask.reach is None or row.reach is ask.reach)
        and all(any(form in row.search_text for form in sought(word)) for word in ask.text.split())
    ]  # fmt: skip


def paged(tx, ask):
    """Return whom all pages show, and their counts."""
    shown, counts = [], set()
    while ask is not None:
        page = who_may(tx, ask)
        shown += [row.id for row in page.rows]
        counts.add((page.count, page.more))
        ask = ask.model_copy(update={"after": page.next}) if page.next else None
    return shown, counts


@pytest.fixture(params=WAYS)
def way(request, monkeypatch):
    """Have it looked for in one way, whatever the numbers."""
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(having, name, value)
    having._list.cache_clear()
    yield request.param
    having._list.cache_clear()


@pytest.fixture
def readers(administrator, limited, tx, cast):
    """Return who asks, each with the assignments within reach; None: all."""
    near = Person.id.in_(
        select(Membership.person_id).where(Membership.department_id.in_([cast.head_office.id, cast.general_affairs.id]))
    )

    def asking():
        within = select(PermissionAssignment.id).join(Account).join(Person).where(near)
        return ((administrator, None), (limited("access.who_may"), set(tx.execute(within).scalars())))

    return asking


@pytest.mark.parametrize("cap", [paging.COUNT_CAP, 7])
def test_finds_the_same_whichever_way(people, readers, way, cap, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_CAP", cap)
    for reader, among in readers():
        for _at in range(6):
            word = "".join(people.choices(LETTERS, k=people.randint(0, 3)))
            reach = people.choice([None, ReachKind.SELF])
            ask = WhoMayAsk(process="people.edit", what=What.DO, text=word, reach=reach, size=4)
            expected = plainly(reader, ask, among)
            counted = {(min(len(expected), cap), len(expected) > cap)}
            assert paged(reader, ask) == (expected, counted), (SEED, way, ask)
            assert paged(reader, ask.model_copy(update={"sort": "-name"}))[0] == expected[::-1], (SEED, way, ask)


def test_the_order_follows_whatever_is_written(people, tx, cast):
    assert tx.execute(WRONG).all() == []
    tx.execute(update(Person).values(family_kana=Person.given_name))
    assert tx.execute(WRONG).all() == []
    one = tx.execute(select(PermissionAssignment).limit(1)).scalar_one()
    one.account_id = account_of(tx, cast.staff).id
    tx.session.flush()
    assert tx.execute(WRONG).all() == []
