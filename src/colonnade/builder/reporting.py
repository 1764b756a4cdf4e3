"""What steps could not do, row by row, once it is known which rows there are and what their `_id` is; and what types could
not say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from colonnade.builder import lenient, lenient_sql
from colonnade.builder.identity import PLACED
from colonnade.builder.job import MAX_ROW_ERRORS, RowError, Step
from colonnade.builder.merging import Merged, Output
from colonnade.builder.selecting import cast_of, said_sql
from colonnade.builder.staging import MULTIVALUED_SEPARATOR, Part, Staged
from colonnade.engine.layout import literal, quoted
from colonnade.formats.port import VALUE_SEPARATOR
from colonnade.query.schema import SOURCE, Field, FieldType, Schema

_SHOWN_CHARACTERS = 100
_TOO_LONG = "would make the cell longer than this portal takes"


@dataclass(frozen=True, slots=True)
class _Failed:
    """Cells on which a step failed. `told`: SQL of the field's name, a separator and the beginning of the cell, null
    where it did not fail."""

    part: Part
    processor: str
    reason: str
    told: str


def row_errors(staged: Staged, merged: Merged) -> tuple[tuple[RowError, ...], int]:
    """The first errors, those of whole steps before those of rows, and how many there are. Rows that are not published
    have none."""
    found = list(staged.errors)
    count = len(found)
    names = {one.origin: one.field.name for one in merged.outputs}
    for failed in [*_processed(staged), *_cast(staged, merged)]:
        rows = _count(staged, failed)
        if rows:
            count += rows
            found += _listed(staged, failed, names, MAX_ROW_ERRORS - len(found))
    return tuple(found[:MAX_ROW_ERRORS]), count


def _processed(staged: Staged) -> Iterator[_Failed]:
    for part in staged.files:
        for trouble in part.troubles:
            reason = _reason(trouble.step)
            yield _Failed(part, trouble.step.uid, reason, f"part.{trouble.column}")


def unread(
    connection: duckdb.DuckDBPyConnection, rows: str, schema: Schema, sources: Sequence[str]
) -> Mapping[str, int]:
    """By lenient field that is no text, in how many rows of these sources, or of all if none is named, its cell says
    something that is no value of its type. `rows`: the relation of a generation."""
    fields = [one for one in schema.fields if one.lenient and lenient_sql.is_known(one.type)]
    fields = [one for one in fields if one.type is not FieldType.TEXT]
    if not fields:
        return {}
    where = f" WHERE {SOURCE} IN ({', '.join(map(literal, sources))})" if sources else ""
    counts = ", ".join(f"count(*) FILTER ({_is_unread(one)})" for one in fields)
    found = connection.execute(f"SELECT {counts} FROM {rows}{where}").fetchone() or ()  # noqa: S608
    return {one.name: count for one, count in zip(fields, found, strict=True)}


def _is_unread(field: Field) -> str:
    said = f"lower({lenient_sql.trimmed(said_sql(quoted(field.raw_name)))})"
    nothing = ", ".join(map(literal, lenient.NULLS))
    return f"{quoted(field.name)} IS NULL AND {said} NOT IN ({nothing})"


def _reason(step: Step) -> str:
    params: Mapping[str, Any] = step.params
    match step.type:
        case "date_normalizer":
            return f"is no date of the form {params['date_format']}"
        case "set_timezone":
            return "is no ISO date and time"
        case "create_geopoint":
            return f"is no place in the coordinates EPSG {params['epsg']}"
    return _TOO_LONG


def _cast(staged: Staged, merged: Merged) -> Iterator[_Failed]:
    for output in merged.outputs:
        for part in staged.parts:
            if cast := cast_of(part, output):
                yield _Failed(part, output.cast_by, _misfit(output), _told(output, *cast))


def _misfit(output: Output) -> str:
    return f"is no value of the type {output.field.type.value}"


def _told(output: Output, text: str, value: str) -> str:
    shown = f"{literal(output.origin + VALUE_SEPARATOR)} || {text}[1:{_SHOWN_CHARACTERS}]"
    return f"CASE WHEN {text} IS NOT NULL AND ({value}) IS NULL THEN {shown} END"


def _rows(failed: _Failed) -> str:
    part = failed.part
    return (
        f"FROM (SELECT rowid + {part.first} AS position, {failed.told} AS told FROM {part.table} part)"  # noqa: S608
        f" JOIN {PLACED} USING (position) WHERE told IS NOT NULL"
    )


def _count(staged: Staged, failed: _Failed) -> int:
    """The join only where it is needed: mostly nothing failed."""
    run = staged.connection.execute
    if run(f"SELECT count({failed.told}) FROM {failed.part.table} part").fetchone() == (0,):  # noqa: S608
        return 0
    row = run(f"SELECT count(*) {_rows(failed)}").fetchone()
    return int(row[0]) if row else 0


def _listed(staged: Staged, failed: _Failed, names: Mapping[str, str], most: int) -> Iterator[RowError]:
    """`names`: what the fields are called in the end, by their first names."""
    rows = staged.connection.execute(
        f"SELECT id, told {_rows(failed)} ORDER BY position LIMIT {max(0, most)}"
    ).fetchall()
    for identifier, told in rows:
        field, _, cell = told.partition(VALUE_SEPARATOR)
        cell = cell.replace(VALUE_SEPARATOR, MULTIVALUED_SEPARATOR)
        yield RowError(f"“{cell}” {failed.reason}.", failed.processor, names.get(field, field), identifier)
