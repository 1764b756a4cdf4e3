"""How a CSV file is written: its separator, its quotes, its header. Found in the file's head, overridden by the
extractor's parameters."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from colonnade.errors import Invalid
from colonnade.formats import params
from colonnade.formats.port import Bounds, Source

_SEPARATORS = ",;\t|"
NO_SEPARATOR = "\x1f"
"""For a file of one column: the ASCII unit separator, which no such file holds."""
_SAMPLE_CHARACTERS = 64 << 10
_SAMPLE_ROWS = 200


class RecordReader(Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Dialect:
    separator: str
    is_quote_doubled: bool
    escape: str
    skips_blanks: bool = True
    """Those after a separator are none of the cell."""

    def rows(self, text: Iterator[str], *, strict: bool = False) -> "RecordReader":
        """The records of a text, in Python's reading of this dialect; a blank line is an empty record."""
        return csv.reader(
            text,
            delimiter=self.separator,
            doublequote=self.is_quote_doubled,
            escapechar=self.escape or None,
            skipinitialspace=self.skips_blanks,
            strict=strict,
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The start of a file. `skip`: records before the first row of data, `blanks` of them blank lines. `is_plain`: no
    line end in quotes there."""

    labels: tuple[str, ...]
    skip: int
    blanks: int = 0
    is_plain: bool = True


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file that was looked at and can be read. `path`: its UTF-8 form."""

    source: Source
    path: Path
    dialect: Dialect
    head: Head
    bounds: Bounds


def opened(path: Path) -> io.TextIOWrapper:
    """A UTF-8 file as text with its line ends as they are."""
    return path.open("r", encoding="utf-8-sig", newline="")


def lines(file: io.TextIOWrapper, bounds: Bounds) -> Iterator[str]:
    """The lines of a text. Raises `csv.Error` before one that is too long gets into memory."""
    while line := file.readline(bounds.cell_bytes):
        if len(line) == bounds.cell_bytes and not line.endswith(("\n", "\r")):
            raise csv.Error(f"field larger than {bounds.cell_bytes}")
        yield line


def find(source: Source, path: Path) -> Dialect:
    """The dialect of a UTF-8 file. Raises `Invalid` for parameters that make none."""
    escape = str(source.params.get("escapechar") or "")
    is_quote_doubled = params.flag(source, "doublequote", default=not escape)
    separator = _separator(source.params)
    if not separator:
        with opened(path) as file:
            sample = file.read(_SAMPLE_CHARACTERS)
        skip = first_row(source) - 1
        separator = _sniffed(sample, skip, is_quote_doubled=is_quote_doubled, escape=escape)
    reserved = '"\r\n'
    if len(separator) != 1 or separator in reserved or len(escape) > 1 or escape in tuple(reserved[1:]):
        message = f"The file {source.name} cannot be read with the separator {separator!r} and the escape {escape!r}"
        raise Invalid(message, code="file.parameters")
    return Dialect(separator, is_quote_doubled, escape, params.flag(source, "skipinitialspace", default=True))


def head(source: Source, path: Path, dialect: Dialect, bounds: Bounds) -> Head:
    """The column labels and where the data begins. Raises `Invalid` if there is no row at all."""
    first, has_header = first_row(source), params.flag(source, "headers_first_row", default=True)
    is_plain, blanks = True, 0
    csv.field_size_limit(bounds.cell_bytes)
    with opened(path) as file:
        try:
            for number, row in enumerate(dialect.rows(lines(file, bounds)), 1):
                is_plain = is_plain and not any("\n" in cell or "\r" in cell for cell in row)
                if number >= first and row:
                    labels = tuple(row) if has_header else ("",) * len(row)
                    return Head(labels, number if has_header else number - 1, blanks, is_plain)
                blanks += not row
        except csv.Error as fault:
            why = in_words(fault, bounds.cell_bytes)
            message = f"The first rows of the file {source.name} cannot be read as CSV: {why}"
            raise Invalid(message, code="file.csv") from None
    message = f"The file {source.name} has no row {first}, where its data should begin"
    raise Invalid(message, code="file.empty")


def in_words(fault: csv.Error, limit: int) -> str:
    """Why a row cannot be read. `limit`: what a row may have, in bytes."""
    text = str(fault)
    if "field larger than" in text:
        return too_large(limit)
    return "a quoted cell is never closed" if "unexpected end" in text else "its quotes do not match"


def too_large(limit: int) -> str:
    return f"it is larger than {limit:,} bytes"


def first_row(source: Source) -> int:
    """The number of the first row to read, from 1."""
    return params.number(source, "first_row_no", 1, least=1)


def _separator(given_params: Mapping[str, Any]) -> str:
    given = str(given_params.get("separator") or "")
    return {"\\t": "\t", "tab": "\t"}.get(given, given)


def _sniffed(sample: str, skip: int, *, is_quote_doubled: bool, escape: str) -> str:
    """The separator that cuts the sample's rows most evenly, and among equals into most cells."""
    best, best_score = NO_SEPARATOR, (0.0, 1)
    for separator in _SEPARATORS:
        dialect = Dialect(separator, is_quote_doubled, escape)
        score = _score(dialect, sample, skip)
        if score > best_score and score[1] > 1:
            best, best_score = separator, score
    return best


def _score(dialect: Dialect, sample: str, skip: int) -> tuple[float, int]:
    """The share of rows with as many cells as the first one, and how many that are."""
    text = io.StringIO(sample, newline="")
    try:
        rows = [row for row in islice(dialect.rows(iter(text)), skip, skip + _SAMPLE_ROWS) if row]
    except csv.Error:
        return 0.0, 0
    if len(rows) > 1 and len(sample) == _SAMPLE_CHARACTERS:
        rows.pop()  # the sample may end inside it
    width = len(rows[0]) if rows else 0
    even = sum(len(row) == width for row in rows)
    return (round(even / len(rows), 2) if rows else 0.0), width
