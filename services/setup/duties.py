"""Who sees to a step of the setup guide, and until when (担当者, 期限, D17)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.actor import What
from core.at_once import require_unchanged
from core.errors import Invalid, NotFound
from core.i18n import N_, _
from core.inputs import Choice, Input, Nothing, Row, WrongValue, field
from core.operations import operation, query
from core.transaction import Transaction
from data.models.access import Account
from data.models.people import Person
from data.models.setup import WORKING_DAYS, Organisation, SetupDuty
from services.access import may_do
from services.setup.features import hidden_steps
from services.setup.schedule import Calendar, due
from services.setup.steps import STEPS

SEEING = ("setup.guide", What.READ)
"""What an owner has to be allowed to do."""

MOST_OWNERS = 500
YEARS = range(2000, 2098)
NOT_THEIRS = N_("This account may not see the setup guide. Choose another one, or give it the permission first.")


def in_our_time(value: date) -> date:
    """Refuse years for which nobody knows the holidays."""
    if value.year not in YEARS:
        raise WrongValue(N_("Choose a date between {first} and {last}."), first=YEARS[0], last=YEARS[-1])
    return value


Day = Annotated[date, AfterValidator(in_our_time)]


@dataclass(frozen=True)
class Duty:
    """Who sees to a step until when; ``sees``: the owner may still see the guide. ``version`` 0: nothing was said."""

    owner_id: int | None = None
    owner: str = ""
    sees: bool = True
    due_on: date | None = None
    version: int = 0


class StepDuty(Input):
    """Who sees to a step, until when."""

    step: str = field(N_("Step"), hidden=True, max_length=50)
    version: int = field(N_("Version"), default=0, hidden=True)
    owner_id: int | None = field(
        N_("Owner"),
        default=None,
        of="setup.owners",
        help=N_("Those who may see the setup guide; Home tells them in time."),
    )
    due_on: Day | None = field(N_("Due on"), default=None)


class StartOn(Input):
    """When the setup begins."""

    starts_on: Day = field(N_("The setup begins on"))


class DutyRow(Row):
    """What holds for a step now."""

    step: str
    owner_id: int | None
    due_on: date | None
    version: int


@query("setup.owners", N_("List who can own steps of the setup guide"))
def owners(tx: Transaction, ask: Nothing) -> list[Choice]:  # noqa: ARG001 - every query is asked with something
    """Return the accounts that may see the guide, by kana."""
    found = (
        select(Account.id, Person)
        .join(Person, Person.id == Account.person_id)
        .where(may_do(*SEEING))
        .order_by(Person.sort_key, Person.id)
        .limit(MOST_OWNERS)
    )
    return [Choice(value=row.id, label=row.Person.name) for row in tx.execute(found)]


@operation("setup.assign_step", N_("Say who sees to a step of the setup guide"), touches="setup_duty")
def assign_step(tx: Transaction, ask: StepDuty) -> DutyRow:
    """Set owner and due date of a step (担当者, 期限).

    Raises:
        NotFound: when there is no such step.
        Invalid: when the owner may not see the guide.
        Conflict: when somebody else changed it meanwhile.
    """
    if ask.step not in {step.key for step in STEPS}:
        raise NotFound(N_("There is no such step."))
    if (
        ask.owner_id is not None
        and tx.scalar(select(Account.id).where(Account.id == ask.owner_id, may_do(*SEEING))) is None
    ):
        raise Invalid(NOT_THEIRS, fields={"owner_id": _(NOT_THEIRS)})
    row = tx.get(SetupDuty, ask.step, lock=True) or SetupDuty(step=ask.step, version=0, owner_id=None, due_on=None)
    require_unchanged(row.version, ask.version)
    before = _noted(row)
    row.owner_id, row.due_on, row.changed_at, row.version = ask.owner_id, ask.due_on, tx.now, row.version + 1
    tx.add(row)
    tx.note(f"setup_duty:{row.step}", before, _noted(row))
    return DutyRow.model_validate(row)


@operation("setup.propose_dates", N_("Set the dates of the setup guide"), touches="setup_duty")
def propose_dates(tx: Transaction, ask: StartOn) -> list[DutyRow]:
    """Spread the steps in use over thirty days from a start, on working days; dates set before are replaced.

    Owners stay as they are.
    """
    dates = dates_from(ask.starts_on, _calendar(tx), but=hidden_steps(tx))
    # In one order, so that two who do it at once wait for each other, and for who sets one of them.
    rows_now = {key: tx.get(SetupDuty, key, lock=True) for key in sorted(dates)}
    before = {key: row.due_on for key, row in rows_now.items() if row}
    rows = [{"step": key, "due_on": dates[key], "changed_at": tx.now} for key in sorted(dates)]
    new = insert(SetupDuty).values(rows)
    put = {"due_on": new.excluded.due_on, "changed_at": new.excluded.changed_at, "version": SetupDuty.version + 1}
    tx.execute(new.on_conflict_do_update(index_elements=["step"], set_=put))
    tx.note("setup_duty", {key: _said(before.get(key)) for key in dates}, {key: _said(dates[key]) for key in dates})
    stored = select(SetupDuty).order_by(SetupDuty.step).execution_options(populate_existing=True)
    return [DutyRow.model_validate(row) for row in tx.execute(stored).scalars() if row.step in dates]


def dates_from(start: date, calendar: Calendar, *, but: Collection[str] = ()) -> dict[str, date]:
    """Return until when each step is due, by key; ``but`` leaves steps out."""
    return {step.key: due(start, step.day, calendar) for step in STEPS if step.key not in but}


def duties(tx: Transaction) -> Mapping[str, Duty]:
    """Return who sees to which step until when, by key."""
    found = (
        select(SetupDuty, Person, may_do(*SEEING).label("sees"))
        .outerjoin(Account, Account.id == SetupDuty.owner_id)
        .outerjoin(Person, Person.id == Account.person_id)
    )
    return {row.SetupDuty.step: _duty(row) for row in tx.execute(found)}


def _duty(row: Any) -> Duty:
    stored: SetupDuty = row.SetupDuty
    return Duty(
        owner_id=stored.owner_id, owner=row.Person.name if row.Person else "", due_on=stored.due_on,
        sees=stored.owner_id is None or bool(row.sees), version=stored.version,
    )  # fmt: skip


def _calendar(tx: Transaction) -> Calendar:
    return Calendar(tx.scalar(select(Organisation.working_days)) or WORKING_DAYS)


def _noted(row: SetupDuty) -> dict[str, Any]:
    return {"owner_id": row.owner_id, "due_on": _said(row.due_on)}


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None
