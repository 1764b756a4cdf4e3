"""Nodes by their routes: who may do what, and what is told (sections 4, 8 and 14 of the reference)."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dialects.dkan.support import API, JSON, Cast, Client, browser, login, told, with_password
from tests.support.house import House
from tests.support.saying import says

PASSWORD = "a good password"


@pytest.fixture(scope="module")
def nid(people: Cast) -> str:
    """A dataset of the content creator."""
    return people.creator.node("dataset", "The creator's")


@pytest.fixture(scope="module")
def session(house: House, people: Cast) -> Iterator[tuple[TestClient, str]]:
    """The content creator with cookies, and the token."""
    with_password(house, people.creator, PASSWORD)
    with browser(house) as http:
        yield http, login(http, people.creator.name, PASSWORD).json()["token"]


def _denied(client: Client) -> tuple[int, list[str]]:
    return 403, [f"Access denied for user {client.name}"]


@says(
    "dkan-1.1-create dkan-1.1-retrieve dkan-1.1-update dkan-1.1-delete dkan-8.1-answer dkan-8.3-answer dkan-8.3-twice"
)
def test_a_node_is_made_shown_changed_and_removed(people: Cast) -> None:
    made = people.creator.post("/node", {"type": "dataset", "title": "One"})
    body = made.json()
    nid = body["nid"]
    uri = f"http://testserver{API}/node/{nid}"
    assert (made.status_code, body) == (200, {"nid": nid, "uri": uri})
    shown = people.stranger.shown(f"/node/{nid}")
    assert (shown["nid"], shown["title"], shown["type"], shown["name"]) == (
        nid,
        "One",
        "dataset",
        people.creator.name,
    )
    assert told(people.creator.put(f"/node/{nid}", {"title": "Two"})) == (200, {"nid": nid, "uri": uri})
    assert people.stranger.shown(f"/node/{nid}")["title"] == "Two"
    assert told(people.creator.delete(f"/node/{nid}")) == (200, [True])
    for method in ("GET", "PUT", "DELETE"):
        sent: dict[str, Any] = {"json": {}} if method == "PUT" else {}
        assert told(people.creator.ask(method, f"/node/{nid}", **sent)) == (
            404,
            [f"Node {nid} could not be found"],
        )


@pytest.mark.parametrize(
    ("role", "kind", "is_allowed"),
    [
        pytest.param("stranger", "dataset", False, id="dkan-14-anonymous-create"),
        pytest.param("member", "dataset", False, id="dkan-14-authenticated-create"),
        *(
            pytest.param("creator", kind, True, id=f"dkan-14-creator-create-{kind}")
            for kind in ("dataset", "resource", "data_dashboard", "dkan_data_story")
        ),
        *(
            pytest.param("editor", kind, False, id=f"dkan-14-editor-create-{kind}")
            for kind in ("group", "page", "harvest_source")
        ),
        *(
            pytest.param("manager", kind, True, id=f"dkan-14-manager-create-{kind}")
            for kind in ("dataset", "group", "page", "harvest_source")
        ),
        pytest.param("admin", "page", True, id="dkan-14-administrator-create"),
    ],
)
def test_roles_make_nodes(people: Cast, role: str, kind: str, is_allowed: bool) -> None:
    client: Client = getattr(people, role)
    status, body = told(client.post("/node", {"type": kind, "title": f"A {kind} of a {role}"}))
    if is_allowed:
        assert (status, list(body)) == (200, ["nid", "uri"])
        assert told(client.put(f"/node/{body['nid']}", {"title": "Changed"}))[0] == 200
        assert told(client.delete(f"/node/{body['nid']}")) == (200, [True])
    else:
        assert (status, body) == _denied(client)


@pytest.mark.parametrize(
    ("role", "is_allowed"),
    [
        pytest.param("stranger", False, id="dkan-4-denied-anonymous"),
        pytest.param("member", False, id="dkan-4-denied-user"),
        pytest.param("other", False, id="dkan-14-creator-of-another"),
        pytest.param("creator", True, id="dkan-14-creator-of-own"),
        pytest.param("editor", True, id="dkan-14-editor-of-any"),
        pytest.param("manager", True, id="dkan-14-manager-of-any"),
        pytest.param("admin", True, id="dkan-14-administrator-of-any"),
    ],
)
def test_roles_change_and_remove_nodes(people: Cast, role: str, is_allowed: bool) -> None:
    client: Client = getattr(people, role)
    for kind in ("dataset", "resource"):
        made = people.creator.node(kind, "To be changed")
        changed, removed = client.put(f"/node/{made}", {"title": "X"}), client.delete(f"/node/{made}")
        if is_allowed:
            assert (changed.status_code, told(removed)) == (200, (200, [True]))
        else:
            assert (told(changed), told(removed)) == (_denied(client), _denied(client))


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["999999", "00000", "many", "9" * 30])
@says("dkan-4-node")
def test_a_node_that_there_is_not_is_named_as_it_was(people: Cast, method: str, name: str) -> None:
    sent: dict[str, Any] = {"json": {"title": "x"}} if method == "PUT" else {}
    answer = people.editor.ask(method, f"/node/{name}.json", **sent)
    assert told(answer) == (404, [f"Node {name} could not be found"])


@pytest.mark.parametrize(
    ("role", "sent", "told_"),
    [
        pytest.param("creator", {"title": "x"}, (406, ["Node type is required"]), id="dkan-4-no-type"),
        pytest.param("creator", None, (406, ["Node type is required"]), id="dkan-8.1-no-body"),
        pytest.param(
            "creator", {"type": "foo"}, (406, ["Node type foo does not exist."]), id="dkan-4-unknown-type"
        ),
        pytest.param(
            "member",
            {"type": "foo"},
            (403, ["Access denied for user {name}"]),
            id="dkan-4-unknown-type-denied",
        ),
        pytest.param(
            "creator",
            {"type": "dataset", "title": "x", "field_license": {"und": [{"value": "mine"}]}},
            (406, ["Invalid option for field field_license: 'mine'"]),
            id="dkan-4-bad-option",
        ),
        pytest.param("creator", {"type": ["x"]}, (406, None), id="dkan-4-odd-type"),
    ],
)
def test_a_node_that_cannot_be_made(people: Cast, role: str, sent: Any, told_: tuple[int, Any]) -> None:
    client: Client = getattr(people, role)
    status, body = told(client.post("/node", sent))
    assert status == told_[0], body
    if told_[1] is not None:
        assert body == [text.format(name=client.name) for text in told_[1]]


@says("dkan-4-type-changed dkan-8.2-type")
def test_the_type_of_a_node_stays(people: Cast, nid: str) -> None:
    assert told(people.creator.put(f"/node/{nid}", {"type": "resource"})) == (
        406,
        ["Node type cannot be changed"],
    )
    assert people.creator.put(f"/node/{nid}", {"type": {"und": []}}).status_code == 406
    assert people.creator.put(f"/node/{nid}", {"type": "dataset"}).status_code == 200


@says("dkan-5.3-no-cookie dkan-15.12")
def test_a_token_without_the_cookie_is_nobodys(
    people: Cast, session: tuple[TestClient, str], nid: str
) -> None:
    answer = people.stranger.ask("DELETE", f"/node/{nid}", headers={"X-CSRF-Token": session[1]})
    assert told(answer) == (403, ["Access denied for user anonymous"])


@says("dkan-1.2-delete-without-a-body dkan-5.3-header dkan-15.10 dkan-15.11")
def test_a_session_with_its_token_does_all_that_its_user_may(session: tuple[TestClient, str]) -> None:
    http, token = session
    headers = {**JSON, "X-CSRF-Token": token}
    made = http.post(f"{API}/node", json={"type": "dataset", "title": "By a session"}, headers=headers)
    nid = made.json()["nid"]
    denied = http.delete(f"{API}/node/{nid}", headers=JSON)
    assert told(denied) == (401, ["CSRF validation failed"])
    removed = http.delete(f"{API}/node/{nid}", headers={**headers, "Content-Type": "application/json"})
    assert told(removed) == (200, [True])


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"json": {"node": {"title": "New"}}}, id="dkan-1.2-unwrapped-node"),
        pytest.param({"json": {"data": {"title": "New"}}}, id="dkan-1.2-unwrapped-data"),
        pytest.param({"data": {"title": "New"}}, id="dkan-8.1-form-put"),
        pytest.param({"json": {"title": "New"}, "params": {"title": "Ignored"}}, id="dkan-1.2-arguments-put"),
    ],
)
def test_a_change_is_read_from_the_body(people: Cast, nid: str, sent: dict[str, Any]) -> None:
    assert people.creator.put(f"/node/{nid}", {"title": "Old"}).status_code == 200
    assert people.creator.ask("PUT", f"/node/{nid}", **sent).status_code == 200
    assert people.stranger.shown(f"/node/{nid}")["title"] == "New"


@says("dkan-1.2-override-header dkan-1.2-override-parameter")
def test_a_client_that_can_only_post_changes_and_removes(people: Cast) -> None:
    nid = people.creator.node("dataset", "Old")
    changed = people.creator.ask(
        "POST", f"/node/{nid}", json={"title": "New"}, headers={"X-HTTP-Method-Override": "PUT"}
    )
    assert changed.status_code == 200
    assert people.stranger.shown(f"/node/{nid}")["title"] == "New"
    assert told(people.creator.ask("POST", f"/node/{nid}?_method=DELETE")) == (200, [True])


@says("dkan-15.13")
def test_what_an_attached_file_is_called_leads_to_it(people: Cast) -> None:
    nid = people.creator.node("resource", "With a file")
    attached = people.creator.ask(
        "POST",
        f"/node/{nid}/attach_file",
        data={"field_name": "field_upload", "attach": "0"},
        files={"files[1]": ("parks.csv", b"a,b\n1,2\n")},
    ).json()
    (told_of,) = attached if isinstance(attached, list) else [attached]
    path = told_of["uri"].removeprefix(f"http://testserver{API}")
    assert people.stranger.shown(path)["fid"] == told_of["fid"]


def _of_parks(people: Cast) -> dict[str, Any]:
    """What a dataset says that is the group's, which everybody is let know of."""
    (group,) = people.admin.shown("/node", **{"parameters[type]": "group", "parameters[title]": "parks"})
    assert people.admin.put(f"/node/{group['nid']}", {"status": "1"}).status_code == 200
    return {"og_group_ref": {"und": [{"target_id": group["nid"]}]}}


@pytest.mark.parametrize(
    "permissions",
    [pytest.param(["create_dataset"], id="dkan-14-group-creator"), pytest.param([], id="dkan-14-group-user")],
)
@says("dkan-14-group")
def test_members_of_a_group_change_what_is_the_groups_and_remove_their_own(
    house: House, people: Cast, permissions: list[str]
) -> None:
    member = Client(house.client, house.person(permissions, groups=["parks"]))
    own_to = _of_parks(people)
    nid = people.creator.node("dataset", "The group's", status="0", **own_to)
    resource = people.creator.node("resource", "R", field_dataset_ref={"und": [{"target_id": nid}]})
    assert member.shown(f"/node/{nid}")["title"] == "The group's"
    assert told(people.other.get(f"/node/{nid}")) == _denied(people.other)
    for one in (nid, resource):
        assert member.put(f"/node/{one}", {"title": "Changed"}).status_code == 200
        assert told(member.delete(f"/node/{one}")) == _denied(member)
        assert people.creator.shown(f"/node/{one}")["title"] == "Changed"
    if permissions:
        assert told(member.delete(f"/node/{member.node(**own_to)}")) == (200, [True])
    for one in (resource, nid):
        assert told(people.creator.delete(f"/node/{one}")) == (200, [True])


def test_who_manages_a_dataset_removes_what_others_put_into_it(house: House, people: Cast) -> None:
    member = Client(house.client, house.person(["create_dataset"], groups=["parks"]))
    nid = people.creator.node("dataset", "The group's", **_of_parks(people))
    resource = member.node("resource", "R", field_dataset_ref={"und": [{"target_id": nid}]})
    assert told(people.other.delete(f"/node/{resource}")) == _denied(people.other)
    assert told(people.creator.delete(f"/node/{resource}")) == (200, [True])


@pytest.mark.parametrize(
    ("role", "is_seen"),
    [
        pytest.param("stranger", False, id="dkan-7-unpublished-anonymous"),
        pytest.param("other", False, id="dkan-7-unpublished-other"),
        pytest.param("creator", True, id="dkan-14-authenticated-own-unpublished"),
        pytest.param("manager", True, id="dkan-14-manager-unpublished"),
    ],
)
def test_what_is_not_published_is_for_its_author(people: Cast, role: str, is_seen: bool) -> None:
    client: Client = getattr(people, role)
    for kind in ("dataset", "resource"):
        nid = people.creator.node(kind, "A draft", status="0")
        answer = client.get(f"/node/{nid}")
        if is_seen:
            assert answer.json()["status"] == "0"
        else:
            assert told(answer) == _denied(client)


def test_a_restricted_dataset_is_as_if_there_were_none(house: House, people: Cast) -> None:
    made = house.published("a\n1\n", metadata={"default": {"title": {"value": "Secret"}}})
    (found,) = people.admin.shown("/node", **{"parameters[title]": "Secret"})
    house.restrict(made["uid"], is_restricted=True)
    for client in (people.stranger, people.member, people.other):
        for method in ("GET", "PUT", "DELETE"):
            sent: dict[str, Any] = {"json": {"title": "x"}} if method == "PUT" else {}
            answer = client.ask(method, f"/node/{found['nid']}", **sent)
            assert told(answer) == (404, [f"Node {found['nid']} could not be found"])


@says("dkan-1.1-taxonomy")
def test_terms_and_their_numbers_are_listed(people: Cast, nid: str) -> None:
    nid = people.creator.node("dataset", "Tagged")
    assert people.creator.put(f"/node/{nid}", {"field_tags": {"und": ["parks and trees"]}}).status_code == 200
    vocabularies = people.stranger.shown("/taxonomy_vocabulary")
    assert [one["machine_name"] for one in vocabularies] == ["tags", "dkan_topics", "format"]
    (term,) = people.stranger.shown("/taxonomy_term", **{"parameters[name]": "parks and trees"})
    assert term["vid"] == vocabularies[0]["vid"]
    assert people.stranger.shown(f"/taxonomy_term/{term['tid']}") == term
    shown = people.stranger.shown(f"/node/{nid}")
    assert shown["field_tags"] == {"und": [{"tid": term["tid"]}]}
    assert people.stranger.shown("/taxonomy_term", pagesize="0") == []
    assert told(people.stranger.get("/taxonomy_term/99999")) == (404, ["Term 99999 could not be found"])
    assert told(people.stranger.get("/taxonomy_term", **{"parameters[weight]": "1"}))[0] == 406


def test_terms_of_what_is_hidden_are_not_listed(people: Cast) -> None:
    nid = people.creator.node("dataset", "Hidden tag", status="0", field_tags={"und": ["a secret word"]})
    asked = {"parameters[name]": "a secret word"}
    assert people.stranger.shown("/taxonomy_term", **asked) == []
    assert people.creator.shown("/taxonomy_term", **asked) == []
    (found,) = people.admin.shown("/taxonomy_term", **asked)
    assert told(people.stranger.get(f"/taxonomy_term/{found['tid']}"))[0] == 404
    assert people.creator.put(f"/node/{nid}", {"status": "1"}).status_code == 200
    assert people.stranger.shown("/taxonomy_term", **asked) == [found]
