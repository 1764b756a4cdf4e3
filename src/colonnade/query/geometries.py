"""Geometry literals: WKT, WKB in hexadecimal, GeoJSON. Coordinates are longitude and latitude, in degrees of WGS 84."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from shapely import affinity

EARTH_METRES = 6_371_008.8
"""The mean radius of the earth, of the sphere on which distances are great circles."""

FARTHEST_EAST = 540.0
"""Degrees. Maps that can be moved round the globe send longitudes beyond 180."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_SRID = re.compile(r"\s*SRID\s*=\s*4326\s*;", re.IGNORECASE)
_MOST_NESTED = 50
"""Collections within collections; each level is a call of the library that reads them."""
_CORNERS = 360
"""Of the polygon that stands for a circle: it is short of the circle by less than 0.004 % of its radius."""

Region = tuple[Any, ...]
"""shapely geometries, that together are one: those that cross longitude 180 also stand 360 degrees beside."""


def parsed(text: str) -> Any:
    """The shapely geometry that a literal says, in two dimensions. Raises `ValueError` with what is wrong with it."""
    with np.errstate(all="ignore"):  # 1e999 is infinite, which is told below
        geometry = _read(text)
    if geometry is None or shapely.is_empty(geometry):
        raise ValueError("it is empty")
    geometry = shapely.force_2d(geometry)
    _check_degrees(shapely.get_coordinates(geometry))
    if not shapely.is_valid(geometry):
        raise ValueError(str(shapely.is_valid_reason(geometry)))
    return geometry


def _read(text: str) -> Any:
    if max(text.upper().count("COLLECTION"), text.count("00000107"), text.count("07000000")) > _MOST_NESTED:
        raise ValueError("it has too many collections")
    stripped = text.strip()
    try:
        if stripped.startswith("{"):
            return shapely.from_geojson(stripped)
        if _HEX.fullmatch(stripped):
            return shapely.from_wkb(stripped)
        return shapely.from_wkt(_SRID.sub("", stripped, count=1))
    except (shapely.errors.ShapelyError, ValueError, TypeError) as error:
        raise ValueError("it is neither WKT nor WKB nor GeoJSON") from error


def _check_degrees(coordinates: np.ndarray[Any, Any]) -> None:
    east, north = abs(coordinates[:, 0]), abs(coordinates[:, 1])
    if not (east <= FARTHEST_EAST).all() or not (north <= 90).all():
        raise ValueError("its coordinates are no degrees of longitude and latitude, in this order")


def point_of(geometry: Any) -> tuple[float, float] | None:
    """Longitude, from -180 to 180, and latitude of a point; None of another geometry."""
    if geometry.geom_type != "Point":
        return None
    return _within_half_turn(geometry.x), geometry.y


def _within_half_turn(lon: float) -> float:
    return (lon + 180) % 360 - 180 if abs(lon) > 180 else lon


def region(geometry: Any) -> Region:
    """The geometry wherever its places are between -180 and 180 degrees."""
    west, _, east, _ = geometry.bounds
    turns = [0, *([-360] if east > 180 else []), *([360] if west < -180 else [])]
    moved = [affinity.translate(geometry, turn) if turn else geometry for turn in turns]
    return tuple(one for one in moved if one.bounds[0] <= 180 and one.bounds[2] >= -180)


def box(lons: Sequence[float], lats: Sequence[float]) -> Any:
    """The rectangle between two corners; a line or a point if they are not apart."""
    west, east, south, north = min(lons), max(lons), min(lats), max(lats)
    if west < east and south < north:
        return shapely.box(west, south, east, north)
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    return shapely.LineString([(west, south), (east, north)])


def circle(lon: float, lat: float, metres: float) -> Region:
    """What is not farther than so many metres from a place; circles that hold a pole reach up to it."""
    angle = metres / EARTH_METRES
    if angle >= math.pi:
        return (shapely.box(-180, -90, 180, 90),)
    if angle > math.pi / 2:
        rest = circle(_within_half_turn(lon + 180), -lat, (math.pi - angle) * EARTH_METRES)
        return (shapely.box(-180, -90, 180, 90).difference(shapely.union_all(list(rest))),)
    if angle == 0:
        return (shapely.Point(lon, lat),)
    corners = list(_rim(math.radians(lat), math.radians(lon), angle))
    turned = corners[-1][0] - corners[0][0]
    if abs(turned) < 180:
        return region(shapely.Polygon(corners))
    return (_cap(corners[:-1], 90.0 if lat > 0 else -90.0),)


def _rim(lat: float, lon: float, angle: float) -> Iterator[tuple[float, float]]:
    """The places on a circle, the first once more at the end; longitudes go on beyond 180. Radians to degrees."""
    before = math.degrees(lon)
    for corner in range(_CORNERS + 1):
        bearing = 2 * math.pi * corner / _CORNERS
        sine = math.sin(lat) * math.cos(angle) + math.cos(lat) * math.sin(angle) * math.cos(bearing)
        north = math.asin(max(-1.0, min(1.0, sine)))
        y = math.sin(bearing) * math.sin(angle) * math.cos(lat)
        x = math.cos(angle) - math.sin(lat) * math.sin(north)
        east = math.degrees(lon + math.atan2(y, x))
        east += 360 * round((before - east) / 360)
        before = east
        yield east, math.degrees(north)


def _cap(corners: Sequence[tuple[float, float]], pole: float) -> Any:
    """What lies between a line round the globe and a pole."""
    line = sorted((_within_half_turn(lon), lat) for lon, lat in corners)
    edge = (line[0][1] + line[-1][1]) / 2
    ring = [(-180.0, edge), *line, (180.0, edge), (180.0, pole), (-180.0, pole)]
    return shapely.Polygon(ring)


def written(geometry: Any) -> str:
    """A shapely geometry as the bound tree has it: WKB in hexadecimal."""
    return str(shapely.to_wkb(geometry, hex=True, byte_order=1))
