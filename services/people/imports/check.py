"""The dry run of a people file: what would be added, changed, left alone, and why a row cannot be taken."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func

from core.actor import Grants, Reach
from core.i18n import N_
from core.transaction import Transaction
from data.models.people import Person, RowAction
from services.access import taken_logins
from services.access.within import more_powerful
from services.changes import Keeper
from services.people.imports.apply import write_people
from services.people.imports.columns import MAIL_FIELDS
from services.people.imports.own import OwnCells
from services.people.imports.places import Path, Places
from services.people.imports.plan import PlannedRow, Problem, Say
from services.people.imports.rows import REPEATED, Draft, PeopleReader
from services.people.imports.shown import changes_of
from services.people.imports.snapshot import KnownPerson, codes_alike, codes_in_other_letters, load_people
from services.people.imports.target import Target, changes_something, target_of
from services.people.rules import TAKEN_LOGIN, TAKEN_MAIL, owners_of_mails

CODE_ELSEWHERE = N_("This code belongs to somebody outside your reach.")
CODE_RETIRED = N_("This person is retired. Reinstate the person first, or take the row out.")
CODE_ALIKE = N_("There is nobody with this code, but there is {code}. Perhaps Excel took the zeros away.")
CODE_OTHERWISE = N_("There is nobody with this code, but there is {code}. Write it with the same letters.")
NO_NAME = N_("A new person needs a name.")
OUT_OF_REACH = N_("The department “{name}” is outside your reach.")
NO_DEPARTMENT = N_("Name at least one department within your reach.")
LOGIN_STEADY = N_("This person holds permissions. Change the login name on the page of accounts.")
MAIL_OF_MORE = N_("This person may do more than you. A system administrator can change the mail address.")

Cells = list[tuple[Draft, str]]
"""Rows with the field that is meant."""


class PeopleCheck:
    """Compares the drafts of a file with the people that are there."""

    def __init__(
        self, tx: Transaction, reach: Reach, reader: PeopleReader, places: Places, own: OwnCells,
        *, than: Grants | None = None,
    ) -> None:  # fmt: skip
        """Keep what the comparison needs; nothing is loaded yet.

        ``than``: what whoever answers for it may do, by which powers are measured where that is not the actor.
        """
        self._tx = tx
        self._reach = reach
        self._than = than
        self._reader = reader
        self._mapping = reader.mapping
        self._places = places
        self._own = own

    def plan(self, say: Say) -> "PeoplePlan":
        """Return what would become of each row."""
        drafts = self._reader.read(say)
        say(N_("Comparing"), 0, len(drafts))
        codes = [draft.values["code"] for draft in drafts if "code" in draft.values]
        known = load_people(self._tx, codes, self._reach, self._tx.actor)
        self._check_logins(drafts, known)
        self._check_new_codes(drafts, known)
        self._settle_own(drafts, known)
        for draft in drafts:
            person = known.get(draft.values.get("code", ""))
            draft.row.target = target_of(draft, person, self._own)
            self._check_person(draft, person)
            self._check_own(draft, person)
            self._check_departments(draft, person)
        self._check_powers(drafts, known)
        self._check_mails(drafts, known)
        self._own.look_up(
            own for draft in drafts if draft.row.target.own is not None for own in self._sides(draft, known)
        )
        for draft in drafts:
            self._decide(draft, known.get(draft.values.get("code", "")))
        return PeoplePlan([draft.row for draft in drafts], self._places)

    def _decide(self, draft: Draft, known: KnownPerson | None) -> None:
        row = draft.row
        if row.problems:
            row.action, row.target = RowAction.ERROR, None
        elif known is None:
            row.action = RowAction.ADD
        elif changes_something(row.target, known):
            row.action, row.changes = RowAction.CHANGE, changes_of(row.target, known, self._places)
            if row.target.own is not None:
                row.changes = [*row.changes, *self._own.changes(known.own, row.target.own)]
        else:
            row.action, row.target = RowAction.SAME, None

    def _check_person(self, draft: Draft, known: KnownPerson | None) -> None:
        if known is None:
            if not draft.row.target.values.family_name and "name" not in self._faulty(draft):
                self._blame(draft, "name" if "name" in self._mapping else "family_name", NO_NAME)
        elif not known.within:
            self._blame(draft, "code", CODE_ELSEWHERE)
        elif known.retired:
            self._blame(draft, "code", CODE_RETIRED)

    def _settle_own(self, drafts: list[Draft], known: Mapping[str, KnownPerson]) -> None:
        people = [known.get(draft.values.get("code", "")) for draft in drafts]
        rows = zip(drafts, people, strict=True)
        self._own.settle([(draft.values, person.own if person else None) for draft, person in rows])

    def _check_own(self, draft: Draft, known: KnownPerson | None) -> None:
        for name, error in self._own.wrong(draft.values, known.own if known else None).items():
            draft.row.blame(Problem.of(self._mapping.get(name, ""), error))

    def _sides(self, draft: Draft, known: Mapping[str, KnownPerson]) -> list[Mapping[str, Any]]:
        person = known.get(draft.values.get("code", ""))
        return [draft.row.target.own, *([person.own] if person else [])]

    def _check_departments(self, draft: Draft, known: KnownPerson | None) -> None:
        if self._reach.whole or (known and not known.within):
            return
        before = known.departments if known else ()
        after: tuple[int | Path, ...] = draft.values.get("departments", before)
        outside = [
            place
            for place in (*before, *after)
            if (place in before) != (place in after) and not self._places.within(place)
        ]
        for place in dict.fromkeys(outside):
            self._blame(draft, "departments", OUT_OF_REACH, name=self._places.name_of(place))
        if not outside and (known is None or set(before) != set(after)) and not any(map(self._places.within, after)):
            self._blame(draft, "departments", NO_DEPARTMENT)

    def _check_logins(self, drafts: list[Draft], known: Mapping[str, KnownPerson]) -> None:
        if "login" not in self._mapping:
            return
        taken = taken_logins(self._tx, [draft.values["login"] for draft in drafts if draft.values.get("login")])
        for draft in drafts:
            login, person = draft.values.get("login"), known.get(draft.values.get("code", ""))
            own = person.id if person else None
            if login and taken.get(login, own) != own:
                self._blame(draft, "login", TAKEN_LOGIN)
            elif login and person and person.steady and person.login != login:
                self._blame(draft, "login", LOGIN_STEADY)

    def _check_new_codes(self, drafts: list[Draft], known: Mapping[str, KnownPerson]) -> None:
        codes = [code for draft in drafts if (code := draft.values.get("code", "")) and code not in known]
        bare = [code for code in codes if code.isdigit() and not code.startswith("0")]
        alike = codes_alike(self._tx, bare) if bare else {}
        lettered = [code for code in codes if not code.isdigit()]
        otherwise = codes_in_other_letters(self._tx, lettered) if lettered else {}
        for draft in drafts:
            code = draft.values.get("code", "")
            if code in alike and code not in known:
                self._blame(draft, "code", CODE_ALIKE, code=alike[code])
            if code.lower() in otherwise and code not in known:
                self._blame(draft, "code", CODE_OTHERWISE, code=otherwise[code.lower()])
        new = set(lettered)
        self._check_alike([draft for draft in drafts if draft.values.get("code", "") in new])

    def _check_alike(self, new: list[Draft]) -> None:
        alike: dict[str, dict[str, Draft]] = defaultdict(dict)
        for draft in new:
            alike[draft.values["code"].lower()].setdefault(draft.values["code"], draft)
        for drafts in (list(one.values()) for one in alike.values() if len(one) > 1):
            for at, draft in enumerate(drafts):
                self._blame(draft, "code", REPEATED["code"], row=str(drafts[1 if at == 0 else 0].row.line))

    def _check_mails(self, drafts: list[Draft], known: Mapping[str, KnownPerson]) -> None:
        mapped = [name for name in MAIL_FIELDS if name in self._mapping]
        if not mapped:
            return
        refused, waiting = self._mails_of_others(drafts, known, mapped)
        # An address changes hands only if the row that gives it up is taken as well; one fault may so cause another.
        for draft, name in refused:  # grows while it is gone through
            self._blame(draft, name, TAKEN_MAIL)
            refused += waiting.pop(draft.row.line, ())

    def _mails_of_others(
        self, drafts: list[Draft], known: Mapping[str, KnownPerson], mapped: list[str]
    ) -> tuple[Cells, dict[int, Cells]]:
        """Return the addresses that others keep, and by row those that its person gives up for them."""
        mails = [mail for draft in drafts for mail in draft.mails]
        owners = owners_of_mails(self._tx, mails)
        of_office = owners_of_mails(self._tx, mails, office_only=True)
        ids = {code: person.id for code, person in known.items()}
        by_owner = {ids[code]: draft for draft in drafts if (code := draft.values.get("code", "")) in ids}
        refused: Cells = []
        waiting: dict[int, Cells] = defaultdict(list)
        for draft in drafts:
            own = ids.get(draft.values.get("code", ""))
            for name in mapped:
                mail = draft.values.get(name, "").lower()
                owner = owners.get(mail)
                if owner is None or owner == own:
                    continue
                # No row gives up what somebody registered themselves.
                giver = by_owner.get(owner) if of_office.get(mail) == owner else None
                after = refused if giver is None or giver.row.problems else waiting[giver.row.line]
                after.append((draft, name))
        return refused, waiting

    def _check_powers(self, drafts: list[Draft], known: Mapping[str, KnownPerson]) -> None:
        new = {
            person.id: draft
            for draft in drafts
            if (person := known.get(draft.values.get("code", ""))) is not None
            and person.steady
            and not set(draft.mails) <= set(person.reachable.mails)
        }
        for person_id in more_powerful(self._tx, Person.id == func.any(list(new)), than=self._than) if new else ():
            named = (name for name in MAIL_FIELDS if name in new[person_id].values)
            self._blame(new[person_id], next(named), MAIL_OF_MORE)

    def _faulty(self, draft: Draft) -> set[str]:
        columns = {problem.column for problem in draft.row.problems}
        return {"name" for name in ("name", "family_name") if self._mapping.get(name) in columns}

    def _blame(self, draft: Draft, name: str, message: str, /, **values: str) -> None:
        draft.row.blame(Problem(self._mapping.get(name, ""), message, values))


class PeoplePlan:
    """All rows of a people file, and how to write them."""

    def __init__(self, rows: list[PlannedRow], places: Places) -> None:
        """Keep the rows and what their departments are."""
        self.rows = rows
        self._places = places

    def extra_counts(self) -> dict[str, int]:
        """Return how many departments would be made."""
        return {"departments": len(self.new_departments())}

    def new_departments(self) -> list[Path]:
        """Return the departments that are to be made, each after the one above it."""
        targets: Iterable[Target] = (row.target for row in self.rows if row.target)
        places = dict.fromkeys(place for target in targets for place in target.departments or ())
        return self._places.missing(place for place in places if not isinstance(place, int))

    def write(self, tx: Transaction, kept: Keeper, say: Say) -> None:
        """Write every row that adds or changes somebody, as part of a change-set."""
        write_people(tx, kept, self.rows, new_departments=self.new_departments(), places=self._places, say=say)
