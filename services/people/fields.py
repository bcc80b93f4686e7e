"""What a person is entered with, by hand; the CSV importer checks its cells with the same types."""

from typing import Any, Literal

from core.i18n import N_
from core.inputs import Input, field
from services.people.addresses import Mail, Mobile
from services.people.homes import Address, PostalCode
from services.people.store import PersonValues, Reachable
from services.people.text import Code, Kana, Name, RequiredName

MOST_DEPARTMENTS = 50
MOST_REGIONS = 50


class PersonFields(Input):
    """Everything that is entered about a person (人); what is left empty is cleared."""

    code: Code = field(N_("Code"), help=N_("The organisation's own number of the person, for instance 00123."))
    family_name: RequiredName = field(N_("Family name"), personal=True)
    given_name: Name = field(N_("Given name"), default="", personal=True)
    family_kana: Kana = field(N_("Family name in kana"), default="", personal=True)
    given_kana: Kana = field(N_("Given name in kana"), default="", personal=True)
    department_id: int | None = field(N_("Main department"), default=None, of="people.department_choices")
    other_department_ids: list[int] = field(
        N_("Other departments"), default=[], of="people.department_choices", max_length=MOST_DEPARTMENTS
    )
    postal_code: PostalCode = field(
        N_("Postal code"), default="", personal=True, fills="people.address_of",
        help=N_("Fills in the address as far as the code goes, and the region, if they are still empty."),
    )  # fmt: skip
    address: Address = field(N_("Address"), default="", personal=True, fills="people.region_of_home")
    area_codes: list[str] = field(
        N_("Regions"), default=[], of="people.area_choices", sought="people.region_of", max_length=MOST_REGIONS,
        help=N_("Where the person lives and works; automatic broadcasts go by this. Write an address, a postal code, a "
                "name or a code, and press Enter."),
    )  # fmt: skip
    mail1: Mail = field(N_("Mail address 1"), default="", personal=True)
    mail2: Mail = field(N_("Mail address 2"), default="", personal=True)
    mail3: Mail = field(N_("Mail address 3"), default="", personal=True)
    mobile: Mobile = field(N_("Mobile number"), default="", personal=True)
    login: str = field(
        N_("Login name"), default="", max_length=100, personal=True,
        help=N_("Opens an account that waits for its one-time link. Empty: no account, or the present one stays."),
    )  # fmt: skip
    language: Literal["ja", "en"] = field(N_("Language"), default="ja")
    own: dict[str, Any] = field(
        N_("Own fields"), default={}, personal=True, hidden=True,
        help=N_("Values of the organisation's own fields by code; null empties one, those that are not named stay. "
                "Numbers with decimals as text, references by number or as text by code."),
    )  # fmt: skip

    @property
    def departments(self) -> tuple[int, ...]:
        """Return the departments, the main one first, each once; without a main one the first of the others is it."""
        main = () if self.department_id is None else (self.department_id,)
        return tuple(dict.fromkeys((*main, *self.other_department_ids)))

    @property
    def values_of_person(self) -> PersonValues:
        """Return what stands in the row of the person."""
        return PersonValues(
            self.code,
            self.family_name,
            self.given_name,
            self.family_kana,
            self.given_kana,
            self.language,
            self.postal_code,
            self.address,
        )

    @property
    def reachable(self) -> Reachable:
        """Return the addresses, each once."""
        mails = tuple(dict.fromkeys(mail for mail in (self.mail1, self.mail2, self.mail3) if mail))
        return Reachable(mails, self.mobile or None)


class EditedPerson(PersonFields):
    """A person as changed; ``version`` is the one that the form showed."""

    id: int = field(N_("Number"), hidden=True)
    version: int = field(N_("Version"), hidden=True)
