"""Google Workspace: users and organisational units (組織部門) by the Admin SDK Directory API.

A service account of the organisation's own signs in for an administrator (domain-wide delegation); it is allowed
there for the two read-only scopes below. Google limits by the minute (2,400 queries for each project and user) and
says so with 403 or 429, without a time to wait.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from pydantic import Field, TypeAdapter, ValidationError

from core import clock
from core.errors import Invalid
from core.i18n import N_, _
from services.directory.sources.errors import broken
from services.directory.sources.shapes import FoundDepartment, FoundPerson, Page, Setting
from services.directory.sources.tokens import Tokens
from services.directory.sources.web import Answer, Many, Said, Web, filled

VENDOR = "Google Workspace"
PER_PAGE = 500
"""The most that Google gives at once."""

SCOPES = (
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.orgunit.readonly",
)
LASTS = timedelta(hours=1)
"""How long an assertion may be good at most."""

LIMITS = ("rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded")
ASKED = (
    "nextPageToken,users(id,primaryEmail,suspended,archived,orgUnitPath,name(familyName,givenName,fullName),"
    "emails,phones,externalIds,organizations)"
)
SETTINGS = (
    Setting("service_account", N_("Key of the service account (JSON)"), secret=True, many_lines=True),
    Setting("administrator", N_("Mail address of the administrator it acts for")),
)


class SaidName(Said):
    """A user's name."""

    family: str | None = Field(default=None, alias="familyName")
    given: str | None = Field(default=None, alias="givenName")
    full: str | None = Field(default=None, alias="fullName")


class SaidValue(Said):
    """A mail address, a number: what kind it is, and whether it is the main one."""

    value: str | None = None
    address: str | None = None
    type: str | None = None
    primary: bool = False


class SaidOrganization(Said):
    """Where a user works."""

    department: str | None = None
    title: str | None = None
    primary: bool = False


class SaidUser(Said):
    """A user, as far as asked for."""

    id: str
    primary_email: str = Field(alias="primaryEmail")
    suspended: bool = False
    archived: bool = False
    path: str | None = Field(default=None, alias="orgUnitPath")
    name: SaidName = SaidName()
    emails: Many[SaidValue] = ()
    phones: Many[SaidValue] = ()
    external_ids: Many[SaidValue] = Field(default=(), alias="externalIds")
    organizations: Many[SaidOrganization] = ()


class SaidUsers(Said):
    """A page of users; without any, ``users`` is left out."""

    users: Many[SaidUser] = ()
    next: str | None = Field(default=None, alias="nextPageToken")


class SaidUnit(Said):
    """An organisational unit."""

    id: str = Field(alias="orgUnitId")
    name: str
    path: str = Field(alias="orgUnitPath")
    parent_id: str | None = Field(default=None, alias="parentOrgUnitId")
    parent_path: str | None = Field(default=None, alias="parentOrgUnitPath")


class SaidUnits(Said):
    """All organisational units; without any, the list is left out."""

    units: Many[SaidUnit] = Field(default=(), alias="organizationUnits")


class SaidKey(Said):
    """The key file of a service account, as far as needed. Where it says tokens come from is not believed."""

    client_email: str
    private_key: str
    private_key_id: str | None = None


class Google:
    """Asks Google."""

    fields: ClassVar[Mapping[str, str]] = {
        "externalIds.organization": N_("Employee number"),
        "name.familyName": N_("Family name"),
        "name.givenName": N_("Given name"),
        "name.fullName": N_("Display name"),
        "primaryEmail": N_("Mail address"),
        "emails.home": N_("Private mail address"),
        "phones.mobile": N_("Mobile number"),
        "phones.work": N_("Phone number"),
        "phones.home": N_("Private phone number"),
        "organizations.title": N_("Position"),
        "organizations.department": N_("Department"),
    }

    def __init__(self, client: httpx.Client, settings: Mapping[str, str]) -> None:
        """Take the client and the settings.

        Raises:
            Invalid: when the key of the service account cannot be read.
        """
        base = settings.get("base_url")
        said, key = _key(settings["service_account"])

        def form() -> Mapping[str, str]:
            now = clock.now()
            claims = {
                "iss": said.client_email, "sub": settings["administrator"], "scope": " ".join(SCOPES),
                "aud": "https://oauth2.googleapis.com/token",
                "iat": int(now.timestamp()), "exp": int((now + LASTS).timestamp()),
            }  # fmt: skip
            header = {"alg": "RS256", "typ": "JWT", **({"kid": said.private_key_id} if said.private_key_id else {})}
            return {
                "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "assertion": jwt.encode(header, claims, key, algorithms=["RS256"]),
            }

        tokens = Tokens(client, VENDOR, f"{base or 'https://oauth2.googleapis.com'}/token", form)
        self._web = Web(client, VENDOR, base or "https://admin.googleapis.com", tokens, _is_limit)
        self._by_path: Mapping[str, str] | None = None

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return all organisational units at once, as Google does; the whole organisation itself is none."""
        del resume
        rows = (
            FoundDepartment(row.id, row.name, None if row.parent_path == "/" else row.parent_id, None, None)
            for row in self._units()
        )
        return Page(tuple(rows), None)

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next users. Deleted ones are not listed."""
        if self._by_path is None:
            # A user names the unit by its path, which changes when the unit is renamed; its id does not.
            self._by_path = {row.path: row.id for row in self._units()}
        asked: dict[str, str | int] = {"customer": "my_customer", "maxResults": PER_PAGE, "orderBy": "email"}
        asked |= {"projection": "full", "fields": ASKED} | ({"pageToken": resume} if resume else {})
        said = self._web.get("/admin/directory/v1/users", asked, TypeAdapter(SaidUsers))[0]
        if said.next is not None and said.next == resume:
            raise broken(VENDOR, "the next page is this one")
        return Page(tuple(_person(row, self._by_path) for row in said.users), said.next)

    def _units(self) -> tuple[SaidUnit, ...]:
        path = "/admin/directory/v1/customer/my_customer/orgunits"
        return self._web.get(path, {"type": "all"}, TypeAdapter(SaidUnits))[0].units


def _key(text: str) -> tuple[SaidKey, RSAKey]:
    try:
        said = SaidKey.model_validate_json(text)
        key = RSAKey.import_key(said.private_key)
        if not key.is_private:
            raise ValueError("it signs nothing")  # noqa: TRY301 - told like every other key that is none
        return said, key
    except (ValidationError, JoseError, ValueError):
        # Without the cause: it repeats what was entered, which is secret.
        sentence = _(N_("This is no key of a service account. Paste the whole JSON file that Google made."))
        message = N_("Some of the connection settings are missing or cannot be used.")
        raise Invalid(message, fields={"service_account": sentence}) from None


def _is_limit(answer: Answer) -> bool:
    try:
        errors = json.loads(answer.body)["error"]["errors"]
        return any(one["reason"] in LIMITS for one in errors)
    except (ValueError, LookupError, TypeError):
        return False


def _person(row: SaidUser, by_path: Mapping[str, str]) -> FoundPerson:
    works = next(iter(sorted(row.organizations, key=lambda one: not one.primary)), SaidOrganization())
    said = {
        "externalIds.organization": _of(row.external_ids, "organization"),
        "name.familyName": row.name.family,
        "name.givenName": row.name.given,
        "name.fullName": row.name.full,
        "primaryEmail": row.primary_email,
        "emails.home": _of(row.emails, "home"),
        "phones.mobile": _of(row.phones, "mobile"),
        "phones.work": _of(row.phones, "work"),
        "phones.home": _of(row.phones, "home"),
        "organizations.title": works.title,
        "organizations.department": works.department,
    }
    fields = {name: filled(value) for name, value in said.items()}
    # The whole organisation is no unit. One that is not listed is told as it is called: nobody leaves a department
    # because a unit was made or renamed, or the rights taken, between two requests.
    unit = None if row.path in {None, "", "/"} else by_path.get(str(row.path), str(row.path))
    # Whoever leaves is first suspended or archived and deleted later.
    left = row.suspended or row.archived
    return FoundPerson(row.id, fields["externalIds.organization"], fields, (unit,) if unit else (), left)


def _of(values: tuple[SaidValue, ...], kind: str) -> str | None:
    found = sorted((one for one in values if one.type == kind), key=lambda one: not one.primary)
    return next((one.value or one.address for one in found), None)
