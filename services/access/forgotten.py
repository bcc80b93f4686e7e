"""A forgotten password (パスワード再設定): a mail with a one-time link, the same answer whoever asks for whomever."""

from datetime import timedelta

import structlog
from sqlalchemy import update

from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import operation
from core.settings import settings
from core.transaction import Transaction
from data.models.access import Account, SignInLink, TryKind
from services.access import tries
from services.access.accounts import LOGIN
from services.access.addressees import addressees
from services.access.tokens import hash_of, new_token
from services.events import PasswordForgotten

VALID_FOR = timedelta(minutes=30)
WINDOW = timedelta(hours=1)
MOST_FOR_A_NAME = 3
MOST_FROM_A_NETWORK = 20
log = structlog.get_logger("access")


class Forgotten(Input):
    """Who forgot the password, and from which network that was said."""

    login: str = field(N_("Login name"), personal=True, min_length=1, max_length=100)
    network: str = field(N_("Network"), hidden=True, max_length=60)


class ResetLetter(Row):
    """What the mail needs; the link is in no table."""

    account_id: int
    name: str
    address: str
    language: str
    url: str


@operation("access.forgot_password", N_("Ask for a mail to set a new password"), touches="account", own=True)
def forgot_password(tx: Transaction, ask: Forgotten) -> None:
    """Have a mail sent to whoever has this login name, if anybody; the answer does not tell.

    Three an hour for a name, twenty from a network. What is done does not depend on whether the name is known: who it
    is, is looked up where the mail is written.
    """
    name = ask.login.lower()
    if not settings().takes_passwords or not LOGIN.fullmatch(name):
        return
    times = tries.count(tx, TryKind.RESET, [(name, ""), ("", ask.network)], WINDOW)
    if times[name, ""] > MOST_FOR_A_NAME or times["", ask.network] > MOST_FROM_A_NETWORK:
        log.info("too many mails for forgotten passwords", of_name=times[name, ""], of_network=times["", ask.network])
        return
    tx.tell(PasswordForgotten(name))


def reset_letter(tx: Transaction, login: str) -> ResetLetter | None:
    """Make the link for a mail to the owner of a login name; None: nobody in use has it, or no mail address works.

    Links that were sent before are void, those from an administrator are not.
    """
    row = next(iter(addressees(tx, Account.login == login)), None)
    if row is None:
        return None
    sent_before = (
        SignInLink.account_id == row.account_id,
        SignInLink.created_by.is_(None),
        SignInLink.used_at.is_(None),
    )
    tx.execute(update(SignInLink).where(*sent_before).values(used_at=tx.now))
    token = new_token()
    tx.insert(
        SignInLink, token_hash=hash_of(token), account_id=row.account_id, created_by=None, created_at=tx.now,
        expires_at=tx.now + VALID_FOR,
    )  # fmt: skip
    url = f"{settings().base_url}/invitation?token={token}"
    return ResetLetter(**row.model_dump(), url=url)
