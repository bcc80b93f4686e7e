"""Deciding about applications (承認・差戻し, X07): one or many; what is approved is changed in the same operation."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from core.actor import What
from core.errors import Invalid
from core.i18n import N_, _, listed
from core.inputs import Input, Row, field
from core.operations import operation
from core.transaction import Transaction
from data.models.applications import ApplicationState, ProfileApplication
from data.models.people import Person
from services.access import people_within
from services.applications.fields import differences, words_of
from services.changes import keeping
from services.events import ApplicationsDecided
from services.fields import OwnFieldRow, faults, own_fields
from services.people import amend, amendable, problems_of
from services.people.amending import OWN, standing
from services.people.imports.snapshot import KnownPerson
from services.people.kept import PEOPLE
from services.people.lock import alone

MOST = 200
MEANWHILE = N_("It was decided, changed or taken back meanwhile.")
OWN_ONE = N_("It is your own: somebody else decides about it.")
LEFT = N_("The person has left.")
CHANGED = N_("Changed meanwhile: {fields}. Approve it alone and say that it is overwritten, or send it back.")
NO_FIELD = N_("One of its own fields is out of use by now. Send it back.")


class Which(Input):
    """An application, and the version that was looked at."""

    id: int = field(N_("Application"))
    version: int = field(N_("Version"))


class Decide(Input):
    """What becomes of applications."""

    which: list[Which] = field(N_("Applications"), min_length=1, max_length=MOST, hidden=True)
    approve: bool = field(N_("Approve"), default=True)
    reason: str = field(
        N_("Reason"), default="", max_length=500, multiline=True, personal=True,
        help=N_("The person reads it when an application is sent back."),
    )  # fmt: skip
    overwrite: bool = field(N_("Overwrite what was changed meanwhile"), default=False)


class LeftOne(Row):
    """An application that stays as it is, and why."""

    id: int
    name: str
    why: str


class Decided(Row):
    """How many were decided, which stay as they are, and the change-set of what was approved."""

    count: int
    left: list[LeftOne]
    change_set_id: int | None


@operation(
    "applications.decide", N_("Approve or send back applications"), does=What.APPROVE, touches="profile_application"
)
def decide(tx: Transaction, ask: Decide) -> Decided:
    """Approve applications, which changes the people, or send them back with a reason (承認・差戻し).

    Each stands for itself: what cannot be decided stays, with the reason. Nobody decides about their own.

    Raises:
        Invalid: when something is sent back without a reason.
    """
    if not ask.approve and not ask.reason:
        sentence = N_("Say why it is sent back.")
        raise Invalid(sentence, fields={"reason": _(sentence)})
    alone(tx)
    rows, names = _load(tx, [one.id for one in ask.which])
    left = _left(tx, ask, rows)
    change_set_id = None
    if ask.approve:
        change_set_id = _change(tx, [row for key, row in rows.items() if key not in left], left, ask.overwrite)
    done = [row for key, row in rows.items() if key not in left]
    for row in done:
        row.state = ApplicationState.APPROVED if ask.approve else ApplicationState.RETURNED
        row.reason, row.decided_at, row.decided_by = ask.reason, tx.now, tx.actor.account_id
        row.version += 1
    tx.session.flush()
    tx.note("profile_application", None, {"decided": sorted(row.id for row in done), "left": sorted(left)})
    if done:
        tx.tell(ApplicationsDecided(tuple(row.id for row in done)))
    return Decided(
        count=len(done), change_set_id=change_set_id,
        left=[LeftOne(id=key, name=names.get(key, ""), why=why) for key, why in left.items()],
    )  # fmt: skip


def _load(tx: Transaction, ids: list[int]) -> tuple[dict[int, ProfileApplication], dict[int, str]]:
    found = tx.execute(
        select(ProfileApplication, Person)
        .join(Person, Person.id == ProfileApplication.person_id)
        .where(ProfileApplication.id == func.any(ids), people_within(decide.reach(tx), tx.actor))
        .order_by(ProfileApplication.id)
        .with_for_update(of=ProfileApplication)
        .execution_options(populate_existing=True)
    ).all()
    rows = {row.ProfileApplication.id: row.ProfileApplication for row in found}
    return rows, {row.ProfileApplication.id: row.Person.name for row in found}


def _left(tx: Transaction, ask: Decide, rows: Mapping[int, ProfileApplication]) -> dict[int, str]:
    left: dict[int, str] = {}
    for one in ask.which:
        row = rows.get(one.id)
        if row is None or row.state is not ApplicationState.WAITING or row.version != one.version:
            left[one.id] = _(MEANWHILE)
        elif row.person_id == tx.actor.person_id:
            left[one.id] = _(OWN_ONE)
    return left


def _change(tx: Transaction, rows: list[ProfileApplication], left: dict[int, str], overwrite: bool) -> int | None:
    # Nobody has two that are open, so a person stands here once.
    people = amendable(tx, [row.person_id for row in rows])
    fields = own_fields(tx, "person")
    words = words_of(tx, [row.wanted for row in rows])
    for row in rows:
        known = people[row.person_id]
        changed = [one.label for one in differences(row, standing(known), words) if one.changed]
        if known.retired:
            left[row.id] = _(LEFT)
        elif changed and not overwrite:
            left[row.id] = _(CHANGED, fields=listed(changed))
        elif _is_out_of_use(row, known, fields):
            left[row.id] = _(NO_FIELD)
    wanted = {row.person_id: row for row in rows if row.id not in left}
    for key, problems in problems_of(tx, people, {key: row.wanted for key, row in wanted.items()}).items():
        left[wanted[key].id] = " ".join(dict.fromkeys(problems.values()))
    changes = {key: row.wanted for key, row in wanted.items() if row.id not in left}
    if not changes:
        return None
    with keeping(tx) as kept:
        kept.watch(PEOPLE, list(changes))
        amend(tx, people, changes)
    return kept.id


def _is_out_of_use(row: ProfileApplication, known: KnownPerson, fields: list[OwnFieldRow]) -> bool:
    own: dict[str, Any] = {name.removeprefix(OWN): value for name, value in row.wanted.items() if name.startswith(OWN)}
    return bool(own.keys() - {one.code for one in fields} or faults(fields, own, known.own))
