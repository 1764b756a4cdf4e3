"""CSV, read by DuckDB after a look at the file's characters and first rows.

DuckDB's strict reader knows one kind of line end per file. A file that mixes them outside of quotes is written anew
by Python's reader first; that is slow, exact, and rare.
"""

import csv
from dataclasses import replace
from pathlib import Path

import duckdb

from colonnade.errors import LimitReached
from colonnade.formats import csv_count, csv_faults, dialect, encoding
from colonnade.formats.dialect import CsvFile, Dialect, Head
from colonnade.formats.encoding import TextFile
from colonnade.formats.port import Bounds, Extract, Source

_MIN_BUFFER_BYTES = 16 << 20
_FAULTS = (duckdb.InvalidInputException, duckdb.NotImplementedException, csv.Error)
_EVEN = Dialect(separator=",", is_quote_doubled=True, escape="")


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `separator`, `encoding`, `doublequote`, `escapechar`, `first_row_no`,
    `headers_first_row`; what is not given is found in the file."""
    text = encoding.as_utf8(source, scratch)
    manner = dialect.find(source, text.path, bounds)
    head = dialect.head(source, text.path, manner, bounds)
    if len(head.labels) > bounds.fields:
        raise LimitReached(
            f"The file {source.name} has {len(head.labels)} columns; this portal takes {bounds.fields}",
            limit_type="fields",
            limit=bounds.fields,
            value=len(head.labels),
        )
    file = CsvFile(source, text.path, manner, head, bounds)
    try:
        _load_any(connection, file, text, target, scratch)
    except _FAULTS as fault:
        raise csv_faults.described(fault, file) from None
    return Extract(head.labels)


def _load_any(
    connection: duckdb.DuckDBPyConnection, file: CsvFile, text: TextFile, target: str, scratch: Path
) -> None:
    """Load by DuckDB, and by Python's reader where DuckDB cannot or may not be trusted."""
    if text.longest_line > file.bounds.cell_bytes:
        raise csv.Error(f"field larger than {file.bounds.cell_bytes}")
    is_mixed = len(text.line_ends) > 1
    if is_mixed and not file.head.is_plain:
        # DuckDB would take the line end inside the header's quotes for the file's, and find no rows at all.
        _load(connection, _rewritten(file, scratch), target)
        return
    try:
        _load(connection, file, target)
    except duckdb.InvalidInputException:
        if not is_mixed:
            raise
    else:
        if not text.has_quotes or file.path.stat().st_size <= 2 * _buffer_bytes(file):
            return
        rows = connection.execute(f"SELECT count(*) FROM {target}").fetchone()  # noqa: S608
        if rows and csv_count.records(file) == rows[0] + file.head.skip - file.head.blanks:
            return
    _load(connection, _rewritten(file, scratch), target)


def _buffer_bytes(file: CsvFile) -> int:
    return max(file.bounds.cell_bytes, _MIN_BUFFER_BYTES)


def _load(connection: duckdb.DuckDBPyConnection, file: CsvFile, target: str) -> None:
    manner = file.dialect
    connection.execute(
        f"""CREATE OR REPLACE TABLE {target} AS SELECT * FROM read_csv(
            $path, columns = $columns, auto_detect = false, strict_mode = true, header = false, skip = $skip,
            delim = $delim, quote = '"', escape = $escape, nullstr = '', allow_quoted_nulls = true,
            max_line_size = $line, buffer_size = $buffer, compression = 'none')""",  # noqa: S608
        {
            "path": str(file.path),
            "columns": {f"c{number}": "VARCHAR" for number in range(len(file.head.labels))},
            "skip": file.head.skip,
            "delim": manner.separator,
            "escape": manner.escape or ('"' if manner.is_quote_doubled else ""),
            "line": file.bounds.cell_bytes,
            "buffer": _buffer_bytes(file),
        },
    )


def _rewritten(file: CsvFile, scratch: Path) -> CsvFile:
    """The rows of data alone, in a dialect without surprises. Raises `csv.Error`."""
    copy = scratch / f"even-{file.path.name}"
    with dialect.opened(file.path) as text, copy.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows = file.dialect.rows(dialect.lines(text, file.bounds), strict=True)
        for number, row in enumerate(rows):
            if sum(map(len, row)) > file.bounds.cell_bytes:
                raise csv.Error(f"field larger than {file.bounds.cell_bytes}")
            if number >= file.head.skip and (row or len(file.head.labels) == 1):
                write.writerow(row or [""])
    return replace(file, path=copy, dialect=_EVEN, head=Head(file.head.labels, 0))
