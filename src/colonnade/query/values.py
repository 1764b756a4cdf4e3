"""The values of a query, bound: fields, literals, arithmetic, functions and aggregates, their names known and their
types fitting."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from colonnade.query import geo
from colonnade.query.date_format import parts
from colonnade.query.literals import checked_text, coerced, instant
from colonnade.query.malformed import malformed
from colonnade.query.moments import WORDS, moved
from colonnade.query.schema import FieldType
from colonnade.query.scope import Scope
from colonnade.query.tree import (
    Aggregate,
    Arithmetic,
    Bounds,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    Geometry,
    Literal,
    Prefix,
    Quantity,
    Star,
)
from colonnade.query.types import DATES, NUMBERS, OF_TEXTS, TEXTS, Typed
from colonnade.query.walk import has_aggregate, walk

_MOST_STEPS = 500
"""Of sums and products inside each other; an engine nests them deeper than the tree does."""

_AGGREGATING = frozenset({"select", "order_by"})
_NUMERIC = frozenset({"sum", "avg", "median", "percentile", "stddev", "sum_squares"})
"""The last two are said by no clause of ODSQL, only by what builds trees; so are the last two parts of a date."""
_DATE_PARTS = (
    *("year", "quarter", "month", "day", "dayofweek", "hour", "minute", "second", "millisecond"),
    *("weekday", "yearday"),
)
_ORDERED = frozenset({"min", "max"})


def is_value(expr: Expr) -> bool:
    """Whether it is a value by its form, and not a condition or something that only stands in arguments."""
    return isinstance(expr, FieldRef | Literal | Arithmetic | Aggregate | Call)


def bound_value(expr: Expr, scope: Scope, clause: str) -> Expr:
    """The value as an engine takes it. The tree must not be deep (`walk.check_depth`). Raises `Invalid`."""
    match expr:
        case FieldRef():
            scope.typed(expr, clause)
            return expr
        case Literal():
            return _literal(expr, scope, clause)
        case Arithmetic():
            return _arithmetic(expr, scope, clause)
        case Aggregate():
            return _aggregate(expr, scope, clause)
        case Call():
            return _call(expr, scope, clause)
        case Prefix() | Quantity() | Geometry() | Bounds() | Star():
            raise malformed(clause, "A value is missing where only fields and values can stand.")
        case _:
            raise malformed(clause, "A condition stands where a value is needed.")


def moment_of(expr: Call, scope: Scope, clause: str) -> Literal:
    """`now(...)` as a date with an offset. Raises `Invalid`."""
    told: dict[str, int] = {}
    for argument in expr.arguments:
        match argument:
            case Compare(op=CompareOp.EQ, left=FieldRef(name), right=Literal(value=int() as number)) if (
                name in WORDS and not isinstance(number, bool)
            ):
                told.pop(name, None)  # so that the last one of two stands last
                told[name] = number
            case _:
                raise malformed(clause, "now() takes words with whole numbers, as days=-7.")
    try:
        return Literal(moved(scope.moment.astimezone(scope.zone), told), at=expr.at)
    except ValueError:
        raise malformed(clause, "now() is told a moment that does not exist.") from None


def _literal(expr: Literal, scope: Scope, clause: str) -> Literal:
    value = expr.value
    if isinstance(value, str):
        checked_text(value, clause)
    if isinstance(value, dt.datetime):
        return Literal(instant(value, scope.zone, clause), at=expr.at)
    return expr


def _arithmetic(expr: Arithmetic, scope: Scope, clause: str) -> Expr:
    if sum(len(one.rest) for one in walk(expr) if isinstance(one, Arithmetic)) > _MOST_STEPS:
        raise malformed(clause, f"Arithmetic may have {_MOST_STEPS} operators at most.")
    first = _number(expr.first, scope, clause)
    return replace(expr, first=first, rest=tuple((op, _number(one, scope, clause)) for op, one in expr.rest))


def _number(expr: Expr, scope: Scope, clause: str) -> Expr:
    bound = bound_value(expr, scope, clause)
    typed = scope.type_of(bound)
    if typed is not None and (typed.type not in NUMBERS or typed.multivalued):
        raise malformed(clause, f"Arithmetic takes numbers, not values of type {typed.type}.")
    return bound


def _aggregate(expr: Aggregate, scope: Scope, clause: str) -> Expr:
    if clause not in _AGGREGATING:
        raise malformed(clause, f"{expr.function}() stands in select and order_by alone.")
    if expr.argument is None:
        return expr
    if expr.function in geo.AGGREGATES:
        return geo.aggregate(expr, scope, clause)
    if has_aggregate(expr.argument):
        raise malformed(clause, f"{expr.function}() cannot be taken over an aggregation.")
    argument = bound_value(expr.argument, scope, clause)
    if isinstance(argument, Literal):
        raise malformed(clause, f"{expr.function}() takes a field or a value made of fields.")
    typed = scope.type_of(argument)
    if expr.function in OF_TEXTS and (typed is None or typed.type not in TEXTS or typed.multivalued):
        raise malformed(clause, f"{expr.function}() takes a text.")
    allowed = NUMBERS if expr.function in _NUMERIC else NUMBERS | DATES
    if expr.function in _NUMERIC | _ORDERED and (
        typed is None or typed.type not in allowed or typed.multivalued
    ):
        raise malformed(clause, _unfit(expr.function, typed))
    return replace(expr, argument=argument)


def _unfit(function: str, typed: Typed | None) -> str:
    of_dates = f", and {function}() numbers alone" if typed is not None and typed.type in DATES else ""
    return f"StatAggregation only supports numeric or date expression{of_dates}."


def _call(expr: Call, scope: Scope, clause: str) -> Expr:
    binder = _BINDERS.get(expr.function)
    if binder is None:
        raise malformed(clause, f"{expr.function}() {_NO_VALUES.get(expr.function, 'is no value.')}")
    return binder(expr, scope, clause)


_NO_VALUES: Mapping[str, str] = {
    **dict.fromkeys(("include", "exclude"), "stands in select alone."),
    "json_format": "stands in select alone, and not within another value.",
    "range": "stands in group_by alone.",
    **dict.fromkeys(("equi", "top"), "is a reserved word, and no function."),
}
"""What is wrong with a call of these where a value is needed. Elsewhere they are understood, or nowhere."""


def _negate(expr: Call, scope: Scope, clause: str) -> Expr:
    return replace(expr, arguments=(_number(expr.arguments[0], scope, clause),))


def _of_date(expr: Call, scope: Scope, clause: str) -> Expr:
    return replace(expr, arguments=(_local(expr, scope, clause),))


def _local(expr: Call, scope: Scope, clause: str) -> Expr:
    """The date that a function is asked about, a datetime as the clocks of the zone show it."""
    bound, typed = _one(expr, scope, clause)
    if typed is None or typed.type not in DATES:
        raise malformed(clause, f"{expr.function}() takes a date.")
    if typed.type is FieldType.DATETIME and scope.zone_name is not None:
        return Call("local", (bound, Literal(scope.zone_name)), at=expr.at)
    return bound


def _of_text(expr: Call, scope: Scope, clause: str) -> Expr:
    bound, typed = _one(expr, scope, clause)
    if typed is None or typed.type not in TEXTS:
        raise malformed(clause, f"{expr.function}() takes a text.")
    return replace(expr, arguments=(bound,))


def _one(expr: Call, scope: Scope, clause: str) -> tuple[Expr, Typed | None]:
    """The first argument, which must have one value a row."""
    bound = bound_value(expr.arguments[0], scope, clause)
    typed = scope.type_of(bound)
    if typed is not None and typed.multivalued:
        raise malformed(
            clause, f"{expr.function}() takes one value a row, and a multivalued field has several."
        )
    return bound, typed


def _if_null(expr: Call, scope: Scope, clause: str) -> Expr:
    value, typed = _one(expr, scope, clause)
    other = expr.arguments[1]
    if typed is None:
        return bound_value(other, scope, clause)
    if isinstance(other, Literal):
        _literal(other, scope, clause)
        fitting = coerced(other.value, _wider(typed.type, other), scope.zone, clause, is_ordering=False)
        return replace(expr, arguments=(value, Literal(fitting, at=other.at)))
    bound = bound_value(other, scope, clause)
    found = scope.type_of(bound)
    if found != typed and not (found and not found.multivalued and {typed.type, found.type} <= NUMBERS):
        raise malformed(clause, "The two arguments of ifnull() are of different types.")
    return replace(expr, arguments=(value, bound))


def _wider(type_: FieldType, other: Literal) -> FieldType:
    return FieldType.DOUBLE if type_ is FieldType.INT and isinstance(other.value, float) else type_


def _date_format(expr: Call, scope: Scope, clause: str) -> Expr:
    pattern = expr.arguments[1]
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        raise malformed(clause, "date_format() takes a quoted format as its second argument.")
    try:
        parts(checked_text(pattern.value, clause))
    except ValueError as error:
        raise malformed(clause, str(error)) from None
    return replace(expr, arguments=(_local(expr, scope, clause), pattern, Literal(scope.language)))


def _now(expr: Call, scope: Scope, clause: str) -> Expr:
    return _literal(moment_of(expr, scope, clause), scope, clause)


def _random(expr: Call, scope: Scope, clause: str) -> Expr:
    if clause != "order_by":
        raise malformed(clause, "random() stands in order_by alone.")
    match expr.arguments:
        case (Literal(value=int() as seed),) if not isinstance(seed, bool):
            return expr
        case _:
            raise malformed(clause, "random() takes a whole number.")


def _system(expr: Call, scope: Scope, clause: str) -> Expr:
    """No language says this: the core does, for a system column that has a public name."""
    (name,) = expr.arguments
    assert isinstance(name, Literal)
    return FieldRef(str(name.value), at=expr.at)


def _first_bound(expr: Call, scope: Scope, clause: str) -> Expr:
    """No language says these: facets and the core do."""
    value = bound_value(expr.arguments[0], scope, clause)
    return replace(expr, arguments=(value, *expr.arguments[1:]))


def _all_bound(expr: Call, scope: Scope, clause: str) -> Expr:
    """No language says this: the core does, of all fields that may be seen."""
    return replace(expr, arguments=tuple(bound_value(one, scope, clause) for one in expr.arguments))


_Binder = Callable[[Call, Scope, str], Expr]

_BINDERS: Mapping[str, _Binder] = {
    "negate": _negate,
    **dict.fromkeys(_DATE_PARTS, _of_date),
    "date_format": _date_format,
    **dict.fromkeys(("lower", "upper", "length"), _of_text),
    "ifnull": _if_null,
    "now": _now,
    "random": _random,
    "system": _system,
    **geo.BINDERS,
    **dict.fromkeys(("record_size", "words_across", "substring_across"), _all_bound),
    **dict.fromkeys(
        ("path_start", "record_id", "file_id", "place_text", "place_digest", "json_member", "number"),
        _first_bound,
    ),
}
"""The functions that are evaluated."""

EVALUATED: Sequence[str] = tuple(sorted(_BINDERS))
