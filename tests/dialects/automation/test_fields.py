"""The configuration of a dataset's fields (section 2.3 of the reference)."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.dialects.automation.stepping import EVERYBODY, OPERATIONS, added, ask, expected
from tests.dialects.automation.support import call, cast, detail
from tests.formats.support import sheet_rows, workbook
from tests.support.house import EXPLORE, House, Person

RENAME = {"type": "rename", "from_name": "a", "to_name": "b", "field_label": "B"}

STEPS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "rename": (RENAME, {**RENAME, "label": "Rename field"}),
    "type": (
        {"type": "type", "field": "a", "type_param": "geo_point_2d", "label": "A place"},
        {"type": "type", "field": "a", "type_param": "geo_point_2d", "label": "A place"},
    ),
    "annotate": (
        {"type": "annotate", "field": "a", "annotation": "decimals", "args": [5]},
        {
            "type": "annotate",
            "field": "a",
            "annotation": "decimals",
            "args": [5],
            "label": "Annotate field",
        },
    ),
    "annotate without arguments": (
        {"type": "annotate", "field": "a", "annotation": "sortable"},
        {"type": "annotate", "field": "a", "annotation": "sortable", "args": [], "label": "Annotate field"},
    ),
    "description": (
        {"type": "description", "field": "a", "description": "What it is"},
        {"type": "description", "field": "a", "description": "What it is", "label": "Describe field"},
    ),
    "order": (
        {"type": "order", "order": ["b", "a"]},
        {"type": "order", "order": ["b", "a"], "args": ["b", "a"], "label": "Order fields"},
    ),
    "order by its other name": (
        {"type": "order", "args": ["b", "a"]},
        {"type": "order", "order": ["b", "a"], "args": ["b", "a"], "label": "Order fields"},
    ),
    "delete": (
        {"type": "delete", "field": "a"},
        {"type": "delete", "field": "a", "label": "Delete field"},
    ),
}
"""What is sent and what is answered, `uid` apart."""


@pytest.fixture(scope="module")
def draft(house: House) -> tuple[str, dict[str, Person]]:
    """A dataset, and everybody."""
    uid = house.create()["uid"]
    return uid, cast(house, uid)


def _metadata(house: House, uid: str) -> Any:
    return call(house, "GET", f"/datasets/{uid}/").json()["metadata"]


@pytest.mark.parametrize("name", STEPS)
def test_each_kind_is_answered_whole_and_may_be_sent_back(house: House, name: str) -> None:
    sent, answered = STEPS[name]
    uid = house.create()["uid"]
    answer = call(house, "POST", f"/datasets/{uid}/fields/", json=sent)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {"uid": made["uid"], **answered}
    path = f"/datasets/{uid}/fields/{made['uid']}/"
    assert call(house, "GET", path).json() == made
    again = call(house, "PUT", path, json=made)
    assert (again.status_code, again.json()) == (200, made)


def test_steps_are_listed_as_they_act_and_keep_their_place(house: House) -> None:
    uid = house.create()["uid"]
    made = [added(house, uid, "fields", **STEPS[name][0]) for name in ("rename", "order", "delete")]
    body = {**RENAME, "to_name": "c"}
    answer = call(house, "PUT", f"/datasets/{uid}/fields/{made[0]['uid']}/", json=body)
    assert (answer.status_code, answer.json()) == (200, {**made[0], "to_name": "c"})
    listed = call(house, "GET", f"/datasets/{uid}/fields/?limit=2").json()
    assert (listed["total_count"], listed["results"]) == (3, [answer.json(), made[1]])
    assert "limit=2&offset=2" in listed["next"]
    assert call(house, "DELETE", f"/datasets/{uid}/fields/{made[1]['uid']}").status_code == 204
    found = call(house, "GET", f"/datasets/{uid}/fields").json()["results"]
    assert [one["uid"] for one in found] == [made[0]["uid"], made[2]["uid"]]
    assert call(house, "GET", f"/datasets/{uid}/fields/{made[1]['uid']}").status_code == 404


def test_the_type_of_a_step_does_not_change(house: House) -> None:
    uid = house.create()["uid"]
    made = added(house, uid, "fields", **RENAME)
    found = detail(
        call(house, "PUT", f"/datasets/{uid}/fields/{made['uid']}/", json={"type": "delete", "field": "a"})
    )
    assert found == {"type": ["The type of a field configuration cannot change; it is rename."]}


def test_a_processor_is_no_field_configuration_and_shares_its_uids(house: House) -> None:
    uid = house.create()["uid"]
    processor = added(house, uid, "processors", type="skip_record", field="a", value="x")
    field = added(house, uid, "fields", **RENAME)
    for kind, other in (("fields", processor), ("processors", field)):
        for method in ("GET", "DELETE"):
            answer = call(house, method, f"/datasets/{uid}/{kind}/{other['uid']}/")
            assert (answer.status_code, answer.json()["error_code"]) == (404, "not_found")
    assert processor["uid"][:3] == field["uid"][:3] == "pr_"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"type"}),
        ({"type": "split"}, {"type"}),
        ({"type": "rename", "from_name": ""}, {"from_name", "to_name", "field_label"}),
        ({**RENAME, "to_name": "Not a name"}, {"to_name"}),
        ({"type": "type", "field": "a", "type_param": "file"}, {"type_param"}),
        ({"type": "type", "field": "a", "type_param": "decimal"}, {"type_param"}),
        ({"type": "annotate", "field": "a"}, {"annotation"}),
        ({"type": "annotate", "field": "a", "annotation": "timezone"}, {"annotation"}),
        ({"type": "annotate", "field": "a", "annotation": "decimals", "args": ["two"]}, {"args"}),
        ({"type": "annotate", "field": "a", "annotation": "multivalued"}, {"args"}),
        ({"type": "annotate", "field": "a", "annotation": "facetsort", "args": ["best"]}, {"args"}),
        ({"type": "annotate", "field": "a", "annotation": "id", "args": {"a": 1}}, {"args"}),
        ({"type": "description", "field": "a"}, {"description"}),
        ({"type": "order"}, {"order"}),
        ({"type": "order", "order": "a"}, {"order"}),
        ({"type": "order", "order": [1]}, {"order"}),
        ({"type": "delete", "field": ["a"]}, {"field"}),
    ],
)
def test_what_is_wrong_is_named_when_it_is_saved(
    house: House, draft: tuple[str, dict[str, Person]], body: dict[str, Any], fields: set[str]
) -> None:
    uid, _ = draft
    assert set(detail(call(house, "POST", f"/datasets/{uid}/fields/", json=body))) == fields


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_caller_gets_what_the_permissions_say(
    house: House, draft: tuple[str, dict[str, Person]], who: str, operation: str
) -> None:
    uid, people = draft
    answer = ask(house, uid, "fields", operation, people[who], RENAME)
    assert answer.status_code == expected(who, operation), answer.text


def test_of_a_published_dataset_a_stranger_knows_but_not_of_its_configuration(house: House) -> None:
    uid, stranger = house.published("a\n1\n")["uid"], house.person()
    for operation in OPERATIONS:
        assert ask(house, uid, "fields", operation, stranger, RENAME).status_code == 403
    house.restrict(uid, is_restricted=True)
    for operation in OPERATIONS:
        assert ask(house, uid, "fields", operation, stranger, RENAME).status_code == 404


def test_what_cannot_be_cast_is_told_of_its_record_and_its_step(house: House) -> None:
    made = house.create()
    house.add_csv(made["uid"], "a,b\n1,x\ntwo,y\n")
    step = added(house, made["uid"], "fields", type="type", field="a", type_param="int")
    status = house.publish(made["uid"])
    (fault,) = status["records_errors"]
    assert (status["status"], fault["field_uid"], fault["processor_uid"]) == ("idle", "a", step["uid"])
    assert "two" in fault["message"]
    record = house.client.get(f"{EXPLORE}/{made['dataset_id']}/records/{fault['record_id']}").json()
    assert record == {"a": None, "b": "y"}


def test_what_was_left_out_on_reading_is_told_before_what_steps_could_not_do(house: House) -> None:
    uid = house.create()["uid"]
    book = workbook({"S": sheet_rows([["a", "b"], [("#REF!", 't="e"'), "x"], [1, "2"]])})
    files = {"file": ("b.xlsx", book)}
    assert call(house, "POST", f"/datasets/{uid}/resources/files/", files=files).status_code == 201
    body = {"type": "excel", "datasource": {"file": {"uid": "b.xlsx"}}}
    assert call(house, "POST", f"/datasets/{uid}/resources/", json=body).status_code == 201
    step = added(house, uid, "fields", type="type", field="b", type_param="int")
    note, fault = house.publish(uid)["records_errors"]
    assert list(note) == ["message"]
    assert fault["processor_uid"] == step["uid"]


def test_a_step_about_a_field_that_is_not_there_is_told_of_and_left_out(house: House) -> None:
    made = house.create()
    house.add_csv(made["uid"], "a\n1\n")
    step = added(house, made["uid"], "processors", type="skip_record", field="gone", value="x")
    status = house.publish(made["uid"])
    assert status["records_errors"] == [
        {
            "record_id": None,
            "field_uid": "gone",
            "processor_uid": step["uid"],
            "message": "There is no field gone, so that the step was left out.",
        }
    ]
    assert house.records(made["dataset_id"]).json()["results"] == [{"a": 1}]


def test_facets_of_the_older_form_show_in_the_metadata_too(house: House) -> None:
    uid = house.create()["uid"]
    assert "asset_content_configuration" not in _metadata(house, uid)
    for annotation, args in (("facet", []), ("facetsort", ["-count"]), ("disjunctive", [])):
        added(house, uid, "fields", type="annotate", field="town", annotation=annotation, args=args)
    assert _metadata(house, uid)["asset_content_configuration"]["facets"] == {
        "value": [{"field_name": "town", "facetsort": "-count", "disjunctive": True}],
        "remote_value": None,
        "override_remote_value": False,
    }
    listed = call(house, "GET", f"/datasets/{uid}/fields/").json()["results"]
    assert [one["annotation"] for one in listed] == ["facet", "facetsort", "disjunctive"]


def test_a_removed_dataset_has_no_configuration(house: House) -> None:
    uid = house.create()["uid"]
    made = added(house, uid, "fields", **RENAME)
    assert call(house, "DELETE", f"/datasets/{uid}/").status_code == 204
    for path in ("", f"{made['uid']}/"):
        assert call(house, "GET", f"/datasets/{uid}/fields/{path}").status_code == 404
