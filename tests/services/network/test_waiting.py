"""What people gave and have not confirmed is seen by the office: that it waits, of what kind, never the address."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.i18n import using_language
from core.shown import moment
from data.models.people import ContactKind, PersonListMember
from data.models.registration import ContactClaim
from services.network import ListOf, NetworkAsk, count_again, export_network, network_counts, search_network, to_list
from services.network.settling import settle
from services.registration import GivenCode, NewMail, NewMobile, add_mail, add_mobile, confirm
from services.registration.claims import claim
from services.registration.proofs import make_proof
from tests.factories import make_person

ADDRESS = "secret-name@example.jp"


@pytest.fixture
def giver(tx, cast):
    """Somebody in 本社 who has just given a private mail address."""
    person = make_person(tx, "届", "待子", cast.head_office)
    add_mail(tx, NewMail(person_id=person.id, mail=ADDRESS))
    settle(tx, 1_000)
    return person


def waiting(asking, *, wait=True):
    """Return the ids of those who have, or have not, given something that waits."""
    return {row.id for row in search_network(asking, NetworkAsk(waiting=wait, size=500)).rows}


class TestList:
    def test_says_of_what_kind_and_since_when_and_never_what(self, administrator, giver, tx):
        (row,) = search_network(administrator, NetworkAsk(waiting=True)).rows
        with using_language("ja"):
            assert search_network(administrator, NetworkAsk(waiting=True)).rows[0].waiting == [
                f"メール（{moment(tx.now)}から）"
            ]
        assert (row.id, row.registered) == (giver.id, [])
        assert "secret" not in row.model_dump_json()

    def test_who_gave_nothing_is_the_rest_of_a_list(self, administrator, giver):
        everybody = {row.id for row in search_network(administrator, NetworkAsk(size=500)).rows}
        assert waiting(administrator, wait=False) == everybody - {giver.id}

    def test_several_are_told_one_by_one_and_that_a_message_did_not_go_out(self, administrator, giver, tx):
        add_mobile(tx, NewMobile(person_id=giver.id, mobile="090-1234-5678"))
        tx.execute(update(ContactClaim).where(ContactClaim.kind == ContactKind.MOBILE).values(trouble="x 090-1234"))
        with using_language("ja"):
            (row,) = search_network(administrator, NetworkAsk(waiting=True)).rows
        assert len(row.waiting) == 2
        assert row.waiting[1].endswith("確認の連絡を送れませんでした）")
        assert "1234" not in row.model_dump_json()

    def test_what_is_confirmed_waits_no_more(self, administrator, giver, tx):
        claim_id = tx.scalar(select(ContactClaim.id))
        confirm(tx, GivenCode(person_id=giver.id, id=claim_id, code=make_proof(tx, claim_id).code))
        assert waiting(administrator) == set()

    def test_what_is_a_day_old_can_be_confirmed_no_more(self, administrator, giver, tx):
        tx.execute(update(ContactClaim).values(asked_at=tx.now - timedelta(hours=23, minutes=59)))
        assert waiting(administrator) == {giver.id}
        tx.execute(update(ContactClaim).values(asked_at=tx.now - timedelta(hours=24)))
        assert waiting(administrator) == set()

    def test_a_code_to_send_by_line_is_nothing_that_was_given(self, administrator, tx, cast):
        person = make_person(tx)
        claim(tx, person.id, ContactKind.LINE, "")
        settle(tx, 1_000)
        assert person.id not in waiting(administrator)

    def test_nobody_sees_more_than_they_reach(self, limited, giver, cast, tx):
        add_mail(tx, NewMail(person_id=cast.far.id, mail="far@example.jp"))
        settle(tx, 1_000)
        assert waiting(limited("network.search")) == {giver.id}


class TestBeyond:
    def test_they_are_counted_within_reach(self, administrator, limited, giver, cast, tx):
        add_mail(tx, NewMail(person_id=cast.far.id, mail="far@example.jp"))
        settle(tx, 1_000)
        nothing = count_again.asks()
        assert network_counts(administrator, nothing).waiting == 2
        assert network_counts(limited("network.counts"), nothing).waiting == 1

    def test_they_are_put_on_a_list_and_into_a_file(self, administrator, giver, tx):
        made = to_list(administrator, ListOf(name="確認待ち", found=NetworkAsk(waiting=True)))
        members = select(PersonListMember.person_id).where(PersonListMember.list_id == made.id)
        assert list(tx.execute(members).scalars()) == [giver.id]
        lines = export_network(administrator, NetworkAsk(waiting=True)).content.decode("utf-8-sig")
        assert "待子" in lines
        assert tx.scalar(select(func.count()).select_from(ContactClaim)) == 1
