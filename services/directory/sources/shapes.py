"""What every vendor's list of people is turned into (連携元), so that the rest knows no vendor."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeVar

T = TypeVar("T")


class SourceKind(StrEnum):
    """The systems that people can be taken from (D02)."""

    SMARTHR = "smarthr"
    FREEE = "freee"
    CYBOZU = "cybozu"
    GOOGLE = "google"
    MICROSOFT = "microsoft"


@dataclass(frozen=True)
class Setting:
    """Something that the administrator enters to connect (接続設定); ``label`` and ``help`` are message ids.

    ``kept_by_us``: nobody types it; the adapter hands it to ``renewed`` and finds it again in its settings.
    """

    name: str
    label: str
    secret: bool = False
    help: str = ""
    required: bool = True
    many_lines: bool = False
    kept_by_us: bool = False


@dataclass(frozen=True)
class FoundDepartment:
    """One department; ``key`` is the vendor's and stable, ``order`` its place among its siblings where that is known.

    The parent may come on a later page, or never.
    """

    key: str
    name: str
    parent_key: str | None = None
    order: int | None = None
    code: str | None = None


@dataclass(frozen=True)
class FoundPerson:
    """One person; ``key`` is the vendor's own id and stable, ``code`` the employee number (従業員番号).

    ``fields``: by the vendor's field name. None: the vendor says that it is empty; a name that is missing: the vendor
    said nothing of it this time, so that what is stored stays. ``departments``: keys, the main one first.
    """

    key: str
    code: str | None
    fields: Mapping[str, str | None]
    departments: tuple[str, ...]
    left: bool


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows; ``resume`` None: these were the last. Else it goes on from there, in another process as well.

    A page may be empty without being the last, and the same row may come twice, on one page or on two.
    """

    rows: tuple[T, ...]
    resume: str | None


class Source(Protocol):
    """One vendor's list of people. Each call asks over HTTP and may take some seconds."""

    fields: ClassVar[Mapping[str, str]]
    """Vendor field name → message id of its label: what the mapping page offers."""

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return the next departments.

        Raises:
            SourceRefused: the vendor does not accept our credentials.
            SourceBusy: the vendor asks us to wait for ``retry_after`` seconds.
            SourceBroken: no answer, or none that its documentation describes.
        """

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return the next people. Raises the same."""
