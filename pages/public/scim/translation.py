"""Rows of ours as resources of SCIM and back. References are relative; the server knows its own address."""

from typing import Any

from scim2_models import InvalidValueException, Meta, Reference

from services.scim import (
    Email,
    EnterpriseUser,
    FullUser,
    Group,
    GroupMember,
    GroupRow,
    Name,
    Named,
    PhoneNumber,
    PhoneticName,
    UserGroup,
    UserRow,
)


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
        emails=[Email(value=mail, type="work") for mail in row.mails] or None,
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


def user_fields(user: Any) -> dict[str, Any]:
    """Return what a resource says about a user, as ``UserFields`` takes it."""
    enterprise, phonetic = user[EnterpriseUser], user[PhoneticName]
    phones = [phone.value or "" for phone in user.phone_numbers or []]
    if len(phones) > 1:
        raise InvalidValueException(detail="One phone number is kept: the mobile number.")
    return {
        "user_name": user.user_name or "",
        "external_id": user.external_id or "",
        "active": user.active is not False,
        "family_name": (user.name and user.name.family_name) or "",
        "given_name": (user.name and user.name.given_name) or "",
        "family_kana": (phonetic and phonetic.family_name) or "",
        "given_kana": (phonetic and phonetic.given_name) or "",
        "employee_number": (enterprise and enterprise.employee_number) or "",
        "mails": [mail.value or "" for mail in user.emails or []],
        "mobile": phones[0] if phones else "",
    }


def group_of(row: GroupRow) -> Group:
    """Return a group as a resource."""
    members = [
        GroupMember(value=str(one.id), ref=Reference(f"Users/{one.id}"), type="User") for one in row.members or []
    ]
    return Group(
        id=str(row.id),
        external_id=row.external_id,
        display_name=row.name,
        members=members or None,
        meta=Meta(resource_type="Group", version=_etag(row.version)),
    )


def group_fields(group: Any) -> dict[str, Any]:
    """Return what a resource says about a group, as ``GroupFields`` takes it."""
    members = [number_of(member.value) for member in group.members or []]
    if None in members:
        raise InvalidValueException(detail="Each member has the id of a User as its value.")
    return {
        "name": group.display_name or "",
        "external_id": group.external_id or "",
        "members": list(dict.fromkeys(members)),
    }


def number_of(text: str | None) -> int | None:
    """Return an id as the database keeps it; None: no resource has it."""
    fits = text is not None and text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if text is not None and fits else None


def version_of(etag: str | None) -> str:
    """Return the version that an entity tag stands for; empty: none was named."""
    return (etag or "").removeprefix("W/").strip('"')


def _belonging(group: Named) -> UserGroup:
    return UserGroup(value=str(group.id), ref=Reference(f"Groups/{group.id}"), display=group.name)


def _member(person: Named) -> GroupMember:
    return GroupMember(value=str(person.id), ref=Reference(f"Users/{person.id}"), type="User")


def _etag(version: str) -> str:
    return f'W/"{version}"'
