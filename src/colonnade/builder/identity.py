"""Which rows of all inputs stay, in which order, and which `_id` each has.

A row from a file keeps its id over a republish if its key is the same, or else its content and the occurrence number
of that content. Everything happens in the staging database, in narrow tables that spill to disk.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from colonnade.builder.job import KEY_FORM, BuildJob, FileInput, RowsInput
from colonnade.builder.staging import Part, Staged
from colonnade.engine.layout import literal
from colonnade.errors import Invalid
from colonnade.generation import LIVE_IDS_FROM
from colonnade.query.schema import ID, KEY

KEY_FIELDS = "_key_fields"
PLACED = "placed"
"""The table of the rows that stay, in order: position, id, key; content and occurrence of those from files."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What the table `placed` holds: how many rows, and the last ids after them."""

    rows: int
    last_built_id: int
    last_live_id: int


def place(staged: Staged, job: BuildJob, key_fields: tuple[str, ...]) -> Placement:
    """Make the table `placed`. Raises `Invalid` if a key field does not exist."""
    run = staged.connection.execute
    _make_given(staged)
    _make_filed(staged, key_fields, job)
    _count_occurrences(staged.connection)
    _match(staged.connection, job.identity, key_fields)
    last_built_id, last_live_id = _last_ids(staged.connection, job)
    run(
        """CREATE TABLE fresh AS SELECT position FROM (
            SELECT position FROM filed ANTI JOIN matched USING (position)
            UNION ALL SELECT position FROM given WHERE id IS NULL) ORDER BY position"""
    )
    run(
        f"""CREATE TABLE {PLACED} AS SELECT * FROM (
            SELECT position, coalesce(m.id, f.rowid + 1 + {last_built_id}) AS id, key, content, occurrence
            FROM filed LEFT JOIN matched m USING (position) LEFT JOIN (SELECT *, rowid FROM fresh) f USING (position)
            UNION ALL BY NAME
            SELECT position, coalesce(g.id, f.rowid + 1 + {last_built_id}) AS id, key
            FROM given g LEFT JOIN (SELECT *, rowid FROM fresh) f USING (position)) ORDER BY position"""  # noqa: S608
    )
    return Placement(
        rows=_number(staged.connection, f"SELECT count(*) FROM {PLACED}"),  # noqa: S608
        last_built_id=last_built_id + _number(staged.connection, "SELECT count(*) FROM fresh"),
        last_live_id=last_live_id,
    )


def export(
    connection: duckdb.DuckDBPyConnection, target: Path, key_fields: tuple[str, ...], job: BuildJob
) -> None:
    """Write the identity file: by row from a file its `_id`, content hash, occurrence number and `_key`, and in every row
    what fields the keys are made of. Where files are appended, it goes on to tell what it told of rows that were there:
    those of the files are never extracted again."""
    made_of = literal(json.dumps(key_fields))
    told = (
        f"SELECT id AS {ID}, content, occurrence, key AS {KEY}, {made_of} AS {KEY_FIELDS}"  # noqa: S608
        f" FROM {PLACED} WHERE content IS NOT NULL{' AND false' if job.appends else ''}"
    )
    if job.appends and job.identity is not None:
        before = f"read_parquet({literal(str(job.identity))})"
        there = f"(SELECT id AS {ID} FROM {PLACED} WHERE content IS NULL)"  # noqa: S608
        told += f" UNION ALL BY NAME SELECT * FROM {before} SEMI JOIN {there} USING ({ID})"  # noqa: S608
    connection.execute(f"COPY ({told}) TO {literal(str(target))} (FORMAT parquet)")


def _make_given(staged: Staged) -> None:
    """The rows that were rows before. Where two of them have the same id or key, the later one is the truth; ids and
    keys of another table say nothing of this one's."""
    run = staged.connection.execute
    run("CREATE TABLE given (position BIGINT, id BIGINT, key VARCHAR, is_foreign BOOLEAN)")
    for part in staged.given:
        assert isinstance(part.input, RowsInput)
        identifier = "NULL" if part.input.fresh_ids else ID
        run(
            f"INSERT INTO given SELECT rowid + {part.first}, {identifier}, {KEY}, {part.input.fresh_ids}"  # noqa: S608
            f" FROM {part.table}"
        )
    if len(staged.given) > 1:
        _keep_last(staged.connection, "given", "id", "id IS NOT NULL")
        _keep_last(staged.connection, "given", "key", "key IS NOT NULL AND NOT is_foreign")


def _keep_last(connection: duckdb.DuckDBPyConnection, table: str, column: str, condition: str) -> None:
    """Of the rows of a table that fulfil a condition, keep the last one of each value. By joins that spill to disk, as
    `IN` beside other conditions does not."""
    connection.execute(
        f"""CREATE OR REPLACE TABLE {table} AS
            SELECT * FROM {table} SEMI JOIN (
                SELECT max(position) AS position FROM {table} WHERE {condition} GROUP BY {column}) USING (position)
            UNION ALL SELECT * FROM {table} WHERE NOT coalesce({condition}, false)"""  # noqa: S608
    )


def _make_filed(staged: Staged, key_fields: tuple[str, ...], job: BuildJob) -> None:
    """The rows of files: the last one of each key, unless a given row has that key; that goes where the job appends."""
    for field in key_fields:
        if staged.files and not any(field in part.columns for part in staged.parts):
            raise Invalid(f"The field {field}, which is to identify rows, does not exist", code="build.key")
    run = staged.connection.execute
    run("CREATE TABLE filed (position BIGINT, content UBIGINT, key VARCHAR)")
    for part in staged.files:
        run(
            f"INSERT INTO filed SELECT rowid + {part.first}, {part.content}, {_key(part, key_fields)}"  # noqa: S608
            f" FROM {part.table}"
        )
    run("CREATE TABLE replaced (key VARCHAR, id BIGINT)")
    if key_fields:
        _keep_last(staged.connection, "filed", "key", "key IS NOT NULL")
    if key_fields and job.appends:
        _check_keys(staged)
        run("INSERT INTO replaced SELECT key, id FROM given SEMI JOIN filed USING (key)")
        run("CREATE OR REPLACE TABLE given AS SELECT * FROM given ANTI JOIN filed USING (key)")
    elif key_fields:
        run("CREATE OR REPLACE TABLE filed AS SELECT * FROM filed ANTI JOIN given USING (key)")


def _check_keys(staged: Staged) -> None:
    """Raises `Invalid` for a key that no address could have."""
    for part in staged.files:
        assert isinstance(part.input, FileInput)
        wrong = staged.connection.execute(
            f"SELECT position - {part.first} + 1, key FROM filed WHERE key IS NOT NULL"  # noqa: S608
            f" AND position BETWEEN {part.first} AND {part.first + part.rows - 1}"
            f" AND NOT regexp_full_match(key, {literal(KEY_FORM)}) ORDER BY position LIMIT 1"
        ).fetchone()
        if wrong:
            message = (
                f"The file {part.input.name} cannot be read: the external id {wrong[1][:100]!r} of row {wrong[0]}"
                " has other characters than letters, digits, underscores and dashes"
            )
            raise Invalid(message, code="build.key_form", row=wrong[0])


def _key(part: Part, key_fields: tuple[str, ...]) -> str:
    """One key field: its cell. Several: a JSON array of their cells. A row of nothing but nulls there has no key."""
    cells = [part.columns.get(field, "CAST(NULL AS VARCHAR)") for field in key_fields]
    if not cells:
        return "NULL"
    if len(cells) == 1:
        return cells[0]
    return f"CASE WHEN coalesce({', '.join(cells)}) IS NOT NULL THEN CAST(to_json([{', '.join(cells)}]) AS VARCHAR) END"


def _count_occurrences(connection: duckdb.DuckDBPyConnection) -> None:
    """Number rows of the same content in their order. Few rows have twins, so only those are sorted."""
    connection.execute(
        """CREATE TABLE twins AS SELECT position, row_number() OVER (PARTITION BY content ORDER BY position) AS occurrence
            FROM filed SEMI JOIN (SELECT content FROM filed GROUP BY content HAVING count(*) > 1) USING (content)"""
    )
    connection.execute(
        """CREATE OR REPLACE TABLE filed AS SELECT filed.*, coalesce(twins.occurrence, 1) AS occurrence
            FROM filed LEFT JOIN twins USING (position)"""
    )


def _match(connection: duckdb.DuckDBPyConnection, identity: Path | None, key_fields: tuple[str, ...]) -> None:
    """The rows of files that had an id before, which no given row has taken over. Keys that were made of other fields say
    nothing of today's."""
    run = connection.execute
    run("CREATE TABLE matched (position BIGINT, id BIGINT)")
    run("INSERT INTO matched SELECT position, replaced.id FROM filed JOIN replaced USING (key)")
    if identity is None:
        return
    file = f"read_parquet({literal(str(identity))})"
    names = {name for name, *_ in run(f"DESCRIBE FROM {file}").fetchall()}
    key = KEY
    if KEY_FIELDS in names:  # older files do not say it
        key = f"CASE WHEN {KEY_FIELDS} = {literal(json.dumps(key_fields))} THEN {KEY} END"
    run(
        f"""CREATE TABLE known AS SELECT * FROM (SELECT {ID} AS id, content, occurrence, {key} AS key FROM {file})
            ANTI JOIN given USING (id)"""  # noqa: S608
    )
    run(
        """INSERT INTO matched SELECT position, id FROM (FROM filed ANTI JOIN matched USING (position))
            JOIN (FROM known ANTI JOIN matched USING (id)) USING (key)"""
    )
    run(
        """INSERT INTO matched SELECT position, id FROM (FROM filed ANTI JOIN matched USING (position))
            JOIN (FROM known ANTI JOIN matched USING (id)) USING (content, occurrence)"""
    )


def _last_ids(connection: duckdb.DuckDBPyConnection, job: BuildJob) -> tuple[int, int]:
    """The counters to go on from. They are carried along, but no id that is in use is ever given again."""
    built, live = connection.execute(
        f"""SELECT coalesce(max(id) FILTER (WHERE id < {LIVE_IDS_FROM}), 0),
                coalesce(max(id) FILTER (WHERE id >= {LIVE_IDS_FROM}), 0)
            FROM (SELECT id FROM given UNION ALL SELECT id FROM matched)"""  # noqa: S608
    ).fetchone() or (0, 0)
    return max(job.last_built_id, built), max(job.last_live_id, live)


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
