"""Contacts that failed for good come back (連絡先の再開): one of somebody, all of several, all that a search finds."""

import pytest
from sqlalchemy import select, update

from core.audit import AuditRecord
from core.errors import NotFound, Refused
from data.models.network import ContactStanding, Fact
from data.models.people import ContactPoint, ContactState
from services.network import Finding, NetworkAsk, Revive, ReviveFound, revive, revive_found, search_network, settle
from tests.factories import make_person

WORD = "550 5.1.1 User unknown"


@pytest.fixture
def failing(cast, tx):
    """Somebody with two addresses that fail, and the number of the first one."""
    person = make_person(tx, mail="one@example.jp", mobile="+819011112222", department=cast.head_office)
    tx.execute(
        update(ContactPoint).where(ContactPoint.person_id == person.id).values(state=ContactState.DEAD, reason=WORD)
    )
    settle(tx, 100)
    mail = select(ContactPoint.id).where(ContactPoint.person_id == person.id, ContactPoint.kind == "mail")
    return person, tx.scalar(mail)


def states(tx, person):
    rows = tx.execute(
        select(ContactPoint.state, ContactPoint.reason)
        .where(ContactPoint.person_id == person.id).order_by(ContactPoint.kind)
    )  # fmt: skip
    return [tuple(row) for row in rows]


class TestRevive:
    def test_one_of_them_comes_back_and_the_list_shows_it_at_once(self, administrator, tx, failing):
        person, mail = failing
        assert revive(administrator, Revive(person_ids=[person.id], contact_id=mail)).count == 1
        assert states(tx, person) == [(ContactState.UNTRIED, None), (ContactState.DEAD, WORD)]
        assert revive(administrator, Revive(person_ids=[person.id])).count == 1
        facts = tx.scalar(select(ContactStanding.facts).where(ContactStanding.person_id == person.id))
        assert not facts & Fact.FAILING
        trail = tx.execute(select(AuditRecord.changes).where(AuditRecord.process == "network.revive")).scalars().all()
        assert trail[0][0]["after"] == [mail]

    def test_what_does_not_fail_is_said(self, administrator, failing):
        person, mail = failing
        revive(administrator, Revive(person_ids=[person.id]))
        with pytest.raises(Refused):
            revive(administrator, Revive(person_ids=[person.id], contact_id=mail))

    def test_nobody_out_of_reach(self, limited, cast, failing):
        with pytest.raises(NotFound):
            revive(limited("network.revive"), Revive(person_ids=[cast.far.id]))
        assert revive(limited("network.revive"), Revive(person_ids=[failing[0].id])).count == 2


class TestFound:
    def test_all_within_reach_that_a_search_finds(self, administrator, limited, cast, tx, failing):
        tx.add(ContactPoint(person_id=cast.far.id, kind="mail", value="far@example.jp", state=ContactState.DEAD))
        settle(tx, 100)
        ask = ReviveFound(found=NetworkAsk(finding=Finding.FAILING))
        assert revive_found(limited("network.revive_found"), ask).count == 2
        (left,) = search_network(administrator, NetworkAsk(finding=Finding.FAILING)).rows
        assert left.id == cast.far.id


def test_the_list_says_why_in_a_sentence(administrator, failing):
    (row,) = search_network(administrator, NetworkAsk(finding=Finding.FAILING)).rows
    assert "このアドレスは存在しません" in "".join(row.notes)
    assert WORD in "".join(row.notes)
