"""The first start: an empty database becomes an organisation with its first administrator."""

from enum import StrEnum

from sqlalchemy import select

from core.errors import Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.transaction import Transaction
from data.demo import organisation as demo
from data.models.setup import Organisation, SetupCode
from services import access, broadcasts, network, safety
from services.setup.code import MOST_FAILURES, is_right
from services.setup.contacts import seed_contacts
from services.setup.sample import load_sample


class StartWith(StrEnum):
    """What the database is filled with."""

    SAMPLE = "sample"
    EMPTY = "empty"


class FirstStart(Input):
    """What the first page asks."""

    code: str = field(N_("Setup code"), help=N_("It stands in the terminal in which Renraku was started."), secret=True,
                      masked=False, max_length=40)  # fmt: skip
    start_with: StartWith = field(N_("Start with"), hidden=True)
    organisation: str = field(N_("Name of the organisation"), default="", max_length=100)
    family_name: str = field(N_("Family name"), max_length=50, min_length=1, personal=True)
    given_name: str = field(N_("Given name"), max_length=50, min_length=1, personal=True)
    login: str = field(N_("Login name"), max_length=100, min_length=1, personal=True)
    password: str = field(N_("Password"), help=N_("At least 12 characters; a sentence is fine."), secret=True)
    browser: str = field(N_("Browser"), hidden=True, secret=True)
    """The pre-cookie's hash in hex: the sign-in code is good for this browser only."""


class Started(Row):
    """What became of it: the one-time code that signs the first administrator in; None when the code was wrong."""

    sign_in_code: str | None


class InstallationRow(Row):
    """Whether there is an organisation yet, and which."""

    ready: bool
    name: str = ""
    sample: bool = False


@query("setup.installation", N_("See which organisation this is"), own=True)
def installation(tx: Transaction, ask: Nothing) -> InstallationRow:  # noqa: ARG001 - every query is asked with something
    """Return the organisation of this installation (法人)."""
    found = tx.get(Organisation, 1)
    return InstallationRow(
        ready=found is not None, name=found.name if found else "", sample=bool(found and found.sample)
    )


@operation("setup.start", N_("Start the installation"), touches="organisation")
def start(tx: Transaction, ask: FirstStart) -> Started:
    """Make the organisation, the samples and the first administrator (初回設定, N01).

    A wrong code is an answer and no error, so that it is counted.

    Raises:
        Refused: when the organisation exists already, or too many wrong codes were typed.
        Invalid: when the password or the login name cannot be used.
    """
    stored = tx.execute(select(SetupCode).with_for_update()).scalar_one_or_none()
    if stored is None or tx.get(Organisation, 1) is not None:
        raise Refused(N_("This installation has been set up already. Sign in instead."))
    if stored.failures >= MOST_FAILURES:
        raise Refused(N_("Too many wrong codes. Stop Renraku and start it again to get a new one."))
    if not is_right(stored, ask.code):
        return Started(sign_in_code=None)
    sample = ask.start_with is StartWith.SAMPLE
    name = demo.NAME if sample else ask.organisation or f"{ask.family_name} {ask.given_name}"
    tx.insert(Organisation, id=1, name=name, sample=sample, created_at=tx.now)
    account_id = access.make_first_administrator(
        tx, login=ask.login, password=ask.password, family_name=ask.family_name, given_name=ask.given_name
    )
    broadcasts.seed_samples(tx)
    broadcasts.seed_procedures(tx)
    safety.seed_samples(tx)
    seed_contacts(tx)
    if sample:
        load_sample(tx)
    network.settle(tx)  # so that the first look at the contact network shows them
    tx.session.delete(stored)
    return Started(sign_in_code=access.issue_code(tx, account_id, bytes.fromhex(ask.browser)))
