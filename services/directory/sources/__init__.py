"""What a directory of people gives, whichever vendor's it is: one Protocol, and what may go wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeVar

import httpx

from core.errors import Refused, RenrakuError, Unavailable
from core.i18n import N_

T = TypeVar("T")
Renewed = Callable[[Mapping[str, str]], None]
"""Gets all settings anew, when the vendor gave new tokens for the old ones."""


class SourceKind(StrEnum):
    """The vendors."""

    SMARTHR = "smarthr"
    FREEE = "freee"
    CYBOZU = "cybozu"
    GOOGLE = "google"
    MICROSOFT = "microsoft"


@dataclass(frozen=True)
class Setting:
    """Something that a vendor's adapter needs to know; ``secret``: it is never shown again."""

    name: str
    label: str
    secret: bool
    help: str


@dataclass(frozen=True)
class FoundDepartment:
    """A department as the vendor has it; ``key`` is the vendor's own and never changes."""

    key: str
    name: str
    parent_key: str | None
    order: int | None
    code: str | None


@dataclass(frozen=True)
class FoundPerson:
    """A person as the vendor has them: flat fields under the vendor's names, departments by key, main first."""

    key: str
    code: str | None
    fields: Mapping[str, str | None]
    departments: tuple[str, ...]
    left: bool


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the mark with which the next page is asked for; None: this was the last."""

    rows: tuple[T, ...]
    resume: str | None


class Source(Protocol):
    """A vendor's directory, read page by page."""

    fields: ClassVar[Mapping[str, str]]
    """The vendor's fields of a person, with what people call each."""

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return the page of departments at this mark; None: the first."""

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the page of people at this mark; None: the first."""


class SourceRefused(Refused):
    """The vendor does not let us in: a person has to look at the settings."""


class SourceBusy(Unavailable):
    """The vendor asks to come back in ``retry_after`` seconds."""

    def __init__(self, message: str, /, *, retry_after: float, **values: object) -> None:
        """Keep how long to wait."""
        super().__init__(message, **values)
        self.retry_after = retry_after


class SourceBroken(RenrakuError):
    """The vendor did not answer, or answered what cannot be read."""


SETTINGS: Mapping[SourceKind, tuple[Setting, ...]] = dict.fromkeys(SourceKind, ())


def source_of(
    kind: SourceKind, settings: Mapping[str, str], client: httpx.Client, renewed: Renewed | None = None
) -> Source:
    """Return the adapter of a vendor.

    Raises:
        SourceRefused: when there is none.
    """
    del settings, client, renewed
    raise SourceRefused(N_("“{kind}” cannot be read by this version."), kind=kind)
