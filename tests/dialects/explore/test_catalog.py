"""The catalogue and its datasets (sections 2, 3 and 4.1 of the reference)."""

from typing import Any

import pytest
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House, Person

KEYS = {
    "dataset_id",
    "dataset_uid",
    "attachments",
    "alternative_exports",
    "has_records",
    "data_visible",
    "visibility",
    "features",
    "metas",
    "fields",
}


def _ids(house: House, person: Person = ANONYMOUS, **params: Any) -> list[str]:
    answer = get(house, "", person, **params)
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"total_count", "results"}
    return [one["dataset_id"] for one in answer.json()["results"]]


def test_a_dataset_has_every_key_of_the_reference(house: House, flights: str) -> None:
    body = get(house, f"/{flights}").json()
    assert set(body) == KEYS
    assert body["dataset_id"] == "flights"
    assert body["dataset_uid"].startswith("da_")
    assert (body["has_records"], body["data_visible"], body["visibility"]) == (True, True, "domain")
    assert (body["attachments"], body["alternative_exports"]) == ([], [])
    assert sorted(body["features"]) == ["analyze", "timeserie"]
    assert [(one["name"], one["type"]) for one in body["fields"]] == [
        ("carrier", "text"),
        ("origin", "text"),
        ("delay", "int"),
        ("distance", "double"),
        ("day", "date"),
        ("departed", "datetime"),
        ("note", "text"),
        ("late", "boolean"),
    ]
    assert set(body["fields"][0]) == {"name", "label", "type", "description", "annotations"}
    assert body["fields"][0]["annotations"] == {}


def test_metadata_is_shown_as_values_and_what_is_unset_as_null(house: House, flights: str) -> None:
    metas = get(house, f"/{flights}").json()["metas"]
    assert set(metas) == {"default", "custom"}
    default = metas["default"]
    assert (default["title"], default["keyword"], default["records_count"]) == (
        "Flights",
        ["air", "travel"],
        7,
    )
    assert default["description"] is None
    assert default["license"] is None
    for name in ("data_processed", "metadata_processed"):
        assert default[name].endswith("+00:00")
    assert metas["custom"] == {"colour": "blue"}


def test_the_list_shows_whole_datasets_and_one_is_not_wrapped(house: House, flights: str) -> None:
    listed = get(house, "", where=f"dataset_id = '{flights}'").json()
    assert listed == {"total_count": 1, "results": [get(house, f"/{flights}").json()]}


def test_everybody_sees_what_they_may_know_of(house: House, flights: str, people: Cast) -> None:
    hidden = house.create()["dataset_id"]
    for knows in (
        people.parisian,
        people.roman,
        people.both,
        people.blind,
        people.explorer,
        people.inspector,
    ):
        assert _ids(house, knows) == ["flights", "people"]
    for person in (ANONYMOUS, people.stranger, people.weak):
        assert _ids(house, person) == ["flights"]
        assert get(house, "", person, limit=0).json() == {"total_count": 1, "results": []}
    assert hidden not in _ids(house, house.admin)
    assert get(house, f"/{hidden}", house.admin).status_code == 404


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"limit": 1}, ["flights"]),
        ({"limit": 1, "offset": 1}, ["people"]),
        ({"limit": 0}, []),
        ({"limit": -1}, ["flights", "people"]),
        ({"order_by": "dataset_id desc"}, ["people", "flights"]),
        ({"order_by": "title desc"}, ["flights", "people"]),
        ({"where": "title = 'Flights'"}, ["flights"]),
        ({"where": "records_count > 5"}, ["flights"]),
        ({"where": "has_records"}, ["flights", "people"]),
        ({"where": "keyword = 'air'"}, ["flights"]),
        ({"where": "features = 'timeserie'"}, ["flights"]),
        ({"where": "search('airline')"}, ["flights"]),
        ({"where": "modified > '2020'"}, ["flights", "people"]),
        ({"where": ["title is not null", "publisher is null"]}, ["people"]),
        ({"where": "", "limit": ""}, ["flights", "people"]),
    ],
)
def test_the_catalogue_is_asked_like_a_table(
    house: House, flights: str, people: Cast, params: Any, ids: list[str]
) -> None:
    assert _ids(house, people.inspector, **params) == ids


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"where": "no_such = 1"}, "ODSQLError"),
        ({"where": "principals = 'user:admin'"}, "ODSQLError"),
        ({"where": "restricted"}, "ODSQLError"),
        ({"order_by": "principals"}, "ODSQLError"),
        ({"where": "("}, "ODSQLSyntaxError"),
        ({"limit": 101}, "InvalidRESTParameterError"),
        ({"limit": 100, "offset": 9_901}, "InvalidRESTParameterError"),
    ],
)
def test_a_wrong_question_to_the_catalogue_is_told(house: House, params: Any, code: str) -> None:
    assert error(get(house, "", **params))[:2] == (400, code)


def test_custom_metadata_are_asked_about_as_texts_explore_4_1_custom(house: House, flights: str) -> None:
    def asked(**params: Any) -> Any:
        answer = get(house, "", **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    assert {"custom.colour": "blue", "n": 1} in asked(group_by="custom.colour", select="count(*) as n")
    assert asked(refine="custom.colour:blue", select="dataset_id") == [{"dataset_id": flights}]
    assert asked(order_by="custom.colour desc", select="title")[0] == {"title": "Flights"}
    assert asked(where="custom.colour in ('x', 'blue')", select="custom.colour as c") == [{"c": "blue"}]
    assert asked(where='`custom.a/b~"c` is not null', select="title") == []
    assert asked(where="'blue'") == []
    for where in ("search(custom.colour, 'x')", "custom = 'x'", "startswith(custom.colour, 'b')"):
        assert error(get(house, "", where=where))[:2] == (400, "ODSQLError")
    facets = house.client.get(
        f"{EXPLORE.removesuffix('/datasets')}/facets", params={"facet": "custom.colour"}
    )
    (found,) = facets.json()["facets"][0]["facets"]
    assert found == {"name": "blue", "value": "blue", "state": "displayed", "count": 1}


def test_a_change_of_rules_is_seen_at_once(house: House) -> None:
    made = house.published("a\n1\n", dataset_id="zz-changes")
    name = made["dataset_id"]
    assert name in _ids(house)
    house.restrict(made["uid"], is_restricted=True)
    assert name not in _ids(house)
    assert get(house, f"/{name}").status_code == 404
    guest = house.person()
    house.give(made["uid"], guest)
    assert name in _ids(house, guest)
    path = f"/api/automation/v1.0/datasets/{made['uid']}/"
    house.client.delete(path, headers=house.admin.headers)
    assert name not in _ids(house, guest)


ANNOTATIONS: dict[str, tuple[str, list[str]]] = {
    "id": ("a", []),
    "sortable": ("a", []),
    "facetsort": ("a", ["-count"]),
    "timeserie_precision": ("day", ["month"]),
    "timerangeFilter": ("day", []),
}
"""Those that no other dataset of these tests has: on which field, with what arguments."""


@pytest.fixture(scope="module")
def annotated(house: House) -> dict[str, Any]:
    """By field, the annotations that are shown of it."""
    made = house.create(dataset_id="zz-annotated")
    house.add_csv(made["uid"], "a,day\n1,2020-01-02\n")
    for name, (field, args) in ANNOTATIONS.items():
        step = {"type": "annotate", "field": field, "annotation": name, "args": args}
        path = f"{AUTOMATION}/datasets/{made['uid']}/fields/"
        assert house.client.post(path, json=step, headers=house.admin.headers).status_code == 201
    assert house.publish(made["uid"])["status"] == "idle"
    return {one["name"]: one["annotations"] for one in get(house, "/zz-annotated").json()["fields"]}


@pytest.mark.parametrize(
    "name", [pytest.param(one, id=f"explore-4.1-annotation-{one}") for one in ANNOTATIONS]
)
def test_an_annotation_is_shown_with_its_arguments(annotated: dict[str, Any], name: str) -> None:
    field, args = ANNOTATIONS[name]
    assert annotated[field][name] == args
