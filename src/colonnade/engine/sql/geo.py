"""What queries ask of places, as SQL. `colonnade.query.geo` says what the arguments are.

Of points, all that a rectangle and a great circle can tell is plain SQL: 1 M points take some ten milliseconds. Other
geometries are looked at by `colonnade.engine.shapes`, after a rectangle has left what is near.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from sqlglot import exp

from colonnade.engine import shapes
from colonnade.engine.layout import prepared_name
from colonnade.engine.sql.functions import Writing
from colonnade.engine.sql.pieces import called, cast, column, text
from colonnade.query.geometries import EARTH_METRES
from colonnade.query.tree import Call, Expr, FieldRef, Geometry, Literal

Box = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

_SLACK = 1e-9
"""Relative and in degrees, by which a rectangle is larger than what must be in it."""


def _of(value: exp.Expression, part: str) -> exp.Expression:
    return called("struct_extract", value, text(part))


def _axis(field: FieldRef, axis: str) -> exp.Expression:
    return _of(column(field.name), axis)


def _field(expr: Expr) -> FieldRef:
    (field,) = expr.arguments if isinstance(expr, Call) else (expr,)
    assert isinstance(field, FieldRef)
    return field


def _is_shape(expr: Call) -> bool:
    return isinstance(expr.arguments[0], Call)


def _numbers(expr: Call) -> tuple[float, ...]:
    return tuple(
        float(one.value)
        for one in expr.arguments
        if isinstance(one, Literal) and isinstance(one.value, int | float)
    )


def _all(terms: Iterable[exp.Expression]) -> exp.Expression:
    return exp.Paren(this=reduce(lambda left, right: exp.And(this=left, expression=right), terms))


def _any(terms: Sequence[exp.Expression]) -> exp.Expression:
    if len(terms) == 1:
        return terms[0]
    return exp.Paren(this=reduce(lambda left, right: exp.Or(this=left, expression=right), terms))


def _between(writer: Writing, value: exp.Expression, low: float, high: float) -> exp.Expression:
    return exp.Between(this=value, low=writer.parameter(low), high=writer.parameter(high))


def _inside(writer: Writing, field: FieldRef, box: Box) -> list[exp.Expression]:
    west, south, east, north = box
    return [
        _between(writer, _axis(field, "lat"), south, north),
        _between(writer, _axis(field, "lon"), west, east),
    ]


def _within_distance(writer: Writing, expr: Call) -> exp.Expression:
    """First the rectangle round the circle, which leaves few rows for the sines."""
    field, (lon, lat, metres) = _field(expr.arguments[0]), _numbers(expr)
    south, north, ranges = _around(lon, lat, metres)
    terms = [_between(writer, _axis(field, "lat"), south, north)]
    if ranges:
        terms.append(_any([_between(writer, _axis(field, "lon"), west, east) for west, east in ranges]))
    angle = metres / EARTH_METRES
    if angle < math.pi:
        most = math.sin(angle / 2) ** 2 * (1 + _SLACK) + 1e-24
        terms.append(
            exp.LTE(this=_haversine(writer, _place(field), lon, lat), expression=writer.parameter(most))
        )
    return _all(terms)


def _around(lon: float, lat: float, metres: float) -> tuple[float, float, list[tuple[float, float]]]:
    """South, north, and the ranges of longitudes (none: all) that hold every place so near."""
    angle = metres / EARTH_METRES
    reach = math.degrees(angle) * (1 + _SLACK) + _SLACK
    south, north = lat - reach, lat + reach
    if south <= -90 or north >= 90:
        return south, north, []
    width = math.degrees(math.asin(min(1.0, math.sin(angle) / math.cos(math.radians(lat)))))
    width = width * (1 + 1e-6) + _SLACK
    ranges = [(lon - width, lon + width)]
    if lon - width < -180:
        ranges.append((lon - width + 360, 180.0))
    if lon + width > 180:
        ranges.append((-180.0, lon + width - 360))
    return south, north, ranges


def _place(field: FieldRef) -> Callable[[str], exp.Expression]:
    return lambda axis: _axis(field, axis)


def _haversine(
    writer: Writing, place: Callable[[str], exp.Expression], lon: float, lat: float
) -> exp.Expression:
    """The square of the sine of half the angle between two places."""
    two = exp.Literal.number(2)

    def half(axis: str, degrees: float) -> exp.Expression:
        difference = exp.Sub(
            this=called("radians", place(axis)), expression=writer.parameter(math.radians(degrees))
        )
        sine = called("sin", exp.Div(this=exp.Paren(this=difference), expression=two.copy()))
        return called("pow", sine, two.copy())

    first = half("lat", lat)
    cosine = called("cos", called("radians", place("lat")))
    factor = exp.Mul(this=cosine, expression=writer.parameter(math.cos(math.radians(lat))))
    return exp.Paren(this=exp.Add(this=first, expression=exp.Mul(this=factor, expression=half("lon", lon))))


def _distance(writer: Writing, expr: Call) -> exp.Expression:
    """In metres; of a shape from its nearest place, 0 inside."""
    field, (lon, lat) = _field(expr.arguments[0]), _numbers(expr)
    if not _is_shape(expr):
        return _metres(lambda: _haversine(writer, _place(field), lon, lat))

    def nearest(axis: str) -> exp.Expression:
        place = [writer.parameter(lon), writer.parameter(lat)]
        return _of(called(shapes.NEAREST, _of(_prepared(writer, field), "wkb"), *place), axis)

    return _metres(lambda: _haversine(writer, nearest, lon, lat))


def _metres(haversine: Callable[[], exp.Expression]) -> exp.Expression:
    """By the arc tangent, as rounding may leave a sine that is larger than 1. Written twice, it has its values twice."""
    sine = called("sqrt", haversine())
    rest = exp.Sub(this=cast(exp.Literal.number(1), "DOUBLE"), expression=haversine())
    cosine = called("sqrt", called("greatest", cast(exp.Literal.number(0), "DOUBLE"), rest))
    angle = called("atan2", sine, cosine)
    return exp.Mul(this=exp.Literal.number(repr(2 * EARTH_METRES)), expression=angle)


def _in_bbox(writer: Writing, expr: Call) -> exp.Expression:
    field, sides = _field(expr.arguments[0]), iter(_numbers(expr))
    return _any([_all(_inside(writer, field, box)) for box in zip(sides, sides, sides, sides, strict=True)])


def _related(writer: Writing, expr: Call) -> exp.Expression:
    tests = [_tested(writer, expr, one.text) for one in expr.arguments if isinstance(one, Geometry)]
    found = _any(tests) if tests else exp.Boolean(this=False)
    return exp.Paren(this=exp.Not(this=exp.Paren(this=found))) if expr.function == "disjoint" else found


def _tested(writer: Writing, expr: Call, geometry: str) -> exp.Expression:
    field, key = _field(expr.arguments[0]), shapes.keep(geometry)
    if not _is_shape(expr):
        terms = _inside(writer, field, key.bounds)
        lon, lat = _axis(field, "lon"), _axis(field, "lat")
        return _all([*terms, called(shapes.POINT_MEETS, lon, lat, writer.parameter(key))])
    near = [] if prepared_name(field.name) not in writer.prepared else _overlapping(writer, field, key.bounds)
    test = shapes.WITHIN if expr.function == "within" else shapes.MEETS
    return _all([*near, called(test, _of(_prepared(writer, field), "wkb"), writer.parameter(key))])


def _overlapping(writer: Writing, field: FieldRef, box: Box) -> list[exp.Expression]:
    west, south, east, north = box
    return [
        exp.LTE(this=_of(_prepared(writer, field), "west"), expression=writer.parameter(east)),
        exp.GTE(this=_of(_prepared(writer, field), "east"), expression=writer.parameter(west)),
        exp.LTE(this=_of(_prepared(writer, field), "south"), expression=writer.parameter(north)),
        exp.GTE(this=_of(_prepared(writer, field), "north"), expression=writer.parameter(south)),
    ]


def _prepared(writer: Writing, field: FieldRef) -> exp.Expression:
    """What was made at the publish; rows that older versions wrote have their text alone."""
    name = prepared_name(field.name)
    return column(name) if name in writer.prepared else called(shapes.PREPARE, column(field.name))


def _extent(writer: Writing, expr: Call) -> exp.Expression:
    """West, south, east and north of a value."""
    field = _field(expr.arguments[0])
    if _is_shape(expr):
        return _prepared(writer, field)
    sides = zip(("west", "south", "east", "north"), ("lon", "lat", "lon", "lat"), strict=True)
    return called(
        "struct_pack",
        *(
            exp.PropertyEQ(this=exp.Identifier(this=side), expression=_axis(field, axis))
            for side, axis in sides
        ),
    )


def _cluster(writer: Writing, expr: Call) -> exp.Expression:
    """The point itself: `colonnade.engine.sql.clusters` puts the cluster in its place."""
    return column(_field(expr.arguments[0]).name)


def _cluster_text(writer: Writing, expr: Call) -> exp.Expression:
    """A cluster as the JSON object that it is in an answer."""
    lat, lon = (cast(_of(writer.write(expr.arguments[0]), axis), "TEXT") for axis in ("lat", "lon"))
    parts = [text('{"cluster_centroid":{"lat":'), lat, text(',"lon":'), lon, text("}}")]
    return exp.Paren(this=reduce(lambda left, right: exp.DPipe(this=left, expression=right), parts))


def bbox(value: Callable[[], exp.Expression]) -> exp.Expression:
    """The rectangle round all extents, as GeoJSON text; null where there are none."""

    def side(name: str) -> exp.Expression:
        least = name in {"west", "south"}
        return cast(called("min" if least else "max", _of(value(), name)), "TEXT")

    corners = (("west", "south"), ("east", "south"), ("east", "north"), ("west", "north"), ("west", "south"))
    parts: list[exp.Expression] = []
    for lon, lat in corners:
        parts += [text(",[" if parts else "["), side(lon), text(","), side(lat), text("]")]
    whole = [text('{"type":"Polygon","coordinates":[['), *parts, text("]]}")]
    return exp.Paren(this=reduce(lambda left, right: exp.DPipe(this=left, expression=right), whole))


def envelope(value: Callable[[], exp.Expression]) -> exp.Expression:
    """The convex hull of all points, as GeoJSON text; null where there are none."""

    def every(axis: str) -> exp.Expression:
        known = exp.Not(this=exp.Is(this=_of(value(), axis), expression=exp.Null()))
        return exp.Filter(this=called("list", _of(value(), axis)), expression=exp.Where(this=known))

    return called(shapes.HULL, every("lon"), every("lat"))


AGGREGATES: Mapping[str, Callable[[Callable[[], exp.Expression]], exp.Expression]] = {
    "bbox": bbox,
    "envelope": envelope,
}

CALLS: Mapping[str, Callable[[Writing, Call], exp.Expression]] = {
    "within_distance": _within_distance,
    "distance": _distance,
    "in_bbox": _in_bbox,
    **dict.fromkeys(("intersects", "disjoint", "within"), _related),
    "extent": _extent,
    "geo_cluster": _cluster,
    "cluster_text": _cluster_text,
}
