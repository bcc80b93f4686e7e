"""SmartHR: crews (従業員) and departments (部署) by its API v1.

A token is made in SmartHR (共通設定 → 外部システム連携 → アクセストークン) and lasts until it is deleted there. Limits:
10 requests a second and 5,000 an hour for each token; 100 rows a page make that 500,000 people an hour.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

import httpx
from pydantic import TypeAdapter

from core.i18n import N_
from services.directory.sources.errors import broken
from services.directory.sources.shapes import FoundDepartment, FoundPerson, Page, Setting
from services.directory.sources.web import Many, Params, Said, Signs, Web, filled

VENDOR = "SmartHR"
PER_PAGE = 100
"""The most that SmartHR gives at once."""

SETTINGS = (
    Setting("subdomain", N_("Subdomain"), help=N_("The part before .smarthr.jp in the address")),
    Setting("token", N_("Access token"), secret=True),
)
T = TypeVar("T")


class SaidDepartment(Said):
    """部署."""

    id: str
    name: str
    code: str | None = None
    parent_id: str | None = None
    position: int | None = None


class SaidCrew(Said):
    """従業員. What has no default must be said: left out by mistake, it would take everybody's departments away."""

    id: str
    emp_code: str | None = None
    emp_status: str
    departments: Many[SaidDepartment | None]
    last_name: str | None = None
    first_name: str | None = None
    last_name_yomi: str | None = None
    first_name_yomi: str | None = None
    business_last_name: str | None = None
    business_first_name: str | None = None
    business_last_name_yomi: str | None = None
    business_first_name_yomi: str | None = None
    email: str | None = None
    tel_number: str | None = None
    position: str | None = None
    occupation: str | None = None
    entered_at: str | None = None
    resigned_at: str | None = None


class SmartHR:
    """Asks SmartHR."""

    fields: ClassVar[Mapping[str, str]] = {
        "emp_code": N_("Employee number"),
        "last_name": N_("Family name"),
        "first_name": N_("Given name"),
        "last_name_yomi": N_("Family name in kana"),
        "first_name_yomi": N_("Given name in kana"),
        "business_last_name": N_("Business family name"),
        "business_first_name": N_("Business given name"),
        "business_last_name_yomi": N_("Business family name in kana"),
        "business_first_name_yomi": N_("Business given name in kana"),
        "email": N_("Mail address"),
        "tel_number": N_("Phone number"),
        "position": N_("Position"),
        "occupation": N_("Occupation"),
        "entered_at": N_("Date of joining"),
        "resigned_at": N_("Date of leaving"),
    }

    def __init__(self, client: httpx.Client, settings: Mapping[str, str]) -> None:
        """Take the client and the settings."""
        base = settings.get("base_url") or f"https://{settings['subdomain']}.smarthr.jp"
        self._web = Web(client, VENDOR, base, Signs({"authorization": f"Bearer {settings['token']}"}))

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return the next departments."""
        page = self._page("/api/v1/departments", {}, TypeAdapter(list[SaidDepartment]), resume)
        rows = tuple(
            FoundDepartment(row.id, row.name, filled(row.parent_id), row.position, filled(row.code))
            for row in page.rows
        )
        return Page(rows, page.resume)

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next crews; of the salary, bank and family data nothing is asked for."""
        asked = {"fields": ",".join(SaidCrew.model_fields)}
        page = self._page("/api/v1/crews", asked, TypeAdapter(list[SaidCrew]), resume)
        return Page(tuple(_person(row) for row in page.rows), page.resume)

    def _page(self, path: str, params: Params, shape: TypeAdapter[list[T]], resume: str | None) -> Page[T]:
        number = int(resume or 1)
        rows, headers = self._web.get(path, {**params, "page": number, "per_page": PER_PAGE}, shape)
        total = headers.get("x-total-count", "")
        if not total.isdecimal():
            raise broken(VENDOR, "no x-total-count")
        done = number * PER_PAGE >= int(total)
        if not (rows or done):
            raise broken(VENDOR, "an empty page before the end")
        return Page(tuple(rows), None if done else str(number + 1))


def _person(row: SaidCrew) -> FoundPerson:
    fields = {name: filled(getattr(row, name)) for name in SmartHR.fields}
    # 部署1 to 部署3 have fixed places: the first that is filled is the main one, empty ones come as null.
    departments = tuple(dict.fromkeys(one.id for one in row.departments if one))
    # A date of leaving may lie ahead; the state changes on the day.
    return FoundPerson(row.id, fields["emp_code"], fields, departments, left=row.emp_status == "retired")
