"""What publishers configure of fields, as readers of the Explore door see it: schema, facets, refinements."""

from typing import Any

import pytest
from tests.dialects.explore.support import FLIGHTS, get
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

FACETS = [
    {"field_name": "origin", "facetsort": "alphanum", "disjunctive": True},
    {"field_name": "day", "timerange_filter": True},
    {"field_name": "gone"},
    {"field_name": "carrier", "facetsort": "-alphanum"},
]


def _metadata(title: str, facets: list[Any]) -> dict[str, Any]:
    return {
        "default": {"title": {"value": title}},
        "asset_content_configuration": {"facets": {"value": facets}},
    }


@pytest.fixture(scope="module")
def declared(house: House) -> dict[str, Any]:
    """A published dataset whose metadata declare facets."""
    return house.published(FLIGHTS, metadata=_metadata("Declared", FACETS))


def _annotations(house: House, name: str, person: Person = ANONYMOUS) -> dict[str, Any]:
    """By field, of those that have any."""
    fields = get(house, f"/{name}", person).json()["fields"]
    return {one["name"]: one["annotations"] for one in fields if one["annotations"]}


def _facets(house: House, name: str, person: Person = ANONYMOUS, **params: Any) -> dict[str, list[str]]:
    """The values of each facet in their order."""
    answer = get(house, f"/{name}/facets", person, **params)
    assert answer.status_code == 200, answer.text
    return {one["name"]: [value["value"] for value in one["facets"]] for one in answer.json()["facets"]}


def _send(house: House, method: str, path: str, body: Any = None) -> None:
    answer = house.client.request(
        method, f"{AUTOMATION}/datasets/{path}", json=body, headers=house.admin.headers
    )
    assert answer.status_code in {200, 201, 204}, answer.text


def test_facets_of_the_metadata_are_annotations_of_the_fields(house: House, declared: dict[str, Any]) -> None:
    assert _annotations(house, declared["dataset_id"]) == {
        "carrier": {"facet": [], "facetsort": ["-alphanum"]},
        "day": {"facet": [], "timerangeFilter": []},
        "origin": {"facet": [], "facetsort": ["alphanum"], "disjunctive": []},
    }
    (listed,) = get(house, where=f"dataset_uid = '{declared['uid']}'").json()["results"]
    assert {one["name"] for one in listed["fields"] if one["annotations"]} == {"carrier", "day", "origin"}


def test_they_are_the_facets_that_are_answered_in_their_order_and_sort_explore_5_facetsort(
    house: House, declared: dict[str, Any]
) -> None:
    found = _facets(house, declared["dataset_id"])
    assert list(found) == ["origin", "day", "carrier"]
    assert found == {
        "origin": ["EWR", "JFK", "LGA"],
        "day": ["2013"],
        "carrier": ["UA", "DL", "B6", "AA"],
    }
    assert _facets(house, declared["dataset_id"], facet="facet(name='origin', sort='-count')") == {
        "origin": ["EWR", "JFK", "LGA"]
    }
    assert list(_facets(house, declared["dataset_id"], facet="late")) == ["late"]


def test_refinements_of_a_disjunctive_facet_are_alternatives(house: House, declared: dict[str, Any]) -> None:
    name = declared["dataset_id"]

    def total(*refinements: str) -> int:
        count: int = get(house, f"/{name}/records", refine=list(refinements)).json()["total_count"]
        return count

    assert total("origin:EWR", "origin:JFK") == 5
    assert total("carrier:UA", "carrier:AA") == 0
    assert total("origin:EWR", "origin:JFK", "carrier:UA") == 2
    export = get(house, f"/{name}/exports/json", refine=["origin:EWR", "origin:JFK"]).json()
    assert len(export) == 5
    answer = get(house, f"/{name}/facets", refine=["origin:EWR", "origin:JFK"]).json()
    origins = {one["name"]: (one["count"], one["state"]) for one in answer["facets"][0]["facets"]}
    assert origins == {"EWR": (3, "refined"), "JFK": (2, "refined"), "LGA": (2, "displayed")}


def test_a_change_shows_once_it_is_published(house: House) -> None:
    made = house.published(FLIGHTS, metadata=_metadata("Changing", FACETS[:1]))
    uid, name = made["uid"], made["dataset_id"]
    _send(house, "PUT", f"{uid}/metadata/asset_content_configuration/facets/", {"value": FACETS[3:]})
    assert list(_facets(house, name)) == ["origin"]
    _send(house, "POST", f"{uid}/publish_metadata/")
    assert list(_facets(house, name)) == ["carrier"]


def test_who_may_not_see_a_field_does_not_see_that_it_is_a_facet(house: House) -> None:
    made = house.published(FLIGHTS, metadata=_metadata("Partly hidden", FACETS))
    reader = house.person()
    house.restrict(made["uid"], is_restricted=True)
    house.give(made["uid"], reader, visible_fields=["carrier", "note"])
    assert list(_annotations(house, made["dataset_id"], reader)) == ["carrier"]
    assert list(_facets(house, made["dataset_id"], reader)) == ["carrier"]
