"""The lines of a preview (差分), as they are worked out and stored."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

from data.models.directory import Noun, Step
from services.people.imports.plan import Change, Problem


@dataclass(frozen=True, slots=True)
class Line:
    """What a run would do with one record, or why it cannot; ``target`` is what would be written.

    ``key`` is the vendor's, of a person.
    """

    noun: Noun
    step: Step
    code: str
    name: str
    changes: Sequence[Change] = ()
    problems: Sequence[Problem] = ()
    target: Any = field(default=None, compare=False)
    key: str | None = None

    @classmethod
    def department(
        cls,
        step: Step,
        code: str | None,
        name: str,
        *,
        changes: Sequence[Change] = (),
        problems: Sequence[Problem] = (),
    ) -> "Line":
        """Return a line about a department, called by its names from the top as far as they are known."""
        return cls(Noun.DEPARTMENT, step, code or "", name, changes, problems)

    def stored(self) -> str:
        """Return as JSON what of it is kept beside step, code and name."""
        said: dict[str, Any] = {}
        if self.changes:
            said["changes"] = [list(change) for change in self.changes]
        if self.problems:
            said["problems"] = [list(astuple(problem)) for problem in self.problems]
        return json.dumps(said, ensure_ascii=False)


def quiet(_step: str, _done: int, _total: int) -> None:
    """Say nothing of how far the comparing is: pages show the run itself."""
