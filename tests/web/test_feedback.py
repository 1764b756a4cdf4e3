"""Where readers send feedback on a record."""

import json
from typing import Any

import httpx2
import pytest
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, Any]:
    return house.published("name,size\noak,1\nelm,2\n")


def _record(house: House, made: dict[str, Any], name: str = "oak") -> str:
    found = house.records(made["dataset_id"], where=f"name = '{name}'", include_app_metas="true").json()
    record_id: str = found["results"][0]["_id"]
    return record_id


def _send(house: House, made: dict[str, Any], person: Person, **options: Any) -> httpx2.Response:
    headers = {**person.headers, **options.pop("headers", {})}
    return house.client.post(f"/explore/dataset/{made['dataset_id']}/feedback/", headers=headers, **options)


def test_a_reader_sends_feedback_and_the_publisher_finds_it(house: House, made: dict[str, Any]) -> None:
    reader, record = house.person(), _record(house, made)
    body = {
        "record_id": record,
        "comment": "Larger",
        "values": {"size": {"value": 3, "type": "int"}},
        "more": 1,
    }
    answer = _send(house, made, reader, json=body)
    sent = answer.json()
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert sent == {
        "uid": sent["uid"],
        "record_id": record,
        "user": {"username": reader.name},
        "comment": "Larger",
        "values": {"size": {"value": 3, "type": "int"}},
        "is_archived": False,
        "created_at": sent["created_at"],
    }
    path = f"{AUTOMATION}/datasets/{made['uid']}/feedbacks/{sent['uid']}/"
    assert house.client.get(path, headers=house.admin.headers).json() == sent


@pytest.mark.parametrize("values", [{}, {"values": None}, {"values": {}}])
def test_a_comment_alone_will_do(house: House, made: dict[str, Any], values: dict[str, Any]) -> None:
    body = {"record_id": _record(house, made), "comment": "Fine", **values}
    answer = _send(house, made, house.admin, json=body)
    assert (answer.status_code, answer.json()["values"]) == (201, {})


@pytest.mark.parametrize("person", [ANONYMOUS, Person("nobody", "f" * 56)])
@pytest.mark.parametrize("dataset_id", [None, "nothing"])
def test_who_has_no_key_is_told_so_before_anything_else(
    house: House, made: dict[str, Any], person: Person, dataset_id: str | None
) -> None:
    where = {"dataset_id": dataset_id or made["dataset_id"]}
    answer = _send(house, where, person, content=b"no JSON")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Apikey"
    assert set(answer.json()) == {"error"}


def test_a_dataset_that_the_reader_does_not_know_of_is_unknown(house: House) -> None:
    made = house.published("name\noak\n")
    body = {"record_id": _record(house, made), "comment": "c"}
    house.restrict(made["uid"], is_restricted=True)
    hidden = _send(house, made, house.person(), json=body)
    assert (hidden.status_code, hidden.json()) == (404, {"error": f"Unknown dataset: {made['dataset_id']}"})
    unknown = _send(house, {"dataset_id": "nothing"}, house.person(), json=body)
    assert (unknown.status_code, unknown.json()) == (404, {"error": "Unknown dataset: nothing"})
    draft = house.create()
    assert _send(house, draft, house.admin, json=body).status_code == 404


def test_a_reader_says_nothing_of_what_they_may_not_see(house: House) -> None:
    made = house.published("name,size\noak,1\nelm,2\n")
    oak, elm = _record(house, made), _record(house, made, "elm")
    few, blind = house.person(), house.person()
    house.give(made["uid"], few, filter_query="name = 'elm'", visible_fields=["name"])
    house.give(made["uid"], blind, is_data_visible=False)
    hidden = _send(
        house, made, few, json={"record_id": oak, "comment": "c", "values": {"size": {"value": 1}}}
    )
    assert (hidden.status_code, hidden.json()) == (
        400,
        {
            "error": "There is no such record.",
            "fields": {"record_id": ["There is no such record."], "values.size": ["There is no such field."]},
        },
    )
    assert _send(house, made, few, json={"record_id": elm, "comment": "c"}).status_code == 201
    denied = _send(house, made, blind, json={"record_id": elm, "comment": "c"})
    assert (denied.status_code, denied.json()) == (
        403,
        {"error": "The records of this dataset are restricted."},
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["record_id", "comment"]),
        ([], ["body"]),
        ({"record_id": 1, "comment": None}, ["record_id", "comment"]),
        ({"record_id": "x", "comment": "c", "values": []}, ["values"]),
        ({"record_id": "x", "comment": "c", "values": {"size": 1}}, ["values.size"]),
        ({"record_id": "x", "comment": "c", "values": {"size": {}}}, ["values.size.value"]),
        ({"record_id": "x", "comment": " "}, ["comment", "record_id"]),
        ({"record_id": "x", "comment": "c" * 10_001}, ["comment", "record_id"]),
    ],
)
def test_everything_wrong_is_named(house: House, made: dict[str, Any], body: Any, fields: list[str]) -> None:
    answer = _send(house, made, house.admin, json=body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == fields
    assert answer.json()["error"] == answer.json()["fields"][fields[0]][0]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"comment": NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(house: House, made: dict[str, Any], content: bytes) -> None:
    answer = _send(house, made, house.admin, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("application/json")
    assert set(answer.json()) <= {"error", "fields"}


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_a_form_of_another_site_is_refused(house: House, made: dict[str, Any], content_type: str) -> None:
    """Browsers send these types anywhere, with whatever says who their reader is."""
    body = json.dumps({"record_id": _record(house, made), "comment": "c"})
    answer = _send(house, made, house.admin, content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (415, {"error": "Feedback is sent as application/json."})


def test_a_body_beyond_all_bounds_is_refused(house: House, made: dict[str, Any]) -> None:
    answer = _send(
        house,
        made,
        house.admin,
        content=b" " * ((32 << 20) + 1),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert set(answer.json()) == {"error"}


def test_both_forms_of_the_path_answer(house: House, made: dict[str, Any]) -> None:
    body = {"record_id": _record(house, made), "comment": "c"}
    for path in ("feedback", "feedback/"):
        answer = house.client.post(
            f"/explore/dataset/{made['uid']}/{path}", json=body, headers=house.admin.headers
        )
        assert answer.status_code == 201
