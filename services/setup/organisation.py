"""The organisation master (法人マスタ, X02): who we are, how we are reached, by which calendar we work."""

import unicodedata
from enum import StrEnum
from typing import Annotated, Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from pydantic import AfterValidator

from core.at_once import require_unchanged
from core.errors import NotFound
from core.i18n import N_
from core.inputs import Input, Nothing, Row, WrongValue, field, marks
from core.operations import operation, query
from core.text import shown
from core.transaction import Transaction
from core.words import named
from data.models.setup import Organisation
from services.people import Address, Kana, Mail, PostalCode
from services.setup.corporate_number import corporate_number

LONGEST_PHONE = 30


class Weekday(StrEnum):
    """A day of the week, in the order of ``date.weekday()``."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


named(
    Weekday, mon=N_("Monday"), tue=N_("Tuesday"), wed=N_("Wednesday"), thu=N_("Thursday"), fri=N_("Friday"),
    sat=N_("Saturday"), sun=N_("Sunday"),
)  # fmt: skip


def telephone(value: str) -> str:
    """Return a phone number of any kind as people write it, Japanese unless it begins with + and another country."""
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "JP")
    except NumberParseException as error:
        raise WrongValue(N_("This is not a phone number. It looks like 03-1234-5678.")) from error
    if not phonenumbers.is_valid_number(number):
        raise WrongValue(N_("There is no such phone number. Look at its digits again."))
    home = phonenumbers.region_code_for_number(number) == "JP"
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def on_one_line(value: str) -> str:
    """Return a text that stands on one line."""
    return shown(value, 100)


Line = Annotated[str, AfterValidator(on_one_line)]
Telephone = Annotated[str, AfterValidator(telephone)]
CorporateNumber = Annotated[str, AfterValidator(corporate_number)]


class OrganisationFields(Input):
    """The organisation master as its form asks for it."""

    name: Line = field(N_("Name of the organisation"), min_length=1, max_length=100)
    kana: Kana = field(N_("Name in kana"), default="", max_length=100)
    corporate_number: CorporateNumber = field(
        N_("Corporate number"), default="", max_length=30, help=N_("Thirteen digits; the first one checks the others.")
    )
    representative: Line = field(N_("Representative"), default="", max_length=100, personal=True)
    postal_code: PostalCode = field(
        N_("Postal code"), default="", max_length=30, fills="people.address_of",
        help=N_("Seven digits fill in the address as far as they tell it."),
    )  # fmt: skip
    address: Address = field(N_("Address"), default="", max_length=250)
    phone: Telephone = field(N_("Phone"), default="", max_length=LONGEST_PHONE)
    contact_mail: Mail = field(
        N_("Mail address for questions"), default="", max_length=254, personal=True,
        help=N_("Of those who look after this system."),
    )  # fmt: skip
    fiscal_month: int = field(N_("First month of the fiscal year"), default=4, ge=1, le=12)
    working_days: list[Weekday] = field(
        N_("Working days"), default=[*Weekday][:5], min_length=1,
        help=N_("Dates of the setup guide are proposed for these days, holidays left out."),
    )  # fmt: skip
    office_hour: int = field(
        N_("Work begins at (hour)"), default=9, ge=0, le=23, help=N_("Reminders in calendars ring at this hour.")
    )
    version: int = field(N_("Version"), default=0, hidden=True)


class OrganisationRow(Row):
    """The organisation master as it stands."""

    name: str
    kana: str
    corporate_number: str
    representative: str
    postal_code: str
    address: str
    phone: str
    contact_mail: str
    fiscal_month: int
    working_days: list[Weekday]
    office_hour: int
    version: int


@query("setup.organisation", N_("See the organisation master"))
def organisation(tx: Transaction, ask: Nothing) -> OrganisationRow:  # noqa: ARG001 - every query is asked with something
    """Return the organisation master (法人マスタ, X02).

    Raises:
        NotFound: before the first start.
    """
    return OrganisationRow.model_validate(_stored(tx))


@operation("setup.edit_organisation", N_("Edit the organisation master"), touches="organisation")
def edit_organisation(tx: Transaction, ask: OrganisationFields) -> OrganisationRow:
    """Change the organisation master (法人マスタ).

    Raises:
        Conflict: when somebody else changed it meanwhile.
    """
    row = _stored(tx, lock=True)
    require_unchanged(row.version, ask.version)
    before = _noted(row)
    values = ask.model_dump(mode="json", exclude={"version"})
    values["working_days"] = [day.value for day in Weekday if day in ask.working_days]
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    tx.session.flush()
    after = _noted(row)
    changed = [name for name in before if before[name] != after[name]]
    tx.note("organisation:1", {name: before[name] for name in changed}, {name: after[name] for name in changed})
    return OrganisationRow.model_validate(row)


def _stored(tx: Transaction, *, lock: bool = False) -> Organisation:
    row = tx.get(Organisation, 1, lock=lock)
    if row is None:
        raise NotFound(N_("There is no organisation yet. Finish the first start."))
    return row


def _noted(row: Organisation) -> dict[str, Any]:
    # What is personal stands in the erasable part of the trail, as it was entered.
    names = (name for name in OrganisationFields.model_fields if not marks(OrganisationFields, name)["personal"])
    return {name: getattr(row, name) for name in names}
