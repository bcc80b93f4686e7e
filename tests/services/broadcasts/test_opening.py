"""Opening without a person: a telegram's broadcast, and those who are included later."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text

from core.actor import Actor
from core.database import transaction
from core.errors import NotFound, Refused
from data.models.broadcasts import Broadcast, Recipient
from data.models.delivery import Delivery, Mailing
from data.models.people import Person
from services.broadcasts import Which, close, extend, open_automatic, opening, seed_samples, stop
from tests.factories import make_person
from tests.services.broadcasts.asks import finish, form_named, mailed, mailings, recipient, recipients, state_of


def automatic(tx, people, **values):
    """Open a broadcast as the safety room does."""
    form = form_named(tx, "安否確認")
    ask = {
        "title": "震度6弱 東京都",
        "subject": "{title}",
        "body": "{reply_url}",
        "form": form,
        "cause": "quake:1:rule:1",
    }
    ids = select(Person.id).where(Person.id.in_([person.id for person in people]))
    return open_automatic(tx, person_ids=ids, **(ask | values))


def ids(*people):
    """Return a statement over the ids of people."""
    return select(Person.id).where(Person.id.in_([person.id for person in people]))


@pytest.mark.usefixtures("samples", "with_mail")
class TestOpenAutomatic:
    def test_asks_these_people_at_once(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff, cast.far])
        assert recipients(tx, broadcast_id) == {cast.staff.id, cast.far.id}
        row = tx.get(Broadcast, broadcast_id)
        assert (row.kind, row.state, row.asked, row.created_by) == ("automatic", "sending", 2, None)
        assert row.questions[0]["label"] == "ご無事ですか？"
        assert mailed(tx, mailings(tx, broadcast_id)[0]) == {cast.staff.id, cast.far.id}

    def test_one_cause_opens_once(self, cast, tx):
        first = automatic(tx, [cast.staff])
        assert automatic(tx, [cast.staff, cast.far]) == first
        assert len(mailings(tx, first)) == 1
        assert automatic(tx, [cast.staff], cause="quake:2:rule:1") != first

    def test_a_text_without_the_link_gets_it(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff], body="大きな地震がありました。")
        assert mailings(tx, broadcast_id)[0].body == "大きな地震がありました。\n\n{reply_url}\n"

    def test_nobody_to_ask_opens_it_without_a_mailing(self, tx):
        broadcast_id = automatic(tx, [])
        assert (mailings(tx, broadcast_id), state_of(tx, broadcast_id)) == ([], "open")

    def test_people_are_counted_in_an_area_of_the_event(self, tx):
        from_osaka = make_person(tx, area="2712800", mail="o@example.jp")
        broadcast_id = automatic(tx, [from_osaka], areas=["27"])
        assert recipient(tx, broadcast_id, from_osaka).area_code == "2712800"


@pytest.mark.usefixtures("samples", "with_mail")
class TestExtend:
    def test_asks_only_those_who_were_not_asked_yet(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        assert extend(tx, broadcast_id, ids(cast.staff, cast.far)) == 1
        first, second = mailings(tx, broadcast_id)
        assert (mailed(tx, first), mailed(tx, second)) == ({cast.staff.id}, {cast.far.id})
        assert (second.round, second.reminder, tx.get(Broadcast, broadcast_id).asked) == (1, False, 2)

    def test_nobody_new_opens_no_mailing(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        assert extend(tx, broadcast_id, ids(cast.staff)) == 0
        assert len(mailings(tx, broadcast_id)) == 1

    def test_an_open_broadcast_is_being_sent_again(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        finish(tx, broadcast_id)
        extend(tx, broadcast_id, ids(cast.far))
        assert state_of(tx, broadcast_id) == "sending"
        assert recipient(tx, broadcast_id, cast.far).round == 1

    def test_what_a_person_stopped_waits_for_that_person(self, administrator, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        stop(administrator, Which(id=broadcast_id))
        assert extend(tx, broadcast_id, ids(cast.far)) == 1
        assert state_of(tx, broadcast_id) == "stopped"
        tx.session.expire_all()
        assert {mailing.state for mailing in mailings(tx, broadcast_id)} == {"stopped"}

    def test_a_closed_broadcast_asks_nobody_else(self, administrator, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        close(administrator, Which(id=broadcast_id))
        with pytest.raises(Refused):
            extend(tx, broadcast_id, ids(cast.far))
        with pytest.raises(NotFound):
            extend(tx, 999_999, ids(cast.far))

    def test_nobody_is_looked_up_one_by_one_among_those_who_were_asked(self, cast, tx):
        broadcast_id = automatic(tx, [cast.staff])
        tx.execute(text("SET LOCAL work_mem = '64kB'"))
        left = opening.not_asked(ids(cast.staff, cast.far), broadcast_id)
        assert tx.session.scalars(left).all() == [cast.far.id]
        asked = left.compile(dialect=tx.session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        plan = "\n".join(tx.session.scalars(text(f"EXPLAIN {asked}")))
        assert "Except" in plan


class TestAtOnce:
    def test_two_openings_of_one_cause_at_once_are_one_broadcast(self, live):
        with transaction(Actor.system("test")) as tx:
            seed_samples(tx)
            people = [make_person(tx, mail=f"p{n}@example.jp") for n in range(20)]
        barrier = Barrier(4)

        def opened(_number):
            with transaction(Actor.system("telegram")) as tx:
                barrier.wait(timeout=10)
                return automatic(tx, people)

        with ThreadPoolExecutor(4) as pool:
            made = set(pool.map(opened, range(4)))
        with transaction(Actor.system("test")) as tx:
            counts = [
                tx.scalar(select(func.count()).select_from(of)) for of in (Broadcast, Mailing, Recipient, Delivery)
            ]
        assert (len(made), counts) == (1, [1, 1, 20, 20])
