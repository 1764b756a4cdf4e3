"""Rows of the reference that no other file here is about."""

from typing import Any

import pytest
from tests.dialects.dkan.support import Cast, told

PUBLIC = {
    "data.json": "application/json",
    "catalog.xml": "application/rdf+xml",
    "catalog.json": "application/json",
    "catalog/dataset.xml": "application/rdf+xml",
    "api/3/action/package_list": "application/json",
}


@pytest.fixture(scope="module")
def nid(people: Cast) -> str:
    return people.admin.node("dataset", "Some trees")


@pytest.mark.parametrize("path", [pytest.param(one, id=f"dkan-1-catalogue-{one}") for one in PUBLIC])
def test_the_public_catalogue_stands_at_the_root(people: Cast, nid: str, path: str) -> None:
    uuid = people.stranger.shown(f"/node/{nid}")["uuid"]
    answer = people.stranger.get(f"root:/{path}", **{"dct:identifier": uuid})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == PUBLIC[path]


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("node/{nid}", "/explore/dataset/some-trees/", id="dkan-1-pages-node"),
        pytest.param("dataset/some-trees", "/explore/dataset/some-trees/", id="dkan-1-pages-alias"),
        pytest.param("dataset", "/explore/", id="dkan-1-pages-dataset"),
        pytest.param("search", "/explore/", id="dkan-1-pages-search"),
    ],
)
def test_pages_lead_to_the_portals_own(people: Cast, nid: str, path: str, target: str) -> None:
    answer = people.stranger.get(f"root:/{path.format(nid=nid)}")
    assert (answer.status_code, answer.headers["location"]) == (302, target)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(
            {"type": "page"},
            {"form_errors": {"title": "Title field is required."}},
            id="dkan-4-required",
        ),
        pytest.param(
            {"type": "dataset", "title": "x", "field_contact_email": {"und": [{"value": "x" * 256}]}},
            ["Field validation errors: field_contact_email: at most 255 characters"],
            id="dkan-4-validation-length",
        ),
        pytest.param(
            {"type": "dataset", "title": "x", "field_granularity": {"und": [{"value": "a"}, {"value": "b"}]}},
            ["Field validation errors: field_granularity: it takes one value"],
            id="dkan-4-validation-count",
        ),
    ],
)
def test_wrong_values_are_406_and_make_nothing(people: Cast, body: dict[str, Any], said: Any) -> None:
    before = people.admin.shown("/node")
    assert told(people.admin.post("/node", body)) == (406, said)
    assert people.admin.shown("/node") == before
