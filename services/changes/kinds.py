"""Kinds of records whose changes are kept: each room declares its own, and everything else follows from that."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select

from core.actor import Actor, Reach
from core.errors import NotFound
from core.i18n import N_, _
from core.transaction import Transaction

RETIRED = "retired_at"
"""A field of this name says in every kind since when a record is retired; without it a record is in use."""

Values = Mapping[str, Any]
"""What a record says: its fields by name, empty ones left out, as JSON has them."""

Say = Callable[[str, Any], str]
"""Writes the value of a field for people."""


class Field(NamedTuple):
    """A field whose changes are kept: its label, and the SQL that reads it from the kind's source (NULL: empty)."""

    name: str
    label: str
    sql: str


class Wanted(NamedTuple):
    """What an undo makes of a record: ``values`` are what its ``fields`` were; None: the record was not there."""

    record_id: int
    fields: Collection[str]
    values: Values | None


class Undoing(NamedTuple):
    """What an undo is about: how far the actor's permission goes, and the records that go back, by kind."""

    reach: Reach
    wanted: Mapping[str, Sequence[Wanted]]

    def of(self, kind: str) -> dict[int, Wanted]:
        """Return the records of a kind that go back, by id."""
        return {one.record_id: one for one in self.wanted.get(kind, ())}


class Kind(ABC):
    """A kind of records, for instance people. ``reads`` is the query whose permission and reach seeing them needs."""

    name: str
    label: str
    reads: str
    model: type[Any]
    source: str
    """What stands behind FROM, with ``key`` as its id."""

    key: str
    fields: tuple[Field, ...]
    page: str
    more: str = ""
    """SQL of an object with further fields, for those that no release knows beforehand; ``labels`` names them."""

    order: int = 0
    """An undo brings kinds back in this order and takes them away in the reverse one."""

    @property
    def title(self) -> str:
        """Return what people call one of them, in the current language."""
        return _(self.label)

    def snapshot(self, which: str = "= ANY(CAST(:ids AS bigint[]))") -> str:
        """Return the SQL that reads ``record_id`` and ``values`` of records: those in ``:ids``, or ``which`` says."""
        pairs = ", ".join(f"'{field.name}', {field.sql}" for field in self.fields)
        more = f" || {self.more}" if self.more else ""
        return (
            f"SELECT {self.key} AS record_id, jsonb_strip_nulls(jsonb_build_object({pairs})){more} AS values "  # noqa: S608 - all of it is our own
            f"FROM {self.source} WHERE {self.key} {which}"
        )

    def labels(self, tx: Transaction) -> dict[str, str]:
        """Return what people call its fields, in their order and in the current language."""
        del tx
        return {field.name: _(field.label) for field in self.fields}

    def ids_within(self, reach: Reach, actor: Actor) -> ColumnElement[Any]:
        """Return the SELECT of the ids that lie within reach, to be used with ``in_``."""
        return select(self.model.id).where(self.within(reach, actor))  # type: ignore[return-value]

    @abstractmethod
    def within(self, reach: Reach, actor: Actor) -> ColumnElement[bool]:
        """Return the condition on the model that holds for what lies within reach."""

    @abstractmethod
    def saying(self, tx: Transaction, values: Iterable[Values]) -> Say:
        """Return what writes the values of these records' fields for people, with everything loaded that it needs."""

    @abstractmethod
    def names(self, tx: Transaction, ids: Sequence[int]) -> dict[int, str]:
        """Return what these records are called now; those that are no more are left out."""

    @abstractmethod
    def name_in(self, values: Values) -> str:
        """Return what a record was called, as far as some of its values say; empty if they do not."""

    @abstractmethod
    def lock(self, tx: Transaction) -> None:
        """Let nobody else change such records until the transaction ends."""

    @abstractmethod
    def blocked(self, tx: Transaction, wanted: Sequence[Wanted], undo: "Undoing") -> dict[int, str]:
        """Return which records an undo cannot bring back, each with the reason as a message id."""

    def held(self, tx: Transaction, ids: Sequence[int], staying: Mapping[str, Collection[int]]) -> set[int]:
        """Return which of these records cannot be taken away while others, by kind, stay as they are."""
        del tx, ids, staying
        return set()

    @abstractmethod
    def bring_back(self, tx: Transaction, wanted: Sequence[Wanted]) -> list[int]:
        """Give records these values, make those that are no more; return the ids of the ones made.

        Raises:
            Refused: when a rule of the room forbids it, with the sentence for people.
        """

    @abstractmethod
    def take_away(self, tx: Transaction, ids: Sequence[int]) -> None:
        """Remove records that an undone change-set added; those that something refers to are retired instead."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Declare a kind; it stands in the room whose records these are."""
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[Kind]:
    """Return all kinds, in the order in which an undo brings them back."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def kind_of(name: str) -> Kind:
    """Return a kind by name.

    Raises:
        NotFound: when no room keeps the changes of such records.
    """
    if name not in _kinds:
        raise NotFound(N_("No history is kept of “{name}”."), name=name)
    return _kinds[name]
