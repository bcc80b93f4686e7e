"""A small invented room for the tests of the kit: an input with every kind of field, a list, an operation."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from core import operations
from core.errors import Conflict, Invalid, Refused
from core.inputs import Input, Nothing, Row, field
from core.operations import operation, query
from core.paging import Page, PageAsk
from core.words import named


class Colour(StrEnum):
    """Something with words."""

    RED = "red"
    BLUE = "blue"


named(Colour, red="Red paint", blue="Blue paint")


class Order(Input):
    """One field of each kind."""

    name: str = field("Name", min_length=2, max_length=5, help="What it is called.")
    colour: Colour = field("Colour")
    count: int = field("Count", default=1, ge=1, le=9, unit="boxes")
    kind: int | None = field("Kind", default=None, of="sample.kinds")
    kinds: list[int] = field("More kinds", default=[], of="sample.kinds")
    secret_kind: int | None = field("Secret kind", default=None, of="sample.secret_kinds")
    size: Literal["ja", "en"] = field("Language", default="ja")
    on: date | None = field("Day", default=None)
    at: datetime | None = field("Moment", default=None)
    note: str = field("Note", default="", multiline=True)
    lines: list[str] = field("Lines", default=[])
    word: str = field("Secret word", default="", secret=True)
    agreed: bool = field("Agreed", default=False)
    id: int = field("Number", default=0, hidden=True)


class Choice(Row):
    """A choice."""

    value: int
    label: str


class Thing(Row):
    """A line of the list; ``note`` has no title, so it is not in files."""

    id: int
    name: str = field("Name")
    colour: Colour = field("Colour")
    note: str = ""


class Things(PageAsk):
    """What to look for."""

    text: str = field("Text", default="", max_length=10)
    colour: Colour | None = field("Colour", default=None)
    kinds: list[int] = field("Kinds", default=[], of="sample.kinds")
    since: date | None = field("Since", default=None)
    marked: bool = field("Marked", default=False)
    number: int | None = field("Number", default=None)
    owner: int | None = field("Owner", default=None, me="person")


class Record(Row):
    """Something that is kept, with its version."""

    id: int
    version: int
    name: str
    colour: Colour
    note: str


class Edited(Input):
    """What can be changed of it."""

    id: int = field("Number", hidden=True)
    version: int = field("Version", hidden=True)
    name: str = field("Name")
    colour: Colour = field("Colour")
    note: str = field("Note", default="", multiline=True)
    word: str = field("Secret word", default="", secret=True)


THINGS = [Thing(id=n, name=f"thing {n:02}", colour=Colour.RED if n % 2 else Colour.BLUE) for n in range(60)]
done: list[Order] = []
asked: list[Things] = []
kept: list[Record] = []
"""All versions of the one record, the latest last."""

FIRST = Record(id=1, version=1, name="chair", colour=Colour.RED, note="old")


def saved_elsewhere(**changes) -> None:
    """Let somebody else save the record."""
    kept.append(kept[-1].model_copy(update={"version": kept[-1].version + 1, **changes}))


def declare() -> None:
    """Put the room into the registry."""

    @query("sample.kinds", "Kinds", own=True)
    def kinds(tx, ask: Nothing) -> list[Choice]:
        """List the kinds."""
        return [Choice(value=1, label="small"), Choice(value=2, label="large")]

    @query("sample.secret_kinds", "Secret kinds")
    def secret_kinds(tx, ask: Nothing) -> list[Choice]:
        """List what only few may see."""
        return [Choice(value=1, label="secret")]

    @query("sample.things", "Things", own=True)
    def things(tx, ask: Things) -> Page[Thing]:
        """Find things, by a cursor that is simply a place."""
        asked.append(ask)
        found = [t for t in THINGS if ask.text in t.name and ask.colour in {None, t.colour}]
        if ask.sort == "-name":
            found.reverse()
        at = int(ask.after or 0) if ask.before is None else max(int(ask.before) - ask.size, 0)
        more = at + ask.size < len(found)
        rows = found[at : at + ask.size]
        return Page(rows, str(at + ask.size) if more else None, str(at) if at else None, len(found), False)

    @operation("sample.edit", "Edit a thing", own=True)
    def edit(tx, ask: Edited) -> Record:
        """Edit the one record."""
        if ask.version != kept[-1].version:
            raise Conflict("Somebody was faster.")
        saved_elsewhere(name=ask.name, colour=ask.colour, note=ask.note)
        return kept[-1]

    kept[:] = [FIRST]

    @operation("sample.order", "Order things", own=True)
    def order(tx, ask: Order) -> Thing:
        """Order a thing."""
        if ask.name == "taken":
            raise Invalid("It is taken.", fields={"name": "Somebody else has this name."})
        if ask.name == "never":
            raise Refused("Never do that.")
        done.append(ask)
        return Thing(id=7, name=ask.name, colour=ask.colour)


def forget() -> None:
    """Take the room out of the registry again."""
    for name in [name for name in operations._registry if name.startswith("sample.")]:
        operations._registry.pop(name)
    done.clear()
    asked.clear()
