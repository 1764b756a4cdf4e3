"""Rows as text, written by the engine itself: each row of an answer becomes one text of a CSV or JSON file.

So a million rows cost no Python a row: the buffers of the answer's one column are the bytes of the file.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from colonnade.engine.port import CsvText, JsonText, RowText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.parts import Statement, named, select
from colonnade.engine.sql.pieces import called, cast, column, text
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

ANSWER = "answer"
"""The alias of the rows that become text; their columns are `column_name(0)`, ..."""

TEXT = "text"
"""The one column of the result."""

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


def column_name(at: int) -> str:
    return f"c{at}"


def as_text(rows: Statement, query: BoundQuery, form: RowText, writer: Writer) -> Statement:
    """The statement whose rows are the texts of another's. `rows` has a column `column_name(i)` for each output, and
    was not written with `writer`: its values stand behind those of the text."""
    write = _csv_row if isinstance(form, CsvText) else _json_row
    outer = select(named(write(query, form, writer), TEXT))
    sql = DuckDB().generator().generate(outer, copy=False)
    return Statement(f'{sql} FROM ({rows.sql}) AS "{ANSWER}"', (*writer.params, *rows.params))


def _value(at: int) -> exp.Expression:
    return column(column_name(at), ANSWER)


def _concat(*parts: exp.Expression) -> exp.Expression:
    """Nulls in it are empty."""
    return called("concat", *parts)


def _or(value: exp.Expression, otherwise: str) -> exp.Expression:
    return called("coalesce", value, text(otherwise))


def _csv_row(query: BoundQuery, form: RowText, writer: Writer) -> exp.Expression:
    assert isinstance(form, CsvText)
    is_alone = len(query.outputs) == 1
    parts: list[exp.Expression] = []
    for at, output in enumerate(query.outputs):
        if parts:
            parts.append(writer.parameter(form.delimiter))
        cell = _csv_cell(at, output, form, writer)
        # A line that is blank would be no row to those who read it.
        parts.append(_or(called("nullif", cell, text("")), _QUOTE * 2) if is_alone else cell)
    return _concat(*parts, text("\r\n"))


def _csv_cell(at: int, output: Output, form: CsvText, writer: Writer) -> exp.Expression:
    def plain() -> exp.Expression:
        """Written anew wherever it stands, because it may hold a parameter."""
        if output.multivalued:
            return called("array_to_string", _value(at), writer.parameter(form.list_separator))
        written = _PLAIN.get(output.type, _cast_to_text)(_value(at), form)
        return _finite(_value(at), written) if output.type is FieldType.DOUBLE else written

    if form.quote_all:
        return _within_quotes(plain())
    return plain() if output.type in _FREE and not output.multivalued else _quoted(plain, form, writer)


def _quoted(plain: Callable[[], exp.Expression], form: CsvText, writer: Writer) -> exp.Expression:
    """Quoted where it must be. Looking for each character by itself is several times faster than one pattern."""
    needs: exp.Expression = called("contains", plain(), writer.parameter(form.delimiter))
    for one in (_QUOTE, "\n", "\r"):
        needs = exp.Or(this=needs, expression=called("contains", plain(), text(one)))
    return exp.Case(ifs=[exp.If(this=needs, true=_within_quotes(plain()))], default=plain())


def _within_quotes(plain: exp.Expression) -> exp.Expression:
    return _concat(text(_QUOTE), called("replace", plain, text(_QUOTE), text(_QUOTE * 2)), text(_QUOTE))


def _json_row(query: BoundQuery, form: RowText, writer: Writer) -> exp.Expression:
    assert isinstance(form, JsonText)
    parts: list[exp.Expression] = [text(form.before + "{")]
    for at, output in enumerate(query.outputs):
        name = called("to_json", cast(writer.parameter(output.name), "TEXT"))
        parts += [text("," if at else ""), cast(name, "TEXT"), text(":"), _json_value(at, output, form)]
    return _concat(*parts, text("}" + form.after))


def _json_value(at: int, output: Output, form: JsonText) -> exp.Expression:
    value = _value(at)
    if output.multivalued or output.type in {FieldType.TEXT, FieldType.JSON}:
        return _or(cast(called("to_json", value), "TEXT"), "null")
    match output.type:
        case FieldType.INT | FieldType.BOOLEAN:
            return _or(_cast_to_text(value, form), "null")
        case FieldType.DOUBLE:
            return _or(_finite(value, _cast_to_text(value.copy(), form)), "null")
        case FieldType.GEO_POINT:
            return _json_point(value)
        case FieldType.GEO_SHAPE:
            return _or(_feature(value), "null")
        case _:
            plain = _PLAIN.get(output.type, _cast_to_text)(value, form)
            return _or(_joined(text(_QUOTE), plain, text(_QUOTE)), "null")


def _feature(value: exp.Expression) -> exp.Expression:
    """Live rows may hold a text that is no geometry: null."""
    feature = _joined(text('{"type":"Feature","geometry":'), value, text(',"properties":{}}'))
    return exp.Case(ifs=[exp.If(this=called("json_valid", value.copy()), true=feature)], default=exp.Null())


def _json_point(value: exp.Expression) -> exp.Expression:
    lon, lat = (cast(called("struct_extract", value.copy(), text(one)), "TEXT") for one in ("lon", "lat"))
    return _or(_joined(text('{"lon":'), lon, text(',"lat":'), lat, text("}")), "null")


def _joined(*parts: exp.Expression) -> exp.Expression:
    """Null if one of them is."""
    whole = parts[0]
    for one in parts[1:]:
        whole = exp.DPipe(this=whole, expression=one)
    return exp.Paren(this=whole)


def _finite(value: exp.Expression, plain: exp.Expression) -> exp.Expression:
    """Neither JSON nor a reader of numbers knows infinity."""
    return exp.Case(ifs=[exp.If(this=called("isfinite", value.copy()), true=plain)], default=exp.Null())


def _cast_to_text(value: exp.Expression, _form: RowText) -> exp.Expression:
    return cast(value, "TEXT")


def _unchanged(value: exp.Expression, _form: RowText) -> exp.Expression:
    return value


def _point(value: exp.Expression, _form: RowText) -> exp.Expression:
    lat, lon = (cast(called("struct_extract", value.copy(), text(one)), "TEXT") for one in ("lat", "lon"))
    return _joined(lat, text(", "), lon)


def _datetime(value: exp.Expression, form: RowText) -> exp.Expression:
    """ISO 8601 with the offset that the zone has at that time."""
    if form.zone is None:
        return _joined(_iso(value), text("+00:00"))
    local = called("timezone", text(form.zone), called("timezone", text("UTC"), value.copy()))
    minutes = called("date_diff", text("minute"), value.copy(), local)
    sign = exp.Case(
        ifs=[exp.If(this=exp.LT(this=minutes, expression=exp.Literal.number(0)), true=text("-"))],
        default=text("+"),
    )
    size = called("abs", minutes.copy())
    hours = exp.IntDiv(this=size, expression=exp.Literal.number(60))
    rest = exp.Mod(this=size.copy(), expression=exp.Literal.number(60))
    return _joined(_iso(local.copy()), sign, called("printf", text("%02d:%02d"), hours, rest))


def _iso(value: exp.Expression) -> exp.Expression:
    return called("replace", cast(value, "TEXT"), text(" "), text("T"))


_PLAIN: Mapping[FieldType, Callable[[exp.Expression, RowText], exp.Expression]] = {
    FieldType.TEXT: _unchanged,
    FieldType.JSON: _unchanged,
    FieldType.GEO_SHAPE: _unchanged,
    FieldType.GEO_POINT: _point,
    FieldType.DATETIME: _datetime,
}
"""What a value is as text; the other types as the engine casts them."""
