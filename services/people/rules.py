"""Rules about people that no single row can keep: codes, mail addresses and login names belong to one person each."""

from collections.abc import Collection, Sequence

from sqlalchemy import ARRAY, String, any_, func, literal, select

from core.errors import Invalid
from core.i18n import N_, _
from core.transaction import Transaction
from data.models.areas import Area
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Person
from services.access import taken_logins, usable_login
from services.people.fields import PersonFields

TAKEN_CODE = N_("This code belongs to somebody else.")
TAKEN_MAIL = N_("This mail address belongs to somebody else.")
TAKEN_LOGIN = N_("This login name belongs to somebody else.")


def check_unique(tx: Transaction, ask: PersonFields, person_id: int | None) -> None:
    """Check that nobody else has the code, a mail address or the login name that was entered.

    Raises:
        Invalid: with a sentence for each field.
    """
    fields: dict[str, str] = {}
    if tx.scalar(select(Person.id).where(Person.code == ask.code, Person.id.is_distinct_from(person_id))):
        fields["code"] = _(TAKEN_CODE)
    taken = owners_of_mails(tx, ask.reachable.mails)
    for name in ("mail1", "mail2", "mail3"):
        if taken.get(getattr(ask, name).lower(), person_id) != person_id:
            fields[name] = _(TAKEN_MAIL)
    if ask.login:
        login = usable_login(ask.login)
        if taken_logins(tx, [login]).get(login, person_id) != person_id:
            fields["login"] = _(TAKEN_LOGIN)
    if fields:
        raise Invalid(N_("Somebody else has the same code, mail address or login name."), fields=fields)


def owners_of_mails(tx: Transaction, mails: Sequence[str], *, office_only: bool = False) -> dict[str, int]:
    """Return the active people who have these addresses, by address in lower case: no mail server tells them apart.

    A retired person's address is free again. ``office_only``: whoever may not be found by what they registered
    themselves (本人登録), which takes no more than a sheet of paper with their link.
    """
    lower = func.lower(ContactPoint.value)
    wanted = literal([mail.lower() for mail in mails], ARRAY(String))
    rows = tx.execute(
        select(lower.label("value"), ContactPoint.person_id)
        .join(Person, Person.id == ContactPoint.person_id)
        .where(
            ContactPoint.kind == ContactKind.MAIL, lower == any_(wanted),
            Person.retired_at.is_(None), (ContactPoint.origin == ContactOrigin.OFFICE) | literal(not office_only),
        )
    )  # fmt: skip
    return {row.value: row.person_id for row in rows}


def check_areas(tx: Transaction, codes: Collection[str]) -> None:
    """Check that areas exist.

    Raises:
        Invalid: when one does not.
    """
    wanted = sorted(set(codes))
    if wanted and tx.scalar(select(func.count()).select_from(Area).where(Area.code == func.any(wanted))) != len(wanted):
        problem = N_("One of these regions does not exist.")
        raise Invalid(problem, fields={"area_codes": _(problem)})
