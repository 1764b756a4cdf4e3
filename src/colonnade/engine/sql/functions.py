"""The functions of a row's values as SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial, reduce
from typing import Protocol

from sqlglot import exp

from colonnade.engine.layout import text_of
from colonnade.engine.sql.dates import clocks
from colonnade.engine.sql.pieces import ROWS, called, cast, column, each, element, folded, joined, text
from colonnade.engine.sql.sizes import size_of
from colonnade.query.date_format import NAMED, names, parts
from colonnade.query.schema import ID, FieldType, Schema
from colonnade.query.tree import Call, Expr, FieldRef, Literal, Scalar
from colonnade.query.types import Typed, type_of


class Writing(Protocol):
    """What writes the arguments. Values must be written in the order of the text, and anew wherever they stand."""

    def write(self, expr: Expr) -> exp.Expression: ...

    def parameter(self, value: Scalar) -> exp.Expression: ...

    def is_list(self, expr: Expr) -> bool: ...

    @property
    def prepared(self) -> frozenset[str]: ...

    @property
    def has_many_rows(self) -> bool: ...

    @property
    def schema(self) -> Schema: ...


def _plain(name: str) -> Callable[[Writing, Call], exp.Expression]:
    def written(writer: Writing, expr: Call) -> exp.Expression:
        return called(name, *(writer.write(one) for one in expr.arguments))

    return written


def _negate(writer: Writing, expr: Call) -> exp.Expression:
    zero = cast(exp.Literal.number(0), "BIGINT")
    return called("try", exp.Sub(this=zero, expression=writer.write(expr.arguments[0])))


def _local(writer: Writing, expr: Call) -> exp.Expression:
    """What the clocks of a zone show at an instant; rows have naive UTC."""
    value, zone = expr.arguments
    assert isinstance(zone, Literal)
    return clocks(writer.write(value), str(zone.value), of_many=writer.has_many_rows)


def _weekday(writer: Writing, expr: Call) -> exp.Expression:
    """Monday is 0."""
    iso = called("isodow", writer.write(expr.arguments[0]))
    return exp.Paren(this=exp.Sub(this=iso, expression=exp.Literal.number(1)))


def _yearday(writer: Writing, expr: Call) -> exp.Expression:
    return called("dayofyear", writer.write(expr.arguments[0]))


def _millisecond(writer: Writing, expr: Call) -> exp.Expression:
    """DuckDB counts those of the whole minute."""
    minute = called("millisecond", writer.write(expr.arguments[0]))
    return exp.Mod(this=minute, expression=exp.Literal.number(1_000))


def _random(writer: Writing, expr: Call) -> exp.Expression:
    """Of a row by its id, of a group by its keys."""
    seed, *keys = expr.arguments
    number = cast(writer.write(seed), "BIGINT")
    return called("hash", number, *([writer.write(one) for one in keys] or [column(ID)]))


_STRFTIME: Mapping[str, str] = {
    **dict.fromkeys(("yy", "YY"), "%y"),
    **dict.fromkeys(("yyyy", "YYYY"), "%Y"),
    **dict.fromkeys(("xxxx", "xxxxx"), "%G"),
    "ww": "%V",
    "e": "%u",
    "D": "%-j",
    "DDD": "%j",
    "M": "%-m",
    "MM": "%m",
    "d": "%-d",
    "dd": "%d",
    "H": "%-H",
    "HH": "%H",
    "m": "%-M",
    "mm": "%M",
    "s": "%-S",
    "ss": "%S",
}


def _date_format(writer: Writing, expr: Call) -> exp.Expression:
    value, pattern, language = expr.arguments
    assert isinstance(pattern, Literal)
    assert isinstance(language, Literal)
    pieces = [
        _formatted(writer, value, kind, what, str(language.value))
        for kind, what in _merged(str(pattern.value))
    ]
    return exp.Paren(this=reduce(lambda left, right: exp.DPipe(this=left, expression=right), pieces))


def _merged(pattern: str) -> Iterator[tuple[str, str]]:
    """The pieces of a format: `strftime` with its format, as long as it goes, or a symbol that it does not have."""
    waiting = ""
    for part in parts(pattern):
        if not part.is_symbol:
            waiting += part.text.replace("%", "%%")
        elif part.text in _STRFTIME:
            waiting += _STRFTIME[part.text]
        else:
            if waiting:
                yield "strftime", waiting
            yield part.text, ""
            waiting = ""
    if waiting or not pattern:
        yield "strftime", waiting


def _formatted(writer: Writing, value: Expr, kind: str, what: str, language: str) -> exp.Expression:
    date = writer.write(value)
    if kind == "strftime" and not what:  # which DuckDB refuses
        return called("left", cast(date, "TEXT"), exp.Literal.number(0))
    if kind == "strftime":
        return called("strftime", date, writer.parameter(what))
    if kind in NAMED:
        return _named(date, kind, names(language).of(kind))
    if kind == "xx":
        year = called("mod", called("isoyear", date), exp.Literal.number(100))
        return called("lpad", cast(year, "TEXT"), exp.Literal.number(2), text("0"))
    return cast(called("week", date), "TEXT")


def _named(date: exp.Expression, symbol: str, known: Sequence[str]) -> exp.Expression:
    number = called("month" if symbol.startswith("M") else "isodow", date)
    return called("list_extract", exp.Array(expressions=[text(one) for one in known]), number)


def _path_start(writer: Writing, expr: Call) -> exp.Expression:
    """The first levels of a path; null for one that has fewer, or another beginning. Of a list, those of its
    elements."""
    value, *rest = expr.arguments
    if not writer.is_list(value):
        return _levels(writer, lambda: writer.write(value), *rest)
    start = _levels(writer, element, *rest)
    return each(writer.write(value), result=start)


def _levels(
    writer: Writing, value: Callable[[], exp.Expression], separator: Expr, levels: Expr, start: Expr
) -> exp.Expression:
    assert isinstance(levels, Literal)
    count = exp.Literal.number(int(str(levels.value)))

    def split() -> exp.Expression:
        return called("string_split", value(), writer.write(separator))

    has_enough = exp.GTE(this=called("len", split()), expression=count.copy())
    begins = called("starts_with", value(), writer.write(start))
    some = called("list_slice", split(), exp.Literal.number(1), count)
    path = called("array_to_string", some, writer.write(separator))
    return exp.Case(ifs=[exp.If(this=exp.And(this=has_enough, expression=begins), true=path)])


def _file_id(writer: Writing, expr: Call) -> exp.Expression:
    return called("json_extract_string", writer.write(expr.arguments[0]), text("$.id"))


def _record_id(writer: Writing, expr: Call) -> exp.Expression:
    """The public id of a row, as `core.records.identity` makes it of the row's id, its table and the table's mask."""
    row, table, mask = expr.arguments
    masked = called("xor", writer.write(row), cast(writer.write(mask), "BIGINT"))
    number = called("lpad", called("hex", masked), exp.Literal.number(16), text("0"))
    told = called("concat", writer.write(table), text(":"), writer.write(row))
    check = called("substr", called("sha1", told), exp.Literal.number(1), exp.Literal.number(24))
    return called("concat", called("lower", number), check)


def _record_size(writer: Writing, expr: Call) -> exp.Expression:
    fields = [
        (one.name, type_of(one, writer.schema), partial(writer.write, one))
        for one in expr.arguments
        if isinstance(one, FieldRef)
    ]
    return size_of(fields)


def _place_text(writer: Writing, expr: Call) -> exp.Expression:
    """A point or a shape as a GeoJSON geometry."""
    (field,) = expr.arguments
    if type_of(field, writer.schema) == Typed(FieldType.GEO_SHAPE):
        return cast(writer.write(field), "TEXT")
    lon, lat = (
        cast(called("struct_extract", writer.write(field), text(one)), "TEXT") for one in ("lon", "lat")
    )
    pieces = (text('{"type":"Point","coordinates":['), lon, text(","), lat, text("]}"))
    return exp.Paren(this=reduce(lambda left, right: exp.DPipe(this=left, expression=right), pieces))


def _place_digest(writer: Writing, expr: Call) -> exp.Expression:
    return called("md5", _place_text(writer, expr))


def _words_across(writer: Writing, expr: Call) -> exp.Expression:
    """Whether the words of a whole row, its cells one after the other as an index has them, are somewhere what a regular
    expression says. What it was made of is for an index."""
    pattern, _phrases, *cells = expr.arguments
    assert isinstance(pattern, Literal)
    fields = (writer.schema.get(one.name) for one in cells if isinstance(one, FieldRef))
    texts = [exp.Var(this=text_of(one, ROWS)) for one in fields if one is not None]
    row = called("strip_accents", called("lower", called("concat_ws", text(" "), text(""), *texts)))
    # Classes of letters between the words of the expression would make it too long for DuckDB.
    words = called("regexp_replace", row, text(r"[^\pL\pN]+"), text(" "), text("g"))
    return called("regexp_matches", words, writer.parameter(f"(?:^| )(?:{pattern.value})(?: |$)"))


def _substring_across(writer: Writing, expr: Call) -> exp.Expression:
    """Whether a text stands anywhere in one of the fields, whatever its case and accents."""
    wanted, *fields = expr.arguments
    terms = [_holds(writer, one, wanted) for one in fields]
    return joined(exp.Or, terms, empty=False)


def _holds(writer: Writing, field: Expr, wanted: Expr) -> exp.Expression:
    value = writer.write(field)
    typed = type_of(field, writer.schema)
    if typed is not None and typed.multivalued:
        value = called("array_to_string", value, text(" "))
    elif typed is None or typed.type is not FieldType.TEXT:
        value = cast(value, "TEXT")
    return called(
        "coalesce", called("contains", folded(value), folded(writer.write(wanted))), exp.Boolean(this=False)
    )


def number_of(value: Callable[[], exp.Expression]) -> exp.Expression:
    """A text as the double that it is; null where it is none."""

    def number() -> exp.Expression:
        return exp.TryCast(this=value(), to=exp.DataType.build("DOUBLE"))

    return exp.Case(ifs=[exp.If(this=called("isfinite", number()), true=number())])


def _number(writer: Writing, expr: Call) -> exp.Expression:
    return number_of(lambda: writer.write(expr.arguments[0]))


CALLS: Mapping[str, Callable[[Writing, Call], exp.Expression]] = {
    **{name: _plain(name) for name in ("year", "month", "day", "hour", "minute", "second")},
    "weekday": _weekday,
    "yearday": _yearday,
    "quarter": _plain("quarter"),
    "dayofweek": _plain("isodow"),
    "millisecond": _millisecond,
    "lower": _plain("lower"),
    "upper": _plain("upper"),
    "length": _plain("length"),
    "ifnull": _plain("coalesce"),
    "negate": _negate,
    "local": _local,
    "date_format": _date_format,
    "random": _random,
    "path_start": _path_start,
    "record_id": _record_id,
    "record_size": _record_size,
    "words_across": _words_across,
    "substring_across": _substring_across,
    "number": _number,
    "file_id": _file_id,
    "json_member": _plain("json_extract_string"),
    "place_text": _place_text,
    "place_digest": _place_digest,
}
"""By name. `colonnade.query.values` says what their arguments are."""
