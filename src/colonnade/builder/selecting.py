"""How each input's columns become the columns of the generation."""

from collections.abc import Sequence
from functools import partial

from colonnade.builder import lenient_sql, typing
from colonnade.builder.job import FileInput
from colonnade.builder.merging import Output
from colonnade.builder.staging import MULTIVALUED_SEPARATOR, Part
from colonnade.builder.steps import casts
from colonnade.builder.steps.annotations import MULTIVALUED
from colonnade.engine.layout import literal, printed, quoted, sql_type
from colonnade.query import raw as sent
from colonnade.query.schema import RAW_SUFFIX, Field, FieldType

_NO_TEXT = "CAST(NULL AS VARCHAR)"
_MARK, _NULL, _ABSENT = (literal(one) for one in (sent.MARK, sent.NULL, sent.ABSENT))
_KEPT_AS_TEXT = (FieldType.TEXT, FieldType.JSON, FieldType.GEO_SHAPE, FieldType.FILE)


def selections(part: Part, outputs: Sequence[Output]) -> tuple[str, ...]:
    """SQL for each column of the fields (raw columns included, see `layout.field_columns`) from the part's table, or where
    fields are lenient from its `relation`; which the statement calls `part`."""
    found: list[str] = []
    for number, output in enumerate(outputs):
        if output.origin not in part.columns:
            value, raw = _null(output.field), _NO_TEXT
        elif lenient := _lenient_text(part, output):
            value, raw = _lenient(output.field, number, lenient[1])
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


def relation(part: Part, outputs: Sequence[Output], rows: str) -> str:
    """A SELECT of a part's rows, with columns beside them that `selections` reads: each step from a text to the value of
    a lenient field is one, as in one expression it would be written out many times."""
    made = {
        number: (output.field.type, lenient[0])
        for number, output in enumerate(outputs)
        if output.origin in part.columns and (lenient := _lenient_text(part, output))
    }
    for step in ("text", *lenient_sql.STEPS):
        columns = ""
        for number, (type_, text) in made.items():
            sql = text if step == "text" else lenient_sql.step_sql(type_, step, partial(_made, number))
            columns += f", {sql} AS {_name(number, step)}" if sql else ""
        if columns:
            rows = f"SELECT part.*{columns} FROM ({rows}) part"  # noqa: S608
    return rows


def _name(number: int, step: str) -> str:
    """No field's name has a blank."""
    return f'"{step} {number}"'


def _made(number: int, step: str) -> str:
    return f"part.{_name(number, step)}"


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
    value = typing.declared_sql(field, text) if was else typing.value_sql(field.type, text)
    return value, _unsaid(field, value, text)


def _unsaid(field: Field, value: str, text: str) -> str:
    """What was sent, where the value is not printed just so."""
    return f"CASE WHEN {_printed(field, f'({value})')} IS DISTINCT FROM {text} THEN {text} END"


def _lenient_text(part: Part, output: Output) -> tuple[str, str] | None:
    """SQL of the text from which the value of a lenient field is made, and of what says that it stands for something else;
    None where nothing is made: the field is of another kind, or has that value already."""
    field, was = output.field, part.fields.get(output.origin)
    if not (field.lenient and lenient_sql.is_known(field.type)):
        return None
    if was and (was.type, was.multivalued) == (field.type, field.multivalued) and was.lenient:
        return None
    if isinstance(part.input, FileInput):
        text, raw = _as_sent(part, _cell_text(part, output))
    elif was and was.lenient:
        text, raw = _row_text(part, output), _row_raw(part, output)
    else:
        text, raw = _sent(part, output), _NO_TEXT
    return f"nullif({text}, '')", raw


def _lenient(field: Field, number: int, raw: str) -> tuple[str, str]:
    text = _made(number, "text")
    value = _made(number, lenient_sql.LAST_STEP[field.type])
    return value, f"coalesce({raw}, {_unsaid(field, value, text)})"


def _as_sent(part: Part, cell: str) -> tuple[str, str]:
    """The text of a cell that may have the form of `query.raw`, and that form where it has it."""
    if not (isinstance(part.input, FileInput) and part.input.as_sent):
        return cell, _NO_TEXT
    text = said_sql(cell)
    return f"CASE WHEN starts_with({cell}, {_MARK}) THEN {text} ELSE {cell} END", (
        f"CASE WHEN starts_with({cell}, {_MARK}) THEN {cell} END"
    )


def said_sql(raw: str) -> str:
    """The text of what `query.raw` says; null for null and for what is not there. A number is as people write it."""
    json = f"{raw}[2:]"
    return (
        f"CASE WHEN NOT starts_with({raw}, {_MARK}) THEN {raw} WHEN {raw} IN ({_ABSENT}, {_NULL}) THEN NULL"
        f""" WHEN starts_with({raw}, {_MARK} || '"') THEN json_extract_string({json}, '$')"""
        f" WHEN regexp_full_match({json}, '-?[0-9]+\\.0') THEN split_part({json}, '.', 1)"
        f" ELSE {json} END"
    )


def _row_text(part: Part, output: Output) -> str:
    """What people read in a row: what was sent, or what is printed of its value."""
    if not part.fields[output.origin].lenient:
        return _sent(part, output)
    raw = _row_raw(part, output)
    return f"CASE WHEN {raw} IS NULL THEN {_row_printed(part, output)} ELSE {said_sql(raw)} END"


def _sent(part: Part, output: Output) -> str:
    return f"coalesce({_row_raw(part, output)}, {_row_printed(part, output)})"


def _row_printed(part: Part, output: Output) -> str:
    return _printed(part.fields[output.origin], _row_column(part, output))


def _row_column(part: Part, output: Output) -> str:
    return f"part.{quoted(part.columns[output.origin])}"


def _row_raw(part: Part, output: Output) -> str:
    column = part.columns[output.origin]
    return f"part.{quoted(column + RAW_SUFFIX)}" if part.fields[output.origin].keeps_raw else _NO_TEXT


def _from_row(part: Part, output: Output) -> tuple[str, str]:
    field, was = output.field, part.fields[output.origin]
    column, raw = _row_column(part, output), _row_raw(part, output)
    if (was.type, was.multivalued) == (field.type, field.multivalued):
        return column, raw
    text = _row_text(part, output)
    if output.separator is not None:
        return casts.values_sql(text, output.separator), _NO_TEXT
    if field.type is FieldType.TEXT:
        return text, raw
    return f"CAST({column} AS {sql_type(field)})", raw


def _printed(field: Field, value: str) -> str:
    """A typed value as text; of a shape its text, although there are no words in it."""
    if field.type in _KEPT_AS_TEXT and not field.multivalued:
        return value
    if field.multivalued:
        separator = next(iter(field.annotations.get(MULTIVALUED, ())), MULTIVALUED_SEPARATOR)
        return f"array_to_string({value}, {literal(str(separator))})"
    return printed(field, value)
