"""Mail addresses and mobile numbers in the writing that machines use, and back in that of people (連絡先).

All functions raise ``WrongValue`` with a sentence that says what to do.
"""

import re
import unicodedata
from typing import Annotated

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from pydantic import AfterValidator

from core.i18n import N_
from core.inputs import WrongValue
from data.models.people import ContactKind

HIDDEN = "••••"
MAILS = 3
"""How many mail addresses a person may have."""

LONGEST_MAIL = 254
# Dots anywhere before the @: Japanese carriers gave out such addresses, and they work.
MAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})"
)
# What people put between the digits; ー and the dashes come from Japanese keyboards.
BETWEEN_DIGITS = str.maketrans("", "", " \t-().‐‑‒–—―−ー－\u3000")
JAPANESE_MOBILE = re.compile(r"(?:0|\+81)([789]0[1-9]\d{7})")
MOBILE_TYPES = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def mail(value: str) -> str:
    """Return a mail address: half-width, domain in lower case; empty stays empty."""
    text = value.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
    before, at, domain = text.rpartition("@")
    text = f"{before}{at}{domain.lower()}"
    if text and (len(text) > LONGEST_MAIL or not MAIL.fullmatch(text)):
        raise WrongValue(N_("This is not a mail address. It looks like name@example.co.jp."))
    return text


def mobile(value: str) -> str:
    """Return a mobile number in E.164, Japanese unless it begins with + and another country; empty stays empty."""
    text = unicodedata.normalize("NFKC", value).translate(BETWEEN_DIGITS) if value else ""
    if not text:
        return ""
    if plain := JAPANESE_MOBILE.fullmatch(text):
        # The library takes 50 times as long, and nearly every number is one of these.
        return f"+81{plain[1]}"
    try:
        number = phonenumbers.parse(text, "JP")
    except NumberParseException as error:
        raise WrongValue(N_("This is not a phone number. It looks like 090-1234-5678.")) from error
    if not phonenumbers.is_valid_number(number):
        raise WrongValue(N_("There is no such phone number. Look at its digits again."))
    if phonenumbers.number_type(number) not in MOBILE_TYPES:
        raise WrongValue(N_("This is not the number of a mobile phone, and SMS cannot reach it."))
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown_mobile(value: str) -> str:
    """Return a stored number as people write it: 090-1234-5678, or +1 202-555-0123 abroad."""
    if plain := JAPANESE_MOBILE.fullmatch(value):
        digits = plain[1]
        return f"0{digits[:2]}-{digits[2:6]}-{digits[6:]}"
    try:
        return phonenumbers.format_number(phonenumbers.parse(value), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return value


def masked(value: str) -> str:
    """Return as much of a private address as tells its owner which one it is: t•••@example.jp, 090-••••-5678."""
    before, at, domain = value.rpartition("@")
    if at:
        return f"{before[:1]}{HIDDEN}@{domain}"
    if value.startswith("+"):
        head, dash, tail = shown_mobile(value).rpartition("-")
        return f"{head.partition('-')[0]}-{HIDDEN}-{tail[-4:]}" if dash else HIDDEN
    return HIDDEN


def shown_contact(kind: ContactKind, value: str) -> str:
    """Return a contact point as people write it; LINE's ids of users say nothing to anybody."""
    if kind is ContactKind.MOBILE:
        return shown_mobile(value)
    return value if kind is ContactKind.MAIL else ""


def shown_private(kind: ContactKind, value: str) -> str:
    """Return a private contact point as those see it who need not know it."""
    return masked(value) if kind in {ContactKind.MAIL, ContactKind.MOBILE} else ""


Mail = Annotated[str, AfterValidator(mail)]
Mobile = Annotated[str, AfterValidator(mobile)]
