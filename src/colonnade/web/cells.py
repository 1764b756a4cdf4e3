"""The cells of a table of records."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import orjson

from colonnade.core.records.service import Page
from colonnade.query.printing import DATE_LENGTHS
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import Output
from colonnade.query.types import NUMBERS
from colonnade.web import links

SHORT = 120
"""Characters of a text that stand in a cell as they are; a longer one is folded."""
FOLDED = 70
"""Characters that are seen of a folded text."""
LONGEST = 2_000
"""Characters that are sent at all; files and the API have the rest."""
MOST_VALUES = 20
"""Values of a list that are sent."""
PICTURE_PIXELS = 300


class Kind(StrEnum):
    NOTHING = "nothing"
    TEXT = "text"
    LONG = "long"
    LINK = "link"
    NUMBER = "number"
    TIME = "time"
    LIST = "list"
    FILE = "file"


@dataclass(frozen=True)
class Cell:
    """`text` is what is shown, of a long text its beginning and `whole` the text. `machine`: a moment in ISO 8601 with
    its offset. `left_out`: characters or values that are not sent. `href`: where a file is; `picture`: a small copy of it."""

    kind: Kind
    text: str = ""
    whole: str = ""
    machine: str = ""
    values: tuple[str, ...] = ()
    left_out: int = 0
    href: str = ""
    picture: str = ""


NOTHING = Cell(Kind.NOTHING)

_Printer = Callable[[Any, dt.tzinfo], Cell]


def rows(page: Page, zone: dt.tzinfo, slug: str) -> list[list[Cell]]:
    """The cells of each record; datetimes as clocks show them in a zone. `slug`: of the dataset, where its files are."""
    printers = [
        partial(_file, slug=slug) if one.type is FieldType.FILE else _printer(one)
        for one in page.query.outputs
    ]
    columns = [
        [NOTHING if value is None else printer(value, zone) for value in column.to_pylist()]
        for column, printer in zip(page.table.columns, printers, strict=True)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def is_number(field: Field) -> bool:
    return field.type in NUMBERS and not field.multivalued


def _printer(output: Output) -> _Printer:
    if output.precision is not None:
        return partial(_part_of_date, length=DATE_LENGTHS[output.precision])
    return _list if output.multivalued else _PRINTERS[output.type]


def _text(value: str, _zone: dt.tzinfo) -> Cell:
    if len(value) <= SHORT:
        return Cell(Kind.LINK if links.is_web(value) else Kind.TEXT, value)
    sent = value[:LONGEST]
    return Cell(Kind.LONG, f"{value[:FOLDED].rstrip()}…", whole=sent, left_out=len(value) - len(sent))


def _list(value: Sequence[str | None], _zone: dt.tzinfo) -> Cell:
    some = [one for one in value if one is not None]
    if not some:
        return NOTHING
    shown = tuple(one if len(one) <= SHORT else f"{one[:SHORT]}…" for one in some[:MOST_VALUES])
    return Cell(Kind.LIST, values=shown, left_out=len(some) - len(shown))


def _int(value: int, _zone: dt.tzinfo) -> Cell:
    return Cell(Kind.NUMBER, str(value))


def _double(value: float, _zone: dt.tzinfo) -> Cell:
    return Cell(Kind.NUMBER, _printed(value))


def _printed(value: float) -> str:
    return repr(value).removesuffix(".0")


def _boolean(value: bool, _zone: dt.tzinfo) -> Cell:
    return Cell(Kind.TEXT, "yes" if value else "no")


def _date(value: dt.date, _zone: dt.tzinfo) -> Cell:
    return Cell(Kind.TIME, value.isoformat(), machine=value.isoformat())


def _part_of_date(value: dt.date, _zone: dt.tzinfo, *, length: int) -> Cell:
    """As well as it is known: a year, or a year and a month."""
    told = value.isoformat()[:length]
    return Cell(Kind.TIME, told, machine=told)


def _datetime(value: dt.datetime, zone: dt.tzinfo) -> Cell:
    """Stored naive, meant as UTC. Seconds are shown where there are any."""
    try:
        zoned = value.replace(tzinfo=dt.UTC).astimezone(zone)
    except OverflowError:  # beyond the years that there are
        zoned = value.replace(tzinfo=dt.UTC)
    exact = "minutes" if zoned.second == zoned.microsecond == 0 else "auto"
    shown = zoned.replace(tzinfo=None).isoformat(" ", timespec=exact)
    return Cell(Kind.TIME, shown, machine=zoned.isoformat())


def _time(value: dt.time, _zone: dt.tzinfo) -> Cell:
    return Cell(Kind.TIME, value.isoformat(), machine=value.isoformat())


def _point(value: Mapping[str, float | None], _zone: dt.tzinfo) -> Cell:
    lat, lon = value["lat"], value["lon"]
    return NOTHING if lat is None or lon is None else Cell(Kind.TEXT, f"{_printed(lat)}, {_printed(lon)}")


def _shape(value: str, _zone: dt.tzinfo) -> Cell:
    """Live rows may hold a text that is no geometry."""
    try:
        kind = orjson.loads(value)["type"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        kind = None
    if not isinstance(kind, str):
        return _text(value, _zone)
    sent = value[:LONGEST]
    return Cell(Kind.LONG, kind[:SHORT], whole=sent, left_out=len(value) - len(sent))


def _file(value: str, _zone: dt.tzinfo, slug: str) -> Cell:
    told = orjson.loads(value)
    picture = links.picture(slug, told["id"], PICTURE_PIXELS) if told["thumbnail"] else ""
    return Cell(Kind.FILE, told["filename"], href=links.file(slug, told["id"]), picture=picture)


_PRINTERS: Mapping[FieldType, _Printer] = {
    FieldType.TEXT: _text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
    FieldType.GEO_POINT: _point,
    FieldType.GEO_SHAPE: _shape,
    FieldType.JSON: _text,
}
