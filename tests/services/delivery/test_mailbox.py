"""The local mailbox: newest first, found by recipient and subject, for those who may."""

from datetime import timedelta

import pytest

from core.errors import NotAllowed, NotFound
from data.models.delivery import LocalMail
from services.delivery import mail, mailbox
from services.delivery.letters import From, Skeleton
from services.delivery.mailbox import MailboxAsk, WhichMail, keep_locally
from tests.factories import actor_of


@pytest.fixture
def mails(tx):
    """Five mails, a minute apart."""
    rows = [
        LocalMail(
            at=tx.now + timedelta(minutes=n), message_id=f"<{n}@x>", sender="office@example.jp",
            recipient=f"p{n}_a@example.jp", subject=f"訓練 {n}", body=f"本文 {n}",
        )
        for n in range(5)
    ]  # fmt: skip
    tx.add_all(rows)
    return rows


class TestMailbox:
    def test_shows_the_newest_first_and_pages(self, administrator, mails):
        first = mailbox(administrator, MailboxAsk(size=3))
        assert [one.subject for one in first.rows] == ["訓練 4", "訓練 3", "訓練 2"]
        assert first.count == 5
        second = mailbox(administrator, MailboxAsk(size=3, after=first.next))
        assert [one.subject for one in second.rows] == ["訓練 1", "訓練 0"]
        assert second.next is None

    @pytest.mark.parametrize(
        ("asked", "found"),
        [({"recipient": "P3_A"}, ["訓練 3"]), ({"recipient": "%"}, []), ({"subject": "訓練 1"}, ["訓練 1"])],
    )
    def test_finds(self, administrator, mails, asked, found):
        assert [one.subject for one in mailbox(administrator, MailboxAsk(**asked)).rows] == found

    def test_is_refused_to_managers_since_links_answer_for_others(self, acting, cast, tx, mails):
        with pytest.raises(NotAllowed):
            mailbox(acting(actor_of(tx, cast.manager)), MailboxAsk())


class TestMail:
    def test_opens_one(self, administrator, mails):
        assert mail(administrator, WhichMail(id=mails[2].id)).body == "本文 2"

    def test_says_when_it_is_not_there(self, administrator):
        with pytest.raises(NotFound):
            mail(administrator, WhichMail(id=1))

    def test_is_refused_without_permission(self, acting, cast, tx, mails):
        with pytest.raises(NotAllowed):
            mail(acting(actor_of(tx, cast.manager)), WhichMail(id=mails[0].id))


def test_the_same_mail_again_is_kept_once(live):
    letter = Skeleton(From("", "office@example.jp"), "x", "y", {}).letter(1, "<1@x>", "a@example.jp", "", {})
    keep_locally([letter])
    keep_locally([letter])
    with live.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM local_mail").scalar() == 1
