"""Erasing people (個人情報の消去): what is gathered about them first, then told to every room that keeps some of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, union

from core.i18n import N_, _, using_language
from core.retention import counted, retained
from core.traces import worth_looking_for
from core.transaction import Transaction
from data.models.access import Account
from data.models.changes import Change
from data.models.delivery import Delivery
from data.models.people import ContactPoint, Person
from data.models.registration import ContactClaim
from services.changes import erase, keeping
from services.events import PeopleErased
from services.people.kept import PEOPLE
from services.people.lock import alone

ERASED = N_("(erased)")
AT_ONCE = 500


def tell_erased(tx: Transaction, ids: Sequence[int], *, search: bool) -> None:
    """Let every room erase what it keeps of these people; ``search``: free text too, for which each text is read."""
    accounts = tx.execute(select(Account.id).where(Account.person_id == func.any(list(ids)))).scalars().all()
    addresses = _addresses(tx, ids)
    with using_language("ja"):  # what stands in the register is written once, in the language of the installation
        name = _(ERASED)
    words = worth_looking_for(_names(tx, ids) | addresses) if search else ()
    tx.tell(PeopleErased(tuple(ids), tuple(accounts), tuple(sorted(addresses)), words, name))


def _addresses(tx: Transaction, ids: Sequence[int]) -> set[str]:
    mine = func.any(list(ids))
    found = set(
        tx.execute(
            union(
                select(ContactPoint.value).where(ContactPoint.person_id == mine),
                select(ContactClaim.value).where(ContactClaim.person_id == mine, ContactClaim.value != ""),
                select(Delivery.address).where(Delivery.person_id == mine, Delivery.address != ""),
            )
        ).scalars()
    )
    changes = select(Change.before, Change.after).where(Change.kind == PEOPLE.name, Change.record_id == mine)
    for row in tx.execute(changes):
        for side in (row.before or {}, row.after or {}):
            found |= {*side.get("mails", ()), *([side["mobile"]] if side.get("mobile") else ())}
    return found


def _names(tx: Transaction, ids: Sequence[int]) -> set[str]:
    found: set[str] = set()
    people = select(Person.family_name, Person.given_name, Person.family_kana, Person.given_kana, Account.login)
    people = people.outerjoin(Account, Account.person_id == Person.id).where(Person.id == func.any(list(ids)))
    for row in tx.execute(people):
        found |= {row.login or ""}
        for family, given in ((row.family_name, row.given_name), (row.family_kana, row.given_kana)):
            if family and given:  # one of them alone is the name of many
                found |= {f"{family}{between}{given}" for between in ("", " ", "\N{IDEOGRAPHIC SPACE}")}
    return found


def _step(tx: Transaction, before: datetime, most: int) -> int:
    alone(tx)
    due = select(Person.id).where(_due(before)).order_by(Person.retired_at).limit(min(most, AT_ONCE))
    ids = list(tx.execute(due.with_for_update(skip_locked=True)).scalars())
    if ids:
        with keeping(tx, process="privacy.nightly") as kept:
            kept.watch(PEOPLE, ids)
            tell_erased(tx, ids, search=False)
        erase(tx, PEOPLE, ids)
    return len(ids)


def _due(before: datetime) -> ColumnElement[bool]:
    return and_(Person.retired_at < before, Person.erased_at.is_(None))


retained(
    "people.retired",
    N_("People who left"),
    N_("Who they were: name, code, addresses, departments, account, what they wrote. Counted from their retirement."),
    days=1_825,
    least=30,
    how=(counted(Person, _due), _step),
)
