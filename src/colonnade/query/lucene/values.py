"""The values of indexed columns, read as the column's name says that they are."""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping

from colonnade.errors import Invalid
from colonnade.query.lucene.moments import LONGEST, moment
from colonnade.query.numbers import is_storable
from colonnade.query.tree import Scalar

COLUMN = re.compile(r"column_(?P<type>unicode|int|float|bool|datetime|date|time)_.*", re.DOTALL)
TEXT, TIME, MOMENT = "unicode", "time", "datetime"

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_CLOCK = re.compile(r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_TRUE, _FALSE = frozenset({"true", "t", "yes", "y", "1"}), frozenset({"false", "f", "no", "n", "0"})

DAY_OF_TIMES = dt.date(9999, 12, 31)
"""Times are moments of this day."""

Reader = Callable[[str, dt.datetime], Scalar]
"""Raises ValueError."""


def typed(type_: str, text: str, field: str, now: dt.datetime) -> Scalar:
    """The value that a text is, of a type other than `unicode`: a moment for dates and datetimes (naive UTC), a time or
    a moment of another day for times. Raises `Invalid` with code `parameter.invalid`."""
    reader, expected = _READERS[type_]
    if len(text) > LONGEST:
        raise wrong(field, text, expected)
    try:
        return reader(text.strip(), now)
    except (ValueError, OverflowError):
        raise wrong(field, text, expected) from None


def wrong(field: str, text: str, expected: str) -> Invalid:
    shown = text if len(text) <= 100 else text[:100] + "..."
    return Invalid(
        f"Invalid value for {field} in the search: {shown} was found but {expected} is expected.",
        code="parameter.invalid",
        parameter="q",
        field=field,
    )


def _whole(text: str, _now: dt.datetime) -> int:
    if not _WHOLE.fullmatch(text) or not is_storable(found := int(text)):
        raise ValueError(text)
    return found


def _number(text: str, _now: dt.datetime) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(found := float(text)):
        raise ValueError(text)
    return found


def _boolean(text: str, _now: dt.datetime) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


def _time(text: str, now: dt.datetime) -> Scalar:
    if _CLOCK.fullmatch(text):
        return dt.time.fromisoformat(text)
    at = moment(text, now)
    return at.time() if at.date() == DAY_OF_TIMES else at


_A_MOMENT = "a date as 2024-03-07T15:04:05Z or NOW-7DAYS"
_READERS: Mapping[str, tuple[Reader, str]] = {
    "int": (_whole, "a whole number"),
    "float": (_number, "a number"),
    "bool": (_boolean, "true or false"),
    "datetime": (moment, _A_MOMENT),
    "date": (moment, _A_MOMENT),
    "time": (_time, "a time as 9999-12-31T15:04:05Z"),
}
