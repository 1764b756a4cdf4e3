"""What would break a careless reader of input, and what may not be told of a file elsewhere."""

from typing import Any

import pytest
from tests.core.support import secure
from tests.dialects.dkan.support import Cast, told
from tests.support.house import House

from colonnade.core.nodes import service as nodes
from colonnade.core.work import SYSTEM


@pytest.fixture(scope="module")
def nid(people: Cast) -> str:
    return people.creator.node("dataset", "Sent strange things")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"body": {"und": [{"value": "x", "format": {}}]}}, 200, id="format-a-map"),
        pytest.param({"body": {"und": [{"value": "x", "format": []}]}}, 200, id="format-a-list"),
        pytest.param(
            {"field_additional_info": {"und": {"1": {"first": "a"}, "01": {"first": "b"}}}},
            200,
            id="key-twice",
        ),
        pytest.param(
            {"field_tags": {"und": {"1": {"tid": "a"}, "01": {"tid": "b"}}}}, 406, id="tags-key-twice"
        ),
        pytest.param({"og_group_ref": "1," + "a" * 140_000}, 406, id="groups-long"),
        pytest.param({"field_tags": "1," + "a" * 140_000}, 406, id="tags-long"),
        pytest.param({"og_group_ref": {"und": [{"target_id": {}}]}}, 406, id="groups-map"),
        pytest.param({"field_tags": {"und": [{"tid": []}]}}, None, id="tags-list"),
        pytest.param({"field_license": {"und": [{"value": {}}]}}, None, id="license-map"),
        pytest.param({"title": {}}, None, id="title-map"),
        pytest.param({"status": {}}, None, id="status-map"),
        pytest.param({"type": {}}, 406, id="type-map"),
    ],
)
def test_strange_values_are_no_fault_of_the_server(
    people: Cast, nid: str, sent: dict[str, Any], status: int | None
) -> None:
    answer = people.creator.put(f"/node/{nid}", sent)
    assert answer.status_code in ((200, 406) if status is None else (status,)), answer.text


@pytest.mark.parametrize("operator", ["LIKE", "NOT LIKE"])
def test_a_pattern_is_not_without_end(people: Cast, operator: str) -> None:
    for length, status in ((1_000, 200), (1_001, 406), (51_000, 406)):
        params = {"parameters[title]": "a" * length, "options[parameters_op][title]": operator}
        answer = people.stranger.get("/node", **params)
        assert answer.status_code == status, length
    assert "1,000 characters (title)" in answer.text


def test_a_page_far_behind_the_end_is_empty(people: Cast) -> None:
    far = {"page": str(10**12), "pagesize": str(10**12)}
    assert told(people.admin.get("/node", **far)) == (200, [])


def test_the_address_of_a_file_elsewhere_is_for_those_who_may_have_the_file(
    house: House, people: Cast
) -> None:
    url = "http://example.org/secret-address.csv"
    parent = people.creator.node("dataset", "Hides rows")
    nid = people.creator.node(
        "resource", "Elsewhere", field_link_remote_file={"und": [{"url": url}]}, field_dataset_ref=parent
    )
    assert url in people.stranger.get(f"/node/{nid}").text
    portal = house.running.portal
    with portal.reading(SYSTEM) as work:
        found = nodes.readable(work, int(parent)).dataset
        assert found is not None
    secure(portal, found.uid, filter_query="size > 1")
    for client in (people.stranger, people.member):
        answer = client.get(f"/node/{nid}")
        assert answer.json()["field_link_remote_file"] == []
        assert "secret-address" not in answer.text
    assert url in people.creator.get(f"/node/{nid}").text


def test_a_resource_of_another_is_not_opened_by_a_dataset_of_ones_own(house: House, people: Cast) -> None:
    parent = people.admin.node("dataset", "Hides something")
    nid = people.admin.node("resource", "Half hidden", field_dataset_ref=parent)
    portal = house.running.portal
    with portal.reading(SYSTEM) as work:
        found = nodes.readable(work, int(parent)).dataset
        assert found is not None
    secure(portal, found.uid, visible_fields=["name"])
    own = people.creator.node("dataset", "Mine")
    answer = people.creator.put(f"/node/{own}", {"field_resources": {"und": [{"target_id": nid}]}})
    assert answer.status_code == 403
    assert people.stranger.shown(f"/node/{own}")["field_resources"] == []
