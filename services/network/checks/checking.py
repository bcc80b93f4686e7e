"""Sending a contact check (確認通知の送信, D09): by a job when it is due, or now by hand; never twice for one date."""

from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

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
from data.models.network import ContactCheckRule
from data.models.people import ContactKind, ContactPoint, ContactState, Person
from services import broadcasts, delivery
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
    found = addresses_to_check(_since(tx, rule)).subquery()
    addresses, people = tx.execute(select(func.count(), func.count(found.c.person_id.distinct()))).one()
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


def addresses_to_check(since: datetime | None) -> Select[int, int]:
    """Return address and person of what is to be checked: mail addresses of active people, not known to be dead.

    ``since``: only those that nobody has shown to work since then.
    """
    found = (
        select(ContactPoint.id, ContactPoint.person_id)
        .join(Person, Person.id == ContactPoint.person_id)
        .where(ContactPoint.kind == ContactKind.MAIL, ContactPoint.state != ContactState.DEAD)
        .where(Person.retired_at.is_(None))
    )
    return found if since is None else found.where(delivery.unproved(since))


def _since(tx: Transaction, rule: ContactCheckRule) -> datetime | None:
    return None if rule.unproved_days is None else tx.now - timedelta(days=rule.unproved_days)


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
    since = _since(tx, rule)
    found = addresses_to_check(since).subquery()
    return broadcasts.open_check(
        tx, title=title, subject=rule.subject if MARK in rule.subject else f"{MARK}{rule.subject}", body=rule.body,
        introduction=INTRODUCTION, people=select(found.c.person_id).distinct(), unproved_since=since,
        cause=f"contact check {(due or tx.now).isoformat()}",
    )  # fmt: skip
