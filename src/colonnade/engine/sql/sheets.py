"""A row as a row of a worksheet, in Office Open XML."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlglot import exp

from colonnade.engine.port import SheetText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.lines import xml
from colonnade.engine.sql.pieces import called, cast, column, text
from colonnade.engine.sql.printing import (
    ANSWER,
    concat,
    joined,
    local_time,
    otherwise,
    plain,
    value_of,
    where_true,
)
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

_MOST_DIGITS = 999_999_999_999_999
_FIRST_DAY = "1900-03-01"
"""Spreadsheets count days, and take 1900 for a leap year."""
_DAY_ZERO = "1899-12-30"
_MICROSECONDS = 86_400_000_000
_ESCAPE = "_(x[0-9A-Fa-f]{4}_)"
"""What a spreadsheet takes for a character by its number."""
_SHORT = frozenset(
    {
        FieldType.INT,
        FieldType.DOUBLE,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.TIME,
        FieldType.GEO_POINT,
    }
)


ROW_NUMBER = "r"
"""The column of the rows' numbers, as texts, that stands beside theirs."""


def sheet_row(query: BoundQuery, form: SheetText, writer: Writer) -> exp.Expression:
    cells = [_cell(at, output, form, writer) for at, output in enumerate(query.outputs)]
    return concat(text('<row r="'), _number(), text('">'), *cells, text("</row>"))


def numbered(rows: str) -> str:
    """SQL of the rows with their numbers; the first row is that of the columns' names."""
    return f'SELECT *, CAST(row_number() OVER () + 1 AS TEXT) AS "{ROW_NUMBER}" FROM ({rows})'


def _number() -> exp.Expression:
    return column(ROW_NUMBER, ANSWER)


def first_too_long(query: BoundQuery, form: SheetText, writer: Writer) -> exp.Expression:
    most = exp.Literal.number(form.most_characters)
    checks = [
        exp.If(
            # A character of two units counts twice; bytes are looked at first, because they need not be counted.
            this=exp.And(
                this=exp.GT(this=called("strlen", _text(at, one, form, writer)), expression=most.copy()),
                expression=exp.GT(this=_units(partial(_text, at, one, form, writer)), expression=most.copy()),
            ),
            true=exp.Literal.number(at),
        )
        for at, one in enumerate(query.outputs)
        if one.multivalued or one.type not in _SHORT
    ]
    found = exp.Case(ifs=checks, default=exp.Null()) if checks else exp.Null()
    return cast(found, "INTEGER")


def _units(made: Callable[[], exp.Expression]) -> exp.Expression:
    """`made`: written anew wherever it stands, because it may hold a parameter."""
    beyond = called("regexp_replace", made(), text(r"[\x{0000}-\x{FFFF}]"), text(""), text("g"))
    return exp.Add(this=called("length", made()), expression=called("length", beyond))


def _cell(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    number = _NUMBERS.get(output.type)
    if number is not None and not output.multivalued and output.precision is None:
        return number(at, output, form, writer)
    return _or_empty(_text_cell(at, output, form, writer))


def _or_empty(cell: exp.Expression) -> exp.Expression:
    return otherwise(cell, "")


def _text(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    if output.multivalued:
        return called("array_to_string", value_of(at), text(", "))
    return plain(output, value_of(at), form, writer)


def _text_cell(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    """A text is a text, whatever it begins with."""

    def made() -> exp.Expression:
        found = _text(at, output, form, writer)
        if output.type in _SHORT and not output.multivalued:
            return found
        is_escape = called("regexp_matches", found, text(_ESCAPE))
        again = _text(at, output, form, writer)
        written = called("regexp_replace", again, text(_ESCAPE), text(r"_x005F_\1"), text("g"))
        return exp.Case(ifs=[exp.If(this=is_escape, true=written)], default=_text(at, output, form, writer))

    return _put(form, at, ' t="inlineStr"', '<is><t xml:space="preserve">', xml(made), "</t></is>")


def _put(
    form: SheetText, at: int, kind: str, before: str, value: exp.Expression, after: str
) -> exp.Expression:
    """A cell; null where the value is."""
    return joined(
        text(f'<c r="{form.columns[at]}'), _number(), text(f'"{kind}>{before}'), value, text(f"{after}</c>")
    )


def _counted(form: SheetText, at: int, kind: str, value: exp.Expression) -> exp.Expression:
    return _put(form, at, kind, "<v>", value, "</v>")


def _int(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    most = exp.Literal.number(_MOST_DIGITS)
    exact = exp.Between(this=value_of(at), low=exp.Neg(this=most), high=most.copy())
    return _number_if(exact, _counted(form, at, "", cast(value_of(at), "TEXT")), at, output, form, writer)


def _double(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    number = where_true(called("isfinite", value_of(at)), cast(value_of(at), "TEXT"))
    return _or_empty(_counted(form, at, "", number))


def _boolean(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    return _or_empty(_counted(form, at, ' t="b"', cast(cast(value_of(at), "INTEGER"), "TEXT")))


def _date(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    days = called("date_diff", text("day"), _day(_DAY_ZERO), value_of(at))
    known = exp.GTE(this=value_of(at), expression=_day(_FIRST_DAY))
    return _number_if(known, _counted(form, at, ' s="1"', cast(days, "TEXT")), at, output, form, writer)


def _datetime(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    """As the clocks of the zone show it: a spreadsheet knows no zones."""
    since = called(
        "epoch_us", exp.Paren(this=exp.Sub(this=local_time(value_of(at), form), expression=_start()))
    )
    known = exp.GTE(this=local_time(value_of(at), form), expression=cast(_day(_FIRST_DAY), "TIMESTAMP"))
    return _number_if(known, _counted(form, at, ' s="2"', _in_days(since)), at, output, form, writer)


def _time(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    return _or_empty(_counted(form, at, ' s="3"', _in_days(called("epoch_us", value_of(at)))))


def _number_if(
    condition: exp.Expression,
    cell: exp.Expression,
    at: int,
    output: Output,
    form: SheetText,
    writer: Writer,
) -> exp.Expression:
    as_text = _or_empty(_text_cell(at, output, form, writer))
    return exp.Case(ifs=[exp.If(this=condition, true=cell)], default=as_text)


def _day(iso: str) -> exp.Expression:
    return cast(text(iso), "DATE")


def _start() -> exp.Expression:
    return cast(_day(_DAY_ZERO), "TIMESTAMP")


def _in_days(microseconds: exp.Expression) -> exp.Expression:
    days = exp.Div(this=cast(microseconds, "DOUBLE"), expression=exp.Literal.number(_MICROSECONDS))
    return cast(exp.Paren(this=days), "TEXT")


_NUMBERS: Mapping[FieldType, Callable[[int, Output, SheetText, Writer], exp.Expression]] = {
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
"""What a spreadsheet counts or calculates with; the other types are text."""
