"""The mail for a forgotten password (パスワード再設定メール): sent beside the ledger, its link kept nowhere."""

from core.database import transaction
from core.i18n import N_
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from services.access import may_invite, reset_letter
from services.delivery.acting import SENDER
from services.delivery.messages import holds_link
from services.delivery.single import Letter, send_once
from services.events import PasswordForgotten

ABOUT = "account"
SUBJECT = N_("Set a new password")
BODY = N_(
    "{name}\n\nSomebody, probably you, said at the sign-in that your password is forgotten.\n"
    "With this link you set a new one. It works once, for 30 minutes:\n\n{url}\n\n"
    "If it was not you, there is nothing to do: your password stays as it is."
)


@listens(PasswordForgotten)
def send_soon(tx: Transaction, told: PasswordForgotten) -> None:
    """Have the worker write the mail; for an unknown name it finds out that there is none to write."""
    enqueue(tx, send_reset, once=f"delivery.send_reset:{told.login}", login=told.login)


@job("delivery.send_reset", retries=4)
def send_reset(login: str) -> None:
    """Make a link and send it. Tried again later if the provider is down, with another link: the one before is void.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put the mail off.
    """
    with transaction(SENDER) as tx:
        letter = reset_letter(tx, login)
    if letter is not None:
        values = {"name": letter.name, "url": letter.url}
        mail = Letter(letter.account_id, letter.address, letter.name, letter.language, SUBJECT, BODY, values)
        send_once(ABOUT, [mail], lambda _tx, _left: None)


holds_link(ABOUT, may_invite)
