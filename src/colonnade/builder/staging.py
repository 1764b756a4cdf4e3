"""The staging database of a build: its bounds, and the inputs as tables in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from colonnade.builder import naming
from colonnade.builder.job import BuildJob, FileInput, Limits, RowsInput
from colonnade.engine.layout import literal, quoted
from colonnade.errors import Invalid, LimitReached
from colonnade.formats import registry
from colonnade.formats.port import Bounds, Source

POSITION = "_position"
"""A row's place among all rows of all inputs, from 0; what is dropped keeps its number."""


@dataclass(frozen=True, slots=True)
class Part:
    """One input as a table. `first`: the position of its first row; the others follow in `rowid` order. `columns`: the
    table's column of each field. `labels`: what the input calls its fields."""

    input: FileInput | RowsInput
    table: str
    first: int
    rows: int
    columns: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Staged:
    connection: duckdb.DuckDBPyConnection
    parts: tuple[Part, ...]

    @property
    def files(self) -> tuple[Part, ...]:
        return tuple(one for one in self.parts if isinstance(one.input, FileInput))

    @property
    def given(self) -> tuple[Part, ...]:
        """The inputs that were rows before."""
        return tuple(one for one in self.parts if isinstance(one.input, RowsInput))

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.parts)


def opened(job: BuildJob) -> duckdb.DuckDBPyConnection:
    """A staging database in the scratch folder that can reach nothing but the job's folders."""
    limits = job.limits
    connection = duckdb.connect(
        str(job.scratch / "staging.duckdb"),
        config={
            "memory_limit": f"{limits.memory_bytes // 1000}KB",
            "threads": limits.threads,
            "temp_directory": str(job.scratch / "spill"),
            "max_temp_directory_size": f"{limits.folder_bytes // 1000}KB",
            "python_enable_replacements": False,
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        },
    )
    folders = {job.out, job.scratch, *(one.path.parent for one in job.inputs)}
    folders |= {job.identity.parent} if job.identity else set()
    allowed = ", ".join(literal(str(one.resolve())) for one in sorted(folders))
    for statement in (
        "SET TimeZone = 'UTC'",
        "SET enable_progress_bar = false",
        f"SET allowed_directories = [{allowed}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def load(connection: duckdb.DuckDBPyConnection, job: BuildJob) -> Staged:
    """Read every input into a table: files first, in order, then rows. Raises `Invalid` and `LimitReached`."""
    parts: list[Part] = []
    files = [one for one in job.inputs if isinstance(one, FileInput)]
    for one in files:
        columns, labels = _load_file(connection, one, f"part_{len(parts)}", job.scratch, job.limits)
        parts.append(_part(connection, one, parts, columns, labels))
    for given in job.inputs:
        if isinstance(given, RowsInput):
            _load_rows(connection, given, f"part_{len(parts)}")
            columns = {name: name for name in given.schema.names}
            labels = {field.name: field.label for field in given.schema.fields}
            parts.append(_part(connection, given, parts, columns, labels))
    staged = Staged(connection, tuple(parts))
    if staged.rows > job.limits.rows:
        raise LimitReached(
            f"The sources hold {staged.rows:,} rows; this portal takes {job.limits.rows:,}",
            limit_type="rows",
            limit=job.limits.rows,
            value=staged.rows,
        )
    return staged


def _part(
    connection: duckdb.DuckDBPyConnection,
    one: FileInput | RowsInput,
    before: list[Part],
    columns: Mapping[str, str],
    labels: Mapping[str, str],
) -> Part:
    table = f"part_{len(before)}"
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
    first = before[-1].first + before[-1].rows if before else 0
    return Part(one, table, first, rows, columns, labels)


def _load_file(
    connection: duckdb.DuckDBPyConnection, one: FileInput, table: str, scratch: Path, limits: Limits
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    folder = scratch / table
    folder.mkdir()
    read = registry.reader(one.format)
    bounds = Bounds(fields=limits.fields, cell_bytes=limits.cell_bytes)
    found = read(connection, Source(one.path, one.name, one.params), table, folder, bounds)
    names = naming.field_names(found.labels)
    columns = {name: f"c{number}" for number, name in enumerate(names)}
    return columns, dict(zip(names, found.labels, strict=True))


def _load_rows(connection: duckdb.DuckDBPyConnection, one: RowsInput, table: str) -> None:
    try:
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet(?)", [str(one.path)])  # noqa: S608
        for name in one.schema.names:
            connection.execute(f"SELECT {quoted(name)} FROM {table} LIMIT 0")  # noqa: S608
    except (duckdb.InvalidInputException, duckdb.BinderException) as fault:
        raise Invalid(f"The rows to carry over cannot be read: {fault}", code="build.rows") from fault
