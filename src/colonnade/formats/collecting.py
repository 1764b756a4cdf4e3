"""From records, as a format's parser yields them, to a table of texts: columns and types come up as they are met."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, zip_longest
from typing import Any

import duckdb
import pyarrow as pa

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import cells
from colonnade.formats.port import VALUE_SEPARATOR, Bounds, Column, Extract, Source

_BATCH_ROWS = 20_000
_BATCH_CHARACTERS = 16 << 20
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def collect(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    target: str,
    bounds: Bounds,
    records: Iterable[Mapping[str, Any]],
    *,
    labels: Sequence[str] = (),
) -> Extract:
    """Write records into a new table: a column a key, in the order in which keys are first met, after `labels`.

    Values are of the types in `cells.FORMS`, or None. Raises `Invalid` and `LimitReached`, naming row and column.
    """
    table = _Table(connection, source, target, bounds)
    for label in labels:
        table.place(label)
    for record in islice(records, bounds.rows):
        table.add([(table.place(label), value) for label, value in record.items()])
    return Extract(table.finish())


def collect_rows(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    target: str,
    bounds: Bounds,
    labels: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> Extract:
    """The same for rows of cells, each as wide as `labels`, which need not differ."""
    table = _Table(connection, source, target, bounds)
    for label in labels:
        table.append(label)
    for row in islice(rows, bounds.rows):
        table.add(list(enumerate(row)))
    return Extract(table.finish())


class _Table:
    """The table in the making: a batch of rows in memory, the ones before it in the database."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source, target: str, bounds: Bounds
    ) -> None:
        self._connection, self._source, self._target, self._bounds = connection, source, target, bounds
        self._places: dict[str, int] = {}
        self._labels: list[str] = []
        self._kinds: list[int] = []
        self._batch: list[list[str | None]] = []
        self._characters = 0
        self._rows = 0
        self._stored_columns = 1
        # A table needs a column, even if no record has any.
        connection.execute(f"CREATE OR REPLACE TABLE {target} (c0 VARCHAR)")

    def place(self, label: str) -> int:
        """The number of the column of this label; a new one if there is none."""
        found = self._places.get(label)
        if found is None:
            found = self._places[label] = self.append(label)
        return found

    def append(self, label: str) -> int:
        number = len(self._labels)
        if number >= self._bounds.fields:
            message = f"The file {self._source.name} has more than {self._bounds.fields} columns, which this portal takes"
            raise LimitReached(message, limit_type="fields", limit=self._bounds.fields, value=number + 1)
        self._labels.append(label)
        self._kinds.append(0)
        return number

    def add(self, values: Sequence[tuple[int, Any]]) -> None:
        texts: list[str | None] = [None] * len(self._labels)
        self._rows += 1
        size = 0
        for number, value in values:
            if value is None or value == "":
                continue
            try:
                kind, text = cells.FORMS[type(value)](value)
            except RecursionError:
                raise self._fault(number, "is nested too deeply") from None
            if text is not None:
                size += len(text)
                if "\0" in text:
                    raise self._fault(number, "holds a NUL character, which no text has")
                texts[number] = text
            self._kinds[number] |= kind
        if size > self._bounds.cell_bytes:
            raise self._fault(None, f"is larger than {self._bounds.cell_bytes:,} bytes")
        self._batch.append(texts)
        self._characters += size
        if len(self._batch) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            self._flush()

    def finish(self) -> tuple[Column, ...]:
        self._flush()
        columns = tuple(map(cells.column, self._labels, self._kinds))
        for number, column in enumerate(columns):
            if self._kinds[number] & cells.LIST:
                self._settle_lists(number, column)
        return columns

    def _flush(self) -> None:
        run = self._connection.execute
        for number in range(self._stored_columns, len(self._labels)):
            run(f"ALTER TABLE {self._target} ADD COLUMN c{number} VARCHAR")
        self._stored_columns = max(1, len(self._labels))
        if self._batch:
            width = max(1, len(self._labels))
            columns = list(zip_longest(*self._batch)) or [
                (None,) * len(self._batch)
            ]  # earlier rows may be shorter
            names = [f"c{number}" for number in range(width)]
            try:
                batch = pa.table([pa.array(one, pa.string()) for one in columns], names)
            except UnicodeEncodeError:
                raise self._surrogate() from None
            self._connection.register("collected", batch)
            run(f"INSERT INTO {self._target} SELECT * FROM collected")  # noqa: S608
            self._connection.unregister("collected")
        self._batch, self._characters = [], 0

    def _settle_lists(self, number: int, column: Column) -> None:
        """Take the mark off lists. In a column of other things as well, they become JSON."""
        cell = f"c{number}"
        values = (
            f"{cell}[2:]"
            if column.multivalued
            else f"CAST(to_json(string_split({cell}[2:], $separator)) AS VARCHAR)"
        )
        parameters = {"mark": cells.LIST_MARK} | (
            {} if column.multivalued else {"separator": VALUE_SEPARATOR}
        )
        self._connection.execute(
            f"UPDATE {self._target} SET {cell} = {values} WHERE starts_with({cell}, $mark)",  # noqa: S608
            parameters,
        )

    def _surrogate(self) -> Invalid:
        first = self._rows - len(self._batch)
        for row, texts in enumerate(self._batch, first + 1):
            for number, text in enumerate(texts):
                if text and _LONE_SURROGATE.search(text):
                    return self._fault(number, "holds half a character, which no text has", row=row)
        raise AssertionError("a text that cannot be encoded has a lone surrogate")

    def _fault(self, number: int | None, why: str, *, row: int | None = None) -> Invalid:
        row = row or self._rows
        place = f"row {row}" if number is None else f"the column “{self._labels[number]}” of row {row}"
        message = f"The file {self._source.name} cannot be read: {place} {why}"
        column = None if number is None else self._labels[number]
        return Invalid(message, code="file.cell", row=row, column=column)
