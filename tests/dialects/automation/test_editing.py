"""Changing a dataset as a whole, its metadata for readers, and drafts (section 2.1 of the reference)."""

from typing import Any

import httpx2
import pytest
from tests.dialects.automation.support import (
    BUSY,
    call,
    cast,
    detail,
    held_publish,
    status_error,
    titled,
)
from tests.support.house import EXPLORE, House, Person

SYNTAX = (
    "ODSQL syntax exception: unexpected = at position 3 in a ==. Clause(s) containing the error(s): where."
)
OPEN = {"is_data_visible": True, "visible_fields": None, "filter_query": "", "api_calls_quota": None}


def _put(house: House, uid: str, body: Any, person: Person | None = None) -> httpx2.Response:
    return call(house, "PUT", f"/datasets/{uid}/", person, json=body)


def _get(house: House, uid: str) -> dict[str, Any]:
    found: dict[str, Any] = call(house, "GET", f"/datasets/{uid}/").json()
    return found


def _draft(house: House, person: Person | None = None) -> dict[str, Any]:
    body = titled("Not yet")
    body["metadata"]["internal"] = {"draft": {"value": True}}
    return house.create(person, **body)


def _shown_title(house: House, dataset_id: str) -> str:
    found = house.client.get(f"{EXPLORE}/{dataset_id}").json()
    return str(found["metas"]["default"]["title"])


def test_a_whole_dataset_that_comes_back_as_it_was_shown_stays_as_it_is(house: House) -> None:
    made = house.create(is_restricted=True, default_security={"visible_fields": ["a"]})
    editor = house.person()
    house.give(made["uid"], editor, ["edit_dataset"])
    answer = _put(house, made["uid"], made, editor)
    assert answer.status_code == 200
    changed = {"updated_at", "updated_by"}
    assert {name: value for name, value in answer.json().items() if name not in changed} == {
        name: value for name, value in made.items() if name not in changed
    }
    assert answer.json()["updated_by"] == {"username": editor.name}
    assert answer.json()["updated_at"] > made["updated_at"]
    assert _get(house, made["uid"]) == answer.json()


def test_metadata_are_replaced_whole_and_what_else_is_left_out_stays(house: House) -> None:
    made = house.create(is_restricted=True, default_security={"filter_query": "a > 1"})
    _put(house, made["uid"], titled("First") | {"metadata": _described("First", "Gone soon")})
    answer = _put(house, made["uid"], titled("Second"))
    assert answer.status_code == 200
    default = answer.json()["metadata"]["default"]
    assert default["title"]["value"] == "Second"
    assert "description" not in default
    assert answer.json()["dataset_id"] == made["dataset_id"]
    assert answer.json()["is_restricted"] is True
    assert answer.json()["default_security"] == {**OPEN, "filter_query": "a > 1"}


def _described(title: str, description: str) -> dict[str, Any]:
    return {"default": {"title": {"value": title}, "description": {"value": description}}}


def test_an_identifier_can_be_changed_until_the_dataset_is_published(house: House) -> None:
    made, other = house.published("a\n1\n"), house.create()
    uid, name = made["uid"], f"{made['dataset_id']}-renamed"
    answer = _put(house, uid, titled(dataset_id=name))
    assert detail(answer) == {
        "dataset_id": ["The identifier of a published dataset cannot be changed: unpublish it first."]
    }
    assert _put(house, uid, titled(dataset_id=made["dataset_id"])).status_code == 200
    assert call(house, "POST", f"/datasets/{uid}/unpublish/").status_code == 200
    house.settled(uid)
    answer = _put(house, uid, titled(dataset_id=other["dataset_id"]))
    assert detail(answer) == {"dataset_id": ["Another dataset has this identifier."]}
    assert list(detail(_put(house, uid, titled(dataset_id="No slug")))) == ["dataset_id"]
    assert _put(house, uid, titled(dataset_id=name)).json()["dataset_id"] == name
    assert house.publish(uid)["status"] == "idle"
    assert house.records(name).json()["total_count"] == 1
    assert house.records(made["dataset_id"]).status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"metadata": ["This field is required"]}),
        ({"metadata": {}}, {"metadata": {"default": {"title": ["This field is required"]}}}),
        ({"metadata": 5}, {"metadata": ["Input should be a valid dictionary"]}),
        (
            titled(is_restricted="perhaps"),
            {"is_restricted": ["Input should be a valid boolean, unable to interpret input"]},
        ),
        (
            titled(default_security={"filter_query": "a =="}),
            {"default_security": {"filter_query": [SYNTAX]}},
        ),
    ],
)
def test_a_wrong_body_is_told_field_by_field_and_changes_nothing(
    house: House, body: Any, expected: Any
) -> None:
    made = house.create()
    assert detail(_put(house, made["uid"], body)) == expected
    assert _get(house, made["uid"]) == made


def test_a_change_reaches_readers_with_the_next_publication_of_metadata(house: House) -> None:
    made = house.published("a\n1\n")
    uid, name = made["uid"], made["dataset_id"]
    assert _put(house, uid, titled("Brand new title")).status_code == 200
    assert _shown_title(house, name) == name
    assert house.status(uid)["status"] == "idle"
    answer = call(house, "POST", f"/datasets/{uid}/publish_metadata")
    assert (answer.status_code, answer.json()) == (200, {"detail": "ok"})
    assert _shown_title(house, name) == "Brand new title"
    found = house.client.get(EXPLORE, params={"where": 'title="Brand new title"'}).json()
    assert [one["dataset_id"] for one in found["results"]] == [name]
    assert house.records(name).json()["results"] == [{"a": 1}]


def test_metadata_alone_are_published_of_a_published_dataset_that_is_not_busy(house: House) -> None:
    made = house.create()
    answer = call(house, "POST", f"/datasets/{made['uid']}/publish_metadata/")
    assert status_error(answer) == "Invalid precondition, this dataset is not published."
    made = house.published("a\n1\n")
    with held_publish(house, made["uid"]):
        answer = call(house, "POST", f"/datasets/{made['uid']}/publish_metadata/")
        assert status_error(answer) == BUSY.format("processing")
    assert call(house, "POST", f"/datasets/{made['uid']}/publish_metadata/").status_code == 200


def test_a_draft_is_published_in_no_way(house: House) -> None:
    expected = "Invalid precondition, this dataset is a draft (internal.draft); it cannot be published."
    made = _draft(house)
    answer = call(house, "POST", f"/datasets/{made['uid']}/publish/")
    assert status_error(answer) == expected
    assert house.status(made["uid"])["status"] == "idle"
    made = house.published("a\n1\n")
    body = titled("Hidden again")
    body["metadata"]["internal"] = {"draft": {"value": True}}
    assert _put(house, made["uid"], body).status_code == 200
    for path in ("publish/", "publish_metadata/"):
        assert status_error(call(house, "POST", f"/datasets/{made['uid']}/{path}")) == expected
    assert _shown_title(house, made["dataset_id"]) == made["dataset_id"]
    assert _put(house, made["uid"], titled("Shown again")).status_code == 200
    assert house.publish(made["uid"])["status"] == "idle"
    assert _shown_title(house, made["dataset_id"]) == "Shown again"


def test_a_draft_is_listed_for_its_creator_alone_and_found_by_whoever_may_edit_it(house: House) -> None:
    creator = house.person(["create_dataset"])
    made = _draft(house, creator)
    editor = house.person()
    house.give(made["uid"], editor, ["edit_dataset"])
    for person, expected in ((creator, 1), (editor, 0), (house.admin, 0)):
        listed = call(house, "GET", f"/datasets/?dataset_id={made['dataset_id']}", person).json()
        assert (listed["total_count"], len(listed["results"])) == (expected, expected)
        assert call(house, "GET", f"/datasets/{made['uid']}/", person).status_code == 200
    assert _put(house, made["uid"], titled("Ready"), editor).status_code == 200
    listed = call(house, "GET", "/datasets/", editor).json()
    assert [one["uid"] for one in listed["results"]] == [made["uid"]]


def test_who_sees_what_is_changed_by_who_manages_the_dataset(house: House) -> None:
    made = house.create()
    uid, people = made["uid"], cast(house, made["uid"])
    manager = house.person(["manage_dataset"])
    house.give(uid, manager, ["edit_dataset"])
    for number, (name, person) in enumerate(
        {
            **people,
            "portal manager who edits": manager,
            "portal manager": house.person(["manage_dataset"]),
        }.items()
    ):
        before = _get(house, uid)
        after = {"default_security": {"filter_query": f"a = {number}"}, "is_restricted": number % 2 == 0}
        for body in ({**titled("New"), **after}, titled(default_security=after["default_security"])):
            answer = _put(house, uid, body, person)
            if name in {"administrator", "holder of all", "portal manager who edits"}:
                assert answer.status_code == 200, name
                assert answer.json()["default_security"]["filter_query"] == f"a = {number}"
                continue
            expected = {"anonymous": 401, "revoked key": 401, "wrong key": 401}
            knows = {"editor": 403, "portal editor": 403, "publisher": 403}
            assert answer.status_code == {**expected, **knows}.get(name, 404), name
            assert _get(house, uid) == before


def test_a_change_of_who_sees_what_holds_at_once(house: House) -> None:
    made = house.published("a,b\n1,x\n2,y\n")
    stranger, reader = house.person(), house.person()
    house.give(made["uid"], reader, visible_fields=["b"])
    assert house.records(made["dataset_id"], stranger).json()["total_count"] == 2
    security = {"filter_query": "a = 2", "visible_fields": ["a"]}
    assert _put(house, made["uid"], titled(default_security=security)).status_code == 200
    assert house.records(made["dataset_id"], stranger).json()["results"] == [{"a": 2}]
    assert house.records(made["dataset_id"], reader).json()["results"] == [{"b": "x"}, {"b": "y"}]
    assert _put(house, made["uid"], titled(is_restricted=True)).status_code == 200
    assert house.records(made["dataset_id"], stranger).status_code == 404
    assert house.records(made["dataset_id"], reader).json()["total_count"] == 2
