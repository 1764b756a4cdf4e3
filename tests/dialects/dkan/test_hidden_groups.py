"""Groups of which their members and administrators alone know, on nodes that everybody reads (sections 7 and 8 of the
reference)."""

from dataclasses import dataclass
from typing import Any

import pytest
from tests.dialects.dkan.support import Cast, Client, told
from tests.support.house import House
from tests.support.saying import says

TITLE = "Internal Audit Unit"
SHOWING = ("/data.json", "/explore/", "/feeds/datasets.rss", "/api/explore/v2.1/catalog/datasets")


@dataclass(frozen=True)
class Groups:
    """`member`: a content creator who joined the hidden group."""

    hidden: str
    open: str
    other: str
    member: Client


@pytest.fixture(scope="module")
def groups(house: House, people: Cast) -> Groups:
    member = Client(house.client, house.person(["create_dataset"], groups=[TITLE]))
    (hidden,) = people.admin.shown("/node", **{"parameters[title]": TITLE})
    parks, water = (people.manager.node("group", title) for title in ("Parks", "Water"))
    return Groups(hidden["nid"], parks, water, member)


def _refs(*nids: str) -> dict[str, Any]:
    return {"und": [{"target_id": nid} for nid in nids]}


def _of(who: Client, nid: str) -> Any:
    return who.shown(f"/node/{nid}")["og_group_ref"]


def _publisher(house: House, people: Cast, nid: str) -> str | None:
    slug = people.admin.shown(f"/node/{nid}")["path"].rpartition("/")[2]
    metas = house.client.get(f"/api/explore/v2.1/catalog/datasets/{slug}").json()["metas"]
    found: str | None = metas["default"].get("publisher")
    return found


@pytest.mark.parametrize("kind", ["dataset", "resource"])
@says("dkan-7.1-og_group_ref dkan-7.2-og_group_ref")
def test_a_group_that_one_may_not_see_is_as_unknown_as_none(people: Cast, groups: Groups, kind: str) -> None:
    mine = people.creator.node(kind, "Mine", og_group_ref=_refs(groups.open))
    dashboard = people.creator.node("data_dashboard", "No group")
    for nid in (groups.hidden, "999999", dashboard):
        wanted = {"og_group_ref": _refs(groups.open, nid)}
        refused = (406, [f"Node {nid} is no group that you may see."])
        assert told(people.creator.post("/node", {"type": kind, "title": "x", **wanted})) == refused
        assert told(people.creator.put(f"/node/{mine}", wanted)) == refused
    assert _of(people.creator, mine) == _refs(groups.open)


@says("dkan-8.4-groups")
def test_a_hidden_group_is_told_to_who_may_know_of_it_and_is_no_publisher(
    house: House, people: Cast, groups: Groups
) -> None:
    shared = people.admin.node("dataset", "Shared", og_group_ref=_refs(groups.hidden, groups.open))
    own = groups.member.node("dataset", "Of a member", og_group_ref=_refs(groups.hidden))
    resource = groups.member.node("resource", "Of it", field_dataset_ref=_refs(own))
    alone = groups.member.node("resource", "Alone", og_group_ref=_refs(groups.hidden))
    for nid in (own, resource, alone):
        assert _of(people.admin, nid) == _of(groups.member, nid) == _refs(groups.hidden)
        assert _of(people.stranger, nid) == _of(people.editor, nid) == []
    assert _of(people.stranger, shared) == _refs(groups.open)
    assert [_publisher(house, people, nid) for nid in (shared, own)] == ["Parks", None]
    assert not [path for path in SHOWING if TITLE in house.client.get(path).text]
    uid = groups.member.post("/system/connect").json()["user"]["uid"]
    seen = [who.shown(f"/user/{uid}")["og_user_node"] for who in (people.admin, groups.member)]
    assert seen == [_refs(groups.hidden)] * 2
    assert people.stranger.shown(f"/user/{uid}")["og_user_node"] == []


@says("dkan-8.2-whole")
def test_who_sends_back_what_was_shown_lets_hidden_groups_stay(
    house: House, people: Cast, groups: Groups
) -> None:
    both = _refs(groups.hidden, groups.open)
    dataset = people.admin.node("dataset", "Sent back", og_group_ref=both)
    alone = people.admin.node("resource", "Sent back", og_group_ref=both)
    for nid in (dataset, alone):
        whole = people.editor.shown(f"/node/{nid}")
        assert people.editor.put(f"/node/{nid}", whole).status_code == 200
        assert sorted(_of(people.admin, nid)["und"], key=str) == both["und"]
    for sent, publisher in ((_refs(groups.other), "Water"), ([], None)):
        assert people.editor.put(f"/node/{dataset}", {"og_group_ref": sent}).status_code == 200
        assert _of(people.editor, dataset) == sent
        assert groups.hidden in str(_of(people.admin, dataset))
        assert _publisher(house, people, dataset) == publisher
    assert people.editor.put(f"/node/{alone}", {"og_group_ref": both}).status_code == 200
    for nid in (dataset, alone):
        assert people.admin.put(f"/node/{nid}", {"og_group_ref": []}).status_code == 200
        assert _of(people.admin, nid) == []


@says("dkan-8.2-whole")
def test_groups_that_are_shown_in_another_order_than_they_were_chosen_stay_as_they_are(
    house: House, people: Cast, groups: Groups
) -> None:
    nid = people.admin.node("dataset", "In order", og_group_ref=_refs(groups.other, groups.open))
    assert people.admin.put(f"/node/{nid}", people.admin.shown(f"/node/{nid}")).status_code == 200
    assert _publisher(house, people, nid) == "Water"
