"""Whom a change of many concerns, and what it changes."""

from typing import Any, Literal

from core.i18n import N_
from core.inputs import Input, Row, field
from services.people.search import PeopleAsk

MOST_PICKED = 1_000
DIRECTLY = 1_000
"""So many people are changed while one waits; more are a job with progress."""


class Chosen(Input):
    """Some people: those that were picked, or all that a search finds."""

    person_ids: list[int] = field(N_("People"), default=[], max_length=MOST_PICKED, hidden=True)
    found: PeopleAsk | None = field(N_("All that this search finds"), default=None, hidden=True)
    expected: int | None = field(
        N_("How many will change"), default=None, hidden=True,
        help=N_("As the preview said. If it is another number by now, nothing is changed."),
    )  # fmt: skip


class BulkEdit(Chosen):
    """What becomes of them; what is left empty stays as it is."""

    main_department_id: int | None = field(
        N_("Move to this main department"), default=None, of="people.department_choices",
        help=N_("It takes the place of the present main department."),
    )  # fmt: skip
    join_department_id: int | None = field(
        N_("Add to this department"), default=None, of="people.department_choices",
        help=N_("The present departments stay."),
    )  # fmt: skip
    area_code: str | None = field(
        N_("Add this region"), default=None, of="people.area_choices", sought="people.region_of"
    )
    language: Literal["ja", "en"] | None = field(N_("Language"), default=None)
    own: dict[str, Any] = field(
        N_("Own fields"), default={}, hidden=True,
        help=N_("Values of own fields by code, as for one person; null empties one."),
    )  # fmt: skip


class BulkAsk(BulkEdit):
    """A change to be looked at before it is made."""

    retire: bool = field(N_("Retire them"), default=False, hidden=True)


class Left(Row):
    """People who are left as they are although they were chosen, and why."""

    reason: str
    count: int


class Sample(Row):
    """Somebody who would change: what is now, and what would be."""

    id: int
    code: str
    name: str
    before: str
    after: str


class BulkPreview(Row):
    """What a change would do: of ``chosen`` people ``changed`` change; the others are told by reason."""

    chosen: int
    changed: int
    left: list[Left]
    samples: list[Sample]


class BulkWork(Input):
    """A change that a job makes."""

    work_id: int = field(N_("Work"), hidden=True)


class BulkDone(Row):
    """What was done, or was begun: ``work_id`` is the job that does it, ``change_set_id`` the change-set."""

    count: int
    work_id: int | None = None
    change_set_id: int | None = None
