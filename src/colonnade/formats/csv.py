"""CSV, read by DuckDB after a look at the file's characters and first rows.

DuckDB's parallel reader is fast, but it knows one kind of line end per file, takes a line end inside the header's
quotes for the file's, and loses rows that are longer than two of its buffers without an error. Where one of that may
be, and wherever it finds a fault, Python's reader has the last word: it writes the rows anew, in a dialect without
surprises, or says what is wrong.
"""

import csv
from dataclasses import replace
from pathlib import Path

import duckdb

from colonnade.errors import LimitReached, Unavailable
from colonnade.formats import csv_count, csv_exact, dialect, encoding, looking, sent
from colonnade.formats.collecting import collect_rows
from colonnade.formats.dialect import CsvFile, Dialect, Head
from colonnade.formats.encoding import TextFile
from colonnade.formats.port import Bounds, Column, Extract, Source

_MIN_BUFFER_BYTES = 16 << 20
_EVEN = Dialect(separator=",", is_quote_doubled=True, escape="")


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `separator`, `encoding`, `doublequote`, `escapechar`, `first_row_no`,
    `headers_first_row`; what is not given is found in the file. And `cells`, see `formats.sent`."""
    start, is_cut = looking.head(source, scratch, bounds)
    text = encoding.as_utf8(start, scratch)
    manner = dialect.find(source, text.path)
    head = dialect.head(source, text.path, manner, bounds)
    if len(head.labels) > bounds.fields:
        raise LimitReached(
            f"The file {source.name} has {len(head.labels)} columns; this portal takes {bounds.fields}",
            limit_type="fields",
            limit=bounds.fields,
            value=len(head.labels),
        )
    file = CsvFile(source, text.path, manner, head, bounds)
    if bounds.rows is not None:
        rows = looking.until_cut(csv_exact.rows(file), is_cut=is_cut)
        return collect_rows(connection, source, target, bounds, head.labels, rows)
    if not _load_fast(connection, file, text, target):
        _load_exact(connection, file, target, scratch)
    elif sent.is_wanted(source):
        sent.mark(connection, target, len(head.labels))
    return Extract(tuple(map(Column, head.labels)))


def _load_fast(connection: duckdb.DuckDBPyConnection, file: CsvFile, text: TextFile, target: str) -> bool:
    """Whether DuckDB read the file, and can be trusted to have read all of it."""
    is_mixed = len(text.line_ends) > 1
    if sent.is_wanted(file.source) and file.dialect.skips_blanks:
        return False  # DuckDB keeps them
    if text.longest_line > file.bounds.cell_bytes or (is_mixed and not file.head.is_plain):
        return False
    try:
        found = _load(connection, file, target, file.bounds.cell_bytes)
    except (duckdb.InvalidInputException, duckdb.NotImplementedException):
        return False
    if not text.has_quotes or file.path.stat().st_size <= 2 * _MIN_BUFFER_BYTES:
        return True
    return csv_count.records(file) == found + file.head.skip - file.head.blanks


def _load_exact(connection: duckdb.DuckDBPyConnection, file: CsvFile, target: str, scratch: Path) -> None:
    width = len(file.head.labels)
    copy = replace(
        file, path=scratch / f"even-{file.path.name}", dialect=_EVEN, head=Head(file.head.labels, skip=0)
    )
    written = 0
    with copy.path.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for written, row in enumerate(csv_exact.rows(file), 1):  # noqa: B007 - counted
            write.writerow(row)
    # Each quote is doubled, and each cell quoted and separated.
    found = _load(connection, copy, target, 2 * file.bounds.cell_bytes + 3 * width, is_even=True)
    if found != written:
        raise Unavailable(f"The file {file.source.name} could not be read whole", code="file.csv")
    copy.path.unlink()


def _load(
    connection: duckdb.DuckDBPyConnection,
    file: CsvFile,
    target: str,
    row_bytes: int,
    *,
    is_even: bool = False,
) -> int:
    """Let DuckDB read a file into a new table; returns how many rows it found. `is_even`: the file is a copy of ours.
    Then its line ends are told: found by DuckDB, one in quotes may be taken for the file's."""
    manner, ends = file.dialect, "new_line = '\\n'," if is_even else ""
    count = connection.execute(
        f"""CREATE OR REPLACE TABLE {target} AS SELECT * FROM read_csv(
            $path, columns = $columns, auto_detect = false, strict_mode = true, header = false, skip = $skip,
            delim = $delim, {ends} quote = '"', escape = $escape, nullstr = '', allow_quoted_nulls = true,
            max_line_size = $line, buffer_size = $buffer, parallel = $parallel, compression = 'none')""",  # noqa: S608
        {
            "path": str(file.path),
            "columns": {f"c{number}": "VARCHAR" for number in range(len(file.head.labels))},
            "skip": file.head.skip,
            "delim": manner.separator,
            "escape": manner.escape or ('"' if manner.is_quote_doubled else ""),
            "line": row_bytes,
            "parallel": not is_even,
            "buffer": max(row_bytes, _MIN_BUFFER_BYTES),
        },
    ).fetchone()
    assert count is not None
    return int(count[0])
