"""When and where data is of, read out of what publishers write about it."""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from colonnade.core.feeds import texts, vocabularies
from colonnade.core.feeds.model import Box, Moment, Period, Place

_DAY = r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(T[0-9:.]{4,15}(?:Z|[+-]\d{2}:?\d{2})?)?"
_PERIOD = re.compile(
    rf"(?:start=)?{_DAY}(?:\s*(?:/|--|\u2013|\u2014|;|\bto\b|\bau?\b|\bbis\b|\btot\b|\ba\b| - |-(?=\d{{4}}\b))\s*(?:end=)?{_DAY})?",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?:world_)?([a-z]{2})(?:_.*)?")
_NUMBER = r"\s*(-?\d{1,3}(?:\.\d{1,20})?)\s*"
_BOX = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}")
_EXTENT = "extend_bounding_box_{}"


def moment(value: object) -> Moment | None:
    """A day or a datetime of metadata. A datetime without a zone is UTC."""
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return value
    written = texts.text(value)
    if written is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written):
            return dt.date.fromisoformat(written)
        found = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def period(written: str | None) -> Period | None:
    """`2013`, `2013-01/2014-06`, `2013-01-01 to 2013-12-31`: ends are the first and the last day of what they name."""
    if written is None:
        return None
    found = _PERIOD.fullmatch(written)
    if found is None:
        return Period(written)
    first, last = found.groups()[:4], found.groups()[4:]
    start, end = _end(first, is_last=False), _end(last if last[0] else first, is_last=True)
    return Period(written) if start is None or end is None else Period(written, start, end)


def _end(parts: tuple[str | None, ...], *, is_last: bool) -> Moment | None:
    year, month, day, time = parts
    assert year is not None
    try:
        if time is not None:
            return moment(f"{year}-{month or '1'}-{day or '1'}{time}" if day else None)
        some_month = int(month) if month else (12 if is_last else 1)
        last_day = calendar.monthrange(int(year), some_month)[1]
        return dt.date(int(year), some_month, int(day) if day else (last_day if is_last else 1))
    except (ValueError, IndexError):  # calendar raises the latter for the year 0
        return None


def places(
    default: Mapping[str, Any], dcat: Mapping[str, Any], inspire: Mapping[str, Any]
) -> tuple[Place, ...]:
    """Of the three templates: the countries of geographic codes; what is said of the place in words, as an address or as
    a box (west, south, east, north); the box of the records, or else INSPIRE's."""
    codes = texts.texts(default.get("geographic_reference"))
    countries = dict.fromkeys(_CODE.sub(r"\1", code) for code in codes if _CODE.fullmatch(code))
    found = [
        Place(address=address, country=code)
        for code in countries
        if (address := vocabularies.country(code)) is not None
    ]
    spatial = texts.text(dcat.get("spatial"))
    if spatial is not None:
        found.append(_place(spatial))
    box = _around(default.get("bbox")) or _box(*(inspire.get(_EXTENT.format(side)) for side in _SIDES))
    if box is not None:
        found.append(Place(box=box))
    return tuple(dict.fromkeys(found))


_SIDES = ("westbound_longitude", "southbound_latitude", "eastbound_longitude", "northbound_latitude")


def _place(spatial: str) -> Place:
    address = texts.address(spatial)
    if address is not None:
        return Place(address=address)
    numbers = _BOX.fullmatch(spatial)
    box = _box(*map(float, numbers.groups())) if numbers else None
    return Place(name=spatial) if box is None else Place(box=box)


def _box(west: Any, south: Any, east: Any, north: Any) -> Box | None:
    sides = (west, south, east, north)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in sides):
        return None
    is_on_earth = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return Box(float(west), float(south), float(east), float(north)) if is_on_earth else None


def _around(shape: object) -> Box | None:
    """The box of a GeoJSON polygon that is one."""
    if not isinstance(shape, Mapping):
        return None
    geometry = shape.get("geometry") or shape
    try:
        corners = [(float(x), float(y)) for x, y, *_ in geometry["coordinates"][0]]
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    if not corners:
        return None
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return _box(min(xs), min(ys), max(xs), max(ys))
