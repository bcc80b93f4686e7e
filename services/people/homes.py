"""Where people live: postal codes (郵便番号) and addresses (住所), and the one from the other, without any network.

A postal code is never refused for being unknown: Japan Post makes new ones every month, and other countries have
theirs. Seven digits are Japan's; anything else is kept as it was written.
"""

import re
import unicodedata
from itertools import takewhile
from typing import Annotated

from pydantic import AfterValidator

from core.i18n import N_
from core.inputs import Input, Row, field
from core.operations import query
from core.text import shown
from core.transaction import Transaction
from services.people.addresses import BETWEEN_DIGITS
from services.people.regions.finding import find_address
from services.people.regions.towns import places_of

LONGEST_CODE = 20
LONGEST_ADDRESS = 200
JAPANESE = re.compile(r"\d{7}")


def postal_code(value: str) -> str:
    """Return a postal code: Japan's as seven digits, whatever the width and the hyphen; others as written."""
    text = unicodedata.normalize("NFKC", value).replace("〒", "").strip()
    digits = text.translate(BETWEEN_DIGITS)
    return digits if JAPANESE.fullmatch(digits) else shown(text, LONGEST_CODE)


def address(value: str) -> str:
    """Return an address: trimmed, on one line, every letter as it was written."""
    return shown(value.strip(), LONGEST_ADDRESS)


def shown_postal_code(value: str) -> str:
    """Return a stored postal code as people write it: 150-0001."""
    return f"{value[:3]}-{value[3:]}" if JAPANESE.fullmatch(value) else value


class Typed(Input):
    """What stands in the field that fills others."""

    value: str = field(N_("Postal code or address"), max_length=200)


class Found(Row):
    """What goes into other fields, by their names; empty where nothing is known."""

    address: str
    area_codes: list[str]


class FoundRegion(Row):
    """The region of an address, for the field of regions; empty where it is not sure."""

    area_codes: list[str]


@query("people.address_of", N_("Look up an address"), own=True)
def address_of(tx: Transaction, ask: Typed) -> Found:  # noqa: ARG001 - every query gets a transaction
    """Return the address that a postal code stands for, as far as it goes (郵便番号から住所), and its region.

    A code of several places gives what their addresses have in common; one that is not known gives nothing.
    """
    code = postal_code(ask.value)
    places = places_of(code) if JAPANESE.fullmatch(code) else []
    letters = zip(*places, strict=False) if places else ()
    common = "".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, letters))
    return Found(address=common, area_codes=_region(code, ""))


@query("people.region_of_home", N_("Look up the region of an address"), own=True)
def region_of_home(tx: Transaction, ask: Typed) -> FoundRegion:  # noqa: ARG001 - every query gets a transaction
    """Return the municipality in which an address lies, if that is sure (住所から地域)."""
    return FoundRegion(area_codes=_region("", ask.value))


def _region(code: str, written: str) -> list[str]:
    sure = find_address(code, written).sure
    return [sure] if sure else []


PostalCode = Annotated[str, AfterValidator(postal_code)]
Address = Annotated[str, AfterValidator(address)]
