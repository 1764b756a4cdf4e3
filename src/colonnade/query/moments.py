"""`now(...)`: a moment, some of its parts set, then shifted, then moved to a day of the week."""

import calendar
import datetime as dt
from collections.abc import Mapping

_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_DAYS = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")

WORDS = frozenset((*_PARTS, *(f"{one}s" for one in _PARTS), "weekday", *_DAYS))
"""What `now` can be told."""


def moved(moment: dt.datetime, told: Mapping[str, int]) -> dt.datetime:
    """The moment that is told, in the zone of `moment`. `told`: by the words of `WORDS`, a later one of two that say
    the same day of the week wins. Raises ValueError for a moment that does not exist."""
    try:
        return _on_weekday(_shifted(_set(moment, told), told), told)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def _set(moment: dt.datetime, told: Mapping[str, int]) -> dt.datetime:
    """Parts set, months shifted and the day cut to the month's length, in one step: a day that is too large for the
    month in between may fit the last one."""
    parts = {name: told.get(name, getattr(moment, name)) for name in _PARTS}
    if not 1 <= parts["month"] <= 12:
        raise ValueError("month")
    months = parts["year"] * 12 + parts["month"] - 1 + told.get("years", 0) * 12 + told.get("months", 0)
    year, month = divmod(months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ValueError("year")
    day = min(parts["day"], calendar.monthrange(year, month + 1)[1])
    return moment.replace(**{**parts, "year": year, "month": month + 1, "day": day})


def _shifted(moment: dt.datetime, told: Mapping[str, int]) -> dt.datetime:
    names = ("days", "hours", "minutes", "seconds", "microseconds")
    return moment + dt.timedelta(**{name: told.get(name, 0) for name in names})


def _on_weekday(moment: dt.datetime, told: Mapping[str, int]) -> dt.datetime:
    """The n-th such day, today included: forward, or for a negative n backward."""
    chosen = [(name, number) for name, number in told.items() if name == "weekday" or name in _DAYS]
    if not chosen:
        return moment
    name, number = chosen[-1]
    weekday, nth = (number, 1) if name == "weekday" else (_DAYS.index(name), number or 1)
    if not 0 <= weekday <= 6:
        raise ValueError("weekday")
    weeks = 7 * (abs(nth) - 1)
    if nth > 0:
        return moment + dt.timedelta(days=weeks + (weekday - moment.weekday()) % 7)
    return moment - dt.timedelta(days=weeks + (moment.weekday() - weekday) % 7)
