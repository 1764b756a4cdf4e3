"""Refinements: conditions by facet values, as `refine=modified:2019/12` and `exclude=country:"FR"` say them."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from colonnade.query.dates import parse_date
from colonnade.query.malformed import malformed
from colonnade.query.numbers import read_number
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import And, Compare, CompareOp, Expr, FieldRef, Literal, Not, Or, StartsWith
from colonnade.query.types import DATES, NUMBERS, TEXTS

_FIELD = r"`(?:[^`\\]|\\.)+`|\"(?:[^\"\\]|\\.)+\"|'(?:[^'\\]|\\.)+'|[^:`\"']+"
_REFINEMENT = re.compile(rf"\s*(?P<field>{_FIELD})\s*:(?P<value>.*)", re.DOTALL)
_QUOTED = re.compile(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PATH = re.compile(r"(\d{1,4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?", re.ASCII)

_FALSE = Literal(value=False)

HIERARCHICAL = "hierarchical"
"""The annotation of a field whose values are paths; its argument stands between their steps."""


@dataclass(frozen=True, slots=True)
class Refinement:
    """A field and one of its facet values, as a path where these are paths."""

    field: str
    value: str


def parse_refinement(text: str, clause: str = "refine") -> Refinement:
    """`FIELD:VALUE`, split at the first colon outside quotes; either may be quoted. Raises `Invalid`."""
    found = _REFINEMENT.fullmatch(text)
    if found is None or not found["field"].strip():
        raise malformed(clause, "A refinement is a field, a colon and a value.")
    field, value = found["field"].strip(), found["value"]
    if field[0] in "`\"'":
        field = _unquoted(field)
    quoted = _QUOTED.fullmatch(value)
    return Refinement(field, value if quoted is None else _unquoted(quoted[1]))


def refined(
    refinements: Iterable[Refinement],
    schema: Schema,
    *,
    disjunctive: Collection[str] = (),
    clause: str = "refine",
) -> Expr | None:
    """The condition that all refinements make: those of one field must all hold, or one of them where the field is
    disjunctive (by its annotation, or named in `disjunctive`). None without any. Raises `Invalid`."""
    by_field: dict[str, list[Expr]] = {}
    for one in refinements:
        field = _field(one.field, schema, clause)
        by_field.setdefault(field.name, []).append(has_facet_value(field, one.value, clause))
    found: list[Expr] = []
    for name, terms in by_field.items():
        is_disjunctive = name in disjunctive or is_disjunctive_field(_field(name, schema, clause))
        found.append(_joined(Or if is_disjunctive else And, terms))
    return _joined(And, found) if found else None


def excluded(refinements: Iterable[Refinement], schema: Schema, *, clause: str = "exclude") -> Expr | None:
    """The condition that no refinement holds; None without any. Raises `Invalid`."""
    terms: list[Expr] = [
        Not(has_facet_value(_field(one.field, schema, clause), one.value, clause)) for one in refinements
    ]
    return _joined(And, terms) if terms else None


def is_disjunctive_field(field: Field) -> bool:
    return "disjunctive" in field.annotations


def separator(field: Field) -> str | None:
    """What stands between the levels of a hierarchical field; None for a field without levels."""
    if HIERARCHICAL not in field.annotations:
        return None
    arguments = field.annotations[HIERARCHICAL]
    return str(arguments[0]) if arguments and str(arguments[0]) else "/"


def has_facet_value(field: Field, value: str, clause: str) -> Expr:
    """The condition that a record has a facet value. The value of a hierarchical field stands for what is below it,
    too. A date is a path `YYYY/MM/DD` or its beginning, whose days are those of the query's zone. Raises `Invalid`."""
    reference = FieldRef(field.name)
    if field.type in TEXTS:
        return _text(field, value, separator(field))
    if field.type in DATES:
        return _period(reference, value, clause)
    if field.type in NUMBERS:
        number = number_of(value)
        return _FALSE if number is None else _equal(reference, number)
    if field.type is FieldType.BOOLEAN:
        return _equal(reference, value.lower() == "true") if value.lower() in {"true", "false"} else _FALSE
    if field.type is FieldType.TIME:
        return _time(reference, value)
    raise malformed(clause, f"Values of type {field.type} are no facet values.")


def _text(field: Field, value: str, levels: str | None) -> Expr:
    same = _equal(FieldRef(field.name), value)
    return same if levels is None else Or((same, StartsWith(value + levels, (field.name,))))


def padded(path: str) -> str:
    """A date's path as facets write it, `2019/08` for `2019/8` and `2019-8`; any other text as it is."""
    found = _PATH.fullmatch(path.strip())
    if found is None:
        return path
    year, *rest = (one for one in found.groups() if one is not None)
    return "/".join([year.zfill(4), *(one.zfill(2) for one in rest)])


def period(text: str) -> tuple[dt.date, dt.date | None]:
    """The first day of the year, month or day that a path as `2014/03` names, and the first day after it; None at the
    end of time. Raises ValueError for what is no such path."""
    found = _PATH.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = (None if one is None else int(one) for one in found.groups())
    start = dt.date(year or 0, month or 1, day or 1)
    return start, _next(start, month is None, day is None)


def _period(reference: FieldRef, value: str, clause: str) -> Expr:
    try:
        if _PATH.fullmatch(value.strip()) is None:
            return _equal(reference, parse_date(value))
        start, after = period(value)
    except ValueError:
        raise malformed(clause, f"Invalid date to parse '{value}'.") from None
    begun = Compare(CompareOp.GE, reference, Literal(start))
    return begun if after is None else And((begun, Compare(CompareOp.LT, reference, Literal(after))))


def _next(start: dt.date, is_year: bool, is_month: bool) -> dt.date | None:
    """The day after a period; None at the end of time."""
    try:
        if is_year:
            return start.replace(year=start.year + 1)
        if is_month:
            return (start + dt.timedelta(days=31)).replace(day=1)
        return start + dt.timedelta(days=1)
    except (ValueError, OverflowError):
        return None


def _time(reference: FieldRef, value: str) -> Expr:
    try:
        return _equal(reference, dt.time.fromisoformat(value))
    except ValueError:
        return _FALSE


def number_of(value: str) -> int | float | None:
    """None for a text that is no number."""
    try:
        return read_number(value.strip())
    except ValueError:
        return None


def _equal(reference: FieldRef, value: str | float | dt.date | dt.time) -> Expr:
    return Compare(CompareOp.EQ, reference, Literal(value))


def _joined(connector: type[And | Or], terms: Sequence[Expr]) -> Expr:
    return terms[0] if len(terms) == 1 else connector(tuple(terms))


def _field(name: str, schema: Schema, clause: str) -> Field:
    found = schema.get(name)
    if found is None:
        raise malformed(clause, f"Unknown field: {name}.")
    return found


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(r"\1", text[1:-1])
