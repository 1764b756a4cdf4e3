"""What is wrong with a CSV file, in words that its publisher understands.

DuckDB says which of its records it could not read, not counting lines inside quotes. Python's reader walks to that
record and tells where a person finds it.
"""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from colonnade.errors import Invalid
from colonnade.formats import dialect
from colonnade.formats.dialect import CsvFile


@dataclass(frozen=True, slots=True)
class Record:
    """One record of data. `number`: among all records, blank lines included. `row`: among the rows of data. `line`:
    where it begins. All from 1. `size`: characters. `fault`: why Python cannot read it, nor anything after it."""

    number: int
    row: int
    line: int
    cells: int
    size: int
    fault: str = ""

    @property
    def place(self) -> str:
        return (
            f"row {self.row} (line {self.line} of the file)" if self.line != self.row else f"row {self.row}"
        )


def described(fault: Exception, file: CsvFile) -> Invalid:
    """The error for people that an error of either reader stands for."""
    text = str(fault)
    found = re.search(r"CSV Error on Line: (\d+)", text)
    number = int(found.group(1)) if found else None
    width = len(file.head.labels)
    if "Maximum line size" in text or "field larger than" in text:
        limit = file.bounds.cell_bytes
        record = _first(
            file, lambda one: one.number == number or one.size > limit or "field larger" in one.fault
        )
        why = f"it is larger than {file.bounds.cell_bytes:,} bytes"
    elif "Expected Number of Columns" in text:
        record = _ragged(file, number)
        cells = f"{record.cells}" if record else "another number of"
        why = f"it has {cells} cells where {width} are expected"
    else:
        record = _first(file, lambda one: bool(one.fault), strict=True)
        unclosed = record and "unexpected end" in record.fault
        why = "a quoted cell is never closed" if unclosed else "its quotes do not match"
    return Invalid(
        f"The file {file.source.name} cannot be read: {record.place if record else 'a row'} is wrong, {why}",
        code="file.csv",
        row=record.row if record else None,
        line=record.line if record else None,
    )


def _records(file: CsvFile, *, strict: bool = False) -> Iterator[Record]:
    """Every record of data, up to one that Python cannot read."""
    csv.field_size_limit(file.bounds.cell_bytes)
    width, skip = len(file.head.labels), file.head.skip
    with dialect.opened(file.path) as text:
        reader = file.dialect.rows(dialect.lines(text, file.bounds), strict=strict)
        number, row, line = 0, 0, 1
        try:
            for number, cells in enumerate(reader, 1):
                if number > skip and (cells or width == 1):
                    row += 1
                    yield Record(number, row, line, len(cells), sum(map(len, cells)))
                line = reader.line_num + 1
        except csv.Error as fault:
            yield Record(number + 1, row + 1, line, 0, 0, str(fault))


def _first(file: CsvFile, wanted: Callable[[Record], bool], *, strict: bool = False) -> Record | None:
    return next((one for one in _records(file, strict=strict) if wanted(one)), None)


def _ragged(file: CsvFile, number: int | None) -> Record | None:
    """The record of that number if it is ragged, else the first one that is."""
    first = None
    for record in _records(file):
        if record.cells != len(file.head.labels) and not record.fault:
            first = first or record
            if record.number == number:
                return record
    return first
