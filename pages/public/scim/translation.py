"""Rows of ours as resources of SCIM and back. References are relative; the server knows its own address."""

from typing import Any

from scim2_models import Meta, Reference

from core.errors import Invalid
from core.i18n import N_, _
from services.scim import (
    Email,
    EnterpriseUser,
    FullUser,
    Group,
    GroupMember,
    GroupRow,
    Name,
    PhoneNumber,
    PhoneticName,
    UserGroup,
    UserRow,
)

ONE_NUMBER = N_("One phone number is kept: the mobile number.")
NO_USER = N_("Each member has the id of a user as its value.")


def user_of(row: UserRow) -> Any:
    """Return a user as a resource."""
    whole = f"{row.family_name} {row.given_name}".strip()
    user = FullUser(
        id=str(row.id),
        external_id=row.external_id,
        user_name=row.user_name,
        name=Name(family_name=row.family_name, given_name=row.given_name or None),
        display_name=whole,
        active=row.active,
        emails=[Email(value=mail, type="other" if at else "work") for at, mail in enumerate(row.mails)] or None,
        phone_numbers=[PhoneNumber(value=row.mobile, type="mobile")] if row.mobile else None,
        groups=[UserGroup(value=str(one.id), ref=Reference(f"Groups/{one.id}"), display=one.name) for one in row.groups]
        or None,
        meta=Meta(
            resource_type="User", created=row.created_at, last_modified=row.updated_at, version=_etag(row.version)
        ),
    )
    user[EnterpriseUser] = EnterpriseUser(employee_number=row.employee_number, department=row.department)
    if row.family_kana or row.given_kana:
        user[PhoneticName] = PhoneticName(family_name=row.family_kana or None, given_name=row.given_kana or None)
    return user


def user_fields(user: Any, *, whole: bool = False) -> dict[str, Any]:
    """Return what a resource says about a user, as ``UserFields`` takes it: what it does not name is left out.

    ``whole``: it names everything, and what it lacks is empty.
    """
    enterprise, phonetic = user[EnterpriseUser], user[PhoneticName]
    said = {
        "user_name": user.user_name or "",
        "active": user.active,
        "family_name": (user.name and user.name.family_name) or "",
        "employee_number": (enterprise and enterprise.employee_number) or "",
    }
    if whole or _names(user, "external_id"):
        said["external_id"] = user.external_id or ""
    if whole or _names(user.name, "given_name"):
        said["given_name"] = (user.name and user.name.given_name) or ""
    if whole or _names(user, "emails"):
        said["mails"] = _mails(user.emails or [])
    if whole or _names(user, "phone_numbers"):
        said["mobile"] = _mobile(user.phone_numbers or [])
    if whole or phonetic is not None:
        said["family_kana"] = (phonetic and phonetic.family_name) or ""
        said["given_kana"] = (phonetic and phonetic.given_name) or ""
    return said


def _names(part: Any, name: str) -> bool:
    return part is not None and name in part.model_fields_set


def _mails(sent: list[Email]) -> list[str]:
    # The first one is that of work, in whichever order they are sent.
    ordered = sorted(sent, key=lambda one: (one.type or "work").lower() != "work")
    return list(dict.fromkeys(one.value for one in ordered if one.value))


def _mobile(sent: list[PhoneNumber]) -> str:
    numbers = [one for one in sent if one.value]
    if len(numbers) > 1:
        numbers = [one for one in numbers if (one.type or "mobile").lower() == "mobile"]
    if len(numbers) > 1:
        raise Invalid(ONE_NUMBER, fields={"phoneNumbers": _(ONE_NUMBER)})
    return (numbers[0].value or "") if numbers else ""


def group_of(row: GroupRow) -> Group:
    """Return a group as a resource."""
    members = [GroupMember(value=str(one), ref=Reference(f"Users/{one}"), type="User") for one in row.members or []]
    return Group(
        id=str(row.id),
        external_id=row.external_id,
        display_name=row.name,
        members=members or None,
        meta=Meta(resource_type="Group", version=_etag(row.version)),
    )


def group_fields(group: Any, *, whole: bool = False) -> dict[str, Any]:
    """Return what a resource says about a group, as ``GroupFields`` takes it; ``whole`` as of a user."""
    said: dict[str, Any] = {"name": group.display_name or ""}
    if whole or _names(group, "members"):
        said["members"] = numbers_of(group.members or [])
    if whole or _names(group, "external_id"):
        said["external_id"] = group.external_id or ""
    return said


def numbers_of(members: list[GroupMember]) -> list[int]:
    """Return the ids of users, each once.

    Raises:
        Invalid: when one of them is none.
    """
    found = [number_of(member.value) for member in members]
    numbers = [one for one in found if one is not None]
    if len(numbers) < len(found):
        raise Invalid(NO_USER, fields={"members": _(NO_USER)})
    return list(dict.fromkeys(numbers))


def number_of(text: str | None) -> int | None:
    """Return an id as the database keeps it; None: no resource has it."""
    fits = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if text is not None and fits else None


def version_of(etag: str | None) -> str:
    """Return the version that an entity tag stands for; empty: none was named."""
    return (etag or "").removeprefix("W/").strip('"')


def _etag(version: str) -> str:
    return f'W/"{version}"'
