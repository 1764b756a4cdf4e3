"""What is honoured where: each cell of the table in section 2.1 of the reference, and what stands beside it."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.dialects.explore.places import ask, first_id, published_places, raw
from tests.support.house import House

Seen = Callable[[Any], Any]
CATALOG, FILES, FACETS, DATASET = (
    *("/catalog/datasets", "/catalog/exports/json", "/catalog/facets", "/catalog/datasets/places"),
)
RECORDS, FILE, COUNTS, RECORD = (
    f"{DATASET}/{one}" for one in ("records", "exports/json", "facets", "records/{record}")
)
COLUMNS = {
    CATALOG: "catalog-datasets",
    FILES: "catalog-exports",
    FACETS: "catalog-facets",
    DATASET: "dataset",
    RECORDS: "records",
    FILE: "exports",
    COUNTS: "facets",
    RECORD: "record",
}


@pytest.fixture(scope="module")
def record_id(house: House) -> str:
    """The id of the first record of the one dataset."""
    published_places(house)
    return first_id(house)


def _first(body: Any) -> Any:
    return body["results"][0]


def _total(body: Any) -> Any:
    return body["total_count"]


def _counted(body: Any) -> Any:
    return {one["name"]: one.get("count") for one in body["facets"][0]["facets"]}


def _itself(body: Any) -> Any:
    return body


def _modified(body: Any) -> Any:
    one = body["results"][0] if "results" in body else body
    return one["metas"]["default"]["modified"]


PARIS = "2020-01-01T00:30:00+01:00"
MONTH = "date_format(founded, 'MMMM') as m"
CHANGED = "date_format(modified, 'MMMM') as m"
HONOURED: list[tuple[str, str, dict[str, Any], Seen, Any]] = [
    ("select", CATALOG, {"select": "title"}, _first, {"title": "Places"}),
    ("select", FILES, {"select": "title"}, _itself, [{"title": "Places"}]),
    ("select", DATASET, {"select": "title, dcat.creator"}, _itself, {"title": "Places", "dcat.creator": "Someone"}),
    ("select", RECORDS, {"select": "name"}, _first, {"name": "Aix"}),
    ("select", FILE, {"select": "pop as p", "limit": 1}, _itself, [{"p": 10}]),
    ("select", RECORD, {"select": "name, pop"}, _itself, {"name": "Aix", "pop": 10}),
    ("where", CATALOG, {"where": ["has_records", "title = 'x'"]}, _total, 0),
    ("where", FILES, {"where": ["has_records", "title = 'x'"]}, _itself, []),
    ("where", FACETS, {"where": "title = 'x'", "facet": "keyword"}, _counted, {}),
    ("where", RECORDS, {"where": ["pop > 10", "pop < 40"]}, _total, 2),
    ("where", FILE, {"where": ["pop > 10 or pop < 0", "pop < 30"], "select": "pop"}, _itself, [{"pop": 20}]),
    ("where", COUNTS, {"where": "pop > 30", "facet": "open"}, _counted, {"false": 1, "true": 1}),
    ("group_by", CATALOG, {"group_by": "publisher"}, _first, {"publisher": "A traveller"}),
    ("group_by", FILES, {"group_by": "publisher"}, _itself, [{"publisher": "A traveller"}]),
    ("group_by", RECORDS, {"group_by": "country"}, _total, 3),
    ("group_by", FILE, {"group_by": "country"}, _itself, [{"country": "FR"}, {"country": "IE"}, {"country": None}]),
    ("order_by", CATALOG, {"order_by": "title desc"}, _total, 1),
    ("order_by", FILES, {"order_by": "-title", "select": "title"}, _itself, [{"title": "Places"}]),
    ("order_by", RECORDS, {"order_by": "-pop", "select": "pop"}, _first, {"pop": 60}),
    ("order_by", FILE, {"order_by": "-pop", "select": "pop", "limit": 1}, _itself, [{"pop": 60}]),
    ("limit", CATALOG, {"limit": 0}, _itself, {"total_count": 1, "results": []}),
    ("limit", FILES, {"limit": 0}, _itself, []),
    ("limit", RECORDS, {"limit": 0}, _itself, {"total_count": 6, "results": []}),
    ("limit", FILE, {"limit": 200_000, "select": "pop", "where": "pop < 30"}, _itself, [{"pop": 10}, {"pop": 20}]),
    ("offset", CATALOG, {"offset": 1}, _itself, {"total_count": 1, "results": []}),
    ("offset", FILES, {"offset": 1}, _itself, []),
    ("offset", RECORDS, {"offset": 5, "select": "pop"}, _first, {"pop": 60}),
    ("offset", FILE, {"offset": 5, "select": "pop"}, _itself, [{"pop": 60}]),
    ("refine", CATALOG, {"refine": ["keyword:sea", "keyword:x"]}, _total, 0),
    ("refine", FILES, {"refine": "keyword:x"}, _itself, []),
    ("refine", FACETS, {"refine": "keyword:x", "facet": "theme"}, _counted, {}),
    ("refine", RECORDS, {"refine": ["tags:sea", "tags:rain"]}, _total, 1),
    ("refine", FILE, {"refine": ["tags:sea", "tags:rain"], "select": "pop"}, _itself, [{"pop": 30}]),
    ("refine", COUNTS, {"refine": "tags:rain", "facet": "country"}, _counted, {"IE": 2}),
    ("exclude", CATALOG, {"exclude": "keyword:sea"}, _total, 0),
    ("exclude", FILES, {"exclude": "keyword:sea"}, _itself, []),
    ("exclude", FACETS, {"exclude": "keyword:sea", "facet": "theme"}, _counted, {}),
    ("exclude", RECORDS, {"exclude": ["tags:sea", "tags:rain"]}, _total, 2),
    ("exclude", FILE, {"exclude": ["country:FR", "country:IE"], "select": "pop"}, _itself, [{"pop": 60}]),
    ("exclude", COUNTS, {"exclude": "country:FR", "facet": "open"}, _counted, {"true": 2}),
    ("facet", FACETS, {"facet": "license"}, _counted, {"CC0": 1}),
    ("facet", COUNTS, {"facet": ["country", "open"]}, _counted, {"FR": 3, "IE": 2}),
    ("lang", CATALOG, {"lang": "fr", "select": CHANGED}, _first, {"m": "décembre"}),
    ("lang", FILES, {"lang": "fr", "select": CHANGED}, _itself, [{"m": "décembre"}]),
    ("lang", FACETS, {"lang": "fr", "where": "date_format(modified, 'MMMM') = 'décembre'", "facet": "license"},
     _counted, {"CC0": 1}),
    ("lang", DATASET, {"lang": "fr", "select": CHANGED}, _itself, {"m": "décembre"}),
    ("lang", RECORDS, {"lang": "fr", "select": MONTH}, _first, {"m": "août"}),
    ("lang", FILE, {"lang": "fr", "select": MONTH, "limit": 1}, _itself, [{"m": "août"}]),
    ("lang", COUNTS, {"lang": "fr", "where": "date_format(founded, 'MMMM') = 'août'", "facet": "country"},
     _counted, {"FR": 2}),
    ("lang", RECORD, {"lang": "fr", "select": MONTH}, _itself, {"m": "août"}),
    ("timezone", CATALOG, {"timezone": "Europe/Paris"}, _modified, PARIS),
    ("timezone", FILES, {"timezone": "Europe/Paris", "select": "modified"}, _itself, [{"modified": PARIS}]),
    ("timezone", FACETS, {"timezone": "Europe/Paris", "facet": "modified"}, _counted, {"2020": 1}),
    ("timezone", DATASET, {"timezone": "Europe/Paris"}, _modified, PARIS),
    ("timezone", RECORDS, {"timezone": "Europe/Paris", "select": "seen"}, _first, {"seen": PARIS}),
    ("timezone", FILE, {"timezone": "Europe/Paris", "select": "seen", "limit": 1}, _itself, [{"seen": PARIS}]),
    ("timezone", COUNTS, {"timezone": "Europe/Paris", "facet": "seen"}, _counted, {"2021": 1, "2020": 3}),
    ("timezone", RECORD, {"timezone": "Europe/Paris", "select": "seen"}, _itself, {"seen": PARIS}),
    ("include_links", CATALOG, {"include_links": "true"}, lambda body: "_links" in body, True),
    ("include_links", RECORDS, {"include_links": "true"}, lambda body: "_links" in body, True),
    ("include_links", DATASET, {"include_links": "true"}, lambda body: "_links" in body, True),
    ("include_links", RECORD, {"include_links": "true"}, lambda body: "_links" in body, True),
    ("include_app_metas", CATALOG, {"include_app_metas": "true"}, lambda body: "explore" in _first(body)["metas"], True),
    ("include_app_metas", RECORDS, {"include_app_metas": "true"}, lambda body: "_id" in _first(body), True),
    ("include_app_metas", DATASET, {"include_app_metas": "true"}, lambda body: "explore" in body["metas"], True),
    ("include_app_metas", RECORD, {"include_app_metas": "true"}, lambda body: "_id" in body, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "params", "seen", "expected"),
    [pytest.param(path, *row, id=f"explore-2.1-{name}-{COLUMNS[path]}") for name, path, *row in HONOURED],
)
def test_parameters_are_honoured(
    house: House, record_id: str, path: str, params: dict[str, Any], seen: Seen, expected: Any
) -> None:
    assert seen(ask(house, path.format(record=record_id), **params)) == expected


PAGES = {"limit": "x", "offset": "x"}
CLAUSES = {"group_by": "((", "order_by": "(("}
OF_FILES = {"use_labels": "x", "compressed": "x", "epsg": "x"}
NOT_HONOURED: list[tuple[str, dict[str, Any]]] = [
    (CATALOG, {"facet": "((", **OF_FILES}),
    (FILES, {"facet": "((", "use_labels": "x", "epsg": "x"}),
    (FACETS, {"select": "((", **CLAUSES, **PAGES, **OF_FILES, "include_links": "x"}),
    (DATASET, {"where": "((", **CLAUSES, **PAGES, "refine": "x", "exclude": "x", "facet": "((", **OF_FILES}),
    (RECORDS, {"facet": "((", **OF_FILES}),
    (FILE, {"facet": "((", "include_links": "x", "include_app_metas": "x"}),
    (COUNTS, {"select": "((", **CLAUSES, **PAGES, **OF_FILES, "include_links": "x"}),
    (RECORD, {"where": "((", **CLAUSES, **PAGES, "refine": "x", "exclude": "x", "facet": "((", **OF_FILES}),
]


@pytest.mark.parametrize(
    ("path", "params"),
    [pytest.param(path, params, id=f"explore-2.1-not-{COLUMNS[path]}") for path, params in NOT_HONOURED],
)
def test_what_an_endpoint_does_not_know_is_passed_over(
    house: House, record_id: str, path: str, params: dict[str, Any]
) -> None:
    path = path.format(record=record_id)
    assert ask(house, path, **params) == ask(house, path)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/catalog/aggregates", id="explore-2-no-aggregates-of-the-catalogue"),
        pytest.param("/catalog/query", id="explore-2-no-query"),
        pytest.param("/catalog/datasets/places/aggregates", id="explore-2-no-aggregates"),
        pytest.param("/catalog/datasets/places/query", id="explore-2-no-query-of-records"),
    ],
)
def test_what_is_a_part_of_records_now_has_no_path(house: House, record_id: str, path: str) -> None:
    assert raw(house, path, select="count(*)").status_code == 404


@pytest.mark.parametrize("prefix", ["/api/v2", "/api/explore/v2.0"])
def test_older_versions_are_not_served_explore_1_older_prefixes(house: House, prefix: str) -> None:
    for path in ("", CATALOG, RECORDS):
        assert house.client.get(f"{prefix}{path}", follow_redirects=False).status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("where=pop+>+10+and+pop<40", 2, id="explore-1-plus-is-a-blank"),
        pytest.param("where=pop%20>%2010%20and%20pop<40", 2, id="explore-1-percent-20-is-a-blank"),
        pytest.param("where=pop%2B10>40", 3, id="explore-1-percent-2b-is-a-plus"),
        pytest.param("where=name%3D'%C3%89vry'", 1, id="explore-1-utf-8"),
    ],
)
def test_queries_are_decoded_as_forms_are(house: House, record_id: str, query: str, count: int) -> None:
    assert ask(house, f"{RECORDS}?{query}")["total_count"] == count


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"limit": 200_000, "offset": 1}, id="explore-3-limit-of-exports"),
        pytest.param({"limit": -1, "offset": 1}, id="explore-3-limit-of-exports-all"),
        pytest.param({"offset": 1, "where": ""}, id="explore-3-limit-of-exports-default"),
    ],
)
def test_files_have_no_bounds(house: House, record_id: str, params: dict[str, Any]) -> None:
    assert len(ask(house, FILE, **params)) == 5


@pytest.fixture(scope="module")
def many(house: House, record_id: str) -> str:
    """The path of a dataset whose field `n` has 102 values."""
    house.published("n\n" + "\n".join(map(str, range(102))), dataset_id="many")
    return "/catalog/datasets/many"


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        pytest.param({}, 10, id="explore-3-limit-default-is-ten"),
        pytest.param({"group_by": "n"}, 10, id="explore-3-limit-default-of-groups"),
        pytest.param({"limit": -1}, 100, id="explore-3-limit-all-is-a-hundred"),
        pytest.param({"limit": -1, "group_by": "n"}, 102, id="explore-3-limit-all-of-groups"),
        pytest.param({"select": "count(*)"}, 10, id="explore-10.4-broadcast"),
    ],
)
def test_a_page_has_so_many_rows(house: House, many: str, params: dict[str, Any], rows: int) -> None:
    body = ask(house, f"{many}/records", **params)
    assert (len(body["results"]), body["total_count"]) == (rows, 102)


@pytest.mark.parametrize(
    ("facet", "values"),
    [
        pytest.param("n", 100, id="explore-5-limit-default"),
        pytest.param("facet(name='n', limit=102)", 102, id="explore-5-limit-above-the-default"),
    ],
)
def test_a_facet_has_so_many_values(house: House, many: str, facet: str, values: int) -> None:
    assert len(ask(house, f"{many}/facets", facet=facet)["facets"][0]["facets"]) == values
