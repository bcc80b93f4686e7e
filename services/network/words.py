"""What people call findings, kinds of contact points and faults of numbers."""

from enum import StrEnum

from core.i18n import N_
from core.words import named
from data.models.network import Fact, NumberFault


class Finding(StrEnum):
    """What a list of people is about: something is missing, fails, or is wrong."""

    TO_MEND = "to_mend"
    NOTHING = "nothing"
    FAILING = "failing"
    MISSED = "missed"
    DISPUTED = "disputed"
    UNVERIFIED = "unverified"
    NUMBER_MISSING = "number_missing"
    NUMBER_MALFORMED = "number_malformed"
    NUMBER_DUPLICATE = "number_duplicate"
    NUMBER_SHARED = "number_shared"


class Registered(StrEnum):
    """By what somebody can be reached, and who gave it."""

    COMPANY_MAIL = "company_mail"
    PRIVATE_MAIL = "private_mail"
    MOBILE = "mobile"
    APP = "app"
    LINE = "line"


named(
    Finding,
    to_mend=N_("Anything to mend"),
    nothing=N_("Nothing registered"),
    failing=N_("A contact fails"),
    missed=N_("Missed in the last test"),
    disputed=N_("Said to be wrong"),
    unverified=N_("Nothing verified"),
    number_missing=N_("No mobile number"),
    number_malformed=N_("Malformed mobile number"),
    number_duplicate=N_("Duplicate mobile number"),
    number_shared=N_("Shared on purpose"),
)
named(
    Registered,
    company_mail=N_("Company mail"),
    private_mail=N_("Private mail"),
    mobile=N_("Mobile"),
    app=N_("App"),
    line=N_("LINE"),
)
named(
    NumberFault,
    writing=N_("It is not written as a phone number"),
    length=N_("It has too few or too many digits"),
    unknown=N_("There is no such number"),
    landline=N_("It is not the number of a mobile phone"),
)
KINDS = {
    Registered.COMPANY_MAIL: Fact.COMPANY_MAIL,
    Registered.PRIVATE_MAIL: Fact.PRIVATE_MAIL,
    Registered.MOBILE: Fact.MOBILE,
    Registered.APP: Fact.APP,
    Registered.LINE: Fact.LINE,
}
ANYTHING = Fact.COMPANY_MAIL | Fact.PRIVATE_MAIL | Fact.MOBILE | Fact.APP | Fact.LINE
WRONG = {
    Finding.FAILING: Fact.FAILING,
    Finding.MISSED: Fact.MISSED,
    Finding.DISPUTED: Fact.DISPUTED,
    Finding.NUMBER_MALFORMED: Fact.MALFORMED,
    Finding.NUMBER_DUPLICATE: Fact.DUPLICATE,
    Finding.NUMBER_SHARED: Fact.SHARED,
}
MENDED = Fact.FAILING | Fact.MISSED | Fact.DISPUTED | Fact.MALFORMED | Fact.DUPLICATE


def is_found(finding: Finding, facts: int) -> bool:
    """Say whether somebody of whom these facts hold belongs to a list."""
    nothing = not facts & ANYTHING
    if finding is Finding.NOTHING:
        return nothing
    if finding is Finding.TO_MEND:
        return nothing or bool(facts & MENDED)
    if finding is Finding.UNVERIFIED:
        return not nothing and not facts & Fact.VERIFIED
    if finding is Finding.NUMBER_MISSING:
        return not facts & Fact.MOBILE
    return bool(facts & WRONG[finding])
