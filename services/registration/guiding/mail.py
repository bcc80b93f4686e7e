"""The guide by mail (登録案内メール): written by a job in batches after the commit, its links kept nowhere."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, func, select, update

from core.actor import Actor, What
from core.database import transaction
from core.errors import Unavailable
from core.i18n import N_, using_language
from core.jobs import enqueue, job
from core.shown import day
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration_guides import GuideWay, RegistrationGuide
from services.access import people_within
from services.delivery import Letter, holds_link, send_letters
from services.registration.guiding.texts import sender_of, texts
from services.registration.guiding.whom import address
from services.registration.links import VALID_DAYS, make_links

SYSTEM = Actor.system("registration")
ABOUT = "registration_guide"
AT_ONCE = 100
GONE, NO_ADDRESS, TOO_LATE = "gone", "no_address", "too_late"
GIVEN_UP = timedelta(days=1)
LEFT_OVER = timedelta(minutes=5)
SWEPT = 10_000
TABLE = cast(Table, RegistrationGuide.__table__)
log = structlog.get_logger("registration")


def send_soon(tx: Transaction, ids: Sequence[int]) -> None:
    """Have the worker write the mails of these guides."""
    for at in range(0, len(ids), AT_ONCE):
        enqueue(tx, send_guides, alone="registration.send_guides", ids=list(ids[at : at + AT_ONCE]))


@job("registration.send_guides", retries=4)
def send_guides(ids: list[int]) -> None:
    """Make links for those of these guides that did not go out yet, and send them.

    Tried again later if the provider is down or puts a mail off, with other links: those before are void.

    Raises:
        ProviderDown: when the provider takes nothing at the moment.
        Unavailable: when the provider put a mail off.
    """
    with transaction(SYSTEM) as tx:
        letters = _letters(tx, ids)
    if not letters:
        return
    outcomes: list[dict[str, Any]] = []
    put_off = False
    try:
        for outcome in send_letters(ABOUT, letters):
            settled, word = outcome.accepted or outcome.permanent, None if outcome.accepted else outcome.word or "?"
            put_off = put_off or not settled
            outcomes.append({
                "_id": outcome.mail_id, "_sent": outcome.accepted, "_trouble": word if settled else None,
                "_put_off": None if settled else word,
            })  # fmt: skip
    finally:
        with transaction(SYSTEM) as tx:
            _note(tx, outcomes)
    if put_off:
        raise Unavailable(N_("The mail server put a mail off. It is tried again."))


def send_left_over(tx: Transaction) -> None:
    """Take up mails that are overdue, since the provider was down for long; those of yesterday are given up."""
    waiting = (
        RegistrationGuide.way == GuideWay.MAIL, RegistrationGuide.sent_at.is_(None), RegistrationGuide.trouble.is_(None)
    )  # fmt: skip
    old = update(TABLE).where(*waiting, RegistrationGuide.asked_at < tx.now - GIVEN_UP)
    tx.execute(old.values(trouble=func.coalesce(RegistrationGuide.put_off, TOO_LATE)))
    overdue = select(RegistrationGuide.id).where(*waiting, RegistrationGuide.asked_at < tx.now - LEFT_OVER)
    ids = list(tx.execute(overdue.order_by(RegistrationGuide.id).limit(SWEPT)).scalars())
    for at in range(0, len(ids), AT_ONCE):
        some = ids[at : at + AT_ONCE]
        once = f"registration.send_guides:{some[0]}"
        enqueue(tx, send_guides, once=once, alone="registration.send_guides", ids=some)


def _letters(tx: Transaction, ids: Sequence[int]) -> list[Letter]:
    waiting = (
        select(RegistrationGuide.id, Person.id.label("person_id"), Person.family_name, Person.given_name,
               Person.language, address().label("address"))
        .join(Person, Person.id == RegistrationGuide.person_id)
        .where(RegistrationGuide.id == func.any(list(ids)), RegistrationGuide.sent_at.is_(None))
        .where(RegistrationGuide.trouble.is_(None))
        .order_by(RegistrationGuide.id)
        .with_for_update(of=RegistrationGuide)
    )  # fmt: skip
    rows = tx.execute(waiting).all()
    links = make_links(tx, [row.person_id for row in rows if row.address])
    lost = [(row.id, GONE if row.address else NO_ADDRESS) for row in rows if row.person_id not in links]
    _note(tx, [{"_id": one, "_sent": False, "_trouble": why, "_put_off": None} for one, why in lost])
    words = texts(tx)
    sender = sender_of(tx, words)
    until = tx.now + timedelta(days=VALID_DAYS)
    letters = []
    for row in rows:
        if row.person_id in links:
            text = words.get(row.language, words["ja"])
            name = f"{row.family_name} {row.given_name}".strip()
            with using_language(text.language):
                values = {"name": name, "organisation": sender.name, "link": links[row.person_id],
                          "until": day(until), "contact": sender.contact[text.language]}  # fmt: skip
            letters.append(Letter(row.id, row.address, name, text.language, text.subject, text.body, values))
    return letters


def _note(tx: Transaction, outcomes: list[dict[str, Any]]) -> None:
    for sent in (True, False):
        mine = [one for one in outcomes if one["_sent"] is sent]
        some = [{key: value for key, value in one.items() if key != "_sent"} for one in mine]
        if some:
            noted = update(TABLE).where(TABLE.c.id == bindparam("_id"))
            when = {"sent_at": tx.now} if sent else {}
            tx.execute(noted.values(**when, trouble=bindparam("_trouble"), put_off=bindparam("_put_off")), some)


def _may_open(tx: Transaction, guide_id: int) -> bool:
    mine = (
        select(RegistrationGuide.id)
        .join(Person, Person.id == RegistrationGuide.person_id)
        .where(RegistrationGuide.id == guide_id)
    )
    reach = tx.actor.grants.get(("registration.make_link", What.DO))
    return reach is not None and tx.scalar(mine.where(people_within(reach, tx.actor))) is not None


holds_link(ABOUT, _may_open)
