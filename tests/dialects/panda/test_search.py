"""Searches: of rows in one dataset (3.7), in all (3.8), what finds what (6); of datasets (3.6), and categories (3.3)."""

from typing import Any

import pytest
from tests.dialects.panda.support import CRIME, POLITICS, SIMPLE, WHOLE, Cast, Client, told
from tests.support.house import House
from tests.support.saying import says

BASE = "/api/1.0/dataset/harbor/"
OTHER = "/api/1.0/dataset/ledger/"
ROWS: list[dict[str, Any]] = [
    {"data": [17, "Petrel", "$18.50", "2024-03-07", "William Spokesman-Review"], "external_id": "p-17"},
    {"data": [18, "Marlin", "n/a", "2024-04-01", "coffee house"], "external_id": "p-18"},
    {"data": [19, "Coffer dam", 7, None, "PETREL rock, north"], "external_id": "p-19"},
    {"data": [20, "Gull", 12, "2023-12-31", "exact phrase here"], "external_id": None},
]


@pytest.fixture(scope="module", autouse=True)
def harbor(people: Cast) -> None:
    types = {"columns": "permit,vessel,fee,day,note", "column_types": "int,unicode,float,date,unicode"}
    people.ada.put(BASE, {"name": "Harbor"}, typed_columns="true,true,true,true,false", **types)
    body = {"name": "Ledger", "categories": ["/api/1.0/category/crime/"]}
    people.ada.put(OTHER, body, columns="fee,who", column_types="float,unicode", typed_columns="true,false")
    assert people.ada.put(f"{BASE}data/", {"objects": ROWS}).status_code == 202
    rows = [{"data": [number, "petrel fund"], "external_id": f"l-{number}"} for number in range(12)]
    assert people.ada.put(f"{OTHER}data/", {"objects": rows}).status_code == 202


def _keys(people: Cast, **params: Any) -> list[str | None]:
    return [one["external_id"] for one in people.bob.shown(f"{BASE}data/", **params)["objects"]]


@pytest.mark.parametrize(
    ("q", "keys"),
    [
        pytest.param(q, keys.split(), id=f"panda-6.{name}")
        for name, q, keys in (
            ("1-term", "petrel", "p-17 p-19"),
            ("1-phrase", '"petrel rock"', "p-19"),
            ("1-prefix", "coff*", "p-18 p-19"),
            ("1-mark", "m?rlin", "p-18"),
            ("1-or-by-blank", "marlin gull", "p-18 None"),
            ("1-and", "petrel AND rock", "p-19"),
            ("1-and-small", "petrel and rock", "p-19"),
            ("1-or", "marlin OR rock", "p-18 p-19"),
            ("1-not", "petrel NOT rock", "p-17"),
            ("1-plus", "+petrel rock", "p-17 p-19"),
            ("1-minus", "petrel -rock", "p-17"),
            ("1-parentheses", "(marlin OR rock) AND petrel", "p-19"),
            ("1-field", "column_unicode_vessel:petrel", "p-17"),
            ("1-field-group", "column_unicode_vessel:(petrel marlin)", "p-17 p-18"),
            ("1-range", "column_float_fee:[10 TO 20]", "p-17 None"),
            ("1-range-open", "column_float_fee:[* TO 7]", "p-19"),
            ("1-range-exclusive", "column_float_fee:{7 TO *}", "p-17 None"),
            ("1-date", "column_date_day:[2024-03-01T00:00:00Z TO NOW]", "p-17 p-18"),
            ("1-malformed", 'petrel"', "p-17 p-19"),
            ("2-parts", "spokesman", "p-17"),
            ("2-joined", "spokesmanreview", "p-17"),
            ("2-whole", "spokesman-review", "p-17"),
            ("2-nickname", "bill", "p-17"),
            ("2-folded-prefix", "Coff*", "p-18 p-19"),
            ("2-case", "MARLIN", "p-18"),
            ("2-across-cells", '"18 marlin"', "p-18"),
            ("2-misfit", "n/a", "p-18"),
            ("2-misfit-money", "18.50", "p-17"),
            ("3-external-id", "external_id:p-18", "p-18"),
            ("3-slug", "dataset_slug:harbor", "p-17 p-18 p-19 None"),
            ("3-other-slug", "dataset_slug:ledger", ""),
            ("3-has-value", "column_date_day:*", "p-17 p-18 None"),
            ("3-int", "column_int_permit:19", "p-19"),
            ("4-empty", "", "p-17 p-18 p-19 None"),
        )
    ],
)
def test_what_finds_what(people: Cast, q: str, keys: list[str]) -> None:
    assert [str(one) for one in _keys(people, q=q)] == keys


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        pytest.param(
            {"sort": "column_float_fee desc"}, ["p-17", None, "p-19", "p-18"], id="panda-3.7-sort-desc"
        ),
        pytest.param(
            {"sort": "column_int_permit asc"}, ["p-17", "p-18", "p-19", None], id="panda-3.7-sort-asc"
        ),
        pytest.param(
            {"sort": "last_modified asc"}, ["p-17", "p-18", "p-19", None], id="panda-3.7-sort-modified"
        ),
        pytest.param(
            {"since": "2001-01-01T00:00:00"}, ["p-17", "p-18", "p-19", None], id="panda-6.4-since-past"
        ),
        pytest.param({"since": "2999-01-01T00:00:00"}, [], id="panda-6.4-since-future"),
        pytest.param({"since": "2999-01-01T00:00:00Z"}, [], id="panda-6.4-since-z"),
        pytest.param({"limit": "1", "offset": "2"}, ["p-19"], id="panda-3.7-page"),
    ],
)
def test_other_parameters(people: Cast, params: dict[str, str], keys: list[str | None]) -> None:
    assert _keys(people, **params) == keys


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"since": "yesterday"}, id="panda-6.4-since-wrong"),
        pytest.param({"sort": "column_int_permit sideways"}, id="panda-3.7-sort-wrong"),
        pytest.param({"q": "column_int_permit:many"}, id="panda-6.1-typed-error"),
    ],
)
def test_what_cannot_be_asked(people: Cast, params: dict[str, str]) -> None:
    answer = people.bob.get(f"{BASE}data/", **params)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")
    assert people.bob.get("/data/", **params).status_code == (200 if "sort" in params else 400)


@says("panda-3.8-groups", "panda-3.8-counts")
def test_a_search_of_every_dataset(people: Cast) -> None:
    found = people.bob.shown("/data/", q="petrel", limit=10)
    assert found["meta"] == {"limit": 10, "next": None, "offset": 0, "previous": None, "total_count": 2}
    harbor, ledger = found["objects"]
    assert [one["slug"] for one in (harbor, ledger)] == ["harbor", "ledger"]
    assert {"sample_data", "data_uploads"}.isdisjoint(harbor)
    assert (harbor["meta"]["total_count"], ledger["meta"]["total_count"]) == (2, 12)
    assert (len(ledger["objects"]), ledger["meta"]["limit"]) == (5, 5)
    assert harbor["meta"]["next"] is None
    assert harbor["objects"] == people.bob.shown(f"{BASE}data/", q="petrel")["objects"]
    assert ledger["meta"]["next"].startswith("/api/1.0/dataset/ledger/data/?q=%28petrel%29")
    following = people.bob.http.get(ledger["meta"]["next"]).json()
    assert [one["external_id"] for one in following["objects"]] == [f"l-{number}" for number in range(5, 10)]


@pytest.mark.parametrize(
    ("params", "groups"),
    [
        pytest.param({"q": "petrel", "limit": "1"}, {"harbor": 2}, id="panda-3.8-limit"),
        pytest.param({"q": "petrel", "limit": "1", "offset": "1"}, {"ledger": 5}, id="panda-3.8-offset"),
        pytest.param(
            {"q": "petrel", "group_limit": "1"}, {"harbor": 1, "ledger": 1}, id="panda-3.8-group-limit"
        ),
        pytest.param(
            {"q": "petrel", "group_offset": "10"}, {"harbor": 0, "ledger": 2}, id="panda-3.8-group-offset"
        ),
        pytest.param({}, {"harbor": 4, "ledger": 5}, id="panda-3.8-everything"),
        pytest.param({"q": ""}, {"harbor": 4, "ledger": 5}, id="panda-6.4-everything"),
        pytest.param(
            {"q": "column_float_fee:[10 TO 20]"}, {"harbor": 2, "ledger": 2}, id="panda-4.1-spans-datasets"
        ),
        pytest.param({"category": "crime"}, {"ledger": 5}, id="panda-3.8-category"),
        pytest.param({"category": "uncategorized"}, {"harbor": 4}, id="panda-3.8-uncategorized"),
        pytest.param({"category": "politics"}, {}, id="panda-6.4-empty-category"),
        pytest.param({"since": "2999-01-01T00:00:00"}, {}, id="panda-3.8-since"),
        pytest.param({"q": "dataset_slug:ledger AND petrel"}, {"ledger": 5}, id="panda-6.3-slug"),
        pytest.param({"q": "zeppelin"}, {}, id="panda-3.8-nothing"),
    ],
)
def test_groups(people: Cast, params: dict[str, str], groups: dict[str, int]) -> None:
    found = people.bob.shown("/data/", **params)
    assert {one["slug"]: len(one["objects"]) for one in found["objects"]} == groups
    if "limit" not in params:
        assert found["meta"]["total_count"] == len(groups)


@says("panda-3.8-next", "panda-3.8-inner-next")
def test_groups_are_paged(people: Cast) -> None:
    first = people.bob.shown("/data/", q="petrel", limit=1)
    second = people.bob.http.get(first["meta"]["next"]).json()
    assert [one["slug"] for one in (*first["objects"], *second["objects"])] == ["harbor", "ledger"]
    assert second["meta"]["next"] is None
    counted = people.bob.shown("/data/", q="petrel", limit=0)
    assert (counted["objects"], counted["meta"]) == ([], {"limit": 0, "offset": 0, "total_count": 2})


@says("panda-1.1-data")
def test_an_address_with_more_behind_it(people: Cast) -> None:
    """The pattern of the original had no end."""
    assert people.bob.shown("/data/anything/", q="petrel")["meta"]["total_count"] == 2


def test_a_page_of_groups_has_bounds(people: Cast) -> None:
    answer = people.bob.get("/data/", limit=1000, group_limit=1000)
    assert told(answer) == (400, "limit times group_limit is at most 20000.")


def test_nobody_searches(people: Cast) -> None:
    for who in people.nobodies:
        assert told(who.get("/data/")) == (401, "")


@says("panda-1.7-search")
def test_a_search_sees_what_its_asker_sees(house: House, people: Cast) -> None:
    """Other doors' datasets are searched by those who may see them."""
    house.published("name,city\nAda,Petrelville\nBob,Elsewhere\n", dataset_id="filtered", is_restricted=True)
    uid = house.client.get(
        "/api/automation/v1.0/datasets/", params={"dataset_id": "filtered"}, headers=house.admin.headers
    ).json()["results"][0]["uid"]
    assert people.bob.shown("/data/", q="petrelville")["objects"] == []
    assert people.bob.person is not None
    house.give(uid, people.bob.person, filter_query="city = 'Petrelville'")
    (group,) = people.bob.shown("/data/", q="petrelville elsewhere")["objects"]
    assert (group["slug"], group["meta"]["total_count"], group["row_count"]) == ("filtered", 1, None)
    assert [one["data"] for one in group["objects"]] == [["Ada", "Petrelville"]]
    (group,) = people.admin.shown("/data/", q="petrelville elsewhere")["objects"]
    assert group["meta"]["total_count"] == 2
    house.give(uid, people.bob.person, visible_fields=["name"])
    assert people.bob.shown("/data/", q="petrelville")["objects"] == []
    (group,) = people.bob.shown("/data/", q="elsewhere ada")["objects"]
    assert [one["data"] for one in group["objects"]] == [["Ada"]]
    assert [one["name"] for one in group["column_schema"]] == ["name"]


@pytest.fixture(scope="module")
def shelf(house: House, people: Cast) -> list[str]:
    """Names of datasets, the newest first."""
    people.admin.put("/user/1/", {"first_name": "Grace", "last_name": "Hopper"}, patch="true")
    people.ada.post("/dataset/", {"name": "Ferries", "categories": [CRIME], "slug": "shelf-1"})
    people.admin.post(
        "/dataset/", {"name": "Lighthouses", "description": "of ferries past", "slug": "shelf-2"}
    )
    people.admin.post(
        "/dataset/",
        {"name": "Quays", "categories": [CRIME, POLITICS], "slug": "shelf-3"},
        columns="wharf,Depth_m",
    )
    people.admin.upload("x,y\n1,2\n", "moorings.csv", dataset_slug="shelf-3")
    return ["shelf-3", "shelf-2", "shelf-1"]


def _slugs(who: Client, shelf: list[str], **params: Any) -> list[str]:
    found = who.shown("/dataset/", simple="true", limit=1000, **params)["objects"]
    return [one["slug"] for one in found if one["slug"] in shelf]


@pytest.mark.parametrize(
    ("q", "places"),
    [
        pytest.param("ferries", [1, 2], id="panda-3.6-q-words"),
        pytest.param("FERRIES AND lighthouses", [1], id="panda-3.6-q-and"),
        pytest.param("quays lighthouses", [0, 1], id="panda-3.6-q-or"),
        pytest.param("hopper", [0, 1], id="panda-3.6-q-creator"),
        pytest.param("politics", [0], id="panda-3.6-q-category"),
        pytest.param("uncategorized", [1], id="panda-3.6-q-uncategorized"),
        pytest.param("moorings.csv", [0], id="panda-3.6-q-file"),
        pytest.param("wharf", [0], id="panda-3.6-q-column"),
        pytest.param("zeppelin", [], id="panda-3.6-q-nothing"),
        pytest.param("", [0, 1, 2], id="panda-3.6-q-empty"),
        pytest.param('"of ferries', [1, 2], id="panda-3.6-q-malformed"),
    ],
)
def test_datasets_are_found_by_words(people: Cast, shelf: list[str], q: str, places: list[int]) -> None:
    assert _slugs(people.bob, shelf, q=q) == [shelf[one] for one in places]


@says("panda-3.6-category", "panda-3.6-category-list-uncategorized", "panda-3.6-category-q")
def test_datasets_are_found_by_category(people: Cast, shelf: list[str]) -> None:
    """With words both hold."""
    assert _slugs(people.bob, shelf, category="crime") == ["shelf-3", "shelf-1"]
    assert _slugs(people.bob, shelf, category="uncategorized") == ["shelf-2"]
    assert _slugs(people.bob, shelf, category="crime", q="ferries") == ["shelf-1"]
    status, body = told(people.bob.get("/dataset/", category="nope"))
    assert (status, set(body)) == (404, {"error_message"})


@says("panda-3.6-creator-email")
def test_datasets_are_found_by_who_made_them(people: Cast, shelf: list[str]) -> None:
    """Exactly, and whatever else is asked."""
    email = people.ada.email
    assert _slugs(people.bob, shelf, creator_email=email) == ["shelf-1"]
    assert _slugs(people.bob, shelf, creator_email=email, q="zeppelin", category="politics") == ["shelf-1"]
    assert _slugs(people.bob, shelf, creator_email=email.upper()) == []
    assert _slugs(people.bob, shelf, creator_email="nobody@paper.example") == []


@says("panda-3.1-search-text")
def test_a_new_name_is_found_at_once(people: Cast, shelf: list[str]) -> None:
    people.admin.put("/user/1/", {"last_name": "Murray"}, patch="true")
    assert _slugs(people.bob, shelf, q="murray") == ["shelf-3", "shelf-2"]
    people.admin.put("/user/1/", {"last_name": "Hopper"}, patch="true")
    assert _slugs(people.bob, shelf, q="murray") == []


@says("panda-3.6-list", "panda-1.3-next", "panda-1.4-natural-order-dataset")
def test_the_newest_comes_first_and_pages_follow(people: Cast, shelf: list[str]) -> None:
    assert _slugs(people.bob, shelf) == shelf
    page = people.bob.shown("/dataset/", limit=2)
    seen = [one["slug"] for one in page["objects"]]
    while page["meta"]["next"]:
        page = people.bob.http.get(page["meta"]["next"]).json()
        seen += [one["slug"] for one in page["objects"]]
    assert len(seen) == len(set(seen)) == page["meta"]["total_count"]
    assert people.bob.shown("/dataset/", limit=0)["objects"] == []


@pytest.mark.parametrize(
    ("simple", "keys"),
    [
        pytest.param("true", SIMPLE, id="panda-3.6-simple-true"),
        pytest.param("1", WHOLE, id="panda-3.6-simple-1"),
        pytest.param("", WHOLE, id="panda-3.6-simple-empty"),
    ],
)
def test_the_simple_form(people: Cast, shelf: list[str], simple: str, keys: set[str]) -> None:
    assert all(set(one) == keys for one in people.ada.shown("/dataset/", simple=simple)["objects"])


@says(
    "panda-3.3-list", "panda-3.3-one", "panda-3.3-keys", "panda-3.3-embedded", "panda-3.3-pseudo-every-page"
)
def test_categories(people: Cast, shelf: list[str]) -> None:
    found = people.ada.shown("/category/", limit=1)
    assert found["meta"]["total_count"] == 3
    crime, none = found["objects"]
    assert {name: crime[name] for name in ("name", "resource_uri", "slug")} == {
        "name": "Crime",
        "resource_uri": CRIME,
        "slug": "crime",
    }
    assert none == {
        "id": "0",
        "name": "Uncategorized",
        "slug": "uncategorized",
        "resource_uri": "/api/1.0/category/uncategorized/",
        "dataset_count": none["dataset_count"],
    }
    assert people.ada.shown("/category/crime/") == crime
    assert crime["dataset_count"] == people.ada.shown("/dataset/", category="crime")["meta"]["total_count"]
    uncategorized = people.ada.shown("/dataset/", category="uncategorized")["meta"]["total_count"]
    assert none["dataset_count"] == uncategorized
    (embedded,) = people.ada.shown("/dataset/shelf-1/")["categories"]
    assert set(embedded) == {"id", "name", "resource_uri", "slug"}
    assert [one["slug"] for one in people.ada.shown("/category/", limit=0)["objects"]][-1] == "uncategorized"
