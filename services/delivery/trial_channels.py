"""Tests of SMS and LINE (テスト, X02): the worker really sends one, or really asks LINE, and notes what came of it."""

from contextlib import closing

from core.database import transaction
from core.errors import Refused, Unavailable
from core.i18n import N_, _, using_language
from core.inputs import Input, Nothing, field
from core.jobs import enqueue, job
from core.operations import operation
from core.transaction import Transaction
from data.models.channels import LineChannel, SmsSender
from services.delivery import line_settings, sms_settings
from services.delivery.acting import SENDER
from services.delivery.lacking import require_complete
from services.delivery.line_settings import LineAccess, LineRow, access_by, current_line, line_row
from services.delivery.providers import ProviderDown
from services.delivery.providers.base import Outcome
from services.delivery.providers.line import bot_info
from services.delivery.providers.sms import Sms, SmsProvider
from services.delivery.sms_settings import SmsRow, current_sms, provider_by, sms_row
from services.people import Mobile

TEXT = N_("This is a test SMS of Renraku. If you can read it, SMS works.")
OTHER_ACCOUNT = "other account:"
"""How the word begins when the token belongs to another official account than the basic ID says."""


class TestSms(Input):
    """Where the test SMS goes."""

    __test__ = False  # its name looks like a test's to pytest

    number: Mobile = field(N_("Send a test SMS to"), min_length=1, max_length=30, personal=True)


@operation("delivery.send_test_sms", N_("Send a test SMS"), touches="sms_sender")
def send_test_sms(tx: Transaction, ask: TestSms) -> SmsRow:
    """Have the worker send one SMS with the settings as they are, on or off; it costs what an SMS costs.

    Raises:
        Refused: when nothing was set yet. Invalid: when something is missing.
    """
    row = tx.get(SmsSender, sms_settings.ONLY_ROW, lock=True)
    if row is None:
        raise Refused(N_("Save the settings first."))
    require_complete(sms_settings.lacks(row))
    row.forget_test()
    row.test_number, row.test_asked_at = ask.number, tx.now
    tx.session.flush()
    enqueue(tx, send_sms, once="delivery.send_test_sms", language=tx.actor.language)
    return sms_row(tx, row)


@operation("delivery.test_line", N_("Test the LINE official account"), touches="line_channel")
def ask_about_line(tx: Transaction, ask: Nothing) -> LineRow:  # noqa: ARG001 - every operation is asked with something
    """Have the worker ask LINE whose token it is.

    Raises:
        Refused: when nothing was set yet. Invalid: when something is missing.
    """
    row = tx.get(LineChannel, line_settings.ONLY_ROW, lock=True)
    if row is None:
        raise Refused(N_("Save the settings first."))
    require_complete(line_settings.lacks(row))
    row.forget_test()
    row.test_asked_at = tx.now
    tx.session.flush()
    enqueue(tx, ask_line, once="delivery.test_line")
    return line_row(tx, row)


@job("delivery.send_test_sms")
def send_sms(language: str) -> None:
    """Send the test SMS that was asked for last, and note what the provider said."""
    with transaction(SENDER) as tx, using_language(language):
        row = current_sms(tx)
        if row.test_number is None or row.test_asked_at is None or row.tested_at is not None:
            return
        asked_at, version, words = row.test_asked_at, row.version, _(TEXT)
        sms = Sms(row.test_number, words, f"test-{asked_at:%Y%m%d%H%M%S%f}")
        try:
            provider = provider_by(row)
        except Unavailable as error:
            provider, outcome = None, Outcome(0, accepted=False, word=error.text)
    if provider is not None:
        outcome = _sent(provider, sms)
    with transaction(SENDER) as tx:
        now = tx.get(SmsSender, sms_settings.ONLY_ROW, lock=True)
        if now is not None and (now.test_asked_at, now.version) == (asked_at, version):
            now.tested_at, now.test_accepted = tx.now, outcome.accepted
            now.test_word = outcome.reference if outcome.accepted else outcome.word


@job("delivery.test_line")
def ask_line() -> None:
    """Ask LINE, and note what it said."""
    with transaction(SENDER) as tx:
        row = current_line(tx)
        if row.test_asked_at is None or row.tested_at is not None:
            return
        asked_at, version = row.test_asked_at, row.version
        try:
            access: LineAccess | None = access_by(row)
        except Unavailable as error:
            access, accepted, word = None, False, error.text
    if access is not None:
        accepted, word = _asked(access)
    with transaction(SENDER) as tx:
        now = tx.get(LineChannel, line_settings.ONLY_ROW, lock=True)
        if now is not None and (now.test_asked_at, now.version) == (asked_at, version):
            now.tested_at, now.test_accepted, now.test_word = tx.now, accepted, word


def _sent(provider: SmsProvider, sms: Sms) -> Outcome:
    with closing(provider):
        try:
            return provider.send(sms)
        except ProviderDown as down:
            return Outcome(0, accepted=False, word=down.word)


def _asked(access: LineAccess) -> tuple[bool, str]:
    try:
        found = bot_info(access.access_token)
    except ProviderDown as down:
        return False, down.word
    if found.basic_id.lower() != access.basic_id:
        return False, f"{OTHER_ACCOUNT} {found.name} {found.basic_id}"
    return True, found.name
