"""Functions of geometry in DuckDB, done by shapely, for the server's instance and for the builder's.

Functions of our own and not DuckDB's spatial extension: that takes 0.2 s to load into each instance, must be loaded
before the instance is locked, and breaks ordinary statements (docs/decisions/0017).

A shape is kept beside its text as a struct `PREPARED`: its bounding box and its WKB; null for what is no geometry.
A geometry that a query asks for is handed over as a key, because DuckDB copies an argument for every row. The statement
holds the key among its values, and by it the geometry, until its last row is read.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Self
from weakref import WeakValueDictionary

import duckdb
import numpy as np
import pyarrow as pa
import shapely
from duckdb.func import ARROW, DEFAULT, SPECIAL, FunctionNullHandling

PREPARED = "STRUCT(west DOUBLE, south DOUBLE, east DOUBLE, north DOUBLE, wkb BLOB)"
PREPARED_ARROW = pa.struct(
    [*((side, pa.float64()) for side in ("west", "south", "east", "north")), ("wkb", pa.binary())]
)

PREPARE = "geo_prepare"
"""`PREPARE(geojson text)`: `PREPARED`."""
POINT_MEETS = "geo_point_meets"
"""`POINT_MEETS(lon, lat, key)`: whether a place is in a geometry or on its edge."""
MEETS, WITHIN = "geo_meets", "geo_within"
"""`MEETS(wkb, key)`, `WITHIN(wkb, key)`: what they say of a shape and a geometry."""
NEAREST = "geo_nearest"
"""`NEAREST(wkb, lon, lat)`: the place of a shape that is nearest to a place, as a struct of lon and lat."""
HULL = "geo_hull"
"""`HULL(list of lons, list of lats)`: the convex hull of places, as GeoJSON text."""

_KEPT_BYTES = 64 << 20
_INDEXED, _LEAST = 8, 2_000
"""A geometry with what GEOS makes to test it takes so many times the bytes of its WKB, and so many bytes at least."""


class _Kept:
    """A geometry that a query asks for. GEOS makes its indexes while it tests, so one thread has it at a time."""

    def __init__(self, text: str) -> None:
        self._lock = threading.Lock()
        self._geometry = shapely.from_wkb(text)
        shapely.prepare(self._geometry)
        west, south, east, north = (float(one) for one in self._geometry.bounds)
        self.bounds = (west, south, east, north)
        self.size = _LEAST + _INDEXED * len(text) // 2

    def tested(self, test: Callable[..., Any], *values: Any) -> Any:
        with self._lock:
            return test(self._geometry, *values)


class Key(str):
    """What stands for a geometry among the values of a statement. The geometry is there as long as its key is."""

    __slots__ = ("_kept",)
    _kept: _Kept

    def __new__(cls, name: str, kept: _Kept) -> Self:
        key = super().__new__(cls, name)
        key._kept = kept
        return key

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north."""
        return self._kept.bounds


class _Asked:
    """The geometries of the keys that there are, and of those that queries asked for lately."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: WeakValueDictionary[str, _Kept] = WeakValueDictionary()
        self._lately: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def keep(self, text: str) -> Key:
        name = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
        known = self._alive.get(name)
        made = _Kept(text) if known is None else known
        with self._lock:
            kept = self._alive.setdefault(name, made)
            if name not in self._lately:
                self._lately[name] = kept
                self._size += kept.size
            self._lately.move_to_end(name)
            while self._size > _KEPT_BYTES and len(self._lately) > 1:
                _, gone = self._lately.popitem(last=False)
                self._size -= gone.size
        return Key(name, kept)

    def get(self, name: str) -> _Kept:
        return self._alive[name]


_ASKED = _Asked()


def keep(text: str) -> Key:
    """The key by which a geometry, WKB in hexadecimal, is handed to the functions."""
    return _ASKED.keep(text)


def _numpy(values: Any) -> Any:
    return values.to_numpy() if isinstance(values, pa.ChunkedArray) else values.to_numpy(zero_copy_only=False)


def _objects(values: Any) -> Any:
    found = np.empty(len(values), dtype=object)
    found[:] = values.to_pylist()
    return found


def _prepare(texts: Any) -> Any:
    """Text that is no geometry, or has coordinates that are no degrees, is null."""
    with np.errstate(all="ignore"):
        found = shapely.force_2d(shapely.from_geojson(_objects(texts), on_invalid="ignore"))
        sides = shapely.bounds(found)
        # NaN, of what is no geometry or an empty one, compares as false.
        known = (abs(sides[:, (0, 2)]) <= 360).all(axis=1) & (abs(sides[:, (1, 3)]) <= 90).all(axis=1)
    found[~known] = None
    columns = [pa.array(sides[:, at], pa.float64(), mask=~known) for at in range(4)]
    wkb = pa.array(shapely.to_wkb(found), pa.binary())
    return pa.StructArray.from_arrays([*columns, wkb], names=PREPARED_ARROW.names, mask=pa.array(~known))


def _point_meets(lon: Any, lat: Any, key: Any) -> Any:
    if len(key) == 0:
        return pa.array([], pa.bool_())
    kept = _ASKED.get(key[0].as_py())
    return pa.array(kept.tested(shapely.intersects_xy, _numpy(lon), _numpy(lat)))


def _meets(wkb: Any, key: Any) -> Any:
    return _tested(shapely.intersects, wkb, key)


def _within(wkb: Any, key: Any) -> Any:
    return _tested(shapely.covers, wkb, key)


def _tested(test: Callable[[Any, Any], Any], wkb: Any, key: Any) -> Any:
    if len(key) == 0:
        return pa.array([], pa.bool_())
    shapes = shapely.from_wkb(_objects(wkb), on_invalid="ignore")
    return pa.array(_ASKED.get(key[0].as_py()).tested(test, shapes), pa.bool_())


def _nearest(wkb: Any, lon: Any, lat: Any) -> Any:
    """Nearest in a plane whose degrees of longitude are as long as they are at the place."""
    if len(lon) == 0:
        return pa.array([], pa.struct([("lon", pa.float64()), ("lat", pa.float64())]))
    east, north = _numpy(lon), _numpy(lat)
    width = max(float(np.cos(np.radians(north[0]))), 1e-6)
    shapes = shapely.from_wkb(_objects(wkb), on_invalid="ignore")
    scaled = shapely.transform(shapes, lambda places: places * (width, 1.0))
    lons, lats, best = np.full(len(east), np.nan), np.full(len(east), np.nan), np.full(len(east), np.inf)
    for turn in (0.0, -360.0, 360.0):
        lines = shapely.shortest_line(shapely.points((east + turn) * width, north), scaled)
        lengths = shapely.length(lines)
        is_nearer = lengths < best  # NaN is not
        ends = shapely.get_point(lines, 1)
        lons[is_nearer] = shapely.get_x(ends)[is_nearer] / width
        lats[is_nearer] = shapely.get_y(ends)[is_nearer]
        best[is_nearer] = lengths[is_nearer]
    mask = pa.array(np.isnan(lons))
    return pa.StructArray.from_arrays([pa.array(lons), pa.array(lats)], names=["lon", "lat"], mask=mask)


def _hull(lons: Any, lats: Any) -> Any:
    found: list[str | None] = []
    for east, north in zip(lons, lats, strict=True):
        if not east.is_valid or len(east.values) == 0:
            found.append(None)
            continue
        places = np.column_stack([_numpy(east.values), _numpy(north.values)])
        # One line through all of them, because a million points would be as many objects.
        line = shapely.linestrings(places if len(places) > 1 else np.repeat(places, 2, axis=0))
        hull = shapely.normalize(shapely.convex_hull(line))
        found.append(str(shapely.to_geojson(shapely.orient_polygons(hull))))
    return pa.array(found, pa.string())


_FUNCTIONS: Sequence[tuple[str, Callable[..., Any], list[str], str, FunctionNullHandling]] = (
    (PREPARE, _prepare, ["VARCHAR"], PREPARED, SPECIAL),
    (POINT_MEETS, _point_meets, ["DOUBLE", "DOUBLE", "VARCHAR"], "BOOLEAN", DEFAULT),
    (MEETS, _meets, ["BLOB", "VARCHAR"], "BOOLEAN", DEFAULT),
    (WITHIN, _within, ["BLOB", "VARCHAR"], "BOOLEAN", DEFAULT),
    (NEAREST, _nearest, ["BLOB", "DOUBLE", "DOUBLE"], "STRUCT(lon DOUBLE, lat DOUBLE)", SPECIAL),
    (HULL, _hull, ["DOUBLE[]", "DOUBLE[]"], "VARCHAR", SPECIAL),
)
"""Of those that are "default" no row with a null is asked, and null may not be the answer."""


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known to the instance of a connection."""
    for name, function, taken, given, nulls in _FUNCTIONS:
        types: list[Any] = [duckdb.type(one) for one in taken]
        connection.create_function(name, function, types, duckdb.type(given), type=ARROW, null_handling=nulls)
