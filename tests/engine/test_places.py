"""Places: on both sides of longitude 180, at the poles, shapes that are none, files of older versions, a plain model."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.engine.support import NEXT, REF, SETUPS, Sizes, ask, put

from colonnade.engine.layout import is_prepared, prepared_name
from colonnade.engine.port import Engine
from colonnade.errors import Invalid
from colonnade.generation import ROWS_FILE, START
from colonnade.query.bind import bind
from colonnade.query.geometries import EARTH_METRES, parsed
from colonnade.query.odsql import parse_group_by, parse_order_by, parse_select, parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

PLACES = Schema(
    (
        Field("name", "Name", FieldType.TEXT),
        Field("spot", "Spot", FieldType.GEO_POINT),
        Field("shape", "Shape", FieldType.GEO_SHAPE),
    )
)
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}


def _row(name: str, lon: float | None = None, lat: float | None = None, shape: Any = None) -> dict[str, Any]:
    spot = None if lon is None else {"lon": lon, "lat": lat}
    return {
        "name": name,
        "spot": spot,
        "shape": shape if isinstance(shape, str) else shape and json.dumps(shape),
    }


ROWS = (
    _row("fiji east", 179.9, -17.0, {"type": "Point", "coordinates": [179.9, -17]}),
    _row("fiji west", -179.9, -17.0, {"type": "Point", "coordinates": [-179.9, -17]}),
    _row("north pole", 0.0, 90.0, {"type": "Point", "coordinates": [0, 90]}),
    _row("near it", 100.0, 89.5, {"type": "Point", "coordinates": [100, 89.5]}),
    _row("beyond it", -80.0, 89.5, {"type": "LineString", "coordinates": [[-80, 89.5], [-81, 89.6]]}),
    _row("south pole", 0.0, -90.0),
    _row("square", 1.0, 1.0, SQUARE),
    _row("many", None, None, {"type": "MultiPolygon", "coordinates": [SQUARE["coordinates"], [[[10, 10], [11, 10], [11, 11], [10, 10]]]]}),
    _row("collection", None, None, {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [30, 30]}]}),
    _row("no geometry", None, None, '{"type":"Polygon"}'),
    _row("no json", None, None, "somewhere"),
    _row("no degrees", None, None, '{"type":"Point","coordinates":[2000000,48]}'),
    _row("infinite", None, None, '{"type":"Point","coordinates":[1e999,48]}'),
    _row("open ring", None, None, '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}'),
    _row("empty", None, None, '{"type":"Polygon","coordinates":[]}'),
)  # fmt: skip


@pytest.fixture(params=list(SETUPS), scope="module")
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = SETUPS[request.param].open(tmp_path_factory.mktemp("places"), Sizes())
    engine.create(REF, PLACES)
    put(engine, *ROWS, schema=PLACES)
    yield engine
    engine.close()


def _names(engine: Engine, where: str) -> list[str]:
    query = Query(select=parse_select("name"), where=parse_where(where))
    found: list[str] = ask(engine, query, schema=PLACES).table.column("name").to_pylist()
    return found


@pytest.mark.parametrize(
    ("where", "names"),
    [
        pytest.param("within_distance(spot, geom'POINT(180 -17)', 20km)", ["fiji east", "fiji west"], id="explore-10.2-date-line"),
        pytest.param("within_distance(spot, geom'POINT(-179.95 -17)', 20km)", ["fiji east", "fiji west"], id="explore-10.2-date-line-from-the-west"),
        pytest.param("within_distance(spot, geom'POINT(180.05 -17)', 20km)", ["fiji east", "fiji west"], id="explore-10.2-date-line-longitude-beyond-180"),
        pytest.param("within_distance(spot, geom'POINT(0 90)', 60km)", ["north pole", "near it", "beyond it"], id="explore-10.2-pole"),
        pytest.param("within_distance(spot, geom'POINT(100 89.5)', 120km)", ["north pole", "near it", "beyond it"], id="explore-10.2-over-the-pole"),
        pytest.param("within_distance(spot, geom'POINT(100 89.5)', 100km)", ["north pole", "near it"], id="explore-10.2-not-over-the-pole"),
        pytest.param("within_distance(spot, geom'POINT(0 0)', 10000km)", ["beyond it", "square"], id="explore-10.2-short-of-a-quarter"),
        pytest.param("within_distance(spot, geom'POINT(0 0)', 10008km)", ["north pole", "beyond it", "south pole", "square"], id="explore-10.2-a-quarter"),
        pytest.param("within_distance(shape, geom'POINT(180 -17)', 20km)", ["fiji east", "fiji west"], id="explore-10.2-shape-date-line"),
        pytest.param("within_distance(shape, geom'POINT(100 89.5)', 120km)", ["north pole", "near it", "beyond it"], id="explore-10.2-shape-over-the-pole"),
        pytest.param("within_distance(shape, geom'POINT(2.01 1)', 2km)", ["square", "many"], id="explore-10.2-shape-nearest-edge"),
        pytest.param("within_distance(shape, geom'POINT(1 1)', 1m)", ["square", "many"], id="explore-10.2-shape-inside"),
        pytest.param("within_distance(shape, geom'POINT(30 30)', 16000km)", ["north pole", "near it", "beyond it", "square", "many", "collection"], id="explore-10.2-shape-most-of-the-earth"),
        pytest.param("within_distance(shape, geom'POINT(30 30)', 25000km)", ["fiji east", "fiji west", "north pole", "near it", "beyond it", "square", "many", "collection"], id="explore-10.2-shape-all-of-the-earth"),
        pytest.param("in_bbox(spot, -18, 179, -16, -179.95)", ["fiji west"], id="explore-10.2-in_bbox-does-not-cross-the-date-line"),
        pytest.param("in_bbox(spot, -20, 170, 10, 190)", ["fiji east", "fiji west"], id="explore-10.2-in_bbox-across-the-date-line"),
        pytest.param("in_bbox(shape, -20, 170, 10, 190)", ["fiji east", "fiji west"], id="explore-10.2-shape-in_bbox-across-the-date-line"),
        pytest.param("in_bbox(spot, -20, -190, 10, -179.95)", ["fiji east"], id="explore-10.2-in_bbox-beyond-the-date-line-in-the-west"),
        pytest.param("in_bbox(shape, 1.5, 1.5, 10.5, 10.2)", ["square", "many"], id="explore-10.2-shape-in_bbox-overlaps"),
        pytest.param("intersects(spot, geom'POLYGON((179 -18, 181 -18, 181 -16, 179 -16, 179 -18))')", ["fiji east", "fiji west"], id="explore-10.2-polygon-across-the-date-line"),
        pytest.param("within(shape, geom'POLYGON((-1 -1, 3 -1, 3 3, -1 3, -1 -1))')", ["square"], id="explore-10.2-shape-within"),
        pytest.param("intersects(shape, geom'POLYGON((-1 -1, 3 -1, 3 3, -1 3, -1 -1))')", ["square", "many"], id="explore-10.2-shape-intersects"),
        pytest.param("disjoint(shape, geom'POLYGON((-1 -1, 3 -1, 3 3, -1 3, -1 -1))') and in_bbox(shape, 31, 31, 29, 29)", ["collection"], id="explore-10.2-shape-disjoint"),
        pytest.param("intersects(shape, geom'GEOMETRYCOLLECTION(POINT(1 1), POINT(30 30))')", ["square", "many", "collection"], id="explore-10.2-collection"),
    ],
)  # fmt: skip
def test_a_condition_on_places_selects(places: Engine, where: str, names: list[str]) -> None:
    assert _names(places, where) == names


def test_what_is_no_geometry_is_nowhere(places: Engine) -> None:
    world = "POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))"
    known = _names(places, f"intersects(shape, geom'{world}')")
    assert _names(places, f"not intersects(shape, geom'{world}')") == [
        one["name"] for one in ROWS if one["name"] not in known
    ]
    assert _names(places, f"disjoint(shape, geom'{world}')") == []
    assert len(known) == 8


def test_distances_are_great_circles(places: Engine) -> None:
    query = Query(
        select=parse_select(
            "distance(spot, geom'POINT(180 -17)') as d, distance(shape, geom'POINT(180 -17)') as s"
        ),
        order_by=parse_order_by("distance(spot, geom'POINT(180 -17)')"),
        limit=9,
    )
    rows = ask(places, query, schema=PLACES).table.to_pylist()
    assert rows[0]["d"] == pytest.approx(_model(179.9, -17, 180, -17), rel=1e-9)
    assert rows[0]["s"] == pytest.approx(rows[0]["d"], rel=1e-6)
    assert [one["d"] for one in rows[-2:]] == [None, None]


def test_what_is_made_of_no_place_is_null(places: Engine) -> None:
    query = Query(
        select=parse_select("envelope(spot) as e, bbox(spot) as b, bbox(shape) as s"),
        where=parse_where("name = 'no json'"),
    )
    assert ask(places, query, schema=PLACES).table.to_pylist() == [{"e": None, "b": None, "s": None}]


def _model(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    a, b, c, d = map(math.radians, (lon, lat, other_lon, other_lat))
    h = math.sin((b - d) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((a - c) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(min(1, math.sqrt(h)))


_LON, _LAT = st.floats(-180, 180), st.floats(-90, 90)


@settings(max_examples=40)
@given(lon=_LON, lat=_LAT, metres=st.floats(0, 2.1e7))
def test_circles_hold_what_a_plain_model_says(places: Engine, lon: float, lat: float, metres: float) -> None:
    asked = f"geom'POINT({lon!r} {lat!r})', {metres:.6f}m)"
    metres = float(f"{metres:.6f}")
    distances = {
        one["name"]: _model(lon, lat, one["spot"]["lon"], one["spot"]["lat"]) for one in ROWS if one["spot"]
    }
    unsure = {name for name, far in distances.items() if abs(far - metres) < 1e-3 + far * 1e-7}
    found = set(_names(places, f"within_distance(spot, {asked}"))
    assert found - unsure == {name for name, far in distances.items() if far <= metres} - unsure
    # A shape that is a point is where its point is, but for the polygon that stands for the circle.
    points = {name: far for name, far in distances.items() if name.startswith(("fiji", "north", "near"))}
    near = {name for name, far in points.items() if abs(far - metres) < 50 + 0.001 * metres}
    shapes = set(_names(places, f"within_distance(shape, {asked}")) & set(points)
    assert shapes - near == {name for name, far in points.items() if far <= metres} - near


@settings(max_examples=40)
@given(lats=st.tuples(_LAT, _LAT), lons=st.tuples(_LON, _LON))
def test_boxes_hold_what_a_plain_model_says(
    places: Engine, lats: tuple[float, float], lons: tuple[float, float]
) -> None:
    found = _names(places, f"in_bbox(spot, {lats[0]!r}, {lons[0]!r}, {lats[1]!r}, {lons[1]!r})")
    assert found == [
        one["name"]
        for one in ROWS
        if one["spot"]
        and min(lats) <= one["spot"]["lat"] <= max(lats)
        and min(lons) <= one["spot"]["lon"] <= max(lons)
    ]


_FAR = st.floats(-540, 540, width=32)


@settings(max_examples=15)
@given(lats=st.tuples(_LAT, _LAT), lons=st.tuples(_FAR, _FAR))
def test_boxes_turned_past_longitude_180_hold_what_their_polygons_hold(
    places: Engine, lats: tuple[float, float], lons: tuple[float, float]
) -> None:
    (south, north), (west, east) = sorted(lats), sorted(lons)
    assume(north - south > 1e-6)
    assume(east - west > 1e-6)
    polygon = shapely.box(west, south, east, north).wkt
    for field in ("spot", "shape"):
        found = _names(places, f"in_bbox({field}, {south!r}, {west!r}, {north!r}, {east!r})")
        assert found == _names(places, f"intersects({field}, geom'{polygon}')")


_GEOJSON = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Point", "Polygon", "Feature", 1]),
        "coordinates": st.recursive(st.floats() | st.none(), st.lists, max_leaves=8),
    }
)


@settings(max_examples=100)
@given(
    text=st.text()
    | st.from_regex(r"\A(POINT|POLYGON|LINESTRING|GEOMETRYCOLLECTION) ?\(*[-0-9 .,()eE]{0,40}\Z")
    | st.from_regex(r"\A0[01]0[0-9a-f]{0,60}\Z")
    | st.builds(json.dumps, _GEOJSON)
)
def test_any_text_is_a_geometry_or_refused(text: str) -> None:
    try:
        found = parsed(text)
    except ValueError:
        return
    assert shapely.is_valid(found)
    assert not shapely.is_empty(found)


@pytest.mark.parametrize(
    "wrap", ["GEOMETRYCOLLECTION({})", '{{"type":"GeometryCollection","geometries":[{}]}}']
)
def test_collections_nested_deep_are_refused(wrap: str) -> None:
    text = "POINT(1 1)" if wrap.startswith("G") else '{"type":"Point","coordinates":[1,1]}'
    for _ in range(2_000):
        text = wrap.format(text)
    with pytest.raises(ValueError, match="too many collections"):
        parsed(text)
    hexadecimal = "010700000001000000" * 5_000 + "0101000000000000000000f03f000000000000f03f"
    with pytest.raises(ValueError, match="too many collections"):
        parsed(hexadecimal)


def test_a_literal_that_is_none_says_where_it_stands() -> None:
    query = Query(where=parse_where("name = 'a' or intersects(spot, geom'POINT(1)')"))
    with pytest.raises(Invalid) as caught:
        bind(query, visible=PLACES)
    assert "Invalid geometry at position 31: it is neither WKT nor WKB nor GeoJSON." in caught.value.message
    assert caught.value.facts["clause"] == "where"


def test_near_groups_become_one_and_do_not_depend_on_the_order(tmp_path: Path) -> None:
    engine = SETUPS["embedded"].open(tmp_path, Sizes())
    spots = [(10 + number % 7 * 1e-3, 50 + number % 5 * 1e-3) for number in range(70)] + [(-100.0, 20.0)] * 3
    answers = []
    for ref, given_spots in ((REF, spots), (NEXT, spots[::-1])):
        engine.create(ref, PLACES)
        put(engine, *(_row("x", lon, lat) for lon, lat in given_spots), ref=ref, schema=PLACES)
        query = Query(
            select=parse_select("count(*) as n"),
            group_by=parse_group_by("geo_cluster(spot, 5) as c"),
            order_by=parse_order_by("n desc"),
        )
        answers.append(ask(engine, query, ref=ref, schema=PLACES).table.to_pylist())
    engine.close()
    assert answers[0] == answers[1]
    assert [one["n"] for one in answers[0]] == [70, 3]
    centre = json.loads(answers[0][0]["c"])["cluster_centroid"]
    assert centre["lat"] == pytest.approx(50.002)
    assert centre["lon"] == pytest.approx(10.003)


def test_a_file_of_an_older_version_is_answered_from_its_texts(tmp_path: Path) -> None:
    engine = SETUPS["embedded"].open(tmp_path, Sizes())
    engine.create(REF, PLACES)
    put(engine, *ROWS, schema=PLACES)
    where = "within(shape, geom'POLYGON((-1 -1, 3 -1, 3 3, -1 3, -1 -1))')"
    before = _names(engine, where)
    engine.close()
    with duckdb.connect(str(REF.folder(tmp_path / "generations") / ROWS_FILE)) as file:
        file.execute(f'ALTER TABLE rows DROP COLUMN "{prepared_name("shape")}"')
    engine = SETUPS["embedded"].open(tmp_path, Sizes())
    assert engine.check(REF, PLACES) == []
    assert _names(engine, where) == before == ["square"]
    put(engine, _row("new", shape=SQUARE), schema=PLACES)
    assert _names(engine, where) == ["square", "new"]
    query = Query(select=parse_select("bbox(shape) as b"), limit=1)
    assert "179.9" in ask(engine, query, schema=PLACES).table.column("b")[0].as_py()
    # Replayed into a file of this version, its shapes are prepared.
    engine.create(NEXT, PLACES)
    engine.apply(NEXT, PLACES, engine.changes_since(REF, START))
    found = ask(engine, Query(select=parse_select("name"), where=parse_where(where)), ref=NEXT, schema=PLACES)
    assert found.table.column("name").to_pylist() == ["square", "new"]
    engine.close()


def test_changes_and_exports_hold_what_was_written_alone(places: Engine) -> None:
    assert not any(map(is_prepared, places.changes_since(REF, START).rows.column_names))
    assert places.check(REF, PLACES) == []
