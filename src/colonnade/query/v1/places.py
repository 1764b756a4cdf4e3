"""Conditions on places, from texts in which a latitude stands before its longitude."""

import math
import re
from collections.abc import Sequence

from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Call, Expr, FieldRef, Geometry, Literal, Quantity
from colonnade.query.types import GEO

Place = tuple[float, float]
"""Latitude and longitude."""

MOST_CORNERS = 10_000
_NUMBER = r"\s*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*"
_PAIR = re.compile(rf"\({_NUMBER},{_NUMBER}\)")
_PAIRS = re.compile(r"\s*\([^()]*\)\s*(?:,\s*\([^()]*\)\s*)*")
_LIST = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*")


def shapes_first(schema: Schema) -> Field | None:
    """The field that a filter by place asks if it names none: the first with shapes, else the first with points."""
    found = [one for one in schema.fields if one.type in GEO]
    return min(found, key=lambda one: one.type is not FieldType.GEO_SHAPE, default=None)


def near(field: Field, latitude: float, longitude: float, metres: float) -> Expr:
    """Not farther than so many metres. Raises ValueError for what is no place or no distance."""
    if not 0 <= metres < math.inf:
        raise ValueError("distance")
    place = Geometry(f"POINT({_written(_checked(latitude, longitude))})")
    return Call("within_distance", (FieldRef(field.name), place, Quantity(metres, "m")))


def distance(field: Field, latitude: float, longitude: float) -> Expr:
    """A value, in metres. Raises ValueError for what is no place."""
    place = Geometry(f"POINT({_written(_checked(latitude, longitude))})")
    return Call("distance", (FieldRef(field.name), place))


def inside(field: Field, corners: Sequence[Place]) -> Expr:
    """Inside a polygon or touching it. Raises ValueError for fewer than three corners."""
    ring = [_checked(*one) for one in corners]
    if len(set(ring)) < 3:
        raise ValueError("corners")
    closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
    return touching(field, Geometry(f"POLYGON(({_joined(closed)}))"))


def touching(field: Field, geometry: Geometry) -> Expr:
    return Call("intersects", (FieldRef(field.name), geometry))


def in_box(field: Field, south: float, west: float, north: float, east: float) -> Expr:
    """Between two corners. Raises ValueError."""
    corners = (*_checked(south, west), *_checked(north, east))
    return Call("in_bbox", (FieldRef(field.name), *(Literal(one) for one in corners)))


def numbers(text: str, count: int) -> list[float]:
    """`lat,lon,metres`: as many numbers with commas between. Raises ValueError."""
    parts = text.split(",") if len(text) < 500 else []
    if len(parts) != count or not _LIST.fullmatch(text):
        raise ValueError(text)
    return [float(one) for one in parts]


def corners(text: str) -> list[Place]:
    """`(lat,lon),(lat,lon),...`. Raises ValueError."""
    if not _PAIRS.fullmatch(text):
        raise ValueError(text)
    found = [(float(one[1]), float(one[2])) for one in _PAIR.finditer(text)]
    if len(found) != text.count("(") or len(found) > MOST_CORNERS:
        raise ValueError(text)
    return found


def _checked(latitude: float, longitude: float) -> Place:
    """Maps that are turned past the date line send longitudes beyond 180, and poles are where a map ends."""
    if not math.isfinite(latitude) or not math.isfinite(longitude) or abs(longitude) > 540:
        raise ValueError("place")
    return max(-90.0, min(90.0, latitude)), longitude


def _written(place: Place) -> str:
    latitude, longitude = place
    return f"{longitude!r} {latitude!r}"


def _joined(places: Sequence[Place]) -> str:
    return ", ".join(map(_written, places))
