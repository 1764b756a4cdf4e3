"""The exact reading of a CSV file, by Python: slower than DuckDB's, and the last word on what cannot be read and why."""

import csv
from collections.abc import Iterator

from colonnade.errors import Invalid
from colonnade.formats import dialect, sent
from colonnade.formats.dialect import CsvFile


def rows(file: CsvFile) -> Iterator[list[str]]:
    """Every row of data, as wide as the header; where cells are wanted as they were sent (`formats.sent`), shorter ones
    are filled up with cells that are absent.

    Raises `Invalid` at the first row that cannot be read: its message names the file, the row of data and the line of
    the file where it begins, and the reason; its facts are `row` and `line`, both from 1.
    """
    csv.field_size_limit(file.bounds.cell_bytes)
    width, skip = len(file.head.labels), file.head.skip
    row, line, as_sent = 0, 1, sent.is_wanted(file.source)
    with dialect.opened(file.path) as text:
        reader = file.dialect.rows(dialect.lines(text, file.bounds), strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                if number > skip and (cells or width == 1):
                    row += 1
                    least = 0 if as_sent else width
                    if why := _fault(cells, width, file.bounds.cell_bytes, least):
                        raise _wrong(file, row, line, why)
                    yield sent.texts(cells, width) if as_sent else cells[:width] or [""]
                line = reader.line_num + 1
        except csv.Error as fault:
            raise _wrong(file, row + 1, line, dialect.in_words(fault, file.bounds.cell_bytes)) from None


def _fault(cells: list[str], width: int, limit: int, least: int) -> str:
    """What is wrong with a row, or nothing. Empty cells beyond the header are let go. `least`: so many it must have."""
    size = sum(map(len, cells))
    if 4 * size > limit and sum(len(cell.encode()) for cell in cells) > limit:
        return dialect.too_large(limit)
    is_ragged = (len(cells) < least and width > 1) or any(cells[width:])
    return f"it has {len(cells)} cells where {width} are expected" if is_ragged else ""


def _wrong(file: CsvFile, row: int, line: int, why: str) -> Invalid:
    place = f"row {row} (line {line} of the file)" if line != row else f"row {row}"
    message = f"The file {file.source.name} cannot be read: {place} is wrong, {why}"
    return Invalid(message, code="file.csv", row=row, line=line)
