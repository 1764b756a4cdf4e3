"""One consistent state of one generation."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.instance import Cursor, Instance, translated
from colonnade.engine.embedded.opened import OpenTable
from colonnade.engine.layout import META, ROWS, arrow_type, quoted, relation
from colonnade.engine.port import BATCH_ROWS, Hits, RowText, Selection
from colonnade.engine.sql.compile import ByIds, Compiled, compile_query, compile_stream
from colonnade.engine.sql.parts import Statement
from colonnade.errors import NotFound
from colonnade.generation import Mark
from colonnade.query.schema import SEQ, Field
from colonnade.query.tree import BoundQuery, Output, TextMatch

FEW = 500
"""Hits that stand in a statement one by one."""


class Snapshot:
    """An open transaction on a generation's file, with the state that it sees.

    `catalog` is the name of the file in SQL, also after the generation was dropped.
    """

    def __init__(self, cursor: Cursor, table: OpenTable, catalog: str, mark: Mark, last_live_id: int) -> None:
        self.cursor = cursor
        self.table = table
        self.catalog = catalog
        self.mark = mark
        self.last_live_id = last_live_id

    @property
    def rows(self) -> str:
        return relation(self.catalog)

    def number(self, sql: str) -> int | None:
        """The one number that a statement answers."""
        found = self.cursor.execute(sql).fetchone()
        assert found is not None
        value = found[0]
        return None if value is None else int(value)

    def definitions(self) -> tuple[str, ...]:
        """The columns of the rows as SQL defines them, in order."""
        described = self.cursor.execute(f"DESCRIBE {self.rows}").fetchall()
        return tuple(
            f"{quoted(name)} {kind}{'' if null == 'YES' else ' NOT NULL'}"
            for name, kind, null, *_ in described
        )


@contextmanager
def snapshot(instance: Instance, table: OpenTable) -> Iterator[Snapshot]:
    """Open a transaction and fix what it sees: DuckDB does so at the first touch of a file, not at BEGIN."""
    with instance.cursor() as cursor:
        yield begun(cursor, table)


def begun(cursor: Cursor, table: OpenTable) -> Snapshot:
    catalog = table.alias
    with translated():
        cursor.begin()
        try:
            found = cursor.execute(
                f"SELECT counter, last_seq, last_live_id FROM {relation(catalog, META)}"
            ).fetchone()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise NotFound("The rows are gone.", code="rows.unknown") from error
    if found is None:
        raise NotFound("The rows have no state.", code="rows.unknown")
    counter, seq, last_live_id = found
    return Snapshot(cursor, table, catalog, Mark(counter, seq), last_live_id)


class EmbeddedReading:
    """A `Reading`."""

    def __init__(self, state: Snapshot, watcher: Watcher) -> None:
        self._state = state
        self._watcher = watcher
        self._rows: int | None = None

    @property
    def mark(self) -> Mark:
        return self._state.mark

    @property
    def rows(self) -> int:
        if self._rows is None:
            with translated():
                self._rows = self._state.number(f"SELECT count(*) FROM {self._state.rows}") or 0
        return self._rows

    def select(self, query: BoundQuery, hits: Hits, *, seconds: float | None = None) -> Selection:
        """Page and total come from the same state. `seconds` bounds both together."""
        cursor = self._state.cursor
        with self._watcher.within(cursor, seconds), translated(), _registered(cursor, hits) as names:
            compiled = compile_query(
                query,
                relation=(self._state.catalog, "main", ROWS),
                hits=names,
                dense=self._dense() if _is_plain(query) else None,
            )
            page = self._page(compiled)
            total = _total_of(page.num_rows, query, hits)
            if total is None:
                total = self._total(compiled)
            return Selection(_typed(page, query.outputs), total)

    def stream(
        self,
        query: BoundQuery,
        hits: Hits,
        *,
        form: RowText | None = None,
        seconds: float | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[Any]:
        cursor = self._state.cursor
        with _registered(cursor, hits) as names:
            relation = (self._state.catalog, "main", ROWS)
            compiled = compile_stream(query, relation=relation, hits=names, form=form)
            with self._watcher.within(cursor, seconds), translated():
                reader = self._run(compiled).to_arrow_reader(batch_rows)
            with closing(reader):
                while True:
                    with self._watcher.within(cursor, seconds), translated():
                        batch = next(reader, None)
                    if batch is None:
                        return
                    yield batch if form is not None else _typed(batch, query.outputs)

    def _total(self, compiled: Compiled) -> int:
        if compiled.total is None:
            return self.rows
        found = self._run(compiled.total).fetchone()
        assert found is not None
        return int(found[0])

    def _page(self, compiled: Compiled) -> Any:
        page = compiled.page
        if isinstance(page, ByIds):
            page = page.rows(self._run(page.ids).fetchall())
        return self._run(page).to_arrow_table()

    def _run(self, statement: Statement) -> Cursor:
        return self._state.cursor.execute(statement.sql, list(statement.params))

    def _dense(self) -> tuple[int, int] | None:
        """The first and last `_seq` if there are no gaps, remembered until the next write."""
        state, known = self._state, self._state.table.dense
        if known is None or known[0] != state.mark.counter:
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


@contextmanager
def _registered(cursor: Cursor, hits: Hits) -> Iterator[dict[TextMatch, str | tuple[int, ...]]]:
    """The ids of each text condition as a relation that only this cursor sees, or if they are few as they are."""
    with ExitStack() as stack:
        names: dict[TextMatch, str | tuple[int, ...]] = {}
        for number, (match, ids) in enumerate(hits.items()):
            if len(ids) <= FEW:
                names[match] = tuple(ids.to_pylist())
                continue
            name = names[match] = f"hits_{number}"
            cursor.register(name, pa.table({"id": ids}))
            stack.callback(_forget, cursor, name)
        yield names


def _forget(cursor: Cursor, name: str) -> None:
    """After an error the transaction takes no statement, and the relation goes when the cursor is closed."""
    try:
        cursor.unregister(name)
    except duckdb.Error:
        return


def _total_of(rows: int, query: BoundQuery, hits: Hits) -> int | None:
    """The total, if it is known already: of a text condition alone by its hits, else by a page that is not full and
    so is the last one."""
    if isinstance(query.where, TextMatch) and not query.group_by:
        return len(hits[query.where])
    is_last = query.limit is None or rows < query.limit
    return query.offset + rows if is_last and (rows or not query.offset) else None


def _is_plain(query: BoundQuery) -> bool:
    return query.where is None and not query.order_by and not query.group_by


def _typed(table: Any, outputs: tuple[Output, ...]) -> Any:
    """The answer with the Arrow types that the outputs promise. Rows without a column are still counted."""
    if not outputs:
        return table.select([])
    types = [arrow_type(Field(one.name, one.name, one.type, multivalued=one.multivalued)) for one in outputs]
    wanted = pa.schema(list(zip((one.name for one in outputs), types, strict=True)))
    return table if table.schema.equals(wanted) else table.rename_columns(wanted.names).cast(wanted)
