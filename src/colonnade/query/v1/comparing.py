"""Comparisons of the `q` language: a field, a sign and a value, read as the field's type has them.

Nothing here is an error of who types: a value that can be none of its field's makes a condition that is never true.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping

from colonnade.errors import Invalid
from colonnade.query.dates import parse_date
from colonnade.query.refine import has_facet_value, number_of, period
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import And, Call, Compare, CompareOp, Expr, FieldRef, IsNull, Literal
from colonnade.query.types import DATES, NUMBERS, TEXTS
from colonnade.query.v1 import words

NEVER = Literal(value=False)
CONTAINS, SAME = ":", frozenset({"=", "=="})
ORDERS: Mapping[str, CompareOp] = {
    ">": CompareOp.GT,
    "<": CompareOp.LT,
    ">=": CompareOp.GE,
    "<=": CompareOp.LE,
}
ANY = "*"
"""The open end of a range."""

_YEARS = range(2, 9999)
"""At the ends of time no zone can be told."""


def compared(field: Field, sign: str, value: str | Call, *, is_quoted: bool = False) -> Expr:
    """A condition as `pop>=12`, `name:"a b"` or `day<#now()`. A `value` that is a call is `now(...)`."""
    if isinstance(value, Call):
        return _with_moment(field, ORDERS.get(sign, CompareOp.EQ), value)
    if sign in ORDERS:
        return _ordered(field, ORDERS[sign], value)
    if sign == CONTAINS and field.type in TEXTS:
        return words.phrase(value, field.name) if is_quoted else words.of_field(value, field.name)
    return same(field, value)


def same(field: Field, value: str) -> Expr:
    """The field has this value, whole; a date lies in this year, month or day."""
    reference = FieldRef(field.name)
    if field.type in TEXTS:
        return Compare(CompareOp.EQ, reference, Literal(value))
    if field.type in DATES:
        return _dated(reference, CompareOp.EQ, value)
    if field.type is FieldType.BOOLEAN:
        value = {"1": "true", "0": "false"}.get(value, value)
    try:
        return has_facet_value(field, value, "q")
    except Invalid:  # a place, or whatever else has no values that could be typed
        return NEVER


def between(field: Field, low: str | Call, high: str | Call, *, is_closed: tuple[bool, bool]) -> Expr:
    """A range as `[2014/01 TO 2014/12]`; it has neither end where both are open."""
    ends = ((low, ">=" if is_closed[0] else ">"), (high, "<=" if is_closed[1] else "<"))
    terms = [compared(field, sign, end) for end, sign in ends if end != ANY]
    if not terms:
        return IsNull(FieldRef(field.name), negated=True)
    return terms[0] if len(terms) == 1 else And(tuple(terms))


def _ordered(field: Field, op: CompareOp, value: str) -> Expr:
    reference = FieldRef(field.name)
    if field.multivalued:
        return NEVER
    if field.type in DATES:
        return _dated(reference, op, value)
    if field.type in NUMBERS:
        number = _number(value)
        return NEVER if number is None else Compare(op, reference, Literal(number))
    if field.type is FieldType.TEXT:
        return Compare(op, reference, Literal(value))
    return NEVER


def _with_moment(field: Field, op: CompareOp, moment: Call) -> Expr:
    return Compare(op, FieldRef(field.name), moment) if field.type in DATES else NEVER


def _number(text: str) -> int | float | None:
    number = number_of(text)
    return number if number is not None and math.isfinite(number) else None


def _dated(reference: FieldRef, op: CompareOp, text: str) -> Expr:
    """A year, a month or a day is all of it: what is after 2014 begins with 2015."""
    try:
        start, after = period(text)
        is_moment = False
    except ValueError:
        try:
            start, after, is_moment = parse_date(text), None, True
        except ValueError:
            return NEVER
    if start.year not in _YEARS or (after is None and not is_moment):
        return NEVER
    if is_moment:
        return Compare(op, reference, Literal(start))
    assert after is not None
    return _PERIODS[op](reference, start, after)


def _from(reference: FieldRef, day: dt.date) -> Expr:
    return Compare(CompareOp.GE, reference, Literal(day))


def _before(reference: FieldRef, day: dt.date) -> Expr:
    return Compare(CompareOp.LT, reference, Literal(day))


_PERIODS: Mapping[CompareOp, Callable[[FieldRef, dt.date, dt.date], Expr]] = {
    CompareOp.EQ: lambda one, start, after: And((_from(one, start), _before(one, after))),
    CompareOp.GE: lambda one, start, _: _from(one, start),
    CompareOp.GT: lambda one, _, after: _from(one, after),
    CompareOp.LT: lambda one, start, _: _before(one, start),
    CompareOp.LE: lambda one, _, after: _before(one, after),
}
