"""Resources of a dataset (section 2.5 of the reference)."""

from typing import Any

import pytest
from tests.dialects.automation.support import call, detail
from tests.support.house import House

SOURCE = {"type": "uploaded_file", "file": {"uid": "data.csv"}}
KEYS = {"uid", "type", "title", "display_name", "extraction_infos", "origin", "updated_at", "params"} | {
    "datasource"
}
GUESSED = {
    "separator": ",",
    "encoding": "utf-8",
    "doublequote": True,
    "first_row_no": 1,
    "headers_first_row": True,
}


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    house.add_csv(made, "a,b\n1,2\n")
    return made


def test_a_resource_shows_what_was_sent(house: House, uid: str) -> None:
    sent = {
        "type": "csvfile",
        "title": "The rows",
        "params": {"separator": ";"},
        "datasource": {**SOURCE, "dataset_uid": "ignored"},
        "dataset_uid": "ignored",
        "uid": "re_000000",
    }
    answer = call(house, "POST", f"/datasets/{uid}/resources/", json=sent)
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == KEYS
    assert body["extraction_infos"] == {"label": "CSV file", "type": "csvfile"}
    assert body["origin"] == {"label": "Uploaded file", "type": "uploaded_file"}
    assert body["uid"].startswith("re_")
    assert body["uid"] != "re_000000"
    assert (body["type"], body["title"], body["params"]) == ("csvfile", "The rows", {"separator": ";"})
    assert body["datasource"] == SOURCE
    assert call(house, "GET", f"/datasets/{uid}/resources/{body['uid']}").json() == body


def test_title_and_params_have_defaults(house: House, uid: str) -> None:
    for more in ({}, {"title": None, "params": None}):
        body = {"type": "csvfile", "datasource": SOURCE, **more}
        made = call(house, "POST", f"/datasets/{uid}/resources/", json=body).json()
        assert (made["title"], made["params"]) == ("data.csv", GUESSED)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["type", "datasource"]),
        ({"type": "csvfile"}, ["datasource"]),
        ({"datasource": SOURCE}, ["type"]),
        ({"type": "", "datasource": SOURCE}, ["type"]),
        ({"type": "no such", "datasource": SOURCE}, ["type"]),
        ({"type": "csvfile", "datasource": {"type": "ftp"}}, ["datasource"]),
        ({"type": "csvfile", "datasource": {**SOURCE, "file": {}}}, ["datasource"]),
        ({"type": "csvfile", "datasource": {**SOURCE, "file": {"uid": "none.csv"}}}, ["datasource"]),
        ({"type": "csvfile", "datasource": SOURCE, "params": [None]}, ["params"]),
        ({"type": "csvfile", "datasource": SOURCE, "title": 5}, ["title"]),
    ],
)
def test_a_wrong_resource_is_told_field_by_field(
    house: House, uid: str, body: Any, fields: list[str]
) -> None:
    assert list(detail(call(house, "POST", f"/datasets/{uid}/resources/", json=body))) == fields


def test_resources_are_listed_in_order_and_by_page(house: House) -> None:
    uid = house.create()["uid"]
    made = [house.add_csv(uid, "a\n1\n") for _ in range(3)]
    body = call(house, "GET", f"/datasets/{uid}/resources").json()
    assert [one["uid"] for one in body["results"]] == made
    assert (body["total_count"], body["next"], body["previous"]) == (3, None, None)
    page = call(house, "GET", f"/datasets/{uid}/resources?limit=1&offset=1").json()
    assert [one["uid"] for one in page["results"]] == made[1:2]
    base = f"http://testserver/api/automation/v1.0/datasets/{uid}/resources/"
    assert page["next"] == f"{base}?limit=1&offset=2"
    assert page["previous"] == f"{base}?limit=1&offset=0"
    assert list(detail(call(house, "GET", f"/datasets/{uid}/resources?limit=1001"))) == ["limit"]


def test_a_removed_resource_is_gone_once(house: House, uid: str) -> None:
    path = f"/datasets/{uid}/resources/{house.add_csv(uid, 'a')}/"
    answer = call(house, "DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    for method in ("GET", "DELETE"):
        assert call(house, method, path).status_code == 404


def test_a_resource_belongs_to_its_dataset(house: House, uid: str) -> None:
    resource, other = house.add_csv(uid, "a"), house.create()["uid"]
    for method in ("GET", "DELETE"):
        assert call(house, method, f"/datasets/{other}/resources/{resource}/").status_code == 404


def test_rows_of_a_removed_resource_stay_until_the_next_publish(house: House) -> None:
    made = house.published("a\n1\n")
    second = house.add_csv(made["uid"], "a\n2\n3\n")
    house.publish(made["uid"])
    call(house, "DELETE", f"/datasets/{made['uid']}/resources/{second}/")
    assert house.records(made["dataset_id"]).json()["total_count"] == 3
    house.publish(made["uid"])
    assert house.records(made["dataset_id"]).json()["total_count"] == 1
