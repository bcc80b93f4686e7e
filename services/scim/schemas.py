"""What of the schemas of RFC 7643 we keep, as models of scim2-models: Users are people with an account.

Groups are departments.

An attribute that a directory sends and that is not named here is left out in silence (RFC 7644 §3.3).
"""

from typing import Annotated, Any, ClassVar, Union

from pydantic import Field
from scim2_models import (
    URN,
    CaseExact,
    ComplexAttribute,
    Extension,
    Mutability,
    Reference,
    Required,
    Resource,
    Uniqueness,
)

ReadOnly = Mutability.read_only


class Name(ComplexAttribute):
    """What a person is called; ``displayName`` is both, family name first."""

    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    """A mail address. The first one is that of work, whatever type is sent."""

    value: str | None = None
    type: str | None = Field(None, examples=["work"])


class PhoneNumber(ComplexAttribute):
    """The mobile number, in E.164."""

    value: str | None = None
    type: str | None = Field(None, examples=["mobile"])


class UserGroup(ComplexAttribute):
    """A department that a person belongs to."""

    value: Annotated[str | None, ReadOnly, CaseExact.true] = None
    ref: Annotated[Reference["Group"] | None, ReadOnly] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, ReadOnly] = None


class EnterpriseUser(Extension):
    """The number of a person (社員番号), and the main department as a path of names."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, CaseExact.true, Uniqueness.server] = None
    department: Annotated[str | None, ReadOnly] = None


class PhoneticName(Extension):
    """How a name is read (フリガナ), in katakana. RFC 7643 has no attribute for it."""

    __schema__ = URN("urn:renraku:params:scim:schemas:extension:phonetic:1.0:User")

    family_name: str | None = None
    given_name: str | None = None


class User(Resource[Any]):
    """A person with an account."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    name: Name | None = None
    display_name: Annotated[str | None, ReadOnly] = None
    active: bool | None = None
    emails: list[Email] | None = None
    phone_numbers: list[PhoneNumber] | None = None
    groups: Annotated[list[UserGroup] | None, ReadOnly] = None


class GroupMember(ComplexAttribute):
    """A person who belongs to a department."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference["User"] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """A department."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true] = None
    members: list[GroupMember] | None = None

    Members: ClassVar[type[ComplexAttribute]] = GroupMember


EXTENSIONS = (EnterpriseUser, PhoneticName)
ALWAYS_THERE = {
    str(User.__schema__): {"active", "name", "name.familyName", "emails.value", "phoneNumbers.value"},
    str(EnterpriseUser.__schema__): {"employeeNumber"},
}
"""What every user has, by schema and published as required; nobody is refused for leaving it out.

A rule gives it then, and an address without its value is none: Entra ID takes addresses away by taking the value.
"""

FullUser: Any = User[Union[EnterpriseUser, PhoneticName]]  # type: ignore[misc]  # noqa: UP007 - the library's way
