"""The engine on DuckDB files."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from colonnade.engine import layout
from colonnade.engine.embedded import checking, joining, moving, replay, writing
from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.instance import Instance, translated
from colonnade.engine.embedded.joining import EmbeddedJoinReading
from colonnade.engine.embedded.lanes import LIGHT_SECONDS, Lanes
from colonnade.engine.embedded.opened import WORTH_A_LOOK, OpenTable, OpenTables
from colonnade.engine.embedded.reading import EmbeddedReading
from colonnade.engine.embedded.snapshots import Snapshot, reader_snapshot, snapshot
from colonnade.engine.port import Delete, JoinReading, Reading, Selection, Upsert, Written
from colonnade.errors import NotFound, Unavailable
from colonnade.generation import ROWS_FILE, START, Changes, GenerationRef, Mark, TextChanges
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery


class EmbeddedEngine:
    """An `Engine` for one process. A second process that opens the same files is refused by DuckDB.

    `root`: the folder of the generations. `scratch`: a folder for spilled data and files in the making; like `root`
    it is made if it is not there. `memory_bytes` bounds all queries together. `open_tables`: how many files are kept
    open; more are open only while more are in use. `heavy_queries`, which take more than
    `light_seconds`, run at once, and another one waits `wait_seconds`.
    """

    def __init__(
        self,
        root: Path,
        *,
        scratch: Path,
        memory_bytes: int,
        threads: int,
        open_tables: int = 200,
        heavy_queries: int = 1,
        wait_seconds: float = 10.0,
        light_seconds: float = LIGHT_SECONDS,
    ) -> None:
        self._root = root.resolve()
        self._scratch = scratch.resolve()
        for folder in (self._root, self._scratch):
            folder.mkdir(parents=True, exist_ok=True)
        with translated():
            self._instance = Instance(
                self._root, scratch=self._scratch, memory_bytes=memory_bytes, threads=threads
            )
        self._tables = OpenTables(self._instance, self._root, limit=open_tables)
        self._watcher = Watcher()
        self._lanes = Lanes(slots=heavy_queries, wait_seconds=wait_seconds, light_seconds=light_seconds)

    @property
    def attached(self) -> int:
        """How many rows files are open."""
        return self._tables.attached

    def create(self, ref: GenerationRef, schema: Schema) -> None:
        self._tables.drop(ref)
        path = ref.folder(self._root) / ROWS_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in (path, path.with_name(path.name + ".wal")):
            old.unlink(missing_ok=True)
        name = f"new {ref.table} {ref.number}"
        statements = (
            *layout.create_tables(name, schema),
            layout.insert_meta(name, START),
        )
        with translated(), self._instance.cursor() as cursor:
            cursor.execute(layout.attach(path, name, blocks=layout.block_size(0)))
            try:
                cursor.begin()
                for one in statements:
                    cursor.execute(one)
                cursor.commit()
            finally:
                with self._instance.cursor() as other:
                    other.execute(f"DETACH {layout.quoted(name)}")

    def read(self, ref: GenerationRef) -> AbstractContextManager[Reading]:
        return self._read(ref)

    @contextmanager
    def _read(self, ref: GenerationRef) -> Iterator[EmbeddedReading]:
        with self._tables.pinned(ref) as table, reader_snapshot(self._instance, table) as state:
            yield EmbeddedReading(state, self._watcher, self._lanes)

    def select(self, ref: GenerationRef, query: BoundQuery, *, seconds: float | None = None) -> Selection:
        with (
            self._tables.pinned(ref) as table,
            reader_snapshot(self._instance, table, is_brief=True) as state,
        ):
            return EmbeddedReading(state, self._watcher, self._lanes).select(query, {}, seconds=seconds)

    def read_both(self, left: GenerationRef, right: GenerationRef) -> AbstractContextManager[JoinReading]:
        return self._read_both(left, right)

    @contextmanager
    def _read_both(self, left: GenerationRef, right: GenerationRef) -> Iterator[EmbeddedJoinReading]:
        with (
            self._tables.pinned(left) as one,
            self._tables.pinned(right) as other,
            joining.both(self._instance, one, other, self._watcher, self._lanes) as reading,
        ):
            yield reading

    @contextmanager
    def _snapshot(self, ref: GenerationRef) -> Iterator[Snapshot]:
        with self._tables.pinned(ref) as table, snapshot(self._instance, table) as state:
            yield state

    @contextmanager
    def _writable(self, ref: GenerationRef) -> Iterator[OpenTable]:
        with self._tables.pinned(ref) as table:
            writing.drop_index(self._instance, table)
            yield table

    def write(self, ref: GenerationRef, schema: Schema, change: Upsert | Delete, at: dt.datetime) -> Written:
        with self._writable(ref) as table:
            with writing.changing(self._instance, table) as state:
                if isinstance(change, Upsert):
                    written = writing.upsert(state, schema, change, at)
                else:
                    written = writing.delete(state, change)
            self._tidy(table, written.count)
            return written

    def _tidy(self, table: OpenTable, removed: int) -> None:
        """Now and then look whether a table is mostly dead places. Its write is done: a failure here is not its own."""
        table.churn += removed
        if table.churn < WORTH_A_LOOK:
            return
        table.churn = 0
        try:
            writing.compact(self._instance, table)
        except Unavailable:
            return

    def mark(self, ref: GenerationRef) -> Mark:
        with self._snapshot(ref) as state:
            return state.mark

    def changes_since(self, ref: GenerationRef, mark: Mark) -> Changes:
        with self._snapshot(ref) as state, translated():
            return replay.changes_since(state, mark)

    def text_changes_since(self, ref: GenerationRef, schema: Schema, mark: Mark) -> TextChanges:
        with self._snapshot(ref) as state, translated():
            return replay.text_changes_since(state, schema, mark)

    def texts(self, ref: GenerationRef, schema: Schema) -> Iterator[Any]:
        with self._snapshot(ref) as state:
            batches = moving.texts(state, schema)
            while True:
                with translated():
                    batch = next(batches, None)
                if batch is None:
                    return
                yield batch

    def apply(self, ref: GenerationRef, schema: Schema, changes: Changes) -> Mark:
        if changes.is_empty:
            return self.mark(ref)
        with self._writable(ref) as table:
            with writing.changing(self._instance, table) as state:
                replay.add_missing_columns(state, schema)
            with writing.changing(self._instance, table) as state:
                return replay.apply(state, changes)

    def export_rows(
        self, ref: GenerationRef, target: Path, *, sources: Sequence[str], excluded: bool = False
    ) -> Mark:
        with self._snapshot(ref) as state, translated():
            moving.export_rows(state, target, self._scratch, sources=sources, excluded=excluded)
            return state.mark

    def live_ids(self, ref: GenerationRef) -> int:
        with self._snapshot(ref) as state:
            return state.last_live_id

    def check(self, ref: GenerationRef, schema: Schema) -> list[str]:
        try:
            with self._snapshot(ref) as state, translated():
                return checking.check(state, schema)
        except NotFound:
            return ["The file of the rows, or what it should hold, is missing."]
        except Unavailable as error:
            return [f"The file of the rows cannot be read: {error.__cause__ or error}"]

    def copy(self, ref: GenerationRef, folder: Path) -> None:
        with self._snapshot(ref) as state, translated():
            moving.copy(state, self._instance, folder, self._scratch)

    def drop(self, ref: GenerationRef) -> None:
        self._tables.drop(ref)

    def close(self) -> None:
        """Stop the deadlines and close every file. Readings must be over."""
        self._lanes.close()
        self._watcher.close()
        self._tables.detach_all()
        self._instance.close()
