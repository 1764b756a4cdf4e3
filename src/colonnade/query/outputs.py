"""The columns of an answer and their order, bound."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

from colonnade.errors import Invalid
from colonnade.query.literals import checked_text, instant
from colonnade.query.malformed import malformed
from colonnade.query.schema import FieldType
from colonnade.query.scope import Scope
from colonnade.query.tree import Aggregate, Expr, FieldRef, Literal, Named, Order, Output, Scalar, Star
from colonnade.query.types import GEO, Typed

Outputs = tuple[Output, ...]

_GEO_GROUP = (
    "Aggregation on geo point field is not possible."
    " Use the geo_cluster(point_geo, int_precision) aggregation function instead."
)


def check_aliases(items: Iterable[Named]) -> None:
    """Refuse an alias that is declared twice, be it in one clause or in two. Raises `Invalid`."""
    seen: set[str] = set()
    for name in (one.name for one in items if one.is_alias):
        if name in seen:
            raise _twice(name)
        seen.add(name)


def bound_keys(items: Sequence[Named], scope: Scope) -> Outputs:
    """The keys of a `group_by`. Raises `Invalid`."""
    return _unique(_key(one, scope) for one in items)


def bound_select(items: Sequence[Named] | None, keys: Outputs, scope: Scope) -> Outputs:
    """The columns of the answer, with keys these first. Nothing selected: every visible field, or the keys alone.

    Raises `Invalid`.
    """
    if items is None:
        items = () if keys else (Named(Star(), "*"),)
    found = (_output(one, keys, scope) for one in _spread(items, scope))
    return _unique((*keys, *found))


def bound_order(items: Sequence[Order], keys: Outputs, outputs: Outputs, scope: Scope) -> tuple[Order, ...]:
    """The order, aliases resolved. With keys, aggregates must come before them. Raises `Invalid`."""
    named = {one.name: one.expr for one in outputs}
    resolved = [Order(_sortable(one.expr, named, keys, scope), one.descending) for one in items]
    found = tuple(one for one in resolved if not isinstance(one.expr, Literal))
    are_aggregates = [isinstance(one.expr, Aggregate) for one in found]
    if keys and are_aggregates != sorted(are_aggregates, reverse=True):
        raise malformed("order_by", "Aggregations must come before fields.")
    return found


def _spread(items: Iterable[Named], scope: Scope) -> Iterator[Named]:
    for one in items:
        if isinstance(one.expr, Star):
            yield from (Named(FieldRef(name), name) for name in scope.fields.names)
        else:
            yield one


def _unique(outputs: Iterable[Output]) -> Outputs:
    """The outputs, each name once. What stands twice under one name must be the same."""
    found: dict[str, Output] = {}
    for one in outputs:
        if found.setdefault(one.name, one) != one:
            raise _twice(one.name)
    return tuple(found.values())


def _twice(name: str) -> Invalid:
    return malformed("select", f"Alias '{name}' is declared several times.")


def _key(item: Named, scope: Scope) -> Output:
    expr = item.expr
    if not isinstance(expr, FieldRef):
        raise malformed("group_by", f"{item.name} cannot be grouped by.")
    typed = scope.typed(expr, "group_by")
    if typed.type in GEO:
        raise malformed("group_by", _GEO_GROUP)
    return _as_output(item, typed)


def _output(item: Named, keys: Outputs, scope: Scope) -> Output:
    match item.expr:
        case Aggregate() as aggregate:
            return _as_output(item, _aggregate(aggregate, "select", scope))
        case FieldRef() as reference:
            typed = scope.typed(reference, "select")
            _check_grouped(reference, keys, "select")
            return _as_output(item, typed)
        case Literal() as literal:
            return Output(item.name, _constant(literal, scope.zone), _literal_type(literal.value))
        case _:
            raise malformed("select", f"{item.name} is a condition, not a value.")


def _as_output(item: Named, typed: Typed) -> Output:
    return Output(item.name, item.expr, typed.type, typed.multivalued)


def _aggregate(expr: Aggregate, clause: str, scope: Scope) -> Typed:
    if isinstance(expr.argument, FieldRef):
        scope.typed(expr.argument, clause)
    return Typed(FieldType.INT)


def _check_grouped(reference: FieldRef, keys: Outputs, clause: str) -> None:
    if keys and all(one.expr != reference for one in keys):
        raise malformed(clause, f"Field {reference.name} must be in group_by.")


def _constant(literal: Literal, zone: dt.tzinfo) -> Literal:
    value = literal.value
    if isinstance(value, str):
        checked_text(value, "select")
    if isinstance(value, dt.datetime):
        return Literal(instant(value, zone, "select"), at=literal.at)
    return literal


def _literal_type(value: Scalar) -> FieldType:
    return _LITERAL_TYPES.get(type(value), FieldType.TEXT)


_LITERAL_TYPES: Mapping[type[object], FieldType] = {
    bool: FieldType.BOOLEAN,
    int: FieldType.INT,
    float: FieldType.DOUBLE,
    dt.date: FieldType.DATE,
    dt.datetime: FieldType.DATETIME,
    dt.time: FieldType.TIME,
}


def _sortable(expr: Expr, named: Mapping[str, Expr], keys: Outputs, scope: Scope) -> Expr:
    found = named.get(expr.name, expr) if isinstance(expr, FieldRef) else expr
    match found:
        case Aggregate():
            _aggregate(found, "order_by", scope)
        case FieldRef():
            if scope.typed(found, "order_by").type in GEO:
                raise malformed("order_by", f"Sorting by the geographic field {found.name} is not possible.")
            _check_grouped(found, keys, "order_by")
        case Literal() if found is not expr:
            pass  # the alias of a constant orders nothing
        case _:
            raise malformed("order_by", "Only fields, aliases and aggregations can be sorted by.")
    return found
