"""The list of the contact network: the same people in the same order as a plain look at everybody finds."""

import random

import pytest
from sqlalchemy import select

from core import paging
from core.text import sought
from data.models.network import ContactStanding
from data.models.people import Department, Membership, Person
from services.network import Finding, NetworkAsk, Registered, search_network, settle
from services.network.search import _list
from services.network.words import KINDS, is_found
from tests.factories import make_department, make_person

SEED = 20261124
LETTERS = "山田森森田A1 "


@pytest.fixture
def dice(tx, cast):
    """Sixty people in departments below each other, some with a second one, some gone."""
    dice = random.Random(SEED)
    places = [cast.general_affairs, make_department(tx, "係", cast.general_affairs), cast.branch, None]
    for at in range(60):
        family, given = ("".join(dice.choices(LETTERS, k=dice.randint(1, 3))).strip() or "山" for _part in "ab")
        kana, mobile = (dice.choice(["ヤマ", "モリ"]), dice.choice(["", "ア"])), f"+8190{10_000_000 + at}"
        main = dice.choice(places)
        person = make_person(tx, family, given, main, kana=kana, mobile=dice.choice([None, mobile]))
        other = dice.choice(places)
        if other is not None and other is not main:
            tx.add(Membership(person_id=person.id, department_id=other.id, main=False))
        person.retired_at = dice.choice([None, None, None, tx.now])
    tx.session.flush()
    settle(tx, 1_000)
    return dice


def plainly(tx, ask, top, actor_path):
    """Return whom a look at everybody finds, in order."""
    places = {row.id: row.path for row in tx.execute(select(Department.id, Department.path))}
    mine: dict[int, list[tuple[str, bool]]] = {}
    for row in tx.execute(select(Membership.person_id, Membership.department_id, Membership.main)):
        mine.setdefault(row.person_id, []).append((places[row.department_id], row.main))
    people = select(Person.id, Person.search_text, ContactStanding.facts).join(
        ContactStanding, ContactStanding.person_id == Person.id
    )
    return [
        row.id for row in tx.execute(people.where(Person.retired_at.is_(None)).order_by(Person.sort_key, Person.id))
        if top is None or any(main and path.startswith(top) for path, main in mine.get(row.id, []))
        if actor_path is None or any(path.startswith(actor_path) for path, _main in mine.get(row.id, []))
        if all(any(form in row.search_text for form in sought(word)) for word in ask.text.split())
        if ask.finding is None or is_found(ask.finding, row.facts)
        if ask.has is None or row.facts & KINDS[ask.has]
    ]  # fmt: skip


@pytest.fixture(params=[paging.COUNT_CAP, 7])
def cap(request, monkeypatch):
    """Up to how many are counted; what was made for another number is forgotten."""
    monkeypatch.setattr(paging, "COUNT_CAP", request.param)
    _list.cache_clear()
    yield request.param
    _list.cache_clear()


@pytest.fixture(params=["everybody", "a department"])
def reader(request, administrator, limited, cast):
    """Who asks, and the path of the department within reach."""
    whole = request.param == "everybody"
    return (administrator, None) if whole else (limited("network.search"), cast.head_office.path)


def test_finds_the_same_as_a_plain_look(dice, reader, cast, cap):
    tx, within = reader
    for _at in range(40):
        word = "".join(dice.choices(LETTERS, k=dice.randint(0, 2)))
        top = dice.choice([None, None, cast.general_affairs, cast.head_office, cast.branch])
        asked = (
            {"finding": dice.choice([*Finding]), "has": dice.choice([None, *Registered])} if dice.random() < 0.4 else {}
        )
        ask = NetworkAsk(text=word, department_id=top.id if top else None, size=500, **asked)
        expected = plainly(tx, ask, top.path if top else None, within)
        page = search_network(tx, ask)
        assert [row.id for row in page.rows] == expected, (SEED, ask)
        assert (page.count, page.more) == (min(len(expected), cap), len(expected) > cap), (SEED, ask)
