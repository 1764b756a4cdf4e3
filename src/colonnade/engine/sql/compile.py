"""A bound query as DuckDB statements.

How a page is fetched decides its cost. Of 1 M rows with 13 columns, 100 rows: by a range of `_seq` 5 ms; sorted in
one statement 90-140 ms, because every column of the candidates is read; first the ids and then the rows by their ids
17 ms. Hence three forms: `BETWEEN` for plain browsing, ids first for short pages, one statement for long ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from colonnade.engine.sql.expressions import Writer, column
from colonnade.engine.sql.grouping import grouped_page, grouped_total
from colonnade.engine.sql.parts import (
    Relation,
    Statement,
    filtered,
    named,
    ordered,
    paged,
    rows_of,
    select,
    sort_key,
    statement,
)
from colonnade.query.schema import ID, SEQ
from colonnade.query.tree import Aggregate, BoundQuery, Expr, TextMatch
from colonnade.query.types import type_of

SHORT_PAGE = 1_000
"""Rows. Up to here a page is fetched by ids; the ids stand in the statement, and writing them costs time too."""


@dataclass(frozen=True)
class ByIds:
    """A page in two steps: run `ids` (one column, the `_id` of the page's rows), then `rows` of these."""

    ids: Statement
    query: BoundQuery
    relation: Relation
    hits: Mapping[TextMatch, str]

    def rows(self, ids: Sequence[int]) -> Statement:
        """The statement that answers the page, in its order."""
        writer = Writer(self.hits)
        query = _outputs(self.query, self.relation, writer).from_(rows_of(self.relation), copy=False)
        # Literals, because DuckDB looks up literals in the index on `_id`, twice as fast as parameters.
        options: list[exp.Expression] = [exp.Literal.number(one) for one in ids]
        wanted = exp.In(this=column(ID), expressions=options) if ids else exp.Boolean(this=False)
        query.set("where", exp.Where(this=wanted))
        return statement(_sorted(query, self.query, writer), writer)


@dataclass(frozen=True)
class Compiled:
    """What to run for a query.

    `page` gives one column an output, in order, under its name. `total` gives one number, the matching rows or the
    groups before limit and offset; None: every row of the table counts.
    """

    page: Statement | ByIds
    total: Statement | None


def compile_query(
    query: BoundQuery,
    *,
    relation: Relation,
    hits: Mapping[TextMatch, str] | None = None,
    dense: tuple[int, int] | None = None,
) -> Compiled:
    """The statements of a query.

    `relation`: catalogue, schema and name of the rows. `hits`: for each of `query.matches` the name of a relation with
    one column `id`. `dense`: the first and last `_seq` of the rows, if every number between them is in use.
    """
    known = hits or {}
    if query.group_by:
        page = grouped_page(query, relation, Writer(known))
        return Compiled(page, grouped_total(query, relation, Writer(known)))
    return Compiled(_page(query, relation, known, dense), _total(query, relation, known))


def _total(query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str]) -> Statement | None:
    if query.where is None:
        return None
    writer = Writer(hits)
    return statement(filtered(select(exp.Count(this=exp.Star())), relation, query.where, writer), writer)


def _page(
    query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str], dense: tuple[int, int] | None
) -> Statement | ByIds:
    if dense is not None and query.where is None and not query.order_by:
        return _range(query, relation, dense)
    if query.limit is not None and 0 < query.limit <= SHORT_PAGE:
        return ByIds(_ids(query, relation, hits), query, relation, hits)
    writer = Writer(hits)
    rows = filtered(_outputs(query, relation, writer), relation, query.where, writer)
    return statement(paged(_sorted(rows, query, writer), query), writer)


def _range(query: BoundQuery, relation: Relation, dense: tuple[int, int]) -> Statement:
    """Rows by their place, where places have no gaps."""
    writer = Writer()
    first = dense[0] + query.offset
    last = dense[1] if query.limit is None else min(dense[1], first + query.limit - 1)
    rows = _outputs(query, relation, writer).from_(rows_of(relation), copy=False)
    low, high = writer.parameter(first), writer.parameter(last)
    rows.set("where", exp.Where(this=exp.Between(this=column(SEQ), low=low, high=high)))
    return statement(_sorted(rows, query, writer), writer)


def _ids(query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str]) -> Statement:
    writer = Writer(hits)
    rows = filtered(select(column(ID)), relation, query.where, writer)
    return statement(paged(_sorted(rows, query, writer), query), writer)


def _outputs(query: BoundQuery, relation: Relation, writer: Writer) -> exp.Select:
    """The columns of the answer; without any (all fields are hidden) one of nulls, as SQL needs one."""
    items = [named(_output(one.expr, query, relation, writer), one.name) for one in query.outputs]
    return select(*items) if items else select(exp.Null())


def _output(expr: Expr, query: BoundQuery, relation: Relation, writer: Writer) -> exp.Expression:
    """A value of the row; an aggregate is that of all matching rows."""
    if not isinstance(expr, Aggregate):
        return writer.write(expr)
    every = select(writer.write(expr))
    return exp.Subquery(this=filtered(every, relation, query.where, writer))


def _sorted(rows: exp.Select, query: BoundQuery, writer: Writer) -> exp.Select:
    rows.set("order", exp.Order(expressions=list(_order(query, writer))))
    return rows


def _order(query: BoundQuery, writer: Writer) -> Iterator[exp.Ordered]:
    """As asked, then by `_seq`, so that pages are stable. An aggregate is the same in every row."""
    for one in query.order_by:
        if not isinstance(one.expr, Aggregate):
            key = sort_key(writer.write(one.expr), type_of(one.expr, query.schema))
            yield ordered(key, descending=one.descending)
    yield ordered(column(SEQ))
