"""Dates as people write them in a query: ISO 8601 with any precision, `20170403`, or `2017/04/03`."""

import datetime as dt
import re

_DATE = r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?|/(?P<month2>\d\d?)(?:/(?P<day2>\d\d?))?|(?P<month3>\d\d)(?P<day3>\d\d))?"
_TIME = r"(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?)?"
_OFFSET = r"(?P<zulu>[zZ])|(?P<sign>[+-])(?P<off_hour>\d\d)(?::?(?P<off_minute>\d\d))?"
_WHOLE = re.compile(rf"{_DATE}(?:[tT ]{_TIME}(?:{_OFFSET})?)?", re.ASCII)


def parse_date(text: str) -> dt.date | dt.datetime:
    """The start of the period that a text names.

    A text without a time gives a date, otherwise a datetime, naive if the text has no offset. Raises ValueError.
    """
    found = _WHOLE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    part = found.groupdict()
    month, day = (part[name] or part[f"{name}2"] or part[f"{name}3"] or "1" for name in ("month", "day"))
    date = dt.date(int(part["year"] or 0), int(month), int(day))
    if part["hour"] is None:
        return date
    micro = int((part["fraction"] or "0")[:6].ljust(6, "0"))
    time = dt.time(int(part["hour"]), int(part["minute"] or 0), int(part["second"] or 0), micro)
    return dt.datetime.combine(date, time, _zone(part))


def naive_utc(value: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The instant of a date or datetime, read in `zone` where it has no offset of its own.

    Raises ValueError at the ends of time, where no instant can be told.
    """
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=zone)
    try:
        return value.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError as error:
        raise ValueError(str(value)) from error


def _zone(part: dict[str, str | None]) -> dt.tzinfo | None:
    if part["zulu"]:
        return dt.UTC
    if part["sign"] is None:
        return None
    offset = dt.timedelta(hours=int(part["off_hour"] or 0), minutes=int(part["off_minute"] or 0))
    return dt.timezone(-offset if part["sign"] == "-" else offset)
