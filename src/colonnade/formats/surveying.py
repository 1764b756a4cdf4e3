"""What a data file says of itself: how it is written, its header, its first rows. For files that are to become rows once,
whose publisher wants to see how they were understood."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import archives, dialect, encoding, excel, looking, params, sent, workbook
from colonnade.formats.dialect import NO_SEPARATOR, Dialect
from colonnade.formats.encoding import TextFile
from colonnade.formats.port import Bounds, Source
from colonnade.formats.surveyed import Survey

_SAMPLE_CHARACTERS = 100_000
_COMMA = ","
_RARE = " :"
"""Separators that stand in texts, too: they are believed only where they cut every row into as many cells."""
_LEAST_CELLS, _LEAST_ROWS = 3, 3


def of_csv(source: Source, scratch: Path, bounds: Bounds, rows: int) -> Survey:
    """The parameter `encoding` of the source is insisted on, as far as the first rows need. Raises `Invalid`."""
    head, is_cut = looking.head(source, scratch, bounds)
    head = _to_a_line(head) if is_cut else head
    try:
        return _of_text(source, encoding.as_utf8(head, scratch), bounds, rows)
    except Invalid as error:
        line = error.facts.get("line")
        if error.code != "file.encoding" or not isinstance(line, int):
            raise
        before = _until(head, line, scratch)
        found = _of_text(source, encoding.as_utf8(before, scratch), bounds, rows) if before else None
        if found is None or len(found.rows) < rows:
            raise
        return found


def _of_text(source: Source, text: TextFile, bounds: Bounds, rows: int) -> Survey:
    with dialect.opened(text.path) as file:
        sample = file.read(_SAMPLE_CHARACTERS)
    manner = dialect.find(source, text.path)
    if manner.separator == NO_SEPARATOR:
        manner = _rare(sample) or manner
    manner = replace(manner, skips_blanks=_skips_blanks(manner, sample))
    found = dialect.head(source, text.path, manner, bounds)
    _check_width(source, len(found.labels), bounds)
    with dialect.opened(text.path) as file:
        records = iter(manner.rows(dialect.lines(file, bounds)))
        first = [tuple(one) for one in islice(_filled(records, found.skip, bounds), rows)]
    given = {
        "encoding": source.params.get("encoding"),
        "separator": manner.separator,
        "doublequote": True,
        "skipinitialspace": manner.skips_blanks,
        sent.PARAMETER: sent.WANTED,
    }
    return Survey(found.labels, tuple(first), given, _told(manner, first))


def of_sheet(source: Source, scratch: Path, bounds: Bounds, rows: int) -> Survey:
    """Of the sheet that was open when the workbook was saved, if it says so, else of the first one. The parameter `cells`
    is one of `formats.sent`. Raises `Invalid`."""
    try:
        name = workbook.active_sheet(source.path) if archives.kind_of(source.path) == "zip" else None
        name = name or next(iter(excel.sheets(source.path)), None)
        if name is None:
            raise Invalid(f"The file {source.name} has no sheet", code="file.empty")
        path = source.path
        if archives.kind_of(source.path) == "zip":
            path = workbook.head(source, name, scratch / "head.xlsx")
        with calamine.CalamineWorkbook.from_path(path) as book:
            cells = [row for row in book.get_sheet_by_name(name).iter_rows() if any(one != "" for one in row)]
    except calamine.PasswordError:
        raise Invalid(f"The file {source.name} is protected by a password", code="file.excel") from None
    except excel.FAULTS as fault:
        message = f"The file {source.name} is no spreadsheet, or damaged: {fault}"
        raise Invalid(message, code="file.excel") from None
    if not cells:
        raise Invalid(f"The sheet {name} of the file {source.name} has no cell", code="file.empty")
    labels = tuple(excel.label(one) for one in cells[0])
    _check_width(source, len(labels), bounds)
    first = cells[1 : rows + 1]
    prints = sent.printed_cell if params.text(source, sent.PARAMETER) == sent.AS_TEXTS else _shown
    return Survey(
        labels,
        tuple(tuple(map(prints, row)) for row in first),
        {"sheet": name, sent.PARAMETER: params.text(source, sent.PARAMETER)},
        kinds=tuple(_kind([row[at] for row in first]) for at in range(len(labels))),
    )


def _check_width(source: Source, width: int, bounds: Bounds) -> None:
    if width > bounds.fields:
        message = f"The file {source.name} has {width} columns; this portal takes {bounds.fields}"
        raise LimitReached(message, limit_type="fields", limit=bounds.fields, value=width)


def _to_a_line(head: Source) -> Source:
    """The beginning of a file up to its last whole line, so that no character is cut; as it is where lines do not end in
    a byte of their own."""
    content = head.path.read_bytes()
    end = content.rfind(b"\n") + 1
    if end and b"\0" not in content:
        head.path.write_bytes(content[:end])
    return head


def _until(head: Source, line: int, scratch: Path) -> Source | None:
    """The lines before one, as a file of their own; None if there are none."""
    lines = head.path.read_bytes().splitlines(keepends=True)[: line - 1]
    path = scratch / "before.csv"
    path.write_bytes(b"".join(lines))
    return replace(head, path=path) if lines else None


def _filled(records: Iterable[list[str]], skip: int, bounds: Bounds) -> Iterator[list[str]]:
    """The rows of data, without those that are blank."""
    csv.field_size_limit(bounds.cell_bytes)
    try:
        for number, row in enumerate(records, 1):
            if number > skip and row:
                yield row
    except csv.Error as fault:
        raise Invalid(dialect.in_words(fault, bounds.cell_bytes).capitalize(), code="file.csv") from None


def _rare(sample: str) -> Dialect | None:
    for separator in _RARE:
        manner = Dialect(separator, is_quote_doubled=True, escape="")
        try:
            widths = [len(row) for row in manner.rows(iter(io.StringIO(sample, newline=""))) if row]
        except csv.Error:
            continue
        widths = widths[:-1] if len(sample) == _SAMPLE_CHARACTERS else widths
        if len(widths) >= _LEAST_ROWS and len(set(widths)) == 1 and widths[0] >= _LEAST_CELLS:
            return manner
    return None


def _skips_blanks(manner: Dialect, sample: str) -> bool:
    """Whether a blank stands after each separator of the first line."""
    first_line, separator = sample.split("\n", 1)[0], manner.separator
    count = first_line.count(separator)
    return count > 0 and separator != " " and first_line.count(f"{separator} ") == count


def _told(manner: Dialect, rows: Sequence[Sequence[str]]) -> Mapping[str, Any]:
    return {
        "delimiter": _COMMA if manner.separator == NO_SEPARATOR else manner.separator,
        "doublequote": any('"' in cell for row in rows for cell in row),
        "lineterminator": "\r\n",
        "quotechar": '"',
        "quoting": csv.QUOTE_MINIMAL,
        "skipinitialspace": manner.skips_blanks,
    }


def _shown(cell: Any) -> str:
    value = sent.plain(cell)
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else sent.printed_cell(value)


_KINDS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda cell: isinstance(cell, bool), "bool"),
    (lambda cell: isinstance(cell, int) or (isinstance(cell, float) and cell.is_integer()), "int"),
    (lambda cell: isinstance(cell, int | float), "float"),
    (lambda cell: isinstance(cell, dt.time), "time"),
    (lambda cell: isinstance(cell, dt.datetime) and cell.time() != dt.time(), "datetime"),
    (lambda cell: isinstance(cell, dt.date), "date"),
)


def _kind(cells: Sequence[Any]) -> str | None:
    """What all cells of a column are; numbers with and without decimals are `float`, dates with and without a time
    `datetime`, anything else that differs is `unicode`."""
    found = {_kind_of(cell) for cell in cells if cell not in ("", None)}
    if len(found) > 1 and found <= {"int", "float"}:
        return "float"
    if len(found) > 1 and found <= {"date", "datetime"}:
        return "datetime"
    return None if not found else found.pop() if len(found) == 1 else "unicode"


def _kind_of(cell: Any) -> str:
    return next((kind for holds, kind in _KINDS if holds(cell)), "unicode")
