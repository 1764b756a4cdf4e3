"""The engine port: what any store of rows must do. One contract suite (`tests/engine`) proves it.

Threads: every method may be called from any thread. One writer at a time per table is the caller's promise (the
latch of `core.rowstore`); readers need no promise. A reading is used by one thread at a time.

Errors: `NotFound` for a generation that is not there, `Unavailable` with code `query.deadline` when a deadline
passed and with code `query.memory` when the memory limit was met. Nothing of the engine's own leaks out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from colonnade.generation import Changes, GenerationRef, Mark, TextChanges
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery, TextMatch

BATCH_ROWS = 8_192
"""Rows of a batch of a stream, about."""

Hits = Mapping[TextMatch, Any]
"""For each text condition of a query, the sorted int64 Arrow array of the ids of the rows that fulfil it."""


@dataclass(frozen=True)
class Upsert:
    """Rows to insert, or to put in the place of those with the same key.

    `rows`: an Arrow table with the columns `_key` (string, null: always a new row), then any of the schema's fields
    (typed) and of their raw columns (string). Absent columns are null. A key that stands twice: the last row wins.
    A replaced row keeps its `_id`; `_seq` and `_modified` are new.
    """

    rows: Any  # pa.Table
    source: str


@dataclass(frozen=True)
class Delete:
    """Rows to delete: those with these keys, or these ids, or of these sources; exactly one is given."""

    keys: Sequence[str] | None = None
    ids: Sequence[int] | None = None
    sources: Sequence[str] | None = None


@dataclass(frozen=True)
class Written:
    """`ids`: for an upsert, the `_id` of each row that was sent, in the order sent (int64). `count`: rows written
    or deleted. `mark`: after the write."""

    count: int
    mark: Mark
    ids: Any = field(default=None)


@dataclass(frozen=True)
class Selection:
    """A page of an answer. `table` has one Arrow column an output. `total`: matching rows, or groups with `group_by`,
    before limit and offset, exact."""

    table: Any  # pa.Table
    total: int


@dataclass(frozen=True)
class CsvText:
    """A row as a line of CSV that ends in CR LF: minimal quoting, nulls empty, points as `lat, lon`, datetimes with
    their offset. `delimiter` is one character. `zone`: an IANA name; None is UTC."""

    delimiter: str = ";"
    list_separator: str = ","
    quote_all: bool = False
    zone: str | None = None


@dataclass(frozen=True)
class JsonText:
    """A row as a JSON object between `before` and `after`. `zone` as in `CsvText`."""

    before: str = ""
    after: str = "\n"
    zone: str | None = None


RowText = CsvText | JsonText


class Reading(Protocol):
    """One consistent state of one generation."""

    @property
    def mark(self) -> Mark: ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    def select(self, query: BoundQuery, hits: Hits, *, seconds: float | None = None) -> Selection: ...

    def stream(
        self,
        query: BoundQuery,
        hits: Hits,
        *,
        form: RowText | None = None,
        seconds: float | None = None,
        batch_rows: int = BATCH_ROWS,
    ) -> Iterator[Any]:
        """The rows of an answer as Arrow record batches, in memory that does not grow with their number.

        They have one column an output, or with `form` the one text column `text` (int32 offsets, no nulls), a text a
        row. Without `order_by` rows come in no promised order, which is the cheapest. `seconds` bounds each batch, so
        that a client may take its time. Nothing else may be asked of the reading until the end. While the answer is
        read, errors are raised as by `select`.
        """
        ...


class Engine(Protocol):
    def create(self, ref: GenerationRef, schema: Schema) -> None:
        """Make an empty generation that takes live rows. Replaces what an interrupted call left."""
        ...

    def read(self, ref: GenerationRef) -> AbstractContextManager[Reading]:
        """Open one consistent state. The generation may be dropped meanwhile: the reading goes on."""
        ...

    def write(self, ref: GenerationRef, schema: Schema, change: Upsert | Delete, at: dt.datetime) -> Written:
        """Do one change in one transaction and count it. `at` is naive UTC. Durable when it returns."""
        ...

    def mark(self, ref: GenerationRef) -> Mark: ...

    def changes_since(self, ref: GenerationRef, mark: Mark) -> Changes: ...

    def text_changes_since(self, ref: GenerationRef, schema: Schema, mark: Mark) -> TextChanges: ...

    def texts(self, ref: GenerationRef, schema: Schema) -> Iterator[Any]:
        """All rows for an index, as record batches shaped like `TextChanges.rows`, in `_seq` order."""
        ...

    def apply(self, ref: GenerationRef, schema: Schema, changes: Changes) -> Mark:
        """Replay changes of another generation of the same table into this one, in one transaction.

        Ids and keys of the changed rows replace rows with the same id or key; columns that this generation lacks
        are added to it; the live id counter moves on with them.
        """
        ...

    def export_rows(
        self, ref: GenerationRef, target: Path, *, sources: Sequence[str], excluded: bool = False
    ) -> Mark:
        """Write the rows of these sources (`excluded`: of all others) to a Parquet file, all columns, by `_seq`.
        Returns the mark of the state that was written."""
        ...

    def live_ids(self, ref: GenerationRef) -> int:
        """The last `_id` that a live write gave out; `LIVE_IDS_FROM` if none did."""
        ...

    def check(self, ref: GenerationRef, schema: Schema) -> list[str]:
        """What is wrong with a generation's rows, in sentences; empty when all is well."""
        ...

    def copy(self, ref: GenerationRef, folder: Path) -> None:
        """Write a consistent copy of the rows into an existing folder, as a generation's rows file."""
        ...

    def drop(self, ref: GenerationRef) -> None:
        """Forget a generation, so that its folder can be removed while readings of it go on. Idempotent."""
        ...

    def close(self) -> None: ...
