"""Datasets (section 12.3 of the reference)."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.dialects.search.support import CITIES, DATASETS, ask, error
from tests.support.house import House

CITY_FIELDS = [
    {"name": "country", "label": "country", "type": "text", "annotations": [{"name": "facet"}]},
    {
        "name": "path",
        "label": "path",
        "type": "text",
        "annotations": [{"name": "hierarchical", "args": ["/"]}],
    },
    {"name": "pop", "label": "pop", "type": "int", "annotations": []},
]


@pytest.fixture(scope="module")
def others(house: House) -> None:
    """Two datasets beside the cities."""
    for name, publisher, keyword in (
        ("apples", "A gardener", ["fruit"]),
        ("boats", "A geographer", ["port"]),
    ):
        metadata = {
            "default": {
                "title": {"value": name.capitalize()},
                "publisher": {"value": publisher},
                "keyword": {"value": keyword},
            }
        }
        house.published("a,b\n1,x\n", dataset_id=name, metadata=metadata)


def _search(house: House, **params: Any) -> Any:
    answer = ask(house, f"{DATASETS}/search", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _ids(house: House, **params: Any) -> list[str]:
    return [one["datasetid"] for one in _search(house, **params)["datasets"]]


def test_a_dataset_is_an_object_with_flat_metadata_explore_12_3_dataset(house: House) -> None:
    shown = ask(house, f"{DATASETS}/{CITIES}").json()
    metas = shown.pop("metas")
    fields = {one["name"]: one for one in shown.pop("fields")}
    assert shown == {
        "datasetid": CITIES,
        "has_records": True,
        "data_visible": True,
        "features": ["analyze", "geo", "timeserie"],
        "attachments": [],
        "alternative_exports": [],
    }
    assert [fields[one["name"]] for one in CITY_FIELDS] == CITY_FIELDS  # type: ignore[index]
    expected = {
        "title": "Cities",
        "description": "<p>Some cities</p>",
        "keyword": ["town", "port"],
        "theme": ["Culture"],
        "publisher": "A geographer",
        "colour": "blue",
        "records_count": 5,
        "visibility": "domain",
        "domain": "testserver",
        "federated": False,
        "geometry_types": ["Point", "Polygon"],
    }
    assert {name: metas.get(name) for name in expected} == expected
    assert metas["bbox"]["type"] == "Polygon"
    assert {"modified", "data_processed", "metadata_processed"} <= set(metas)
    assert None not in metas.values()


def test_the_list_has_the_same_objects_explore_12_3_list(house: House, others: None) -> None:
    body = _search(house, q="cities")
    assert body["nhits"] == 1
    assert body["parameters"] == {"timezone": "UTC", "rows": 10, "start": 0, "format": "json", "q": "cities"}
    assert body["datasets"] == [ask(house, f"{DATASETS}/{CITIES}/").json()]
    assert "facet_groups" not in body


@pytest.mark.parametrize(
    ("params", "groups"),
    [
        pytest.param({}, set(), id="explore-12.3-metas"),
        pytest.param(
            {"interopmetas": "true"}, {"basic_metas", "interop_metas"}, id="explore-12.3-interop_metas"
        ),
        pytest.param({"extrametas": "true"}, {"basic_metas", "extra_metas"}, id="explore-12.3-extra_metas"),
        pytest.param({"extrametas": "false", "interopmetas": "0"}, set(), id="explore-12.3-metas-not"),
    ],
)
def test_metadata_by_template_are_shown_if_they_are_asked_for(
    house: House, params: dict[str, Any], groups: set[str]
) -> None:
    shown = ask(house, f"{DATASETS}/{CITIES}", **params).json()
    (listed,) = _search(house, q="cities", **params)["datasets"]
    assert {one for one in shown if one.endswith("_metas")} == groups
    assert {one for one in listed if one.endswith("_metas")} == groups
    if "basic_metas" in groups:
        assert shown["basic_metas"]["default"]["title"] == "Cities"
        assert shown["basic_metas"]["custom"] == {"colour": "blue"}
    if "interop_metas" in groups:
        assert shown["interop_metas"]["dcat"]["creator"] == "Somebody"
    if "extra_metas" in groups:
        assert {"download_count", "popularity_score"} <= set(shown["extra_metas"]["explore"])


def test_a_dataset_without_anything_has_its_keys_explore_12_3_empty(house: House, empty: str) -> None:
    shown = ask(house, f"{DATASETS}/{empty}").json()
    assert (shown["fields"], shown["features"], shown["has_records"]) == ([], [], False)


FOUND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "q": ({"q": "geographer"}, ["boats", CITIES]),
    "q-field": ({"q": "publisher:gardener"}, ["apples"]),
    "q-dotted-field": ({"q": "default.title=Boats"}, ["boats"]),
    "q-datasetid": ({"q": "datasetid=apples"}, ["apples"]),
    "q-number": ({"q": "records_count:5"}, [CITIES]),
    "q-nothing": ({"q": "zzz"}, []),
    "rows": ({"q": "geographer", "rows": 1}, ["boats"]),
    "start": ({"q": "geographer", "start": 1}, [CITIES]),
    "sort": ({"q": "geographer", "sort": "title"}, ["boats", CITIES]),
    "sort-back": ({"q": "geographer", "sort": "-title"}, [CITIES, "boats"]),
    "sort-number": ({"q": "geographer", "sort": "records_count"}, [CITIES, "boats"]),
    "sort-modified": ({"q": "geographer", "sort": "-modified"}, [CITIES, "boats"]),
    "sort-popularity": ({"q": "gardener", "sort": "explore.popularity_score"}, ["apples"]),
    "refine": ({"refine__publisher": "A gardener"}, ["apples"]),
    "refine-twice": ({"refine__keyword": ["port", "town"]}, [CITIES]),
    "refine-features": ({"refine__features": "geo"}, [CITIES]),
    "exclude": ({"refine__keyword": "port", "exclude__publisher": "A gardener"}, ["boats", CITIES]),
    "disjunctive": (
        {"refine__keyword": ["town", "fruit"], "disjunctive__keyword": "true"},
        ["apples", CITIES],
    ),
}


@pytest.mark.parametrize(
    ("params", "expected"),
    [pytest.param(*case, id=f"explore-12.1-datasets-{name}") for name, case in FOUND.items()],
)
def test_datasets_are_found(house: House, others: None, params: dict[str, Any], expected: list[str]) -> None:
    assert _ids(house, **params) == expected


def test_datasets_are_found_by_where_their_records_are_explore_12_1_datasets_geofilter(
    house: House, others: None
) -> None:
    assert _ids(house, geofilter__bbox="45,2,46,3") == [CITIES]
    assert _ids(house, geofilter__bbox="0,0,1,1") == []


def test_facets_of_the_catalogue_explore_12_3_facet_groups(house: House, others: None) -> None:
    body = _search(
        house, rows=0, facet=["keyword", "publisher", "modified"], refine__publisher="A geographer"
    )
    keyword, publisher, modified = body["facet_groups"]
    assert {one["name"]: one["count"] for one in keyword["facets"]} == {"port": 2, "town": 1}
    assert publisher["facets"] == [
        {"name": "A geographer", "path": "A geographer", "state": "refined", "count": 2}
    ]
    assert len(modified["facets"][0]["path"]) == 4


@pytest.mark.parametrize(
    ("params", "message"),
    [
        pytest.param({"rows": 10_001}, "Invalid value for rows", id="explore-12.1-datasets-rows-wrong"),
        pytest.param({"sort": "nothing"}, "Unknown field: nothing.", id="explore-12.1-datasets-sort-wrong"),
        pytest.param({"facet": "nothing"}, "Unknown field: nothing.", id="explore-12.1-datasets-facet-wrong"),
        pytest.param(
            {"refine.nothing": "1"}, "Unknown field: nothing.", id="explore-12.1-datasets-refine-wrong"
        ),
        pytest.param({"format": "csv"}, "Invalid value for format", id="explore-12.1-datasets-format-wrong"),
        pytest.param({"extrametas": "x"}, "Invalid value for extrametas", id="explore-12.1-extrametas-wrong"),
        pytest.param(
            {"interopmetas": "x"}, "Invalid value for interopmetas", id="explore-12.1-interopmetas-wrong"
        ),
    ],
)
def test_what_is_wrong_is_said(house: House, params: dict[str, Any], message: str) -> None:
    status, text = error(ask(house, f"{DATASETS}/search", **params))
    assert status == 400
    assert text.startswith(message)


def test_datasets_as_jsonp_rss_and_atom_explore_12_1_datasets_format(house: House, others: None) -> None:
    script = ask(house, f"{DATASETS}/search", format="jsonp", callback="show", rows=0)
    assert script.text.startswith("/**/show({")
    assert ask(house, f"{DATASETS}/{CITIES}", format="jsonp", callback="show").text.startswith("/**/show({")
    for format_ in ("rss", "atom"):
        answer = ask(house, f"{DATASETS}/search", format=format_, q="cities")
        assert answer.headers["content-type"] == f"application/{format_}+xml; charset=utf-8"
        tags = {one.tag.rpartition("}")[2]: one.text for one in ET.fromstring(answer.content).iter()}
        assert tags["title"] == "Cities"
        assert tags["description" if format_ == "rss" else "content"] == "<p>Some cities</p>"
