"""Dates of the Lucene language: `2024-03-07T15:04:05Z`, `NOW`, and either with `+7DAYS` and `/DAY` behind it."""

import datetime as dt
import re
from functools import lru_cache

from colonnade.query.dates import naive_utc, parse_date
from colonnade.query.moments import moved

_NOW = "NOW"
LONGEST = 200
"""Characters of a moment, as of every value that is no text."""

_STEP = re.compile(r"(?:(?P<sign>[+-])(?P<number>[0-9]{1,6})|/)(?P<unit>[A-Z]+)")
_MATH = re.compile(r"(?:(?:[+-][0-9]{1,6}|/)[A-Z]+)*$")
"""Looks at each character as often as there are steps before it."""
_UNITS = {
    **dict.fromkeys(("YEAR", "YEARS"), "years"),
    **dict.fromkeys(("MONTH", "MONTHS"), "months"),
    **dict.fromkeys(("DAY", "DAYS", "DATE"), "days"),
    **dict.fromkeys(("HOUR", "HOURS"), "hours"),
    **dict.fromkeys(("MINUTE", "MINUTES"), "minutes"),
    **dict.fromkeys(("SECOND", "SECONDS"), "seconds"),
}
_FIRST = (("month", 1), ("day", 1), ("hour", 0), ("minute", 0), ("second", 0), ("microsecond", 0))
_KEPT = {"years": 0, "months": 1, "days": 2, "hours": 3, "minutes": 4, "seconds": 5}
"""How many of `_FIRST` stay as they are when a moment is rounded."""


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """The moment that a text names, as naive UTC; what has no offset is UTC, a day its beginning. `now` has an offset.
    Raises ValueError."""
    if len(text) > LONGEST:
        raise ValueError(text[:LONGEST])
    return _moment(text.strip(), now)


@lru_cache(maxsize=1_000)
def _moment(told: str, now: dt.datetime) -> dt.datetime:
    """Kept, because a question reads its moments for each dataset."""
    math = _MATH.search(told)
    assert math is not None, "it may be empty"
    start = told[: math.start()]
    at = (
        now.astimezone(dt.UTC).replace(tzinfo=None) if start == _NOW else naive_utc(parse_date(start), dt.UTC)
    )
    for step in _STEP.finditer(math[0]):
        at = _stepped(at, step)
    return at


def _stepped(at: dt.datetime, step: re.Match[str]) -> dt.datetime:
    unit = _UNITS.get(step["unit"])
    if unit is None:
        raise ValueError(step["unit"])
    if step["number"] is None:
        return moved(at, dict(_FIRST[_KEPT[unit] :]))
    return moved(at, {unit: int(step["sign"] + step["number"])})
