"""One consistent state of one generation."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import lru_cache, partial
from typing import Any

import duckdb
import pyarrow as pa

from colonnade.engine.embedded.bitmaps import bits_of, spread_of
from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.instance import Cursor, translated
from colonnade.engine.embedded.known import Columns
from colonnade.engine.embedded.lanes import Lanes
from colonnade.engine.embedded.ordering import in_order
from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.embedded.turns import Turns, Weight
from colonnade.engine.layout import ROWS, arrow_type
from colonnade.engine.port import BATCH_ROWS, Hits, RowText, Selection
from colonnade.engine.sql.compile import ByIds, Compiled, Listed, Placed, compile_stream
from colonnade.engine.sql.expressions import Spread
from colonnade.engine.sql.kept import compiled, streamed
from colonnade.engine.sql.offsets import MANY_ROWS
from colonnade.engine.sql.parts import Relation, Statement
from colonnade.engine.sql.pieces import Bits
from colonnade.generation import Mark
from colonnade.query.schema import ID, SEQ, Field, FieldType
from colonnade.query.tree import Aggregate, BoundQuery, Output, TextMatch
from colonnade.query.walk import has_aggregate, walk

FEW = 500
"""Hits that stand in a statement one by one."""

SHORT_ROWS = 50_000
"""So many are looked at as soon as a few of them are fetched."""

LONG_ROWS = 100_000
"""An answer that may have more rows than this is long: its batches are made in a lane of their own."""

COSTLY_ROWS = 1_000_000
"""Of a table with so many rows, what has to keep every different value is heavy: nothing bounds its memory."""

COSTLY = frozenset({"median", "percentile", "envelope"})

Names = Mapping[TextMatch, str | tuple[int, ...] | Spread]
"""As what the ids of each text condition stand in a statement; see `engine.sql.expressions.Hits`."""


class EmbeddedReading:
    """A `Reading`."""

    def __init__(self, state: Snapshot, watcher: Watcher, lanes: Lanes) -> None:
        self._state = state
        self._watcher = watcher
        self._lanes = lanes
        self._turns = Turns(lanes, state.renew)
        self._rows: int | None = None
        self._hits: Hits = {}
        self._bits: dict[TextMatch, bytes] = {}

    @property
    def mark(self) -> Mark:
        return self._state.mark

    @property
    def rows(self) -> int:
        if self._rows is None:
            state, known = self._state, self._state.table.counted
            if known is None or known[0] != state.mark.counter:
                with state.asked():
                    number = state.number(f"SELECT count(*) FROM {state.rows}") or 0
                known = state.table.counted = (state.mark.counter, number)
            self._rows = known[1]
        return self._rows

    @property
    def in_id_order(self) -> bool:
        """Never of a long table that is written live: each write would have it looked at anew."""
        state, table = self._state, self._state.table
        known = table.in_id_order
        if known is None or known[0] != state.mark.counter:
            if table.takes_writes and state.mark.seq > SHORT_ROWS:
                return False
            known = table.in_id_order = (state.mark.counter, self._go_together(ID, SEQ))
        return known[1]

    @property
    def _in_place(self) -> bool:
        """Whether the rows lie in the file in the order of `_seq`, as every build writes them."""
        table = self._state.table
        if table.takes_writes:
            return False
        if table.in_place is None:
            table.in_place = self._go_together(SEQ, "rowid")
        return table.in_place

    def _go_together(self, one: str, other: str) -> bool:
        """Whether two numbers of every row are equally far from each other."""
        with self._state.asked():
            spread = self._state.number(
                f"SELECT max({one} - {other}) - min({one} - {other}) FROM {self._state.rows}"
            )
        return spread == 0

    def select(self, query: BoundQuery, hits: Hits, *, seconds: float | None = None) -> Selection:
        """Page and total come from the same state. `seconds` bounds both together, without waiting for a lane."""
        query, relation, seconds = self._prepared(query, seconds)
        listed = _listed(query, hits)
        names = self._named({} if listed is not None else hits)
        dense = self._dense() if _is_plain(query) else None
        with_total = _found_alone(query) is None
        is_joined = any(not isinstance(one, Spread) for one in names.values())
        in_place = query.where is not None and not is_joined and self._in_place
        written = compiled(
            query,
            relation,
            names,
            dense=dense,
            with_total=with_total,
            in_place=in_place,
            is_listed=listed is not None,
        )
        answer = partial(self._answer, written, query, hits, names)
        # So many places of the file, wherever they are, are light however long they take on a busy machine.
        is_light = dense is not None and query.limit is not None and query.limit <= LONG_ROWS
        weight = Weight.LIGHT if is_light else self._weight(query)
        return self._turns.take(_shape(written), answer, seconds, weight)

    def stream(
        self,
        query: BoundQuery,
        hits: Hits,
        *,
        form: RowText | None = None,
        seconds: float | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[Any]:
        names = self._named(hits)
        query, relation, _ = self._prepared(query, seconds)
        statement = (
            streamed(query, relation, names)
            if form is None
            else compile_stream(query, relation=relation, hits=names, form=form)
        )
        is_long = self._is_long(query)
        with ExitStack() as stack:
            begin = partial(self._begin, stack, statement, hits, names, batch_rows)
            if is_long and _is_simple(query):
                reader, batch = self._lanes.batches.run(partial(begin, seconds))
            else:
                weight = Weight.HEAVY if is_long else self._weight(query)
                reader, batch = self._turns.take(statement.sql, begin, seconds, weight)
            following = partial(self._following, reader, seconds)
            while batch is not None:
                yield batch if form is not None else typed(batch, query.outputs)
                batch = self._lanes.batches.run(following, is_begun=True) if is_long else following()

    def _prepared(
        self, query: BoundQuery, seconds: float | None
    ) -> tuple[BoundQuery, Relation, float | None]:
        """A query by what is known of the columns, what its statement has to know of the table, and what is left of the
        seconds."""
        state, until = self._state, None if seconds is None else time.monotonic() + seconds
        columns = Columns(state, self._turns, self._watcher, until)
        query, plain = columns.counted(query), columns.plain(query)
        has_many_rows = state.mark.seq >= MANY_ROWS
        relation = Relation(state.catalog, "main", ROWS, state.prepared, has_many_rows, plain=plain)
        return query, relation, None if until is None else until - time.monotonic()

    def _is_long(self, query: BoundQuery) -> bool:
        return min(self._state.mark.seq, query.limit or self._state.mark.seq) > LONG_ROWS

    def _weight(self, query: BoundQuery) -> Weight:
        if self._state.mark.seq < COSTLY_ROWS:
            return Weight.UNKNOWN
        used = (*(one.expr for one in query.outputs), *(one.expr for one in query.order_by))
        aggregates = (part for expr in used for part in walk(expr) if isinstance(part, Aggregate))
        is_costly = any(one.distinct or one.function in COSTLY for one in aggregates)
        return Weight.HEAVY if is_costly else Weight.UNKNOWN

    def _answer(
        self, compiled: Compiled, query: BoundQuery, hits: Hits, names: Names, seconds: float | None
    ) -> Selection:
        cursor, counted = self._state.cursor, False
        with self._watcher.within(cursor, seconds), self._state.asked(), registered(cursor, hits, names):
            page = self._page(compiled, query, hits)
            total = _total_of(page.num_rows, query, hits)
            if total is None:
                total = self._known_total(compiled)
            if total is None:
                total, counted = self._total(compiled), True
        # Only now is it sure that the state is the one that was assumed.
        if counted and compiled.total is not None and not any(isinstance(one, str) for one in names.values()):
            self._state.table.totals.note(compiled.total, self.mark.counter, total)
        return Selection(typed(page, query.outputs), total)

    def _begin(
        self,
        stack: ExitStack,
        statement: Statement,
        hits: Hits,
        names: Names,
        batch_rows: int,
        seconds: float | None,
    ) -> tuple[Any, Any]:
        """The reader of a long answer, and its first batch; None if it has none. What it needs is left on the stack, by a
        try that succeeds."""
        cursor = self._state.cursor
        with ExitStack() as begun:
            with self._watcher.within(cursor, seconds), self._state.asked():
                begun.enter_context(registered(cursor, hits, names))
                reader = begun.enter_context(closing(self._run(statement).to_arrow_reader(batch_rows)))
                batch = next(reader, None)
            stack.push(begun.pop_all())
        return reader, batch

    def _following(self, reader: Any, seconds: float | None) -> Any:
        with self._watcher.within(self._state.cursor, seconds), translated():
            return next(reader, None)

    def _known_total(self, compiled: Compiled) -> int | None:
        """Whoever turns pages asks for it again and again."""
        if compiled.total is None:
            return None
        return self._state.table.totals.known(compiled.total, self.mark.counter)

    def _total(self, compiled: Compiled) -> int:
        if compiled.total is None:
            return self.rows
        found = self._run(compiled.total).fetchone()
        assert found is not None
        return int(found[0])

    def _page(self, compiled: Compiled, query: BoundQuery, hits: Hits) -> Any:
        page = compiled.page
        if isinstance(page, ByIds):
            found = self._run(page.ids).fetchall()
            rows = fetched(self._run(page.rows(found).statement))
            return in_order(rows, pa.array([seq for _, seq in found], pa.int64()))
        if isinstance(page, Listed):
            page = page.among(_listed(query, hits) or ())
        if isinstance(page, Placed):
            return in_order(fetched(self._run(page.statement)))
        return fetched(self._run(page))

    def _run(self, statement: Statement) -> Cursor:
        params = [self._bits_of(one.match) if isinstance(one, Bits) else one for one in statement.params]
        return self._state.cursor.execute(statement.sql, params)

    def _named(self, hits: Hits) -> Names:
        """As what the hits stand in the statements of the next query."""
        self._hits, self._bits = hits, {}
        return {match: form_of(number, ids) for number, (match, ids) in enumerate(hits.items())}

    def _bits_of(self, match: TextMatch) -> bytes:
        if match not in self._bits:
            self._bits[match] = bits_of(self._hits[match])
        return self._bits[match]

    def _dense(self) -> tuple[int, int] | None:
        """The first and last `_seq` if there are no gaps, remembered until the next write."""
        state, known = self._state, self._state.table.dense
        if known is None or known[0] != state.mark.counter:
            with state.asked():
                found = state.cursor.execute(
                    f"SELECT count(*), min({SEQ}), max({SEQ}) FROM {state.rows}"
                ).fetchone()
            assert found is not None
            count, first, last = found
            dense = (first, last) if count and last - first + 1 == count else None
            known = state.table.dense = (state.mark.counter, dense)
        if known[1] is not None:
            self._rows = known[1][1] - known[1][0] + 1
        return known[1]


def form_of(number: int, ids: Any) -> str | tuple[int, ...] | Spread:
    return tuple(ids.to_pylist()) if len(ids) <= FEW else spread_of(ids) or f"hits_{number}"


@contextmanager
def registered(cursor: Cursor, hits: Hits, names: Names) -> Iterator[None]:
    """The ids of each text condition that has a name as a relation that only this cursor sees."""
    with ExitStack() as stack:
        for match, name in names.items():
            if isinstance(name, str):
                cursor.register(name, pa.table({"id": hits[match]}))
                stack.callback(_forget, cursor, name)
        yield


def _forget(cursor: Cursor, name: str) -> None:
    """After an error the transaction takes no statement, and the relation goes when the cursor is closed."""
    try:
        cursor.unregister(name)
    except duckdb.Error:
        return


def _total_of(rows: int, query: BoundQuery, hits: Hits) -> int | None:
    """The total, if it is known already: of a text condition alone by its hits, else by a page that is not full and
    so is the last one."""
    alone = _found_alone(query)
    if alone is not None:
        return len(hits[alone])
    is_last = query.limit is None or rows < query.limit
    return query.offset + rows if is_last and (rows or not query.offset) else None


def _listed(query: BoundQuery, hits: Hits) -> tuple[int, ...] | None:
    """The ids of a text condition alone, where they are few and the page has room for all of them."""
    alone = None if query.order_by or query.offset else _found_alone(query)
    if alone is None or any(has_aggregate(one.expr) for one in query.outputs):
        return None
    ids = hits[alone]
    has_room = len(ids) <= FEW and (query.limit is None or len(ids) <= query.limit)
    return tuple(ids.to_pylist()) if has_room else None


def _found_alone(query: BoundQuery) -> TextMatch | None:
    """The text condition that says by itself which rows there are."""
    return query.where if isinstance(query.where, TextMatch) and not query.group_by else None


def _shape(compiled: Compiled) -> str:
    page = compiled.page
    if isinstance(page, ByIds):
        return page.ids.sql
    if isinstance(page, Listed):
        return page.shape
    return page.statement.sql if isinstance(page, Placed) else page.sql


def _is_simple(query: BoundQuery) -> bool:
    """The first rows do not need the last ones."""
    return not (query.group_by or query.order_by or any(has_aggregate(one.expr) for one in query.outputs))


def _is_plain(query: BoundQuery) -> bool:
    """A page by its place. An aggregate takes all rows, even for one row of the answer."""
    is_page = query.where is None and not query.order_by and not query.group_by
    return is_page and not any(has_aggregate(one.expr) for one in query.outputs)


def typed(table: Any, outputs: tuple[Output, ...]) -> Any:
    """The answer with the Arrow types that the outputs promise. Rows without a column are still counted."""
    if not outputs:
        return table.select([])
    wanted = _promised(tuple((one.name, one.type, one.multivalued) for one in outputs))
    return table if table.schema.equals(wanted) else table.rename_columns(wanted.names).cast(wanted)


@lru_cache(maxsize=512)
def _promised(outputs: tuple[tuple[str, FieldType, bool], ...]) -> Any:
    types = [arrow_type(Field(name, name, kind, multivalued=several)) for name, kind, several in outputs]
    return pa.schema(list(zip((name for name, _, _ in outputs), types, strict=True)))


def fetched(cursor: Cursor) -> Any:
    """A page as an Arrow table. By way of a reader, which takes a quarter of the time of `to_arrow_table`."""
    return cursor.to_arrow_reader(LONG_ROWS).read_all()
