"""A row as a text of parts: markup, RDF, calendars."""

from collections.abc import Callable, Mapping
from functools import reduce

from sqlglot import exp

from colonnade.engine.port import Cell, Folded, LineText, Way
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.pieces import called, cast, each, element, text
from colonnade.engine.sql.printing import concat, joined, json, otherwise, plain, value_of, where_true
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

_Made = Callable[[], exp.Expression]
"""Written anew wherever it stands, because it may hold a parameter."""

_NOT_XML = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
_MARKUP = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_ICAL = (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\r", "\\n"), ("\n", "\\n"))
_SPECIAL_ICAL = r"[\\;,\x00-\x1F\x7F]"
_NOT_ICAL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
_LINE_BYTES = 73
"""Of a line of iCalendar, which may have 75 with the blank before it."""
_CHARACTER_BYTES = 4


def line_row(query: BoundQuery, form: LineText, writer: Writer) -> exp.Expression:
    parts = [_part(one, query, form, writer) for one in form.parts]
    whole = concat(*parts, text(""))
    if form.needs is None:
        return whole
    is_there = exp.Not(this=exp.Is(this=value_of(form.needs), expression=exp.Null()))
    return exp.Case(ifs=[exp.If(this=is_there, true=whole)], default=text(""))


def xml(made: _Made, forbidden: str = _NOT_XML) -> exp.Expression:
    """A text in XML. A clean text is told by three fast looks and one slower one."""
    is_unclean = called("regexp_matches", made(), text(_NOT_XML.replace("[", r"[\r&<>", 1)))
    markup = _replaced(made(), _MARKUP)
    safe = called("regexp_replace", markup, text(forbidden), text("\ufffd"), text("g"))
    return exp.Case(ifs=[exp.If(this=is_unclean, true=safe)], default=made())


def _part(part: str | Cell | Folded, query: BoundQuery, form: LineText, writer: Writer) -> exp.Expression:
    if isinstance(part, str):
        return writer.parameter(part)
    if isinstance(part, Cell):
        return otherwise(_cell(part, query, form, writer), "")

    line = concat(*(_part(one, query, form, writer) for one in part.parts), text(""))
    return _folded(line)


def _cell(cell: Cell, query: BoundQuery, form: LineText, writer: Writer) -> exp.Expression:
    output = query.outputs[cell.at]
    if cell.each and output.multivalued:
        before = writer.parameter(cell.before)
        one = Output(output.name, output.expr, FieldType.TEXT)
        made = joined(before, _WAYS[cell.way](element, one), writer.parameter(cell.after))
        return called("array_to_string", each(value_of(cell.at), result=made), text(""))
    told = joined(
        writer.parameter(cell.before), _value(cell, output, form, writer), writer.parameter(cell.after)
    )
    if cell.later_than is None:
        return told
    return where_true(exp.GT(this=value_of(cell.at), expression=value_of(cell.later_than)), told)


def _value(cell: Cell, output: Output, form: LineText, writer: Writer) -> exp.Expression:
    if cell.way is Way.JSON:
        return json(output, cell.at, form, writer)

    def made() -> exp.Expression:
        if cell.way in {Way.MOMENT, Way.MOMENT_AFTER}:
            return value_of(cell.at)
        if output.multivalued:
            return called("array_to_string", value_of(cell.at), text(", "))
        return plain(output, value_of(cell.at), form, writer, as_wkt=form.as_wkt)

    return _WAYS[cell.way](made, output)


def _plain(made: _Made, _output: Output) -> exp.Expression:
    return made()


def _string(made: _Made, _output: Output) -> exp.Expression:
    return cast(called("to_json", cast(made(), "TEXT")), "TEXT")


def _xml(made: _Made, output: Output) -> exp.Expression:
    return made() if output.type in _SAFE else xml(made)


def _ical(made: _Made, output: Output) -> exp.Expression:
    if output.type in _SAFE - {FieldType.GEO_POINT}:
        return made()
    is_unclean = called("regexp_matches", made(), text(_SPECIAL_ICAL))
    escaped = _replaced(made(), _ICAL)
    safe = called("regexp_replace", escaped, text(_NOT_ICAL), text("\ufffd"), text("g"))
    return exp.Case(ifs=[exp.If(this=is_unclean, true=safe)], default=made())


def _moment(made: _Made, output: Output) -> exp.Expression:
    pattern = "%Y%m%d" if output.type is FieldType.DATE else "%Y%m%dT%H%M%SZ"
    return called("strftime", made(), text(pattern))


def _moment_after(made: _Made, output: Output) -> exp.Expression:
    """The end of an event is the day after its last one."""
    if output.type is not FieldType.DATE:
        return _moment(made, output)
    after = exp.Paren(this=exp.Add(this=made(), expression=exp.Literal.number(1)))
    return called("strftime", after, text("%Y%m%d"))


def _folded(line: exp.Expression) -> exp.Expression:
    """As the one element of a list, so that the line is made once."""
    size, length = called("strlen", element()), called("length", element())
    end = text("\r\n")
    pieces = exp.Case(
        ifs=[
            exp.If(this=exp.EQ(this=element(), expression=text("")), true=text("")),
            exp.If(
                this=exp.LTE(this=size, expression=exp.Literal.number(_LINE_BYTES)),
                true=concat(element(), end),
            ),
            exp.If(
                this=exp.EQ(this=size.copy(), expression=length),
                true=concat(_split(_LINE_BYTES), end.copy()),
            ),
        ],
        default=concat(_split(_LINE_BYTES // _CHARACTER_BYTES), end.copy()),
    )
    return called("array_to_string", each(exp.Array(expressions=[line]), result=pieces), text(""))


def _split(characters: int) -> exp.Expression:
    return called("regexp_replace", element(), text(f"(.{{{characters}}})"), text("\\1\r\n "), text("g"))


def _replaced(value: exp.Expression, pairs: tuple[tuple[str, str], ...]) -> exp.Expression:
    return reduce(lambda one, pair: called("replace", one, text(pair[0]), text(pair[1])), pairs, value)


_SAFE = frozenset(
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
"""Types whose texts hold nothing that is markup."""

_WAYS: Mapping[Way, Callable[[_Made, Output], exp.Expression]] = {
    Way.PLAIN: _plain,
    Way.STRING: _string,
    Way.XML: _xml,
    Way.ICAL: _ical,
    Way.MOMENT: _moment,
    Way.MOMENT_AFTER: _moment_after,
}
