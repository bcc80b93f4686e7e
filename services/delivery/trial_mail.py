"""A test mail to one address (テスト送信): the only way to know that sender and server work before it matters."""

from contextlib import closing

from core.database import transaction
from core.errors import Refused, Unavailable
from core.i18n import N_, _, using_language
from core.inputs import Input, field
from core.jobs import enqueue, job
from core.operations import operation
from core.transaction import Transaction
from data.models.delivery import MailSender
from services.delivery.acting import SENDER
from services.delivery.letters import Mail, Skeleton
from services.delivery.messages import new_message_id
from services.delivery.providers import Outcome, ProviderDown
from services.delivery.sender import ONLY_ROW, SenderRow, current_sender, from_of, provider_of, row_of
from services.people import Mail as MailAddress


class TestMail(Input):
    """Where the test mail goes."""

    __test__ = False  # its name looks like a test's to pytest

    address: MailAddress = field(N_("Send a test mail to"), min_length=1, personal=True)


@operation("delivery.send_test_mail", N_("Send a test mail"), touches="mail_sender")
def send_test_mail(tx: Transaction, ask: TestMail) -> SenderRow:
    """Have the worker send one mail with the sender as it is set now; the sender's row tells what came of it.

    Raises:
        Refused: when the sender was not set yet.
    """
    row = tx.get(MailSender, ONLY_ROW, lock=True)
    if row is None:
        raise Refused(N_("Set the sender first."))
    row.test_address, row.test_asked_at = ask.address, tx.now
    row.tested_at = row.test_accepted = row.test_word = None
    tx.session.flush()
    enqueue(tx, send_test, once="delivery.send_test", language=tx.actor.language)
    return row_of(tx, row)


@job("delivery.send_test")
def send_test(language: str) -> None:
    """Send the test mail that was asked for last, and note what the provider said."""
    with transaction(SENDER) as tx, using_language(language):
        row = current_sender(tx)
        if row.test_address is None or row.tested_at is not None:
            return
        asked_at, version = row.test_asked_at, row.version
        letter = _letter(row)
    outcome = _sent(row, letter)
    with transaction(SENDER) as tx:
        now = tx.get(MailSender, ONLY_ROW, lock=True)
        if now is None or (now.test_asked_at, now.version) != (asked_at, version):
            return  # changed or asked again meanwhile: this outcome says nothing about what holds now
        now.tested_at, now.test_accepted = tx.now, outcome.accepted
        now.test_word = outcome.reference if outcome.accepted else outcome.word
        tx.session.flush()


def _letter(row: MailSender) -> Mail:
    text = N_("This is a test mail. If you can read it, sender and mail server are set up well. No answer is needed.")
    skeleton = Skeleton(from_of(row), _(N_("Test mail of Renraku")), _(text), {})
    return skeleton.letter(0, new_message_id("test", row.address), row.test_address or "", "", {})


def _sent(row: MailSender, letter: Mail) -> Outcome:
    try:
        with closing(provider_of(row)) as provider:
            return next(iter(provider.send([letter])))
    except ProviderDown as down:
        return Outcome(letter.id, accepted=False, word=down.word)
    except Unavailable as error:
        return Outcome(letter.id, accepted=False, word=error.text)
