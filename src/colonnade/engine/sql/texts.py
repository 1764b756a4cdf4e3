"""Rows as text, written by the engine itself: each row of an answer becomes one text of a file.

So a million rows cost no Python a row: the buffers of the answer's column `TEXT` are the bytes of the file.
"""

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from colonnade.engine.port import CsvText, JsonText, LineText, RowText, SentText, SheetText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.lines import line_row
from colonnade.engine.sql.parts import Statement, named, select
from colonnade.engine.sql.pieces import called, cast, text
from colonnade.engine.sql.printing import (
    ANSWER,
    concat,
    geometry,
    json,
    otherwise,
    parsed_json,
    plain,
    value_of,
)
from colonnade.engine.sql.printing import column_name as column_name
from colonnade.engine.sql.sent import sent_row
from colonnade.engine.sql.sheets import first_too_long, numbered, sheet_row
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

TEXT = "text"
GEOMETRY = "geometry"
TOO_LONG = "too_long"
"""The columns of the result; the last two where the form names them."""

_QUOTE = '"'
_FREE = frozenset(
    {
        FieldType.INT,
        FieldType.DOUBLE,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.TIME,
    }
)
"""Types whose texts hold nothing that CSV would have to quote."""
_FORMULA = "^[=+@\t\r-]"
"""What a spreadsheet takes for the beginning of a formula."""


def as_text(rows: Statement, query: BoundQuery, form: RowText, writer: Writer) -> Statement:
    """The statement whose rows are the texts of another's. `rows` has a column `column_name(i)` for each output, and
    was not written with `writer`: its values stand behind those of the text."""
    outer = select(*_columns(query, form, writer))
    sql = DuckDB().generator().generate(outer, copy=False)
    source = numbered(rows.sql) if isinstance(form, SheetText) else rows.sql
    return Statement(f'{sql} FROM ({source}) AS "{ANSWER}"', (*writer.params, *rows.params))


def _columns(query: BoundQuery, form: RowText, writer: Writer) -> list[exp.Expression]:
    columns: list[exp.Expression] = [named(_row(query, form, writer), TEXT)]
    if isinstance(form, SheetText):
        columns.append(named(first_too_long(query, form, writer), TOO_LONG))
    if form.beside is not None:
        columns.append(named(value_of(form.beside), GEOMETRY))
    return columns


def _row(query: BoundQuery, form: RowText, writer: Writer) -> exp.Expression:
    match form:
        case CsvText():
            return _csv_row(query, form, writer)
        case JsonText():
            return _json_row(query, form, writer)
        case LineText():
            return line_row(query, form, writer)
        case SheetText():
            return sheet_row(query, form, writer)
        case SentText():
            return sent_row(query, form, writer)


def _csv_row(query: BoundQuery, form: CsvText, writer: Writer) -> exp.Expression:
    is_alone = len(query.outputs) == 1
    parts: list[exp.Expression] = []
    for at, output in enumerate(query.outputs):
        if parts:
            parts.append(writer.parameter(form.delimiter))
        cell = _csv_cell(at, output, form, writer)
        # A line that is blank would be no row to those who read it.
        parts.append(otherwise(called("nullif", cell, text("")), _QUOTE * 2) if is_alone else cell)
    return concat(*parts, text("\r\n"))


def _csv_cell(at: int, output: Output, form: CsvText, writer: Writer) -> exp.Expression:
    def cell() -> exp.Expression:
        if output.multivalued:
            return called("array_to_string", value_of(at), writer.parameter(form.list_separator))
        return plain(output, value_of(at), form, writer)

    is_free = output.type in _FREE and not output.multivalued
    safe = _no_formula(cell) if form.escape_formulas and not is_free else cell
    if form.quote_all:
        return _within_quotes(safe())
    return safe() if is_free else _quoted(safe, form, writer)


def _no_formula(cell: Callable[[], exp.Expression]) -> Callable[[], exp.Expression]:
    """With the text once in it: it is repeated where it is quoted, and there may be many columns."""
    return lambda: called("regexp_replace", cell(), text(_FORMULA), text("'\\0"))


def _quoted(cell: Callable[[], exp.Expression], form: CsvText, writer: Writer) -> exp.Expression:
    """Quoted where it must be. Looking for each character by itself is several times faster than one pattern."""
    needs: exp.Expression = called("contains", cell(), writer.parameter(form.delimiter))
    for one in (_QUOTE, "\n", "\r"):
        needs = exp.Or(this=needs, expression=called("contains", cell(), text(one)))
    return exp.Case(ifs=[exp.If(this=needs, true=_within_quotes(cell()))], default=cell())


def _within_quotes(cell: exp.Expression) -> exp.Expression:
    return concat(text(_QUOTE), called("replace", cell, text(_QUOTE), text(_QUOTE * 2)), text(_QUOTE))


def _json_row(query: BoundQuery, form: JsonText, writer: Writer) -> exp.Expression:
    members = _members(query, form, writer)
    if not form.is_feature:
        return concat(text(form.before + "{"), *members, text("}" + form.after))
    at = form.left_out
    shape = text("null") if at is None else otherwise(geometry(query.outputs[at], at), "null")
    head = text(form.before + '{"type":"Feature","geometry":')
    return concat(head, shape, text(',"properties":{'), *members, text("}}" + form.after))


def _members(query: BoundQuery, form: JsonText, writer: Writer) -> list[exp.Expression]:
    parts: list[exp.Expression] = []
    for at, output in enumerate(query.outputs):
        if at != form.left_out:
            name = called("to_json", cast(writer.parameter(output.name), "TEXT"))
            comma = text("," if parts else "")
            parts += [comma, cast(name, "TEXT"), text(":"), _json_value(at, output, form, writer)]
    return parts


def _json_value(at: int, output: Output, form: JsonText, writer: Writer) -> exp.Expression:
    if output.as_json is not None:
        value = parsed_json(output.as_json, at, writer)
    else:
        value = json(output, at, form, writer)
    return otherwise(value, "null")
