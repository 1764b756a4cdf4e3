"""Values of typed formats as the texts of `port.CELL_FORMS`, and the type that a column of such values has."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from colonnade.formats.port import VALUE_SEPARATOR, Column
from colonnade.query.schema import FieldType

TEXT, INT, LARGE, HUGE, DOUBLE, EXACT, BOOLEAN = 1, 2, 4, 8, 16, 32, 64
DATE, DATETIME, TIME, LIST, JSON, POINT, SHAPE, FILE = 128, 256, 512, 1024, 2048, 4096, 8192, 16384
"""Kinds of value, as bits. LARGE: a whole number that a double cannot say; HUGE: one beyond 64 bits. EXACT: a decimal
that no double says. LIST: of texts alone."""

LIST_MARK = "\x1e"
"""Before the values of a list, as long as other cells of the column may not be lists."""

_DOUBLE_WHOLE = 1 << 53
_INT64 = range(-(1 << 63), 1 << 63)


@dataclass(frozen=True, slots=True)
class Point:
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Shape:
    """`geojson`: a geometry as text."""

    geojson: str


@dataclass(frozen=True, slots=True)
class File:
    """`told`: what `port.CELL_FORMS` says of a file."""

    told: Mapping[str, object]


Cell = tuple[int, str | None]


def double_text(value: float) -> str:
    return repr(value).removesuffix(".0")


def json_text(value: object) -> str:
    """Raises `RecursionError` for what is nested too deeply."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    """Of what JSON has no form for: decimals as numbers, moments as ISO texts."""
    if isinstance(value, Decimal):
        return (
            int(value) if value == value.to_integral_value() and abs(value) < _DOUBLE_WHOLE else float(value)
        )
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _text(value: str) -> Cell:
    return TEXT, value


def _int(value: int) -> Cell:
    if -_DOUBLE_WHOLE <= value <= _DOUBLE_WHOLE:
        return INT, str(value)
    return (LARGE if value in _INT64 else HUGE), str(value)


def _float(value: float) -> Cell:
    return DOUBLE, double_text(value)


def _decimal(value: Decimal) -> Cell:
    """A number as it stands in a text. Its first seventeen digits tell a double: more are another number."""
    number = float(value)
    text = double_text(number)
    digits = len(value.as_tuple().digits)
    if digits <= 15 and abs(number) != float("inf") and (number != 0 or value == 0):
        return DOUBLE, text
    if text not in ("inf", "-inf") and Decimal(text) == value:
        return DOUBLE, text
    if digits <= 17 and Decimal(f"{number:.{digits}g}") == value:
        return DOUBLE, text
    return EXACT, f"{value:f}" if abs(value.adjusted()) < 400 else str(value)


def _bool(value: bool) -> Cell:
    return BOOLEAN, "true" if value else "false"


def _datetime(value: dt.datetime) -> Cell:
    if value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    return DATETIME, value.isoformat(" ")


def _date(value: dt.date) -> Cell:
    return DATE, value.isoformat()


def _time(value: dt.time) -> Cell:
    return TIME, value.isoformat()


def _duration(value: dt.timedelta) -> Cell:
    """Hours, minutes and seconds, as a spreadsheet shows them; no clock has such a time."""
    seconds = abs(value) // dt.timedelta(seconds=1)
    sign = "-" if value < dt.timedelta(0) else ""
    return TEXT, f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _list(value: Sequence[object]) -> Cell:
    """A list of texts is a multivalued cell, an empty one has no value; any other list stays JSON."""
    if not value:
        return LIST, None
    if all(type(one) is str and VALUE_SEPARATOR not in one for one in value):
        return LIST, LIST_MARK + VALUE_SEPARATOR.join(value)  # type: ignore[arg-type]
    return JSON, json_text(value)


def _dict(value: Mapping[str, object]) -> Cell:
    return JSON, json_text(value)


def _point(value: Point) -> Cell:
    return POINT, f"{double_text(value.lat)}, {double_text(value.lon)}"


def _shape(value: Shape) -> Cell:
    return SHAPE, value.geojson


def _file(value: File) -> Cell:
    return FILE, json_text(value.told)


FORMS: Mapping[type, Callable[..., Cell]] = {
    str: _text,
    int: _int,
    float: _float,
    Decimal: _decimal,
    bool: _bool,
    dt.datetime: _datetime,
    dt.date: _date,
    dt.time: _time,
    dt.timedelta: _duration,
    list: _list,
    dict: _dict,
    Point: _point,
    Shape: _shape,
    File: _file,
}
"""By the exact type of a value that is not None: its kind and its text; no text where there is nothing to say."""

_TYPES: tuple[tuple[int, FieldType], ...] = (
    (INT | LARGE, FieldType.INT),
    (INT | DOUBLE, FieldType.DOUBLE),
    (BOOLEAN, FieldType.BOOLEAN),
    (DATE, FieldType.DATE),
    (DATE | DATETIME, FieldType.DATETIME),
    (TIME, FieldType.TIME),
    (LIST | TEXT, FieldType.TEXT),
    (JSON | LIST, FieldType.JSON),
    (POINT, FieldType.GEO_POINT),
    (SHAPE, FieldType.GEO_SHAPE),
    (FILE, FieldType.FILE),
)


def column(label: str, kinds: int) -> Column:
    """The column of these kinds of value. Texts, and kinds that have no type in common, are left open."""
    if kinds & ~TEXT == 0:
        return Column(label)
    type_ = next((type_ for allowed, type_ in _TYPES if not kinds & ~allowed), None)
    return Column(label, type_, multivalued=type_ is FieldType.TEXT)
