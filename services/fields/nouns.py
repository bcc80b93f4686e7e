"""Which records can have own fields, and which records an own field can refer to: each room declares its own."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from core.errors import NotFound
from core.i18n import N_, _
from core.transaction import Transaction
from data.models.fields import OwnKind


class Noun(NamedTuple):
    """A kind of records that can have own fields.

    ``reads`` is the query that those who see such records may ask; ``id`` and ``own`` are columns of the record's
    table, ``beside`` the table that holds what is compared (``field_id``, ``number``, ``day``, ``words``) and ``owner``
    its column with the record's id. ``taken`` says whether a label means something else among these records already.
    """

    name: str
    label: str
    reads: str
    id: Any
    own: Any
    beside: Any
    owner: Any
    taken: Callable[[str], bool]

    @property
    def title(self) -> str:
        """Return what people call such records, in the current language."""
        return _(self.label)


class Referable(NamedTuple):
    """A kind of records that an own field can refer to.

    ``find`` returns, of the writings that people use in files (a code, a full name), the ids of those within the
    actor's reach; ``within`` returns which of these ids are; ``names`` and ``writings`` return what people read and
    what files hold, by id: ``names`` of all that exist, although it may not tell who is out of reach. ``of`` is the
    query that lists them all, where they are few enough for that.
    """

    find: Callable[[Transaction, Collection[str]], Mapping[str, int]]
    within: Callable[[Transaction, Collection[int]], Collection[int]]
    names: Callable[[Transaction, Collection[int]], Mapping[int, str]]
    writings: Callable[[Transaction, Collection[int]], Mapping[int, str]]
    missing: str
    of: str | None = None


_nouns: dict[str, Noun] = {}
_referables: dict[OwnKind, Referable] = {}


def register(noun: Noun) -> Noun:
    """Declare records that can have own fields; it stands in their room."""
    _nouns[noun.name] = noun
    return noun


def refers(kind: OwnKind, referable: Referable) -> None:
    """Declare records that an own field can refer to; it stands in their room."""
    _referables[kind] = referable


def nouns() -> list[Noun]:
    """Return all records that can have own fields."""
    return list(_nouns.values())


def noun_of(name: str) -> Noun:
    """Return a noun by name.

    Raises:
        NotFound: when such records cannot have own fields.
    """
    if name not in _nouns:
        raise NotFound(N_("“{name}” cannot have own fields."), name=name[:100])
    return _nouns[name]


def referable(kind: OwnKind) -> Referable | None:
    """Return what fields of a kind refer to; None: they hold a value of their own."""
    return _referables.get(kind)
