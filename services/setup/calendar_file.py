"""The schedule of the setup as files (導入スケジュール, D17): lines of a workbook, a calendar (RFC 5545)."""

from datetime import date, timedelta

from icalendar import Alarm, Calendar, Event
from sqlalchemy import select

from core import clock, secrets
from core.actor import What
from core.i18n import N_, _
from core.inputs import Input, Nothing, Row, field
from core.operations import query
from core.settings import settings
from core.shown import labelled, page_address
from core.transaction import Transaction
from core.words import named
from data.models.setup import Organisation
from services.setup.guide import StepRow, guide_by
from services.setup.headcount import counted, headcount
from services.setup.steps import StepState

PRODUCT = "-//Renraku//Setup guide//JA"
GUIDE = "setup/guide.py"
OFFICE_HOUR = 9
named(StepState, done=N_("Done"), open=N_("Open"), attention=N_("Needs attention"))


class ScheduleLine(Row):
    """A step as a line of the workbook."""

    number: int = field(N_("Step"))
    title: str = field(N_("What is done"))
    purpose: str = field(N_("How"))
    owner: str = field(N_("Owner"))
    due_on: date | None = field(N_("Due on"))
    state: StepState = field(N_("State"))
    finding: str = field(N_("As it stands"))


class CalendarAsk(Input):
    """Which steps go into the calendar."""

    mine: bool = field(N_("Only my steps"), default=False)


class CalendarFile(Row):
    """A calendar as it is downloaded."""

    filename: str
    content: bytes
    media_type: str = "text/calendar; charset=utf-8"


@query("setup.schedule", N_("Take out the schedule of the setup"), does=What.EXPORT)
def schedule(tx: Transaction, ask: Nothing) -> list[ScheduleLine]:  # noqa: ARG001 - every query is asked with something
    """Return the steps in use as lines of a workbook (導入スケジュール)."""
    return [ScheduleLine.model_validate(step) for step in _steps(tx)]


@query("setup.calendar", N_("Take out the schedule of the setup as a calendar"), does=What.EXPORT)
def calendar(tx: Transaction, ask: CalendarAsk) -> CalendarFile:
    """Return the steps that have a date as all-day events; importing it again changes them and adds none twice.

    Owners are named in the text: as participants, calendar programmes would send them invitations.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _(N_("Setup of Renraku")))
    begins = tx.scalar(select(Organisation.office_hour))
    hour = timedelta(hours=OFFICE_HOUR if begins is None else begins)
    here = secrets.derive("calendar of the setup").hex()[:16]
    for step in _steps(tx):
        if step.due_on and (not ask.mine or step.owner_id == tx.actor.account_id):
            made.add_component(_event(tx, step, step.due_on, here, hour))
    return CalendarFile(filename=f"setup_{clock.today():%Y%m%d}.ics", content=made.to_ical())


def _steps(tx: Transaction) -> list[StepRow]:
    return guide_by(tx, headcount(tx) or counted(tx)).steps


def _event(tx: Transaction, step: StepRow, due_on: date, here: str, hour: timedelta) -> Event:
    event = Event()
    event.add("uid", f"setup-{step.key}@{here}.renraku")
    event.add("sequence", step.duty_version)
    event.add("dtstamp", tx.now)
    event.add("dtstart", due_on)
    event.add("dtend", due_on + timedelta(days=1))
    title = _(N_("Setup {number}. {title}"), number=step.number, title=step.title)
    done = step.state is StepState.DONE
    event.add("summary", _(N_("(done) {title}"), title=title) if done else title)
    owner = [labelled(_(N_("Owner")), step.owner)] if step.owner else []
    event.add("description", "\n".join([*owner, step.purpose, step.finding]))
    if step.owner:
        event.add("contact", step.owner)
    event.add("url", f"{settings().base_url}/{page_address(GUIDE)}")
    event.add("transp", "TRANSPARENT")
    if not done:
        for moment in (hour + timedelta(days=-1), hour):
            event.add_component(_alarm(title, moment))
    return event


def _alarm(title: str, moment: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", moment)
    return alarm
