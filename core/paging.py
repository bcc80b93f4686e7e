"""Pages by key: next and previous cost the same everywhere, counts stop at a cap.

A numbered page 5,000 costs 300 ms at a million rows; a page by key costs the same as the first one.
"""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from core.errors import Invalid
from core.i18n import N_
from core.inputs import Input, field
from core.prepared import Columns, Prepared
from core.transaction import Transaction

R = TypeVar("R")
COUNT_CAP = 10_000
NOTHING: Mapping[str, Any] = MappingProxyType({})
Key = ColumnElement[Any] | InstrumentedAttribute[Any]


class PageAsk(Input):
    """What every list is asked with: an order and a place in it. Filters are added by subclasses."""

    sort: str = field(N_("Order"), default="", hidden=True)
    after: str | None = field(N_("After"), default=None, hidden=True)
    before: str | None = field(N_("Before"), default=None, hidden=True)
    size: int = field(N_("Rows"), default=50, ge=1, le=500, hidden=True)

    @property
    def anywhere(self) -> Self:
        """Return what is asked for without the place in it: the same for every page of a list."""
        return self.model_copy(update={"sort": "", "after": None, "before": None, "size": 50})


@dataclass(frozen=True)
class Page(Generic[R]):
    """Some rows of a list, with the cursors of the page before and after, and a count that stops at 10,000."""

    rows: list[R]
    next: str | None
    previous: str | None
    count: int
    more: bool

    @property
    def count_text(self) -> str:
        """Return the count for people: ``512`` or ``10,000+``."""
        return f"{self.count:,}+" if self.more else f"{self.count:,}"


class Shape(NamedTuple):
    """How a page is asked for: by which order, which way, from a place in it on."""

    order: str
    descending: bool
    beyond: bool
    cap: int
    """Where its count stops."""

    counted: Columns | None = None
    """What is counted instead of the list."""


class KeptList:
    """The statement of a list of columns, kept because the same is asked again: its pages and count are prepared."""

    def __init__(self, *parts: Columns, plan_anew: bool = False, gather_up_to: int = 0) -> None:
        """Keep the statement; whoever keeps this keeps what is made of it. ``plan_anew``: see ``Prepared``.

        Several statements, of which none has a row of another one, are one list: each is read along the order for
        itself, where an index has it in order and all of them together it has not.

        ``gather_up_to``: so many rows are all found first and then put in order, and counted on the way. To go along
        the order until a page is full reads nearly everything where few rows are meant, or where they lie together at
        the end of it; which of both is better PostgreSQL guesses wrong.
        """
        self.parts = parts
        self.gather_up_to = gather_up_to
        self._plan_anew = plan_anew
        self._made: dict[Any, Prepared] = {}

    @property
    def statement(self) -> Columns:
        """Return the statement of a list that is one."""
        (only,) = self.parts
        return only

    def prepared(self, shape: Any, make: Callable[[], Columns]) -> Prepared:
        """Return what was made of the statement in this shape, once."""
        if shape not in self._made:
            self._made[shape] = Prepared(make(), plan_anew=self._plan_anew)
        return self._made[shape]


def fetch_page(
    tx: Transaction,
    statement: Columns | KeptList,
    ask: PageAsk,
    *,
    orders: Mapping[str, Sequence[Key]],
    make: Callable[[Any], R],
    values: Mapping[str, Any] = NOTHING,
    cap: int | None = None,
    counted: Columns | None = None,
) -> Page[R]:
    """Return the page of ``statement`` that ``ask`` names; ``values`` are those of this time, by name.

    ``cap``: where the count stops, for a list that is not kept and whose rows are dear to count. ``counted``: what has
    as many rows as such a list and is counted sooner.

    ``orders`` gives, by name, the columns of each order; none may be NULL and the last must be unique. A leading
    ``-`` in ``ask.sort`` reverses it; the first order is the default.

    Raises:
        Invalid: when the cursor or the order is not one of ours.
    """
    name = ask.sort.lstrip("-") or next(iter(orders))
    if name not in orders:
        raise Invalid(N_("The list cannot be sorted by “{name}”."), name=name)
    keys = orders[name]
    backwards = ask.before is not None
    descending = ask.sort.startswith("-") != backwards
    cursor = ask.before if backwards else ask.after
    place = {f"_key_{at}": value for at, value in enumerate(_decode(cursor, keys))} if cursor else {}
    cap = cap or COUNT_CAP
    shape = Shape(name, descending, bool(cursor), cap, counted)
    count, found = _found(tx, statement, keys, shape, {**values, **place, "_limit": ask.size + 1})
    more_there, found = len(found) > ask.size, found[: ask.size]
    if backwards:
        found.reverse()
    has_next = bool(found) and (backwards or more_there)
    has_previous = bool(found) and (more_there if backwards else ask.after is not None)
    return Page(
        rows=[make(row) for row in found],
        next=_encode(found[-1], len(keys)) if has_next else None,
        previous=_encode(found[0], len(keys)) if has_previous else None,
        count=min(count, cap),
        more=count > cap,
    )


def capped_count(
    tx: Transaction, statement: Columns | KeptList, values: Mapping[str, Any] = NOTHING, cap: int | None = None
) -> int:
    """Count rows, but stop at one more than the cap."""
    return int(_asked(tx, statement, "count", lambda *of: _count(*of, cap=cap or COUNT_CAP), values)[0][0])


def _found(
    tx: Transaction,
    statement: Columns | KeptList,
    keys: Sequence[Key],
    shape: Shape,
    values: Mapping[str, Any],
) -> tuple[int, list[Any]]:
    """Return the capped count and the rows of a page, those nearest to the place first."""
    if isinstance(statement, KeptList) and statement.gather_up_to:
        rows = _asked(tx, statement, (shape, "counted"), lambda *of: _counted_page(of, keys, shape), values)
        count = rows[0][0]
        if count <= COUNT_CAP:
            return count, [row for row in rows if row[-1] is not None]
        gathered = count <= statement.gather_up_to
    else:
        counted = statement if shape.counted is None else shape.counted
        count, gathered = capped_count(tx, counted, values, shape.cap), False
        if not count:
            return 0, []
    return count, _asked(tx, statement, (shape, gathered), lambda *of: _page(of, keys, shape, gathered), values)


def _asked(
    tx: Transaction,
    statement: Columns | KeptList,
    shape: Any,
    make: Callable[..., Columns],
    values: Mapping[str, Any],
) -> list[Any]:
    if isinstance(statement, KeptList):
        return tx.rows(statement.prepared(shape, lambda: make(*statement.parts)), **values)
    return list(tx.execute(make(statement), values))


def _counted_page(parts: Sequence[Columns], keys: Sequence[Key], shape: Shape) -> Columns:
    """Return a page with the count in front, no rows of it above the cap; a row of NULLs where there are none."""
    found = _together([_with_keys(part, keys) for part in parts]).limit(COUNT_CAP + 1)
    every = found.cte("found").prefix_with("MATERIALIZED")
    counted = select(func.count().label("_count")).select_from(every).cte("counted").prefix_with("MATERIALIZED")
    few = select(counted.c["_count"]).scalar_subquery() <= COUNT_CAP
    page = _in_order(select(every).where(few), _labels(every.c, keys), shape).subquery("page")
    in_order = [key.desc() if shape.descending else key.asc() for key in _labels(page.c, keys)]
    return select(counted.c["_count"], page).select_from(counted.outerjoin(page, true())).order_by(*in_order)


def _page(parts: Sequence[Columns], keys: Sequence[Key], shape: Shape, gathered: bool) -> Columns:
    if gathered:
        # The offset keeps PostgreSQL from going along the order; to materialise them takes a quarter longer.
        every = _together([_with_keys(part, keys) for part in parts]).offset(literal_column("0")).subquery("gathered")
        return _in_order(select(every), _labels(every.c, keys), shape)
    pages = [_in_order(_with_keys(part, keys), keys, shape) for part in parts]
    if len(pages) == 1:
        return pages[0]
    every = union_all(*pages).subquery("parts")
    return _in_order(select(every), _labels(every.c, keys), shape._replace(beyond=False))


def _with_keys(statement: Columns, keys: Sequence[Key]) -> Columns:
    return statement.add_columns(*[key.label(f"_key_{at}") for at, key in enumerate(keys)])


def _labels(columns: Any, keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    return [columns[f"_key_{at}"] for at in range(len(keys))]


def _together(parts: Sequence[Columns]) -> Columns:
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery("parts"))


def _in_order(statement: Columns, keys: Sequence[Key], shape: Shape) -> Columns:
    if shape.beyond:
        statement = statement.where(_beyond(keys, shape.descending))
    in_order = statement.order_by(*[key.desc() if shape.descending else key.asc() for key in keys])
    return in_order.limit(bindparam("_limit", type_=Integer))


def _count(*parts: Columns, cap: int) -> Columns:
    ones = [
        part.with_only_columns(literal(1).label("one"), maintain_column_froms=True).order_by(None) for part in parts
    ]
    return select(func.count()).select_from(_together(ones).limit(cap + 1).subquery())


def _beyond(keys: Sequence[Key], descending: bool) -> ColumnElement[bool]:
    # Written out instead of a row comparison, since an expression index on the first key is then still used.
    values = [bindparam(f"_key_{at}", type_=key.type) for at, key in enumerate(keys)]
    choices = []
    for at, key in enumerate(keys):
        same = [before == value for before, value in zip(keys[:at], values[:at], strict=True)]
        choices.append(and_(*same, key < values[at] if descending else key > values[at]))
    first = keys[0] <= values[0] if descending else keys[0] >= values[0]
    return and_(first, or_(*choices))


def _encode(row: Any, width: int) -> str:
    values = [row[len(row) - width + at] for at in range(width)]
    plain = [value.isoformat() if isinstance(value, date | datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[Key]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kinds = [key.type.python_type for key in keys]
        return [
            kind.fromisoformat(v) if kind in {datetime, date} else kind(v)
            for kind, v in zip(kinds, values, strict=True)
        ]
    except (ValueError, TypeError) as error:
        raise Invalid(N_("This page of the list does not exist any more. Start again from the first page.")) from error
