"""Applying for a change of one's own data (プロフィール申請, X07): apply, correct, take back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core.errors import Conflict, Invalid, NotFound, Refused
from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.applications import ApplicationState, ProfileApplication
from data.models.people import Person
from services.applications.fields import PLAIN, Wanted, applicable_fields
from services.fields import FIELD, checked
from services.people import amendable
from services.people.amending import OWN, standing

OPEN = (ApplicationState.WAITING, ApplicationState.RETURNED)
GONE = N_("This application was decided or taken back meanwhile. Open the page again.")


class Apply(Wanted):
    """An application, or a corrected one (``id`` and the ``version`` that the form showed)."""

    id: int | None = field(N_("Number"), default=None, hidden=True)
    version: int | None = field(N_("Version"), default=None, hidden=True)


class WhichApplication(Input):
    """Which of one's own applications."""

    id: int = field(N_("Application"), hidden=True)


class Applied(Row):
    """An application as it stands now."""

    id: int
    version: int
    state: ApplicationState


@operation("applications.apply", N_("Apply for a change of one's own data"), touches="profile_application", own=True)
def apply(tx: Transaction, ask: Apply) -> Applied:
    """Apply for a change of what is kept about oneself, or correct what was applied for (申請).

    Raises:
        NotFound: when the actor is nobody who is kept. Invalid: when a value cannot be used.
        Refused: when nothing differs from what is kept, or another application is open.
        Conflict: when the one to correct was decided or changed meanwhile.
    """
    if tx.actor.person_id is None:
        raise NotFound(N_("Only people with an account of their own apply for changes."))
    return keep_application(tx, tx.actor.person_id, ask)


@operation("applications.withdraw", N_("Take back one's own application"), touches="profile_application", own=True)
def withdraw(tx: Transaction, ask: WhichApplication) -> Applied:
    """Take back an application that is still open (取り下げ).

    Raises:
        Conflict: when it was decided meanwhile, or is somebody else's.
    """
    row = _open(tx, tx.actor.person_id, ask.id)
    row.state, row.decided_at = ApplicationState.WITHDRAWN, tx.now
    return _stored(tx, row)


def keep_application(tx: Transaction, person_id: int, ask: Apply) -> Applied:
    """Store what a person applies for; who it is, the caller has made sure of.

    Raises: as ``apply``.
    """
    row = None if ask.id is None else _open(tx, person_id, ask.id)
    if row is not None and row.version != ask.version:
        raise Conflict(GONE)
    # One at a time for each person: who applies twice at once is told that one is open.
    person = tx.scalar(select(Person).where(Person.id == person_id).with_for_update(key_share=True))
    if person is None or person.retired_at is not None:
        raise NotFound(N_("Only people with an account of their own apply for changes."))
    row = row or _new(tx, person_id)
    now = standing(amendable(tx, [person_id])[person_id])
    row.wanted = _different(tx, ask, now)
    row.before = {name: now.get(name) for name in row.wanted}
    row.note, row.reason, row.state, row.applied_at = ask.note, "", ApplicationState.WAITING, tx.now
    row.decided_at = row.decided_by = row.mailed_at = None
    return _stored(tx, row)


def _new(tx: Transaction, person_id: int) -> ProfileApplication:
    mine = (ProfileApplication.person_id == person_id, ProfileApplication.state.in_(OPEN))
    if tx.scalar(select(ProfileApplication.id).where(*mine)) is not None:
        raise Refused(N_("You have an application that is still open. Correct it, or take it back first."))
    return ProfileApplication(person_id=person_id, account_id=tx.actor.account_id, version=0)


def _open(tx: Transaction, person_id: int | None, application_id: int) -> ProfileApplication:
    row = tx.get(ProfileApplication, application_id, lock=True)
    if row is None or row.person_id != person_id or row.state not in OPEN:
        raise Conflict(GONE)
    return row


def _different(tx: Transaction, ask: Apply, now: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {name: getattr(ask, name) for name in PLAIN if getattr(ask, name) != now[name]}
    known = {one.code for one in applicable_fields(tx)}
    if other := sorted(ask.own.keys() - known):
        sentence = N_("Nobody applies for this field.")
        raise Invalid(sentence, fields={f"{FIELD}{code}": _(sentence) for code in other})
    before = {name.removeprefix(OWN): value for name, value in now.items() if name.startswith(OWN)}
    after = checked(tx, "person", ask.own, before, whole=False)
    wanted |= {f"{OWN}{code}": after.get(code) for code in ask.own if after.get(code) != before.get(code)}
    if not wanted:
        raise Refused(N_("This is how it is kept already: there is nothing to apply for."))
    return wanted


def _stored(tx: Transaction, row: ProfileApplication) -> Applied:
    row.version += 1
    tx.add(row)
    # Names only: what is wanted is personal, and stands in the application.
    tx.note(f"profile_application:{row.id}", None, {"state": row.state.value, "fields": sorted(row.wanted)})
    return Applied(id=row.id, version=row.version, state=row.state)
