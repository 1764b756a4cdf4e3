"""A value as text: as people read it, and as JSON. What stands in a text more than once is written anew each time, because
it may hold a parameter."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from colonnade.engine.port import Printing
from colonnade.engine.sql.dates import clocks, timestamp
from colonnade.engine.sql.expressions import Writer
from colonnade.engine.sql.pieces import called, cast, column, text
from colonnade.query.printing import DATE_LENGTHS
from colonnade.query.schema import FieldType
from colonnade.query.tree import AsJson, Output

ANSWER = "answer"
"""The alias of the rows that become text; their columns are `column_name(0)`, ..."""

_QUOTE = '"'
_DATETIME_LENGTH, _TIME_LENGTH = len("2020-01-01 00:00:00.000000"), len("00:00:00.000000")

_JSON_TEXT = r'"(\\.|[^"\\])*"'
_LENIENT_JSON = r"(?i)nan|inf|,\s*[\]}]"


def column_name(at: int) -> str:
    return f"c{at}"


def value_of(at: int) -> exp.Expression:
    return column(column_name(at), ANSWER)


def concat(*parts: exp.Expression) -> exp.Expression:
    """Nulls in it are empty."""
    return called("concat", *parts)


def joined(*parts: exp.Expression) -> exp.Expression:
    """Null if one of them is."""
    whole = parts[0]
    for one in parts[1:]:
        whole = exp.DPipe(this=whole, expression=one)
    return exp.Paren(this=whole)


def otherwise(value: exp.Expression, told: str) -> exp.Expression:
    return called("coalesce", value, text(told))


def where_true(condition: exp.Expression, value: exp.Expression) -> exp.Expression:
    """Null elsewhere."""
    return exp.Case(ifs=[exp.If(this=condition, true=value)], default=exp.Null())


def plain(
    output: Output, value: exp.Expression, form: Printing, writer: Writer, *, as_wkt: bool = False
) -> exp.Expression:
    """The text of a value that is no list."""
    if as_wkt and output.type is FieldType.GEO_POINT:
        lon, lat = _degrees(value, "lon", "lat")
        return joined(text("POINT("), lon, text(" "), lat, text(")"))
    if output.precision is not None:
        return called("left", cast(value, "TEXT"), exp.Literal.number(DATE_LENGTHS[output.precision]))
    return _PLAIN.get(output.type, _cast_to_text)(value, form, writer)


def json(output: Output, at: int, form: Printing, writer: Writer) -> exp.Expression:
    """The value as JSON, null where it is null."""
    value = value_of(at)
    if output.multivalued or output.type in {FieldType.TEXT, FieldType.JSON}:
        return cast(called("to_json", value), "TEXT")
    match output.type:
        case FieldType.INT | FieldType.BOOLEAN | FieldType.DOUBLE | FieldType.FILE:
            return plain(output, value, form, writer)
        case FieldType.GEO_POINT:
            lon, lat = _degrees(value, "lon", "lat")
            return joined(text('{"lon":'), lon, text(',"lat":'), lat, text("}"))
        case FieldType.GEO_SHAPE:
            feature = joined(text('{"type":"Feature","geometry":'), value, text(',"properties":{}}'))
            return _if_json(value, feature)
        case _:
            return joined(text(_QUOTE), plain(output, value, form, writer), text(_QUOTE))


def parsed_json(as_json: AsJson, at: int, writer: Writer) -> exp.Expression:
    """A text as the JSON that it is, on one line; else what is shown otherwise, as JSON. DuckDB takes more for JSON than
    others do: commas that nothing follows, and words for what is no number."""
    value = value_of(at)
    without_texts = called("regexp_replace", value, text(_JSON_TEXT), text("0"), text("g"))
    is_lenient = called("regexp_matches", without_texts, text(_LENIENT_JSON))
    is_json = exp.And(this=called("json_valid", value.copy()), expression=exp.Not(this=is_lenient))
    whole = cast(called("json", where_true(is_json, value.copy())), "TEXT")
    if as_json.otherwise is None:
        shown: exp.Expression = value.copy()
    else:
        shown = where_true(
            exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null())), writer.write(as_json.otherwise)
        )
    return called("coalesce", whole, cast(called("to_json", cast(shown, "TEXT")), "TEXT"))


def geometry(output: Output, at: int) -> exp.Expression:
    """A point or a shape as a GeoJSON geometry."""
    value = value_of(at)
    if output.type is FieldType.GEO_POINT:
        lon, lat = _degrees(value, "lon", "lat")
        return joined(text('{"type":"Point","coordinates":['), lon, text(","), lat, text("]}"))
    return _if_json(value, value.copy())


def _if_json(value: exp.Expression, result: exp.Expression) -> exp.Expression:
    """Live rows may hold a text that is no geometry: null."""
    return where_true(called("json_valid", value.copy()), result)


def _degrees(value: exp.Expression, *names: str) -> list[exp.Expression]:
    return [cast(called("struct_extract", value.copy(), text(one)), "TEXT") for one in names]


def _cast_to_text(value: exp.Expression, _form: Printing, _writer: Writer) -> exp.Expression:
    return cast(value, "TEXT")


def _unchanged(value: exp.Expression, _form: Printing, _writer: Writer) -> exp.Expression:
    return value


def _double(value: exp.Expression, _form: Printing, _writer: Writer) -> exp.Expression:
    """Neither JSON nor a reader of numbers knows infinity: null."""
    return where_true(called("isfinite", value.copy()), cast(value, "TEXT"))


def _point(value: exp.Expression, _form: Printing, _writer: Writer) -> exp.Expression:
    lat, lon = _degrees(value, "lat", "lon")
    return joined(lat, text(", "), lon)


def _file(value: exp.Expression, form: Printing, writer: Writer) -> exp.Expression:
    """What is told of a file, and its address."""
    told = called("left", value, exp.Literal.number(-1))
    file_id = called("json_extract_string", value.copy(), text("$.id"))
    return joined(told, text(',"url":"'), writer.parameter(form.files), file_id, text('"}'))


def _datetime(value: exp.Expression, form: Printing, _writer: Writer) -> exp.Expression:
    """ISO 8601 with the offset that the zone has at that time."""
    if form.zone is None:
        return joined(_iso(value), text("+00:00"))
    local = local_time(value, form)
    minutes = called("date_diff", text("minute"), value.copy(), local)
    sign = exp.Case(
        ifs=[exp.If(this=exp.LT(this=minutes, expression=exp.Literal.number(0)), true=text("-"))],
        default=text("+"),
    )
    size = called("abs", minutes.copy())
    hours = exp.IntDiv(this=size, expression=exp.Literal.number(60))
    rest = exp.Mod(this=size.copy(), expression=exp.Literal.number(60))
    return joined(_iso(local.copy()), sign, called("printf", text("%02d:%02d"), hours, rest))


def local_time(value: exp.Expression, form: Printing) -> exp.Expression:
    """What the clocks of the form's zone show; rows have naive UTC, and keep it where the zone has a year that dates
    have not: before 1, after 9999."""
    if form.zone is None:
        return value.copy()
    local = clocks(value.copy(), form.zone)
    is_inside = exp.Or(
        this=_between(value.copy(), "0001-01-03", "9999-12-29"),  # as nearly all, and cheap to say
        expression=_between(local, "0001-01-01", "9999-12-31 23:59:59.999999"),
    )
    return exp.Case(ifs=[exp.If(this=is_inside, true=local.copy())], default=value.copy())


def _between(value: exp.Expression, first: str, last: str) -> exp.Expression:
    return exp.Between(this=value, low=timestamp(text(first)), high=timestamp(text(last)))


def _iso(value: exp.Expression) -> exp.Expression:
    return called("replace", _whole_fraction(cast(value, "TEXT"), _DATETIME_LENGTH), text(" "), text("T"))


def _time(value: exp.Expression, _form: Printing, _writer: Writer) -> exp.Expression:
    return _whole_fraction(cast(value, "TEXT"), _TIME_LENGTH)


def _whole_fraction(moment: exp.Expression, length: int) -> exp.Expression:
    """With all six digits or none, as the API prints it; DuckDB leaves out zeros at the end."""
    filled = called("rpad", moment.copy(), exp.Literal.number(length), text("0"))
    return exp.Case(
        ifs=[exp.If(this=called("contains", moment, text(".")), true=filled)], default=moment.copy()
    )


_PLAIN: Mapping[FieldType, Callable[[exp.Expression, Printing, Writer], exp.Expression]] = {
    FieldType.TEXT: _unchanged,
    FieldType.JSON: _unchanged,
    FieldType.GEO_SHAPE: _unchanged,
    FieldType.GEO_POINT: _point,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
    FieldType.DOUBLE: _double,
    FieldType.FILE: _file,
}
"""What a value is as text; the other types as the engine casts them."""
