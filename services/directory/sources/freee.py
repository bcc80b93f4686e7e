"""freee HR (freee人事労務): employees (従業員) and groups (部門) by its public API.

An app of the organisation's own is registered with freee; an access token lasts 6 hours, a refresh token 90 days and
for one use: each new one is handed to ``renewed`` before anything is asked with the token that came with it. Too many
requests are answered with 429, and with 403 for some ten minutes when they go on.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

import httpx
from pydantic import TypeAdapter

from core import clock
from core.i18n import N_
from services.directory.sources.errors import broken
from services.directory.sources.shapes import FoundDepartment, FoundPerson, Page, Setting
from services.directory.sources.tokens import SaidToken, Token, Tokens
from services.directory.sources.web import Answer, Many, Params, Said, Web, filled

VENDOR = "freee HR"
PER_PAGE = 100
"""The most that freee gives at once."""

SETTINGS = (
    Setting("company_id", N_("Company ID"), help=N_("The number of the company (事業所) in freee")),
    Setting("client_id", N_("Client ID")),
    Setting("client_secret", N_("Client secret"), secret=True),
    Setting("refresh_token", N_("Refresh token"), secret=True),
    Setting("access_token", N_("Access token"), secret=True, required=False, kept_by_us=True),
    Setting("access_until", N_("Access token is good until"), required=False, kept_by_us=True),
)
GONE = "gone "
"""Begins the mark of pages of those with a date of leaving."""


class SaidGroup(Said):
    """部門."""

    id: str
    name: str
    code: str | None = None
    parent_group_id: str | None = None


class SaidGroups(Said):
    """All 部門."""

    groups: list[SaidGroup]


class SaidMembership(Said):
    """A place in a 部門; ``main_duty`` is ``main_duty`` (主務), ``sub_duty`` or ``unspecified``."""

    group_id: str
    main_duty: str | None = None


class SaidMember(Said):
    """An employee, with the places of that day."""

    id: str
    group_memberships: Many[SaidMembership] = ()


class SaidMembers(Said):
    """Employees with their places."""

    employee_group_memberships: list[SaidMember]


class SaidProfile(Said):
    """What an employee has told (従業員の姓名・住所など)."""

    last_name: str | None = None
    first_name: str | None = None
    last_name_kana: str | None = None
    first_name_kana: str | None = None
    email: str | None = None
    phone1: str | None = None
    phone2: str | None = None
    phone3: str | None = None
    title: str | None = None
    employment_type: str | None = None


class SaidEmployee(Said):
    """An employee; those of the list of all have no profile, and the mail address of their login instead."""

    id: str
    num: str | None = None
    display_name: str | None = None
    entry_date: str | None = None
    retire_date: str | None = None
    email: str | None = None
    profile_rule: SaidProfile | None = None


class SaidEmployees(Said):
    """A page of those who belong to the company in a month."""

    employees: list[SaidEmployee]


class Freee:
    """Asks freee."""

    fields: ClassVar[Mapping[str, str]] = {
        "num": N_("Employee number"),
        "display_name": N_("Display name"),
        "profile_rule.last_name": N_("Family name"),
        "profile_rule.first_name": N_("Given name"),
        "profile_rule.last_name_kana": N_("Family name in kana"),
        "profile_rule.first_name_kana": N_("Given name in kana"),
        "profile_rule.email": N_("Mail address"),
        "profile_rule.phone": N_("Phone number"),
        "profile_rule.title": N_("Position"),
        "profile_rule.employment_type": N_("Kind of employment"),
        "entry_date": N_("Date of joining"),
        "retire_date": N_("Date of leaving"),
    }

    def __init__(
        self, client: httpx.Client, settings: Mapping[str, str], renewed: Callable[[Mapping[str, str]], None]
    ) -> None:
        """Take the client, the settings, and who stores them when they have changed, at once and for good."""
        self._settings, self._renewed = dict(settings), renewed
        base = settings.get("base_url")
        url = f"{base or 'https://accounts.secure.freee.co.jp'}/public_api/token"
        tokens = Tokens(client, VENDOR, url, self._form, kept=_kept(settings), got=self._got)
        self._web = Web(client, VENDOR, f"{base or 'https://api.freee.co.jp'}/hr", tokens, _is_limit)

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return all groups at once, as freee does."""
        del resume
        groups = self._web.get("/api/v1/groups", self._company(), TypeAdapter(SaidGroups))[0].groups
        rows = (
            FoundDepartment(row.id, row.name, filled(row.parent_group_id), None, filled(row.code)) for row in groups
        )
        return Page(tuple(rows), None)

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next employees: first those without a date of leaving, then those with one.

        The list of a month has everything but does not name those who have left; the list of all names them, with
        little more. Nobody is in both, since the date of leaving decides.
        """
        gone = resume is not None and resume.startswith(GONE)
        at = int((resume or "0").removeprefix(GONE))
        asked: Params = {"limit": PER_PAGE, "offset": at, "with_no_payroll_calculation": "true"}
        rows = self._all(asked) if gone else self._of_month(asked)
        if len(rows) > PER_PAGE:
            raise broken(VENDOR, "more rows than asked for")
        wanted = [row for row in rows if bool(filled(row.retire_date)) == gone]
        places = self._places(wanted)
        found = tuple(_person(row, places.get(row.id, ())) for row in wanted)
        # No total is told: a page that is not full is the last of its list.
        if len(rows) == PER_PAGE:
            return Page(found, f"{GONE if gone else ''}{at + PER_PAGE}")
        return Page(found, None if gone else f"{GONE}0")

    def _of_month(self, asked: Params) -> list[SaidEmployee]:
        today = clock.today()
        month = {**self._company(), **asked, "year": today.year, "month": today.month}
        return self._web.get("/api/v1/employees", month, TypeAdapter(SaidEmployees))[0].employees

    def _all(self, asked: Params) -> list[SaidEmployee]:
        path = f"/api/v1/companies/{self._settings['company_id']}/employees"
        return self._web.get(path, asked, TypeAdapter(list[SaidEmployee]))[0]

    def _places(self, rows: list[SaidEmployee]) -> Mapping[str, tuple[str, ...]]:
        if not rows:
            return {}
        asked: Params = {
            "base_date": clock.today().isoformat(), "limit": PER_PAGE, "offset": 0,
            "with_no_payroll_calculation": "true", "employee_ids": ",".join(dict.fromkeys(row.id for row in rows)),
        }  # fmt: skip
        path = "/api/v1/employee_group_memberships"
        said = self._web.get(path, {**self._company(), **asked}, TypeAdapter(SaidMembers))[0].employee_group_memberships
        return {row.id: _sorted(row.group_memberships) for row in said}

    def _company(self) -> Params:
        return {"company_id": self._settings["company_id"]}

    def _form(self) -> Mapping[str, str]:
        names = ("client_id", "client_secret", "refresh_token")
        return {"grant_type": "refresh_token", **{name: self._settings[name] for name in names}}

    def _got(self, said: SaidToken, token: Token) -> None:
        if not said.refresh_token:
            raise broken(VENDOR, "token: no refresh_token")
        self._settings |= {
            "refresh_token": said.refresh_token,
            "access_token": token.value,
            "access_until": token.until.astimezone(UTC).isoformat(),
        }
        self._renewed(dict(self._settings))


def _kept(settings: Mapping[str, str]) -> Token | None:
    if not (settings.get("access_token") and settings.get("access_until")):
        return None
    return Token(settings["access_token"], datetime.fromisoformat(settings["access_until"]))


def _is_limit(answer: Answer) -> bool:
    return answer.headers.get("x-ratelimit-remaining", "").strip() == "0"


def _sorted(places: tuple[SaidMembership, ...]) -> tuple[str, ...]:
    by_duty = sorted(places, key=lambda one: one.main_duty != "main_duty")
    return tuple(dict.fromkeys(one.group_id for one in by_duty))


def _person(row: SaidEmployee, places: tuple[str, ...]) -> FoundPerson:
    fields: dict[str, str | None] = {
        name: filled(getattr(row, name)) for name in ("num", "display_name", "entry_date", "retire_date")
    }
    profile = row.profile_rule
    if profile is not None:
        parts = (profile.phone1, profile.phone2, profile.phone3)
        fields["profile_rule.phone"] = filled("-".join(part for one in parts if (part := filled(one))))
        for name in Freee.fields:
            if name.startswith("profile_rule.") and name not in fields:
                fields[name] = filled(getattr(profile, name.removeprefix("profile_rule.")))
    # The last day itself is still a day of work.
    left = bool(fields["retire_date"]) and str(fields["retire_date"]) < clock.today().isoformat()
    return FoundPerson(row.id, fields["num"], fields, places, left)
