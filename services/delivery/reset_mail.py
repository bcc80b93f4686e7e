"""The mail for a forgotten password (パスワード再設定メール): sent beside the ledger, its link kept nowhere."""

from contextlib import closing

import structlog

from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _, using_language
from core.jobs import enqueue, job
from core.transaction import Transaction, listens
from services.access import ResetLetter, reset_letter
from services.delivery.leases import SENDER
from services.delivery.letters import From, Mail, Skeleton
from services.delivery.messages import message_id_of
from services.delivery.providers import Provider
from services.delivery.sender import current_sender, from_of, provider_of
from services.events import PasswordForgotten

SUBJECT = N_("Set a new password")
BODY = N_(
    "{name}\n\nSomebody, probably you, said at the sign-in that your password is forgotten.\n"
    "With this link you set a new one. It works once, for 30 minutes:\n\n{url}\n\n"
    "If it was not you, there is nothing to do: your password stays as it is."
)
log = structlog.get_logger("delivery")


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
        if letter is None:
            return
        row = current_sender(tx)
        sender, provider = from_of(row), provider_of(row)
    _send(provider, _mail(sender, letter))


def _mail(sender: From, letter: ResetLetter) -> Mail:
    message_id = message_id_of(letter.account_id, sender.address)
    with using_language(letter.language):
        skeleton = Skeleton(sender, _(SUBJECT), _(BODY), {"url": letter.url})
    return skeleton.letter(0, message_id, letter.address, letter.name, {"name": letter.name})


def _send(provider: Provider, mail: Mail) -> None:
    with closing(provider):
        outcome = next(iter(provider.send([mail])))
    if outcome.accepted:
        return
    log.warning("mail for a forgotten password was not taken", word=outcome.word, permanent=outcome.permanent)
    if not outcome.permanent:
        raise Unavailable(N_("The mail server put a mail off. It is tried again."))
