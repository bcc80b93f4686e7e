"""The mails of invitations, from the click to the mailbox, and who may open them there."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.actor import Actor, Reach, What
from core.database import transaction
from core.errors import Refused
from core.jobs import run_waiting_jobs
from data.models.access import ReachKind
from data.models.delivery import LocalMail, MailSender, ProviderKind, Security
from data.models.invitations import Invitation
from services.access import actor_for
from services.delivery import WhichMail, mail
from services.delivery.providers import ProviderDown
from services.invitations import (
    InvitationsAsk,
    InvitationState,
    NewInvitations,
    WhichInvitations,
    invite_members,
    open_invitation,
    resend_invitations,
    search_invitations,
    send_invitations,
)
from services.invitations import (
    mail as mails,
)
from tests.factories import account_of
from tests.smtp_sink import smtp_sink


@pytest.fixture
def administrator(live_cast):
    """The actor of the administrator."""
    with transaction(Actor.system("test")) as tx:
        return actor_for(tx, account_of(tx, live_cast.administrator).id)


def tokens():
    """Return the links in the mails of the local mailbox, in order."""
    with transaction(Actor.system("test")) as tx:
        bodies = tx.execute(select(LocalMail.body).order_by(LocalMail.id)).scalars().all()
    return [re.search(r"/join\?token=([\w-]+)", body)[1] for body in bodies]


def test_each_gets_one_mail_in_their_language_and_sending_again_voids_the_link(live_cast, administrator):
    with transaction(administrator) as tx:
        ask = {"addresses": ["山田 太郎 <a@example.jp>", "b@example.jp"], "reach": ReachKind.WHOLE, "language": "en"}
        invite_members(tx, NewInvitations(**ask))
    run_waiting_jobs()
    with transaction(administrator) as tx:
        found = tx.execute(select(LocalMail).order_by(LocalMail.id)).scalars().all()
        assert [(one.recipient, one.subject.partition(" invites you")[0]) for one in found] == [
            ("a@example.jp", "管理 花子"), ("b@example.jp", "管理 花子"),
        ]  # fmt: skip
        assert found[0].body.startswith("山田 太郎")
        first = tx.scalar(select(Invitation.id).order_by(Invitation.id).limit(1))
        resend_invitations(tx, WhichInvitations(ids=[first]))
    run_waiting_jobs()
    old, other, new = tokens()
    with transaction(Actor.system("test")) as tx:
        assert open_invitation(tx, other).address == "b@example.jp"
        assert open_invitation(tx, new).address == "a@example.jp"
        with pytest.raises(Refused):
            open_invitation(tx, old)
    with transaction(Actor.system("test")) as tx:
        letter = tx.scalar(select(LocalMail.id).order_by(LocalMail.id).limit(1))
    reads = Actor(
        "読", account_id=administrator.account_id + 1, grants={("delivery.mail", What.READ): Reach(whole=True)}
    )
    with pytest.raises(Refused, match="reader only"), transaction(reads) as tx:
        mail(tx, WhichMail(id=letter))
    with transaction(administrator) as tx:
        assert mail(tx, WhichMail(id=letter)).recipient == "a@example.jp"


def test_what_a_server_refuses_is_said_and_one_that_is_down_is_tried_again(live_cast, administrator):
    with smtp_sink() as sink:
        port = sink.port
    with transaction(administrator) as tx:
        tx.add(
            MailSender(
                id=1, name="連絡", address="renraku@example.jp", provider=ProviderKind.SMTP, smtp_host="127.0.0.1",
                smtp_port=port, smtp_security=Security.NONE,
            )
        )  # fmt: skip
        invite_members(tx, NewInvitations(addresses=["a@example.jp"], reach=ReachKind.WHOLE))
        one = tx.scalar(select(Invitation.id))
    with pytest.raises(ProviderDown):
        send_invitations(ids=[one])
    with smtp_sink() as sink:
        with transaction(Actor.system("test")) as tx:
            tx.get(MailSender, 1).smtp_port = sink.port
        send_invitations(ids=[one])
        send_invitations(ids=[one])
        assert len(sink.taken) == 1


def test_one_that_waits_for_long_is_taken_up_and_given_up_after_a_day(live_cast, administrator):
    with transaction(administrator) as tx:
        invite_members(tx, NewInvitations(addresses=["a@example.jp", "b@example.jp"], reach=ReachKind.WHOLE))
        old, mine = tx.execute(select(Invitation).order_by(Invitation.id)).scalars()
        old.invited_at -= mails.GIVEN_UP + timedelta(hours=1)
        mine.invited_at -= mails.LEFT_OVER
    with transaction(Actor.system("test")) as tx:
        tx.execute(text("DELETE FROM procrastinate.procrastinate_jobs"))  # as after all tries while the server was down
    for _again in range(2):
        mails.sweep()
    run_waiting_jobs()
    with transaction(administrator) as tx:
        rows = {row.address: row for row in search_invitations(tx, InvitationsAsk()).rows}
    assert (rows["a@example.jp"].state, rows["b@example.jp"].state) == (InvitationState.FAILED, InvitationState.SENT)
    assert "メールサーバー" in rows["a@example.jp"].trouble
    assert len(tokens()) == 1
