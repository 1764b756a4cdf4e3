"""A bound query as DuckDB statements.

How a page is fetched decides its cost. Of 1 M rows with 13 columns, 100 rows: by a range of `_seq` 5 ms; sorted in
one statement 90-140 ms, because every column of the candidates is read; first the ids and then the rows by their ids
17 ms; the same where the rows lie near each other, by the condition again inside their range of `_seq`, 13 ms; the first
that fulfil it, where the file is in the order of `_seq`, 2 ms. Hence the forms: `BETWEEN` for plain browsing, a limit
without an order where that is the order of the file, else two steps for short pages, one statement for long ones and for hits that fit in one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from colonnade.engine.port import RowText
from colonnade.engine.sql.expressions import Hits, Spread, Writer, ids_among
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
from colonnade.engine.sql.pieces import column, text_of
from colonnade.engine.sql.texts import as_text, column_name
from colonnade.query.schema import ID, SEQ
from colonnade.query.tree import Aggregate, BoundQuery, Expr, FieldRef, Literal, TextMatch
from colonnade.query.types import type_of
from colonnade.query.walk import children, has_aggregate, walk

_PLACE = text_of(column(SEQ))

_ALL = "a"
"""The alias of the one row that holds the aggregates over all matching rows."""

SHORT_PAGE = 1_000
"""Rows. Up to here a page is fetched by ids; the ids stand in the statement, and writing them costs time too."""

NEAR = 20_000
"""Places of `_seq` that are looked through again sooner than their rows are looked up by ids."""

GAP = 2_048
"""Places that DuckDB unpacks together. Rows further from each other are not near."""

FEWEST = 10
"""Rows of a range that are found sooner in it than by their ids."""


@dataclass(frozen=True)
class Placed:
    """Rows in no order, with their `_seq` as one column more at the end: who asks puts them in order, which takes DuckDB
    1 ms for 100 rows."""

    statement: Statement


@dataclass(frozen=True)
class Listed:
    """A page of rows by their ids, which are said when it is run: it is asked again and again, each time for others."""

    query: BoundQuery
    relation: Relation
    writer: Writer

    def among(self, ids: Iterable[int]) -> Placed:
        return self._where(ids_among(ids), self.writer.anew())

    @property
    def shape(self) -> str:
        return self._outputs.sql

    @cached_property
    def _outputs(self) -> Statement:
        """Every row."""
        writer = self.writer.anew()
        rows = _outputs(self.query, self.relation, writer, _known(self.query), column(SEQ))
        return statement(rows, writer)

    def _where(self, condition: exp.Expression, writer: Writer) -> Placed:
        where = text_of(exp.Where(this=condition))
        return Placed(Statement(f"{self._outputs.sql}{where}", (*self._outputs.params, *writer.params)))


@dataclass(frozen=True)
class ByIds(Listed):
    """A page in two steps: run `ids` (`_id` and `_seq` of the page's rows, in its order), then `rows` of these."""

    ids: Statement

    def rows(self, found: Sequence[tuple[int, int]]) -> Placed:
        writer = self.writer.anew()
        return self._where(self._wanted(found, writer), writer)

    def _wanted(self, found: Sequence[tuple[int, int]], writer: Writer) -> exp.Expression:
        where = self.query.where
        first, last = (found[0][1], found[-1][1]) if found else (0, 0)
        if self.query.order_by or where is None or not found or last - first > NEAR:
            return _near(found)
        if any(
            isinstance(one, str) for one in writer.hits.values()
        ):  # 3 ms; to join very many hits again, 29
            return exp.And(this=ids_among(one for one, _ in found), expression=_between(first, last))
        # In their own order, all between the first and the last that fulfil the condition are of the page.
        return exp.And(this=exp.Paren(this=writer.condition(where)), expression=_between(first, last))


@dataclass(frozen=True)
class Compiled:
    """What to run for a query.

    `page` gives one column an output, in order, under its name. `total` gives one number, the matching rows or the
    groups before limit and offset; None: every row of the table counts.
    """

    page: Statement | Placed | Listed
    total: Statement | None


def compile_query(
    query: BoundQuery,
    *,
    relation: Relation,
    hits: Hits | None = None,
    dense: tuple[int, int] | None = None,
    with_total: bool = True,
    in_place: bool = False,
    is_listed: bool = False,
) -> Compiled:
    """The statements of a query.

    `relation`: catalogue, schema and name of the rows. `hits`: of each of `query.matches`. `dense`: the first and last `_seq` of the rows, if every number between them is in use. `with_total`: nobody knows it yet. `in_place`: the rows lie in the file in the order of `_seq`. `is_listed`: the page has room for all rows that
    count, whose ids are known when it is run.
    """
    writer = _writer(query, hits or {}, relation)
    if query.group_by:
        page = grouped_page(query, relation, writer.anew())
        return Compiled(page, grouped_total(query, relation, writer.anew()) if with_total else None)
    if is_listed:
        return Compiled(Listed(query, relation, writer), None)
    total = _total(query, relation, writer.anew()) if with_total else None
    if in_place and _ends_soon(query) and all(isinstance(one, Spread) for one in writer.hits.values()):
        return Compiled(_first(query, relation, writer.anew()), total)
    return Compiled(_page(query, relation, writer, dense), total)


def compile_stream(
    query: BoundQuery, *, relation: Relation, hits: Hits, form: RowText | None = None
) -> Statement:
    """The one statement of a long answer: a column for each output, or with `form` the column of texts.

    Without an order of its own it has none: DuckDB keeps the order of the rows in the file, which is about that of
    `_seq`, and needs no room for them.
    """
    numbered = tuple(replace(one, name=column_name(at)) for at, one in enumerate(query.outputs))
    # DuckDB's names know no case, those of an answer do.
    rows = _streamed(replace(query, outputs=numbered), relation, hits)
    return rows if form is None else as_text(rows, query, form, Writer(query.schema))


def _streamed(query: BoundQuery, relation: Relation, hits: Hits) -> Statement:
    writer, known = _writer(query, hits, relation), _known(query)
    if query.group_by:
        return grouped_page(query, relation, writer)
    rows = where_clause(_outputs(query, relation, writer, known), query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known) if query.order_by else rows, query), writer)


def _writer(query: BoundQuery, hits: Hits, relation: Relation) -> Writer:
    return Writer(
        query.schema,
        hits,
        prepared=relation.prepared,
        has_many_rows=relation.has_many_rows,
        plain=relation.plain,
    )


def _total(query: BoundQuery, relation: Relation, writer: Writer) -> Statement | None:
    if query.where is None:
        return None
    return statement(filtered(select(exp.Count(this=exp.Star())), relation, query.where, writer), writer)


def _page(
    query: BoundQuery, relation: Relation, unused: Writer, dense: tuple[int, int] | None
) -> Statement | Placed | Listed:
    if dense is not None and query.where is None and not query.order_by:
        return _range(query, relation, dense, unused.anew())
    if _fit(query, unused.hits):
        query = replace(query, limit=None)  # with a limit DuckDB takes 70 ms instead of 12, past the index
    elif relation.has_ids and query.limit is not None and 0 < query.limit <= SHORT_PAGE:
        return ByIds(query, relation, unused, _ids(query, relation, unused.anew()))
    writer, known = unused.anew(), _known(query)
    rows = where_clause(_outputs(query, relation, writer, known), query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known), query), writer)


def _fit(query: BoundQuery, hits: Hits) -> bool:
    """Whether the page has room for all rows that count, by their ids."""
    found = hits.get(query.where) if isinstance(query.where, TextMatch) else None
    return isinstance(found, tuple) and not query.offset and len(found) <= (query.limit or 0)


def _ends_soon(query: BoundQuery) -> bool:
    """Whether the rows of the page are the first that fulfil the condition, or follow them soon: no others are read."""
    is_asked = query.where is not None and not query.order_by and query.limit is not None
    return is_asked and query.offset + (query.limit or 0) <= NEAR and not _known(query)


def _first(query: BoundQuery, relation: Relation, writer: Writer) -> Placed:
    """Without an order of its own DuckDB keeps that of the file, also with a limit."""
    rows = _outputs(query, relation, writer, (), column(SEQ))
    return Placed(statement(paged(where_clause(rows, query.where, writer), query), writer))


def _range(query: BoundQuery, relation: Relation, dense: tuple[int, int], writer: Writer) -> Placed:
    """Rows by their place, where places have no gaps."""
    rows = _outputs(query, relation, writer, _known(query), column(SEQ))
    low, high = map(writer.parameter, _places(query, dense))
    rows.set("where", exp.Where(this=exp.Between(this=column(SEQ), low=low, high=high)))
    return Placed(statement(rows, writer))


def _places(query: BoundQuery, dense: tuple[int, int]) -> tuple[int, int]:
    first = dense[0] + query.offset
    return first, dense[1] if query.limit is None else min(dense[1], first + query.limit - 1)


def in_range(compiled: Compiled, query: BoundQuery, dense: tuple[int, int]) -> Compiled:
    """Another page of rows by their place."""
    page = compiled.page
    assert isinstance(page, Placed)
    sql, params = page.statement.sql, (*page.statement.params[:-2], *_places(query, dense))
    return Compiled(Placed(Statement(sql, params)), compiled.total)


def _near(found: Sequence[tuple[int, int]]) -> exp.Expression:
    """Rows by their ids. Where they lie near each other they are looked for there, 100 rows in 4 ms instead of 12: one
    that is looked up by its id is unpacked by itself."""
    wanted = ids_among(one for one, _ in found)
    ranges = _ranges(sorted(seq for _, seq in found))
    is_dense = 0 < len(ranges) * FEWEST <= len(found)
    if not is_dense or sum(last - first for first, last in ranges) > NEAR:
        return wanted
    # A text of our own numbers, as the ids are one.
    there = " OR ".join(f"{_PLACE} BETWEEN {first} AND {last}" for first, last in ranges)
    return exp.And(this=wanted, expression=exp.Paren(this=exp.Var(this=there)))


def _ranges(places: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of those that are near each other."""
    found: list[tuple[int, int]] = []
    for one in places:
        if found and one - found[-1][1] <= GAP:
            found[-1] = found[-1][0], one
        else:
            found.append((one, one))
    return found


def _between(first: int, last: int) -> exp.Expression:
    low, high = exp.Literal.number(first), exp.Literal.number(last)
    return exp.Between(this=column(SEQ), low=low, high=high)


def _ids(query: BoundQuery, relation: Relation, writer: Writer) -> Statement:
    known = _aggregates(_varying(query))
    rows = select(column(ID), column(SEQ)).from_(rows_of(relation), copy=False)
    _join_aggregates(rows, known, query, relation, writer)
    where_clause(rows, query.where, writer)
    return statement(paged(_sorted(rows, query, writer, known), query), writer)


def _known(query: BoundQuery) -> tuple[Aggregate, ...]:
    return _aggregates([*(one.expr for one in query.outputs), *_varying(query)])


def _outputs(
    query: BoundQuery,
    relation: Relation,
    writer: Writer,
    known: Sequence[Aggregate],
    *besides: exp.Expression,
) -> exp.Select:
    """The columns of the answer from the rows, and others; without any (all fields are hidden) one of nulls, as SQL needs
    one."""
    values = writer.over(_columns(known))
    items = [*(named(values.write(one.expr), one.name) for one in query.outputs), *besides]
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
    """As asked, then by `_seq`, so that pages are stable. An aggregate is the same in every row. A bare column lets DuckDB
    leave out whatever lies behind the rows that it has already: 2 ms instead of 20."""
    for one in query.order_by:
        if _varies(one.expr):
            value = writer.write(one.expr)
            is_plain = isinstance(one.expr, FieldRef) and one.expr.name in writer.plain
            key = value if is_plain else sort_key(value, type_of(one.expr, query.schema))
            yield ordered(key, descending=one.descending)
    yield ordered(column(SEQ))
