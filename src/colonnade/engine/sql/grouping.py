"""Grouped queries.

The keys and the arguments of the aggregates become columns of an inner query, and the outer one groups by their
names: written twice, an expression with parameters would be two different ones to DuckDB.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from colonnade.engine.sql.expressions import Writer, called, column
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
from colonnade.query.schema import FieldType
from colonnade.query.tree import Aggregate, BoundQuery, Expr
from colonnade.query.types import Typed, type_of
from colonnade.query.walk import walk

_INNER = "g"
_ELEMENT = "e"


def grouped_page(bound: BoundQuery, relation: Relation, writer: Writer) -> Statement:
    """One row a group, in the asked order; otherwise by ascending keys."""
    columns = _columns(bound)
    outer = writer.over({expr: column(name, _INNER) for expr, name in columns.items()})
    query = select(*(named(outer.write(one.expr), one.name) for one in bound.outputs))
    _from_inner(query, bound, columns, relation, writer)
    keys = [column(columns[one.expr], _INNER) for one in bound.group_by]
    query.set("group", exp.Group(expressions=keys))
    query.set("order", exp.Order(expressions=list(_order(bound, outer))))
    return statement(paged(query, bound), writer)


def grouped_total(bound: BoundQuery, relation: Relation, writer: Writer) -> Statement:
    """How many groups there are."""
    columns = {one.expr: f"k{at}" for at, one in enumerate(bound.group_by)}
    keys = select(*(column(name, _INNER) for name in columns.values()))
    keys.set("distinct", exp.Distinct())
    _from_inner(keys, bound, columns, relation, writer)
    query = select(exp.Count(this=exp.Star()))
    query.from_(exp.Subquery(this=keys, alias=exp.TableAlias(this=identifier("d"))), copy=False)
    return statement(query, writer)


def _columns(bound: BoundQuery) -> dict[Expr, str]:
    """The columns of the inner query: the keys, and what the aggregates are taken over."""
    found: dict[Expr, str] = {one.expr: f"k{at}" for at, one in enumerate(bound.group_by)}
    used = [one.expr for one in bound.outputs] + [one.expr for one in bound.order_by]
    for expr in used:
        for part in walk(expr):
            if isinstance(part, Aggregate) and part.argument is not None and part.argument not in found:
                found[part.argument] = f"a{len(found)}"
    return found


def _from_inner(
    query: exp.Select, bound: BoundQuery, columns: Mapping[Expr, str], relation: Relation, writer: Writer
) -> None:
    lists = {one.expr: f"u{at}" for at, one in enumerate(bound.group_by) if one.multivalued}
    elements = {expr: column(_ELEMENT, alias) for expr, alias in lists.items()}
    inside = writer.over(elements)
    inner = select(*(named(inside.write(expr), name) for expr, name in columns.items()))
    inner.from_(rows_of(relation), copy=False)
    inner.set("joins", [_exploded(writer.write(expr), alias) for expr, alias in lists.items()])
    where_clause(inner, bound.where, writer)
    query.from_(exp.Subquery(this=inner, alias=exp.TableAlias(this=identifier(_INNER))), copy=False)


def _exploded(values: exp.Expression, alias: str) -> exp.Join:
    """A row for each different element of a list; one row with null for a list without any."""
    elements = called("list_distinct", values)
    some = exp.GT(this=called("len", elements), expression=exp.Literal.number(0))
    nothing = exp.Array(expressions=[exp.Null()])
    either = exp.Case(ifs=[exp.If(this=some, true=elements.copy())], default=nothing)
    rows = exp.Subquery(this=select(named(called("unnest", either), _ELEMENT)))
    lateral = exp.Lateral(this=rows, alias=exp.TableAlias(this=identifier(alias)))
    return exp.Join(this=lateral, kind="CROSS")


def _order(bound: BoundQuery, outer: Writer) -> Iterator[exp.Ordered]:
    """As asked, then by the keys, so that pages are stable."""
    for one in bound.order_by:
        typed = type_of(one.expr, bound.schema)
        yield ordered(sort_key(outer.write(one.expr), typed), descending=one.descending)
    for key in bound.group_by:
        value = outer.write(key.expr)
        yield ordered(sort_key(value, Typed(key.type)))
        if key.type is FieldType.TEXT:
            yield ordered(value.copy())
