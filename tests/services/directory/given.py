"""A directory that exists in memory only, and what tests do with it again and again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import httpx

from services.directory.sources import FoundDepartment, FoundPerson, Page

T = TypeVar("T")
FIELDS = {"family": "姓", "given": "名", "mail": "メール"}
MAPPING = {"family_name": "family", "given_name": "given", "mail1": "mail"}


def department(key: str, name: str, parent: str | None = None, code: str | None = None) -> FoundDepartment:
    """Return a department."""
    return FoundDepartment(key, name, parent, None, code)


def person(
    key: str, *departments: str, family: str = "同期", code: str | None = None, mail: str | None = None,
    left: bool = False,
) -> FoundPerson:  # fmt: skip
    """Return a person; the code follows from the key."""
    fields = {"family": family, "given": key, "mail": mail}
    return FoundPerson(key, f"D{key}" if code is None else code, fields, departments, left)


@dataclass
class Memory:
    """A directory in pages of ``size``; ``before`` is asked before each answer and may raise."""

    departments_: Iterable[FoundDepartment] = ()
    people_: Iterable[FoundPerson] = ()
    size: int = 2
    before: Callable[[str, str | None], None] = lambda _what, _resume: None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    fields: ClassVar[dict[str, str]] = FIELDS

    def __call__(self, _kind: object, _settings: object, _client: httpx.Client, _renewed: object = None) -> "Memory":
        """Be the adapter."""
        return self

    def departments(self, resume: str | None) -> Page[FoundDepartment]:
        """Return a page of departments."""
        return self._page("departments", tuple(self.departments_), resume)

    def people(self, resume: str | None) -> Page[FoundPerson]:
        """Return a page of people."""
        return self._page("people", tuple(self.people_), resume)

    def _page(self, what: str, rows: tuple[T, ...], resume: str | None) -> Page[T]:
        self.asked.append((what, resume))
        self.before(what, resume)
        at = int(resume or 0)
        return Page(rows[at : at + self.size], str(at + self.size) if at + self.size < len(rows) else None)
