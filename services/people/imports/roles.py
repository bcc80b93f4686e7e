"""Which permission sets people have, and how far (管理者権限, D05), as a file. System administrators are not in it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.actor import Reach
from core.i18n import N_, _, listed, using_language
from core.inputs import WrongValue
from core.shown import aside, said
from core.transaction import Transaction
from data.models.access import Account, PermissionSet, ReachKind
from data.models.people import Person
from services.access import assign, people_within, unassign
from services.access.roles import Role, in_order, roles_of, set_roles, too_much
from services.access.shipped import ADMINISTRATOR, ROLES
from services.access.within import more_powerful
from services.changes import Keeper
from services.people.imports.cells import login
from services.people.imports.holders import Holder
from services.people.imports.nouns import Blame, Noun, doing, folded
from services.people.imports.places import RETIRED, SHOWN_LETTERS, load_places
from services.people.kept import ACCOUNT_ROLES
from services.people.text import code

ADMINISTRATORS = N_("System administrators are named on the page of their account, never by a file.")
NO_SET = N_("There is no permission set “{written}”. There are {names}.")
SETS = N_("“{written}” may be {names}. Write it exactly so.")
NO_REACH = N_("Write “Whole organisation”, “Department and below” or “Own data only”.")
REACH = N_("Say how far it reaches: a department, or the whole organisation.")
DEPARTMENT = N_("The reach “department and below” needs a department, and only it has one.")
NO_ACCOUNT = N_("This person has no account. Open one first.")
MORE = N_("This account may do more than you. Ask a system administrator.")
GIVES_MORE = N_("You can only give or take away what you may do yourself, and as far.")
OUTSIDE = N_("This account is outside your reach for taking permission sets away.")
MOST = 100
LANGUAGES = ("ja", "en")


class PermissionSets(Noun):
    """Permission sets of people with how far each goes."""

    field = "role"
    most = MOST

    def __init__(self, tx: Transaction, reach: Reach) -> None:
        """Load the sets; besides the reach of the import that of giving permission sets counts.

        Raises:
            NotAllowed: when the actor may not give permission sets.
        """
        assign.require(tx)
        self._tx = tx
        self._places = load_places(tx, assign.reach(tx), create=False)
        self._sets = {one.id: one for one in tx.execute(select(PermissionSet)).scalars()}
        self._by_name = _by_name(self._sets.values())
        self.reaches = (reach, assign.reach(tx))
        self.readers = {
            "code": code, "login": lambda cell: login(cell) if cell.strip() else "",
            "role": self._set, "reach": _reach,
            "department": lambda cell: self._places.find(cell, retired=True) if cell.strip() else None,
            "doing": doing,
        }  # fmt: skip

    def thing(self, row: Any, blame: Blame) -> Role | None:
        """Return the permission set of a row with its reach, which a department alone says too."""
        values = row.values
        if values.get("role") is None:
            return None
        reach, department = values.get("reach"), values.get("department")
        if reach is None and department is None:
            blame(row, "reach", REACH)
        reach = reach or ReachKind.DEPARTMENT
        if (reach is ReachKind.DEPARTMENT) != (department is not None) and not row.row.problems:
            blame(row, "department", DEPARTMENT)
        return Role(values["role"], reach, department)

    def now(self, people: Sequence[int]) -> Mapping[int, tuple[Role, ...]]:
        """Return the permission sets of people, without the system administrator's."""
        return roles_of(self._tx, people)

    def ordered(self, holder: Holder, wanted: Sequence[Role], blame: Blame) -> tuple[Role, ...]:
        """Return permission sets in order."""
        del holder, blame
        return in_order(wanted)

    def check(self, holders: Sequence[Holder], blame: Blame) -> None:
        """Note what the actor may not give or take away, and who has no account or may do more."""
        by_id = {holder.id: holder for holder in holders}
        with_account = select(Account.person_id).where(Account.person_id == func.any(list(by_id)))
        there = set(self._tx.execute(with_account).scalars())
        for person in by_id.keys() - there:
            blame(by_id[person].rows[0], "code", NO_ACCOUNT)
        for person in more_powerful(self._tx, Person.id == func.any(list(by_id))):
            blame(by_id[person].rows[0], "code", MORE)
        self._check_places(holders, blame)
        self._check_taken([holder for holder in holders if set(holder.now) - set(holder.after)], blame)
        touched = {one for holder in holders for one in set(holder.now) ^ set(holder.after)}
        forbidden = too_much(self._tx, touched)
        for holder in holders if forbidden else ():
            for row in holder.rows:
                if row.thing in forbidden and (row.thing in holder.now) != (row.thing in holder.after):
                    blame(row, self.field, GIVES_MORE)

    def said(self, thing: Role) -> str:
        """Return the name of a permission set with how far it goes."""
        far = self._places.name_of(thing.department_id) if thing.department_id else said(thing.reach)
        return aside(self._sets[thing.set_id].name, far)

    def write(self, tx: Transaction, kept: Keeper, people: Mapping[int, tuple[Any, Any]]) -> None:
        """Give and take away permission sets; at the next click it holds."""
        found = select(Account.id, Account.person_id).where(Account.person_id == func.any(list(people)))
        accounts = {row.person_id: row.id for row in tx.execute(found)}
        kept.watch(ACCOUNT_ROLES, sorted(accounts.values()))
        set_roles(tx, people)
        for person, (now, after) in people.items():
            tx.note(f"account:{accounts[person]}", list(map(self.said, now)), list(map(self.said, after)))

    def _check_places(self, holders: Sequence[Holder], blame: Blame) -> None:
        # What reaches a department that was retired since may stay, but nobody gets it anew.
        for row in (row for holder in holders for row in holder.rows if row.thing in set(holder.after) - {*holder.now}):
            department = row.thing.department_id
            if department is not None and self._places.by_id[department].retired:
                blame(row, "department", RETIRED, name=self._places.name_of(department))

    def _check_taken(self, holders: Sequence[Holder], blame: Blame) -> None:
        if not holders:
            return
        unassign.require(self._tx)
        within = people_within(unassign.reach(self._tx), self._tx.actor)
        found = select(Person.id).where(Person.id == func.any([holder.id for holder in holders]), within)
        reached = set(self._tx.execute(found).scalars())
        for holder in holders:
            if holder.id not in reached:
                blame(holder.rows[0], "code", OUTSIDE)

    def _set(self, cell: str) -> int | None:
        if not cell.strip():
            return None
        written = cell.strip()
        meant: list[PermissionSet] = [one for one in self._sets.values() if one.name == written]
        meant = meant or [self._sets[key] for key in self._by_name.get(folded(cell), ())]
        if len(meant) != 1:
            others = meant or [one for one in self._sets.values() if one.shipped != ADMINISTRATOR]
            names = listed(f"“{one.name}”" for one in others)
            raise WrongValue(SETS if meant else NO_SET, written=written[:SHOWN_LETTERS], names=names)
        if meant[0].shipped == ADMINISTRATOR:
            raise WrongValue(ADMINISTRATORS)
        return meant[0].id


def _by_name(sets: Collection[PermissionSet]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = defaultdict(list)
    for one in sets:
        named[folded(one.name)].append(one.id)
    shipped = {one.shipped: one.id for one in sets if one.shipped}
    for role in ROLES:
        for language in LANGUAGES if role.key in shipped else ():
            with using_language(language):
                named.setdefault(folded(_(role.name)), [shipped[role.key]])
    return named


def _reach(cell: str) -> ReachKind | None:
    word = folded(cell)
    if not word:
        return None
    for kind in ReachKind:
        words = {folded(kind.value)}
        for language in LANGUAGES:
            with using_language(language):
                words.add(folded(said(kind)))
        if word in words:
            return kind
    raise WrongValue(NO_REACH)
