"""The dataset's object, the catalogue's names and the values of facets: each row of sections 4.1 and 5 of the reference."""

import json
from typing import Any

import pytest
from tests.dialects.explore.places import attach, names, published_places
from tests.dialects.explore.support import error, get
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House, Person

ROOT = EXPLORE.removesuffix("/catalog/datasets")


@pytest.fixture(scope="module", autouse=True)
def void(house: House) -> str:
    """Publish two datasets; the uid of the one without records."""
    published_places(house)
    made = house.published("a\n", dataset_id="void", metadata={"default": {"title": {"value": "Void"}}})
    uid: str = made["uid"]
    return uid


@pytest.fixture(scope="module")
def shown(house: House) -> dict[str, Any]:
    found: dict[str, Any] = get(house, "/places", include_app_metas="true").json()
    return found


DEFAULT = {
    "title": "Places",
    "description": "<p>Where to go.</p>",
    "theme": ["Travel"],
    "keyword": ["sea", "sun"],
    "license": "CC0",
    "license_url": None,
    "language": "en",
    "metadata_languages": None,
    "timezone": None,
    "modified": "2019-12-31T23:30:00+00:00",
    "modified_updates_on_metadata_change": None,
    "modified_updates_on_data_change": None,
    "geographic_reference": ["world_fr", "world_ie"],
    "geographic_reference_auto": None,
    "geographic_area": None,
    "geographic_area_mode": None,
    "geometry_types": ["Point"],
    "bbox": {
        "type": "Polygon",
        "coordinates": [[[-8.5, 43.5], [5.4, 43.5], [5.4, 55.0], [-8.5, 55.0], [-8.5, 43.5]]],
    },
    "territory": ["France", "Ireland"],
    "references": None,
    "publisher": "A traveller",
    "attributions": None,
    "records_count": 6,
    "source_domain": None,
    "source_domain_title": None,
    "source_domain_address": None,
    "source_dataset": None,
    "parent_domain": None,
    "shared_catalog": None,
    "oauth_scope": None,
    "federated": False,
}
MOVING = {"data_processed", "metadata_processed"}


@pytest.mark.parametrize("name", [pytest.param(one, id=f"explore-4.1-default-{one}") for one in DEFAULT])
def test_every_key_of_the_metadata_is_there(shown: dict[str, Any], name: str) -> None:
    assert shown["metas"]["default"][name] == DEFAULT[name]


def test_no_other_keys_are_there_explore_4_1(shown: dict[str, Any]) -> None:
    metas = shown["metas"]
    assert set(metas["default"]) == {*DEFAULT, *MOVING}
    assert all(metas["default"][one].endswith("+00:00") for one in MOVING)
    assert set(metas) == {"default", "dcat", "inspire", "custom", "explore"}
    assert metas["dcat"] == {"creator": "Someone", "issued": "2018-01-02"}
    assert metas["inspire"] == {"theme": ["Addresses"]}
    assert metas["custom"] == {"colour": "blue"}
    assert all(isinstance(one, int) for one in metas["explore"].values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("dataset_id", "places", id="explore-4.1-dataset_id"),
        pytest.param("attachments", [], id="explore-4.1-attachments"),
        pytest.param("alternative_exports", [], id="explore-4.1-alternative_exports"),
        pytest.param("has_records", True, id="explore-4.1-has_records"),
        pytest.param("data_visible", True, id="explore-4.1-data_visible"),
        pytest.param("visibility", "domain", id="explore-4.1-visibility"),
        pytest.param("features", ["analyze", "geo", "timeserie", "calendar", "custom_view"],
                     id="explore-4.1-features"),
    ],
)  # fmt: skip
def test_the_dataset_says_of_itself(shown: dict[str, Any], name: str, value: Any) -> None:
    assert shown[name] == value


ANNOTATED = {
    "facet": ("country", {"facet": [], "disjunctive": []}),
    "disjunctive": ("country", {"facet": [], "disjunctive": []}),
    "multivalued": ("tags", {"multivalued": [";"]}),
    "hierarchical": ("region", {"hierarchical": ["/"], "facet": []}),
    "decimals": ("size", {"decimals": [1]}),
    "unit": ("pop", {"unit": ["people"]}),
}


@pytest.mark.parametrize(
    ("field", "annotations"),
    [pytest.param(*row, id=f"explore-4.1-annotation-{name}") for name, row in ANNOTATED.items()],
)
def test_fields_have_their_annotations(shown: dict[str, Any], field: str, annotations: Any) -> None:
    (found,) = (one["annotations"] for one in shown["fields"] if one["name"] == field)
    assert found == annotations


def test_fields_are_told_with_their_types_explore_4_1_fields(shown: dict[str, Any]) -> None:
    assert next(one for one in shown["fields"] if one["name"] == "pop") == {
        "name": "pop",
        "label": "pop",
        "type": "int",
        "description": None,
        "annotations": {"unit": ["people"]},
    }
    assert [one["type"] for one in shown["fields"]] == [
        *("text", "text", "text", "int", "double", "boolean", "date", "datetime", "text", "geo_point_2d")
    ]


def test_a_dataset_without_records_says_so_explore_4_1(house: House) -> None:
    body = get(house, "/void").json()
    assert (body["features"], body["metas"]["default"]["records_count"]) == ([], 0)
    assert body["metas"]["default"]["bbox"] is None
    assert set(body["metas"]["default"]) == {*DEFAULT, *MOVING}


def test_what_a_reader_may_not_see_is_not_told_explore_4_1_restricted(house: House) -> None:
    uid = published_places(house, "secret", is_restricted=True)
    attach(house, uid)
    some, none, whole = house.person(), house.person(), house.person()
    house.give(uid, some, filter_query="country = 'FR'", visible_fields=["name", "country", "at"])
    house.give(uid, none, is_data_visible=False)
    house.give(uid, whole)
    path = "/secret"
    assert get(house, path).status_code == 404

    def told(person: Person) -> tuple[Any, ...]:
        body = get(house, path, person).json()
        default = body["metas"]["default"]
        assert (body["visibility"], len(body["attachments"])) == ("restricted", 1)
        return body["data_visible"], len(body["fields"]), default["records_count"], default["bbox"] is None

    assert told(some) == (True, 3, None, True)
    assert told(none) == (False, 0, None, True)
    assert told(whole) == (True, 10, 6, False)
    # What can be asked about is what all of them may know.
    for asked in (some, none, whole):
        found = get(
            house, "", asked, select="data_visible, bbox, records_count", where="dataset_id = 'secret'"
        )
        assert found.json()["results"] == [{"data_visible": False, "bbox": None, "records_count": None}]
    house.client.delete(f"{AUTOMATION}/datasets/{uid}/", headers=house.admin.headers)


NAMES: list[tuple[str, Any, str]] = [
    ("dataset_id", "places", "= 'places'"),
    ("datasetid", "places", "= 'places'"),
    ("features", ["analyze", "geo", "timeserie", "calendar", "custom_view"], "= 'geo'"),
    ("has_records", True, "is true"),
    ("data_visible", True, "is true"),
    *(
        (prefix + name, value, condition)
        for prefix in ("", "default.")
        for name, value, condition in (
            ("title", "Places", "= 'Places'"),
            ("description", "<p>Where to go.</p>", "like 'where'"),
            ("theme", ["Travel"], "= 'Travel'"),
            ("keyword", ["sea", "sun"], "in ('sun', 'x')"),
            ("license", "CC0", "= 'CC0'"),
            ("license_url", None, "is null"),
            ("language", "en", "= 'en'"),
            ("metadata_languages", None, "is null"),
            ("timezone", None, "is null"),
            ("modified", "2019-12-31T23:30:00+00:00", "< '2020-01-01'"),
            ("modified_updates_on_data_change", None, "is null"),
            ("modified_updates_on_metadata_change", None, "is null"),
            ("geographic_reference", ["world_fr", "world_ie"], "= 'world_ie'"),
            ("geographic_reference_auto", None, "is null"),
            ("geographic_area", None, "is null"),
            ("geographic_area_mode", None, "is null"),
            ("geometry_types", ["Point"], "= 'Point'"),
            ("territory", ["France", "Ireland"], "= 'France'"),
            ("references", None, "is null"),
            ("publisher", "A traveller", "like 'trav*'"),
            ("attributions", None, "is null"),
            ("records_count", 6, "> 5"),
            ("source_domain", None, "is null"),
            ("source_domain_title", None, "is null"),
            ("source_domain_address", None, "is null"),
            ("source_dataset", None, "is null"),
            ("parent_domain", None, "is null"),
            ("shared_catalog", None, "is null"),
            ("oauth_scope", None, "is null"),
            ("federated", False, "is false"),
        )
    ),
    ("dcat.creator", "Someone", "= 'Someone'"),
    ("dcat.issued", "2018-01-02", "< date'2019'"),
    *((f"dcat.{one}", None, "is null") for one in ("created", "contributor", "spatial", "temporal")),
    ("dcat.accrualperiodicity", None, "is null"),
    ("inspire.theme", ["Addresses"], "= 'Addresses'"),
    ("inspire.extend_bounding_box_westbound_longitude", None, "is null"),
    ("semantic.classes", None, "is null"),
    ("dcat_ap.spatial", None, "is null"),
    ("custom.colour", "blue", "= 'blue'"),
    ("custom.nothing", None, "is null"),
]


@pytest.mark.parametrize(
    ("name", "value", "condition"), [pytest.param(*one, id=f"explore-4.1-name-{one[0]}") for one in NAMES]
)
def test_every_name_of_the_catalogue_is_selected_and_asked_about(
    house: House, name: str, value: Any, condition: str
) -> None:
    where = f"{name} {condition} and dataset_id = 'places'"
    assert get(house, "", select=name, where=where).json()["results"] == [{name: value}]


def test_moments_of_the_portal_itself_are_asked_about_explore_4_1(house: House) -> None:
    for name in ("data_processed", "default.metadata_processed"):
        rows = get(house, "", select=name, where=f"{name} > '2020'").json()["results"]
        assert list(rows[0]) == [name]


def test_use_is_asked_about_at_once_explore_4_1_explore(house: House, void: str) -> None:
    count, score = "explore.download_count", "explore.popularity_score"
    path = f"/void/attachments/{attach(house, void)}"
    for downloads in (1, 2):
        assert get(house, path).status_code == 200
        found = get(house, select=f"dataset_id, {count}", where=f"{count} > {downloads - 1}").json()
        assert found["results"] == [{"dataset_id": "void", count: downloads}]
    for order in (count, score):
        assert get(house, select="title", order_by=f"{order} desc", limit=1).json()["results"] == [
            {"title": "Void"}
        ]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        pytest.param({"where": "'go'", "select": "dataset_id"}, [{"dataset_id": "places"}],
                     id="explore-4.1-full-text"),
        pytest.param({"where": 'search(*, "travelle")', "select": "title"}, [{"title": "Places"}],
                     id="explore-4.1-search-all"),
        pytest.param({"where": "suggest(keyword, 'su')", "select": "title"}, [{"title": "Places"}],
                     id="explore-4.1-suggest"),
        pytest.param({"group_by": "has_records, language", "select": "count(*) as n, sum(records_count) as s"},
                     [{"has_records": True, "language": "en", "n": 2, "s": 6}], id="explore-4.1-group"),
        pytest.param({"select": "title", "order_by": "-records_count"}, [{"title": "Places"}, {"title": "Void"}],
                     id="explore-4.1-order"),
        pytest.param({"select": "max(records_count) as m", "limit": 1}, [{"m": 6}], id="explore-4.1-aggregate"),
        pytest.param({"select": "include(dataset_*)", "limit": 1, "where": "dataset_uid is null"}, [],
                     id="explore-4.1-include"),
    ],
)  # fmt: skip
def test_the_catalogue_is_asked_like_a_table(
    house: House, params: dict[str, Any], found: list[dict[str, Any]]
) -> None:
    assert get(house, "", **params).json()["results"] == found


def nodes(body: Any) -> Any:
    """Facets in a short form: value, count (None: excluded), a mark for what is refined, and what is below."""

    def short(one: dict[str, Any]) -> tuple[Any, ...]:
        mark = {"displayed": "", "refined": "*", "excluded": "-"}[one["state"]]
        assert one["value"].endswith(one["name"])
        assert ("count" in one) == (mark != "-")
        below = [short(child) for child in one.get("facets", [])]
        return (mark + one["value"], one.get("count"), *([below] if below else []))

    return {facet["name"]: [short(one) for one in facet["facets"]] for facet in body["facets"]}


REGION = "facet(name='region')"
FLAT = "facet(name='region', hierarchical=false)"
COUNTS: list[tuple[str, dict[str, Any], Any]] = [
    ("none-is-all-annotated", {}, {"country", "region"}),
    ("plain", {"facet": "open"}, [("true", 3), ("false", 2)]),
    ("sort-of-equals-by-value", {"facet": "tags"}, [("sea", 3), ("rain", 2), ("sun", 1)]),
    ("where", {"facet": "tags", "where": "pop > 25"}, [("rain", 2), ("sea", 1)]),
    ("null-is-no-value", {"facet": "country"}, [("FR", 3), ("IE", 2)]),
    ("zero-records", {"facet": "country", "where": "pop < 0"}, []),
    ("refined-leaves-itself", {"facet": "open", "refine": "open:true"}, [("*true", 3)]),
    ("refined-in-any-case", {"facet": "open", "refine": "open:True"}, [("*true", 3)]),
    ("refined-number", {"facet": "size", "refine": "size:1.50"}, [("*1.5", 1)]),
    ("excluded-has-no-count", {"facet": "open", "exclude": "open:true"}, [("false", 2), ("-true", None)]),
    ("disjunctive", {"facet": "country", "refine": "country:FR"}, [("*FR", 3), ("IE", 2)]),
    ("disjunctive-others-count", {"facet": "country", "refine": ["country:FR", "open:true"]},
     [("IE", 2), ("*FR", 1)]),
    ("disjunctive-call", {"facet": "facet(name='open', disjunctive=true)", "refine": "open:true"},
     [("*true", 3), ("false", 2)]),
    ("not-disjunctive-call", {"facet": "facet(name='country', disjunctive=false)", "refine": "country:FR"},
     [("*FR", 3)]),
    ("hierarchical", {"facet": "region"}, [("North", 2), ("West", 2), ("South", 1)]),
    ("hierarchical-refined", {"facet": "region", "refine": "region:North"},
     [("*North", 2, [("North/City", 1)])]),
    ("hierarchical-below", {"facet": "region", "refine": "region:North/City"},
     [("*North", 1, [("*North/City", 1)])]),
    ("hierarchical-excluded-below", {"facet": "region", "exclude": "region:North/City"},
     [("West", 2), ("North", 1, [("-North/City", None)]), ("South", 1)]),
    ("hierarchical-not", {"facet": FLAT, "refine": "region:North"}, [("*North", 1)]),
    ("hierarchical-call", {"facet": "facet(name='name', separator='r')", "refine": "name:Co"},
     [("*Co", 1, [("Cork", 1)])]),
    ("date", {"facet": "founded"}, [("2020", 2), ("2019", 3)]),
    ("date-refined", {"facet": "founded", "refine": "founded:2019"},
     [("*2019", 3, [("2019/09", 1), ("2019/08", 2)])]),
    ("date-unpadded", {"facet": "founded", "refine": "founded:2019/8"},
     [("*2019", 2, [("*2019/08", 2, [("2019/08/06", 1), ("2019/08/05", 1)])])]),
    ("date-excluded", {"facet": "founded", "exclude": "founded:2019/8"},
     [("2020", 2), ("2019", 1, [("2019/09", 1), ("-2019/08", None)])]),
    ("date-zone", {"facet": "seen", "timezone": "Europe/Paris"}, [("2021", 1), ("2020", 3)]),
    ("sort-count", {"facet": "facet(name='tags', sort='count')"}, [("sun", 1), ("rain", 2), ("sea", 3)]),
    ("sort-minus-count", {"facet": "facet(name='tags', sort='-count')"}, [("sea", 3), ("rain", 2), ("sun", 1)]),
    ("sort-alphanum", {"facet": 'facet(name="tags", sort="alphanum")'}, [("rain", 2), ("sea", 3), ("sun", 1)]),
    ("sort-minus-alphanum", {"facet": "facet(name='tags', sort='-alphanum')"}, [("sun", 1), ("sea", 3), ("rain", 2)]),
    ("sort-alphanum-of-dates", {"facet": "facet(name='founded', sort='alphanum')"}, [("2019", 3), ("2020", 2)]),
    ("sort-num", {"facet": "facet(name='pop', sort='num', limit=2)"}, [("10", 1), ("20", 1)]),
    ("sort-minus-num", {"facet": "facet(name='size', sort='-num', limit=2)"}, [("6.5", 1), ("5.5", 1)]),
    ("limit", {"facet": "FACET( name = `tags` , limit = 1 )".replace("`", "'")}, [("sea", 3)]),
    ("existing-without-annotation", {"facet": "pop", "where": "pop = 10"}, [("10", 1)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("params", "expected"), [pytest.param(*row, id=f"explore-5-{name}") for name, *row in COUNTS]
)
def test_values_of_facets(house: House, params: dict[str, Any], expected: Any) -> None:
    answer = get(house, "/places/facets", **params)
    assert answer.status_code == 200, answer.text
    found = nodes(answer.json())
    if isinstance(expected, set):
        assert set(found) == expected
    else:
        assert list(found.values()) == [expected]


@pytest.mark.parametrize("facet", ["no", "facet(name='no')", "at"])
def test_what_has_no_values_is_refused_explore_5_unknown(house: House, facet: str) -> None:
    status, code, message = error(get(house, "/places/facets", facet=facet))
    assert (status, code) == (400, "ODSQLError")
    assert message.endswith("Clause(s) containing the error(s): facet.")


def test_the_catalogue_has_facets_explore_5_catalogue(house: House) -> None:
    def asked(person: Person = ANONYMOUS, **params: Any) -> Any:
        return nodes(
            house.client.get(f"{ROOT}/catalog/facets", params=params or None, headers=person.headers).json()
        )

    found = asked()
    assert list(found) == [
        *("features", "modified", "publisher", "keyword", "theme", "license", "language", "territory")
    ]
    assert found["keyword"] == [("sea", 1), ("sun", 1)]
    assert found["territory"] == [("France", 1), ("Ireland", 1)]
    assert found["modified"][-1] == ("2019", 1)
    assert asked(facet="modified", refine="modified:2019/12") == {
        "modified": [("*2019", 1, [("*2019/12", 1, [("2019/12/31", 1)])])]
    }
    assert asked(facet="records_count") == {"records_count": [("0", 1), ("6", 1)]}
    assert asked(facet="default.theme", refine="default.keyword:sea") == {"default.theme": [("Travel", 1)]}
    assert asked(facet="facet(name='has_records', disjunctive=true)", refine="has_records:true") == {
        "has_records": [("*true", 2)]
    }


def _ask(house: House, **params: Any) -> Any:
    return get(house, "/places/records", **params).json()


def test_the_size_of_a_record_is_that_of_its_json_explore_4_2_record_size(house: House) -> None:
    rows = _ask(house)["results"]
    sizes = [len(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode()) for one in rows]
    found = _ask(house, include_app_metas="true", select="record_size")["results"]
    assert [(one["_size"], one["record_size"]) for one in found] == list(zip(sizes, sizes, strict=True))
    assert names(house, where=f"record_size >= {max(sizes)}", order_by="record_size desc")
    groups = _ask(house, group_by="record_size", select="count(*) as n", limit=-1)["results"]
    assert sum(one["n"] for one in groups) == 6


@pytest.mark.parametrize("name", ["datasetid", "recordid", "record_timestamp", "record_size"])
def test_technical_names_are_usable_in_every_clause_explore_4_2(house: House, name: str) -> None:
    params = {"select": f"{name} as x", "where": f"{name} is not null", "order_by": name, "limit": 1}
    assert _ask(house, **params)["results"][0]["x"]
    assert _ask(house, where=f"{name} is null", limit=0)["total_count"] == 0
