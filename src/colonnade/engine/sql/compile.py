"""A bound query as DuckDB statements.

How a page is fetched decides its cost. Of 1 M rows with 13 columns, 100 rows: by a range of `_seq` 5 ms; sorted in
one statement 90-140 ms, because every column of the candidates is read; first the ids and then the rows by their ids
17 ms. Hence three forms: `BETWEEN` for plain browsing, ids first for short pages, one statement for long ones.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from colonnade.engine.port import RowText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.grouping import grouped_page, grouped_total
from colonnade.engine.sql.parts import (
    Relation,
    Statement,
    filtered,
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
from colonnade.engine.sql.pieces import column
from colonnade.engine.sql.texts import as_text, column_name
from colonnade.query.schema import ID, SEQ
from colonnade.query.tree import Aggregate, BoundQuery, Expr, FieldRef, Literal, TextMatch
from colonnade.query.types import type_of
from colonnade.query.walk import children, has_aggregate, walk

_ALL = "a"
"""The alias of the one row that holds the aggregates over all matching rows."""

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
        writer = _writer(self.query, self.hits)
        known = _known(self.query)
        query = _outputs(self.query, self.relation, writer, known)
        # Literals, because DuckDB looks up literals in the index on `_id`, twice as fast as parameters.
        options: list[exp.Expression] = [exp.Literal.number(one) for one in ids]
        wanted = exp.In(this=column(ID), expressions=options) if ids else exp.Boolean(this=False)
        query.set("where", exp.Where(this=wanted))
        return statement(_sorted(query, self.query, writer, known), writer)


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
        page = grouped_page(query, relation, _writer(query, known))
        return Compiled(page, grouped_total(query, relation, _writer(query, known)))
    return Compiled(_page(query, relation, known, dense), _total(query, relation, known))


def compile_stream(
    query: BoundQuery, *, relation: Relation, hits: Mapping[TextMatch, str], form: RowText | None = None
) -> Statement:
    """The one statement of a long answer: a column for each output, or with `form` the column of texts.

    Without an order of its own it has none: DuckDB keeps the order of the rows in the file, which is about that of
    `_seq`, and needs no room for them.
    """
    numbered = tuple(replace(one, name=column_name(at)) for at, one in enumerate(query.outputs))
    # DuckDB's names know no case, those of an answer do.
    rows = _streamed(replace(query, outputs=numbered), relation, hits)
    return rows if form is None else as_text(rows, query, form, Writer(query.schema))


def _streamed(query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str]) -> Statement:
    writer, known = _writer(query, hits), _known(query)
    if query.group_by:
        return grouped_page(query, relation, writer)
    rows = where_clause(_outputs(query, relation, writer, known), query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known) if query.order_by else rows, query), writer)


def _writer(query: BoundQuery, hits: Mapping[TextMatch, str]) -> Writer:
    return Writer(query.schema, hits)


def _total(query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str]) -> Statement | None:
    if query.where is None:
        return None
    writer = _writer(query, hits)
    return statement(filtered(select(exp.Count(this=exp.Star())), relation, query.where, writer), writer)


def _page(
    query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str], dense: tuple[int, int] | None
) -> Statement | ByIds:
    if dense is not None and query.where is None and not query.order_by:
        return _range(query, relation, dense)
    if query.limit is not None and 0 < query.limit <= SHORT_PAGE:
        return ByIds(_ids(query, relation, hits), query, relation, hits)
    writer, known = _writer(query, hits), _known(query)
    rows = where_clause(_outputs(query, relation, writer, known), query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known), query), writer)


def _range(query: BoundQuery, relation: Relation, dense: tuple[int, int]) -> Statement:
    """Rows by their place, where places have no gaps."""
    writer, known = _writer(query, {}), _known(query)
    first = dense[0] + query.offset
    last = dense[1] if query.limit is None else min(dense[1], first + query.limit - 1)
    rows = _outputs(query, relation, writer, known)
    low, high = writer.parameter(first), writer.parameter(last)
    rows.set("where", exp.Where(this=exp.Between(this=column(SEQ), low=low, high=high)))
    return statement(_sorted(rows, query, writer, known), writer)


def _ids(query: BoundQuery, relation: Relation, hits: Mapping[TextMatch, str]) -> Statement:
    writer, known = _writer(query, hits), _aggregates(_varying(query))
    rows = select(column(ID)).from_(rows_of(relation), copy=False)
    _join_aggregates(rows, known, query, relation, writer)
    where_clause(rows, query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known), query), writer)


def _known(query: BoundQuery) -> tuple[Aggregate, ...]:
    return _aggregates([*(one.expr for one in query.outputs), *_varying(query)])


def _outputs(query: BoundQuery, relation: Relation, writer: Writer, known: Sequence[Aggregate]) -> exp.Select:
    """The columns of the answer from the rows; without any (all fields are hidden) one of nulls, as SQL needs one."""
    values = writer.over(_columns(known))
    items = [named(values.write(one.expr), one.name) for one in query.outputs]
    rows = (select(*items) if items else select(exp.Null())).from_(rows_of(relation), copy=False)
    _join_aggregates(rows, known, query, relation, writer)
    return rows


def _aggregates(exprs: Iterable[Expr]) -> tuple[Aggregate, ...]:
    found = (part for expr in exprs for part in walk(expr) if isinstance(part, Aggregate))
    return tuple(dict.fromkeys(found))


def _columns(known: Sequence[Aggregate]) -> dict[Expr, exp.Expression]:
    return {one: column(f"a{at}", _ALL) for at, one in enumerate(known)}


def _join_aggregates(
    rows: exp.Select, known: Sequence[Aggregate], query: BoundQuery, relation: Relation, writer: Writer
) -> None:
    """Aggregates over all matching rows, taken once and put beside every row."""
    if not known:
        return
    items = [named(writer.write(one), f"a{at}") for at, one in enumerate(known)]
    every = filtered(select(*items), relation, query.where, writer)
    beside = exp.Subquery(this=every, alias=exp.TableAlias(this=identifier(_ALL)))
    rows.append("joins", exp.Join(this=beside, kind="CROSS"))


def _varying(query: BoundQuery) -> list[Expr]:
    """What the rows are sorted by; without what is the same in every row."""
    return [one.expr for one in query.order_by if _varies(one.expr)]


def _varies(expr: Expr) -> bool:
    """Whether it holds more than aggregates and constants."""
    if isinstance(expr, Aggregate | Literal):
        return False
    return isinstance(expr, FieldRef) or not has_aggregate(expr) or any(map(_varies, children(expr)))


def _sorted(rows: exp.Select, query: BoundQuery, writer: Writer, known: Sequence[Aggregate]) -> exp.Select:
    rows.set("order", exp.Order(expressions=list(_order(query, writer.over(_columns(known))))))
    return rows


def _order(query: BoundQuery, writer: Writer) -> Iterator[exp.Ordered]:
    """As asked, then by `_seq`, so that pages are stable. An aggregate is the same in every row."""
    for one in query.order_by:
        if _varies(one.expr):
            value = writer.write(one.expr)
            yield ordered(sort_key(value, type_of(one.expr, query.schema)), descending=one.descending)
    yield ordered(column(SEQ))
