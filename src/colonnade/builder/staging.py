"""The staging database of a build: its bounds, and the inputs as tables in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from colonnade.builder import naming, wire
from colonnade.builder.job import BuildJob, FileInput, Limits, RowError, RowsInput, Step
from colonnade.engine.layout import literal, quoted
from colonnade.errors import Invalid, LimitReached
from colonnade.formats import params, registry
from colonnade.formats.media import MEDIA
from colonnade.formats.port import Bounds, Column, Source
from colonnade.query.schema import Field, FieldType

FILENAME_LABEL = "filename"
"""The column that the parameter `extract_filename` of every extractor adds."""
MULTIVALUED_SEPARATOR = ";"
"""What stands between the values of a multivalued text where it is shown as one."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A column of a part's table that says where a step failed: null where it did not, else the name of the field, a
    `VALUE_SEPARATOR` and the beginning of the cell."""

    column: str
    step: Step


@dataclass(frozen=True, slots=True)
class Part:
    """One input as a table; of an archive, one of its files. `first`: the position of its first row; the others follow
    in `rowid` order. `columns`: the table's column of each field. `labels`: what the input calls its fields. `fields`:
    those whose type the input itself says; of a file the others are texts whose type all rows decide. `line`: SQL of a
    row's number in its input, from 1. `content_column`: the hash of a row as it was read, where processors have changed
    it since. `troubles`: where processors failed."""

    input: FileInput | RowsInput
    table: str
    first: int
    rows: int
    columns: Mapping[str, str]
    labels: Mapping[str, str]
    fields: Mapping[str, Field]
    line: str = "rowid + 1"
    content_column: str = ""
    troubles: tuple[Trouble, ...] = ()

    @property
    def content(self) -> str:
        """SQL of the hash of a row's cells with the names of their fields, as they were read: so a row is the same one
        whatever processors make of it. The order of a file's columns does not matter."""
        names = sorted(self.columns)
        cells = [literal("|".join(names)), *(self.columns[name] for name in names)]
        return self.content_column or f"hash({', '.join(cells)})"


@dataclass(frozen=True, slots=True)
class Staged:
    connection: duckdb.DuckDBPyConnection
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()
    """What steps could not do at all, in no row in particular."""

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


def load(connection: duckdb.DuckDBPyConnection, job: BuildJob, *, rows: int | None = None) -> Staged:
    """Read every input into a table: files first, in order, then rows; or rows first, where the job appends. Raises
    `Invalid` and `LimitReached`.

    `rows`: of each file no more than these first ones, and no more of it than they take.
    """
    parts: list[Part] = []
    notes: list[str] = []
    for read in (_read_rows, _read_files) if job.appends else (_read_files, _read_rows):
        notes += read(connection, job, parts, bounds_of(job.limits, rows=rows))
    return Staged(connection, tuple(parts), tuple(notes))


def _read_files(
    connection: duckdb.DuckDBPyConnection, job: BuildJob, parts: list[Part], bounds: Bounds
) -> list[str]:
    """Returns the notes of the readers."""
    notes: list[str] = []
    for number, one in enumerate(one for one in job.inputs if isinstance(one, FileInput)):
        folder = job.scratch / f"input{number}"
        folder.mkdir()
        source = Source(one.path, one.name, one.params)
        with wire.reading(job.scratch, one.name):
            for file in registry.data_files(one.format, source, folder, bounds):
                part, found = _load_file(
                    connection, replace(one, name=file.name), file, parts, folder, bounds
                )
                parts.append(part)
                notes += found
                _check_rows(parts, job.limits)
    return notes


def _read_rows(
    connection: duckdb.DuckDBPyConnection, job: BuildJob, parts: list[Part], bounds: Bounds
) -> list[str]:
    for given in job.inputs:
        if isinstance(given, RowsInput):
            table = f"part_{len(parts)}"
            _load_rows(connection, given, table)
            fields = {field.name: field for field in given.schema.fields}
            columns = {name: name for name in fields}
            labels = {field.name: field.label for field in fields.values()}
            parts.append(_part(connection, given, parts, columns, labels, fields))
    _check_rows(parts, job.limits)
    return []


def bounds_of(limits: Limits, *, rows: int | None = None) -> Bounds:
    return Bounds(
        fields=limits.fields,
        cell_bytes=limits.cell_bytes,
        rows=rows,
        unpacked_bytes=limits.unpacked_bytes,
        files=limits.files,
    )


def media(job: BuildJob) -> Iterator[Path]:
    """The files that cells of the inputs hold, and smaller copies of pictures, as readers laid them out."""
    for folder in sorted(job.scratch.glob(f"input*/{MEDIA}")):
        yield from folder.iterdir()


def _check_rows(parts: list[Part], limits: Limits) -> None:
    rows = sum(one.rows for one in parts)
    if rows > limits.rows:
        message = f"The sources hold {rows:,} rows; this portal takes {limits.rows:,}"
        raise LimitReached(message, limit_type="rows", limit=limits.rows, value=rows)


def _part(
    connection: duckdb.DuckDBPyConnection,
    one: FileInput | RowsInput,
    before: list[Part],
    columns: Mapping[str, str],
    labels: Mapping[str, str],
    fields: Mapping[str, Field],
) -> Part:
    table = f"part_{len(before)}"
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)  # noqa: S608
    first = before[-1].first + before[-1].rows if before else 0
    return Part(one, table, first, rows, columns, labels, fields)


def _load_file(
    connection: duckdb.DuckDBPyConnection,
    one: FileInput,
    source: Source,
    before: list[Part],
    folder: Path,
    bounds: Bounds,
) -> tuple[Part, Sequence[str]]:
    """One data file as a part, and the notes of its reader."""
    table = f"part_{len(before)}"
    found = registry.reader(one.format)(connection, source, table, folder, bounds)
    read = list(found.columns)
    if params.flag(source, "extract_filename", default=False):
        connection.execute(
            f"ALTER TABLE {table} ADD COLUMN c{len(read)} VARCHAR DEFAULT {literal(source.filename)}"
        )
        read.append(Column(FILENAME_LABEL, FieldType.TEXT))
    names = one.names or naming.of_columns([one.label for one in read], [one.name for one in read])
    if len(names) != len(read):
        message = f"The file {source.name} has {len(read)} columns where {len(names)} are expected"
        raise Invalid(message, code="file.columns")
    columns = {name: f"c{number}" for number, name in enumerate(names)}
    labels = {name: column.label for name, column in zip(names, read, strict=True)}
    fields = {
        name: field for name, column in zip(names, read, strict=True) if (field := _field(name, column))
    }
    for name, field in fields.items():
        if field.type is FieldType.FILE and _has_pictures(connection, table, columns[name]):
            fields[name] = replace(field, annotations={"has_thumbnails": ()})
    return _part(connection, one, before, columns, labels, fields), found.notes


def _has_pictures(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    found = connection.execute(
        f"SELECT bool_or(json_extract({column}, '$.thumbnail') = true) FROM {table}"  # noqa: S608
    ).fetchone()
    return bool(found and found[0])


def _field(name: str, column: Column) -> Field | None:
    if column.type is None:
        return None
    annotations = {"multivalued": (MULTIVALUED_SEPARATOR,)} if column.multivalued else {}
    return Field(name, column.label, column.type, multivalued=column.multivalued, annotations=annotations)


def _load_rows(connection: duckdb.DuckDBPyConnection, one: RowsInput, table: str) -> None:
    try:
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet(?)", [str(one.path)])  # noqa: S608
        for name in one.schema.names:
            connection.execute(f"SELECT {quoted(name)} FROM {table} LIMIT 0")  # noqa: S608
    except (duckdb.InvalidInputException, duckdb.BinderException) as fault:
        raise Invalid(f"The rows to carry over cannot be read: {fault}", code="build.rows") from fault
