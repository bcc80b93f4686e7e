"""The inbox: the same applications in the same order as a plain look at all of them finds."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import select

from core import paging
from core.needs import needs_of
from core.text import sought
from data.models.applications import ApplicationState, ProfileApplication
from data.models.people import Membership, Person
from services.applications import InboxAsk, inbox
from services.applications.reading import _list
from tests.factories import make_account, make_person

SEED = 20261126
LETTERS = "山田森森田A1"


@pytest.fixture(params=[paging.COUNT_CAP, 5])
def cap(request, monkeypatch):
    """Up to how many are counted; what was made for another number is forgotten."""
    monkeypatch.setattr(paging, "COUNT_CAP", request.param)
    _list.cache_clear()
    yield request.param
    _list.cache_clear()


@pytest.fixture
def dice(tx, cast):
    """Forty applications of people here and there."""
    dice = random.Random(SEED)
    for _at in range(40):
        family = "".join(dice.choices(LETTERS, k=dice.randint(1, 3)))
        person = make_person(tx, family, "森", dice.choice([cast.general_affairs, cast.branch, None]))
        account = make_account(tx, person)
        state = dice.choice([ApplicationState.WAITING, ApplicationState.WAITING, ApplicationState.APPROVED])
        tx.add(ProfileApplication(
            person_id=person.id, account_id=account.id, state=state, wanted={"address": "町"}, before={"address": ""},
            note="", reason="", applied_at=tx.now - timedelta(days=dice.randint(0, 3)),
        ))  # fmt: skip
    return dice


def plainly(tx, ask, cast, *, whole):
    """Return which a look at all of them finds, in order."""
    near = select(Membership.person_id).where(
        Membership.department_id.in_([cast.head_office.id, cast.general_affairs.id])
    )
    reached = set(tx.execute(near).scalars())
    rows = tx.execute(
        select(ProfileApplication.id, ProfileApplication.person_id, ProfileApplication.state, Person.search_text)
        .join(Person, Person.id == ProfileApplication.person_id)
        .order_by(ProfileApplication.applied_at, ProfileApplication.id)
    )
    return [
        row.id for row in rows
        if (whole or row.person_id in reached) and ask.state in {None, row.state}
        and all(any(form in row.search_text for form in sought(word)) for word in ask.text.split())
    ]  # fmt: skip


@pytest.mark.parametrize("who", ["administrator", "manager"])
def test_finds_the_same_as_a_plain_look(dice, request, cast, cap, who):
    tx = request.getfixturevalue(who)
    for _at in range(20):
        word = "".join(dice.choices(LETTERS, k=dice.randint(0, 2)))
        ask = InboxAsk(text=word, state=dice.choice([None, ApplicationState.WAITING]), size=500)
        expected = plainly(tx, ask, cast, whole=who == "administrator")
        page = inbox(tx, ask)
        assert [row.id for row in page.rows] == expected, (SEED, ask)
        assert (page.count, page.more) == (min(len(expected), cap), len(expected) > cap), (SEED, ask)
    (need,) = [one for one in needs_of(tx) if one.page == "applications/inbox.py"]
    assert need.count == len(plainly(tx, InboxAsk(), cast, whole=who == "administrator"))
