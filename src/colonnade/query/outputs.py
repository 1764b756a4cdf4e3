"""The columns of an answer and their order, bound."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from colonnade.errors import Invalid
from colonnade.query.geo import is_cluster
from colonnade.query.literals import checked_text
from colonnade.query.malformed import malformed
from colonnade.query.printing import date_precision, json_formatted
from colonnade.query.ranges import bound_range, check_slots, is_range, printed, unprinted
from colonnade.query.schema import FieldType, Schema
from colonnade.query.scope import Scope
from colonnade.query.spreading import spread
from colonnade.query.tree import Aggregate, AsJson, Call, Expr, FieldRef, Literal, Named, Order, Output, Star
from colonnade.query.types import GEO, TEXTS, Typed
from colonnade.query.values import bound_value, is_value
from colonnade.query.walk import changed, children, has_aggregate, walk

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
    """The keys of a `group_by`; a multivalued one stands for its elements. Raises `Invalid`."""
    keys = _unique(_key(one, scope) for one in items)
    check_slots(one.expr for one in keys)
    return keys


def bound_select(items: Sequence[Named] | None, keys: Outputs, scope: Scope) -> Outputs:
    """The columns of the answer, with keys these first. Nothing selected: every visible field, or the keys alone.

    Raises `Invalid`.
    """
    if items is None and not keys:
        return _every_field(scope.fields)
    items = items or ()
    elements = tuple(replace(one, multivalued=False) for one in _printed(keys))
    found = (_output(one, elements, keys, scope) for one in spread(items, scope))
    return _unique((*elements, *found))


@lru_cache(maxsize=1024)
def _every_field(visible: Schema) -> Outputs:
    """What nearly every page asks for; no name in it depends on more than the fields."""
    scope = Scope(visible, frozenset(), dt.UTC, dt.datetime.now(dt.UTC))
    return _unique(_output(one, (), (), scope) for one in spread((Named(Star(), "*"),), scope))


def bound_order(items: Sequence[Order], keys: Outputs, outputs: Outputs, scope: Scope) -> tuple[Order, ...]:
    """The order, aliases resolved. With keys, aggregates must come before them. Raises `Invalid`."""
    named = {one.name: one.expr for one in outputs}
    resolved = [Order(_sortable(one.expr, named, keys, scope), one.descending) for one in items]
    found = tuple(one for one in resolved if not isinstance(one.expr, Literal))
    are_aggregates = [has_aggregate(one.expr) for one in found]
    if keys and are_aggregates != sorted(are_aggregates, reverse=True):
        raise malformed("order_by", "Aggregations must come before fields.")
    return found


def _unique(outputs: Iterable[Output]) -> Outputs:
    """The outputs, each name once. What stands twice under one name must be the same."""
    found: dict[str, Output] = {}
    for one in outputs:
        if "\0" in checked_text(one.name, "select"):
            raise malformed("select", "The name of a column may not hold the character NUL.")
        if found.setdefault(one.name, one) != one:
            raise _twice(one.name)
    return tuple(found.values())


def _twice(name: str) -> Invalid:
    return malformed("select", f"Alias '{name}' is declared several times.")


def _key(item: Named, scope: Scope) -> Output:
    expr = item.expr
    if not is_value(expr) or has_aggregate(expr):
        raise malformed("group_by", f"{item.name} cannot be grouped by.")
    bound = bound_range(expr, scope, "group_by") if is_range(expr) else bound_value(expr, scope, "group_by")
    typed = scope.type_of(bound)
    if typed is None or not any(isinstance(one, FieldRef) for one in walk(bound)):
        raise malformed("group_by", f"{item.name} cannot be grouped by.")
    if typed.type in GEO:
        raise malformed("group_by", _GEO_GROUP)
    if typed.type is FieldType.FILE:
        raise malformed("group_by", f"{item.name} is a file and cannot be grouped by.")
    return _as_output(item, bound, typed, scope)


def _printed(keys: Outputs) -> Outputs:
    """The keys as the answer has them."""
    return tuple(
        replace(
            one,
            expr=printed(one.expr),
            type=FieldType.TEXT,
            as_json=AsJson() if is_cluster(one.expr) else None,
        )
        if printed(one.expr) != one.expr
        else one
        for one in keys
    )


def _output(item: Named, elements: Outputs, keys: Outputs, scope: Scope) -> Output:
    if not is_value(item.expr):
        raise malformed("select", f"{item.name} is a condition, not a value.")
    if isinstance(item.expr, FieldRef):
        for key in elements:
            if key.name == item.expr.name:
                return replace(key, name=item.name)
    expr, as_json = json_formatted(item.expr, "select")
    bound = printed(_value_or_range(expr, keys, scope, "select"))
    typed = scope.type_of(bound) or Typed(FieldType.TEXT)
    if as_json is not None and (typed.type not in TEXTS or typed.multivalued):
        raise malformed("select", "json_format() takes a text.")
    _check_grouped(bound, keys, "select")
    return replace(_as_output(item, bound, typed, scope, keys), as_json=as_json)


def _value_or_range(expr: Expr, keys: Outputs, scope: Scope, clause: str) -> Expr:
    """A range only where it repeats a key."""
    if not is_range(expr):
        return bound_value(expr, scope, clause)
    bound = bound_range(expr, scope, clause)
    if not any(one.expr == bound for one in keys):
        raise malformed(clause, "range() stands in group_by, and elsewhere only as it stands there.")
    return bound


def _as_output(item: Named, expr: Expr, typed: Typed, scope: Scope, keys: Outputs = ()) -> Output:
    is_element = any(one.expr == expr for one in keys)
    precision = date_precision(expr, scope.fields)
    return Output(item.name, expr, typed.type, typed.multivalued and not is_element, precision=precision)


def _check_grouped(expr: Expr, keys: Outputs, clause: str) -> None:
    """With keys, a value is made of keys, aggregates and constants alone."""
    if not keys or isinstance(expr, Aggregate) or any(one.expr == expr for one in keys):
        return
    if isinstance(expr, FieldRef):
        raise malformed(clause, f"Field {expr.name} must be in group_by.")
    for one in children(expr):
        _check_grouped(one, keys, clause)


def _sortable(expr: Expr, named: Mapping[str, Expr], keys: Outputs, scope: Scope) -> Expr:
    if isinstance(expr, FieldRef) and expr.name in named:
        found = unprinted(named[expr.name])
    elif is_value(expr) and not isinstance(expr, Literal):
        found = _value_or_range(expr, keys, scope, "order_by")
    else:
        raise malformed("order_by", "Only fields, aliases and values made of them can be sorted by.")
    typed = scope.type_of(found)
    if typed is not None and typed.type in GEO:
        of = f"the geographic field {found.name}" if isinstance(found, FieldRef) else "a place"
        raise malformed("order_by", f"Sorting by {of} is not possible.")
    if typed is not None and typed.type is FieldType.FILE:
        raise malformed("order_by", "Sorting by a file is not possible.")
    _check_grouped(found, keys, "order_by")
    return _shuffled(found, keys) if keys else found


def _shuffled(expr: Expr, keys: Outputs) -> Expr:
    """Groups have no id: chance is made of their keys."""

    def made_of_keys(node: object) -> Expr | None:
        if isinstance(node, Call) and node.function == "random":
            return replace(node, arguments=(*node.arguments, *(one.expr for one in keys)))
        return None

    found: Expr = changed(expr, made_of_keys)
    return found
