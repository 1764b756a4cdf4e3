"""A row as a row of a worksheet, in Office Open XML."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from colonnade.engine.port import Printing, SheetText
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.lines import xml
from colonnade.engine.sql.pieces import called, cast, text
from colonnade.engine.sql.printing import concat, local_time, plain, value_of, where_true
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


def sheet_row(query: BoundQuery, form: SheetText, writer: Writer) -> exp.Expression:
    """Cells without an address stand one after the other."""
    cells = [_cell(at, output, form, writer) for at, output in enumerate(query.outputs)]
    return concat(text("<row>"), *cells, text("</row>"))


def first_too_long(query: BoundQuery, form: SheetText, writer: Writer) -> exp.Expression:
    most = exp.Literal.number(form.most_characters)
    checks = [
        exp.If(
            # A character of two units counts twice; bytes are looked at first, because they need not be counted.
            this=exp.And(
                this=exp.GT(this=called("strlen", _text(at, one, form, writer)), expression=most.copy()),
                expression=exp.GT(this=_units(_text(at, one, form, writer)), expression=most.copy()),
            ),
            true=exp.Literal.number(at),
        )
        for at, one in enumerate(query.outputs)
        if one.multivalued or one.type not in _SHORT
    ]
    found = exp.Case(ifs=checks, default=exp.Null()) if checks else exp.Null()
    return cast(found, "INTEGER")


def _units(value: exp.Expression) -> exp.Expression:
    beyond = called("regexp_replace", value.copy(), text(r"[\x{0000}-\x{FFFF}]"), text(""), text("g"))
    return exp.Add(this=called("length", value), expression=called("length", beyond))


def _cell(at: int, output: Output, form: SheetText, writer: Writer) -> exp.Expression:
    number = _NUMBERS.get(output.type)
    if number is not None and not output.multivalued and output.precision is None:
        return number(at, output, form, writer)
    return _or_empty(_text_cell(at, output, form, writer))


def _or_empty(cell: exp.Expression) -> exp.Expression:
    return called("coalesce", cell, text("<c/>"))


def _text(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    if output.multivalued:
        return called("array_to_string", value_of(at), text(", "))
    return plain(output, value_of(at), form, writer)


def _text_cell(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    """A text is a text, whatever it begins with."""

    def made() -> exp.Expression:
        found = _text(at, output, form, writer)
        if output.type in _SHORT and not output.multivalued:
            return found
        is_escape = called("regexp_matches", found, text(_ESCAPE))
        again = _text(at, output, form, writer)
        written = called("regexp_replace", again, text(_ESCAPE), text(r"_x005F_\1"), text("g"))
        return exp.Case(ifs=[exp.If(this=is_escape, true=written)], default=_text(at, output, form, writer))

    return _put('<c t="inlineStr"><is><t xml:space="preserve">', xml(made), "</t></is></c>")


def _put(before: str, value: exp.Expression, after: str) -> exp.Expression:
    """Null where the value is."""
    whole = exp.DPipe(this=exp.DPipe(this=text(before), expression=value), expression=text(after))
    return exp.Paren(this=whole)


def _int(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    most = exp.Literal.number(_MOST_DIGITS)
    exact = exp.Between(this=value_of(at), low=exp.Neg(this=most), high=most.copy())
    return _number_if(exact, _put("<c><v>", cast(value_of(at), "TEXT"), "</v></c>"), at, output, form, writer)


def _double(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    number = where_true(called("isfinite", value_of(at)), cast(value_of(at), "TEXT"))
    return _or_empty(_put("<c><v>", number, "</v></c>"))


def _boolean(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    return _or_empty(_put('<c t="b"><v>', cast(cast(value_of(at), "INTEGER"), "TEXT"), "</v></c>"))


def _date(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    days = called("date_diff", text("day"), _day(_DAY_ZERO), value_of(at))
    known = exp.GTE(this=value_of(at), expression=_day(_FIRST_DAY))
    return _number_if(known, _put('<c s="1"><v>', cast(days, "TEXT"), "</v></c>"), at, output, form, writer)


def _datetime(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    """As the clocks of the zone show it: a spreadsheet knows no zones."""
    since = called(
        "epoch_us", exp.Paren(this=exp.Sub(this=local_time(value_of(at), form), expression=_start()))
    )
    known = exp.GTE(this=local_time(value_of(at), form), expression=cast(_day(_FIRST_DAY), "TIMESTAMP"))
    return _number_if(known, _put('<c s="2"><v>', _in_days(since), "</v></c>"), at, output, form, writer)


def _time(at: int, output: Output, form: Printing, writer: Writer) -> exp.Expression:
    return _or_empty(_put('<c s="3"><v>', _in_days(called("epoch_us", value_of(at))), "</v></c>"))


def _number_if(
    condition: exp.Expression,
    cell: exp.Expression,
    at: int,
    output: Output,
    form: Printing,
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


_NUMBERS: Mapping[FieldType, Callable[[int, Output, Printing, Writer], exp.Expression]] = {
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
"""What a spreadsheet counts or calculates with; the other types are text."""
