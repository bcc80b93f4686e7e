"""Microsoft Graph: users (ユーザー) of Microsoft Entra ID, by an app registration of the organisation's own.

The registration needs the application permission User.Read.All with the administrator's consent. Microsoft limits
by tenant and says how long to wait in Retry-After. Entra ID knows no tree of departments: a user's department is a
text, so each text is a department at the top, and a new text is a new department.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

import httpx
from pydantic import Field, TypeAdapter

from core.i18n import N_
from services.directory.sources.errors import broken
from services.directory.sources.shapes import FoundDepartment, FoundPerson, Page, Setting
from services.directory.sources.tokens import Tokens
from services.directory.sources.web import Many, Params, Said, Web, filled

VENDOR = "Microsoft Entra ID"
T = TypeVar("T")
PER_PAGE = 999
"""The most that Graph gives at once."""

SETTINGS = (
    Setting("tenant", N_("Directory (tenant) ID")),
    Setting("client_id", N_("Application (client) ID")),
    Setting("client_secret", N_("Client secret"), secret=True),
)


class SaidUser(Said):
    """A user resource. What has no default must be said, null or not: it decides who left and who is where."""

    id: str
    account_enabled: bool | None = Field(alias="accountEnabled")
    department: str | None
    other_mails: Many[str] = Field(default=(), alias="otherMails")
    business_phones: Many[str] = Field(default=(), alias="businessPhones")
    employee_id: str | None = Field(default=None, alias="employeeId")
    display_name: str | None = Field(default=None, alias="displayName")
    surname: str | None = None
    given_name: str | None = Field(default=None, alias="givenName")
    mail: str | None = None
    user_principal_name: str | None = Field(default=None, alias="userPrincipalName")
    mobile_phone: str | None = Field(default=None, alias="mobilePhone")
    job_title: str | None = Field(default=None, alias="jobTitle")
    company_name: str | None = Field(default=None, alias="companyName")
    office_location: str | None = Field(default=None, alias="officeLocation")


class SaidDepartment(Said):
    """A user of whom only the department is asked for."""

    department: str | None = None


class SaidUsers(Said):
    """A page of users."""

    value: list[SaidUser]
    next: str | None = Field(default=None, alias="@odata.nextLink")


class SaidDepartments(Said):
    """A page of users of whom only the departments are asked for."""

    value: list[SaidDepartment]
    next: str | None = Field(default=None, alias="@odata.nextLink")


class Microsoft:
    """Asks Microsoft Graph."""

    fields: ClassVar[Mapping[str, str]] = {
        "employeeId": N_("Employee number"),
        "displayName": N_("Display name"),
        "surname": N_("Family name"),
        "givenName": N_("Given name"),
        "mail": N_("Mail address"),
        "userPrincipalName": N_("Login name"),
        "otherMails": N_("Another mail address"),
        "mobilePhone": N_("Mobile number"),
        "businessPhones": N_("Phone number"),
        "jobTitle": N_("Position"),
        "department": N_("Department"),
        "companyName": N_("Company"),
        "officeLocation": N_("Office"),
    }

    def __init__(self, client: httpx.Client, settings: Mapping[str, str]) -> None:
        """Take the client and the settings."""
        base = settings.get("base_url")
        form = {
            "grant_type": "client_credentials",
            "client_id": settings["client_id"],
            "client_secret": settings["client_secret"],
            "scope": "https://graph.microsoft.com/.default",
        }
        url = f"{base or 'https://login.microsoftonline.com'}/{settings['tenant']}/oauth2/v2.0/token"
        tokens = Tokens(client, VENDOR, url, lambda: form)
        self._web = Web(client, VENDOR, base or "https://graph.microsoft.com", tokens)

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return the departments of the next users; one that has people on several pages comes on each."""
        said = self._page(resume, "department", TypeAdapter(SaidDepartments))
        names = dict.fromkeys(name for row in said.value if (name := filled(row.department)))
        return Page(tuple(FoundDepartment(name, name) for name in names), self._next(said.next, resume))

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next users. Guests from other organisations are left out."""
        said = self._page(resume, ",".join(("id", "accountEnabled", *self.fields)), TypeAdapter(SaidUsers))
        return Page(tuple(_person(row) for row in said.value), self._next(said.next, resume))

    def _page(self, resume: str | None, select: str, shape: TypeAdapter[T]) -> T:
        if resume is not None:
            return self._web.follow(resume, shape)
        asked: Params = {"$select": select, "$filter": "userType eq 'Member'", "$top": PER_PAGE}
        return self._web.get("/v1.0/users", asked, shape)[0]

    def _next(self, link: str | None, resume: str | None) -> str | None:
        if link is not None and link == resume:
            raise broken(VENDOR, "the next page is this one")
        return link


def _person(row: SaidUser) -> FoundPerson:
    said = row.model_dump(by_alias=True)
    said["otherMails"] = next(iter(row.other_mails), None)
    said["businessPhones"] = next(iter(row.business_phones), None)
    fields = {name: filled(said[name]) for name in Microsoft.fields}
    departments = (fields["department"],) if fields["department"] else ()
    # Whoever leaves is first blocked from signing in and deleted later; a deleted user is no longer listed.
    return FoundPerson(row.id, fields["employeeId"], fields, departments, left=row.account_enabled is False)
