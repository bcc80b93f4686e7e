"""Several channels in one mailing: who gets what by which, chunks of one channel, providers that rest one by one."""

from itertools import pairwise

import pytest
from sqlalchemy import func, insert, literal, select, update

from core import jobs
from core.actor import Actor
from core.database import transaction
from data.models.channels import LineChannel, SmsSender
from data.models.delivery import Channel, Chunk, Delivery, DeliveryState, LocalMail, LocalSms, Mailing, MailingState
from data.models.people import ContactKind, ContactOrigin, ContactPoint, ContactState
from services import delivery
from services.delivery import leases, sending
from services.delivery.carriers import switched_off
from services.delivery.ledger import CHUNK_ROWS
from services.delivery.notes import NoteSkeleton
from services.delivery.plan import planned
from services.delivery.providers import ProviderDown
from services.delivery.providers.base import ONE_PART, TWO_PARTS, cut
from services.delivery.tokens import retry_key
from services.people import shown_mobile
from tests.factories import make_person
from tests.services.delivery.stage import EVERYBODY, make_crowd, open_one, use_smtp
from tests.smtp_sink import smtp_sink

MAIL, SMS, LINE, APP = Channel.MAIL, Channel.SMS, Channel.LINE, Channel.APP
WAITING, NOT_SENT = DeliveryState.WAITING, DeliveryState.NOT_SENT


def system():
    return transaction(Actor.system("test"))


@pytest.fixture
def people(tx):
    """Somebody with mail and mobile, with mobile only, with a dead mail and LINE, with nothing; by name."""
    made = {
        "both": make_person(tx, mail="both@example.jp", mobile="+819000000001"),
        "mobile": make_person(tx, mobile="+819000000002"),
        "dead": make_person(tx, mail="dead@example.jp"),
        "nothing": make_person(tx),
    }
    tx.execute(update(ContactPoint).where(ContactPoint.value == "dead@example.jp").values(state=ContactState.DEAD))
    tx.add(
        ContactPoint(
            person_id=made["dead"].id, kind=ContactKind.LINE, value="U1", origin=ContactOrigin.PERSON,
            verified_at=tx.now,
        )
    )  # fmt: skip
    return {person.id: name for name, person in made.items()}


def plan(tx, people, *channels, otherwise=(), off=()):
    rows = tx.execute(planned(EVERYBODY.order_by(None), channels, otherwise, off)).all()
    return sorted((people[row.person_id], row.channel, row.address, row.state, row.reason) for row in rows)


class TestPlan:
    def test_a_row_for_each_contact_point_of_the_channels(self, tx, people):
        assert plan(tx, people, MAIL, SMS) == [
            ("both", "mail", "both@example.jp", WAITING, None),
            ("both", "sms", "+819000000001", WAITING, None),
            ("dead", "mail", "dead@example.jp", NOT_SENT, "dead"),
            ("mobile", "sms", "+819000000002", WAITING, None),
            ("nothing", "mail", "", NOT_SENT, "nothing"),
        ]

    def test_whom_the_channels_do_not_reach_the_first_of_the_others_does(self, tx, people):
        assert plan(tx, people, MAIL, otherwise=(LINE, SMS)) == [
            ("both", "mail", "both@example.jp", WAITING, None),
            ("dead", "line", "U1", WAITING, None),
            ("dead", "mail", "dead@example.jp", NOT_SENT, "dead"),
            ("mobile", "sms", "+819000000002", WAITING, None),
            ("nothing", "mail", "", NOT_SENT, "nothing"),
        ]

    def test_what_is_switched_off_is_passed_over_and_says_so(self, tx, people):
        assert plan(tx, people, SMS, otherwise=(LINE, MAIL), off={SMS, LINE}) == [
            ("both", "mail", "both@example.jp", WAITING, None),
            ("both", "sms", "+819000000001", NOT_SENT, "sms_off"),
            ("dead", "sms", "", NOT_SENT, "nothing"),
            ("mobile", "sms", "+819000000002", NOT_SENT, "sms_off"),
            ("nothing", "sms", "", NOT_SENT, "nothing"),
        ]

    def test_sms_stay_on_this_machine_as_long_as_mail_does(self, tx):
        assert switched_off(tx, Channel) == {LINE, APP}
        use_smtp(tx, 25)
        assert switched_off(tx, Channel) == {SMS, LINE, APP}
        tx.add(SmsSender(id=1, enabled=True))
        assert switched_off(tx, [MAIL, SMS]) == set()

    def test_the_rehearsal_counts_by_channel(self, tx, people):
        forecast = delivery.rehearse(tx, EVERYBODY, (MAIL,), (SMS,))
        assert (forecast.people, forecast.reached) == (4, 2)
        assert [(one.channel, one.messages) for one in forecast.channels] == [(MAIL, 1), (SMS, 1)]
        page = delivery.rehearsal_page(tx, EVERYBODY, delivery.RehearsalAsk(), (MAIL,), (SMS,))
        assert sorted(one.addresses for one in page.rows) == [
            [],
            [],
            [shown_mobile("+819000000002")],
            ["both@example.jp"],
        ]


class TestChunks:
    def test_each_is_of_one_channel_and_of_its_size(self, tx):
        make_crowd(tx, 150)
        numbers = func.concat("+81900", func.row_number().over())
        mobiles = EVERYBODY.order_by(None).add_columns(literal(ContactKind.MOBILE.value), numbers)
        tx.execute(insert(ContactPoint).from_select(["person_id", "kind", "value"], mobiles))
        open_one(tx, channels=(MAIL, SMS))
        chunks = tx.execute(select(Chunk.channel, Chunk.low, Chunk.high).order_by(Chunk.low)).all()
        assert [(one.channel, one.high - one.low + 1) for one in chunks] == [("mail", 150), ("sms", 100), ("sms", 50)]
        assert all(before.high < after.low for before, after in pairwise(chunks))
        inside = select(Delivery.channel, Chunk.channel).join(Chunk, Delivery.id.between(Chunk.low, Chunk.high))
        assert {tuple(row) for row in tx.execute(inside)} == {("mail", "mail"), ("sms", "sms")}
        assert set(CHUNK_ROWS) == set(Channel)


class TestSending:
    def test_sms_go_into_the_local_box_beside_the_mails(self, live):
        with system() as tx:
            make_person(tx, "山田", "太郎", mail="y@example.jp", mobile="+819000000001")
            open_one(tx, subject="訓練 {family_name}様", channels=(MAIL, SMS))
        jobs.run_waiting_jobs()
        with system() as tx:
            sms = tx.session.scalars(select(LocalSms)).one()
            number = tx.scalar(select(Delivery.id).where(Delivery.channel == "sms"))
            assert tx.scalar(select(func.count()).select_from(LocalMail)) == 1
            assert set(tx.session.scalars(select(Delivery.state))) == {DeliveryState.ACCEPTED}
            assert tx.scalar(select(Mailing.state)) is MailingState.FINISHED
        text, link = sms.text.splitlines()
        assert text == "訓練 山田様"
        assert delivery.verify(link.rpartition("/")[2]) == number
        assert (sms.number, sms.ref) == ("+819000000001", retry_key(number))

    def test_a_provider_that_is_down_rests_alone(self, live, monkeypatch):
        def down(*_):
            raise ProviderDown("500 no SMS today")

        monkeypatch.setattr("services.delivery.providers.sms.LocalSmsBox.send", down)
        with system() as tx:
            make_person(tx, mail="y@example.jp", mobile="+819000000001")
            broadcast_id = open_one(tx, channels=(SMS, MAIL))
        jobs.run_waiting_jobs()
        with system() as tx:
            found = dict(tx.execute(select(Delivery.channel, Delivery.state)).all())
            assert found == {"mail": DeliveryState.ACCEPTED, "sms": WAITING}
            mailing = tx.session.scalars(select(Mailing)).one()
            assert (list(mailing.resting), mailing.pauses) == (["sms"], 1)
            assert leases.take(tx, mailing.id, "me") is None, "its provider is asked again before its time"
            assert delivery.counts(tx, broadcast_id)[0].trouble == "500 no SMS today"
        monkeypatch.undo()
        with system() as tx:
            tx.execute(update(Mailing).values(resting={"sms": "2000-01-01T00:00:00+00:00"}))
        sending.sweep()
        jobs.run_waiting_jobs()
        with system() as tx:
            assert set(tx.session.scalars(select(Delivery.state))) == {DeliveryState.ACCEPTED}
            mailing = tx.session.scalars(select(Mailing)).one()
            assert (mailing.resting, mailing.trouble, mailing.state) == ({}, None, MailingState.FINISHED)

    def test_line_that_is_off_is_not_sent_and_says_so(self, live):
        with smtp_sink() as sink:
            with system() as tx:
                use_smtp(tx, sink.port)
                tx.add(LineChannel(id=1))
                person = make_person(tx, mail="y@example.jp")
                tx.add(
                    ContactPoint(
                        person_id=person.id, kind=ContactKind.LINE, value="U1", origin=ContactOrigin.PERSON,
                        verified_at=tx.now,
                    )
                )  # fmt: skip
                open_one(tx, channels=(MAIL, LINE))
            jobs.run_waiting_jobs()
        with system() as tx:
            found = tx.execute(select(Delivery.channel, Delivery.state, Delivery.reason).order_by(Delivery.channel))
            assert found.all() == [("line", NOT_SENT, "line_off"), ("mail", DeliveryState.ACCEPTED, None)]


class TestNotes:
    def test_are_cut_to_one_part_or_two(self):
        link = "https://r.jp/r/" + "x" * 30
        assert cut("短い\n文", link) == "短い 文"
        assert len(cut("長" * 100, link)) + 1 + len(link) == ONE_PART
        long_link = link + "y" * 20
        assert len(cut("長" * 100, long_link)) + 1 + len(long_link) == TWO_PARTS

    def test_say_the_short_text_and_whether_it_is_personal(self):
        values = {"name": "山田 太郎", "family_name": "山田", "department": "", "reply_url": ""}
        own = NoteSkeleton(7, "件名", "{family_name}様 {title} {reply_url}", {"title": "訓練"})
        note = own.note(5, "+8190", values, "en", {"endpoint": "https://push"})
        assert (note.subject, note.text, note.personal, note.mailing_id) == ("件名", "山田様 訓練", True, 7)
        assert (note.language, note.subscription) == ("en", {"endpoint": "https://push"})
        assert note.whole == f"{note.text}\n{note.link}"
        same = NoteSkeleton(7, "{title}", "", {"title": "訓練"}).note(5, "U1", values, "ja")
        assert (same.text, same.personal, same.key) == ("訓練", False, note.key)

    def test_only_an_sms_is_cut(self):
        values = {"name": "", "family_name": "", "department": "", "reply_url": ""}
        note = NoteSkeleton(7, "長" * 150, "", {}).note(5, "U1", values, "ja")
        assert note.text == "長" * 150, "LINE and the app say it whole"
        assert len(note.whole) <= TWO_PARTS
