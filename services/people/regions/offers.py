"""What somebody types, and the regions that it may mean, for forms and machines (D06)."""

from core.i18n import N_, _
from core.inputs import Input, Row, field
from core.operations import query
from core.transaction import Transaction
from services.people.regions.finding import LONGEST, Certainty, Finding, find
from services.people.regions.names import rows, said
from services.people.regions.warned import warned

MOST_KNOWN = 100
MOST_OFFERED = 60
SEVERAL = N_("Several regions are called so. Choose one.")
ALIKE = N_("No region is called exactly so. Choose one that begins like this.")
MORE = N_("Very many regions begin like this. Write more of it.")
ONLY_PREFECTURE = N_("Only the prefecture {name} can be read from it. Write the municipality too.")
NONE = N_("No region is found. Write an address, a postal code, the name of a municipality or a code.")


class RegionAsk(Input):
    """What was typed; ``values`` are codes of which only the names are wanted."""

    text: str = field(N_("Address, postal code, name or code"), default="", max_length=LONGEST, personal=True)
    values: list[str] = field(N_("Codes"), default=[], max_length=MOST_KNOWN)


class OfferedRegion(Row):
    """A region: its code, its name with the prefecture, and what to know about warnings there (empty: nothing)."""

    value: str
    label: str
    warned: str


class RegionAnswer(Row):
    """The region that is meant, or those that it may be, with a sentence that says what to do."""

    meant: str | None
    found: list[OfferedRegion]
    sentence: str
    known: list[OfferedRegion]


@query("people.region_of", N_("Find the region of an address"), own=True)
def region_of(tx: Transaction, ask: RegionAsk) -> RegionAnswer:  # noqa: ARG001 - every query gets a transaction
    """Return the region of an address, a postal code, a name or a code (地域コード検索); where it is not clear, ask."""
    found = find(ask.text)
    return RegionAnswer(
        meant=found.sure, found=[offered(code) for code in found.codes[:MOST_OFFERED]], sentence=_sentence(ask, found),
        known=[offered(code) for code in ask.values if code in rows()],
    )  # fmt: skip


def offered(code: str) -> OfferedRegion:
    """Return a region as forms offer it."""
    return OfferedRegion(value=code, label=said(code), warned=warned(code))


def _sentence(ask: RegionAsk, found: Finding) -> str:
    if found.sure or not ask.text.strip():
        return ""
    if len(found.codes) > MOST_OFFERED:
        return _(MORE)
    if found.codes:
        return _(SEVERAL if found.certainty is Certainty.SEVERAL else ALIKE)
    return _(ONLY_PREFECTURE, name=said(found.prefecture)) if found.prefecture else _(NONE)
