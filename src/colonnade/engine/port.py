"""The engine port: what any store of rows must do. One contract suite (`tests/engine`) proves it.

Threads: every method may be called from any thread. One writer at a time per table is the caller's promise (the
latch of `core.rowstore`); readers need no promise. A reading is used by one thread at a time.

Errors: `NotFound` for a generation that is not there, `Unavailable` with code `query.deadline` when a deadline
passed, with code `query.memory` when the memory limit was met, and with code `query.busy` when other heavy queries
come first. Nothing of the engine's own leaks out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from colonnade.generation import Changes, GenerationRef, Mark, TextChanges
from colonnade.query.schema import Schema
from colonnade.query.tree import BoundQuery, TextMatch

BATCH_ROWS = 8_192
"""Rows of a batch of a stream, about."""

Hits = Mapping[TextMatch, Any]
"""For each text condition of a query, the sorted int64 Arrow array of the ids of the rows that fulfil it."""


class StateGoneError(Exception):
    """A reading had to begin anew, and rows were written meanwhile. Open another one and ask again: it is known now what
    the query needs."""


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
    or deleted; `replaced`: so many of the written ones were there before. `mark`: after the write.
    `texts`: what an index of the state before has to do, if that is known."""

    count: int
    mark: Mark
    ids: Any = field(default=None)
    replaced: int = 0
    texts: TextChanges | None = None


@dataclass(frozen=True)
class Selection:
    """A page of an answer. `table` has one Arrow column an output. `total`: matching rows, or groups with `group_by`,
    before limit and offset, exact."""

    table: Any  # pa.Table
    total: int


@dataclass(frozen=True)
class Join:
    """A question about pairs of rows of two tables that have the same value in a column of each; nulls have none.

    `left` and `right`: which rows of each, and which of their columns: fields as they are, under names that are different
    in both. `left_on`, `right_on`: two of these names. `query`: what is asked of the pairs, whose fields are these
    columns; it has no text conditions.
    """

    left: BoundQuery
    right: BoundQuery
    left_on: str
    right_on: str
    query: BoundQuery


@dataclass(frozen=True, kw_only=True)
class Printing:
    """`zone`: of datetimes, an IANA name; None is UTC. `files`: the address before the id of a file. `beside`: the place of
    an output that comes along as it is, as a column `geometry` beside `text`."""

    zone: str | None = None
    files: str = ""
    beside: int | None = None


@dataclass(frozen=True)
class CsvText(Printing):
    """A row as a line of CSV that ends in CR LF: minimal quoting, nulls empty, points as `lat, lon`, datetimes with
    their offset. `delimiter` is one character. `escape_formulas`: a text that a spreadsheet would take for a formula
    begins with an apostrophe."""

    delimiter: str = ";"
    list_separator: str = ","
    quote_all: bool = False
    escape_formulas: bool = False


@dataclass(frozen=True)
class SentText(Printing):
    """A row as a line of CSV that ends in LF, each cell as it was sent: minimal quoting, nulls empty, line ends in cells are
    LF. `raws`: for each output of the line, the place of the output after them that says what was sent of it (in the
    form of `query.raw`), or None."""

    raws: tuple[int | None, ...]


@dataclass(frozen=True)
class JsonText(Printing):
    """A row as a JSON object between `before` and `after`. `left_out`: the place of an output that is not in it.
    `is_feature`: the object is the properties of a GeoJSON feature, whose geometry is what is left out."""

    before: str = ""
    after: str = "\n"
    is_feature: bool = False
    left_out: int | None = None


@dataclass(frozen=True)
class SheetText(Printing):
    """A row of a worksheet in Office Open XML. Cells have the styles 1, 2 and 3: of a date, a datetime, a time. What is no
    number to a spreadsheet (more than 15 digits, years before 1900) is text.

    `columns`: what the worksheet calls them, a name an output. Beside `text` there is the column `too_long`: the place of the
    first output that has more than `most_characters` in this row, or null."""

    columns: tuple[str, ...]
    most_characters: int = 32_767


class Way(StrEnum):
    """How a value stands in a `LineText`.

    `PLAIN`: as in CSV. `JSON`: a JSON value, as in `JsonText`. `STRING`: its plain text as a JSON string. `XML`: its plain text in XML, where
    what XML has no form for is U+FFFD. `ICAL`: its plain text in iCalendar. `MOMENT`: a date or datetime of iCalendar,
    in UTC; `MOMENT_AFTER`: the same, a date being the day after.
    """

    PLAIN = "plain"
    JSON = "json"
    STRING = "string"
    XML = "xml"
    ICAL = "ical"
    MOMENT = "moment"
    MOMENT_AFTER = "moment_after"


@dataclass(frozen=True)
class Cell:
    """A value of a row between two texts; nothing at all where the value is null. `at`: the place of its output.
    `each`: of a multivalued one, each element by itself between them. `later_than`: the place of another output;
    where this one is not greater, it counts as null."""

    at: int
    way: Way
    before: str = ""
    after: str = ""
    each: bool = False
    later_than: int | None = None


@dataclass(frozen=True)
class Folded:
    """A line of iCalendar, folded where it is too long, or nothing if it is empty."""

    parts: tuple[str | Cell, ...]


@dataclass(frozen=True)
class LineText(Printing):
    """A row as a text that is made of these parts. `needs`: the place of an output without which the text is empty.
    `as_wkt`: points are `POINT(lon lat)`."""

    parts: tuple[str | Cell | Folded, ...]
    needs: int | None = None
    as_wkt: bool = False


RowText = CsvText | SentText | JsonText | SheetText | LineText


class Reading(Protocol):
    """One consistent state of one generation."""

    @property
    def mark(self) -> Mark: ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def in_id_order(self) -> bool:
        """Whether the rows in their own order are known to have ascending ids."""
        ...

    def select(self, query: BoundQuery, hits: Hits, *, seconds: float | None = None) -> Selection:
        """A page and the total. Raises `StateGoneError`."""
        ...

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

        They have one column an output, or with `form` the text column `text` (int32 offsets, no nulls), a text a
        row, and what the form names beside it. Without `order_by` rows come in no promised order, which is the cheapest. `seconds` bounds each batch, so
        that a client may take its time. Nothing else may be asked of the reading until the end. While the answer is
        read, errors are raised as by `select`, `StateGoneError` only before the first batch.
        """
        ...


class JoinReading(Protocol):
    """One consistent state of two generations."""

    @property
    def marks(self) -> tuple[Mark, Mark]: ...

    def select(self, join: Join, hits: tuple[Hits, Hits], *, seconds: float | None = None) -> Selection:
        """A page and the total. `hits`: of the text conditions of each side. Without an order of its own, in that of the
        first table's rows, then of the second's. Raises `StateGoneError`; `Invalid` for a join of far too many rows."""
        ...


class Engine(Protocol):
    def create(self, ref: GenerationRef, schema: Schema) -> None:
        """Make an empty generation that takes live rows. Replaces what an interrupted call left."""
        ...

    def read(self, ref: GenerationRef) -> AbstractContextManager[Reading]:
        """Open one consistent state. The generation may be dropped meanwhile: the reading goes on."""
        ...

    def select(self, ref: GenerationRef, query: BoundQuery, *, seconds: float | None = None) -> Selection:
        """What a reading would answer, of a query without text conditions, where nothing else is asked of its state.
        Raises `StateGoneError` also when rows were written meanwhile, and `NotFound` when they were dropped."""
        ...

    def read_both(self, left: GenerationRef, right: GenerationRef) -> AbstractContextManager[JoinReading]:
        """The same for two generations, which may be one."""
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
