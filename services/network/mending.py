"""Mending contact points in a grid, many people with one save (連絡先の修正, D12, X07)."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from core.actor import What
from core.errors import Conflict, Invalid
from core.i18n import N_, _, listed
from core.inputs import Input, Row, WrongValue, field, label_of
from core.operations import operation
from core.transaction import Transaction
from data.models.people import Person
from services.changes import keeping
from services.people import amend, amendable, problems_of, shown_mobile
from services.people.addresses import mail, mobile
from services.people.amending import MAIL_FIELDS, Problems, standing
from services.people.kept import PEOPLE
from services.people.lock import alone
from services.people.within import ids_within

MOST = 500
NAMED = 5
"""So many people are named in a message; of more, the number is told."""


class MendedPerson(Input):
    """How the office reaches somebody from now on; ``version`` is the one that the grid showed."""

    id: int = field(N_("Number"))
    version: int = field(N_("Version"))
    mobile: str = field(N_("Mobile number"), default="", max_length=50, personal=True)
    mail1: str = field(N_("Mail address 1"), default="", max_length=254, personal=True)
    mail2: str = field(N_("Mail address 2"), default="", max_length=254, personal=True)
    mail3: str = field(N_("Mail address 3"), default="", max_length=254, personal=True)


class Mend(Input):
    """The rows of the grid that were changed."""

    rows: list[MendedPerson] = field(N_("People"), min_length=1, max_length=MOST, personal=True)


class Mended(Row):
    """How many people were changed, and the change-set (None: nothing was different)."""

    count: int
    change_set_id: int | None


@operation("network.mend", N_("Mend contact points of many people"), does=What.BULK, touches="person")
def mend(tx: Transaction, ask: Mend) -> Mended:
    """Change how the office reaches people; what is empty is cleared, private contact points stay (一括修正).

    Raises:
        NotFound: when one of them is out of reach.
        Conflict: when somebody else changed one of them meanwhile.
        Invalid: when something cannot be used; ``fields`` says what by ``id.field``, and nothing is changed.
    """
    alone(tx)
    rows = {row.id: row for row in ask.rows}
    ids = ids_within(tx, mend, list(rows))
    _check_versions(tx, rows)
    people = amendable(tx, ids)
    changes, problems = _read(rows, {key: standing(people[key]) for key in ids})
    if not problems:
        problems = problems_of(tx, people, changes)
    if problems:
        raise _invalid(problems, {key: _name(people[key].values) for key in problems})
    with keeping(tx) as kept:
        kept.watch(PEOPLE, list(changes))
        amend(tx, people, changes)
    tx.note("people", None, len(changes))
    return Mended(count=len(changes), change_set_id=kept.id if changes else None)


def _check_versions(tx: Transaction, rows: dict[int, MendedPerson]) -> None:
    found = tx.execute(
        select(Person.id, Person.version, Person.family_name, Person.given_name).where(Person.id == func.any([*rows]))
    )
    changed = [f"{row.family_name} {row.given_name}".strip() for row in found if rows[row.id].version != row.version]
    if changed:
        raise Conflict(
            N_("Somebody else changed {names} meanwhile. Nothing was saved: open the list again and repeat your "
               "change."),
            names=_some(changed),
        )  # fmt: skip


def _read(rows: dict[int, MendedPerson], now: dict[int, dict[str, Any]]) -> tuple[dict[int, dict[str, str]], Problems]:
    changes: dict[int, dict[str, str]] = defaultdict(dict)
    problems: Problems = defaultdict(dict)
    for key, row in rows.items():
        for name, read in (("mobile", mobile), *((one, mail) for one in MAIL_FIELDS)):
            try:
                value = read(getattr(row, name))
            except WrongValue as error:
                # What is wrong already and was not touched stays: another field can be mended without it.
                if getattr(row, name) not in {now[key][name], shown_mobile(now[key][name])}:
                    problems[key][name] = error.text
                continue
            if value != now[key][name]:
                changes[key][name] = value
    return dict(changes), dict(problems)


def _invalid(problems: Problems, names: dict[int, str]) -> Invalid:
    lines = [
        f"{names[key]}: {label_of(MendedPerson, name)}: {sentence}"
        for key, of_person in problems.items() for name, sentence in of_person.items()
    ]  # fmt: skip
    return Invalid(
        N_("Nothing was saved. Look again at: {lines}"), lines=" ".join(lines[:NAMED]),
        fields={f"{key}.{name}": text for key, of_person in problems.items() for name, text in of_person.items()},
    )  # fmt: skip


def _name(values: Any) -> str:
    return f"{values.family_name} {values.given_name}".strip()


def _some(names: list[str]) -> str:
    if len(names) <= NAMED:
        return listed(names)
    return _(N_("{names} and {count} more"), names=listed(names[:NAMED]), count=len(names) - NAMED)
