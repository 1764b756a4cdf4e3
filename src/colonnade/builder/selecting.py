"""How each input's columns become the columns of the generation."""

from collections.abc import Sequence

from colonnade.builder import typing
from colonnade.builder.job import FileInput
from colonnade.builder.merging import Output
from colonnade.builder.staging import MULTIVALUED_SEPARATOR, Part
from colonnade.builder.steps import casts
from colonnade.builder.steps.annotations import MULTIVALUED
from colonnade.engine.layout import literal, printed, quoted, sql_type
from colonnade.query.schema import RAW_SUFFIX, Field, FieldType

_NO_TEXT = "CAST(NULL AS VARCHAR)"
_KEPT_AS_TEXT = (FieldType.TEXT, FieldType.JSON, FieldType.GEO_SHAPE, FieldType.FILE)


def selections(part: Part, outputs: Sequence[Output]) -> tuple[str, ...]:
    """SQL for each column of the fields (raw columns included, see `layout.field_columns`) from the part's table,
    which the statement calls `part`."""
    found: list[str] = []
    for output in outputs:
        if output.origin not in part.columns:
            value, raw = _null(output.field), _NO_TEXT
        elif cast := cast_of(part, output):
            value, raw = cast[1], _unsaid(output.field, cast[1], cast[0])
        elif isinstance(part.input, FileInput):
            value, raw = _from_cell(part, output)
        else:
            value, raw = _from_row(part, output)
        found.append(value)
        if output.field.keeps_raw:
            found.append(raw)
    return tuple(found)


def cast_of(part: Part, output: Output) -> tuple[str, str] | None:
    """SQL of the texts of a part that a step casts, and of what becomes of them; None where nothing is cast."""
    was = part.fields.get(output.origin)
    if not output.cast_by or output.origin not in part.columns:
        return None
    if was and was.type is output.field.type and not was.multivalued:
        return None
    text = _cell_text(part, output) if isinstance(part.input, FileInput) else _row_text(part, output)
    return text, casts.cast_sql(output.field.type, text)


def _null(field: Field) -> str:
    return f"CAST(NULL AS {sql_type(field)})"


def _cell_text(part: Part, output: Output) -> str:
    cell = f"part.{part.columns[output.origin]}"
    was = part.fields.get(output.origin)
    return typing.shown_sql(was, cell, MULTIVALUED_SEPARATOR) if was else cell


def _from_cell(part: Part, output: Output) -> tuple[str, str]:
    field = output.field
    cell = f"part.{part.columns[output.origin]}"
    was = part.fields.get(output.origin)
    if was and (was.type, was.multivalued) == (field.type, field.multivalued):
        return typing.declared_sql(field, cell), _NO_TEXT
    text = _cell_text(part, output)
    if output.separator is not None:
        return casts.values_sql(text, output.separator), _NO_TEXT
    if field.multivalued or not typing.is_cast_known(field.type):
        # A type that no text becomes is merged with a file only if that is empty.
        return _null(field), _NO_TEXT
    if field.type is FieldType.TEXT:
        return text, _NO_TEXT
    if field.lenient:
        value = typing.lenient_sql(field.type, text)
    else:
        value = typing.declared_sql(field, text) if was else typing.value_sql(field.type, text)
    return value, _unsaid(field, value, text)


def _unsaid(field: Field, value: str, text: str) -> str:
    """What was sent, where the value is not printed just so."""
    return f"CASE WHEN {_printed(field, f'({value})')} IS DISTINCT FROM {text} THEN {text} END"


def _row_text(part: Part, output: Output) -> str:
    """What was sent, or what is printed of a row's value."""
    was = part.fields[output.origin]
    return f"coalesce({_row_raw(part, output)}, {_printed(was, _row_column(part, output))})"


def _row_column(part: Part, output: Output) -> str:
    return f"part.{quoted(part.columns[output.origin])}"


def _row_raw(part: Part, output: Output) -> str:
    column = part.columns[output.origin]
    return f"part.{quoted(column + RAW_SUFFIX)}" if part.fields[output.origin].keeps_raw else _NO_TEXT


def _from_row(part: Part, output: Output) -> tuple[str, str]:
    field, was = output.field, part.fields[output.origin]
    column, raw = _row_column(part, output), _row_raw(part, output)
    if was.type is field.type and was.multivalued == field.multivalued:
        return column, raw
    text = _row_text(part, output)
    if output.separator is not None:
        return casts.values_sql(text, output.separator), _NO_TEXT
    if field.type is FieldType.TEXT:
        return text, raw
    if field.lenient:
        value = typing.lenient_sql(field.type, text)
        return value, _unsaid(field, value, text)
    return f"CAST({column} AS {sql_type(field)})", raw


def _printed(field: Field, value: str) -> str:
    """A typed value as text; of a shape its text, although there are no words in it."""
    if field.type in _KEPT_AS_TEXT and not field.multivalued:
        return value
    if field.multivalued:
        separator = next(iter(field.annotations.get(MULTIVALUED, ())), MULTIVALUED_SEPARATOR)
        return f"array_to_string({value}, {literal(str(separator))})"
    return printed(field, value)
