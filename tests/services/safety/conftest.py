"""Rules, people in areas, and telegrams for the tests of this room."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core.settings import ROOT
from core.transaction import Transaction
from data.models.broadcasts import MailTemplate, QuestionForm, Recipient
from data.models.people import ContactKind, ContactPoint, Person, PersonRegion
from data.models.safety import Asking, Case
from services import broadcasts
from services.safety import (
    EditRule,
    Intensity,
    RuleKind,
    RuleRow,
    Taken,
    TakeTelegram,
    edit_rule,
    opening,
    take_telegram,
)
from services.safety.decisions import Decision
from services.safety.taking import as_it_stands
from tests.factories import new_person

SAMPLES = ROOT / "data" / "samples" / "telegrams"
JMA = ROOT.parent / "shared" / "data" / "jma"


def sample(name: str) -> bytes:
    """Return one of our own telegrams."""
    return (SAMPLES / name).read_bytes()


def quake(number: int, minutes: int = 0, **intensities: str) -> bytes:
    """Return another earthquake, reported so long after the sample, with its intensities but for these (``_350``)."""
    reported = datetime.fromisoformat("2031-05-14T09:13:00+09:00") + timedelta(minutes=minutes)
    xml = sample("a1_VXSE51_first.xml").replace(b"20310514091203", f"2031051409{number:04}".encode())
    xml = xml.replace(b"2031-05-14T09:13:00+09:00", reported.isoformat().encode())
    for area, said in intensities.items():
        start = xml.rindex(f"<Code>{area[1:]}</Code>".encode())
        at = xml.index(b"<MaxInt>", start) + len(b"<MaxInt>")
        xml = xml[:at] + said.encode() + xml[xml.index(b"</MaxInt>", at) :]
    return xml


def take(tx: Transaction, name: str) -> Taken:
    """Take in one of our own telegrams, and ask whom it has asked."""
    return taken_in(tx, TakeTelegram(content=sample(name)))


def taken_in(tx: Transaction, ask: TakeTelegram) -> Taken:
    """Take in a telegram and do what a worker does right after it; return what was decided and done."""
    taken = take_telegram(tx, ask)
    opening.open_by(tx, taken.id)
    return as_it_stands(tx, taken)


def only(taken: Taken) -> Decision:
    """Return the one decision about a telegram."""
    (decision,) = taken.decisions
    return decision


def broadcast_ids(taken: Taken) -> list[int]:
    """Return the broadcasts that were opened, extended or stopped."""
    return sorted({decision.broadcast_id for decision in taken.decisions} - {None})


def make_rule(
    tx: Transaction, threshold: str | None = "5-", *, enabled: bool = True, name: str | None = None, **settings: Any
) -> RuleRow:
    """Make a rule with the sample texts and questions."""
    broadcasts.seed_samples(tx)
    template_id = tx.scalar(select(MailTemplate.id).where(MailTemplate.sample == "safety"))
    form_id = tx.scalar(select(QuestionForm.id).where(QuestionForm.sample == "safety"))
    return edit_rule(
        tx,
        EditRule(
            name=name or f"震度{threshold}以上",
            threshold=Intensity(threshold) if threshold else None,
            template_id=template_id,
            form_id=form_id,
            enabled=enabled,
            **settings,
        ),
    )


def tsunami_rule(tx: Transaction, **settings: Any) -> RuleRow:
    """Make a rule for tsunamis: of a warning or more, unless told otherwise."""
    policy = settings if "height" in settings else {"grade": "warning", **settings}
    return make_rule(tx, None, **{"name": "津波", "kind": RuleKind.TSUNAMI, **policy})


def warning_rule(tx: Transaction, **settings: Any) -> RuleRow:
    """Make a rule for all special warnings."""
    return make_rule(tx, None, **{"name": "特別警報", "kind": RuleKind.SPECIAL_WARNING, **settings})


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
    columns = (Case.event_id, Asking.rule_id, Asking.broadcast_id)
    found = select(*columns).join(Case, Case.id == Asking.case_id).where(Asking.broadcast_id.is_not(None))
    return [tuple(row) for row in tx.execute(found.order_by(*columns))]


@pytest.fixture
def rule(tx) -> Callable[..., RuleRow]:
    """Return a maker of rules."""
    return lambda threshold="5-", **options: make_rule(tx, threshold, **options)
