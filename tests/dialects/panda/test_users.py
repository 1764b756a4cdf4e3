"""Users (section 3.1), and who may do what with them (section 1.7)."""

from typing import Any

import pytest
from tests.dialects.panda.support import Cast, Client, told
from tests.support.saying import says

PASSWORD = "petrel-and-marlin"
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


@says("panda-3.1-post")
def test_a_superuser_makes_a_user(people: Cast) -> None:
    answer = people.admin.post(
        "/user/",
        {"email": "Carl@Paper.Example", "first_name": "Carl", "last_name": "Ng", "password": PASSWORD},
    )
    made = answer.json()
    assert (answer.status_code, set(made)) == (201, KEYS)
    assert (made["email"], made["first_name"], made["is_active"]) == ("carl@paper.example", "Carl", True)
    assert answer.headers["location"] == f"http://testserver/api/1.0/user/{made['id']}/"


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


@pytest.mark.parametrize(
    "email",
    [pytest.param(one, id=f"panda-3.1-valid-{one}") for one in ("nobody@nobody.com", "no_body@no-body.re")],
)
def test_addresses_that_are_valid(people: Cast, email: str) -> None:
    assert people.admin.post("/user/", {"email": email, "password": PASSWORD}).status_code == 201
    status, body = told(people.admin.post("/user/", {"email": email.upper(), "password": PASSWORD}))
    assert (status, set(body["user"])) == (400, {"email"})


@pytest.mark.parametrize("name", [pytest.param("first_name", id="panda-1.6-user-text")])
def test_a_name_is_a_text(people: Cast, name: str) -> None:
    answer = people.admin.post("/user/", {"email": "t@paper.example", name: 7})
    assert told(answer) == (400, {"user": {name: ["This must be a text."]}})


@says("panda-1.7-user-post", "panda-1.7-user-delete")
def test_only_superusers_make_and_remove_users(people: Cast) -> None:
    other = _own(people.bob)["resource_uri"]
    for who in (people.ada, *people.nobodies):
        assert told(who.post("/user/", {"email": "x@paper.example"})) == (401, "")
        assert told(who.delete(other)) == (401, "")
        assert told(who.put(other, {"email": "x@paper.example"})) == (401, "")
        assert told(who.put(other, {"first_name": "X"}, patch="true")) == (401, "")


@says("panda-3.1-put")
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


@says("panda-1.5-put-missing")
def test_a_put_to_nobody_makes_somebody_if_superusers_ask(people: Cast) -> None:
    body = {"email": "late@paper.example", "password": PASSWORD}
    assert told(people.ada.put("/user/99999/", body)) == (401, "")
    assert told(people.admin.put("/user/99999/", body, patch="true")) == (404, "")
    made = people.admin.put("/user/99999/", body)
    assert (made.status_code, made.json()["email"]) == (201, "late@paper.example")
    assert made.headers["location"].endswith(made.json()["resource_uri"])


@says("panda-3.1-delete")
def test_a_removed_user_is_missing(people: Cast) -> None:
    made = people.admin.post("/user/", {"email": "gone@paper.example", "password": PASSWORD}).json()
    assert told(people.admin.delete(made["resource_uri"])) == (204, "")
    assert told(people.admin.get(made["resource_uri"])) == (404, "")
    assert told(people.admin.delete(made["resource_uri"])) == (404, "")


@says("panda-3.1-login-help")
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
    assert people.ada.shown(own, **{name: "true"})[key] == []
    assert people.admin.shown(own, **{name: "true"})[key] == []
    assert set(people.bob.shown(own, **{name: "true"})) == KEYS
    assert set(people.ada.shown(own, **{name: "1"})) == KEYS
    listed = {
        one["resource_uri"]: one for one in people.ada.shown("/user/", limit=0, **{name: "true"})["objects"]
    }
    assert key in listed.pop(own)
    assert all(set(one) == KEYS for one in listed.values())
