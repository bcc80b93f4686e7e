"""How people are reached (連絡先), by what a directory says: its addresses come and go, those registered here stay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from core.i18n import N_
from core.transaction import Transaction
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Person
from services.directory.sheet import cells_of, name_in
from services.people.imports.columns import MAIL_FIELDS
from services.people.imports.places import Places
from services.people.imports.plan import Problem, Say
from services.people.imports.read import Sheet
from services.people.imports.rows import REPEATED, Draft, PeopleReader
from services.people.store import Reachable

CONTACTS = frozenset({*MAIL_FIELDS, "mobile"})
SHARED = N_("{code} has the same in the directory, so it was left out.")
ALSO = N_("“{name}” has the same in the directory. Correct it there.")
Given = Mapping[str, Any]
"""The addresses that somebody got by the last run: ``mails`` and ``mobile``."""


def reachable_now(tx: Transaction, codes: Sequence[str]) -> dict[str, Reachable]:
    """Return how the office reaches the people with these codes at this moment (会社登録), by code."""
    rows = tx.execute(
        select(Person.code, ContactPoint.kind, ContactPoint.value)
        .join(ContactPoint, ContactPoint.person_id == Person.id)
        .where(
            Person.code == func.any(list(codes)), ContactPoint.origin == ContactOrigin.OFFICE,
            ContactPoint.kind.in_([ContactKind.MAIL, ContactKind.MOBILE]),
        )
        .order_by(ContactPoint.id)
    )  # fmt: skip
    mails: dict[str, list[str]] = defaultdict(list)
    mobiles: dict[str, str] = {}
    for code, kind, value in rows:
        if kind is ContactKind.MAIL:
            mails[code].append(value)
        else:
            mobiles.setdefault(code, value)
    return {code: Reachable(tuple(mails[code]), mobiles.get(code)) for code in {*mails, *mobiles}}


class DirectoryReader(PeopleReader):
    """Reads rows of a directory: what it did not say of somebody stays, an unusable address keeps nobody away."""

    def __init__(
        self,
        sheet: Sheet,
        places: Places,
        own: Mapping[str, Any],
        *,
        mapping: Mapping[str, str],
        unsaid: Sequence[frozenset[str]],
        now: Sequence[tuple[Reachable, Given]],
    ) -> None:
        """Take, by row, the fields that were not said, and how a person is reached with what came by the last run."""
        super().__init__(sheet, mapping, places, own)
        self._sheet: Sheet = sheet
        self._unsaid = unsaid
        self._now = now
        self.left_out: list[tuple[Problem, ...]] = []
        """By row, the addresses that cannot be taken, each with the reason."""

        self.given: list[Given] = []
        """By row, the addresses that come by this run."""

    def read(self, say: Say) -> list[Draft]:
        """Return a draft of each row; a person's addresses are the directory's and those that it never gave."""
        drafts = super().read(say)
        for draft, unsaid, (reachable, before) in zip(drafts, self._unsaid, self._now, strict=True):
            self._drop_unsaid(draft, unsaid)
            self.left_out.append(self._leave_out(draft, drafts))
            self.given.append(_settle(draft, reachable, before))
        for draft in drafts:
            draft.row.problems = tuple(self._without_rows(one, drafts) for one in draft.row.problems)
        return drafts

    def _drop_unsaid(self, draft: Draft, unsaid: frozenset[str]) -> None:
        for name in unsaid:
            draft.values.pop(name, None)
        draft.row.problems = tuple(one for one in draft.row.problems if one.column not in unsaid)

    def _leave_out(self, draft: Draft, drafts: Sequence[Draft]) -> tuple[Problem, ...]:
        found = tuple(one for one in draft.row.problems if one.column in CONTACTS)
        if not found:
            return ()
        draft.row.problems = tuple(one for one in draft.row.problems if one.column not in CONTACTS)
        for one in found:
            draft.values.pop(one.column, None)
        # Two with the same address in the directory: neither gets it, since nobody knows whose it is.
        return tuple(self._without_rows(one, drafts) for one in found)

    def _without_rows(self, problem: Problem, drafts: Sequence[Draft]) -> Problem:
        # A directory has no rows that anybody could look for.
        if problem.message not in REPEATED.values():
            return problem
        other = drafts[int(problem.values["row"]) - 1].row
        if problem.message == REPEATED["mail"]:
            return Problem(problem.column, SHARED, {"code": cells_of(self._sheet, other)["code"]})
        return Problem(problem.column, ALSO, {"name": name_in(self._sheet, other)})


def _settle(draft: Draft, now: Reachable, before: Given) -> Given:
    said = [name for name in MAIL_FIELDS if name in draft.values]
    given: dict[str, Any] = dict(before)
    if said:
        theirs = [mail for name in said if (mail := draft.values[name])]
        earlier = {mail.lower() for mail in before.get("mails", ())}
        kept = [mail for mail in now.mails if mail.lower() not in earlier]
        taken = {mail.lower() for mail in theirs}
        draft.mails = tuple(dict.fromkeys([*theirs, *(mail for mail in kept if mail.lower() not in taken)]))
        given["mails"] = theirs
    else:
        draft.mails = now.mails
    if "mobile" in draft.values:
        mobile = draft.values["mobile"] or None
        if mobile is None and now.mobile != before.get("mobile"):
            del draft.values["mobile"]  # registered here
        given["mobile"] = mobile
    return given
