"""`range(...)` of a `group_by`: buckets of one width, periods of the calendar, or slots between given bounds."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import prod
from typing import Any

from colonnade.query.dates import naive_utc
from colonnade.query.geo import is_cluster
from colonnade.query.literals import coerced, instant
from colonnade.query.malformed import malformed
from colonnade.query.schema import FieldType
from colonnade.query.scope import Scope
from colonnade.query.tree import (
    Bounds,
    Call,
    Expr,
    KeyText,
    Literal,
    Periods,
    Quantity,
    Scalar,
    Slots,
    Star,
    Widths,
)
from colonnade.query.types import DATES, NUMBERS
from colonnade.query.values import bound_value
from colonnade.query.walk import has_aggregate

Bucket = Widths | Periods | Slots

_NARROWEST, _WIDEST = 1e-12, 1e15
"""A width beyond these would leave the doubles, or the integers."""
_MOST_BOUNDS = 100
"""Each is a condition that every row is asked."""
_MOST_SLOTS = 1_000
_LONGEST_YEARS = 1_000

_UNITS: Mapping[str, str] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds"), "millisecond"),
    **dict.fromkeys(("s", "second", "seconds"), "second"),
    **dict.fromkeys(("m", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "week", "weeks"), "week"),
    **dict.fromkeys(("M", "month", "months"), "month"),
    **dict.fromkeys(("q", "quarter", "quarters"), "quarter"),
    **dict.fromkeys(("y", "year", "years"), "year"),
}

_MILLISECONDS: Mapping[str, int] = {
    "millisecond": 1,
    "second": 1_000,
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
}
"""Of the units of which there may be several."""


def is_range(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == "range"


def bound_range(expr: Expr, scope: Scope, clause: str) -> Bucket:
    """The bucket that a `range(...)` puts a row's value into. Raises `Invalid`."""
    assert isinstance(expr, Call)
    value, *steps = expr.arguments or (Star(),)
    bound = bound_value(value, scope, clause)
    typed = scope.type_of(bound)
    is_constant = isinstance(bound, Literal) or has_aggregate(bound)
    if is_constant or typed is None or typed.type not in NUMBERS | DATES:
        raise malformed(clause, "range() takes a field of numbers or dates.")
    match steps:
        case [Quantity() as period] if typed.type in DATES:
            return _periods(bound, typed.type, period, scope, clause)
        case [Literal(value=int() | float() as width)] if typed.type in NUMBERS and not isinstance(
            width, bool
        ):
            return _widths(bound, typed.type, width, clause)
        case _:
            return _slots(bound, typed.type, steps, scope, clause)


def check_slots(keys: Iterable[Expr]) -> None:
    """Refuse keys of slots that make too many groups, which are there without a record. Raises `Invalid`."""
    if prod(len(one.texts) for one in keys if isinstance(one, Slots)) > _MOST_SLOTS:
        raise malformed(
            "group_by", f"The bounds of all range() together may make {_MOST_SLOTS} groups at most."
        )


def printed(expr: Expr) -> Expr:
    """What stands in the answer for a key."""
    if is_cluster(expr):
        return Call("cluster_text", (expr,))
    return KeyText(expr) if isinstance(expr, Widths | Periods | Slots) else expr


def unprinted(expr: Expr) -> Expr:
    """The key that stands in the answer so."""
    if isinstance(expr, Call) and expr.function == "cluster_text":
        return expr.arguments[0]
    return expr.bucket if isinstance(expr, KeyText) else expr


def _widths(value: Expr, type_: FieldType, width: float, clause: str) -> Widths:
    if not _NARROWEST <= width <= _WIDEST:
        raise malformed(clause, "The width of a range() must be above 0: from 1e-12 to 1e15.")
    if not float(width).is_integer():
        return Widths(value, width)
    return Widths(value, int(width), is_whole=type_ is FieldType.INT)


def _periods(value: Expr, type_: FieldType, period: Quantity, scope: Scope, clause: str) -> Periods:
    unit, count = _UNITS.get(period.unit), period.number
    if unit is None:
        raise malformed(clause, f"range() of dates takes an interval of time, not {period.unit}.")
    if not isinstance(count, int) or count < 1:
        raise malformed(clause, "The interval of a range() must be a whole number above 0.")
    if unit not in _MILLISECONDS and count != 1:
        raise malformed(clause, f"range() takes no other number of {unit}s than 1.")
    if count * _MILLISECONDS.get(unit, 1) > _LONGEST_YEARS * 365 * _MILLISECONDS["day"]:
        raise malformed(clause, f"The interval of a range() may be {_LONGEST_YEARS} years long at most.")
    if scope.zone_name is None or type_ is FieldType.DATE:  # plain dates are what they are
        return Periods(value, count, unit, scope.zone_name)
    is_short = count * _MILLISECONDS.get(unit, _MILLISECONDS["day"]) <= _MILLISECONDS["hour"]
    shown = Call("local", (value, Literal(scope.zone_name)))
    return Periods(shown, count, unit, scope.zone_name, instant=value if is_short else None)


def _slots(value: Expr, type_: FieldType, steps: Sequence[Expr], scope: Scope, clause: str) -> Slots:
    match steps:
        case [Bounds(values)]:
            below, bounds, above = True, values, True
        case _:
            below, above = _is_star(steps[:1]), len(steps) > 1 and _is_star(steps[-1:])
            bounds = tuple(steps[below : len(steps) - above])
    known = tuple(_bound(one, type_, scope, clause) for one in bounds)
    if not known or len(known) + below + above < 2:
        raise malformed(
            clause, "range() takes a width, or at least two bounds, of which the outer ones may be *."
        )
    if len(known) > _MOST_BOUNDS:
        raise malformed(clause, f"range() takes {_MOST_BOUNDS} bounds at most.")
    if not _ascend([one.value for one in known]):
        raise malformed(clause, "The bounds of a range() must ascend.")
    texts = [_told(one, scope, clause) for one in bounds]
    return Slots(value, known, tuple(_texts(texts, below=below, above=above)), below, above)


def _ascend(values: Sequence[Scalar]) -> bool:
    comparable: list[Any] = [naive_utc(one, dt.UTC) if isinstance(one, dt.date) else one for one in values]
    return all(one < other for one, other in pairwise(comparable))


def _is_star(steps: Sequence[Expr]) -> bool:
    return any(isinstance(one, Star) for one in steps)


def _bound(step: Expr, type_: FieldType, scope: Scope, clause: str) -> Literal:
    """A bound as the values are that it is compared with."""
    is_date = type_ in DATES
    value = step.value if isinstance(step, Literal) else None
    if isinstance(value, bool) or not isinstance(value, str | dt.date if is_date else int | float):
        wanted = "dates, or its width an interval" if is_date else "numbers, or its width a number"
        raise malformed(clause, f"The bounds of this range() must be {wanted}.")
    of = FieldType.DOUBLE if isinstance(value, float) else type_
    return Literal(coerced(value, of, scope.zone, clause, is_ordering=True))


def _told(step: Expr, scope: Scope, clause: str) -> str:
    """A bound in the text of a key: a date is the instant at which it begins in the zone."""
    assert isinstance(step, Literal)
    value = step.value
    if isinstance(value, str):
        value = coerced(value, FieldType.DATETIME, scope.zone, clause, is_ordering=True)
        assert isinstance(value, dt.datetime)
        return _iso(value)
    if isinstance(value, dt.date):
        return _iso(instant(value, scope.zone, clause))
    assert isinstance(value, int | float)
    return repr(float(value))


def _iso(value: dt.datetime) -> str:
    return f"{value.isoformat(timespec='milliseconds')}Z"


def _texts(bounds: Sequence[str], *, below: bool, above: bool) -> Iterable[str]:
    steps = [*(["*"] if below else []), *bounds, *(["*"] if above else [])]
    return (f"[{low}, {high}[" for low, high in pairwise(steps))
