"""Literals as the columns beside them have them."""

import datetime as dt
from collections.abc import Callable, Mapping

from colonnade.query.dates import naive_utc, parse_date
from colonnade.query.malformed import incompatible, malformed
from colonnade.query.numbers import is_storable
from colonnade.query.schema import FieldType
from colonnade.query.tree import Scalar

_Converter = Callable[[Scalar, dt.tzinfo], Scalar]
"""Raises TypeError for a value that can never be one of the column's, ValueError for a date that is none."""


def coerced(value: Scalar, type_: FieldType, zone: dt.tzinfo, clause: str, *, is_ordering: bool) -> Scalar:
    """The value as a column of this type has it; null stays null.

    A quoted date, and a number like 20200229 or 2020, is read as a date only where values are ordered (`<`, `>=`):
    beside `=` and IN it is incompatible. Raises `Invalid` with code `odsql.incompatible`, or `odsql.semantic` for a date that is none.
    """
    if value is None:
        return None
    converter = _CONVERTERS.get(type_)
    if converter is None:
        raise incompatible(clause, f"Values of type {type_} cannot be compared.")
    try:
        if is_ordering and type_ in _ORDERED_BY_TEXT:
            value = _read_date(value)
        return converter(value, zone)
    except TypeError:
        raise incompatible(clause, f"Type {type_} cannot be compared with {spoken(value)}.") from None
    except ValueError:
        raise malformed(clause, f"Invalid date to parse '{value}'.") from None


def _read_date(value: Scalar) -> Scalar:
    if isinstance(value, int) and not isinstance(value, bool) and len(str(value)) in _DIGITS_OF_DATES:
        value = str(value)
    return parse_date(value) if isinstance(value, str) else value


def instant(value: dt.date, zone: dt.tzinfo, clause: str) -> dt.datetime:
    """A date's instant as naive UTC. Raises `Invalid` at the ends of time."""
    try:
        return naive_utc(value, zone)
    except ValueError:
        raise malformed(clause, f"Invalid date to parse '{value}'.") from None


def spoken(value: Scalar) -> str:
    """A literal's kind, in a word for people."""
    match value:
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case dt.date():
            return "a date"
        case _:
            return "a text"


def checked_text(text: str, clause: str) -> str:
    """The text, unless it holds half a character (a lone surrogate): no engine takes it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise malformed(clause, "The text is not valid Unicode.") from None
    return text


def _text(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    """A number beside a text is compared as it is written."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError


def _int(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if isinstance(value, float):
        return int(value) if value.is_integer() and is_storable(int(value)) else value
    return value if is_storable(value) else _float(value)


def _double(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    return _float(value)


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _boolean(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    """Days know no zone: only an offset that is written moves the literal, to UTC."""
    if not isinstance(value, dt.date):
        raise TypeError
    return naive_utc(value, dt.UTC) if isinstance(value, dt.datetime) else value


def _datetime(value: Scalar, zone: dt.tzinfo) -> Scalar:
    if not isinstance(value, dt.date):
        raise TypeError
    return naive_utc(value, zone)


def _time(value: Scalar, _zone: dt.tzinfo) -> Scalar:
    if isinstance(value, str):
        value = dt.time.fromisoformat(value)
    if not isinstance(value, dt.time):
        raise TypeError
    return value.replace(tzinfo=None)


_DIGITS_OF_DATES = (4, 8)
_ORDERED_BY_TEXT = frozenset({FieldType.DATE, FieldType.DATETIME})

_CONVERTERS: Mapping[FieldType, _Converter] = {
    FieldType.TEXT: _text,
    FieldType.JSON: _text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
"""Places are missing: nothing is equal to them, or less."""
