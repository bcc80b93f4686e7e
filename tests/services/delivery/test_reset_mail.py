"""The mail for a forgotten password, from the sign-in to the mailbox, and who may open it there."""

import re

import pytest
from sqlalchemy import select

from core.actor import Actor, Reach, What
from core.database import transaction
from core.errors import Refused
from core.jobs import run_waiting_jobs
from data.models.access import SignInLink
from data.models.delivery import LocalMail, MailSender, ProviderKind, Security
from data.models.people import ContactKind, ContactPoint
from services.access import Forgotten, actor_for, forgot_password, invited
from services.delivery import WhichMail, mail, send_reset
from services.delivery.providers import ProviderDown
from tests.factories import account_of, make_cast
from tests.smtp_sink import smtp_sink


@pytest.fixture
def stage(live):
    """The cast; the administrator and the staff member have mail addresses."""
    with transaction(Actor.system("test")) as tx:
        cast = make_cast(tx)
        for person, address in ((cast.administrator, "admin@example.jp"), (cast.staff, "staff@example.jp")):
            tx.add(ContactPoint(person_id=person.id, kind=ContactKind.MAIL, value=address))
    return cast


def ask(login):
    """Say that a password is forgotten, and let the worker do its part."""
    with transaction(Actor.system("test")) as tx:
        forgot_password(tx, Forgotten(login=login, network="192.0.2.1"))
    run_waiting_jobs()


def mails():
    """Return what the local mailbox took."""
    with transaction(Actor.system("test")) as tx:
        return list(tx.execute(select(LocalMail).order_by(LocalMail.id)).scalars())


def test_one_mail_with_a_link_that_works(stage):
    ask("staff")
    ask("nobody")
    (one,) = mails()
    assert (one.recipient, one.subject) == ("staff@example.jp", "パスワードの再設定")
    token = re.search(r"/invitation\?token=([\w-]+)", one.body)[1]
    with transaction(Actor.system("test")) as tx:
        assert invited(tx, token).login == "staff"


def test_in_the_mailbox_it_opens_for_those_who_may_make_such_links(stage):
    ask("admin")
    ask("staff")
    of_admin, of_staff = mails()
    whole = Reach(whole=True)
    with transaction(Actor.system("test")) as tx:
        account = account_of(tx, stage.manager).id
        reader = Actor("読", account_id=account, grants={("delivery.mail", What.READ): whole})
        helper = Actor("助", account_id=account, grants={**reader.grants, ("access.invite", What.DO): whole})
        administrator = actor_for(tx, account_of(tx, stage.administrator).id)
    for actor, opens in ((reader, []), (helper, [of_staff.id]), (administrator, [of_admin.id, of_staff.id])):
        seen = []
        for one in (of_admin, of_staff):
            try:
                with transaction(actor) as tx:
                    seen.append(mail(tx, WhichMail(id=one.id)).id)
            except Refused:
                pass
        assert seen == opens


def test_a_server_that_is_down_is_tried_again_with_another_link(stage):
    with smtp_sink() as sink:
        host, port = sink.hostname, sink.port
    with transaction(Actor.system("test")) as tx:
        tx.add(
            MailSender(
                id=1, name="連絡", address="renraku@example.jp", provider=ProviderKind.SMTP, smtp_host=host,
                smtp_port=port, smtp_security=Security.NONE,
            )
        )  # fmt: skip
    with pytest.raises(ProviderDown):
        send_reset(login="staff")
    with smtp_sink() as sink:
        with transaction(Actor.system("test")) as tx:
            tx.get(MailSender, 1).smtp_port = sink.port
        send_reset(login="staff")
        assert len(sink.taken) == 1
    with transaction(Actor.system("test")) as tx:
        links = tx.execute(select(SignInLink.used_at).order_by(SignInLink.created_at)).scalars().all()
    assert [used is None for used in links] == [False, True]
