"""What is done from the lists of the contact network: mending, lists, files, and what the last test showed."""

import pytest
from sqlalchemy import func, select, update

from core.audit import AuditPersonal, AuditRecord
from core.errors import Conflict, Invalid, NotFound, Refused
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import Delivery, DeliveryState, Mailing
from data.models.network import ContactStale, ContactStanding, Fact, SharedNumber
from data.models.people import ContactOrigin, ContactPoint, ContactState, Person, PersonListMember
from services.events import MailingFinished
from services.network import (
    Finding,
    ListOf,
    Mend,
    MendedPerson,
    NetworkAsk,
    Share,
    export_network,
    mend,
    note_last_test,
    search_network,
    settle,
    share_numbers,
    to_list,
)
from services.people.retire import Several, retire_people
from services.privacy import ErasePerson, erase_person
from tests.factories import make_person


def row(person, **values):
    """Return a row of the grid, for the version that stands now."""
    return MendedPerson(id=person.id, version=person.version, **values)


def points(tx, person):
    """Return what somebody is reached by: kind, value and state."""
    rows = select(ContactPoint.value, ContactPoint.origin, ContactPoint.state)
    found = tx.execute(rows.where(ContactPoint.person_id == person.id).order_by(ContactPoint.value))
    return [tuple(one) for one in found]


class TestMend:
    def test_many_are_mended_with_one_change_set(self, administrator, tx):
        one = make_person(tx, mobile="0312345678", mail="keep@example.jp")
        two = make_person(tx)
        tx.execute(update(ContactPoint).where(ContactPoint.value == "keep@example.jp").values(state="works"))
        done = mend(administrator, Mend(rows=[
            row(one, mobile="０９０－１１１１－２２２２", mail1="keep@example.jp"), row(two, mail1="new@Example.jp"),
        ]))  # fmt: skip
        assert done.count == 2
        assert points(tx, one) == [
            ("+819011112222", ContactOrigin.OFFICE, ContactState.UNTRIED),
            ("keep@example.jp", ContactOrigin.OFFICE, ContactState.WORKS),
        ]
        assert points(tx, two) == [("new@example.jp", ContactOrigin.OFFICE, ContactState.UNTRIED)]
        facts = dict(tx.execute(select(ContactStanding.person_id, ContactStanding.facts)).all())
        assert facts[one.id] == Fact.COMPANY_MAIL | Fact.MOBILE | Fact.ALIVE
        assert tx.scalar(select(func.count()).where(AuditRecord.process == "network.mend")) == 1

    def test_private_contact_points_stay(self, administrator, tx):
        person = make_person(tx, mail="office@example.jp")
        private = {"origin": ContactOrigin.PERSON, "slot": 1, "verified_at": tx.now}
        tx.add(ContactPoint(person_id=person.id, kind="mail", value="own@example.jp", **private))
        mend(administrator, Mend(rows=[row(person)]))
        assert [value for value, *_rest in points(tx, person)] == ["own@example.jp"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"mobile": "03-1234-5678"}, "mobile"),
            ({"mobile": "090-1234"}, "mobile"),
            ({"mail1": "nobody"}, "mail1"),
            ({"mail2": "TAKEN@example.jp"}, "mail2"),
        ],
    )
    def test_what_cannot_be_used_is_said_and_nothing_is_changed(self, administrator, tx, values, field):
        make_person(tx, mail="taken@example.jp")
        wrong, right = make_person(tx), make_person(tx)
        with pytest.raises(Invalid) as error:
            mend(administrator, Mend(rows=[row(right, mail1="fine@example.jp"), row(wrong, **values)]))
        assert list(error.value.fields) == [f"{wrong.id}.{field}"]
        assert not points(tx, right)

    def test_the_same_new_address_for_two_is_refused(self, administrator, tx):
        rows = [row(make_person(tx), mail1="both@example.jp") for _ in range(2)]
        with pytest.raises(Invalid):
            mend(administrator, Mend(rows=rows))

    def test_a_wrong_number_that_nobody_touched_does_not_keep_a_mail_from_being_mended(self, administrator, tx):
        person = make_person(tx, mobile="+81312345678")
        mend(administrator, Mend(rows=[row(person, mobile="+81 3-1234-5678", mail1="x@example.jp")]))
        assert [value for value, *_rest in points(tx, person)] == ["+81312345678", "x@example.jp"]

    def test_who_was_changed_meanwhile_is_named(self, administrator, tx):
        person = make_person(tx, "変更", "済")
        asked = row(person, mail1="late@example.jp")
        tx.execute(update(Person).where(Person.id == person.id).values(version=Person.version + 1))
        with pytest.raises(Conflict, match="変更 済"):
            mend(administrator, Mend(rows=[asked]))

    def test_somebody_out_of_reach_is_not_found(self, limited, cast):
        with pytest.raises(NotFound):
            mend(limited("network.mend"), Mend(rows=[row(cast.far, mail1="a@example.jp")]))

    def test_nobody_gets_into_a_higher_account_by_its_address(self, limited, cast):
        with pytest.raises(Invalid):
            mend(limited("network.mend"), Mend(rows=[row(cast.administrator, mail1="thief@example.jp")]))


class TestLists:
    def test_all_found_are_put_on_a_list(self, administrator, tx, cast):
        settle(tx, 1_000)
        found = NetworkAsk(finding=Finding.NOTHING)
        made = to_list(administrator, ListOf(name="未登録", found=found))
        members = tx.execute(select(PersonListMember.person_id).where(PersonListMember.list_id == made.id)).scalars()
        assert set(members) == {one.id for one in search_network(administrator, found).rows}
        assert made.people == 5

    def test_the_name_that_was_sought_stands_where_it_can_be_erased(self, administrator, tx, cast):
        settle(tx, 1_000)
        to_list(administrator, ListOf(name="一人", found=NetworkAsk(text="遠方", finding=Finding.NOTHING)))
        record = tx.execute(select(AuditRecord).where(AuditRecord.process == "network.to_list")).scalar_one()
        assert record.input["found"]["finding"] == "nothing"
        assert "遠方" not in str(record.input)
        assert tx.get(AuditPersonal, record.id).values == {"found": {"text": "遠方"}}

    def test_only_whom_one_reaches(self, limited, tx, cast):
        made = to_list(limited("network.to_list"), ListOf(name="二人", person_ids=[cast.far.id, cast.staff.id]))
        members = tx.execute(select(PersonListMember.person_id).where(PersonListMember.list_id == made.id)).scalars()
        assert list(members) == [cast.staff.id]

    def test_a_list_of_nobody_is_refused(self, administrator, tx, cast):
        settle(tx, 1_000)
        with pytest.raises(Refused):
            to_list(administrator, ListOf(name="空", found=NetworkAsk(finding=Finding.NUMBER_SHARED)))

    def test_the_file_is_that_of_the_import(self, administrator, tx, cast):
        wrong = make_person(tx, mobile="0312345678", code="W1")
        settle(tx, 1_000)
        file = export_network(administrator, NetworkAsk(finding=Finding.NUMBER_MALFORMED))
        lines = file.content.decode("utf-8-sig").splitlines()
        assert (file.rows, lines[1].split(",")[0]) == (1, wrong.code)


class TestLastTest:
    @pytest.fixture
    def sent(self, tx):
        """Return a maker of deliveries of a test broadcast that was sent."""
        broadcast = Broadcast(kind=BroadcastKind.TEST, state=BroadcastState.OPEN, title="t", subject="s", body="b",
                              questions=[], audience={}, created_at=tx.now, sent_at=tx.now)  # fmt: skip
        tx.add(broadcast)

        def make(person, state, contact_point_id=None, number=0, reason=None):
            mailing = tx.scalar(select(Mailing).where(Mailing.broadcast_id == broadcast.id, Mailing.round == number))
            if mailing is None:
                mailing = Mailing(broadcast_id=broadcast.id, round=number, subject="s", body="b", constants={},
                                  created_at=tx.now)  # fmt: skip
                tx.add(mailing)
            tx.add(Delivery(mailing_id=mailing.id, person_id=person.id, contact_point_id=contact_point_id,
                            channel="mail", address="", state=state, reason=reason, updated_at=tx.now))  # fmt: skip
            return broadcast

        return make

    def missed(self, administrator, tx):
        """Return whom the list of the last test names, and what it says."""
        settle(tx, 1_000)
        return {one.id: one.test for one in search_network(administrator, NetworkAsk(finding=Finding.MISSED)).rows}

    def test_who_was_missed_is_listed_until_the_address_is_another(self, administrator, tx, sent):
        person, fine, none = make_person(tx, mail="f@example.jp"), make_person(tx, mail="g@example.jp"), make_person(tx)
        point = tx.scalar(select(ContactPoint.id).where(ContactPoint.person_id == person.id))
        sent(person, DeliveryState.FAILED, point, reason="550 no such user")
        sent(fine, DeliveryState.ACCEPTED)
        sent(none, DeliveryState.NOT_SENT)
        note_last_test(tx)
        found = self.missed(administrator, tx)
        assert found.keys() == {person.id, none.id}
        assert "550 no such user" in found[person.id]
        mend(administrator, Mend(rows=[row(person, mail1="better@example.jp"), row(none, mail1="first@example.jp")]))
        assert not self.missed(administrator, tx)

    def test_what_a_later_round_got_through_is_not_missed(self, administrator, tx, sent):
        person = make_person(tx, mail="f@example.jp")
        point = tx.scalar(select(ContactPoint.id).where(ContactPoint.person_id == person.id))
        sent(person, DeliveryState.FAILED, point)
        sent(person, DeliveryState.ACCEPTED, point, number=1)
        note_last_test(tx)
        assert not self.missed(administrator, tx)

    def test_it_is_noted_when_the_last_message_went_out(self, tx, sent):
        broadcast = sent(make_person(tx), DeliveryState.NOT_SENT)
        tx.tell(MailingFinished(broadcast.id))
        jobs = "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE task_name = 'network.note_test'"
        assert tx.session.connection().exec_driver_sql(jobs).scalar() == 1


def test_erased_people_leave_nothing_behind(administrator, tx):
    family = [make_person(tx, mobile="+819033334444") for _ in range(2)]
    share_numbers(administrator, Share(person_ids=[family[0].id]))
    retire_people(administrator, Several(person_ids=[family[0].id]))
    erase_person(administrator, ErasePerson(person_id=family[0].id, typed=family[0].code))
    assert tx.scalar(select(func.count()).select_from(SharedNumber)) == 0
    assert tx.scalar(select(func.count()).select_from(ContactStale)) == 0
    facts = select(ContactStanding.facts).where(ContactStanding.person_id.in_([one.id for one in family]))
    assert list(tx.execute(facts).scalars()) == [Fact.MOBILE | Fact.ALIVE]
