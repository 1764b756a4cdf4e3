"""Processors of a dataset, and those that there are (section 2.4 of the reference)."""

from typing import Any

import pytest
from tests.dialects.automation.stepping import EVERYBODY, OPERATIONS, added, ask, expected
from tests.dialects.automation.support import call, cast, detail
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

REPLACE = {"type": "string_replace", "field": "a", "old": "x", "new": "y"}


@pytest.fixture(scope="module")
def draft(house: House) -> tuple[str, dict[str, Person]]:
    """A dataset, and everybody."""
    uid = house.create()["uid"]
    return uid, cast(house, uid)


def test_the_processors_that_there_are_stand_in_a_bare_list(house: House) -> None:
    answer = call(house, "GET", "/processors/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    found = {one["type"]: one for one in answer.json()}
    assert {
        "create_geopoint",
        "string_replace",
        "regexp_replace",
        "date_normalizer",
        "set_timezone",
        "split",
        "concat",
        "skip_record",
    } <= set(found)
    assert all(set(one) == {"type", "label", "parameters"} for one in found.values())
    assert found["create_geopoint"]["parameters"][-2:] == [
        {
            "type": "integer",
            "is_mandatory": False,
            "name": "epsg",
            "label": "EPSG number of the coordinates' system",
            "can_create_field": False,
            "default": 4326,
        },
        {
            "type": "field",
            "is_mandatory": True,
            "name": "output_field",
            "label": "Output field",
            "can_create_field": True,
        },
    ]


def test_the_list_is_for_who_makes_or_manages_datasets(house: House) -> None:
    editor = house.person()
    house.give(house.create()["uid"], editor, ["edit_dataset"])
    for person, status in (
        (house.person(["create_dataset"]), 200),
        (house.person(["edit_dataset"]), 200),
        (editor, 200),
        (house.person(), 403),
        (house.person(["edit_dataset"], key_permissions=["create_page"]), 403),
        (ANONYMOUS, 401),
    ):
        assert call(house, "GET", "/processors/", person).status_code == status


def test_a_new_processor_is_answered_whole_and_then_found(house: House) -> None:
    uid = house.create()["uid"]
    answer = call(house, "POST", f"/datasets/{uid}/processors/", json=REPLACE)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "uid": made["uid"],
        "type": "string_replace",
        "label": "Replace text",
        "field": "a",
        "all_fields": False,
        "old": "x",
        "new": "y",
    }
    assert call(house, "GET", f"/datasets/{uid}/processors/{made['uid']}/").json() == made
    listed = call(house, "GET", f"/datasets/{uid}/processors/").json()
    assert listed == {"total_count": 1, "next": None, "previous": None, "results": [made]}


def test_what_is_unknown_or_read_only_is_ignored(house: House) -> None:
    uid = house.create()["uid"]
    made = added(house, uid, "processors", **REPLACE, uid="pr_000000", dataset_uid=uid, regexp="(", label="")
    assert made["uid"] != "pr_000000"
    assert set(made) == {"uid", "type", "label", "field", "all_fields", "old", "new"}
    assert made["label"] == "Replace text"
    assert call(house, "PUT", f"/datasets/{uid}/processors/{made['uid']}/", json=made).json() == made


def test_a_change_replaces_all_parameters_and_keeps_uid_and_place(house: House) -> None:
    uid = house.create()["uid"]
    first, second = (added(house, uid, "processors", **REPLACE, label=name) for name in ("One", "Two"))
    body = {"type": "string_replace", "all_fields": True, "old": "z"}
    answer = call(house, "PUT", f"/datasets/{uid}/processors/{first['uid']}/", json=body)
    changed = {"uid": first["uid"], **body, "label": "Replace text", "new": ""}
    assert (answer.status_code, answer.json()) == (200, changed)
    other = {"type": "skip_record", "field": "a", "value": ""}
    answer = call(house, "PUT", f"/datasets/{uid}/processors/{first['uid']}/", json=other)
    assert (answer.status_code, answer.json()["type"]) == (200, "skip_record")
    listed = call(house, "GET", f"/datasets/{uid}/processors/").json()["results"]
    assert [one["uid"] for one in listed] == [first["uid"], second["uid"]]


def test_a_removed_processor_is_gone(house: House) -> None:
    uid = house.create()["uid"]
    path = f"/datasets/{uid}/processors/{added(house, uid, 'processors', **REPLACE)['uid']}/"
    answer = call(house, "DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    for method in ("GET", "PUT", "DELETE"):
        answer = call(house, method, path, json=REPLACE)
        assert (answer.status_code, answer.json()) == (
            404,
            {"error_code": "not_found", "message": "Not found."},
        )


def test_the_list_comes_in_pages(house: House) -> None:
    uid = house.create()["uid"]
    uids = [added(house, uid, "processors", **REPLACE)["uid"] for _ in range(5)]
    found, path, seen = [], f"/datasets/{uid}/processors/?limit=2", 0
    while path:
        body = call(house, "GET", path).json()
        assert body["total_count"] == 5
        found += [one["uid"] for one in body["results"]]
        path = (body["next"] or "").rpartition(AUTOMATION)[2]
        seen += 1
    assert (found, seen) == (uids, 3)
    none = call(house, "GET", f"/datasets/{uid}/processors/?limit=0").json()
    assert none == {"total_count": 5, "next": None, "previous": None, "results": []}
    assert set(detail(call(house, "GET", f"/datasets/{uid}/processors/?limit=1001"))) == {"limit"}
    assert set(detail(call(house, "GET", f"/datasets/{uid}/processors/?offset=-1"))) == {"offset"}


@pytest.mark.parametrize("slash", ["/", ""])
def test_paths_answer_with_and_without_their_last_slash(house: House, slash: str) -> None:
    uid = house.create()["uid"]
    path = f"/datasets/{uid}/processors"
    made = call(house, "POST", path + slash, json=REPLACE)
    assert made.status_code == 201
    one = f"{path}/{made.json()['uid']}"
    assert call(house, "HEAD", one + slash).status_code == 200
    assert call(house, "PUT", one + slash, json=REPLACE).status_code == 200
    assert call(house, "DELETE", one + slash).status_code == 204
    assert call(house, "GET", f"/processors{slash}").status_code == 200
    answer = call(house, "PATCH", path + slash)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"type"}),
        ({"type": ""}, {"type"}),
        ({"type": 3}, {"type"}),
        ({"type": "frobnicate"}, {"type"}),
        ({"type": "rename", "from_name": "a", "to_name": "b", "field_label": "B"}, {"type"}),
        ({**REPLACE, "label": 3}, {"label"}),
        ({"type": "string_replace"}, {"old"}),
        ({"type": "string_replace", "old": "x"}, {"field"}),
        ({**REPLACE, "field": 1, "old": None, "all_fields": "yes"}, {"field", "old", "all_fields"}),
        ({"type": "regexp_replace", "field": "a", "regexp": "("}, {"regexp"}),
        ({"type": "date_normalizer", "field": "a", "date_format": "%Q"}, {"date_format"}),
        ({"type": "set_timezone", "field": "a", "timezone": "Mars"}, {"timezone"}),
        ({"type": "split", "field": "a", "separator": "-", "index": 0, "output_field": "b"}, {"index"}),
        ({"type": "concat", "left_value": "a"}, {"right_value", "output_field"}),
        ({"type": "skip_record", "field": "a"}, {"value"}),
        (
            {"type": "create_geopoint", "latitude": "a", "longitude": "b", "epsg": 1, "output_field": "c"},
            {"epsg"},
        ),
    ],
)
def test_what_is_wrong_is_named_when_it_is_saved(
    house: House, draft: tuple[str, dict[str, Person]], body: dict[str, Any], fields: set[str]
) -> None:
    uid, _ = draft
    made = added(house, uid, "processors", **REPLACE)
    for method, path in (("POST", ""), ("PUT", f"{made['uid']}/")):
        found = detail(call(house, method, f"/datasets/{uid}/processors/{path}", json=body))
        assert set(found) == fields
        assert all(isinstance(one, str) and one for messages in found.values() for one in messages)
    assert call(house, "GET", f"/datasets/{uid}/processors/{made['uid']}/").json() == made


def test_the_details_are_those_of_the_reference(house: House, draft: tuple[str, dict[str, Person]]) -> None:
    answer = call(house, "POST", f"/datasets/{draft[0]}/processors/", json={"type": "skip_record"})
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error_code": "validation_error",
            "message": "Invalid input",
            "detail": {"field": ["This field is required"], "value": ["This field is required"]},
        },
    )


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_caller_gets_what_the_permissions_say(
    house: House, draft: tuple[str, dict[str, Person]], who: str, operation: str
) -> None:
    uid, people = draft
    answer = ask(house, uid, "processors", operation, people[who], REPLACE)
    assert answer.status_code == expected(who, operation), answer.text


def test_of_a_published_dataset_a_stranger_knows_but_not_of_its_processors(house: House) -> None:
    uid, stranger = house.published("a\n1\n")["uid"], house.person()
    for operation in OPERATIONS:
        assert ask(house, uid, "processors", operation, stranger, REPLACE).status_code == 403
    house.restrict(uid, is_restricted=True)
    for operation in OPERATIONS:
        assert ask(house, uid, "processors", operation, stranger, REPLACE).status_code == 404


def test_a_dataset_that_is_unknown_has_no_processors(house: House) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("GET", "pr_000000/"), ("DELETE", "pr_000000/")):
        assert call(house, method, f"/datasets/da_000000/processors/{path}", json=REPLACE).status_code == 404
