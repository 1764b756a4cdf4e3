"""Conditions and values of places through the door, on the points and shapes of a file."""

import json
from typing import Any

import pytest
from tests.dialects.explore.support import error, get
from tests.support.house import AUTOMATION, House

SHAPES: dict[str, Any] = {
    "square": {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]},
    "paris": {"type": "Point", "coordinates": [2.35, 48.85]},
    "line": {"type": "LineString", "coordinates": [[10, 10], [20, 20]]},
}


@pytest.fixture(scope="module")
def sites(house: House) -> str:
    """A dataset of the points and shapes; those who are given `rulesets` see the rows near Paris alone."""
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for name, geometry in SHAPES.items()
    ]
    made = house.create(dataset_id="sites", is_restricted=True)
    base, headers = f"{AUTOMATION}/datasets/{made['uid']}", house.admin.headers
    content = json.dumps({"type": "FeatureCollection", "features": features})
    sent = {"file": ("sites.geojson", content)}
    uploaded = house.client.post(f"{base}/resources/files/", files=sent, headers=headers).json()
    source = {"type": "uploaded_file", "file": {"uid": uploaded["uid"]}}
    house.client.post(f"{base}/resources/", json={"type": "geojson", "datasource": source}, headers=headers)
    assert house.publish(made["uid"])["status"] == "idle"
    uid: str = made["uid"]
    return uid


def _names(house: House, where: str) -> list[str]:
    answer = get(house, "/sites/records", house.admin, where=where, order_by="name")
    assert answer.status_code == 200, answer.text
    return [one["name"] for one in answer.json()["results"]]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        pytest.param("within_distance(geo_point_2d, geom'POINT(2.3 48.8)', 10km)", ["paris"], id="explore-10.2-within_distance"),
        pytest.param("within_distance(geo_shape, geom'POINT(2.1 1)', 12km)", ["square"], id="explore-10.2-within_distance-shape"),
        pytest.param("in_bbox(geo_shape, 12, 13, 11, 9)", ["line"], id="explore-10.2-in_bbox"),
        pytest.param("intersects(geo_shape, geom'POLYGON((1 1, 12 1, 12 12, 1 1))')", ["line", "square"], id="explore-10.2-intersects"),
        pytest.param("disjoint(geo_shape, geom'POLYGON((1 1, 12 1, 12 12, 1 1))')", ["paris"], id="explore-10.2-disjoint"),
        pytest.param("within(geo_shape, geom'POLYGON((-1 -1, 3 -1, 3 50, -1 50, -1 -1))')", ["paris", "square"], id="explore-10.2-within"),
        pytest.param("geometry(geo_shape, geom'POINT(15 15)')", ["line"], id="explore-10.2-geometry"),
        pytest.param("polygon(geo_point_2d, geom'POLYGON((0 0, 2 0, 2 2, 0 2, 0 0))')", ["square"], id="explore-10.2-polygon"),
    ],
)  # fmt: skip
def test_a_condition_selects_records(house: House, sites: str, where: str, names: list[str]) -> None:
    assert _names(house, where) == names


def test_values_of_places(house: House, sites: str) -> None:
    asked = {
        "select": "name, distance(geo_shape, geom'POINT(2.35 48.85)') as d",
        "order_by": "distance(geo_point_2d, geom'POINT(2.35 48.85)')",
        "limit": 1,
    }
    (found,) = get(house, "/sites/records", house.admin, **asked).json()["results"]
    assert found == {"name": "paris", "d": 0.0}
    asked = {"select": "envelope(geo_point_2d) as hull, bbox(geo_shape) as box", "limit": 1}
    (found,) = get(house, "/sites/records", house.admin, **asked).json()["results"]
    assert found["hull"]["geometry"]["type"] == "Polygon"
    corners = [[0.0, 0.0], [20.0, 0.0], [20.0, 48.85], [0.0, 48.85], [0.0, 0.0]]
    box = {"type": "Polygon", "coordinates": [corners]}
    assert found["box"] == {"type": "Feature", "geometry": box, "properties": {}}


def test_clusters_are_objects_explore_10_5_geo_cluster_object(house: House, sites: str) -> None:
    asked = {
        "select": "count(*) as n",
        "group_by": "geo_cluster(geo_point_2d, 10)",
        "where": "name = 'paris'",
    }
    found = get(house, "/sites/records", house.admin, **asked).json()["results"]
    centre = {"cluster_centroid": {"lat": 48.85, "lon": 2.35}}
    assert found == [{"geo_cluster(geo_point_2d, 10)": centre, "n": 1}]
    exported = get(house, "/sites/exports/json", house.admin, **asked)
    assert exported.json() == found


@pytest.mark.parametrize(
    ("clauses", "message"),
    [
        pytest.param({"where": "intersects(geo_shape, geom'POINT(1')"}, "Invalid geometry at position 22: it is neither WKT nor WKB nor GeoJSON. Clause(s) containing the error(s): where.", id="explore-8-geometry"),
        pytest.param({"group_by": "geo_point_2d"}, "Use the geo_cluster(point_geo, int_precision) aggregation function instead", id="explore-7.1-group-by-geo"),
        pytest.param({"select": "geo_cluster(geo_point_2d, 3)"}, "geo_cluster() stands in group_by alone.", id="explore-10.5-geo_cluster-in-select"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(house: House, sites: str, clauses: dict[str, str], message: str) -> None:
    status, code, told = error(get(house, "/sites/records", house.admin, **clauses))
    assert (status, code) == (400, "ODSQLError")
    assert message in told


def test_a_ruleset_filters_by_place_also_for_those_who_do_not_see_it(house: House, sites: str) -> None:
    near, person = "intersects(geo_shape, geom'POINT(2.35 48.85)')", house.person()
    house.give(sites, person, filter_query=near, visible_fields=["name"])
    answer = get(house, "/sites/records", person)
    assert answer.json() == {"total_count": 1, "results": [{"name": "paris"}]}
    hidden = error(get(house, "/sites/records", person, where=near))
    assert hidden[:2] == (400, "ODSQLError")
    assert "Unknown field: geo_shape." in hidden[2]
