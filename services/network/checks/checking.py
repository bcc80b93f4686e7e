"""Sending a contact check (確認通知の送信, D09): by a job when it is due, or now by hand; never twice for one date."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select

from core.actor import Actor
from core.clock import jst
from core.database import transaction
from core.errors import Refused
from core.i18n import DEFAULT_LANGUAGE, N_, _, using_language
from core.inputs import Nothing, Row, field
from core.jobs import job
from core.operations import operation, query
from core.shown import day
from core.transaction import Transaction
from data.models.broadcasts import Broadcast, BroadcastKind, BroadcastState
from data.models.delivery import Delivery, DeliveryState
from data.models.network import ContactCheckRule
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from services import broadcasts
from services.network.checks.dates import Rhythm, next_after
from services.network.checks.rule import ONLY_ROW, fresh
from services.network.checks.sample import INTRODUCTION

MARK = "【連絡先の確認】"
SECONDS = 300
NOBODY = N_("There is no address to be checked: all of them are proved, known to fail, or there is none.")


class CheckPreview(Row):
    """How many addresses of how many people a check would go to now."""

    addresses: int = field(N_("Addresses"))
    people: int = field(N_("People"))


@query("network.preview_contact_check", N_("See whom a contact check would go to"))
def preview_contact_check(tx: Transaction, _ask: Nothing) -> CheckPreview:
    """Count the addresses that a check would go to now, and their people."""
    rule = tx.get(ContactCheckRule, ONLY_ROW) or fresh()
    counts = select(func.count(), func.count(ContactPoint.person_id.distinct()))
    addresses, people = tx.execute(counts.where(ContactPoint.id.in_(points(tx, rule.unproved_days)))).one()
    return CheckPreview(addresses=addresses, people=people)


@operation("network.check_contacts", N_("Check contact addresses now"), touches="broadcast")
def check_contacts(tx: Transaction, _ask: Nothing) -> int | None:
    """Send a contact check now (今すぐ確認); return the broadcast's id, for the job None if nobody has to be asked.

    Raises:
        Refused: when one is being sent, or there is no address to be checked.
    """
    rule = tx.get(ContactCheckRule, ONLY_ROW, lock=True) or fresh()
    due = rule.next_at if tx.actor.is_system and rule.next_at and rule.next_at <= tx.now else None
    if due is None:
        _require_none_under_way(tx)
    made = _open(tx, rule, due)
    if due is not None:
        rule.last_at, rule.next_at = due, next_after(tx.now, Rhythm(rule.every_months, rule.day, rule.hour), due)
        tx.session.flush()
    elif made is None:
        raise Refused(NOBODY)
    return made


@job("network.check_contacts", periodic="* * * * *")
def check_when_due() -> None:
    """Send the contact check that is due, in one transaction with the next date: none is left out or doubled."""
    with transaction(Actor.system("network.check_contacts"), statement_seconds=SECONDS) as tx:
        rule = tx.get(ContactCheckRule, ONLY_ROW, lock=True)
        if rule is not None and rule.next_at is not None and rule.next_at <= tx.now:
            check_contacts(tx, Nothing())


def points(tx: Transaction, unproved_days: int | None) -> Select[int]:
    """Return the ids of the mail addresses to be checked: of active people, not known to be dead."""
    found = (
        select(ContactPoint.id)
        .join(Person, Person.id == ContactPoint.person_id)
        .where(ContactPoint.kind == ContactKind.MAIL, ContactPoint.state != ContactState.DEAD)
        .where(Person.retired_at.is_(None))
    )
    return found if unproved_days is None else found.where(*_unproved(tx.now - timedelta(days=unproved_days)))


def _unproved(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that nobody has shown since then that an address works: by a code, or by a link."""
    used = select(1).where(
        Delivery.person_id == ContactPoint.person_id,
        Delivery.contact_point_id == ContactPoint.id,
        Delivery.state == DeliveryState.DELIVERED,
        Delivery.updated_at > since,
    )
    # Two conditions: as one, PostgreSQL would look each address up in the ledger.
    return func.coalesce(ContactPoint.verified_at <= since, True), ~used.exists()


def _require_none_under_way(tx: Transaction) -> None:
    sending = select(Broadcast.id).where(
        Broadcast.kind == BroadcastKind.CONTACT_CHECK,
        Broadcast.state.in_([BroadcastState.SENDING, BroadcastState.STOPPED]),
    )
    if tx.scalar(sending.limit(1)) is not None:
        raise Refused(N_("A contact check is being sent, or was stopped. Wait until it is sent, or close it first."))


def _open(tx: Transaction, rule: ContactCheckRule, due: datetime | None) -> int | None:
    with using_language(DEFAULT_LANGUAGE):
        title = _(N_("Contact check of {day}"), day=day(jst(due or tx.now).date()))
    return broadcasts.open_check(
        tx, title=title, subject=rule.subject if MARK in rule.subject else f"{MARK}{rule.subject}", body=rule.body,
        introduction=INTRODUCTION, points=points(tx, rule.unproved_days),
        cause=f"contact check {(due or tx.now).isoformat()}",
    )  # fmt: skip
