"""A dataset made after another one (section 2.1 of the reference)."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from tests.dialects.automation.support import call, cast, titled
from tests.net.support import Site, served
from tests.support.house import EXPLORE, House, Person


def _copy(house: House, uid: str, person: Person | None = None) -> httpx2.Response:
    return call(house, "POST", f"/datasets/{uid}/copy/", person)


def _copied(house: House, uid: str, person: Person | None = None) -> dict[str, Any]:
    answer = _copy(house, uid, person)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _listed(house: House, uid: str, what: str) -> list[dict[str, Any]]:
    answer = call(house, "GET", f"/datasets/{uid}/{what}/")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def _post(house: House, uid: str, what: str, **options: Any) -> dict[str, Any]:
    answer = call(house, "POST", f"/datasets/{uid}/{what}/", **options)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_copy_says_the_same_under_another_name_and_is_not_published(house: House) -> None:
    made = house.published("a\n1\n", is_restricted=True, default_security={"visible_fields": ["a"]})
    copier = house.person(["create_dataset", "edit_dataset"])
    copy = _copied(house, made["uid"], copier)
    assert set(copy) == set(made)
    assert copy["uid"] != made["uid"]
    assert copy["dataset_id"] == f"{made['dataset_id']}-copy"
    assert copy["is_published"] is False
    assert copy["created_by"] == copy["updated_by"] == {"username": copier.name}
    for name in ("metadata", "is_restricted", "default_security"):
        assert copy[name] == made[name]
    assert house.client.get(f"{EXPLORE}/{copy['dataset_id']}").status_code == 404
    assert house.status(copy["uid"])["status"] == "idle"
    assert _copied(house, made["uid"])["dataset_id"] == f"{made['dataset_id']}-copy-2"
    assert _copied(house, copy["uid"])["dataset_id"] == f"{made['dataset_id']}-copy-copy"


def test_a_copy_is_built_of_the_same_and_published_on_its_own(house: House) -> None:
    made = house.create()
    uid = made["uid"]
    house.add_csv(uid, "b,a\nx,1\n", name="first.csv")
    house.add_csv(uid, "b,a\ny,2\n", name="second.csv", separator=",")
    house.add_csv(uid, "unused", name="unused.csv")
    unused = _listed(house, uid, "resources")[2]["uid"]
    assert call(house, "DELETE", f"/datasets/{uid}/resources/{unused}/").status_code == 204
    step = {"type": "rename", "from_name": "a", "to_name": "number", "field_label": "Number"}
    _post(house, uid, "fields", json=step)
    copy = _copied(house, uid)
    for what in ("resources", "fields", "processors", "attachments", "alternative_exports"):
        before, after = _listed(house, uid, what), _listed(house, copy["uid"], what)
        assert [_without_uid(one) for one in after] == [_without_uid(one) for one in before]
        assert not {one["uid"] for one in after} & {one["uid"] for one in before}
    for name in ("first.csv", "second.csv", "unused.csv"):
        path = f"resources/files/{name}/download/"
        assert (
            call(house, "GET", f"/datasets/{copy['uid']}/{path}").content
            == call(house, "GET", f"/datasets/{uid}/{path}").content
        )
    assert call(house, "DELETE", f"/datasets/{uid}/").status_code == 204
    assert house.publish(copy["uid"])["status"] == "idle"
    found = house.records(copy["dataset_id"]).json()["results"]
    assert found == [{"b": "x", "number": 1}, {"b": "y", "number": 2}]


def _without_uid(one: dict[str, Any]) -> dict[str, Any]:
    moments = {"updated_at", "created_at"}
    return {name: value for name, value in one.items() if name not in {"uid", *moments}}


def test_attachments_and_alternative_exports_are_copied_with_their_contents(house: House) -> None:
    uid = house.create()["uid"]
    _post(house, uid, "attachments", files={"file": ("notes.txt", b"about it")})
    form = {"title": "By hand", "type": "uploaded_file"}
    _post(house, uid, "alternative_exports", data=form, files={"file": ("hand.pdf", b"%PDF")})
    copy = _copied(house, uid)["uid"]
    for what, content in (("attachments", b"about it"), ("alternative_exports", b"%PDF")):
        (before,), (after,) = _listed(house, uid, what), _listed(house, copy, what)
        assert _without_uid(after) == _without_uid(before)
        assert after["uid"] != before["uid"]
        answer = call(house, "GET", f"/datasets/{copy}/{what}/{after['uid']}/download/")
        assert answer.content == content


def test_a_copy_belongs_to_who_made_it_and_rulesets_stay_with_the_source(house: House) -> None:
    uid = house.create()["uid"]
    editor = house.person()
    house.give(uid, editor, ["edit_dataset"])
    creator = house.person(["create_dataset"])
    house.give(uid, creator, ["publish_dataset"])
    copy = _copied(house, uid, creator)["uid"]
    assert call(house, "GET", f"/datasets/{copy}/", editor).status_code == 404
    for path in ("unpublish", "abort"):
        assert call(house, "POST", f"/datasets/{copy}/{path}/", creator).status_code == 400
    assert (
        call(house, "PUT", f"/datasets/{copy}/", creator, json=titled(is_restricted=True)).status_code == 200
    )
    assert call(house, "DELETE", f"/datasets/{copy}/", creator).status_code == 204


def test_who_may_read_and_create_copies(house: House) -> None:
    uid = house.create()["uid"]
    people = cast(house, uid)
    for name, expected in {
        "administrator": 201,
        "portal editor": 403,
        "editor": 403,
        "publisher": 403,
        "holder of all": 403,
        "stranger": 404,
        "weak key": 404,
        "anonymous": 401,
        "wrong key": 401,
    }.items():
        assert _copy(house, uid, people[name]).status_code == expected, name
    assert _copy(house, uid, house.person(["create_dataset"])).status_code == 404
    assert _copy(house, "da_zzzzzz").json() == {"error_code": "not_found", "message": "Not found."}


@pytest.fixture
def site() -> Iterator[Site]:
    with served() as one:
        one.page("/rows.csv", b"a\n1\n")
        yield one


def _far(site: Site) -> dict[str, Any]:
    auth = {"type": "basic_auth", "username": "ada", "password": "sesame"}
    headers = [{"name": "X-Key", "value": "of the connection"}]
    return {
        "type": "csvfile",
        "params": {},
        "datasource": {
            "type": "http",
            "connection": {"type": "http", "url": site.url, "auth": auth, "headers": headers},
            "relative_url": "rows.csv",
            "headers": [{"name": "X-Token", "value": "of the source"}],
        },
    }


def test_a_copy_fetches_with_the_passwords_of_its_source_and_shows_them_to_nobody(
    house: House, site: Site
) -> None:
    uid = house.create()["uid"]
    before = _post(house, uid, "resources", json=_far(site))
    editor = house.person(["create_dataset"])
    house.give(uid, editor, ["edit_dataset"])
    copy = _copied(house, uid, editor)
    (after,) = _listed(house, copy["uid"], "resources")
    assert after["datasource"]["connection"]["uid"] != before["datasource"]["connection"]["uid"]
    assert after["datasource"]["relative_url"] == "rows.csv"
    path = f"/datasets/{copy['uid']}/resources/{after['uid']}/?expand=datasource.connection"
    seen = call(house, "GET", path, editor).json()["datasource"]
    assert seen["connection"] == {"uid": after["datasource"]["connection"]["uid"]}
    status = house.publish(copy["uid"])
    assert status["status"] == "idle", status
    assert house.records(copy["dataset_id"]).json()["results"] == [{"a": 1}]
    asked = site.asked[-1].headers
    assert (asked["x-key"], asked["x-token"]) == ("of the connection", "of the source")
    assert asked["authorization"].startswith("Basic ")
    assert call(house, "DELETE", f"/datasets/{copy['uid']}/").status_code == 204
    assert house.publish(uid)["status"] == "idle"


def test_passwords_are_copied_for_editors_alone(house: House, site: Site) -> None:
    uid = house.create()["uid"]
    publisher = house.person(["create_dataset"])
    house.give(uid, publisher, ["publish_dataset"])
    _post(house, uid, "resources", json=_far(site))
    before = call(house, "GET", "/datasets/").json()["total_count"]
    answer = _copy(house, uid, publisher)
    assert answer.status_code == 403
    assert answer.json()["error_code"] == "permission_denied"
    assert call(house, "GET", "/datasets/").json()["total_count"] == before


def test_a_copy_of_a_draft_is_a_draft(house: House) -> None:
    body = titled("Not yet")
    body["metadata"]["internal"] = {"draft": {"value": True}}
    creator = house.person(["create_dataset"])
    copy = _copied(house, house.create(creator, **body)["uid"], creator)
    assert call(house, "POST", f"/datasets/{copy['uid']}/publish/", creator).status_code == 400
    assert call(house, "GET", "/datasets/", creator).json()["total_count"] == 2
    assert call(house, "GET", f"/datasets/?dataset_id={copy['dataset_id']}").json()["total_count"] == 0
