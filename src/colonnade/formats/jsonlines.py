"""JSON Lines: one value a line, so that a fault has a line."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from colonnade.errors import Invalid
from colonnade.formats import looking, params
from colonnade.formats.collecting import collect
from colonnade.formats.json_values import opened, within
from colonnade.formats.port import Bounds, Extract, Source


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameter: `json_object`, the path of the record in each line's value."""
    head, is_cut = looking.head(source, scratch, bounds)
    with opened(head, scratch) as file:
        records = looking.until_cut(_records(file, source, bounds), is_cut=is_cut)
        return collect(connection, source, target, bounds, records)


def _records(file: BinaryIO, source: Source, bounds: Bounds) -> Iterator[Mapping[str, Any]]:
    path = params.text(source, "json_object")
    number, row = 0, 0
    while line := file.readline(bounds.cell_bytes + 1):
        number += 1
        if len(line) > bounds.cell_bytes:
            raise _wrong(source, row + 1, number, f"it is larger than {bounds.cell_bytes:,} bytes")
        if line.isspace():
            continue
        try:
            value = json.loads(line, parse_float=Decimal, parse_constant=_refused)
        except RecursionError:
            raise _wrong(source, row + 1, number, "it is nested too deeply") from None
        except ValueError as fault:
            raise _wrong(source, row + 1, number, f"it is no JSON: {fault}") from None
        for record in within(value, path):
            row += 1
            yield record


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no value of JSON")


def _wrong(source: Source, row: int, line: int, why: str) -> Invalid:
    place = f"row {row} (line {line} of the file)" if line != row else f"row {row}"
    message = f"The file {source.name} cannot be read: {place} is wrong, {why}"
    return Invalid(message, code="file.json", row=row, line=line)
