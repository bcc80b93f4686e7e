"""The app (アプリ連絡先): the browser of a phone is registered, and a code that is shown on it proves whose it is."""

import hashlib
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import AfterValidator

from core.errors import Refused
from core.i18n import N_
from core.inputs import WrongValue, field
from core.operations import operation
from core.transaction import Transaction
from data.models.people import ContactKind
from services.delivery import app_key
from services.delivery.providers.webpush import SECRET_BYTES, unpacked
from services.registration.giving import Claimed, claim_soon
from services.registration.whose import Whose, whose
from services.webhooks.places import check_url

NO_APP = N_("This browser did not give what the app needs. Try another browser, or register a mail address.")
OFF = N_("The app is not used here. Register a mail address or a mobile number.")


def push_address(value: str) -> str:
    """Refuse an address that no push service has: whoever registers says where we post to."""
    try:
        return check_url(value)
    except WrongValue as error:
        raise WrongValue(NO_APP) from error


def _key(value: str) -> str:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(value))
    except ValueError as error:  # a WrongValue is one too
        raise WrongValue(NO_APP) from error
    return value


def _secret(value: str) -> str:
    if len(_bytes(value)) != SECRET_BYTES:
        raise WrongValue(NO_APP)
    return value


class NewApp(Whose):
    """What a browser gave when somebody allowed messages: where they are handed in, and its keys."""

    endpoint: Annotated[str, AfterValidator(push_address)] = field(N_("Address"), secret=True, max_length=2_000)
    p256dh: Annotated[str, AfterValidator(_key)] = field(N_("Key"), secret=True, max_length=100)
    auth: Annotated[str, AfterValidator(_secret)] = field(N_("Secret"), secret=True, max_length=50)


@operation("registration.add_app", N_("Register the own app"), touches="contact_claim", own=True)
def add_app(tx: Transaction, ask: NewApp) -> Claimed:
    """Register the browser of a phone; a message with link and code is shown on it.

    It takes the place of the one before.

    Raises:
        Refused: when the app is not switched on, or this one is registered already.
        Unavailable: when too many messages were asked for.
    """
    if not app_key(tx):
        raise Refused(OFF)
    given = ask.model_dump(include={"endpoint", "p256dh", "auth"})
    return claim_soon(tx, whose(tx, ask), ContactKind.APP, _digest(ask.endpoint), given)


def _digest(address: str) -> str:
    # Lists show it to nobody, but who knows the address itself could hand something in.
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def _bytes(value: str) -> bytes:
    try:
        return unpacked(value)
    except ValueError as error:
        raise WrongValue(NO_APP) from error
