"""The functions of ODSQL: what each makes of its arguments. Whether their types fit is seen when a query is bound."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from colonnade.query.tree import (
    Aggregate,
    Bounds,
    Call,
    Expr,
    FieldRef,
    Literal,
    MatchMode,
    Prefix,
    Quantity,
    Star,
    StartsWith,
    TextMatch,
)


class ArgumentsError(ValueError):
    """The arguments do not fit; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """The argument of `count(distinct f)`."""

    value: Expr


Arguments = Sequence[Expr | Distinct]
Function = Callable[[str, Arguments, int], Expr]
"""Makes the node of a call from its name, its arguments and its offset. Raises `ArgumentsError`."""


def _count(name: str, arguments: Arguments, at: int) -> Expr:
    if len(arguments) != 1:
        raise ArgumentsError("count() takes one argument, a field or *.")
    (argument,) = arguments
    if isinstance(argument, Star):
        return Aggregate(name, at=at)
    if isinstance(argument, Distinct):
        return Aggregate(name, _value(name, argument.value), distinct=True, at=at)
    return Aggregate(name, _value(name, argument), at=at)


def _aggregate(name: str, arguments: Arguments, at: int) -> Expr:
    (value,) = _values(name, arguments, 1)
    return Aggregate(name, value, at=at)


def _percentile(name: str, arguments: Arguments, at: int) -> Expr:
    value, rank = _values(name, arguments, 2)
    match rank:
        case Literal(value=int() | float() as p) if not isinstance(p, bool) and 0 <= p <= 100:
            return Aggregate(name, value, parameter=float(p), at=at)
        case _:
            raise ArgumentsError("percentile() takes a number from 0 to 100 as its second argument.")


def _fields_and_text(name: str, arguments: Arguments) -> tuple[tuple[str, ...] | None, str]:
    """`("text")`, `(field, field, "text")`, `(*, "text")`; None: every field."""
    text = arguments[-1] if arguments else None
    if not isinstance(text, Literal) or not isinstance(text.value, str):
        raise ArgumentsError(f"{name}() takes a quoted text as its last argument.")
    places = arguments[:-1]
    if all(isinstance(place, Star) for place in places):
        return None, text.value
    names = tuple(place.name for place in places if isinstance(place, FieldRef))
    if len(names) != len(places):
        raise ArgumentsError(f"{name}() takes fields or * before its text.")
    return names, text.value


def _match(mode: MatchMode) -> Function:
    def made(name: str, arguments: Arguments, at: int) -> Expr:
        fields, text = _fields_and_text(name, arguments)
        return TextMatch(text, fields, mode, at=at)

    return made


def _starts_with(name: str, arguments: Arguments, at: int) -> Expr:
    fields, text = _fields_and_text(name, arguments)
    return StartsWith(text, fields, at=at)


def _scalar(least: int, most: int) -> Function:
    """A function of plain values."""

    def made(name: str, arguments: Arguments, at: int) -> Expr:
        return Call(name, _values(name, arguments, least, most), at=at)

    return made


def _any(name: str, arguments: Arguments, at: int) -> Expr:
    """A function whose arguments are looked at later."""
    given = tuple(one for one in arguments if not isinstance(one, Distinct))
    if len(given) != len(arguments):
        raise ArgumentsError(f"{name}() does not take distinct.")
    return Call(name, given, at=at)


def _bbox(name: str, arguments: Arguments, at: int) -> Expr:
    """Of one value an aggregate; with corners the old name of `in_bbox`."""
    return (_aggregate if len(arguments) == 1 else _any)(name, arguments, at)


def _values(name: str, arguments: Arguments, least: int, most: int | None = None) -> tuple[Expr, ...]:
    if not least <= len(arguments) <= (most or least):
        counted = str(least) if most in {None, least} else f"{least} to {most}"
        raise ArgumentsError(f"{name}() takes {counted} argument{'' if counted == '1' else 's'}.")
    return tuple(_value(name, one) for one in arguments)


def _value(name: str, argument: Expr | Distinct) -> Expr:
    if isinstance(argument, Distinct | Star | Prefix | Quantity | Bounds):
        raise ArgumentsError(f"{name}() takes fields and values.")
    return argument


FUNCTIONS: Mapping[str, Function] = {
    "search": _match(MatchMode.FUZZY),
    "suggest": _match(MatchMode.PREFIXES),
    "startswith": _starts_with,
    "count": _count,
    "percentile": _percentile,
    **dict.fromkeys(("sum", "avg", "min", "max", "median", "envelope"), _aggregate),
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second"), _scalar(1, 1)),
    **dict.fromkeys(("millisecond", "quarter", "dayofweek"), _scalar(1, 1)),
    **dict.fromkeys(("length", "lower", "upper", "random"), _scalar(1, 1)),
    **dict.fromkeys(("ifnull", "date_format"), _scalar(2, 2)),
    "json_format": _scalar(1, 2),
    **dict.fromkeys(("now", "include", "exclude", "range", "equi", "top", "geo_cluster"), _any),
    **dict.fromkeys(("within_distance", "distance", "in_bbox"), _any),
    "bbox": _bbox,
    **dict.fromkeys(("intersects", "disjoint", "within", "geometry", "polygon"), _any),
}
"""By lower-case name. The grammar's FUNCTION terminal lists the same names."""
