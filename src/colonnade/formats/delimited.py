"""Delimited text, every row as wide as the header, by the rules of DKAN 7's datastore (section 10 of its reference).

A cell in quotes is kept as it is, another loses the blanks around it; the escape character works in both; runs of line ends
are one. Where a file has none of what DuckDB reads otherwise, DuckDB reads it; else the pattern below does, and says what is
wrong and where.
"""

import csv
import io
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from colonnade.errors import Invalid, LimitReached, Unavailable
from colonnade.formats import csv_count, encoding, params
from colonnade.formats.column_names import column_names
from colonnade.formats.dialect import CsvFile, Dialect, Head, opened, too_large
from colonnade.formats.encoding import TextFile
from colonnade.formats.port import Bounds, Column, Extract, Source
from colonnade.query.schema import FieldType

_CHUNK_CHARACTERS = 1 << 20
_MIN_BUFFER_BYTES = 16 << 20
_BLANKS = " \t"
_LINE_ENDS = "\r\n"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written. `escape`: empty for none. `is_trailing`: every row ends with a delimiter."""

    delimiter: str
    quote: str
    escape: str
    is_trailing: bool

    @property
    def blanks(self) -> str:
        return _BLANKS.replace(self.delimiter, "")

    @property
    def cell(self) -> re.Pattern[str]:
        """One cell and what ends it: groups `quoted` or `bare`, and `end`, which is empty at the end of the file."""
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        escape = re.escape(self.escape)
        escaped = f"|{escape}." if escape and self.escape != self.quote else ""
        plain = escape if escaped else ""
        blank = f"[{re.escape(self.blanks)}]*+"
        return re.compile(
            f"{blank}(?:{quote}(?P<quoted>(?:[^{quote}{plain}]++|{quote}{quote}{escaped})*+){quote}{blank}"
            f"|(?!{quote})(?P<bare>(?:[^{delimiter}\r\n{plain}]++{escaped})*+))(?P<end>{delimiter}|[\r\n]++|\\Z)",
            re.DOTALL,
        )


@dataclass(frozen=True, slots=True)
class Record:
    """`line`: the number of the line where it begins, from 1."""

    line: int
    cells: list[str]


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `delimiter`, `quote`, `escape`, `trailing_delimiter`, `encoding`;
    `texts`: every cell stays a text, and columns have the names of `column_names`."""
    manner = manner_of(source)
    text = encoding.as_utf8(source, scratch)
    first = next(_records(source, text.path, manner, bounds), None)
    if first is None:
        raise Invalid(f"The file {source.name} is empty", code="file.empty")
    if len(first.cells) > bounds.fields:
        raise LimitReached(
            f"The file {source.name} has {len(first.cells)} columns; this portal takes {bounds.fields}",
            limit_type="fields",
            limit=bounds.fields,
            value=len(first.cells),
        )
    is_read = _is_even(text, manner, first) and _load_fast(
        connection, source, text, manner, first, target, bounds
    )
    if not is_read:
        _load_exact(connection, source, text.path, manner, target, scratch, bounds)
    return Extract(_columns(source, first.cells))


def _columns(source: Source, labels: list[str]) -> tuple[Column, ...]:
    """As those of a table in a database, if so wanted; else their cells decide on their types."""
    if not params.flag(source, "texts", default=False):
        return tuple(map(Column, labels))
    names = column_names(labels)
    return tuple(
        Column(label or name, FieldType.TEXT, name=name) for label, name in zip(labels, names, strict=True)
    )


def manner_of(source: Source) -> Manner:
    """Raises `Invalid` for parameters that nothing can be read by."""
    delimiter = str(source.params.get("delimiter") or ",")
    delimiter = {"\\t": "\t", "tab": "\t"}.get(delimiter, delimiter)
    quote = str(source.params.get("quote") or '"')
    escape = str(source.params.get("escape", "\\") or "")
    marks = (delimiter, quote, *((escape,) if escape else ()))
    is_clear = delimiter not in {quote, escape} and quote != " "
    if not is_clear or any(len(one) != 1 or one in _LINE_ENDS for one in marks):
        message = f"Nothing can be read with the delimiter {delimiter!r}, the quote {quote!r} and the escape {escape!r}."
        raise Invalid(message, code="file.parameters")
    return Manner(
        delimiter,
        quote,
        "" if escape == quote else escape,
        params.flag(source, "trailing_delimiter", default=False),
    )


def _is_even(text: TextFile, manner: Manner, first: Record) -> bool:
    """Whether DuckDB reads a file as the pattern does. So it does not where an escape is, a quote that stands for itself,
    blanks around quotes or inside at the edge of them, an empty line, or more than one kind of line end."""
    if manner.quote != '"' or manner.is_trailing or not text.line_ends <= {b"\n", b"\r\n"}:
        return False
    if len(text.line_ends) > 1 or first.line > 1 or any(set(cell) & set(_LINE_ENDS) for cell in first.cells):
        return False
    delimiter = re.escape(manner.delimiter.encode())
    blank = b"[" + re.escape(manner.blanks.encode()) + b"]"
    before, behind = rb"(?:\A|[" + delimiter + rb"\r\n])", rb"(?:\Z|[" + delimiter + rb"\r\n])"
    patterns = [rb"\n[\r\n]"]
    if manner.escape:
        patterns.append(re.escape(manner.escape.encode()))
    if text.has_quotes:
        inside = b'[^"' + delimiter + b"\r\n]"
        patterns += [
            inside + b'"' + inside,
            before + b'"' + blank,
            blank + b'"' + behind,
            before + blank + b'+"',
            b'"' + blank + b"+" + behind,
        ]
    return not _holds(text, b"|".join(patterns))


def _load_fast(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    text: TextFile,
    manner: Manner,
    first: Record,
    target: str,
    bounds: Bounds,
) -> bool:
    """Whether DuckDB read the file, and can be trusted to have read all of it."""
    width = len(first.cells)
    dialect = Dialect(manner.delimiter, is_quote_doubled=True, escape="", skips_blanks=False)
    file = CsvFile(source, text.path, dialect, Head(tuple(first.cells), skip=1), bounds)
    if text.longest_line > bounds.cell_bytes or (_ends_empty(text, manner) and not csv_count.is_even(file)):
        return False
    try:
        found = _load(connection, text.path, manner.delimiter, target, width, bounds.cell_bytes, skip=1)
    except (duckdb.InvalidInputException, duckdb.NotImplementedException):
        return False
    if not text.has_quotes or text.path.stat().st_size <= 2 * _MIN_BUFFER_BYTES:
        return True
    return csv_count.records(file) == found + 1


def _ends_empty(text: TextFile, manner: Manner) -> bool:
    """Whether the last cell of a line may be empty, or be one too many."""
    return _holds(text, re.escape(manner.delimiter.encode()) + rb"(?:[\r\n]|\Z)")


def _holds(text: TextFile, pattern: bytes) -> bool:
    with text.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return re.search(pattern, content) is not None


def _load_exact(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    path: Path,
    manner: Manner,
    target: str,
    scratch: Path,
    bounds: Bounds,
) -> None:
    records = _records(source, path, manner, bounds)
    width = len(next(records).cells)
    even, written = scratch / f"even-{path.name}", 0
    with even.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for record in records:
            if len(record.cells) != width:
                raise _ragged(source, record, width)
            write.writerow(record.cells)
            written += 1
    # Each quote is doubled, and each cell quoted and separated.
    row_bytes = 2 * bounds.cell_bytes + 3 * width
    found = _load(connection, even, ",", target, width, row_bytes, skip=0, is_even=True)
    if found != written:
        raise Unavailable(f"The file {source.name} could not be read whole", code="file.csv")
    even.unlink()


def _load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    delimiter: str,
    target: str,
    width: int,
    row_bytes: int,
    *,
    skip: int,
    is_even: bool = False,
) -> int:
    """Let DuckDB read a file into a new table; returns how many rows it found. `is_even`: the file is a copy of ours, whose
    cells are as they are to be."""
    columns = [f"c{number}" for number in range(width)]
    cells = "*" if is_even else ", ".join(f"nullif(trim({one}, $blanks), '') AS {one}" for one in columns)
    ends = "new_line = '\\n'," if is_even else ""
    given = {
        "path": str(path),
        "columns": dict.fromkeys(columns, "VARCHAR"),
        "skip": skip,
        "delim": delimiter,
        "line": row_bytes,
        "parallel": not is_even,
        "buffer": max(row_bytes, _MIN_BUFFER_BYTES),
    }
    blanks = {} if is_even else {"blanks": _BLANKS.replace(delimiter, "")}
    count = connection.execute(
        f"""CREATE OR REPLACE TABLE {target} AS SELECT {cells} FROM read_csv(
            $path, columns = $columns, auto_detect = false, strict_mode = true, header = false, skip = $skip,
            delim = $delim, {ends} quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = true,
            max_line_size = $line, buffer_size = $buffer, parallel = $parallel, compression = 'none')""",  # noqa: S608
        given | blanks,
    ).fetchone()
    assert count is not None
    return int(count[0])


def _records(source: Source, path: Path, manner: Manner, bounds: Bounds) -> Iterator[Record]:
    """Every record of a file, the header included, one after the other. Raises `Invalid`."""
    with opened(path) as file:
        cells: list[str] = []
        line = begun = 1
        for cell, end, ends in _cells(source, file, manner, bounds):
            if not cells:
                begun = line
            is_blank_line = not cells and cell is None and end != manner.delimiter
            if not is_blank_line:
                cells.append(cell or "")
            line += ends
            if end != manner.delimiter:
                if cells and not (is_blank_line and not end):
                    if manner.is_trailing and len(cells) > 1 and not cells[-1]:
                        cells.pop()
                    yield Record(begun, cells)
                cells = []


def _cells(
    source: Source, file: io.TextIOWrapper, manner: Manner, bounds: Bounds
) -> Iterator[tuple[str | None, str, int]]:
    """Every cell, None for what is not even blanks; what ended it; and how many line ends there were in both."""
    pattern, unescaped = manner.cell, _unescaping(manner)
    text, at, is_last, line = file.read(_CHUNK_CHARACTERS), 0, False, 1
    while True:
        found = pattern.match(text, at)
        is_cut = found is None or found.end() == len(text)
        if is_cut and not is_last:
            if len(text) - at > bounds.cell_bytes:
                raise _wrong(source, line, too_large(bounds.cell_bytes))
            more = file.read(max(_CHUNK_CHARACTERS, len(text) - at))
            text, at, is_last = text[at:] + more, 0, not more
            continue
        if found is None:
            raise _wrong(source, line, "a quoted cell is not closed, or something stands behind its end")
        quoted, bare, end = found.group("quoted", "bare", "end")
        ends = 0 if end == manner.delimiter and quoted is None else _line_ends(found.group())
        line += ends
        cell = unescaped(quoted) if quoted is not None else unescaped(bare).strip(manner.blanks)
        yield (cell if found.start("end") > at else None), end, ends
        at = found.end()
        if not end:
            return


def _unescaping(manner: Manner) -> "_Unescape":
    return _Unescape(manner)


class _Unescape:
    """What a cell says: doubled quotes are one, and an escape lets what follows it stand for itself."""

    def __init__(self, manner: Manner) -> None:
        quote, escape = re.escape(manner.quote), re.escape(manner.escape)
        self._marks = manner.quote + manner.escape
        self._pattern = re.compile(f"{quote}({quote})" + (f"|{escape}(.)" if escape else ""), re.DOTALL)

    def __call__(self, cell: str) -> str:
        if not any(mark in cell for mark in self._marks):
            return cell
        return self._pattern.sub(lambda found: found[found.lastindex or 0], cell)


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")


def _ragged(source: Source, record: Record, width: int) -> Invalid:
    message = (
        f"The number of values ({len(record.cells)}) does not match the number of columns ({width}). "
        f"Invalid line {record.line} in {source.name}"
    )
    return Invalid(message, code="file.ragged", line=record.line)


def _wrong(source: Source, line: int, why: str) -> Invalid:
    message = f"The file {source.name} cannot be read: line {line} is wrong, {why}"
    return Invalid(message, code="file.csv", line=line)
