"""The message that proves whose address it is (確認メール・SMS・通知): written by a job, its secrets kept nowhere."""

import secrets
from collections.abc import Callable
from contextlib import closing
from typing import Any

import structlog
from sqlalchemy import select, update

from core.actor import Actor
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, _, using_language
from core.inputs import Row
from core.jobs import enqueue, job
from core.settings import settings
from core.transaction import Transaction
from data.models.people import ContactKind, Person
from data.models.registration import ContactClaim
from data.models.setup import Organisation
from services.access import hash_of, new_token
from services.delivery import (
    Push,
    Sms,
    Subscription,
    app_provider,
    current_sender,
    from_of,
    provider_of,
    sms_provider,
)
from services.delivery.letters import Skeleton
from services.delivery.messages import new_message_id
from services.delivery.providers import Outcome
from services.registration.claims import is_live, is_taken
from services.registration.codes import CODE_FOR, LINK_FOR, code_hash, new_code

SYSTEM = Actor.system("registration")
LONGEST_NAME = 20
"""Of the organisation, so that an SMS stays one part of 70 letters."""

SUBJECT = N_("Confirm your mail address")
BODY = N_(
    "{name}\n\nThis address was entered as a way to reach you in an emergency.\n"
    "Open this link and press the button. It works once, for 24 hours:\n\n{url}\n\n"
    "Or enter this code where you registered. It is good for 10 minutes:\n\n{code}\n\n"
    "If it was not you, there is nothing to do: without the link or the code nothing is registered."
)
TAKEN = N_(
    "{name}\n\nThis address was entered as a way to reach you in an emergency.\n"
    "It cannot be registered, since it is registered for somebody else in the organisation already.\n"
    "Register another address, or ask your office."
)
TEXT = N_("{organisation}: your code is {code}. Enter it within 10 minutes. Tell it to nobody.")
ON_APP = N_("Your code is {code}. Tap here to register this app, or enter the code within 10 minutes.")
NOT_USED = "the app is switched off"
BY_LINK = frozenset({ContactKind.MAIL, ContactKind.APP})
"""Whose message has a link beside the code."""

log = structlog.get_logger("registration")


class Proof(Row):
    """What the message needs. ``code`` is empty when the address is somebody else's."""

    kind: ContactKind
    value: str
    name: str
    language: str
    organisation: str
    code: str
    url: str
    subscription: dict[str, Any] | None


def prove_soon(tx: Transaction, claim_id: int) -> None:
    """Have the worker send the message, once the claim is stored."""
    enqueue(tx, send_proof, once=f"registration.send_proof:{claim_id}", claim_id=claim_id)


@job("registration.send_proof", retries=4)
def send_proof(claim_id: int) -> None:
    """Make code and link of a claim and send them; tried again with others, if nobody takes the message at the moment.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when it put the message off.
    """
    with transaction(SYSTEM) as tx:
        proof = make_proof(tx, claim_id)
        if proof is None:
            return
        send = WAYS[proof.kind](tx, claim_id, proof)
    outcome = send()
    _note(claim_id, outcome)


def make_proof(tx: Transaction, claim_id: int) -> Proof | None:
    """Make code and link of a claim, of which only hashes are kept; None: it went out, or waits no more."""
    found = tx.execute(
        select(ContactClaim, Person)
        .join(Person, Person.id == ContactClaim.person_id)
        .where(
            ContactClaim.id == claim_id, ContactClaim.sent_at.is_(None), is_live(tx.now), Person.retired_at.is_(None),
            Person.erased_at.is_(None),
        )
        .with_for_update(of=ContactClaim)
    ).first()  # fmt: skip
    if found is None:
        return None
    claim, person = found
    taken = claim.kind is ContactKind.MAIL and is_taken(tx, person.id, claim.value)
    token, code = new_token(), new_code()
    claim.link_hash = hash_of(token) if claim.kind in BY_LINK and not taken else None
    claim.link_until = tx.now + LINK_FOR
    # Of an address that is somebody else's, the code is one that nobody gets: a wrong one answers as any other.
    claim.code_hash, claim.code_until = code_hash(f"claim:{claim.id}", code), tx.now + CODE_FOR
    claim.tries = 0
    tx.session.flush()
    return Proof(
        kind=claim.kind, value=claim.value, name=person.name, language=person.language, code="" if taken else code,
        organisation=tx.scalar(select(Organisation.name)) or "Renraku", url=f"{settings().base_url}/confirm/{token}",
        subscription=claim.subscription,
    )  # fmt: skip


def _by_mail(tx: Transaction, _claim_id: int, proof: Proof) -> Callable[[], Outcome]:
    row = current_sender(tx)
    sender, provider = from_of(row), provider_of(row)
    with using_language(proof.language):
        texts = (_(SUBJECT), _(BODY if proof.code else TAKEN))
    skeleton = Skeleton(sender, *texts, {"url": proof.url, "code": proof.code})
    message_id = new_message_id("proof", sender.address)
    letter = skeleton.letter(0, message_id, proof.value, proof.name, {"name": proof.name})

    def send() -> Outcome:
        with closing(provider):
            return next(iter(provider.send([letter])))

    return send


def _by_sms(tx: Transaction, claim_id: int, proof: Proof) -> Callable[[], Outcome]:
    provider = sms_provider(tx)
    with using_language(proof.language):
        text = _(TEXT, organisation=proof.organisation[:LONGEST_NAME], code=proof.code)
    # Tried again, it bears another code, so it is another message.
    sms = Sms(proof.value, text, f"claim:{claim_id}:{secrets.token_hex(8)}")

    def send() -> Outcome:
        with closing(provider):
            return provider.send(sms)

    return send


def _by_app(tx: Transaction, _claim_id: int, proof: Proof) -> Callable[[], Outcome]:
    provider = app_provider(tx)
    with using_language(proof.language):
        text = _(ON_APP, code=proof.code)
    push = Push(proof.organisation, text, proof.url, proof.language, CODE_FOR)

    def send() -> Outcome:
        if provider is None or proof.subscription is None:
            return Outcome(0, accepted=False, permanent=True, word=NOT_USED)
        return provider.send(push, Subscription(**proof.subscription))

    return send


WAYS: dict[ContactKind, Callable[[Transaction, int, Proof], Callable[[], Outcome]]] = {
    ContactKind.MAIL: _by_mail, ContactKind.MOBILE: _by_sms, ContactKind.APP: _by_app,
}  # fmt: skip


def _note(claim_id: int, outcome: Outcome) -> None:
    if not outcome.accepted:
        log.warning("a message that proves an address was not taken", word=outcome.word, permanent=outcome.permanent)
    if not outcome.accepted and not outcome.permanent:
        raise Unavailable(N_("The message was put off. It is tried again."))
    with transaction(SYSTEM) as tx:
        said = {"sent_at": tx.now} if outcome.accepted else {"trouble": outcome.word or "-"}
        tx.execute(update(ContactClaim).where(ContactClaim.id == claim_id).values(said))
