"""A query about the rows of two tables, joined: one statement, in which they stand as one table before all else."""

from dataclasses import dataclass

from sqlglot import exp

from colonnade.engine.port import Join
from colonnade.engine.sql.compile import compile_query
from colonnade.engine.sql.expressions import Hits, Writer
from colonnade.engine.sql.parts import (
    Relation,
    Statement,
    identifier,
    named,
    rows_of,
    select,
    where_clause,
)
from colonnade.engine.sql.pieces import Param, cast, column, text_of
from colonnade.query.schema import SEQ
from colonnade.query.tree import BoundQuery, FieldRef
from colonnade.query.types import type_of

_JOINED = Relation("", "", "joined", has_ids=False)
_LEFT, _RIGHT = "l", "r"
_COUNT = "|count"
"""No column has this name."""
_PLACES = 1 << 31
"""Places of rows in the second table; with that in the first they make one number."""


@dataclass(frozen=True)
class Compiled:
    """`pairs`: how many rows the join makes, without making them. `page`: its answer. `total`: the number of its rows or
    groups before limit and offset."""

    pairs: Statement
    page: Statement
    total: Statement


def compile_join(join: Join, relations: tuple[Relation, Relation], hits: tuple[Hits, Hits]) -> Compiled:
    """Rows are in the order of the first table, then of the second, where the query says no other."""
    params: list[Param] = []
    left, right = (
        _side(side, relation, Writer(side.schema, found, params=params, prepared=relation.prepared))
        for side, relation, found in zip((join.left, join.right), relations, hits, strict=True)
    )
    pairs = Statement(text_of(_pairs(join, left, right)), tuple(params))
    rows = _rows(join, left, right)
    before = f'WITH "{_JOINED.name}" AS NOT MATERIALIZED ({text_of(rows)}) '
    compiled = compile_query(join.query, relation=_JOINED)
    assert isinstance(compiled.page, Statement), "there are no ids"
    total = compiled.total or Statement(f'SELECT count(*) FROM "{_JOINED.name}"')
    page, total = (Statement(before + one.sql, (*params, *one.params)) for one in (compiled.page, total))
    return Compiled(pairs, page, total)


def _side(query: BoundQuery, relation: Relation, writer: Writer) -> exp.Subquery:
    """Its columns, and the place of each row."""
    items = [named(writer.write(one.expr), one.name) for one in query.outputs]
    rows = select(*items, named(column(SEQ), SEQ)).from_(rows_of(relation), copy=False)
    return exp.Subquery(this=where_clause(rows, query.where, writer))


def _rows(join: Join, left: exp.Subquery, right: exp.Subquery) -> exp.Select:
    for side, alias in ((left, _LEFT), (right, _RIGHT)):
        side.set("alias", exp.TableAlias(this=identifier(alias)))
    sides = ((_LEFT, join.left), (_RIGHT, join.right))
    items = [named(column(one.name, alias), one.name) for alias, side in sides for one in side.outputs]
    first = exp.Mul(this=column(SEQ, _LEFT), expression=exp.Literal.number(_PLACES))
    place = exp.Add(this=first, expression=column(SEQ, _RIGHT))
    rows = select(*items, named(place, SEQ)).from_(left, copy=False)
    rows.append("joins", exp.Join(this=right, kind="INNER", on=_condition(join)))
    return rows


def _pairs(join: Join, left: exp.Subquery, right: exp.Subquery) -> exp.Select:
    """Of each value as many as there are rows of one side times rows of the other."""
    counted = [
        _counted(side.copy(), alias, on)
        for alias, side, on in ((_LEFT, left, join.left_on), (_RIGHT, right, join.right_on))
    ]
    product = exp.Mul(this=column(_COUNT, _LEFT), expression=column(_COUNT, _RIGHT))
    total = exp.Coalesce(this=exp.Sum(this=product), expressions=[exp.Literal.number(0)])
    rows = select(total).from_(counted[0], copy=False)
    rows.append("joins", exp.Join(this=counted[1], kind="INNER", on=_condition(join)))
    return rows


def _counted(side: exp.Subquery, alias: str, on: str) -> exp.Subquery:
    """Each value of a column, and how many rows have it."""
    side.set("alias", exp.TableAlias(this=identifier(alias)))
    count = named(exp.Count(this=exp.Star()), _COUNT)
    rows = select(named(column(on, alias), on), count).from_(side, copy=False).group_by("1", copy=False)
    return exp.Subquery(this=rows, alias=exp.TableAlias(this=identifier(alias)))


def _condition(join: Join) -> exp.Expression:
    """Values of two types are equal if their texts are."""
    pair = [(_LEFT, join.left, join.left_on), (_RIGHT, join.right, join.right_on)]
    values: list[exp.Expression] = [column(name, alias) for alias, _, name in pair]
    types = {type_of(_expr(side, name), side.schema) for _, side, name in pair}
    if len(types) > 1:
        values = [cast(one, "TEXT") for one in values]
    return exp.EQ(this=values[0], expression=values[1])


def _expr(side: BoundQuery, name: str) -> FieldRef:
    found = next(one.expr for one in side.outputs if one.name == name)
    assert isinstance(found, FieldRef), "columns are joined, nothing else"
    return found
