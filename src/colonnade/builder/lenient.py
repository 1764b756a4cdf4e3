"""Values of lenient types: more forms of a text are taken than where types are found, and what has none of them is no
value. Nothing is lost by that: what was sent is kept beside it (`colonnade.query.raw`).

| Type | Forms, without the blanks around them |
|---|---|
| int, double | currency signs and commas are left out first: `$18.50`, `1,234`; a whole number has no point |
| boolean | yes, y, true, t, no, n, false, f in any case |
| date, datetime, time | whatever `dateutil` understands, the month first; what is missing is of 9999-12-31 00:00:00 |

Years of two digits are 1969 to 2068, whenever they are read. Offsets of datetimes are applied, those of dates and times
are not. This is the definition; `colonnade.builder.lenient_sql` says the same of whole columns.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from dateutil import parser

from colonnade.query.schema import FieldType

BLANKS = " \t\r\n"
LEFT_OUT = "$,ƒ" + "".join(
    sign for sign in map(chr, range(0x80, 0x20000)) if unicodedata.category(sign) == "Sc"
)
"""Of numbers: commas, and signs of currencies."""
TRUE = ("yes", "y", "true", "t")
FALSE = ("no", "n", "false", "f")
NULLS = ("", "na", "n/a", "none", "null", ".")
"""Texts that say that there is nothing, in any case."""
WHOLE = r"[+-]?[0-9]{1,40}"
NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
PIVOT = 69
"""Two digits from here on are of the last century."""

_WHOLE, _NUMBER = re.compile(WHOLE), re.compile(NUMBER)
_WITHOUT = str.maketrans("", "", LEFT_OUT)
_INT_RANGE = range(-(1 << 63), 1 << 63)
LAST_DAY = dt.date(9999, 12, 31)
"""Where a text has no date."""
_DEFAULT = dt.datetime.combine(LAST_DAY, dt.time())
_MOST_CHARACTERS = 100
"""Of a moment; a longer text is none, and would take long to look at."""
_NO_MOMENT = (
    ValueError,
    OverflowError,
    TypeError,
    ArithmeticError,
    AttributeError,
    LookupError,
    AssertionError,
)
"""What `dateutil` raises, some of it where it did not foresee a text."""

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_SLASHED = re.compile(
    r"([0-9]{1,2})([/-])([0-9]{1,2})\2([0-9]{4})"
    r"(?: ([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?(?: ?([AaPp])[Mm])?)?"
)


class Calendar(parser.parserinfo):
    """Years of two digits do not depend on today."""

    def convertyear(self, year: int, century_specified: bool = False) -> int:
        if year >= 100 or century_specified:
            return year
        return year + (1900 if year >= PIVOT else 2000)


_PARSER = parser.parser(Calendar())


def value(type_: FieldType, text: str) -> Any:
    """The value of a text; None where it has none of the forms, or says that there is nothing. Datetimes are naive UTC."""
    return READERS[type_](text)


def _text(text: str) -> str | None:
    return text or None


def _int(text: str) -> int | None:
    plain = text.translate(_WITHOUT).strip(BLANKS)
    if not _WHOLE.fullmatch(plain):
        return None
    found = int(plain)
    return found if found in _INT_RANGE else None


def _double(text: str) -> float | None:
    plain = text.translate(_WITHOUT).strip(BLANKS)
    if not _NUMBER.fullmatch(plain):
        return None
    found = float(plain)
    return found if math.isfinite(found) else None


def _boolean(text: str) -> bool | None:
    word = text.strip(BLANKS).lower()
    return True if word in TRUE else False if word in FALSE else None


def _date(text: str) -> dt.date | None:
    found = moment(text.strip(BLANKS))
    return None if found is None else found.date()


def _time(text: str) -> dt.time | None:
    found = moment(text.strip(BLANKS))
    return None if found is None else found.time()


def _datetime(text: str) -> dt.datetime | None:
    found = moment(text.strip(BLANKS))
    if found is None or found.tzinfo is None:
        return found
    try:
        return found.astimezone(dt.UTC).replace(tzinfo=None)
    except OverflowError:  # the offset leads out of the years that there are
        return None


@lru_cache(maxsize=65_536)
def moment(text: str) -> dt.datetime | None:
    """The moment of a text without blanks around it, with its offset, if it has one; None where there is none. Of a date
    the time is midnight, of a time the date is `LAST_DAY`."""
    if len(text) > _MOST_CHARACTERS or text.lower() in NULLS or not text.isprintable():
        return None
    return _quickly(text) or _by_library(text)


def _quickly(text: str) -> dt.datetime | None:
    """The commonest forms, as the library reads them, in a hundredth of its time; None: it is to be asked."""
    if iso := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, fraction, zone = iso.groups()
        micros = int((fraction or "").ljust(6, "0"))
        return _made(year, month, day, hour, minute, second, micros, _zone(zone))
    if slashed := _SLASHED.fullmatch(text):
        month, _, day, year, hour, minute, second, half = slashed.groups()
        if int(month) > 12:
            month, day = day, month
        if half is not None:
            if not 1 <= int(hour) <= 12:
                return None
            hour = str(int(hour) % 12 + (12 if half in "Pp" else 0))
        return _made(year, month, day, hour, minute, second)
    return None


def _made(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    micros: int = 0,
    zone: dt.tzinfo | None = None,
) -> dt.datetime | None:
    try:
        return dt.datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros, zone
        )
    except ValueError:
        return None


def _zone(text: str | None) -> dt.tzinfo | None:
    if text is None or text == "Z":
        return None if text is None else dt.UTC
    offset = dt.timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return dt.timezone(-offset if text[0] == "-" else offset) if offset < dt.timedelta(days=1) else None


def _by_library(text: str) -> dt.datetime | None:
    try:
        return _PARSER.parse(text, default=_DEFAULT, tzinfos=_offset)
    except _NO_MOMENT:
        return None


def _offset(_name: str | None, seconds: int | None) -> dt.tzinfo | None:
    """Names of zones say too little; they are left out, but for those of UTC, of which the offset is known."""
    return None if seconds is None else dt.timezone(dt.timedelta(seconds=seconds))


READERS: Mapping[FieldType, Callable[[str], Any]] = {
    FieldType.TEXT: _text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
