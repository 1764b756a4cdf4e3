"""What is each person's own: notifications, subscriptions, activity (sections 3.10, 3.11, 3.12)."""

import datetime as dt
from typing import Any

import pytest
from tests.dialects.panda.support import Cast, settled, told
from tests.support.house import House
from tests.support.saying import says

from colonnade.core.alerts import jobs as alerts

NOTICE = {"id", "message", "read_at", "resource_uri", "sent_at", "type", "url"}
ALERT = {"category", "dataset", "id", "last_run", "query", "query_human", "query_url", "resource_uri"}


@pytest.fixture(scope="module")
def dataset(house: House, people: Cast) -> str:
    """A dataset whose export ada has asked for."""
    made = people.ada.put("/dataset/harbor/", {"name": "Harbor <permits>"}, columns="permit,vessel")
    assert made.status_code == 201
    people.ada.put("/dataset/harbor/data/", {"objects": [{"data": ["1", "Petrel"]}]})
    people.ada.get("/dataset/harbor/export/")
    settled(house)
    uri: str = made.json()["resource_uri"]
    return uri


@says("panda-3.10-keys", "panda-7-export")
def test_a_notification(people: Cast, dataset: str) -> None:
    found = people.ada.shown("/notification/", limit=50)
    notice = found["objects"][0]
    assert set(notice) == NOTICE
    assert (notice["type"], notice["read_at"]) == ("Info", None)
    assert notice["message"].strip() == "Export complete: <strong>Harbor &lt;permits&gt;</strong>"
    export = people.ada.shown("/export/", limit=0)["objects"][-1]
    assert notice["url"] == f"#export/{export['id']}"
    assert people.ada.shown(notice["resource_uri"]) == notice
    assert people.ada.shown(f"/notification/set/{notice['id']}/")["objects"] == [notice]


@says("panda-1.7-notification")
def test_notifications_are_each_ones_own(people: Cast, dataset: str) -> None:
    """Also of superusers."""
    notice = people.ada.shown("/notification/")["objects"][0]
    for who in (people.bob, people.admin):
        assert told(who.get(notice["resource_uri"])) == (404, "")
        assert notice not in who.shown("/notification/", limit=0)["objects"]
        assert who.shown(f"/notification/set/{notice['id']}/")["not_found"] == [notice["id"]]
    for who in people.nobodies:
        assert told(who.get("/notification/")) == (401, "")
        assert told(who.put(notice["resource_uri"], {"read_at": None})) == (401, "")


@says("panda-3.10-read", "panda-1.4-isnull")
def test_a_notification_is_read(people: Cast, dataset: str) -> None:
    notice = people.ada.shown("/notification/", read_at__isnull="True")["objects"][0]
    answer = people.ada.put(notice["resource_uri"], {"read_at": "2024-03-07T15:04:05"})
    assert told(answer) == (204, "")
    read = people.ada.shown(notice["resource_uri"])
    assert read == {**notice, "read_at": "2024-03-07T15:04:05"}
    assert read in people.ada.shown("/notification/", read_at__isnull="false")["objects"]
    assert read not in people.ada.shown("/notification/", read_at__isnull="true", limit=0)["objects"]
    # A browser's client sends the whole thing back.
    assert people.ada.put(notice["resource_uri"], {**read, "read_at": None}).status_code == 204
    assert people.ada.shown(notice["resource_uri"]) == notice
    status, body = told(people.ada.put(notice["resource_uri"], {"read_at": "yesterday"}))
    assert (status, set(body["notification"])) == (400, {"read_at"})


@says("panda-3.10-batch", "panda-1.5-batch")
def test_many_are_read_at_once(people: Cast, dataset: str) -> None:
    (notice, *_) = people.ada.shown("/notification/")["objects"]
    sent = [{"resource_uri": notice["resource_uri"], "read_at": "2024-03-07T15:04:05"}]
    others = {"resource_uri": "/api/1.0/notification/99999/", "read_at": "2024-03-07T15:04:05"}
    answer = people.ada.put("/notification/", {"objects": [*sent, others]}, patch="true")
    assert told(answer) == (202, "")
    assert people.ada.shown(notice["resource_uri"])["read_at"] == "2024-03-07T15:04:05"
    assert people.bob.put("/notification/", {"objects": sent}, patch="true").status_code == 202
    people.ada.put(notice["resource_uri"], {"read_at": None})
    assert people.bob.put("/notification/", {"objects": sent}, patch="true").status_code == 202
    assert people.ada.shown(notice["resource_uri"])["read_at"] is None
    for body in ({}, {"objects": None}, {"objects": [1]}):
        assert told(people.ada.put("/notification/", body, patch="true")) == (400, "Invalid data sent.")


@says("panda-1.7-notification-post", "panda-1.5-patch-verb")
def test_superusers_make_and_remove_their_own(people: Cast) -> None:
    body = {"message": "<b>Hello</b>", "type": "Warning", "url": "#dataset/harbor"}
    made = people.admin.post("/notification/", body)
    assert told(made) == (201, "")
    uri = made.headers["location"].removeprefix("http://testserver")
    shown = people.admin.shown(uri)
    assert (shown["message"], shown["type"], shown["url"]) == ("<b>Hello</b>", "Warning", "#dataset/harbor")
    assert told(people.admin.ask("PATCH", uri, json={"read_at": "2024-03-07T15:04:05"})) == (202, "")
    assert people.admin.shown(uri)["read_at"] == "2024-03-07T15:04:05"
    assert people.admin.ask("PATCH", "/notification/", json={"objects": []}).status_code == 202
    assert told(people.admin.delete(uri)) == (204, "")
    assert told(people.admin.delete(uri)) == (404, "")


def test_users_do_not(people: Cast, dataset: str) -> None:
    notice = people.ada.shown("/notification/")["objects"][0]["resource_uri"]
    assert told(people.ada.post("/notification/", {"message": "x"})) == (401, "")
    assert told(people.ada.delete(notice)) == (401, "")
    assert told(people.ada.ask("PATCH", notice, json={"read_at": None})) == (401, "")
    assert told(people.ada.ask("PATCH", "/notification/", json={"objects": []})) == (401, "")


@says("panda-3.10-put-other")
def test_a_put_to_anothers_makes_a_new_one(people: Cast, dataset: str) -> None:
    """As the original's tests say."""
    notice = people.ada.shown("/notification/")["objects"][0]
    answer = people.bob.put(notice["resource_uri"], {"read_at": "2024-03-07T15:04:05"})
    assert told(answer) == (201, "")
    assert people.ada.shown(notice["resource_uri"]) == notice
    uri = answer.headers["location"].removeprefix("http://testserver")
    assert uri != notice["resource_uri"]
    assert people.bob.shown(uri)["read_at"] == "2024-03-07T15:04:05"


@says("panda-3.11-post", "panda-3.11-keys")
def test_a_subscription(people: Cast, dataset: str) -> None:
    body = {"query": "petrel", "query_url": "petrel", "query_human": "Search for <b>petrel</b>"}
    made = people.ada.post("/search_subscription/", {**body, "dataset": dataset, "category": None})
    assert told(made) == (201, "")
    uri = made.headers["location"].removeprefix("http://testserver")
    shown = people.ada.shown(uri)
    assert set(shown) == ALERT
    assert {name: shown[name] for name in body} == body
    assert (shown["category"], shown["dataset"]["resource_uri"]) == (None, dataset)
    assert {"sample_data", "data_uploads", "current_task"} <= set(shown["dataset"])
    assert shown in people.ada.shown("/search_subscription/")["objects"]
    assert people.ada.shown(f"/search_subscription/set/{shown['id']}/")["objects"] == [shown]
    own = people.ada.shown("/user/", limit=0, search_subscriptions="true")["objects"]
    assert [one["subscriptions"] for one in own if "subscriptions" in one] == [
        people.ada.shown("/search_subscription/", limit=0)["objects"]
    ]
    for who in (people.bob, people.admin):
        assert told(who.get(uri)) == (404, "")
        assert told(who.delete(uri)) == (404, "")
        assert shown not in who.shown("/search_subscription/", limit=0)["objects"]
    for who in people.nobodies:
        assert told(who.get(uri)) == (401, "")
        assert told(who.post("/search_subscription/", body)) == (401, "")
        assert told(who.delete(uri)) == (401, "")
    assert told(people.ada.delete(uri)) == (204, "")
    assert told(people.ada.get(uri)) == (404, "")


@says("panda-3.11-category")
def test_a_subscription_of_a_category(people: Cast) -> None:
    made = people.ada.post("/search_subscription/", {"query": "x", "category": "/api/1.0/category/crime/"})
    shown = people.ada.shown(made.headers["location"].removeprefix("http://testserver"))
    assert (shown["category"]["slug"], shown["dataset"]) == ("crime", None)
    assert set(shown["category"]) == {"id", "name", "resource_uri", "slug"}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        pytest.param(
            {}, {"search_subscription": {"query": ["This field is required."]}}, id="panda-3.11-query"
        ),
        pytest.param(
            {"query": "x" * 257},
            {"search_subscription": {"query": ["A query has at most 256 characters."]}},
            id="panda-7-limit-query",
        ),
        pytest.param(
            {"query": "x", "dataset": "/api/1.0/dataset/nope/"},
            "Could not find the provided object via resource URI '/api/1.0/dataset/nope/'.",
            id="panda-3.11-dataset-unknown",
        ),
        pytest.param(
            {"query": "x", "category": "/api/1.0/category/uncategorized/"},
            "Could not find the provided object via resource URI '/api/1.0/category/uncategorized/'.",
            id="panda-7-uncategorized",
        ),
    ],
)
def test_a_subscription_that_cannot_be(people: Cast, body: dict[str, Any], answer: Any) -> None:
    assert told(people.ada.post("/search_subscription/", body)) == (400, answer)


@says("panda-7-subscription")
def test_a_subscription_tells_of_what_is_new(house: House, people: Cast, dataset: str) -> None:
    """From the asking to the notice, and not twice."""
    people.bob.post(
        "/search_subscription/", {"query": "albatross", "query_url": "albatross", "dataset": dataset}
    )
    people.bob.post("/search_subscription/", {"query": "nothing-like-it"})
    before = people.bob.shown("/notification/")["meta"]["total_count"]
    people.ada.put(f"{dataset}data/", {"objects": [{"data": ["2", "Albatross"]}]})
    for _ in range(2):
        alerts.run(house.running.portal)
    found = people.bob.shown("/notification/")
    assert found["meta"]["total_count"] == before + 1
    notice = found["objects"][0]
    assert notice["type"] == "info"
    assert notice["message"].strip() == (
        'New search results for "albatross" in <strong>Harbor &lt;permits&gt;</strong>'
    )
    assert notice["url"].startswith("#dataset/harbor/search/albatross/20")


@says("panda-3.12")
def test_activity(people: Cast) -> None:
    assert people.ada.ask("POST", "/activity_log/", json={}).status_code == 201
    made = people.bob.post("/activity_log/", {})
    assert told(made) == (201, "")
    uri = made.headers["location"].removeprefix("http://testserver")
    shown = people.ada.shown(uri)
    assert set(shown) == {"creator", "id", "resource_uri", "when"}
    assert shown["when"] == dt.datetime.now(dt.UTC).date().isoformat()
    assert shown["creator"]["email"] == people.bob.email
    assert shown in people.ada.shown("/activity_log/", limit=0)["objects"]
    assert people.ada.shown(f"/activity_log/set/{shown['id']}/")["objects"] == [shown]
    assert told(people.bob.post("/activity_log/", {})) == (409, "Activity has already been recorded.")
    for who in people.nobodies:
        assert told(who.post("/activity_log/", {})) == (401, "")
        assert told(who.get("/activity_log/")) == (401, "")
