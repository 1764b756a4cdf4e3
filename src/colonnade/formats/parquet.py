"""Parquet, read by DuckDB. Its columns have types; they are kept."""

from pathlib import Path

import duckdb

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import typed_sql
from colonnade.formats.port import Bounds, Extract, Source
from colonnade.formats.typed_sql import Texts

_OURS = ("No space left", "File too large", "max_temp_directory_size")
"""In errors that are of this machine and not of the file."""


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`."""
    size = source.path.stat().st_size
    with source.path.open("rb") as file:
        head = file.read(4)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if head != b"PAR1" or tail != b"PAR1":
        what = "is cut off" if head == b"PAR1" else "is no Parquet"
        raise Invalid(f"The file {source.name} cannot be read: it {what}", code="file.parquet")
    relation = "read_parquet($path)"
    try:
        return _read(connection, source, target, bounds, relation)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as fault:
        if any(one in str(fault) for one in _OURS):
            raise
        first = str(fault).replace(str(source.path), source.name).splitlines()[0]
        message = f"The file {source.name} cannot be read as Parquet: {first}"
        raise Invalid(message, code="file.parquet") from None


def _read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, bounds: Bounds, relation: str
) -> Extract:
    given = {"path": str(source.path)}
    described = connection.execute(f"DESCRIBE SELECT * FROM {relation}", given).fetchall()  # noqa: S608
    if len(described) > bounds.fields:
        message = f"The file {source.name} has {len(described)} columns; this portal takes {bounds.fields}"
        raise LimitReached(message, limit_type="fields", limit=bounds.fields, value=len(described))
    names = _names(connection, source, [str(row[0]) for row in described])
    found = [
        typed_sql.texts(name, str(row[1]), f"x{number}")
        for number, (name, row) in enumerate(zip(names, described, strict=True))
    ]
    aliases = ", ".join(f"x{number}" for number in range(len(names)))
    limit = "" if bounds.rows is None else f" LIMIT {bounds.rows}"
    relation = f"(SELECT * FROM {relation}{limit}) AS given({aliases})"  # noqa: S608
    unsure = [number for number, one in enumerate(found) if one.holds]
    if unsure:
        checks = ", ".join(f"bool_and(coalesce(x{n} IS NULL OR ({found[n].holds}), false))" for n in unsure)
        row = connection.execute(f"SELECT {checks} FROM {relation}", given).fetchone() or ()  # noqa: S608
        for number, does_hold in zip(unsure, row, strict=True):
            if does_hold is False:
                found[number] = typed_sql.as_text(names[number], str(described[number][1]), f"x{number}")
    _store(connection, target, found, relation, given)
    return Extract(tuple(one.column for one in found))


def _names(connection: duckdb.DuckDBPyConnection, source: Source, changed: list[str]) -> list[str]:
    """The columns as the file calls them. DuckDB fills empty names and tells apart those that differ in case."""
    query = "SELECT name, coalesce(num_children, 0) FROM parquet_schema($path)"
    elements = iter(connection.execute(query, {"path": str(source.path)}).fetchall())
    names: list[str] = []
    depths = [int(next(elements, ("", 0))[1])]
    for name, children in elements:
        while depths and not depths[-1]:
            depths.pop()
        if len(depths) == 1:
            names.append(name)
        if depths:
            depths[-1] -= 1
        depths.append(int(children))
    return names if len(names) == len(changed) else changed


def _store(
    connection: duckdb.DuckDBPyConnection,
    target: str,
    found: list[Texts],
    relation: str,
    given: dict[str, str],
) -> None:
    columns = ", ".join(f"{one.text} AS c{number}" for number, one in enumerate(found))
    connection.execute(f"CREATE OR REPLACE TABLE {target} AS SELECT {columns} FROM {relation}", given)  # noqa: S608
