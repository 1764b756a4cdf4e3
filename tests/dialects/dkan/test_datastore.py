"""Datastores by their routes (section 10 of the reference)."""

from typing import Any

import pytest
import yaml
from tests.dialects.dkan.support import Cast, Client, told
from tests.dialects.dkan.test_files import attached
from tests.support.house import EXPLORE, House
from tests.support.saying import says

from colonnade.core.work import SYSTEM

STATUS: dict[str, Any] = {
    "class": "Dkan\\Datastore\\Manager\\SimpleImport\\SimpleImport",
    "storage": 0,
    "data_import": 2,
    "configurable_properties": {
        "encoding": {"PHP": "UTF-8", "MYSQL": "utf8"},
        "delimiter": ",",
        "quote": '"',
        "escape": "\\",
        "trailing_delimiter": False,
    },
}


def resource(
    client: Client, content: str | bytes = "name,n\nAda,1\n", name: str = "people.csv", **said: Any
) -> str:
    nid = client.node("resource", said.pop("title", "People"), **said)
    attached(client, nid, name, content)
    return nid


def state(client: Client, nid: str) -> tuple[int, int]:
    shown = client.shown(f"/datastore/{nid}")
    return shown["storage"], shown["data_import"]


@says(
    "dkan-10-get dkan-10-import dkan-10-lifecycle dkan-10-delete dkan-10-drop dkan-1.1-datastore dkan-1.1-import dkan-1.1-drop"
)
def test_a_datastore_lives_and_goes(people: Cast) -> None:
    nid = resource(people.creator)
    assert people.creator.shown(f"/datastore/{nid}") == STATUS
    for drop in (("POST", "/drop", []), ("DELETE", "", [True])):
        assert told(people.creator.ask("POST", f"/datastore/{nid}/import")) == (200, [True])
        assert state(people.creator, nid) == (1, 6)
        assert told(people.creator.post(f"/datastore/{nid}/import")) == (200, [True])
        assert people.stranger.shown(f"/node/{nid}")["field_datastore_status"]["und"][0]["value"] == "1"
        assert told(people.creator.ask(drop[0], f"/datastore/{nid}{drop[1]}")) == (200, drop[2])
        assert people.creator.shown(f"/datastore/{nid}") == STATUS
        assert people.stranger.shown(f"/node/{nid}")["field_datastore_status"]["und"][0]["value"] == "2"


@says("dkan-10-put dkan-10-put-manager")
def test_a_datastore_is_configured(people: Cast) -> None:
    nid = resource(people.creator, "a;b\n1;2\n")
    sent = {"configuration": {"delimiter": ";", "encoding": {"PHP": "Windows-1252", "MYSQL": "latin1"}}}
    assert told(people.creator.put(f"/datastore/{nid}", sent)) == (200, None)
    shown = people.creator.shown(f"/datastore/{nid}")
    assert (shown["storage"], shown["data_import"]) == (0, 3)
    assert shown["configurable_properties"] == {
        **STATUS["configurable_properties"],
        "delimiter": ";",
        "encoding": {"PHP": "Windows-1252", "MYSQL": "utf8"},
    }
    same = {**sent, "manager": STATUS["class"]}
    assert told(people.creator.put(f"/datastore/{nid}", same)) == (200, None)
    other = {**sent, "manager": "Dkan\\Datastore\\Manager\\FastImport\\FastImport"}
    status, (message,) = told(people.creator.put(f"/datastore/{nid}", other))
    assert status == 500
    assert message.startswith("You may not change the manager of an existing datastore.")
    assert told(people.creator.put(f"/datastore/{nid}", {})) == (
        401,
        ["Missing required argument configuration"],
    )
    for wrong, message in (
        ({"delimiter": "ab"}, "delimiter is one character."),
        ("x", "configuration is an object."),
        (
            {"foo": 1},
            "configuration has no property foo: there are encoding, delimiter, quote, escape, trailing_delimiter.",
        ),
        ({"encoding": {"JAVA": "UTF-8"}}, "encoding has no property JAVA: there are PHP, MYSQL."),
    ):
        found = told(people.creator.put(f"/datastore/{nid}", {"configuration": wrong}))
        assert found == (406, [message])
    assert told(people.creator.put(f"/datastore/{nid}", {"configuration": []})) == (200, None)


@says("dkan-10-create")
def test_a_datastore_cannot_be_made(people: Cast) -> None:
    nid = resource(people.creator)
    exists = "Configuration for this resource's datastore already exists."
    assert told(people.creator.post(f"/datastore/{nid}", {})) == (500, [exists])


CALLS = [("GET", ""), ("POST", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/import"), ("POST", "/drop")]


@says("dkan-10-access")
@pytest.mark.parametrize("who", ["other", "member", "stranger"])
def test_who_may_not_change_a_resource_may_do_nothing(people: Cast, shared: str, who: str) -> None:
    client: Client = getattr(people, who)
    for method, path in CALLS:
        sent: dict[str, Any] = {"json": {"configuration": {}}} if method == "PUT" else {}
        found = told(client.ask(method, f"/datastore/{shared}{path}", **sent))
        assert found == (403, [f"Access denied for user {client.name}"]), (method, path)


@pytest.mark.parametrize("who", ["admin", "manager", "editor"])
def test_who_may_change_it_may_import(people: Cast, shared: str, who: str) -> None:
    client: Client = getattr(people, who)
    assert client.get(f"/datastore/{shared}").status_code == 200


@pytest.fixture(scope="module")
def shared(people: Cast) -> str:
    return resource(people.creator)


@says("dkan-10-unknown dkan-10-no-table")
def test_only_files_of_rows_have_one(people: Cast) -> None:
    nids = [
        people.creator.node("resource", "No file"),
        resource(people.creator, "%PDF-", "report.pdf"),
        people.creator.node("dataset", "A dataset"),
    ]
    for method, path in CALLS:
        sent: dict[str, Any] = {"json": {"configuration": {}}} if method == "PUT" else {}
        for nid in nids:
            found = told(people.creator.ask(method, f"/datastore/{nid}{path}", **sent))
            assert found == (403, [f"Access denied for user {people.creator.name}"])
        for unknown in ("999999", "x"):
            found = told(people.creator.ask(method, f"/datastore/{unknown}{path}", **sent))
            assert found == (404, [f"Node {unknown} could not be found"])


@says("dkan-10-width")
def test_a_ragged_file_is_told_by_the_status(people: Cast) -> None:
    nid = resource(people.creator, "a,b\n1,2\n3\n")
    assert told(people.creator.post(f"/datastore/{nid}/import")) == (200, [True])
    assert state(people.creator, nid) == (0, 7)
    message = people.creator.shown(f"/datastore/{nid}")["message"]
    assert "Invalid line 3" in message
    in_yaml = people.creator.ask("GET", f"/datastore/{nid}", headers={"Accept": "application/x-yaml"})
    assert yaml.safe_load(in_yaml.text)["message"] == message
    attached(people.creator, nid, "better.csv", "a,b\n1,2\n")
    assert "message" not in people.creator.shown(f"/datastore/{nid}")
    assert state(people.creator, nid) == (0, 2)
    assert told(people.creator.post(f"/datastore/{nid}/import")) == (200, [True])
    assert state(people.creator, nid) == (1, 6)


def test_the_encoding_that_was_found_out_is_told(people: Cast) -> None:
    nid = resource(people.creator, "a\ncafé\n".encode("cp1252"))

    def encoding() -> str:
        found: str = people.creator.shown(f"/datastore/{nid}")["configurable_properties"]["encoding"]["PHP"]
        return found

    assert encoding() == "UTF-8"
    for _ in range(2):
        people.creator.post(f"/datastore/{nid}/import")
        assert (state(people.creator, nid), encoding()) == ((1, 6), "Windows-1252")
        sent = people.creator.shown(f"/datastore/{nid}")["configurable_properties"]
        assert told(people.creator.put(f"/datastore/{nid}", {"configuration": sent})) == (200, None)
    people.creator.post(f"/datastore/{nid}/drop")
    people.creator.post(f"/datastore/{nid}/import")
    attached(people.creator, nid, "better.csv", "a\ncafé\n")
    assert encoding() == "UTF-8"


@says("dkan-10-text dkan-10-names dkan-10-parser dkan-10-encoding dkan-10-empty")
def test_rows_are_texts_as_they_were_sent(people: Cast) -> None:
    content = 'Größe,2019,group,id\n 007 ," x ",,\xe9\n'.encode("cp1252")
    nid = resource(people.creator, content)
    people.creator.put(f"/datastore/{nid}", {"configuration": {"encoding": {"PHP": "Windows-1252"}}})
    people.creator.post(f"/datastore/{nid}/import")
    uuid = people.stranger.shown(f"/node/{nid}")["uuid"]
    path = "root:/api/action/datastore/search.json"
    result = people.stranger.shown(path, resource_id=uuid)["result"]
    assert result["records"] == [
        {"gre": "007", "__num_2019": " x ", "group_": None, "id": "é", "entry_id": "1"}
    ]


def test_the_rows_are_read_by_the_other_doors(house: House, people: Cast) -> None:
    nid = resource(people.creator, "name,n\nAda,1\nGrace,2\n", title="Their names")
    dataset = people.creator.node("dataset", "Of names", field_resources={"und": [{"target_id": nid}]})
    people.creator.post(f"/datastore/{nid}/import")
    with house.running.portal.reading(SYSTEM) as work:
        from colonnade.core.nodes import service as nodes  # noqa: PLC0415

        slug = nodes.readable(work, int(dataset)).dataset
        assert slug is not None
        uid, name = slug.uid, slug.slug
    house.settled(uid)
    found = house.client.get(f"{EXPLORE}/{name}/records").json()
    assert [(one["name"], one["n"]) for one in found["results"]] == [("Ada", 1), ("Grace", 2)]
    told(people.creator.delete(f"/node/{nid}"))
    house.settled(uid)
    assert house.client.get(f"{EXPLORE}/{name}/records").json()["total_count"] == 0


def test_a_resource_of_another_door_follows_its_dataset(house: House, people: Cast) -> None:
    made = house.published("name\nAda\n")
    with house.running.portal.reading(house.actor(house.admin)) as work:
        from colonnade.core.datasets import service as datasets  # noqa: PLC0415

        dataset = datasets.readable(work, made["uid"]).dataset
    listed = people.admin.shown("/node", **{"parameters[uuid]": dataset.uuid})
    shown = people.admin.shown(f"/node/{listed[0]['nid']}")
    nid = shown["field_resources"]["und"][0]["target_id"]
    assert people.admin.shown(f"/node/{nid}")["field_datastore_status"]["und"][0]["value"] == "1"
    assert people.admin.shown(f"/datastore/{nid}") == {**STATUS, "storage": 1, "data_import": 6}
    assert told(people.admin.post(f"/datastore/{nid}/drop")) == (403, ["Access denied for user admin"])
