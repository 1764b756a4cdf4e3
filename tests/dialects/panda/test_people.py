"""Users (section 3.1), and what is each one's own: notifications, subscriptions, activity (3.10, 3.11, 3.12)."""

import datetime as dt
from typing import Any

import pytest
from tests.dialects.panda.support import Cast, Client, settled, told
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


@says("panda-1.7-notification", "panda-1.7-superusers-own", "panda-7-creator-only")
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


@says("panda-3.10-read", "panda-1.4-isnull", "panda-3.10-sent-at-stays", "panda-1.5-empty-notification")
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


@says("panda-3.10-batch", "panda-1.5-batch", "panda-11-mark-all")
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


@says("panda-1.7-notification-post", "panda-1.5-patch-verb", "panda-3.10-type")
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


@says("panda-1.7-notification-delete")
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


@says(
    "panda-3.11-post panda-3.11-keys panda-3.11-dataset-full panda-3.11-others panda-3.11-delete "
    "panda-1.7-search_subscription panda-1.5-empty-search_subscription panda-11-location"
)
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


@says("panda-7-subscription", "panda-7-subscription-dataset", "panda-7-subscription-once")
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


@says(
    "panda-3.12 panda-3.12-keys panda-3.12-post panda-3.12-again panda-1.5-empty-activity_log "
    "panda-1.6-409 panda-1.7-activity_log"
)
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


KEYS = {
    *("date_joined", "email", "first_name", "id"),
    *("is_active", "last_login", "last_name", "resource_uri"),
}


def _own(who: Client) -> dict[str, Any]:
    users = who.shown("/user/", limit=0)["objects"]
    found: dict[str, Any] = next(one for one in users if one["email"] == who.email)
    return found


@says("panda-3.1-keys", "panda-1.7-user-get")
def test_a_user_is_shown_to_every_user(people: Cast) -> None:
    own = _own(people.ada)
    assert set(own) == KEYS
    assert people.bob.shown(own["resource_uri"]) == own
    assert own["is_active"] is True
    for who in people.nobodies:
        assert told(who.get(own["resource_uri"])) == (401, "")


@says("panda-3.1-post", "panda-3.1-lower-case", "panda-1.5-returns-user")
def test_a_superuser_makes_a_user(people: Cast) -> None:
    answer = people.admin.post(
        "/user/",
        {"email": "Carl@Paper.Example", "first_name": "Carl", "last_name": "Ng"},
    )
    made = answer.json()
    assert (answer.status_code, set(made)) == (201, KEYS)
    assert (made["email"], made["first_name"], made["is_active"]) == ("carl@paper.example", "Carl", True)
    assert answer.headers["location"] == f"http://testserver/api/1.0/user/{made['id']}/"


@says("panda-1.6-field")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param({}, "This field is required.", id="panda-3.1-email-required"),
        pytest.param({"email": None}, "This field is required.", id="panda-3.1-email-null"),
        *(
            pytest.param({"email": email}, "Email address is not valid.", id=f"panda-3.1-email-{email}")
            for email in ("nobody.com", "nobody@", "nobody@nobody", "nobody@.com", "")
        ),
    ],
)
def test_an_address_is_needed(people: Cast, body: dict[str, str], message: str) -> None:
    assert told(people.admin.post("/user/", body)) == (400, {"user": {"email": [message]}})


@says("panda-3.1-taken")
@pytest.mark.parametrize(
    "email",
    [pytest.param(one, id=f"panda-3.1-valid-{one}") for one in ("nobody@nobody.com", "no_body@no-body.re")],
)
def test_addresses_that_are_valid(people: Cast, email: str) -> None:
    assert people.admin.post("/user/", {"email": email}).status_code == 201
    status, body = told(people.admin.post("/user/", {"email": email.upper()}))
    assert (status, set(body["user"])) == (400, {"email"})


@pytest.mark.parametrize("name", [pytest.param("first_name", id="panda-1.6-user-text")])
def test_a_name_is_a_text(people: Cast, name: str) -> None:
    answer = people.admin.post("/user/", {"email": "t@paper.example", name: 7})
    assert told(answer) == (400, {"user": {name: ["This must be a text."]}})


@says(
    "panda-1.7-user-post panda-1.7-user-delete panda-1.6-401-denied panda-3.1-put-others panda-8-delete-users"
)
def test_only_superusers_make_and_remove_users(people: Cast) -> None:
    other = _own(people.bob)["resource_uri"]
    for who in (people.ada, *people.nobodies):
        assert told(who.post("/user/", {"email": "x@paper.example"})) == (401, "")
        assert told(who.delete(other)) == (401, "")
        assert told(who.put(other, {"email": "x@paper.example"})) == (401, "")
        assert told(who.put(other, {"first_name": "X"}, patch="true")) == (401, "")


@says("panda-3.1-put", "panda-3.1-patch")
def test_one_changes_ones_own_account(people: Cast) -> None:
    """Fields that are not sent stay."""
    own = _own(people.ada)
    answer = people.ada.put(own["resource_uri"], {"email": own["email"], "first_name": "Ada"})
    assert (answer.status_code, answer.json()["first_name"]) == (202, "Ada")
    answer = people.ada.put(own["resource_uri"], {"last_name": "Okafor"}, patch="true")
    assert (answer.status_code, answer.json()["first_name"], answer.json()["last_name"]) == (
        202,
        "Ada",
        "Okafor",
    )
    assert told(people.ada.put(own["resource_uri"], {"first_name": "Ada"})) == (
        400,
        {"user": {"email": ["This field is required."]}},
    )
    # What cannot be written is ignored.
    answer = people.ada.put(
        own["resource_uri"], {"id": "1", "date_joined": "2001-01-01T00:00:00"}, patch="TRUE"
    )
    assert answer.json()["id"] == own["id"]


@says("panda-1.7-user-put")
def test_a_superuser_changes_others(people: Cast) -> None:
    other = _own(people.bob)["resource_uri"]
    assert people.admin.put(other, {"first_name": "Bob"}, patch="true").json()["first_name"] == "Bob"


@says("panda-1.5-put-missing", "panda-3.1-put-unknown")
def test_a_put_to_nobody_makes_somebody_if_superusers_ask(people: Cast) -> None:
    body = {"email": "late@paper.example"}
    assert told(people.ada.put("/user/99999/", body)) == (401, "")
    assert told(people.admin.put("/user/99999/", body, patch="true")) == (404, "")
    made = people.admin.put("/user/99999/", body)
    assert (made.status_code, made.json()["email"]) == (201, "late@paper.example")
    assert made.headers["location"].endswith(made.json()["resource_uri"])


@says("panda-3.1-delete")
def test_a_removed_user_is_missing(people: Cast) -> None:
    made = people.admin.post("/user/", {"email": "gone@paper.example"}).json()
    assert told(people.admin.delete(made["resource_uri"])) == (204, "")
    assert told(people.admin.get(made["resource_uri"])) == (404, "")
    assert told(people.admin.delete(made["resource_uri"])) == (404, "")


@says("panda-3.1-login-help", "panda-3.1-login-help-missing", "panda-3.1-login-help-other")
def test_login_help(people: Cast) -> None:
    own, other = _own(people.ada)["resource_uri"], _own(people.bob)["resource_uri"]
    assert told(people.ada.post(f"{own}login_help/", {"show_login_help": False})) == (202, {})
    assert told(people.ada.post(f"{own}login_help/", {})) == (400, "Invalid data sent.")
    assert told(people.ada.post(f"{other}login_help/", {"show_login_help": False})) == (401, "")
    assert people.stranger.post(f"{own}login_help/", {"show_login_help": False}).status_code == 401


EXTRAS = {
    "notifications": "notifications",
    "exports": "exports",
    "datasets": "datasets",
    "search_subscriptions": "subscriptions",
}


@pytest.mark.parametrize(
    ("name", "key"), [pytest.param(name, key, id=f"panda-3.1-extra-{name}") for name, key in EXTRAS.items()]
)
def test_what_is_a_users_own_is_shown_to_them_and_to_superusers(people: Cast, name: str, key: str) -> None:
    """The original showed it of everybody to everybody."""
    own = _own(people.ada)["resource_uri"]
    found = people.ada.shown(own, **{name: "true"})[key]
    assert isinstance(found, list)
    assert people.admin.shown(own, **{name: "true"})[key] == found
    assert set(people.bob.shown(own, **{name: "true"})) == KEYS
    assert set(people.ada.shown(own, **{name: "1"})) == KEYS
    listed = {
        one["resource_uri"]: one for one in people.ada.shown("/user/", limit=0, **{name: "true"})["objects"]
    }
    assert key in listed.pop(own)
    assert all(set(one) == KEYS for one in listed.values())
