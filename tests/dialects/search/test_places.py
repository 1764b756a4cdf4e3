"""What maps ask for (section 12.5 of the reference)."""

import json
from typing import Any

import pytest
from tests.dialects.search.support import CITIES, NAMES, RECORDS, ask, error, names, publish_geojson
from tests.support.house import House

PARIS, HAVRE, LYON, ROME, REYKJAVIK = NAMES
CENTRES = {PARIS: [48.75, 2.35], HAVRE: [49.49, 0.1], LYON: [45.76, 4.83], ROME: [41.9, 12.5]}


def _get(house: House, call: str, **params: Any) -> Any:
    answer = ask(house, f"{RECORDS}/{call}", dataset=CITIES, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _clusters(house: House, **params: Any) -> list[tuple[list[float], int]]:
    body = _get(house, "geocluster", **params)
    return [([round(one, 2) for one in each["cluster_center"]], each["count"]) for each in body["clusters"]]


def test_near_points_are_one_cluster_explore_12_5_clusterprecision(house: House) -> None:
    far = _clusters(house, clusterprecision=12)
    assert sorted(far) == sorted((place, 1) for place in CENTRES.values())
    ((centre, count),) = _clusters(house, clusterprecision=0)
    assert count == 4
    assert 41 < centre[0] < 50
    assert (_clusters(house, clusterprecision=12, q="lyon")) == [(CENTRES[LYON], 1)]
    assert _clusters(house, clusterprecision=12, geofilter__bbox="45,4,46,5") == [(CENTRES[LYON], 1)]
    assert _clusters(house, q="reykjavik") == []


def test_an_answer_tells_of_all_clusters_explore_12_5_geocluster(house: House) -> None:
    body = _get(house, "geocluster", clusterprecision=0, y__s__func="SUM", y__s__expr="pop")
    (cluster,) = body["clusters"]
    assert cluster["series"] == {"s": 5590}
    assert body["count"] == {"min": 4, "max": 4}
    assert body["series"] == {"s": {"min": 5590, "max": 5590}}
    assert body["clusterprecision"] == 0
    body = _get(house, "geocluster", clusterprecision=12, y__s__func="MAX", y__s__expr="area")
    assert body["series"] == {"s": {"min": 46.95, "max": 1285.0}}
    empty = _get(house, "geocluster", q="zzz")
    assert (empty["clusters"], empty["count"]) == ([], {"min": None, "max": None})


def test_a_cluster_of_one_is_its_place(house: House) -> None:
    (cluster,) = _get(house, "geocluster", clusterprecision=12, q="lyon")["clusters"]
    assert cluster["cluster"]["type"] == "Point"
    (cluster,) = _get(house, "geocluster", clusterprecision=0)["clusters"]
    assert "cluster" not in cluster


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"return_polygons": "true"}, id="explore-12.5-return_polygons"),
        pytest.param({"clustermode": "polygon"}, id="explore-12.5-clustermode-polygon"),
    ],
)
def test_a_cluster_has_its_hull(house: House, params: dict[str, str]) -> None:
    (cluster,) = _get(house, "geocluster", clusterprecision=0, **params)["clusters"]
    assert cluster["cluster"]["type"] == "Polygon"


def test_the_distance_between_clusters_is_in_pixels_explore_12_5_clusterdistance(house: House) -> None:
    assert len(_clusters(house, clusterprecision=5, clusterdistance=2)) == 4
    assert len(_clusters(house, clusterprecision=5, clusterdistance=400)) == 1
    assert _clusters(house, clusterprecision=5, clustermode="heatmap", shapeprecision=3)


def test_shapes_are_previewed_explore_12_5_geopreview(house: House) -> None:
    found = _get(house, "geopreview")
    assert len(found) == 4
    assert all(set(one) == {"geometry", "geo_digest"} for one in found)
    (one,) = _get(house, "geopreview", q="lyon", clusterprecision=6)
    assert one["geometry"] == {"type": "Point", "coordinates": [4.83, 45.76]}
    (one,) = _get(house, "geopreview", q="paris")
    assert one["geometry"]["type"] == "Polygon"
    assert len(_get(house, "geopreview", rows=2)) == 2
    (point,) = _get(house, "geopreview", q="paris", geo_field="geo_point_2d")
    assert point["geometry"] == {"type": "Point", "coordinates": [2.35, 48.75]}


def test_a_map_that_was_cut_says_so_explore_12_5_truncated(house: House) -> None:
    points = [[at % 200 / 10, at // 200 / 10] for at in range(20_001)]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": one}}
        for one in points
    ]
    publish_geojson(
        house,
        house.create(dataset_id="grid"),
        json.dumps({"type": "FeatureCollection", "features": features}),
    )
    for call in ("geopolygon", "geocluster", "geopreview"):
        params: dict[str, Any] = {"dataset": "grid", "clusterprecision": 25, "clusterdistance": 1}
        assert ask(house, f"{RECORDS}/{call}", **params).headers["ods-analyze-truncated"] == "true"
        whole = ask(house, f"{RECORDS}/{call}", **params, geofilter__distance="0,0,50000", rows=500)
        assert "ods-analyze-truncated" not in whole.headers


def test_a_digest_finds_the_records_of_a_place(house: House) -> None:
    for field in ("geo_shape", "geo_point_2d"):
        for name in (PARIS, LYON):
            (one,) = _get(house, "geopreview", q=name, geo_field=field)
            assert names(house, geo_digest=one["geo_digest"]) == [name]
    assert names(house, geo_digest="0123") == []


def test_places_are_counted_explore_12_5_geopolygon(house: House) -> None:
    body = _get(house, "geopolygon", clusterprecision=4, y__s__func="SUM", y__s__expr="pop")
    assert (body["count"], body["clusterprecision"]) == ({"min": 1, "max": 1}, 4)
    assert body["series"] == {"s": {"min": 170, "max": 2800}}
    found = {one["series"]["s"]: one for one in body["clusters"]}
    assert found[2100]["cluster"]["type"] == "Polygon"
    assert found[520]["cluster"] == {"type": "Point", "coordinates": [4.83, 45.76]}
    assert names(house, geo_digest=found[520]["geo_digest"]) == [LYON]


@pytest.mark.parametrize(
    ("params", "bbox", "count"),
    [
        pytest.param({}, [0.1, 41.9, 12.5, 49.49], 4, id="explore-12.5-boundingbox"),
        pytest.param({"q": "paris"}, [2.0, 48.5, 2.7, 49.0], 1, id="explore-12.5-boundingbox-shape"),
        pytest.param({"geo_field": "geo_point_2d", "q": "paris"}, [2.35, 48.75, 2.35, 48.75], 1, id="explore-12.5-boundingbox-point"),
        pytest.param({"q": "reykjavik"}, None, 0, id="explore-12.5-boundingbox-nothing"),
    ],
)  # fmt: skip
def test_the_box_around_all(house: House, params: dict[str, Any], bbox: Any, count: int) -> None:
    assert _get(house, "boundingbox", **params) == {"bbox": bbox, "count": count}


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "clusterprecision": ("geocluster", {"clusterprecision": 26}, "Invalid value for clusterprecision"),
    "clusterdistance": ("geocluster", {"clusterdistance": 0}, "Invalid value for clusterdistance"),
    "clustermode": ("geocluster", {"clustermode": "pie"}, "Invalid value for clustermode"),
    "return_polygons": ("geocluster", {"return_polygons": "often"}, "Invalid value for return_polygons"),
    "geocluster-field": ("geocluster", {"geo_field": "geo_shape"}, "Invalid value for geo_field"),
    "geocluster-series": ("geocluster", {"y__s__func": "SUM"}, "The parameter y.s.expr is missing."),
    "geopreview-rows": ("geopreview", {"rows": 10_001}, "Invalid value for rows"),
    "geopreview-field": ("geopreview", {"geo_field": "name"}, "Invalid value for geo_field"),
    "geopolygon-field": ("geopolygon", {"geo_field": "name"}, "Invalid value for geo_field"),
    "geopolygon-precision": ("geopolygon", {"clusterprecision": -1}, "Invalid value for clusterprecision"),
    "boundingbox-field": ("boundingbox", {"geo_field": "name"}, "Invalid value for geo_field"),
    "boundingbox-refine": ("boundingbox", {"refine__x": "1"}, "Unknown field: x. (parameter refine)"),
}


@pytest.mark.parametrize(
    ("call", "params", "message"),
    [pytest.param(*case, id=f"explore-12.5-{name}-wrong") for name, case in WRONG.items()],
)
def test_what_is_wrong_is_said(house: House, call: str, params: dict[str, Any], message: str) -> None:
    status, text = error(ask(house, f"{RECORDS}/{call}", dataset=CITIES, **params))
    assert status == 400
    assert text.startswith(message)


@pytest.mark.parametrize("call", ["geocluster", "geopreview", "geopolygon", "boundingbox"])
def test_a_dataset_without_places_has_no_map(house: House, plain: str, call: str) -> None:
    answer = ask(house, f"{RECORDS}/{call}", dataset=plain)
    assert error(answer) == (400, "This dataset has no such geographic field.")
    answer = ask(house, f"{RECORDS}/search", dataset=plain, geofilter__bbox="1,2,3,4")
    assert error(answer) == (400, "There is no geographic field that geofilter.bbox could be about.")


@pytest.mark.parametrize("call", ["geocluster", "geopreview", "geopolygon", "boundingbox"])
def test_maps_as_scripts(house: House, call: str) -> None:
    answer = ask(house, f"{RECORDS}/{call}", dataset=CITIES, format="jsonp", callback="show")
    assert answer.text.startswith("/**/show(")


@pytest.mark.parametrize("turn", [-360, 0, 360])
def test_a_box_of_a_map_that_was_turned_round_holds_the_same(house: House, turn: int) -> None:
    """Section 12.1: what is at one longitude is at the same one 360 degrees beside."""
    box = f"45,{4 + turn},46,{5.5 + turn}"
    assert names(house, geofilter__bbox=box) == [LYON]
