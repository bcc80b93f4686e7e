"""Where in the database each attribute of a User or a Group stands, for filters and for the order of lists."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, select
from sqlalchemy.orm import aliased

from data.models.access import Account, AccountStatus
from data.models.people import ContactKind, ContactOrigin, ContactPoint, Department, Membership, Person
from data.models.scim import ExternalId

Path = tuple[str, str | None]
"""An attribute and its sub-attribute, as the models of scim2-models name their fields."""


@dataclass(frozen=True)
class Column:
    """A value that a resource has once.

    ``lower``: what is kept is in small letters already; ``number``: an id; ``maybe``: NULL is kept where there is none.
    """

    sql: Any
    lower: bool = False
    number: bool = False
    maybe: bool = False


@dataclass(frozen=True)
class Several:
    """Values that a resource has any number of: a look whether there is one, and the columns of one."""

    rows: Select[Any]
    columns: dict[str, Column]


_main, _place = aliased(Membership), aliased(Department)
_member, _group = aliased(Membership), aliased(Department)
_mail, _mobile = aliased(ContactPoint), aliased(ContactPoint)
_belongs, _belonging, _belonging_account = aliased(Membership), aliased(Person), aliased(Account)

_older = aliased(ContactPoint)


def _of_office(one: Any, kind: ContactKind, owner: Any) -> Any:
    # What people registered themselves is nothing that a directory may find them by.
    return and_(one.person_id == owner, one.kind == kind, one.origin == ContactOrigin.OFFICE)


_earlier = select(1).where(_of_office(_older, ContactKind.MAIL, _mail.person_id), _older.id < _mail.id).exists()
FULL_NAME = func.btrim(Person.family_name + " " + Person.given_name, type_=String)
MAIN_DEPARTMENT = (
    select(_place.full_name)
    .join(_main, _main.department_id == _place.id)
    .where(_main.person_id == Person.id, _main.main)
    .scalar_subquery()
)


def _external(which: Any, owner: Any) -> Several:
    # As a list of at most one: what is asked for by its value is then found by the index on it.
    return Several(select(1).select_from(ExternalId).where(which == owner), {"value": Column(ExternalId.value)})


USER_COLUMNS: dict[Path, Column] = {
    ("id", None): Column(Person.id, number=True),
    ("user_name", None): Column(Account.login, lower=True),
    ("display_name", None): Column(FULL_NAME),
    ("active", None): Column(Account.status != AccountStatus.STOPPED),
    ("name", "family_name"): Column(Person.family_name),
    ("name", "given_name"): Column(Person.given_name),
    ("meta", "created"): Column(Person.created_at),
    ("meta", "last_modified"): Column(Person.updated_at),
    ("meta", "resource_type"): Column(literal("User")),
    ("employee_number", None): Column(Person.code),
    ("department", None): Column(MAIN_DEPARTMENT, maybe=True),
    ("family_name", None): Column(Person.family_kana),
    ("given_name", None): Column(Person.given_kana),
}
USER_LISTS: dict[str, Several] = {
    "external_id": _external(ExternalId.person_id, Person.id),
    "emails": Several(
        select(1).select_from(_mail).where(_of_office(_mail, ContactKind.MAIL, Person.id)),
        {
            "value": Column(_mail.value),
            "type": Column(case((~_earlier, literal("work")), else_=literal("other"))),
        },
    ),
    "phone_numbers": Several(
        select(1).select_from(_mobile).where(_of_office(_mobile, ContactKind.MOBILE, Person.id)),
        {"value": Column(_mobile.value), "type": Column(literal("mobile"))},
    ),
    "groups": Several(
        select(1)
        .select_from(_member)
        .join(_group, _group.id == _member.department_id)
        .where(_member.person_id == Person.id, _group.retired_at.is_(None)),
        {"value": Column(_group.id, number=True), "display": Column(_group.name)},
    ),
}
GROUP_COLUMNS: dict[Path, Column] = {
    ("id", None): Column(Department.id, number=True),
    ("display_name", None): Column(Department.name),
    ("meta", "resource_type"): Column(literal("Group")),
}
GROUP_LISTS: dict[str, Several] = {
    "external_id": _external(ExternalId.department_id, Department.id),
    "members": Several(
        select(1)
        .select_from(_belongs)
        .join(_belonging, _belonging.id == _belongs.person_id)
        .join(_belonging_account, _belonging_account.person_id == _belonging.id)
        .where(_belongs.department_id == Department.id, _belonging.retired_at.is_(None)),
        {
            "value": Column(_belonging.id, number=True),
            "type": Column(literal("User")),
        },
    ),
}


def as_text(column: Column) -> ColumnElement[str]:
    """Return a value as text, as a client sees it."""
    return cast(column.sql, String) if column.number else column.sql
