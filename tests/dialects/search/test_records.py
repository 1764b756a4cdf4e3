"""Searching among records (sections 12.1 and 12.2 of the reference)."""

import datetime as dt
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.dialects.search.support import CITIES, DATASETS, NAMES, RECORDS, ask, error, names, search
from tests.support.house import EXPLORE, House

PARIS, HAVRE, LYON, ROME, REYKJAVIK = NAMES
SQUARE = {
    "type": "Polygon",
    "coordinates": [[[2, 48.5], [2.7, 48.5], [2.7, 49], [2, 49], [2, 48.5]]],
}
FIELDS = {
    "geo_point_2d": [48.75, 2.35],
    "geo_shape": SQUARE,
    "name": "Paris",
    "country": "FR",
    "path": "eu/fr",
    "pop": 2100,
    "area": 105.4,
    "founded": "1950-03-01",
    "seen": "2020-01-01T10:00:00+00:00",
    "tags": "big,river",
    "port": False,
    "note": "ville lumière",
    "since": "1977-03",
}


def test_a_record_has_an_id_fields_a_place_and_a_moment_explore_12_2_record(house: House) -> None:
    body = search(house, rows=1)
    (record,) = body["records"]
    assert body["nhits"] == 5
    assert record["datasetid"] == CITIES
    assert record["fields"] == FIELDS
    assert record["geometry"] == {"type": "Point", "coordinates": [2.35, 48.75]}
    assert dt.datetime.fromisoformat(record["record_timestamp"]).utcoffset() == dt.timedelta(0)
    assert len(record["recordid"]) == 40
    explored = house.client.get(f"{EXPLORE}/{CITIES}/records/{record['recordid']}").json()
    assert explored["name"] == PARIS


def test_what_is_null_is_left_out_explore_12_2_null(house: House) -> None:
    (record,) = search(house, q="reykjavik")["records"]
    assert record["fields"] == {"name": REYKJAVIK, "country": "IS", "path": "eu", "pop": 130, "port": True}
    assert set(record) == {"datasetid", "recordid", "fields", "record_timestamp"}


def test_parameters_are_told_back_explore_12_2_parameters(house: House) -> None:
    answer = ask(
        house,
        f"{RECORDS}/search/",
        dataset=CITIES,
        rows="2",
        start="1",
        q="river",
        sort="-pop",
        facet=["country", "tags"],
        refine__country=["FR"],
        disjunctive__country="true",
        lang="fr",
        apikey=house.admin.key,
        nothing="",
    )
    assert answer.json()["parameters"] == {
        "dataset": CITIES,
        "timezone": "UTC",
        "rows": 2,
        "start": 1,
        "format": "json",
        "facet": ["country", "tags"],
        "sort": ["-pop"],
        "q": "river",
        "refine": {"country": "FR"},
        "disjunctive": {"country": True},
        "lang": "fr",
    }
    assert search(house)["parameters"] == {
        "dataset": CITIES,
        "timezone": "UTC",
        "rows": 10,
        "start": 0,
        "format": "json",
    }


FOUND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all": ({}, NAMES),
    "q-twice": ({"q": ["river", "big"]}, [PARIS, ROME]),
    "q-named": ({"q": "river", "q__timerange": "founded:1950", "q__x": ""}, [PARIS]),
    "rq": ({"q": "river", "rq": "country:IT"}, [ROME]),
    "rows": ({"rows": 2}, [PARIS, HAVRE]),
    "rows-none": ({"rows": 0}, []),
    "start": ({"start": 3}, [ROME, REYKJAVIK]),
    "rows-and-start": ({"rows": 1, "start": 1}, [HAVRE]),
    "sort-number": ({"sort": "pop"}, [ROME, PARIS, LYON, HAVRE, REYKJAVIK]),
    "sort-number-up": ({"sort": "-pop"}, [REYKJAVIK, HAVRE, LYON, PARIS, ROME]),
    "sort-date": ({"sort": "founded,-pop"}, [LYON, ROME, HAVRE, PARIS, REYKJAVIK]),
    "sort-date-up": ({"sort": "-founded,-pop"}, [PARIS, HAVRE, LYON, ROME, REYKJAVIK]),
    "sort-text": ({"sort": "name"}, [HAVRE, LYON, PARIS, REYKJAVIK, ROME]),
    "sort-text-down": ({"sort": "-name"}, [ROME, REYKJAVIK, PARIS, LYON, HAVRE]),
    "sort-twice": ({"sort": ["country", "pop"]}, [PARIS, LYON, HAVRE, REYKJAVIK, ROME]),
    "sort-record-timestamp": ({"sort": "record_timestamp"}, NAMES),
    "refine": ({"refine__country": "IT"}, [ROME]),
    "refine-twice": ({"refine__country": ["IT", "FR"]}, []),
    "refine-list": ({"refine__tags": ["big", "river"]}, [PARIS, ROME]),
    "refine-two-fields": ({"refine__country": "FR", "refine__port": "true"}, [HAVRE]),
    "refine-year": ({"refine__founded": "1951"}, [LYON, ROME]),
    "refine-month": ({"refine__founded": "1950/03"}, [PARIS]),
    "refine-day": ({"refine__seen": "2020/01/02"}, [HAVRE]),
    "refine-path": ({"refine__path": "eu/fr"}, [PARIS, HAVRE, LYON]),
    "refine-path-above": ({"refine__path": "eu"}, NAMES),
    "exclude": ({"exclude__country": "FR"}, [ROME, REYKJAVIK]),
    "exclude-twice": ({"exclude__country": ["FR", "IT"]}, [REYKJAVIK]),
    "disjunctive": ({"refine__country": ["IT", "IS"], "disjunctive__country": "true"}, [ROME, REYKJAVIK]),
    "disjunctive-not": ({"refine__country": ["IT", "IS"], "disjunctive__country": "false"}, []),
    "unknown-parameter": ({"groupby": "x", "source": "", "assetmetas": "true"}, NAMES),
    "empty-parameters": ({"q": "", "sort": "", "rows": "", "refine__country": "", "fields": ""}, NAMES),
    "lang": ({"lang": "fr", "rows": 1}, [PARIS]),
    "without-effect": (
        {
            "geo_simplify": "true",
            "geo_simplify_zoom": "9",
            "assetmetas": "true",
            "source": "shared",
            "rows": 1,
        },
        [PARIS],
    ),
}


@pytest.mark.parametrize(
    ("params", "expected"), [pytest.param(*case, id=f"explore-12.1-{name}") for name, case in FOUND.items()]
)
def test_records_are_found(house: House, params: dict[str, Any], expected: list[str]) -> None:
    assert names(house, **params) == expected


GEO: dict[str, tuple[dict[str, Any], list[str]]] = {
    "distance": ({"geofilter__distance": "45.76,4.83,1000"}, [LYON]),
    "distance-with-blanks": ({"geofilter__distance": " 45.76, 4.83, 1000 "}, [LYON]),
    "distance-to-a-shape": ({"geofilter__distance": "49.005,2.3,2000"}, [PARIS]),
    "polygon": ({"geofilter__polygon": "(45,4),(46,4),(46,5),(45,5)"}, [LYON]),
    "polygon-closed": ({"geofilter__polygon": "(45,4),(46,4),(46,5),(45,5),(45,4)"}, [LYON]),
    "polygon-that-touches-a-shape": ({"geofilter__polygon": "(48.9,2.6),(48.9,3),(50,3),(50,2.6)"}, [PARIS]),
    "bbox": ({"geofilter__bbox": "45,4,46,5"}, [LYON]),
    "bbox-and-q": ({"geofilter__bbox": "40,0,50,20", "q": "NOT river"}, [HAVRE]),
    "two": ({"geofilter__bbox": "40,0,50,20", "geofilter__distance": "41.9,12.5,10"}, [ROME]),
}


@pytest.mark.parametrize(
    ("params", "expected"),
    [pytest.param(*case, id=f"explore-12.1-geofilter-{name}") for name, case in GEO.items()],
)
def test_records_are_found_by_their_place(house: House, params: dict[str, Any], expected: list[str]) -> None:
    assert names(house, **params) == expected


def test_records_tell_how_far_they_are_explore_12_1_geofilter_distance_dist(house: House) -> None:
    params = {"geofilter.distance": "45.76,4.83,700000", "fields": "name"}
    found = search(house, **params, sort="-dist")["records"]
    assert [one["fields"]["name"] for one in found] == [LYON, PARIS, HAVRE]
    assert [round(float(one["fields"]["dist"]) / 1000) for one in found] == [0, 345, 545]
    assert search(house, **{**params, "fields": "dist,name"}, sort="-dist")["records"] == found
    assert set(search(house, **{**params, "fields": "dist"}, rows=1)["records"][0]["fields"]) == {"dist"}
    assert found[0]["fields"] == {"name": LYON, "dist": "0.0"}
    assert names(house, **params, sort="dist") == [HAVRE, PARIS, LYON]
    assert error(ask(house, f"{RECORDS}/search", dataset=CITIES, sort="dist"))[0] == 400


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "dataset": ({"dataset": ""}, "The parameter dataset is missing."),
    "rows-many": ({"rows": 10_001}, "Invalid value for rows API parameter: 10001 was found but 0 <= rows <= 10000"),
    "rows-all": ({"rows": -1}, "Invalid value for rows API parameter: -1 was found"),
    "rows-text": ({"rows": "ten"}, "Invalid value for rows API parameter: ten was found but a whole number"),
    "start": ({"start": -1}, "Invalid value for start API parameter: -1 was found but 0 <= start"),
    "start-far": ({"rows": 100, "start": 9_901}, "Invalid value for sum of start + rows API parameter: 10001"),
    "sort": ({"sort": "nothing"}, "Unknown field: nothing. (parameter sort)"),
    "sort-place": ({"sort": "geo_shape"}, "Sorting by the geographic field geo_shape is not possible."),
    "fields": ({"fields": "name,nothing"}, "Unknown field: nothing. (parameter fields"),
    "facet": ({"facet": "nothing"}, "Unknown field: nothing. (parameter facet)"),
    "facet-place": ({"facet": "geo_shape"}, "Values of type geo_shape are no facet values."),
    "facetsort": ({"facet": "name", "facetsort__name": "up"}, "Invalid value for facetsort.name API parameter: up"),
    "refine": ({"refine__nothing": "1"}, "Unknown field: nothing. (parameter refine)"),
    "refine-date": ({"refine__founded": "soon"}, "Invalid date to parse 'soon'. (parameter refine)"),
    "exclude": ({"exclude__nothing": "1"}, "Unknown field: nothing. (parameter exclude)"),
    "disjunctive": ({"disjunctive__country": "often"}, "Invalid value for disjunctive.country API parameter: often"),
    "format": ({"format": "xml"}, "Invalid value for format API parameter: xml was found but one of json jsonp"),
    "lang": ({"lang": "xx"}, "Invalid value for lang API parameter: xx"),
    "timezone": ({"timezone": "Mars"}, "Invalid value for timezone API parameter: Mars"),
    "pretty-print": ({"pretty_print": "often"}, "Invalid value for pretty_print API parameter: often"),
    "geofilter-distance": ({"geofilter__distance": "1,2"}, "Invalid value for geofilter.distance API parameter: 1,2"),
    "geofilter-distance-back": ({"geofilter__distance": "1,2,-1"}, "Invalid value for geofilter.distance"),
    "geofilter-polygon": ({"geofilter__polygon": "(1,2),(3,4)"}, "Invalid value for geofilter.polygon API parameter"),
    "geofilter-polygon-text": ({"geofilter__polygon": "here"}, "Invalid value for geofilter.polygon API parameter"),
    "geofilter-bbox": ({"geofilter__bbox": "1,2,3"}, "Invalid value for geofilter.bbox API parameter: 1,2,3"),
    "callback": ({"format": "jsonp", "callback": "alert(1)//"}, "Invalid value for callback API parameter: alert(1)//"),
    "callback-missing": ({"format": "jsonp"}, "Invalid value for callback API parameter: nothing"),
    "csv-separator": ({"format": "csv", "csv_separator": "x"}, "Invalid value for csv_separator API parameter: x"),
    "use-labels": ({"format": "csv", "use_labels_for_header": "x"}, "Invalid value for use_labels_for_header"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "message"),
    [pytest.param(*case, id=f"explore-12.1-{name}-wrong") for name, case in WRONG.items()],
)
def test_what_is_wrong_is_said(house: House, params: dict[str, Any], message: str) -> None:
    status, text = error(ask(house, f"{RECORDS}/search", **{"dataset": CITIES, **params}))
    assert status == 400
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("params", "order"),
    [
        pytest.param({}, ["big:2", "river:3", "sea:1"], id="explore-12.1-facet"),
        pytest.param(
            {"facetsort__tags": "count"}, ["sea:1", "big:2", "river:3"], id="explore-12.1-facetsort-count"
        ),
        pytest.param(
            {"facetsort__tags": "-count"}, ["river:3", "big:2", "sea:1"], id="explore-12.1-facetsort-most"
        ),
        pytest.param(
            {"facetsort__tags": "alphanum"}, ["big:2", "river:3", "sea:1"], id="explore-12.1-facetsort-a"
        ),
        pytest.param(
            {"facetsort__tags": "-alphanum"}, ["sea:1", "river:3", "big:2"], id="explore-12.1-facetsort-z"
        ),
    ],
)
def test_facets_are_counted_and_sorted(house: House, params: dict[str, Any], order: list[str]) -> None:
    (group,) = search(house, rows=0, facet="tags", **params)["facet_groups"]
    assert (group["name"], group["count"]) == ("tags", 6)
    found = [f"{one['name']}:{one['count']}" for one in group["facets"]]
    assert found == order if params else sorted(found) == order


def test_facets_have_paths_states_and_levels_explore_12_2_facet_groups(house: House) -> None:
    body = search(house, rows=0, facet=["path", "founded"], refine__founded="1950", exclude__path="eu/it")
    path, founded = body["facet_groups"]
    eu = {"name": "eu", "path": "eu", "state": "displayed", "count": 2}
    assert {key: value for key, value in path["facets"][0].items() if key != "facets"} == eu
    below = path["facets"][0]["facets"]
    assert {one["path"]: (one["name"], one["state"], one.get("count")) for one in below} == {
        "eu/fr": ("fr", "displayed", 2),
        "eu/it": ("it", "excluded", None),
    }
    assert founded["facets"] == [
        {
            "name": "1950",
            "path": "1950",
            "state": "refined",
            "count": 2,
            "facets": [
                {"name": "07", "path": "1950/07", "state": "displayed", "count": 1},
                {"name": "03", "path": "1950/03", "state": "displayed", "count": 1},
            ],
        }
    ]


MANY: dict[str, tuple[dict[str, Any], str]] = {
    "geofilter": ({"geofilter.bbox": ["0,0,1,1"] * 11, "geofilter.distance": ["0,0,1"] * 10}, "a list of 21"),
    "geo_digest": ({"geo_digest": ["a"] * 21}, "a list of 21"),
    "refine and exclude": (
        {"refine.country": ["FR"] * 101, "exclude.country": ["IT"] * 50, "exclude.name": ["x"] * 50},
        "a list of 201",
    ),
    "facet": ({"facet": [f"f{at}" for at in range(101)]}, "a list of 101"),
}


@pytest.mark.parametrize(
    ("name", "params", "found"),
    [pytest.param(name, *case, id=f"explore-12.1-many-{name}") for name, case in MANY.items()],
)
def test_what_is_work_has_bounds(house: House, name: str, params: dict[str, Any], found: str) -> None:
    answer = house.client.post(f"{RECORDS}/search", data={"dataset": CITIES, **params})
    status, text = error(answer)
    assert status == 400
    assert text.startswith(f"Invalid value for {name} API parameter: {found} was found but at most ")


def test_what_is_said_again_is_said_once(house: House) -> None:
    sent = {"dataset": CITIES, "sort": ["pop"] * 4_000, "facet": ["country"] * 900, "rows": "1"}
    answer = house.client.post(f"{RECORDS}/search", data=sent).json()
    assert [one["fields"]["name"] for one in answer["records"]] == ["Rome"]
    assert [one["name"] for one in answer["facet_groups"]] == ["country"]


def test_a_disjunctive_facet_shows_the_other_choices_explore_12_1_disjunctive_facet(house: House) -> None:
    params: dict[str, Any] = {"rows": 0, "facet": "country", "refine__country": ["FR"]}
    (plain,) = search(house, **params)["facet_groups"]
    (open_,) = search(house, **params, disjunctive__country="true")["facet_groups"]
    assert [(one["name"], one["state"]) for one in plain["facets"]] == [("FR", "refined")]
    assert [(one["name"], one["state"]) for one in open_["facets"]] == [
        ("FR", "refined"),
        ("IS", "displayed"),
        ("IT", "displayed"),
    ]


def test_facets_are_told_only_if_they_are_asked_for_explore_12_2_facets_if_asked(house: House) -> None:
    assert "facet_groups" not in search(house)
    assert search(house, facet="tags", q="zzz")["facet_groups"] == [
        {"name": "tags", "count": 0, "facets": []}
    ]


def test_fields_are_chosen_explore_12_1_fields(house: House) -> None:
    (record,) = search(house, rows=1, fields="pop, name")["records"]
    assert record["fields"] == {"pop": 2100, "name": PARIS}
    assert "geometry" not in record
    (record,) = search(house, rows=1, fields=["geo_shape", "name"])["records"]
    assert record["geometry"] == record["fields"]["geo_shape"] == SQUARE


def test_moments_are_those_of_the_zone_explore_12_1_timezone(house: House) -> None:
    (record,) = search(house, rows=1, timezone="Europe/Paris")["records"]
    assert record["fields"]["seen"] == "2020-01-01T11:00:00+01:00"
    assert record["fields"]["founded"] == "1950-03-01"
    assert record["record_timestamp"][-6:] in {"+01:00", "+02:00"}
    assert names(house, q="seen<2020-01-01T11:00:00", timezone="UTC") == [PARIS]
    assert names(house, q="seen<2020-01-01T11:00:00", timezone="Europe/Paris") == []


def test_geojson_is_a_collection_of_features_explore_12_1_format_geojson(house: House) -> None:
    answer = ask(
        house, f"{RECORDS}/search", dataset=CITIES, format="geojson", fields="name,geo_shape,geo_point_2d"
    )
    assert answer.headers["content-type"] == "application/geo+json; charset=utf-8"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert len(body["features"]) == 5
    assert body["features"][0] == {
        "type": "Feature",
        "geometry": SQUARE,
        "properties": {"name": PARIS, "geo_point_2d": [48.75, 2.35]},
    }
    assert body["features"][4] == {"type": "Feature", "geometry": None, "properties": {"name": REYKJAVIK}}


@pytest.mark.parametrize("callback", ["show", "_a.b$1", "angular.callbacks._0"])
@pytest.mark.parametrize("format_", ["jsonp", "geojsonp"])
def test_a_script_calls_the_function_that_is_named_explore_12_1_callback(
    house: House, callback: str, format_: str
) -> None:
    answer = ask(house, f"{RECORDS}/search", dataset=CITIES, format=format_, callback=callback, rows=1)
    assert answer.headers["content-type"] == "application/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.startswith(f"/**/{callback}({{")
    assert answer.text.endswith("});")


def test_json_is_laid_out_for_people_explore_12_1_pretty_print(house: House) -> None:
    answer = ask(house, f"{RECORDS}/search", dataset=CITIES, pretty_print="true", rows=0)
    assert answer.text.startswith('{\n  "nhits": 5,\n')
    assert answer.json() == search(house, rows=0, pretty_print="true")


def test_csv_is_the_page_explore_12_1_format_csv(house: House) -> None:
    answer = ask(
        house, f"{RECORDS}/search", dataset=CITIES, format="csv", rows=2, fields="name,pop,tags", sort="pop"
    )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "name;pop;tags\r\nRome;2800;big,river\r\nParis;2100;big,river\r\n"


@pytest.mark.parametrize("format_", ["rss", "atom"])
def test_feeds_name_every_record_explore_12_1_format_feed(house: House, format_: str) -> None:
    answer = ask(
        house, f"{RECORDS}/search", dataset=CITIES, format=format_, fields="name,note", q='"ville lumiere"'
    )
    assert answer.headers["content-type"] == f"application/{format_}+xml; charset=utf-8"
    root = ET.fromstring(answer.content)
    tags = {one.tag.rpartition("}")[2]: one.text for one in root.iter()}
    assert tags["title"] == PARIS
    assert tags["description" if format_ == "rss" else "content"] == (
        "<dl><dt>name</dt><dd>Paris</dd><dt>note</dt><dd>ville lumière</dd></dl>"
    )


def test_one_record_is_found_by_its_id_explore_12_record(house: House) -> None:
    (record,) = search(house, rows=1, start=1)["records"]
    path = f"{DATASETS}/{CITIES}/records/{record['recordid']}"
    assert ask(house, path).json() == ask(house, f"{path}/").json() == record
    assert error(ask(house, f"{DATASETS}/{CITIES}/records/0123")) == (404, "Unknown record: 0123")
    assert ask(house, path, timezone="Europe/Paris").json()["fields"]["seen"] == "2020-01-02T11:00:00+01:00"
