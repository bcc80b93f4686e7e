"""cybozu.com: users (ユーザー) and organisations (組織) by its User API.

Signs in with an API token, or with a login name and password of an administrator; where the domain asks for Basic
authentication (Basic認証), its name and password besides. No figure is documented for the limit of requests.
"""

import base64
from collections.abc import Mapping
from typing import ClassVar

import httpx
from pydantic import Field, TypeAdapter

from core.errors import Invalid
from core.i18n import N_, _
from services.directory.sources.errors import broken
from services.directory.sources.shapes import FoundDepartment, FoundPerson, Page, Setting
from services.directory.sources.web import Params, Said, Signs, Web, filled

VENDOR = "cybozu.com"
PER_PAGE = 100
"""The most that cybozu.com gives at once."""

SETTINGS = (
    Setting("subdomain", N_("Subdomain"), help=N_("The part before .cybozu.com in the address")),
    Setting("token", N_("API token"), secret=True, required=False, help=N_("Or a login name and a password")),
    Setting("login", N_("Login name"), required=False),
    Setting("password", N_("Password"), secret=True, required=False),
    Setting("basic_login", N_("User name for Basic authentication"), required=False),
    Setting("basic_password", N_("Password for Basic authentication"), secret=True, required=False),
)


class SaidOrganization(Said):
    """組織."""

    id: str
    code: str
    name: str
    parent_code: str | None = Field(default=None, alias="parentCode")


class SaidOrganizations(Said):
    """A page of 組織, by id."""

    organizations: list[SaidOrganization]


class SaidUser(Said):
    """ユーザー."""

    id: str
    valid: bool
    primary: str | None = Field(default=None, alias="primaryOrganization")
    code: str
    name: str | None = None
    sur_name: str | None = Field(default=None, alias="surName")
    given_name: str | None = Field(default=None, alias="givenName")
    sur_name_reading: str | None = Field(default=None, alias="surNameReading")
    given_name_reading: str | None = Field(default=None, alias="givenNameReading")
    email: str | None = None
    phone: str | None = None
    mobile_phone: str | None = Field(default=None, alias="mobilePhone")
    extension_number: str | None = Field(default=None, alias="extensionNumber")
    employee_number: str | None = Field(default=None, alias="employeeNumber")
    join_date: str | None = Field(default=None, alias="joinDate")
    description: str | None = None


class SaidUsers(Said):
    """A page of ユーザー."""

    users: list[SaidUser]


class SaidMember(Said):
    """A user of whom only the id counts."""

    id: str


class SaidUserTitle(Said):
    """A user of an organisation, with the title there."""

    user: SaidMember


class SaidMembers(Said):
    """A page of an organisation's users."""

    members: list[SaidUserTitle] = Field(alias="userTitles")


class Cybozu:
    """Asks cybozu.com."""

    fields: ClassVar[Mapping[str, str]] = {
        "employeeNumber": N_("Employee number"),
        "code": N_("Login name"),
        "name": N_("Display name"),
        "surName": N_("Family name"),
        "givenName": N_("Given name"),
        "surNameReading": N_("Family name in kana"),
        "givenNameReading": N_("Given name in kana"),
        "email": N_("Mail address"),
        "mobilePhone": N_("Mobile number"),
        "phone": N_("Phone number"),
        "extensionNumber": N_("Extension number"),
        "joinDate": N_("Date of joining"),
        "description": N_("Note"),
    }

    def __init__(self, client: httpx.Client, settings: Mapping[str, str]) -> None:
        """Take the client and the settings.

        Raises:
            Invalid: when there is neither a token nor a login name with its password.
        """
        base = settings.get("base_url") or f"https://{settings['subdomain']}.cybozu.com"
        self._web = Web(client, VENDOR, base, Signs(_headers(settings)))
        self._memberships: Mapping[str, tuple[str, ...]] | None = None

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return the next organisations; their key is the code, which is what parents are named by."""
        rows, further = self._organizations(int(resume or 0))
        found = (FoundDepartment(row.code, row.name, filled(row.parent_code), None, row.code) for row in rows)
        return Page(tuple(found), further)

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next users; their departments are gathered before the first page, once for this object."""
        if self._memberships is None:
            self._memberships = self._gathered()
        at = int(resume or 0)
        rows = self._web.get("/v1/users.json", {"size": PER_PAGE, "offset": at}, TypeAdapter(SaidUsers))[0].users
        found = tuple(_person(row, self._memberships.get(row.id, ())) for row in rows)
        return Page(found, _further(at, len(rows)))

    def _gathered(self) -> Mapping[str, tuple[str, ...]]:
        # A user's organisations are told one user a request, or one organisation a request: of these there are fewer.
        # By id of the user; an organisation's id stands before its code, to find the one a user has put first.
        found: dict[str, list[str]] = {}
        at: str | None = "0"
        while at is not None:
            organizations, at = self._organizations(int(at))
            for one in organizations:
                for user_id in self._members(one.code):
                    found.setdefault(user_id, []).append(f"{one.id} {one.code}")
        return {user_id: tuple(dict.fromkeys(places)) for user_id, places in found.items()}

    def _organizations(self, at: int) -> tuple[list[SaidOrganization], str | None]:
        asked: Params = {"size": PER_PAGE, "offset": at}
        rows = self._web.get("/v1/organizations.json", asked, TypeAdapter(SaidOrganizations))[0].organizations
        return rows, _further(at, len(rows))

    def _members(self, code: str) -> list[str]:
        found: list[str] = []
        at: str | None = "0"
        while at is not None:
            asked: Params = {"code": code, "size": PER_PAGE, "offset": int(at)}
            rows = self._web.get("/v1/organization/users.json", asked, TypeAdapter(SaidMembers))[0].members
            found += [row.user.id for row in rows]
            at = _further(int(at), len(rows))
        return found


def _headers(settings: Mapping[str, str]) -> Mapping[str, str]:
    if settings.get("token"):
        return {"authorization": f"Bearer {settings['token']}"}
    if not (settings.get("login") and settings.get("password")):
        sentence = _(N_("Enter an API token, or a login name and a password."))
        message = N_("Some of the connection settings are missing or cannot be used.")
        raise Invalid(message, fields={"token": sentence})
    signed = {"x-cybozu-authorization": _coded(settings["login"], settings["password"])}
    if settings.get("basic_login"):
        signed["authorization"] = f"Basic {_coded(settings['basic_login'], settings.get('basic_password', ''))}"
    return signed


def _coded(name: str, password: str) -> str:
    return base64.b64encode(f"{name}:{password}".encode()).decode()


def _further(at: int, count: int) -> str | None:
    # No total is told: a page that is not full is the last.
    if count > PER_PAGE:
        raise broken(VENDOR, "more rows than asked for")
    return str(at + PER_PAGE) if count == PER_PAGE else None


def _person(row: SaidUser, places: tuple[str, ...]) -> FoundPerson:
    said = row.model_dump(by_alias=True)
    fields = {name: filled(said[name]) for name in Cybozu.fields}
    by_id = [place.split(" ", 1) for place in places]
    codes = tuple(code for _id, code in sorted(by_id, key=lambda one: one[0] != row.primary))
    return FoundPerson(row.id, fields["employeeNumber"], fields, codes, left=not row.valid)
