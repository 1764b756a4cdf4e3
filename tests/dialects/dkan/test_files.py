"""Files of nodes: sending, looking, getting (section 9 of the reference)."""

import base64
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from tests.dialects.dkan.support import API, Cast, Client, told
from tests.support.house import House
from tests.support.saying import says

CSV = "name,n\nAda,1\n"
FILES = "root:/sites/default/files"


def attach(client: Client, nid: str, *files: tuple[str, str, str | bytes], **fields: str) -> httpx2.Response:
    """Send files: of each its key, its name, its content."""
    sent = [(f"files[{key}]", (name, content)) for key, name, content in files]
    return client.ask(
        "POST", f"/node/{nid}/attach_file", files=sent, data={"field_name": "field_upload", **fields}
    )


def attached(
    client: Client, nid: str, name: str = "people.csv", content: str | bytes = CSV, **fields: str
) -> str:
    answer = attach(client, nid, ("1", name, content), **{"attach": "0", **fields})
    assert answer.status_code == 200, answer.text
    fid: str = answer.json()["fid"]
    return fid


def upload_of(client: Client, nid: str) -> dict[str, Any]:
    found: dict[str, Any] = client.shown(f"/node/{nid}")["field_upload"]["und"][0]
    return found


@pytest.fixture(scope="module")
def nid(people: Cast) -> str:
    """A resource of the content creator, with a file."""
    made = people.creator.node("resource", "The creator's")
    attached(people.creator, made)
    return made


@says(
    "dkan-1.1-attach dkan-9-files dkan-9-answer dkan-9-attach dkan-9-full dkan-4-attach-full dkan-9-replace"
)
def test_a_file_is_attached_and_replaced(people: Cast) -> None:
    nid = people.creator.node("resource", "Attaching")
    answer = attach(people.creator, nid, ("1", "a.csv", CSV))
    made = answer.json()
    assert answer.status_code == 200
    assert made == {"fid": made["fid"], "uri": f"http://testserver{API}/file/{made['fid']}"}
    assert upload_of(people.stranger, nid)["fid"] == made["fid"]
    full = (500, ["You cannot upload so many files."])
    assert told(attach(people.creator, nid, ("1", "b.csv", CSV))) == full
    assert told(attach(people.creator, nid, ("1", "b.csv", CSV), attach="1")) == full
    two = (("a", "b.csv", CSV), ("b", "c.csv", CSV))
    assert told(attach(people.creator, nid, *two, attach="0")) == full
    assert upload_of(people.stranger, nid)["fid"] == made["fid"]
    other = attached(people.creator, nid, "b.csv")
    assert upload_of(people.stranger, nid)["fid"] == other
    assert people.stranger.get(f"/file/{made['fid']}").status_code == 404


@says("dkan-9-name dkan-9-clash")
def test_the_public_name_gets_a_number_and_the_file_keeps_its_own(people: Cast) -> None:
    for number in ("", "_0", "_1"):
        nid = people.creator.node("resource", "Clash")
        attached(people.creator, nid, "clash.csv")
        found = upload_of(people.stranger, nid)
        assert (found["uri"], found["filename"]) == (f"public://clash{number}.csv", "clash.csv")


def test_a_file_that_is_sent_again_keeps_its_address(people: Cast) -> None:
    beside = people.creator.node("resource", "Beside")
    attached(people.creator, beside, "again.csv")
    nid = people.creator.node("resource", "Again")
    for content in ("n\n1\n", "n\n2\n", "n\n3\n"):
        attached(people.creator, nid, "again.csv", content)
        assert upload_of(people.stranger, nid)["uri"] == "public://again_0.csv"
        assert people.stranger.get("root:/sites/default/files/again_0.csv").text == content
    attached(people.creator, nid, "other.csv")
    assert upload_of(people.stranger, nid)["uri"] == "public://other.csv"
    assert people.stranger.get("root:/sites/default/files/again_0.csv").status_code == 404


@says("dkan-9-field_values")
def test_more_is_said_of_a_file(people: Cast) -> None:
    nid = people.creator.node("resource", "Values")
    values = {"field_values[1][delimiter]": ";", "field_values[1][grid]": "1", "field_values[1][uri]": "x"}
    attached(people.creator, nid, **values)
    found = upload_of(people.stranger, nid)
    assert (found["delimiter"], found["grid"], found["graph"]) == (";", "1", None)
    assert found["uri"].startswith("public://people")


@says("dkan-9-no-revision")
def test_no_revision_is_written(people: Cast) -> None:
    nid = people.creator.node("resource", "Revision")
    before = people.stranger.shown(f"/node/{nid}")
    attached(people.creator, nid)
    after = people.stranger.shown(f"/node/{nid}")
    assert (after["vid"], after["vuuid"]) == (before["vid"], before["vuuid"])
    assert int(after["changed"]) >= int(before["changed"])


@says("dkan-9-format dkan-9-datastore")
def test_the_format_and_the_status_follow_the_file(people: Cast) -> None:
    nid = people.creator.node("resource", "Format")
    seen = []
    for name in ("a.csv", "b.pdf", "c.csv"):
        attached(people.creator, nid, name)
        shown = people.stranger.shown(f"/node/{nid}")
        status = shown["field_datastore_status"]["und"][0]["value"]
        seen.append((shown["field_format"]["und"][0]["tid"], status))
    assert seen[0] == seen[2] != seen[1]
    assert [status for _, status in seen] == ["2", "3", "2"]
    assert people.creator.shown(f"/datastore/{nid}")["data_import"] == 2


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        pytest.param(
            {"field_name": ""}, (401, ["Missing required argument field_name"]), id="dkan-9-field_name"
        ),
        pytest.param(
            {"field_name": "x"},
            (406, ["Field name 'x' not found on node type 'resource'"]),
            id="dkan-4-attach-field",
        ),
    ],
)
def test_a_field_is_needed(people: Cast, nid: str, fields: dict[str, str], answer: tuple[int, Any]) -> None:
    data = {name: value for name, value in fields.items() if value}
    sent = {"files[1]": ("x.csv", CSV)}
    found = people.creator.ask("POST", f"/node/{nid}/attach_file", files=sent, data=data)
    assert told(found) == answer


@says("dkan-9-extensions dkan-4-attach-extension")
@pytest.mark.parametrize("name", ["x.php", "x", "x.svg"])
def test_files_of_other_kinds_are_refused(people: Cast, nid: str, name: str) -> None:
    before = upload_of(people.stranger, nid)
    answer = attach(people.creator, nid, ("1", name, CSV), attach="0")
    assert told(answer) == (406, ["Failed to upload file. 1"])
    assert upload_of(people.stranger, nid) == before


def test_a_call_without_a_file_says_so(people: Cast, nid: str) -> None:
    answer = people.creator.post(f"/node/{nid}/attach_file", {"field_name": "field_upload"})
    assert told(answer) == (406, ["Missing data the file upload can not be completed"])


@says("dkan-9-access")
@pytest.mark.parametrize("who", ["admin", "manager", "editor", "creator", "other", "member", "stranger"])
def test_who_may_change_a_node_may_attach(people: Cast, who: str) -> None:
    nid = people.creator.node("resource", "Access")
    client: Client = getattr(people, who)
    answer = attach(client, nid, ("1", "a.csv", CSV))
    if who in {"admin", "manager", "editor", "creator"}:
        assert answer.status_code == 200
    else:
        assert told(answer) == (403, [f"Access denied for user {client.name}"])
    assert told(attach(client, "999999", ("1", "a.csv", CSV))) == (404, ["Node 999999 could not be found"])


@says("dkan-9-harmless dkan-1-files")
@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("page.html", "<script>alert(1)</script>", "application/octet-stream"),
        ("page.xml", "<x/>", "application/octet-stream"),
        ("table.csv", CSV, "text/csv"),
    ],
)
def test_files_are_given_out_and_run_nowhere(people: Cast, name: str, content: str, media_type: str) -> None:
    nid = people.creator.node("resource", "Harmless")
    attached(people.creator, nid, name, content)
    uri = upload_of(people.stranger, nid)["uri"].removeprefix("public://")
    for path in (f"{FILES}/{uri}", f"root:/sites//default//files//{uri}"):
        answer = people.stranger.get(path)
        assert (answer.status_code, answer.text) == (200, content)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
        assert answer.headers["content-type"].partition(";")[0] == media_type
    assert people.stranger.ask("HEAD", f"{FILES}/{uri}").headers["content-length"] == str(len(content))


@says("dkan-1.1-file-retrieve")
def test_a_file_is_described(people: Cast, nid: str) -> None:
    fid = upload_of(people.stranger, nid)["fid"]
    shown = people.stranger.shown(f"/file/{fid}")
    uri = shown["uri"].removeprefix("public://")
    assert (shown["fid"], shown["filename"], shown["filemime"], shown["filesize"], shown["type"]) == (
        fid,
        "people.csv",
        "text/csv",
        str(len(CSV)),
        "undefined",
    )
    assert shown["uri_full"] == f"http://testserver/sites/default/files/{uri}"
    assert (shown["target_uri"], base64.b64decode(shown["file"]).decode()) == (uri, CSV)
    assert "file" not in people.stranger.shown(f"/file/{fid}", file_contents="0")
    assert people.stranger.shown(f"/file/{fid}", image_styles="1")["image_styles"] == []
    assert told(people.stranger.get("/file/999999")) == (404, ["There is no file with ID 999999."])


def test_what_is_not_to_be_seen_is_not_given_out(house: House, people: Cast) -> None:
    nid = people.creator.node("resource", "Hidden", status="0")
    fid = attached(people.creator, nid, "hidden.csv")
    name = upload_of(people.creator, nid)["uri"].removeprefix("public://")
    unknown = people.stranger.get(f"{FILES}/unknown.csv")
    for client in (people.stranger, people.other):
        assert client.get(f"/file/{fid}").status_code == 404
        found = client.get(f"{FILES}/{name}")
        assert (found.status_code, found.text) == (404, unknown.text.replace("unknown.csv", name))
    assert people.creator.get(f"/file/{fid}").status_code == 200
    assert people.creator.get(f"{FILES}/{name}").text == CSV
    restricted = people.admin.node("dataset", "Restricted")
    people.admin.put(
        f"/node/{nid}", {"status": "1", "field_dataset_ref": {"und": [{"target_id": restricted}]}}
    )
    assert people.stranger.get(f"{FILES}/{name}").status_code == 200
    uid = _uid(house, people, restricted)
    house.restrict(uid, is_restricted=True)
    assert people.stranger.get(f"{FILES}/{name}").status_code == 404
    house.restrict(uid, is_restricted=False, visible_fields=["name"])
    assert people.stranger.get(f"{FILES}/{name}").status_code == 403
    assert people.stranger.get(f"/file/{fid}").status_code == 403
    assert people.admin.get(f"{FILES}/{name}").status_code == 200


def _uid(house: House, people: Cast, nid: str) -> str:
    uuid = people.admin.shown(f"/node/{nid}")["uuid"]
    listed = house.client.get(
        "/api/automation/v1.0/datasets/", headers=people.admin.headers, params={"limit": 100}
    )
    for one in listed.json()["results"]:
        if one["metadata"]["default"]["title"]["value"] == "Restricted":
            uid: str = one["uid"]
            return uid
    raise AssertionError(uuid)


@says("dkan-1.1-files dkan-9.1-files dkan-9.1-contents")
def test_files_of_fields_of_files_are_listed(people: Cast, nid: str) -> None:
    assert people.stranger.shown(f"/node/{nid}/files") == []
    remote = {"und": [{"uri": "http://127.0.0.1:9/data.csv"}]}
    linked = people.creator.node("resource", "Linked", field_link_remote_file=remote)
    (shown,) = people.stranger.shown(f"/node/{linked}/files")
    assert (shown["uri"], shown["uri_full"], shown["filename"]) == (
        "http://127.0.0.1:9/data.csv",
        "http://127.0.0.1:9/data.csv",
        "data.csv",
    )
    group = people.manager.node("group", "Pictures")
    attached(people.manager, group, "x.png", b"\x89PNG\r\n\x1a\n", field_name="field_image")
    (image,) = people.stranger.shown(f"/node/{group}/files")
    assert (image["type"], base64.b64decode(image["file"])) == ("image", b"\x89PNG\r\n\x1a\n")
    (bare,) = people.stranger.shown(f"/node/{group}/files/0")
    assert "file" not in bare
    assert "image_styles" not in bare
    assert people.stranger.shown(f"/node/{group}/files/1/1")[0]["image_styles"] == []
    assert told(people.stranger.get("/node/999999/files")) == (404, ["Node 999999 could not be found"])


def test_a_removed_node_takes_its_file(people: Cast) -> None:
    nid = people.creator.node("resource", "Removed")
    fid = attached(people.creator, nid, "removed.csv")
    assert told(people.creator.delete(f"/node/{nid}")) == (200, [True])
    assert people.creator.get(f"/file/{fid}").status_code == 404
    assert people.creator.get(f"{FILES}/removed.csv").status_code == 404


def test_a_whole_node_sent_back_keeps_its_file(people: Cast, nid: str) -> None:
    before = people.creator.shown(f"/node/{nid}")
    assert people.creator.put(f"/node/{nid}", before).status_code == 200
    assert upload_of(people.stranger, nid) == before["field_upload"]["und"][0]


def test_nobody_takes_up_the_file_of_another(people: Cast, nid: str) -> None:
    fid = upload_of(people.stranger, nid)["fid"]
    thief = people.other.node("resource", "Thief")
    answer = people.other.put(f"/node/{thief}", {"field_upload": {"und": [{"fid": fid}]}})
    assert answer.status_code in {406, 500}
    assert upload_of(people.stranger, nid)["fid"] == fid
    assert people.other.put(f"/node/{nid}", {"field_upload": []}).status_code == 403


@says("dkan-9-answer-list")
def test_the_answer_is_a_list_where_it_is_set_so(
    house: House, people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = house.running.portal
    monkeypatch.setattr(portal, "settings", replace(portal.settings, attach_answers_list=True))
    nid = people.creator.node("resource", "A list")
    (made,) = attach(people.creator, nid, ("1", "a.csv", CSV)).json()
    assert set(made) == {"fid", "uri"}


def test_what_is_refused_leaves_nothing_behind(house: House, people: Cast, nid: str) -> None:
    kept = house.running.portal.blobs
    before = set(kept.digests())
    two = (("a", "b.csv", "kept,nowhere\n"), ("b", "c.csv", "neither,this\n"))
    assert attach(people.creator, nid, *two, attach="0").status_code == 500
    assert attach(people.creator, nid, ("1", "b.csv", "kept,nowhere\n")).status_code == 500
    assert set(kept.digests()) == before
