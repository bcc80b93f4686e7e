"""Rules, people in areas, and telegrams for the tests of this room."""

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import select

from core.settings import ROOT
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm, Recipient
from data.models.people import ContactKind, ContactPoint, Person, PersonRegion
from data.models.safety import QuakeBroadcast
from services import broadcasts
from services.safety import EditRule, Intensity, RuleRow, Taken, TakeTelegram, edit_rule, take_telegram
from services.safety.decisions import Decision
from tests.factories import new_person

SAMPLES = ROOT / "data" / "samples" / "telegrams"
JMA = ROOT.parent / "shared" / "data" / "jma"


def sample(name: str) -> bytes:
    """Return one of our own telegrams."""
    return (SAMPLES / name).read_bytes()


def take(tx: Transaction, name: str) -> Taken:
    """Take in one of our own telegrams."""
    return take_telegram(tx, TakeTelegram(content=sample(name)))


def only(taken: Taken) -> Decision:
    """Return the one decision about a telegram."""
    (decision,) = taken.decisions
    return decision


def broadcast_ids(taken: Taken) -> list[int]:
    """Return the broadcasts that were opened, extended or stopped."""
    return sorted({decision.broadcast_id for decision in taken.decisions} - {None})


def make_rule(tx: Transaction, threshold: str = "5-", *, enabled: bool = True, name: str | None = None) -> RuleRow:
    """Make a rule with the sample texts and questions."""
    broadcasts.seed_samples(tx)
    template_id = tx.scalar(select(MailTemplate.id).where(MailTemplate.sample == "safety"))
    form_id = tx.scalar(select(QuestionForm.id).where(QuestionForm.sample == "safety"))
    return edit_rule(
        tx,
        EditRule(
            name=name or f"震度{threshold}以上",
            threshold=Intensity(threshold),
            template_id=template_id,
            form_id=form_id,
            enabled=enabled,
        ),
    )


def people_of(tx: Transaction, areas: Iterable[str]) -> dict[str, Person]:
    """Make one person with a mail address in each area, by the area's code: all at once, hundreds of tests ask."""
    found = {code: new_person(tx, f"地域{code}") for code in areas}
    tx.add_all(list(found.values()))
    mails = [
        ContactPoint(person_id=one.id, kind=ContactKind.MAIL, value=f"p{code}@example.jp")
        for code, one in found.items()
    ]
    tx.add_all([*mails, *(PersonRegion(person_id=one.id, area_code=code) for code, one in found.items())])
    return found


def asked(tx: Transaction, broadcast_id: int) -> set[str]:
    """Return the regions of those whom a broadcast asked."""
    regions = select(PersonRegion.area_code).join(Recipient, Recipient.person_id == PersonRegion.person_id)
    return set(tx.execute(regions.where(Recipient.broadcast_id == broadcast_id)).scalars())


def opened(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return event id, rule and broadcast of everything that was opened."""
    columns = (QuakeBroadcast.event_id, QuakeBroadcast.rule_id, QuakeBroadcast.broadcast_id)
    return [tuple(row) for row in tx.execute(select(*columns).order_by(*columns))]


@pytest.fixture
def rule(tx) -> Callable[..., RuleRow]:
    """Return a maker of rules."""
    return lambda threshold="5-", **options: make_rule(tx, threshold, **options)
