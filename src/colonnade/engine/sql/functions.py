"""The functions of a row's values as SQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Protocol

from sqlglot import exp

from colonnade.engine.sql.pieces import called, cast, column, each, element, text
from colonnade.query.date_format import NAMED, NAMES, parts
from colonnade.query.schema import ID
from colonnade.query.tree import Call, Expr, Literal, Scalar


class Writing(Protocol):
    """What writes the arguments. Values must be written in the order of the text, and anew wherever they stand."""

    def write(self, expr: Expr) -> exp.Expression: ...

    def parameter(self, value: Scalar) -> exp.Expression: ...

    def is_list(self, expr: Expr) -> bool: ...


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
    name = writer.write(zone)
    return called("timezone", name, called("timezone", text("UTC"), writer.write(value)))


def _random(writer: Writing, expr: Call) -> exp.Expression:
    return called("hash", column(ID), cast(writer.write(expr.arguments[0]), "BIGINT"))


_STRFTIME: Mapping[str, str] = {
    **dict.fromkeys(("yy", "YY"), "%y"),
    **dict.fromkeys(("yyyy", "YYYY"), "%Y"),
    "xxxx": "%G",
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
    if kind == "strftime":
        return called("strftime", date, writer.parameter(what))
    if kind in NAMED:
        return _named(date, kind, NAMES[language].of(kind))
    if kind == "xx":
        year = called("mod", called("isoyear", date), exp.Literal.number(100))
        return called("lpad", cast(year, "TEXT"), exp.Literal.number(2), text("0"))
    return cast(called("week", date), "TEXT")


def _named(date: exp.Expression, symbol: str, names: Sequence[str]) -> exp.Expression:
    number = called("month" if symbol.startswith("M") else "isodow", date)
    return called("list_extract", exp.Array(expressions=[text(one) for one in names]), number)


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


def _record_id(writer: Writing, expr: Call) -> exp.Expression:
    """The public id of a row, as `core.records.identity` makes it of the row's id, its table and the table's mask."""
    row, table, mask = expr.arguments
    masked = called("xor", writer.write(row), cast(writer.write(mask), "BIGINT"))
    number = called("lpad", called("hex", masked), exp.Literal.number(16), text("0"))
    told = called("concat", writer.write(table), text(":"), writer.write(row))
    check = called("substr", called("sha1", told), exp.Literal.number(1), exp.Literal.number(24))
    return called("concat", called("lower", number), check)


CALLS: Mapping[str, Callable[[Writing, Call], exp.Expression]] = {
    **{name: _plain(name) for name in ("year", "month", "day", "hour", "minute", "second")},
    "lower": _plain("lower"),
    "length": _plain("length"),
    "ifnull": _plain("coalesce"),
    "negate": _negate,
    "local": _local,
    "date_format": _date_format,
    "random": _random,
    "path_start": _path_start,
    "record_id": _record_id,
}
"""By name. `colonnade.query.values` says what their arguments are."""
