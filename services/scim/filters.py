"""Filters of RFC 7644 §3.4.2.2 as conditions of SQL: parsed and checked by scim2-models, never put together as text."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError
from scim2_models import AttributeBinding, InvalidFilterException, Resource, ScimFilter
from scim2_models.path import CompareOperator as Op
from scim2_models.path import Comparison, FilterVisitor, LogicalExpr, LogicalOperator, Not, Present, ValuePath
from sqlalchemy import ColumnElement, and_, false, func, not_, or_

from core.errors import Invalid
from core.i18n import N_, _
from services.scim.columns import Column, Path, Several, as_text

NOT_FILTERED = N_("This filter cannot be used: {reason}")
LONGEST = 4_000
MOST_TERMS = 50
"""More conditions than any directory sends; each is a look into the database."""


def condition(
    text: str, model: type[Resource[Any]], columns: Mapping[Path, Column], lists: Mapping[str, Several]
) -> ColumnElement[bool]:
    """Return the condition that a filter means.

    Raises:
        Invalid: with a sentence for ``filter``, when it cannot be read or names what is not kept.
    """
    try:
        read = ScimFilter[model](text)  # type: ignore[valid-type]
        return _Writer(read, columns, lists).visit(read.ast)
    except (InvalidFilterException, ValidationError) as error:
        raise not_filtered(str(error)) from error


def not_filtered(reason: str) -> Invalid:
    """Return the error of a filter that cannot be used."""
    return Invalid(NOT_FILTERED, reason=reason, fields={"filter": _(NOT_FILTERED, reason=reason)})


COMPARED = {Op.eq: "__eq__", Op.gt: "__gt__", Op.ge: "__ge__", Op.lt: "__lt__", Op.le: "__le__"}
TEXTS = {Op.co: "contains", Op.sw: "startswith", Op.ew: "endswith"}


class _Writer(FilterVisitor[ColumnElement[bool]]):
    """Every condition it writes is true or false, never NULL: ``not`` then means what it says."""

    def __init__(
        self, read: ScimFilter[Any], columns: Mapping[Path, Column], lists: Mapping[str, Several],
        inside: str | None = None,
    ) -> None:  # fmt: skip
        """Take the filter, which knows the attributes, and where they stand; ``inside``: within whose brackets."""
        self.read, self.columns, self.lists, self.inside = read, columns, lists, inside
        self.terms = 0

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        if self.inside is not None:
            return self._one_of_several(self.inside, node)
        bound = self.read.resolve_comparison(node.attr_path)
        if bound is None:
            return false()
        if bound.field_name in self.lists:
            return self._any(bound, node.op, node.value)
        return _compared(self._column(bound), node.op, node.value, exact=bound.case_exact)

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        if self.inside is not None:
            several = self.lists[self.inside]
            return _present(self._named(several, node.attr_path.attr))
        bound = self.read.resolve(node.attr_path)
        if bound is None:
            return false()
        if bound.field_name in self.lists:
            several = self.lists[bound.field_name]
            return several.rows.where(_present(self._named(several, bound.sub_field_name or "value"))).exists()
        whole = [one for (name, sub), one in self.columns.items() if name == bound.field_name and sub]
        if whole and bound.sub_field_name is None:
            return or_(*[_present(one) for one in whole])
        return _present(self._column(bound))

    def visit_not(self, node: Not) -> ColumnElement[bool]:
        return not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        self.terms += len(node.terms)
        if self.terms > MOST_TERMS:
            raise InvalidFilterException(detail=f"more than {MOST_TERMS} conditions")
        joined = and_ if node.op == LogicalOperator.and_ else or_
        return joined(*[self.visit(term) for term in node.terms])

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        bound = self.read.resolve(node.attr_path)
        if bound is None or bound.field_name not in self.lists:
            raise InvalidFilterException(detail=f"{node.attr_path} has no values to choose from")
        inner = _Writer(self.read, self.columns, self.lists, bound.field_name)
        return self.lists[bound.field_name].rows.where(inner.visit(node.val_filter)).exists()

    def _any(self, bound: AttributeBinding, op: Op, value: Any) -> ColumnElement[bool]:
        several = self.lists[bound.field_name]
        column = self._named(several, bound.sub_field_name or "value")
        if value is None:
            none = ~several.rows.where(_present(column)).exists()
            return none if op is Op.eq else not_(none)
        if op is Op.ne:  # no value equals it
            return ~several.rows.where(_compared(column, Op.eq, value, exact=bound.case_exact)).exists()
        return several.rows.where(_compared(column, op, value, exact=bound.case_exact)).exists()

    def _one_of_several(self, name: str, node: Comparison) -> ColumnElement[bool]:
        column = self._named(self.lists[name], node.attr_path.attr)
        return _compared(column, node.op, node.value, exact=column.number)

    def _named(self, several: Several, name: str) -> Column:
        found = several.columns.get(name.lower())
        if found is None:
            raise InvalidFilterException(detail=f"{name} cannot be filtered by")
        return found

    def _column(self, bound: AttributeBinding) -> Column:
        found = self.columns.get((bound.field_name, bound.sub_field_name))
        if found is None:
            raise InvalidFilterException(detail=f"{bound.urn} cannot be filtered by")
        return found


def _present(column: Column) -> ColumnElement[bool]:
    return _sure(column, as_text(column) != "") if _is_text(column) else column.sql.is_not(None)


def _sure(column: Column, holds: ColumnElement[bool]) -> ColumnElement[bool]:
    # Only where it is needed: no index is used for what stands inside of COALESCE.
    return func.coalesce(holds, false()) if column.maybe else holds


def _is_text(column: Column) -> bool:
    return column.number or column.sql.type.python_type is str


def _compared(column: Column, op: Op, value: Any, *, exact: bool) -> ColumnElement[bool]:
    if value is None:
        return not_(_present(column)) if op is Op.eq else _present(column)
    if op is Op.ne:
        return not_(_compared(column, Op.eq, value, exact=exact))
    if column.number and op is Op.eq:
        fits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
        return column.sql == int(value) if fits else false()
    if _is_text(column):
        return _sure(column, _texts(column, op, value, exact=exact))
    wanted = _typed(column, value)
    operator = COMPARED.get(op)
    if operator is None or (isinstance(wanted, bool) and op is not Op.eq):
        raise InvalidFilterException(detail=f"{op.value} is for texts")
    compared: ColumnElement[bool] = getattr(column.sql, operator)(wanted)
    return compared


def _texts(column: Column, op: Op, value: Any, *, exact: bool) -> ColumnElement[bool]:
    if not isinstance(value, str) or "\0" in value:
        raise InvalidFilterException(detail="the value must be a text")
    sql, wanted = as_text(column), value
    if not exact:
        sql, wanted = (sql if column.lower else func.lower(sql)), value.lower()
    write = TEXTS.get(op)
    if write is not None:
        found: ColumnElement[bool] = getattr(sql, write)(wanted, autoescape=True)
        return found
    compared: ColumnElement[bool] = getattr(sql, COMPARED[op])(wanted)
    return compared


def _typed(column: Column, value: Any) -> Any:
    kind = column.sql.type.python_type
    try:
        typed = TypeAdapter(kind).validate_python(value, strict=kind is bool)
    except ValidationError as error:
        raise InvalidFilterException(detail="the value has the wrong type") from error
    if getattr(typed, "tzinfo", True) is None:
        raise InvalidFilterException(detail="a moment needs its time zone")
    return typed
