"""Nodes as they are written: references, revisions, publication, addresses (sections 7 and 8 of the reference)."""

from typing import Any

import pytest
from tests.dialects.dkan.support import API, Cast, told
from tests.support.house import House
from tests.support.saying import says

from colonnade.core.datasets import service as datasets
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import store
from colonnade.core.work import SYSTEM


def _refs(*nids: str) -> dict[str, Any]:
    return {"und": [{"target_id": nid} for nid in nids]}


def _made(people: Cast, count: int, title: str = "Resource") -> list[str]:
    return [people.creator.node("resource", f"{title} {one}") for one in range(count)]


def _change_long_ago(house: House, *nids: str) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        for node in store.by_ids(work.db, map(int, nids)):
            node.changed -= 100


@says("dkan-8.4-both-directions dkan-7.1-field_resources dkan-7.2-field_dataset_ref dkan-8.4-in-place")
def test_both_sides_of_a_reference_say_the_same(people: Cast, house: House) -> None:
    dataset = people.creator.node("dataset", "With resources")
    vid = people.stranger.shown(f"/node/{dataset}")["vid"]
    _change_long_ago(house, dataset)
    before = people.stranger.shown(f"/node/{dataset}")["changed"]
    first = people.creator.node("resource", "First", field_dataset_ref=_refs(dataset))
    second = people.creator.node("resource", "Second", field_dataset_ref=_refs(dataset, dataset))
    shown = people.stranger.shown(f"/node/{dataset}")
    assert shown["field_resources"] == _refs(first, second)
    assert (shown["vid"], int(shown["changed"]) > int(before)) == (vid, True)
    other = people.creator.node("dataset", "Another", field_resources=_refs(second, first))
    assert people.stranger.shown(f"/node/{first}")["field_dataset_ref"] == _refs(dataset, other)


@says("dkan-8.4-difference")
def test_a_changed_list_adds_and_takes_away_on_the_other_side(people: Cast) -> None:
    one, two, three = _made(people, 3)
    dataset = people.creator.node("dataset", "Changing", field_resources=_refs(one, two))
    assert people.creator.put(f"/node/{dataset}", {"field_resources": _refs(three, two)}).status_code == 200
    assert people.stranger.shown(f"/node/{dataset}")["field_resources"] == _refs(three, two)
    found = [people.stranger.shown(f"/node/{nid}")["field_dataset_ref"] for nid in (one, two, three)]
    assert found == [[], _refs(dataset), _refs(dataset)]
    assert people.creator.put(f"/node/{two}", {"field_dataset_ref": []}).status_code == 200
    assert people.stranger.shown(f"/node/{dataset}")["field_resources"] == _refs(three)


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(
            lambda a, b: {"und": [{"target_id": int(a)}, {"target_id": int(b)}]}, id="dkan-8.1-target"
        ),
        pytest.param(
            lambda a, b: {"und": {"0": {"target_id": a}, "1": {"target_id": b}}}, id="dkan-8.1-target-keyed"
        ),
        pytest.param(lambda a, b: {"und": {"target_id": f"{a},{b}"}}, id="dkan-8.1-target-list"),
        pytest.param(lambda a, b: {"und": f"{a}, {b}"}, id="dkan-8.1-target-list-plain"),
        pytest.param(lambda a, b: {"und": [f"A, title ({a})", b]}, id="dkan-8.1-title-and-number"),
        pytest.param(
            lambda a, b: [{"target_id": f"Places (5) ({a})"}, {"target_id": b}],
            id="dkan-15.16-title-and-number",
        ),
    ],
)
def test_references_are_understood_in_many_forms(people: Cast, form: Any) -> None:
    one, two = _made(people, 2)
    dataset = people.creator.node("dataset", "Forms", field_resources=form(one, two))
    assert people.stranger.shown(f"/node/{dataset}")["field_resources"] == _refs(one, two)


@says("dkan-8.1-form")
def test_a_form_says_the_same(people: Cast) -> None:
    sent = {"type": "dataset", "title": "By a form", "body[und][0][value]": "Text", "field_tags[und]": "a, b"}
    answer = people.creator.ask("POST", "/node", data=sent)
    shown = people.stranger.shown(f"/node/{answer.json()['nid']}")
    assert shown["body"]["und"][0]["value"] == "Text"
    assert len(shown["field_tags"]["und"]) == 2


@says("dkan-8.3-open-resource dkan-14-edit-own")
@pytest.mark.parametrize("is_lone", [True, False])
def test_to_show_somebodys_resource_gives_no_right_to_change_it(people: Cast, is_lone: bool) -> None:
    theirs = {} if is_lone else {"field_dataset_ref": [{"target_id": people.creator.node("dataset")}]}
    resource = people.creator.node("resource", "Mine", **theirs)
    shown = people.other.node("dataset", "Theirs", field_resources=[{"target_id": resource}])
    assert people.stranger.shown(f"/node/{shown}")["field_resources"]["und"][0]["target_id"] == resource
    assert people.other.put(f"/node/{resource}", {"title": "Taken"}).status_code == 403
    assert people.other.delete(f"/node/{resource}").status_code == 403
    files = {"files[1]": ("a.csv", b"a\n1\n", "text/csv")}
    sent = people.other.ask(
        "POST", f"/node/{resource}/attach_file", data={"field_name": "field_upload"}, files=files
    )
    assert sent.status_code == 403
    assert people.other.put(f"/node/{shown}", {"field_resources": []}).status_code == 200
    assert people.creator.shown(f"/node/{resource}")["title"] == "Mine"


@says("dkan-8.3-references")
def test_a_removed_node_leaves_no_reference(people: Cast) -> None:
    one, two = _made(people, 2)
    dataset = people.creator.node("dataset", "Losing", field_resources=_refs(one, two))
    assert told(people.creator.delete(f"/node/{one}")) == (200, [True])
    assert people.stranger.shown(f"/node/{dataset}")["field_resources"] == _refs(two)
    assert told(people.creator.delete(f"/node/{dataset}")) == (200, [True])
    assert people.stranger.shown(f"/node/{two}")["field_dataset_ref"] == []


@says("dkan-8.2-revision dkan-7-data")
def test_each_update_is_a_revision(people: Cast) -> None:
    for kind in ("dataset", "resource"):
        nid = people.creator.node(kind, "Revised")
        first = people.stranger.shown(f"/node/{nid}")
        assert people.editor.put(f"/node/{nid}", {"log": "Why"}).status_code == 200
        second = people.stranger.shown(f"/node/{nid}")
        assert int(second["vid"]) > int(first["vid"])
        assert second["vuuid"] != first["vuuid"]
        assert (second["log"], second["uid"], second["created"]) == ("Why", first["uid"], first["created"])
        assert second["revision_uid"] != first["revision_uid"]
        assert second["data"] == "b:0;"


@says("dkan-8.2-partial")
def test_only_what_is_sent_changes(people: Cast) -> None:
    (resource,) = _made(people, 1)
    fields = {"field_author": {"und": [{"value": "Ann"}]}, "field_tags": {"und": ["a"]}}
    nid = people.creator.node("dataset", "Partly", field_resources=_refs(resource), **fields)
    before = people.stranger.shown(f"/node/{nid}")
    assert (
        people.creator.put(f"/node/{nid}", {"field_rights": {"und": [{"value": "All"}]}}).status_code == 200
    )
    after = people.stranger.shown(f"/node/{nid}")
    moved = {"vid", "vuuid", "changed", "revision_timestamp"}
    assert {name for name in before if before[name] != after[name]} - moved == {"field_rights"}


@says("dkan-8.2-whole dkan-8.1-unknown-keys")
def test_what_was_shown_can_be_sent_back_whole(people: Cast, house: House) -> None:
    made = house.published(
        "a\n1\n", metadata={"default": {"title": {"value": "t" * 300}, "license": {"value": "Own"}}}
    )
    (found,) = people.admin.shown("/node", **{"parameters[title]": "t" * 300})
    (one,) = _made(people, 1)
    own = people.creator.node("dataset", "Sent back", field_resources=_refs(one), og_group_ref=[])
    for nid in (found["nid"], own, one):
        before = people.admin.shown(f"/node/{nid}")
        answer = people.admin.put(f"/node/{nid}", {**before, "workbench_moderation": {}, "unheard_of": [1]})
        assert answer.status_code == 200, answer.text
        after = people.admin.shown(f"/node/{nid}")
        moved = {"vid", "vuuid", "changed", "log", "revision_timestamp", "revision_uid"}
        assert {name for name in before if before[name] != after[name]} <= moved
    assert house.records(made["dataset_id"]).json()["total_count"] == 1


@says("dkan-8.4-later")
def test_a_later_change_of_a_resource_is_one_of_its_dataset(people: Cast, house: House) -> None:
    dataset = people.creator.node("dataset", "Followed")
    resource = people.creator.node("resource", "Title", field_dataset_ref=_refs(dataset))
    vid = people.stranger.shown(f"/node/{dataset}")["vid"]
    assert people.creator.put(f"/node/{resource}", {"body": "x"}).status_code == 200
    assert people.stranger.shown(f"/node/{dataset}")["vid"] == vid
    _change_long_ago(house, dataset)
    assert people.creator.put(f"/node/{resource}", {"body": "y"}).status_code == 200
    shown = people.stranger.shown(f"/node/{dataset}")
    assert (int(shown["vid"]) > int(vid), shown["log"]) == (True, "Update to resource 'Title'")


@says("dkan-8.4-groups dkan-7.1-og_group_ref dkan-7.2-og_group_ref")
def test_the_groups_of_a_dataset_are_those_of_its_resources(people: Cast, house: House) -> None:
    group = people.manager.node("group", "Water")
    alone = people.creator.node("resource", "Alone", og_group_ref=_refs(group))
    dataset = people.creator.node("dataset", "Grouped", og_group_ref=_refs(group))
    resource = people.creator.node("resource", "Of it", field_dataset_ref=_refs(dataset))
    for nid in (dataset, resource, alone):
        assert people.stranger.shown(f"/node/{nid}")["og_group_ref"] == _refs(group)
    slug = people.stranger.shown(f"/node/{dataset}")["path"].rpartition("/")[2]
    url = f"/api/explore/v2.1/catalog/datasets/{slug}"
    assert house.client.get(url).json()["metas"]["default"]["publisher"] == "Water"
    assert people.creator.put(f"/node/{dataset}", {"og_group_ref": []}).status_code == 200
    for nid in (dataset, resource):
        assert people.stranger.shown(f"/node/{nid}")["og_group_ref"] == []
    assert house.client.get(url).json()["metas"]["default"].get("publisher") is None
    assert told(people.manager.delete(f"/node/{group}")) == (200, [True])
    assert people.stranger.shown(f"/node/{alone}")["og_group_ref"] == []


def test_who_may_edit_every_dataset_chooses_its_groups(house: House, people: Cast) -> None:
    group = people.manager.node("group", "Choosable")
    nid = people.creator.node("dataset", "To be grouped")
    assert people.editor.put(f"/node/{nid}", {"og_group_ref": _refs(group)}).status_code == 200
    assert people.stranger.shown(f"/node/{nid}")["og_group_ref"] == _refs(group)
    with house.running.portal.writing(house.actor(house.admin)) as work:
        dataset = nodes.readable(work, int(nid)).dataset
        assert dataset is not None
        dataset.is_restricted = True
        datasets.note_change(work, dataset)
    status, (message,) = told(people.editor.put(f"/node/{nid}", {"og_group_ref": []}))
    assert status == 403
    assert message.startswith(f"Access denied for user {people.editor.name}: the groups of this dataset are")
    assert people.creator.put(f"/node/{nid}", {"og_group_ref": []}).status_code == 200


@says("dkan-8.5-status")
def test_a_node_is_published_and_not(people: Cast) -> None:
    for kind in ("dataset", "resource"):
        nid = people.creator.node(kind, "Shown and hidden", status=0)
        assert people.stranger.get(f"/node/{nid}").status_code == 403
        for status, seen in (("1", 200), (0, 403), (True, 200)):
            assert people.creator.put(f"/node/{nid}", {"status": status}).status_code == 200
            assert people.stranger.get(f"/node/{nid}").status_code == seen


@says("dkan-8.1-properties dkan-8.1-uuid dkan-7-no-uuid")
def test_properties_are_as_they_are_said(people: Cast) -> None:
    uuid = "0f9f1bd0-1a5f-4f6f-8ad2-1a2b3c4d5e6f"
    nid = people.creator.node(
        "dataset", "Said", uuid=uuid, promote="1", sticky=1, language="en", created=5, uid=1
    )
    shown = people.stranger.shown(f"/node/{nid}")
    names = ("uuid", "promote", "sticky", "language")
    assert [shown[name] for name in names] == [uuid, "1", "1", "en"]
    assert (shown["created"] != "5", shown["name"]) == (True, people.creator.name)
    again = people.creator.post("/node", {"type": "dataset", "title": "x", "uuid": uuid})
    assert told(again)[0] == 406
    assert told(people.creator.post("/node", {"type": "dataset", "uuid": "mine"}))[0] == 406
    assert told(people.stranger.get(f"/node/{uuid}"))[0] == 404
    assert people.creator.delete(f"/node/{nid}").status_code == 200
    nid = people.admin.node("dataset", "Again", uuid=uuid, created="1500000000")
    shown = people.stranger.shown(f"/node/{nid}")
    assert (shown["uuid"], shown["created"]) == (uuid, "1500000000")


NO_TIME = "seconds since 1970, or a date such as 2016-01-01"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param({"created": "abc"}, f"Field validation errors: created: {NO_TIME}", id="created"),
        pytest.param({"created": ["1"]}, f"Field validation errors: created: {NO_TIME}", id="created-list"),
        pytest.param(
            {"created": "9" * 15}, "created must be a time in seconds since 1970.", id="created-far"
        ),
        pytest.param({"created": "1901-01-01"}, "created must be a time in seconds", id="created-before"),
        pytest.param({"uid": "me"}, "Field validation errors: uid: the number of a user", id="uid"),
        pytest.param({"uid": "9999"}, "Nobody has the uid 9999.", id="uid-of-nobody"),
    ],
)
@says("dkan-8.1-properties dkan-14-manager")
def test_what_properties_cannot_be_is_told_to_who_may_say_them(
    people: Cast, sent: dict[str, Any], message: str
) -> None:
    nid = people.creator.node("dataset", "Mine")
    before = people.creator.shown(f"/node/{nid}")
    status, (said,) = told(people.manager.put(f"/node/{nid}", sent))
    assert (status, said.startswith(message)) == (406, True), said
    assert told(people.manager.post("/node", {"type": "dataset", **sent}))[0] == 406
    assert people.creator.put(f"/node/{nid}", sent).status_code == 200
    after = people.creator.shown(f"/node/{nid}")
    assert [after[name] for name in ("created", "uid")] == [before[name] for name in ("created", "uid")]


@says("dkan-14-manager")
def test_properties_are_as_site_managers_say_them(people: Cast) -> None:
    nid = people.creator.node("dataset", "Old")
    uid = people.other.post("/system/connect").json()["user"]["uid"]
    for sent, created in (
        ("2016-01-01", "1451606400"),
        ("2016-01-01T01:00:00+01:00", "1451606400"),
        (5, "5"),
    ):
        assert people.manager.put(f"/node/{nid}", {"created": sent, "uid": uid}).status_code == 200
        shown = people.stranger.shown(f"/node/{nid}")
        assert (shown["created"], shown["uid"]) == (created, uid)
    assert told(people.manager.put(f"/node/{nid}", shown | {"uid": "0"}))[0] == 200
    assert people.stranger.shown(f"/node/{nid}")["uid"] == uid


@says("dkan-8.1-uuid")
def test_a_node_keeps_its_uuid(people: Cast) -> None:
    first, second = people.creator.node("dataset", "One"), people.creator.node("resource", "Two")
    uuids = [people.creator.shown(f"/node/{nid}")["uuid"] for nid in (first, second)]
    kept = (406, [f"A node keeps its uuid, {uuids[0]}."])
    for client in (people.creator, people.admin):
        assert told(client.put(f"/node/{first}", {"uuid": uuids[1]})) == kept
    assert people.creator.put(f"/node/{first}", {"uuid": uuids[0].upper()}).status_code == 200


@says("dkan-8.6-dataset dkan-8.6-repeated dkan-8.6-resource dkan-7-path")
def test_addresses_are_made_of_titles(people: Cast) -> None:
    titles = [
        "The Parks, and Trees: of Zürich!",
        "Parks and trees Zurich",
        "Parks AND Trees  ZURICH",
        "The of",
        "町",
    ]
    nids = [people.creator.node("dataset", title) for title in titles]
    paths = [people.stranger.shown(f"/node/{nid}")["path"] for nid in nids]
    name = "parks-and-trees-zurich"
    names = [name, f"{name}-0", f"{name}-1", "the-of", "dataset"]
    assert paths == [f"http://testserver/dataset/{name}" for name in names]
    made = people.creator.node("resource", "R", field_dataset_ref=_refs(nids[0]))
    shown = people.stranger.shown(f"/node/{made}")
    assert shown["path"] == f"{paths[0]}/resource/{shown['uuid']}"
    long = people.creator.node("dataset", "word " * 40)
    assert len(people.stranger.shown(f"/node/{long}")["path"].removeprefix("http://testserver/")) <= 100
    alone = people.creator.node("resource", "R")
    shown = people.stranger.shown(f"/node/{alone}")
    assert shown["path"] == f"http://testserver/resource/{shown['uuid']}"


def test_a_title_that_is_not_said_is_made_up(people: Cast) -> None:
    for sent in ({}, {"title": ""}, {"title": "  "}, {"title": None}):
        nid = people.creator.post("/node", {"type": "dataset", **sent}).json()["nid"]
        assert people.stranger.shown(f"/node/{nid}")["title"] == "Untitled"


FOREIGN: list[Any] = [
    pytest.param("PUT", {"title": "Mine"}, id="change"),
    pytest.param("PUT", {"field_dataset_ref": []}, id="move"),
    pytest.param("DELETE", None, id="remove"),
]


@pytest.mark.parametrize(("method", "sent"), FOREIGN)
def test_resources_of_other_doors_are_shown_and_kept_there(
    people: Cast, house: House, method: str, sent: dict[str, Any] | None
) -> None:
    made = house.published(
        "a,b\n1,2\n", metadata={"default": {"title": {"value": f"Foreign {method} {sent}"}}}
    )
    house.client.post(
        f"/api/automation/v1.0/datasets/{made['uid']}/attachments/files/",
        files={"file": ("notes.txt", b"x")},
        headers=house.admin.headers,
    )
    (found,) = people.stranger.shown("/node", **{"parameters[title]": f"Foreign {method} {sent}"})
    dataset = people.stranger.shown(f"/node/{found['nid']}")
    nids = [one["target_id"] for one in dataset["field_resources"]["und"]]
    for nid in nids:
        shown = people.stranger.shown(f"/node/{nid}")
        assert (shown["type"], shown["field_dataset_ref"]) == ("resource", _refs(found["nid"]))
        (file,) = shown["field_link_remote_file"]["und"]
        assert file["uri"] == f"http://testserver/node/{nid}/download"
        answer = people.admin.ask(method, f"/node/{nid}", json=sent)
        assert told(answer) == (403, ["Access denied for user admin"])
    assert told(people.admin.put(f"/node/{found['nid']}", {"field_resources": []}))[0] == 403
    extra = people.creator.node("resource", "Extra")
    assert (
        people.admin.put(f"/node/{found['nid']}", {"field_resources": _refs(extra, *nids)}).status_code == 200
    )


def test_a_dataset_of_others_takes_no_resource(people: Cast) -> None:
    dataset = people.creator.node("dataset", "The creator's own")
    answer = people.other.post(
        "/node", {"type": "resource", "title": "x", "field_dataset_ref": _refs(dataset)}
    )
    assert told(answer) == (403, [f"Access denied for user {people.other.name}"])
    (resource,) = _made(people, 1)
    mine = people.other.node("dataset", "Shows what all may see", field_resources=_refs(resource))
    assert people.stranger.shown(f"/node/{mine}")["field_resources"] == _refs(resource)
    hidden = people.creator.node("resource", "Hidden", status=0)
    answer = people.other.put(f"/node/{mine}", {"field_resources": _refs(hidden)})
    assert told(answer)[0] == 406


def test_what_an_editor_does_not_see_stays_when_a_list_is_sent_back(people: Cast) -> None:
    one, two = _made(people, 2)
    dataset = people.creator.node("dataset", "Partly hidden", field_resources=_refs(one, two))
    assert people.creator.put(f"/node/{one}", {"status": 0}).status_code == 200
    shown = people.stranger.shown(f"/node/{dataset}")
    assert shown["field_resources"] == _refs(two)
    assert people.creator.put(f"/node/{dataset}", {"field_resources": _refs(one, two)}).status_code == 200
    assert people.creator.shown(f"/node/{dataset}")["field_resources"] == _refs(one, two)


def test_answers_are_below_the_door(people: Cast) -> None:
    nid = people.creator.node("dataset", "Where")
    (found,) = people.stranger.shown("/node", **{"parameters[nid]": nid})
    assert found["uri"] == f"http://testserver{API}/node/{nid}"
