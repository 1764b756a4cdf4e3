"""What queries ask of places, bound: conditions on points and shapes, distances, groups of near points.

A field of shapes stands as `Call("shape", (field,))`, so that it is told from one of points wherever the query goes.
What is left of the other arguments, all literals: of `within_distance` longitude, latitude and metres; of `in_bbox` west,
south, east, north, of one rectangle or more; of `intersects`, `disjoint` and `within` one geometry or more, in the form of
`geometries.written`, that together are what is asked for; of `distance` longitude and latitude; of `geo_cluster` the
side of a cell as a part of the width of the world map.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from colonnade.query import geometries
from colonnade.query.malformed import malformed
from colonnade.query.schema import FieldType
from colonnade.query.scope import Scope
from colonnade.query.tree import Aggregate, Call, Expr, FieldRef, Geometry, Literal, Quantity
from colonnade.query.types import GEO

METRES: Mapping[str, float] = {
    "mi": 1609.344,
    "yd": 0.9144,
    "ft": 0.3048,
    "m": 1.0,
    "cm": 0.01,
    "km": 1000.0,
    "mm": 0.001,
}

AGGREGATES = frozenset({"envelope", "bbox"})

_RELATIONS = ("intersects", "disjoint", "within")
_ZOOMS = range(26)
_RADIUS = 40
_TILE_PIXELS = 256
_WIDEST_RADIUS = 10_000


def within_distance(expr: Call, scope: Scope, clause: str) -> Expr:
    _only_where(expr, clause)
    field, geometry, distance = _arguments(expr, clause, 3, "a geo field, a point and a distance, as 10km")
    place = _geo(field, expr, scope, clause)
    lon, lat = _point(geometry, expr, clause)
    metres = _metres(distance, expr, clause)
    if _is_shape(place):
        return _relation("intersects", place, geometries.circle(lon, lat, metres), expr)
    return Call("within_distance", (place, Literal(lon), Literal(lat), Literal(metres)), at=expr.at)


def distance(expr: Call, scope: Scope, clause: str) -> Expr:
    """With two arguments a value in metres, with three the old name of `within_distance`."""
    if len(expr.arguments) == 3:
        return within_distance(expr, scope, clause)
    if clause not in {"select", "order_by"}:
        message = (
            "distance() with two arguments stands in select and order_by alone; in where, within_distance()."
        )
        raise malformed(clause, message)
    field, geometry = _arguments(expr, clause, 2, "a geo field and a point")
    place = _geo(field, expr, scope, clause)
    lon, lat = _point(geometry, expr, clause)
    return Call("distance", (place, Literal(lon), Literal(lat)), at=expr.at)


def in_bbox(expr: Call, scope: Scope, clause: str) -> Expr:
    """Latitudes first; the corners in any order. One that goes beyond longitude 180 is two rectangles."""
    _only_where(expr, clause)
    field, *numbers = _arguments(expr, clause, 5, "a geo field, latitude, longitude, latitude and longitude")
    place = _geo(field, expr, scope, clause)
    first_lat, first_lon, second_lat, second_lon = (_number(one, expr, clause) for one in numbers)
    boxes = _boxes((first_lon, second_lon), (first_lat, second_lat), expr, clause)
    if _is_shape(place):
        return _relation("intersects", place, boxes, expr)
    sides = (Literal(side) for one in boxes for side in one.bounds)
    return Call("in_bbox", (place, *sides), at=expr.at)


def _boxes(
    lons: tuple[float, float], lats: tuple[float, float], expr: Call, clause: str
) -> geometries.Region:
    west, east = min(lons), max(lons)
    if east - west >= 360:
        west, east = -180.0, 180.0
    farthest = geometries.FARTHEST_EAST
    if west < -farthest or east > farthest:
        raise malformed(clause, f"{expr.function}() takes longitudes from {-farthest:g} to {farthest:g}.")
    return geometries.region(geometries.box((west, east), lats))


def related(expr: Call, scope: Scope, clause: str) -> Expr:
    """`intersects`, `disjoint`, `within`, and `polygon`, the old name of `within` for points."""
    _only_where(expr, clause)
    field, geometry = _arguments(expr, clause, 2, "a geo field and a geometry")
    return _related("within" if expr.function == "polygon" else expr.function, field, geometry, expr, scope)


def geometry(expr: Call, scope: Scope, clause: str) -> Expr:
    """The old form, with the relation as a third argument."""
    _only_where(expr, clause)
    if len(expr.arguments) == 2:
        field, literal = expr.arguments
        return _related("intersects", field, literal, expr, scope)
    what = "a geo field, a geometry and perhaps INTERSECTS, DISJOINT or WITHIN"
    field, literal, mode = _arguments(expr, clause, 3, what)
    name = mode.name if isinstance(mode, FieldRef) else mode.value if isinstance(mode, Literal) else None
    if str(name).lower() not in _RELATIONS:
        raise malformed(clause, f"geometry() takes {what}.")
    return _related(str(name).lower(), field, literal, expr, scope)


def geo_cluster(expr: Call, scope: Scope, clause: str) -> Expr:
    """The second argument is a zoom of the usual map tiles, the third a radius in pixels at that zoom."""
    if clause != "group_by":
        raise malformed(clause, "geo_cluster() stands in group_by alone.")
    what = "a geo point, a zoom from 0 to 25 and perhaps a radius in pixels"
    field, zoom, *more = _arguments(expr, clause, min(max(len(expr.arguments), 2), 3), what)
    if _is_shape(_geo(field, expr, scope, clause)):
        raise malformed(clause, "geo_cluster() takes a field of geo points.")
    level = _number(zoom, expr, clause)
    radius = _number(more[0], expr, clause) if more else _RADIUS
    if level not in _ZOOMS or not 0 < radius <= _WIDEST_RADIUS:
        raise malformed(clause, f"geo_cluster() takes {what}, at most {_WIDEST_RADIUS}.")
    return Call("geo_cluster", (field, Literal(radius / (_TILE_PIXELS * 2.0**level))), at=expr.at)


def is_cluster(expr: Expr) -> bool:
    return isinstance(expr, Call) and expr.function == "geo_cluster"


def cell_side(expr: Expr) -> float:
    """Of a bound `geo_cluster`: the side of its cells, as a part of the width of the map."""
    assert isinstance(expr, Call)
    side = expr.arguments[1]
    assert isinstance(side, Literal)
    assert isinstance(side.value, float)
    return side.value


def aggregate(expr: Aggregate, scope: Scope, clause: str) -> Expr:
    """`envelope(point)` and `bbox(geo)`. What they are taken over is the `extent` of each value, or the point."""
    argument = expr.argument
    type_ = scope.typed(argument, clause).type if isinstance(argument, FieldRef) else None
    if expr.function == "envelope":
        if type_ is not FieldType.GEO_POINT:
            raise malformed(clause, "envelope() takes a field of geo points.")
        return expr
    if type_ not in GEO or argument is None:
        raise malformed(clause, "bbox() takes a geo field, or in where a geo field and four numbers.")
    place = Call("shape", (argument,)) if type_ is FieldType.GEO_SHAPE else argument
    return replace(expr, argument=Call("extent", (place,), at=expr.at))


def _related(relation: str, field: Expr, literal: Expr, expr: Call, scope: Scope) -> Expr:
    place = _geo(field, expr, scope, "where")
    return _relation(relation, place, geometries.region(_parsed(literal, expr, "where")), expr)


def _relation(relation: str, field: Expr, region: geometries.Region, expr: Call) -> Expr:
    asked = (Geometry(geometries.written(one), at=expr.at) for one in region)
    return Call(relation, (field, *asked), at=expr.at)


def _only_where(expr: Call, clause: str) -> None:
    if clause != "where":
        raise malformed(clause, f"{expr.function}() is a condition, and stands in where alone.")


def _arguments(expr: Call, clause: str, count: int, what: str) -> tuple[Expr, ...]:
    if len(expr.arguments) != count:
        raise malformed(clause, f"{expr.function}() takes {what}.")
    return expr.arguments


def _is_shape(place: Expr) -> bool:
    return isinstance(place, Call)


def _geo(field: Expr, expr: Call, scope: Scope, clause: str) -> Expr:
    """The field, or the call that tells that it is one of shapes."""
    if isinstance(field, FieldRef):
        type_ = scope.typed(field, clause).type
        if type_ in GEO:
            return Call("shape", (field,)) if type_ is FieldType.GEO_SHAPE else field
        raise malformed(clause, f"{expr.function}() takes a geo field, and field {field.name} is none.")
    raise malformed(clause, f"{expr.function}() takes a geo field as its first argument.")


def _parsed(literal: Expr, expr: Call, clause: str) -> Any:
    if not isinstance(literal, Geometry):
        raise malformed(clause, f"{expr.function}() takes a geometry, as geom'POINT(2.35 48.85)'.")
    try:
        return geometries.parsed(literal.text)
    except ValueError as error:
        message = f"Invalid geometry at position {literal.at}: {error}."
        raise malformed(clause, message) from None


def _point(literal: Expr, expr: Call, clause: str) -> tuple[float, float]:
    found = geometries.point_of(_parsed(literal, expr, clause))
    if found is None:
        raise malformed(clause, f"{expr.function}() takes a point, as geom'POINT(2.35 48.85)'.")
    return found


def _metres(distance: Expr, expr: Call, clause: str) -> float:
    if isinstance(distance, Quantity) and distance.unit in METRES:
        metres = distance.number * METRES[distance.unit]
        if 0 <= metres < math.inf:
            return metres
    units = ", ".join(METRES)
    raise malformed(clause, f"{expr.function}() takes a distance with a unit, as 10km. Units are {units}.")


def _number(value: Expr, expr: Call, clause: str) -> float:
    if (
        isinstance(value, Literal)
        and isinstance(value.value, int | float)
        and not isinstance(value.value, bool)
    ):
        number = float(value.value)
        if math.isfinite(number):
            return number
    raise malformed(clause, f"{expr.function}() takes numbers after its field.")


BINDERS: Mapping[str, Callable[[Call, Scope, str], Expr]] = {
    "within_distance": within_distance,
    "distance": distance,
    "in_bbox": in_bbox,
    "bbox": in_bbox,
    **dict.fromkeys((*_RELATIONS, "polygon"), related),
    "geometry": geometry,
    "geo_cluster": geo_cluster,
}
