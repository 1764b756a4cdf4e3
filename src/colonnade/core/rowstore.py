"""The rows of every table and their text index, as one thing. It knows no business: who may, and why, is above.

The rows are the truth and the index follows them: a write is a transaction of the rows, then a change of the index,
both under the table's latch. If the process dies before the index is on the disk, it is behind, and whoever needs it
next lets it take up what it lacks. Readers take no latch: they pair a reading with the searcher of the same mark.
"""

import datetime as dt
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from colonnade.core import countdown, firsthits, replaying
from colonnade.core.hits import HitCache
from colonnade.core.marks import Marks
from colonnade.engine.port import (
    BATCH_ROWS,
    Delete,
    Engine,
    Join,
    Reading,
    RowText,
    Selection,
    StateGoneError,
    Upsert,
    Written,
)
from colonnade.errors import Unavailable
from colonnade.generation import START, GenerationRef, Mark, TextChanges
from colonnade.index.port import IndexBrokenError, IndexStore, TextSearcher
from colonnade.latches import Latches
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery, TextMatch

TRIES = 3
"""How often a reader looks for a matching pair before it takes the latch."""

POLL_SECONDS = 0.002
PATIENCE_SECONDS = 5.0
"""How long a reader waits for the second commit of a write, before it waits for the latch instead."""

FOREVER = -1.0

Side = tuple[GenerationRef, Schema]
"""A table of two, with its whole schema."""


class RowStore:
    """Any thread may call anything. Errors are those of the engine's port, and `Unavailable` with code
    `index.broken` when the index cannot even be made anew."""

    def __init__(self, engine: Engine, index: IndexStore) -> None:
        self._engine = engine
        self._index = index
        self._latches: Latches[str] = Latches()
        self._hits = HitCache()
        self.marks = Marks(engine.mark)

    def latch(self, table: str) -> AbstractContextManager[None]:
        """While it is held, nobody else writes or swaps this table. Re-entrant. Every method that writes takes it
        by itself."""
        return self._latches.hold(table)

    def create(self, ref: GenerationRef, schema: Schema) -> None:
        """Make an empty generation that takes live rows, in the place of what an interrupted call left."""
        with self.latch(ref.table):
            self._engine.create(ref, schema)
            self.marks.forget(ref)
            with _unavailable():
                self._index.create(ref, schema, (), START)

    def write(self, ref: GenerationRef, schema: Schema, change: Upsert | Delete, at: dt.datetime) -> Written:
        """Do one change. When it returns the rows are durable, readable and searchable. `at` is naive UTC."""
        with self.latch(ref.table):
            written = self._engine.write(ref, schema, change, at)
            self.marks.note(ref, written.mark)
            self._follow(ref, schema, written.mark, written.texts)
            return written

    def select(
        self, ref: GenerationRef, schema: Schema, query: BoundQuery, seconds: float | None = None
    ) -> Selection:
        """Answer a query from one state of rows and index. `schema` is the whole schema of the generation. `seconds`
        bounds search and query together."""
        until = None if seconds is None else time.monotonic() + seconds
        for _ in range(TRIES):
            with suppress(StateGoneError):
                return self._selected(ref, schema, query, until)
        raise countdown.too_late()

    def stream(
        self,
        ref: GenerationRef,
        schema: Schema,
        query: BoundQuery,
        *,
        form: RowText | None = None,
        seconds: float | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Generator[Any]:
        """The rows of an answer as record batches, from one state, which stays open until the end or until the
        generator is closed. As `Reading.stream`; `seconds` bounds the search, and then each batch."""
        try:
            yield from self._streamed(ref, schema, query, form, seconds, batch_rows)
        except IndexBrokenError:  # before the first row: the index is not asked later
            self.repair_index(ref, schema)
            with _unavailable():
                yield from self._streamed(ref, schema, query, form, seconds, batch_rows)

    def join(self, left: Side, right: Side, join: Join, seconds: float | None = None) -> Selection:
        """Answer a question about the rows of two tables from one state of each and of their indexes. As `select`."""
        until = None if seconds is None else time.monotonic() + seconds
        asked = ((left, join.left), (right, join.right))
        for _ in range(TRIES):
            with suppress(StateGoneError), self._engine.read_both(left[0], right[0]) as reading:
                pairs = zip(asked, reading.marks, strict=True)
                one, other = (self._hits_at(side[0], mark, query, until) for (side, query), mark in pairs)
                if one is not None and other is not None:
                    return reading.select(join, (one, other), seconds=countdown.remaining(until))
            for (ref, schema), query in asked:
                if query.matches:
                    self.ensure_index(ref, schema)
        raise countdown.too_late()

    def count(self, ref: GenerationRef) -> int:
        """How many rows there are."""
        if (known := self.marks.count(ref)) is not None:
            return known
        for _ in range(TRIES):
            with suppress(StateGoneError), self._engine.read(ref) as reading:
                return self.marks.note_count(ref, rows=reading.rows, mark=reading.mark)
        raise countdown.too_late()

    def mark(self, ref: GenerationRef) -> Mark:
        return self._engine.mark(ref)

    def live_ids(self, ref: GenerationRef) -> int:
        """The last `_id` that a live write gave out."""
        return self._engine.live_ids(ref)

    def export_rows(
        self, ref: GenerationRef, target: Path, *, sources: Sequence[str], excluded: bool = False
    ) -> Mark:
        """Write the rows of these sources (`excluded`: of all others) to a Parquet file, all columns, by `_seq`.
        Returns the mark of the state that was written."""
        return self._engine.export_rows(ref, target, sources=sources, excluded=excluded)

    def replay(
        self,
        old_ref: GenerationRef,
        old_mark: Mark,
        old_schema: Schema,
        new_ref: GenerationRef,
        new_schema: Schema,
    ) -> Schema:
        """Do to a new generation what was written to an old one after a mark, rows and index. The caller holds the
        latch, so that nothing is written meanwhile.

        Returns the schema that the new generation then has: `new_schema`, where fields keep raw texts that were
        written but not foreseen. Raises `Conflict` when rows were written with values of a field that it lacks.
        """
        with self.latch(new_ref.table):
            written = self._engine.changes_since(old_ref, old_mark)
            changes = replaying.conformed(written, old_schema, new_schema)
            schema = replaying.keeping_raw(new_schema, changes)
            mark = self._engine.apply(new_ref, schema, replaying.without_empty(changes, schema))
            self.marks.note(new_ref, mark)
            self._follow(new_ref, schema, mark)
            return schema

    def ensure_index(self, ref: GenerationRef, schema: Schema) -> None:
        """Bring the index up to the rows; make it anew if it cannot be read."""
        with self.latch(ref.table):
            self._follow(ref, schema, self._engine.mark(ref))

    def repair_index(self, ref: GenerationRef, schema: Schema) -> None:
        """Make the index anew from the rows."""
        with self.latch(ref.table):
            self._rebuild(ref, schema)

    def check(self, ref: GenerationRef, schema: Schema) -> list[str]:
        """What is wrong with a generation, in sentences; empty when all is well. Changes nothing."""
        return self.check_rows(ref, schema) or self.check_index(ref)

    def check_rows(self, ref: GenerationRef, schema: Schema) -> list[str]:
        return self._engine.check(ref, schema)

    def check_index(self, ref: GenerationRef) -> list[str]:
        """The same for the index of sound rows. Writers wait until it is read."""
        with self.latch(ref.table):
            return self._index.check(ref) or self._compared(ref)

    def catch_up(self, ref: GenerationRef, schema: Schema) -> None:
        """Let the index take up what it lacks since a crash. A broken one stays as it is."""
        with self.latch(ref.table), suppress(IndexBrokenError):
            if self._index.check(ref):
                return
            known = self._index.searcher(ref).mark
            if known < self._engine.mark(ref):
                self._index.apply(ref, self._engine.text_changes_since(ref, schema, known))

    def copy(self, ref: GenerationRef, schema: Schema, folder: Path) -> None:
        """Write a copy of rows and index into an existing folder, as a generation's, while others read and write.

        The index is copied first, since only it needs the writers to wait: the rows may be ahead of it by what was
        written meanwhile, as after a crash, and it catches up when the copy is used. A broken one is made anew before.
        """
        with self.latch(ref.table):
            if self._index.check(ref):
                self._rebuild(ref, schema)
            self._follow(ref, schema, self._engine.mark(ref))
            with _unavailable():
                self._index.copy(ref, folder)
        self._engine.copy(ref, folder)

    def drop(self, ref: GenerationRef) -> None:
        """Forget a generation, so that its folder can be removed; readings of it go on. Idempotent."""
        with self.latch(ref.table):
            self._engine.drop(ref)
            self._index.drop(ref)
            self.marks.forget(ref)

    def _selected(
        self, ref: GenerationRef, schema: Schema, query: BoundQuery, until: float | None
    ) -> Selection:
        if not query.matches:
            return self._engine.select(ref, query, seconds=countdown.remaining(until))
        try:
            return self._search(ref, schema, query, until)
        except IndexBrokenError:
            self.repair_index(ref, schema)
        with _unavailable():
            return self._search(ref, schema, query, until)

    def _search(
        self, ref: GenerationRef, schema: Schema, query: BoundQuery, until: float | None
    ) -> Selection:
        with self._pair(ref, schema, until) as (reading, searcher):
            short = firsthits.page(reading, searcher, query, partial(countdown.remaining, until))
            if short is not None:
                return short
            return reading.select(
                query, self._ids(ref, searcher, query, until), seconds=countdown.remaining(until)
            )

    def _streamed(
        self,
        ref: GenerationRef,
        schema: Schema,
        query: BoundQuery,
        form: RowText | None,
        seconds: float | None,
        batch_rows: int,
    ) -> Iterator[Any]:
        for _ in range(TRIES):
            try:
                yield from self._streamed_once(ref, schema, query, form, seconds, batch_rows)
            except StateGoneError:  # before the first row
                continue
            return
        raise countdown.too_late()

    def _streamed_once(
        self,
        ref: GenerationRef,
        schema: Schema,
        query: BoundQuery,
        form: RowText | None,
        seconds: float | None,
        batch_rows: int,
    ) -> Iterator[Any]:
        with ExitStack() as stack:
            hits: dict[TextMatch, Any] = {}
            if query.matches:
                until = None if seconds is None else time.monotonic() + seconds
                reading, searcher = stack.enter_context(self._pair(ref, schema, until))
                hits = self._ids(ref, searcher, query, until)
            else:
                reading = stack.enter_context(self._engine.read(ref))
            yield from reading.stream(query, hits, form=form, seconds=seconds, batch_rows=batch_rows)

    def _hits_at(
        self, ref: GenerationRef, mark: Mark, query: BoundQuery, until: float | None
    ) -> dict[TextMatch, Any] | None:
        """The hits of a state; None if the index does not know it."""
        if not query.matches:
            return {}
        searcher = self._awaited(ref, mark, until)
        return None if searcher is None else self._ids(ref, searcher, query, until)

    def _ids(
        self, ref: GenerationRef, searcher: TextSearcher, query: BoundQuery, until: float | None
    ) -> dict[TextMatch, Any]:
        hits: dict[TextMatch, Any] = {}
        for match in query.matches:
            countdown.remaining(until)
            hits[match] = self._hits.ids(ref, searcher, match)
        return hits

    @contextmanager
    def _pair(
        self, ref: GenerationRef, schema: Schema, until: float | None
    ) -> Iterator[tuple[Reading, TextSearcher]]:
        """A reading and a searcher of the same mark. Both stay as they are, so that the latch, when it is needed,
        is held only while they are opened. Raises `IndexBrokenError` if they do not hold the same number of rows."""
        for _ in range(TRIES):
            with self._engine.read(ref) as reading:
                searcher = self._awaited(ref, reading.mark, until)
                if searcher is not None:
                    yield _agreeing(reading, searcher)
                    return
        with ExitStack() as stack:
            with self._latches.attempt(ref.table, countdown.remaining(until) or FOREVER) as is_held:
                if not is_held:
                    raise countdown.too_late()
                reading = stack.enter_context(self._engine.read(ref))
                self._follow(ref, schema, reading.mark)
                searcher = self._index.searcher(ref)
            yield _agreeing(reading, searcher)

    def _awaited(self, ref: GenerationRef, mark: Mark, until: float | None) -> TextSearcher | None:
        """The searcher of this mark. While a writer is between its two commits, wait for the second one; None if
        the index has gone on, or if it is behind and nobody is writing, or broken."""
        patient_until = time.monotonic() + PATIENCE_SECONDS
        is_last = False
        while True:
            searcher = self._searcher(ref)
            if searcher is None or searcher.mark >= mark or is_last:
                return searcher if searcher is not None and searcher.mark == mark else None
            countdown.remaining(until)
            with self._latches.attempt(ref.table, POLL_SECONDS) as is_idle:
                is_last = is_idle or time.monotonic() > patient_until

    def _searcher(self, ref: GenerationRef) -> TextSearcher | None:
        try:
            return self._index.searcher(ref)
        except IndexBrokenError:
            return None

    def _follow(
        self, ref: GenerationRef, schema: Schema, mark: Mark, last: TextChanges | None = None
    ) -> None:
        """Bring the index to the rows' mark. `last`: what the last write did, if that is known. The caller holds the
        latch."""
        try:
            known = self._index.searcher(ref).mark
            if last is not None and known.counter == mark.counter - 1:
                self._index.apply(ref, last)
            elif known < mark:
                self._index.apply(ref, self._engine.text_changes_since(ref, schema, known))
            elif known > mark:
                self._rebuild(ref, schema)  # the rows were put back to an earlier state
        except IndexBrokenError:
            self._rebuild(ref, schema)

    def _rebuild(self, ref: GenerationRef, schema: Schema) -> None:
        mark = self._engine.mark(ref)
        with _unavailable():
            self._index.create(ref, schema, self._engine.texts(ref, schema), mark)

    def _compared(self, ref: GenerationRef) -> list[str]:
        """What index and rows disagree about. The caller holds the latch."""
        with self._engine.read(ref) as reading:
            try:
                searcher = self._index.searcher(ref)
            except IndexBrokenError as error:
                return [f"The text index cannot be read: {error}."]
            if searcher.mark != reading.mark:
                return [
                    f"The text index is at write {searcher.mark.counter}, the rows at {reading.mark.counter}."
                ]
            if searcher.rows != reading.rows:
                return [f"The text index has {searcher.rows} rows, the table {reading.rows}."]
            return []


def _agreeing(reading: Reading, searcher: TextSearcher) -> tuple[Reading, TextSearcher]:
    """After many SIGKILLs an index was seen, rarely, with one document twice at the right mark; its cause is not known.
    The rows are the truth, so an index that counts otherwise is made anew."""
    if searcher.rows != reading.rows:
        raise IndexBrokenError(f"it has {searcher.rows} rows, the table {reading.rows}")
    return reading, searcher


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except IndexBrokenError as error:
        raise Unavailable(f"The text index cannot be made: {error}.", code="index.broken") from error
