"""Grouped queries, in three steps.

The keys and the arguments of the aggregates become columns of an inner query; a middle one groups by these and takes
the aggregates; the outer one computes with what they give. Written twice, an expression with parameters would be two
different ones to DuckDB, and in `TRY` it takes no aggregates.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from colonnade.engine.sql.clusters import clustered
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.overflows import computable
from colonnade.engine.sql.parts import (
    Relation,
    Statement,
    identifier,
    named,
    ordered,
    paged,
    rows_of,
    select,
    sort_key,
    statement,
    where_clause,
)
from colonnade.engine.sql.pieces import called, column
from colonnade.engine.sql.slots import over_real_rows, with_every_slot
from colonnade.query.geo import cell_side, is_cluster
from colonnade.query.schema import FieldType
from colonnade.query.tree import Aggregate, BoundQuery, Expr, Slots
from colonnade.query.types import Typed, type_of
from colonnade.query.walk import walk

_INNER = "g"
_OUTER = "o"


def grouped_page(bound: BoundQuery, relation: Relation, writer: Writer) -> Statement:
    """One row a group, in the asked order; otherwise by ascending keys."""
    keys = {one.expr: f"k{at}" for at, one in enumerate(bound.group_by)}
    aggregates = {one: f"s{at}" for at, one in enumerate(_aggregates(bound))}
    outer = writer.over({expr: column(name, _OUTER) for expr, name in [*keys.items(), *aggregates.items()]})
    query = select(*(named(outer.write(one.expr), one.name) for one in bound.outputs))
    groups = _groups(bound, keys, aggregates, relation, writer)
    query.from_(exp.Subquery(this=groups, alias=exp.TableAlias(this=identifier(_OUTER))), copy=False)
    query.set("order", exp.Order(expressions=list(_order(bound, outer))))
    return statement(paged(query, bound), writer)


def _groups(
    bound: BoundQuery,
    keys: Mapping[Expr, str],
    aggregates: Mapping[Aggregate, str],
    relation: Relation,
    writer: Writer,
) -> exp.Select:
    """The keys and aggregates of every group."""
    columns = _columns(keys, aggregates)
    elements = frozenset(one.expr for one in bound.group_by if one.multivalued)
    inner: Mapping[Expr, exp.Expression] = {expr: column(name, _INNER) for expr, name in columns.items()}
    inside = writer.over(over_real_rows(inner, _INNER) if _slots(bound, columns) else inner, elements)
    grouped = [column(name, _INNER) for name in keys.values()]
    query = select(
        *(named(key.copy(), name) for key, name in zip(grouped, keys.values(), strict=True)),
        *(named(inside.write(one), name) for one, name in aggregates.items()),
    )
    _from_inner(query, bound, columns, relation, writer)
    query.set("group", exp.Group(expressions=grouped))
    return query


def grouped_total(bound: BoundQuery, relation: Relation, writer: Writer) -> Statement:
    """How many groups there are."""
    columns = {one.expr: f"k{at}" for at, one in enumerate(bound.group_by)}
    keys = select(*(column(name, _INNER) for name in columns.values()))
    keys.set("distinct", exp.Distinct())
    _from_inner(keys, bound, columns, relation, writer)
    query = select(exp.Count(this=exp.Star()))
    query.from_(exp.Subquery(this=keys, alias=exp.TableAlias(this=identifier("d"))), copy=False)
    return statement(query, writer)


def _aggregates(bound: BoundQuery) -> list[Aggregate]:
    used = [*(one.expr for one in bound.outputs), *(one.expr for one in bound.order_by)]
    found = (part for expr in used for part in walk(expr) if isinstance(part, Aggregate))
    return list(dict.fromkeys(found))


def _columns(keys: Mapping[Expr, str], aggregates: Iterable[Aggregate]) -> dict[Expr, str]:
    """The columns of the inner query: the keys, what the aggregates are taken over, and what tells of overflows."""
    found = dict(keys)
    for one in aggregates:
        for expr in (one.argument, computable(one)):
            if expr is not None and expr not in found:
                found[expr] = f"a{len(found)}"
    return found


def _from_inner(
    query: exp.Select, bound: BoundQuery, columns: Mapping[Expr, str], relation: Relation, writer: Writer
) -> None:
    """The columns of each row; where keys are lists, of each combination of their different elements.

    Each list is taken apart in a step of its own: two `unnest` beside each other would go side by side.
    """
    lists = {columns[one.expr] for one in bound.group_by if one.multivalued}
    inner = select(
        *(
            named(_different(writer, expr) if name in lists else writer.write(expr), name)
            for expr, name in columns.items()
        )
    )
    inner.from_(rows_of(relation), copy=False)
    where_clause(inner, bound.where, writer)
    for exploded in sorted(lists):
        inner = _apart(inner, exploded, columns.values())
    for name, side in _clusters(bound, columns).items():
        inner = clustered(inner, name, side, columns.values())
    slots = _slots(bound, columns)
    if not slots:
        query.from_(_named_query(inner), copy=False)
        return
    others = [columns[one.expr] for one in bound.group_by if columns[one.expr] not in slots]
    every = with_every_slot(inner, slots, others, list(columns.values()))
    query.from_(_named_query(every), copy=False)


def _clusters(bound: BoundQuery, columns: Mapping[Expr, str]) -> dict[str, float]:
    """The columns of points that give way to clusters of them, and the side of a cell of each."""
    return {columns[one.expr]: cell_side(one.expr) for one in bound.group_by if is_cluster(one.expr)}


def _slots(bound: BoundQuery, columns: Mapping[Expr, str]) -> dict[str, Slots]:
    return {columns[one.expr]: one.expr for one in bound.group_by if isinstance(one.expr, Slots)}


def _different(writer: Writer, expr: Expr) -> exp.Expression:
    """The different elements of a list; null alone for a list without any."""
    elements = called("nullif", called("list_distinct", writer.write(expr)), exp.Array(expressions=[]))
    return called("coalesce", elements, exp.Array(expressions=[exp.Null()]))


def _apart(inner: exp.Select, exploded: str, names: Iterable[str]) -> exp.Select:
    items = (
        called("unnest", column(name, _INNER)) if name == exploded else column(name, _INNER) for name in names
    )
    query = select(*(named(item, name) for item, name in zip(items, names, strict=True)))
    return query.from_(_named_query(inner), copy=False)


def _named_query(inner: exp.Expression) -> exp.Subquery:
    return exp.Subquery(this=inner, alias=exp.TableAlias(this=identifier(_INNER)))


def _order(bound: BoundQuery, outer: Writer) -> Iterator[exp.Ordered]:
    """As asked, then by the keys, so that pages are stable."""
    for one in bound.order_by:
        typed = type_of(one.expr, bound.schema)
        element = None if typed is None else Typed(typed.type)
        yield ordered(sort_key(outer.write(one.expr), element), descending=one.descending)
    for key in bound.group_by:
        value = outer.write(key.expr)
        yield ordered(sort_key(value, Typed(key.type)))
        if key.type is FieldType.TEXT:
            yield ordered(value.copy())
