"""People as records whose changes are kept (変更履歴): everything that a form or a file says about a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from core.actor import Actor, Reach
from core.i18n import N_, _
from core.shown import joined, moment, said
from core.transaction import Transaction
from data.models.access import AccountStatus
from data.models.people import Department, Person
from services.access import people_within
from services.changes import RETIRED, Field, Kind, Say, Undoing, Values, Wanted, moment_of
from services.fields import own_fields, words_for
from services.people.addresses import shown_mobile
from services.people.homes import shown_postal_code
from services.people.imports.regions import full_name
from services.people.kept.people_back import OWN_FIELD, bring_back, own_of
from services.people.kept.people_blocked import blocked
from services.people.kept.people_gone import take_away
from services.people.lock import alone

MAILS = """(
    SELECT jsonb_agg(value ORDER BY value COLLATE "C") FROM contact_point
    WHERE person_id = person.id AND kind = 'mail' AND origin = 'office'
)"""
OWN = """CASE WHEN person.own = CAST('{}' AS jsonb) THEN person.own ELSE (
    SELECT jsonb_object_agg('own.' || key, value) FROM jsonb_each(person.own)
) END"""
MOBILE = """(
    SELECT min(value) FROM contact_point WHERE person_id = person.id AND kind = 'mobile' AND origin = 'office'
)"""
LANGUAGES = {"ja": N_("Japanese"), "en": N_("English")}


class People(Kind):
    """People. Addresses are kept in the order of the alphabet: which one is the first is not told apart.

    Private ones are not among them: what a person gave and took back, no undo brings into the office's hands.
    """

    name = "person"
    label = N_("Person")
    reads = "people.show"
    model = Person
    source = "person LEFT JOIN account ON account.person_id = person.id"
    key = "person.id"
    page = "people/person.py"
    more = OWN
    order = 20
    fields = (
        Field("code", N_("Code"), "person.code"),
        Field("family_name", N_("Family name"), "person.family_name"),
        Field("given_name", N_("Given name"), "NULLIF(person.given_name, '')"),
        Field("family_kana", N_("Family name in kana"), "NULLIF(person.family_kana, '')"),
        Field("given_kana", N_("Given name in kana"), "NULLIF(person.given_kana, '')"),
        Field("departments", N_("Departments"), (
            "(SELECT jsonb_agg(department_id ORDER BY main DESC, department_id) "
            "FROM membership WHERE person_id = person.id)"
        )),
        Field("regions", N_("Regions"), (
            "(SELECT jsonb_agg(area_code ORDER BY area_code) FROM person_region WHERE person_id = person.id)"
        )),
        Field("mails", N_("Mail addresses"), MAILS),
        Field("mobile", N_("Mobile number"), MOBILE),
        Field("login", N_("Login name"), "account.login"),
        Field("account_status", N_("Account"), "account.status"),
        Field("postal_code", N_("Postal code"), "NULLIF(person.postal_code, '')"),
        Field("address", N_("Address"), "NULLIF(person.address, '')"),
        Field("language", N_("Language"), "person.language"),
        Field(RETIRED, N_("Retired at"), "person.retired_at"),
    )  # fmt: skip

    def within(self, reach: Reach, actor: Actor) -> ColumnElement[bool]:
        """Return the condition on the person."""
        return people_within(reach, actor)

    def labels(self, tx: Transaction) -> dict[str, str]:
        """Return what people call the fields of a person, own fields after the others."""
        own = own_fields(tx, self.name, retired=True)
        return super().labels(tx) | {f"{OWN_FIELD}{one.code}": one.label for one in own}

    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes fields of people, departments by their full names."""
        values = list(values)
        own = words_for(tx, own_fields(tx, self.name, retired=True), map(own_of, values))
        ids = {one for value in values for one in value.get("departments", ())}
        found = select(Department.id, Department.full_name).where(Department.id == func.any(sorted(ids)))
        places = {row.id: row.full_name for row in tx.execute(found)} if ids else {}
        return lambda name, value: (
            own.said(name.removeprefix(OWN_FIELD), value) if name.startswith(OWN_FIELD) else _say(name, value, places)
        )

    def names(self, tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
        """Return what people are called now."""
        return {
            row.id: row.name for row in tx.execute(select(Person).where(Person.id == func.any(list(ids)))).scalars()
        }

    def name_in(self, values: Values) -> str:
        """Return what a person was called."""
        return f"{values.get('family_name', '')} {values.get('given_name', '')}".strip()

    def lock(self, tx: Transaction) -> None:
        """Let nobody else change people."""
        alone(tx)

    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: Undoing) -> dict[int, str]:
        """Return who cannot be brought back, and why."""
        return blocked(tx, wanted, undo)

    def bring_back(self, tx: Transaction, wanted: Sequence[Wanted]) -> list[int]:
        """Give people their former values; those who are no more are made again under the same number."""
        return bring_back(tx, wanted, self)

    def take_away(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Remove people to whom nothing refers and retire the others."""
        take_away(tx, ids)


def _say(name: str, value: Any, places: Mapping[int, str]) -> str:
    if name == "departments":
        return joined(places.get(one, f"#{one}") for one in value)
    return SAYING[name](value) if name in SAYING else str(value)


SAYING: Mapping[str, Callable[[Any], str]] = {
    "regions": lambda codes: joined(map(full_name, codes)),
    "mails": joined,
    "mobile": shown_mobile,
    "postal_code": shown_postal_code,
    "account_status": lambda status: said(AccountStatus(status)),
    "language": lambda code: _(LANGUAGES[code]) if code in LANGUAGES else code,
    RETIRED: lambda at: moment(moment_of(at)),
}
"""What writes the fields that do not stand as people write them."""
