"""The pieces that every statement is made of: the table, its condition, its order."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.pieces import ROWS, Param, called, folded, text_of
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Expr
from colonnade.query.types import Typed


class Relation(NamedTuple):
    """The table of rows. `prepared`: its columns that were made of shapes. `has_ids`: a row is found quickly by its `_id`.
    `plain`: columns of texts that have neither case nor accents, among those that the rows are sorted by. Without a
    catalogue it is one that the statement itself makes."""

    catalog: str
    schema: str
    name: str
    prepared: frozenset[str] = frozenset()
    has_many_rows: bool = False
    has_ids: bool = True
    plain: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with `?` for each of `params`, in order."""

    sql: str
    params: tuple[Param, ...] = ()


def statement(query: exp.Select, writer: Writer) -> Statement:
    return Statement(text_of(query), tuple(writer.params))


def identifier(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def named(expression: exp.Expression, name: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=identifier(name))


def rows_of(relation: Relation) -> exp.Table:
    alias = exp.TableAlias(this=identifier(ROWS))
    if not relation.catalog:
        return exp.Table(this=identifier(relation.name), alias=alias)
    return exp.Table(
        this=identifier(relation.name),
        db=identifier(relation.schema),
        catalog=identifier(relation.catalog),
        alias=alias,
    )


def select(*items: exp.Expression) -> exp.Select:
    return exp.Select(expressions=list(items))


def filtered(query: exp.Select, relation: Relation, where: Expr | None, writer: Writer) -> exp.Select:
    """The query over the rows that fulfil the condition."""
    return where_clause(query.from_(rows_of(relation), copy=False), where, writer)


def where_clause(query: exp.Select, where: Expr | None, writer: Writer) -> exp.Select:
    if where is not None:
        query.set("where", exp.Where(this=writer.condition(where)))
    return query


def sort_key(value: exp.Expression, typed: Typed | None) -> exp.Expression:
    """What a value is sorted by: text without case and accents, a list by its smallest element."""
    if typed is None:
        return value
    if typed.multivalued:
        value = called("list_min", value)
    return folded(value) if typed.type is FieldType.TEXT else value


def ordered(key: exp.Expression, *, descending: bool = False) -> exp.Ordered:
    """Nulls stand last in both directions."""
    return exp.Ordered(this=key, desc=descending, nulls_first=False)


def paged(query: exp.Select, bound: BoundQuery) -> exp.Select:
    if bound.limit is not None:
        query.set("limit", exp.Limit(expression=exp.Literal.number(bound.limit)))
    if bound.offset:
        query.set("offset", exp.Offset(expression=exp.Literal.number(bound.offset)))
    return query
