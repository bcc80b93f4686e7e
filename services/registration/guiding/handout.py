"""Printing the guide (登録案内の印刷, D11): files of at most 500 pages, made by a job, encrypted, gone after a day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import defer

from core import progress
from core.actor import What
from core.errors import NotFound, Refused
from core.i18n import N_
from core.inputs import Input, Nothing, Row, field
from core.jobs import enqueue
from core.operations import operation, query
from core.rotation import encrypted
from core.transaction import Transaction
from data.models.people import Person
from data.models.registration_guides import GuideWay, RegistrationGuide, RegistrationHandout
from services.registration.guiding.making import PURPOSE, about, make_handout, opened_file
from services.registration.guiding.sheets import in_order
from services.registration.guiding.whom import (
    Whom,
    chosen,
    has_address,
    one_after_the_other,
    refuse_unless_some,
    skipped,
)

PAGES = 500
MOST = 5_000
SHOWN = timedelta(days=7)
GONE = N_("This file does not exist any more: files with links are deleted after a day. Print it again.")
encrypted(RegistrationHandout.content, PURPOSE)


class Prints(Whom):
    """For whom to print."""

    everybody: bool = field(N_("Also for people with a mail address"), default=False)
    again: bool = field(N_("Also for those whose page was printed within a day"), default=False)


class Printing(Row):
    """How many pages are being made, in how many files; the work to watch (none: there was nothing to print)."""

    pages: int
    files: int
    lately: int
    work_id: int | None


class WhichHandout(Input):
    """Which file."""

    id: int = field(N_("Number"))


class HandoutRow(Row):
    """A file that the actor asked for; ``ready`` while it can be fetched."""

    id: int
    work_id: int
    part: int
    parts: int
    people: int
    asked_at: datetime
    until: datetime | None
    ready: bool
    misprinted: list[str]


class HandoutFile(Row):
    """The file itself."""

    filename: str
    content: bytes
    media_type: str = "application/pdf"


@operation("registration.print", N_("Print registration guides"), does=What.BULK, touches="registration_handout")
def print_guides(tx: Transaction, ask: Prints) -> Printing:
    """Have the pages of people made, 500 a file; with a page comes a new link, the one from before is void.

    Raises:
        Refused: when nobody is chosen, or too many are, or by somebody without an account.
    """
    if tx.actor.account_id is None:
        raise Refused(N_("Only somebody with an account can print: the file is for nobody else."))
    one_after_the_other(tx)
    people = select(Person.id).where(Person.id.in_(chosen(tx, ask, print_guides.reach(tx))))
    if not ask.everybody and not ask.person_ids:
        people = people.where(~has_address())
    found = list(tx.execute(people.limit(MOST + 1)).scalars())
    refuse_unless_some(len(found), MOST)
    meant = people.where(Person.id == func.any(found), ~skipped(tx, GuideWay.PRINT, again=ask.again))
    ids = in_order(tx, list(tx.execute(meant).scalars()))
    if not ids:
        return Printing(pages=0, files=0, lately=len(found), work_id=None)
    work_id = progress.begin(tx, print_guides.name, total=len(ids))
    parts = [ids[at : at + PAGES] for at in range(0, len(ids), PAGES)]
    for number, part in enumerate(parts, start=1):
        _ask_for(tx, work_id, number, len(parts), part)
    tx.note("registration_handout", None, {"printed for": ids})
    return Printing(pages=len(ids), files=len(parts), lately=len(found) - len(ids), work_id=work_id)


def _ask_for(tx: Transaction, work_id: int, part: int, parts: int, ids: list[int]) -> None:
    handout_id = tx.insert(
        RegistrationHandout, account_id=tx.actor.account_id, work_id=work_id, part=part, parts=parts,
        people=len(ids), asked_at=tx.now, misprinted=[],
    )  # fmt: skip
    each = select(
        Person.id, literal(GuideWay.PRINT.value), literal(tx.now), literal(tx.actor.account_id), literal(handout_id)
    ).where(Person.id == func.any(ids))
    columns = ["person_id", "way", "asked_at", "asked_by", "handout_id"]
    tx.execute(insert(RegistrationGuide).from_select(columns, each))
    enqueue(tx, make_handout, alone=f"registration.make_handout:{work_id}", handout_id=handout_id)


@query("registration.handouts", N_("See the files of printed guides"))
def handouts(tx: Transaction, ask: Nothing) -> list[HandoutRow]:  # noqa: ARG001 - every query is asked with something
    """Return the files that the actor asked for within a week, the newest first."""
    mine = (RegistrationHandout.account_id == tx.actor.account_id, RegistrationHandout.asked_at > tx.now - SHOWN)
    rows = tx.execute(
        select(RegistrationHandout, RegistrationHandout.content.is_not(None).label("there"))
        .options(defer(RegistrationHandout.content))
        .where(*mine)
        .order_by(RegistrationHandout.work_id.desc(), RegistrationHandout.part)
        .limit(50)
    ).all()
    return [_row(tx, row) for row in rows]


@query("registration.handout", N_("Take the files of printed guides"), does=What.EXPORT)
def handout(tx: Transaction, ask: WhichHandout) -> HandoutFile:
    """Return a file, to the account alone that asked for it, as long as it is kept.

    Raises:
        NotFound: when there is none, not yet, or not any more.
    """
    row = _own(tx, ask.id)
    if row.content is None or row.until is None or row.until <= tx.now:
        raise NotFound(GONE)
    part = f"_{row.part}-{row.parts}" if row.parts > 1 else ""
    return HandoutFile(filename=f"registration_{row.asked_at:%Y%m%d}{part}.pdf", content=opened_file(row))


@operation("registration.drop_handout", N_("Delete files of printed guides"), touches="registration_handout")
def drop_handout(tx: Transaction, ask: WhichHandout) -> None:
    """Delete a file before its time, for instance as soon as it is printed; the links on paper stay good.

    Raises:
        NotFound: when the actor has no such file.
    """
    row = _own(tx, ask.id)
    if row.content is None:
        raise NotFound(GONE)
    row.content = None
    tx.session.flush()
    tx.note(about(row.id), "file", None)


def _own(tx: Transaction, handout_id: int) -> RegistrationHandout:
    row = tx.get(RegistrationHandout, handout_id)
    if row is None or row.account_id != tx.actor.account_id:
        raise NotFound(GONE)
    return row


def _row(tx: Transaction, row: Any) -> HandoutRow:
    one: RegistrationHandout = row.RegistrationHandout
    return HandoutRow(
        id=one.id, work_id=one.work_id, part=one.part, parts=one.parts, people=one.people, asked_at=one.asked_at,
        until=one.until, ready=row.there and one.until is not None and one.until > tx.now, misprinted=one.misprinted,
    )  # fmt: skip
