"""Who asks: logins, sessions, tokens, users (section 5 of the reference), and errors on the way (section 4)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dialects.dkan.support import (
    API,
    DATASTORE,
    JSON,
    Cast,
    Client,
    browser,
    login,
    told,
    with_password,
)
from tests.support.house import House, Person
from tests.support.saying import says

from colonnade.core.people import service as persons
from colonnade.core.tries import Limits, Tries
from colonnade.core.work import SYSTEM

PASSWORD = "a good password"
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
DENIED = ["Access denied for user anonymous"]
CSRF = ["CSRF validation failed"]
USER = [
    *(
        "uid",
        "name",
        "mail",
        "theme",
        "signature",
        "signature_format",
        "created",
        "access",
        "login",
        "status",
    ),
    *("timezone", "language", "picture", "init", "data", "uuid", "roles", "field_about", "og_user_node"),
]


@pytest.fixture(scope="module")
def named(house: House, people: Cast) -> Client:
    """The content creator, who can sign in."""
    with_password(house, people.creator, PASSWORD)
    return people.creator


@pytest.fixture
def visitor(house: House, named: Client) -> Iterator[TestClient]:
    """A client with cookies; nobody has tried anything before."""
    house.running.portal.tries = Tries()
    with browser(house) as one:
        yield one


@pytest.fixture
def session(visitor: TestClient, named: Client) -> tuple[TestClient, Any]:
    """Somebody who signed in, and what the login answered."""
    answer = login(visitor, named.name, PASSWORD)
    assert answer.status_code == 200, answer.text
    return visitor, answer.json()


def _ask(http: TestClient, method: str, path: str, token: str | None = None, **sent: Any) -> Any:
    headers = {**JSON, **({} if token is None else {"X-CSRF-Token": token}), **sent.pop("headers", {})}
    return http.request(method, f"{API}{path}", headers=headers, **sent)


@says("dkan-5.1-login dkan-5.1-cookie dkan-5.1-user dkan-1.1-login")
def test_dkan_5_1_a_login_gives_a_session_a_token_and_the_user(
    house: House, visitor: TestClient, named: Client
) -> None:
    answer = visitor.post(
        f"{API}/user/login", json={"username": named.name, "password": PASSWORD, "sessid": "x"}, headers=JSON
    )
    body = answer.json()
    assert (answer.status_code, list(body)) == (200, ["sessid", "session_name", "token", "user"])
    assert re.fullmatch(r"SESS[0-9a-f]{32}", body["session_name"])
    assert TOKEN.fullmatch(body["sessid"])
    assert TOKEN.fullmatch(body["token"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{body['session_name']}={body['sessid']}; ")
    assert "HttpOnly" in cookie
    assert "Path=/" in cookie
    user = body["user"]
    assert list(user) == USER
    assert isinstance(user.pop("login"), int)
    singles = {key: one for key, one in user.items() if isinstance(one, str)}
    assert set(user) - set(singles) == {
        *("signature_format", "picture", "data", "roles", "field_about", "og_user_node")
    }
    assert (user["name"], user["mail"]) == (named.name, f"{named.name}@example.org")
    assert user["roles"] == {"2": "authenticated user", "4": "content creator"}
    assert "pass" not in user


@pytest.mark.parametrize(
    ("role", "roles"),
    [
        pytest.param("member", {"2": "authenticated user"}, id="dkan-14-authenticated"),
        pytest.param("creator", {"2": "authenticated user", "4": "content creator"}, id="dkan-14-creator"),
        pytest.param("editor", {"2": "authenticated user", "5": "editor"}, id="dkan-14-editor"),
        pytest.param("manager", {"2": "authenticated user", "6": "site manager"}, id="dkan-14-manager"),
        pytest.param("admin", {"2": "authenticated user", "3": "administrator"}, id="dkan-14-administrator"),
        pytest.param("stranger", {"1": "anonymous user"}, id="dkan-14-anonymous"),
    ],
)
def test_roles_are_those_of_drupal(people: Cast, role: str, roles: dict[str, str]) -> None:
    client: Client = getattr(people, role)
    assert client.post("/system/connect").json()["user"]["roles"] == roles


@pytest.mark.parametrize(
    ("sent", "headers", "told_"),
    [
        pytest.param({}, {}, (401, ["Missing required argument username"]), id="dkan-4-missing-username"),
        pytest.param(
            {"username": "x"}, {}, (401, ["Missing required argument password"]), id="dkan-4-missing-password"
        ),
        pytest.param(
            {"username": "x"},
            {"services_user_login_version": "1.1"},
            (401, ["Missing required argument name"]),
            id="dkan-5.1-version",
        ),
        pytest.param(
            {"username": "x", "password": "y"}, {}, (401, ["Wrong username or password."]), id="dkan-4-wrong"
        ),
        pytest.param(
            {"username": {"a": 1}, "password": [2]},
            {},
            (401, ["Wrong username or password."]),
            id="dkan-4-wrong-no-text",
        ),
    ],
)
def test_a_login_that_is_wrong_is_told(
    visitor: TestClient, sent: Any, headers: dict[str, str], told_: tuple[int, list[str]]
) -> None:
    answer = visitor.post(f"{API}/user/login", json=sent, headers={**JSON, **headers})
    assert told(answer) == told_
    assert "set-cookie" not in answer.headers


def test_dkan_5_1_names_of_the_arguments_by_version(visitor: TestClient, named: Client) -> None:
    sent = {"name": named.name, "pass": PASSWORD}
    headers = {**JSON, "services_user_login_version": "1.1"}
    assert visitor.post(f"{API}/user/login", json=sent, headers=headers).status_code == 200


def test_dkan_5_1_the_datastores_api_signs_in_too(visitor: TestClient, named: Client) -> None:
    sent = {"username": named.name, "password": PASSWORD}
    body = visitor.post(f"{DATASTORE}/user/login", json=sent, headers=JSON).json()
    assert visitor.post(f"{DATASTORE}/user/token", headers=JSON).json() == {"token": body["token"]}
    sent_token = {**JSON, "X-CSRF-Token": body["token"]}
    assert visitor.get(f"{DATASTORE}/user/{body['user']['uid']}", headers=JSON).json()["mail"]
    assert told(visitor.post(f"{DATASTORE}/user/logout", headers=sent_token)) == (200, [True])


def test_dkan_5_1_over_https_the_cookie_is_for_https(house: House, named: Client) -> None:
    with TestClient(house.running.app, base_url="https://data.example.org") as http:
        answer = login(http, named.name, PASSWORD)
        assert re.fullmatch(r"SSESS[0-9a-f]{32}", answer.json()["session_name"])
        assert "Secure" in answer.headers["set-cookie"]


@says("dkan-4-blocked")
def test_dkan_4_who_is_inactive_is_told_so(house: House, people: Cast, visitor: TestClient) -> None:
    with_password(house, people.other, PASSWORD)
    with house.running.portal.writing(SYSTEM) as work:
        persons.person(work, people.other.name).is_active = False
    answer = login(visitor, people.other.name, PASSWORD)
    placeholder = f'<em class="placeholder">{people.other.name}</em>'
    assert told(answer) == (403, [f"The username {placeholder} has not been activated or is blocked."])
    with house.running.portal.reading(SYSTEM) as work:
        uid = persons.person(work, people.other.name).id
    assert people.stranger.get(f"/user/{uid}").status_code == 404
    assert people.admin.shown(f"/user/{uid}")["status"] == "0"


@says("dkan-4-flood-user")
def test_dkan_4_too_many_wrong_passwords(house: House, visitor: TestClient, named: Client) -> None:
    house.running.portal.tries = Tries(Limits(account_from_network=2))
    assert [told(login(visitor, named.name, "wrong"))[0] for _ in range(2)] == [401, 401]
    assert told(login(visitor, named.name, PASSWORD)) == (406, ["Account is temporarily blocked."])


@says("dkan-4-flood-address")
def test_dkan_4_too_many_from_one_address(house: House, visitor: TestClient, named: Client) -> None:
    house.running.portal.tries = Tries(Limits(network=2))
    assert [told(login(visitor, f"nobody{number}", "wrong"))[0] for number in range(2)] == [401, 401]
    assert told(login(visitor, named.name, PASSWORD)) == (406, ["This IP address is temporarily blocked."])


@says("dkan-4-logged-in")
def test_dkan_4_login_while_logged_in(session: tuple[TestClient, Any], named: Client) -> None:
    http, body = session
    answer = login(http, named.name, PASSWORD, **{"X-CSRF-Token": body["token"]})
    assert told(answer) == (406, [f"Already logged in as {named.name}."])


@says("dkan-5.3-login-again dkan-4-csrf")
def test_dkan_5_3_a_second_login_needs_the_token_like_anything(
    session: tuple[TestClient, Any], named: Client
) -> None:
    assert told(login(session[0], named.name, PASSWORD)) == (401, CSRF)


def test_a_page_of_another_site_signs_nobody_in(visitor: TestClient, named: Client) -> None:
    answer = login(visitor, named.name, PASSWORD, **{"Sec-Fetch-Site": "cross-site"})
    assert told(answer) == (401, CSRF)
    assert "set-cookie" not in answer.headers


@says("dkan-5.2-token dkan-5.2-user-token dkan-5.2-any-token dkan-1-token dkan-1.1-token")
def test_dkan_5_2_the_token_of_a_session(session: tuple[TestClient, Any]) -> None:
    http, body = session
    for method in ("GET", "POST"):
        answer = http.request(method, "/services/session/token", headers=JSON)
        assert (answer.status_code, answer.text) == (200, body["token"])
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert _ask(http, "POST", "/user/token").json() == {"token": body["token"]}


@says("dkan-5.2-anonymous")
def test_dkan_5_2_without_a_session_a_token_is_good_for_nothing(people: Cast) -> None:
    first, second = (people.stranger.ask("GET", "root:/services/session/token") for _ in range(2))
    assert TOKEN.fullmatch(first.text)
    assert first.text != second.text
    assert TOKEN.fullmatch(people.stranger.post("/user/token").json()["token"])


@pytest.mark.parametrize(
    ("token", "told_"),
    [
        pytest.param(None, (401, CSRF), id="dkan-5.3-no-token"),
        pytest.param("x", (401, CSRF), id="dkan-5.3-wrong-token"),
        pytest.param("é", (401, CSRF), id="dkan-5.3-odd-token"),
    ],
)
@says("dkan-5.3-get")
def test_what_changes_something_needs_the_token(
    session: tuple[TestClient, Any], token: str | None, told_: tuple[int, list[str]]
) -> None:
    http, body = session
    headers = [(name.encode(), value.encode()) for name, value in JSON.items()]
    if token is not None:
        headers.append((b"X-CSRF-Token", token.encode("latin-1")))
    answer = http.post(f"{API}/user/logout", headers=headers)
    assert told(answer) == told_
    assert _ask(http, "GET", f"/user/{body['user']['uid']}", "wrong").status_code == 200, "reading needs none"


@pytest.mark.parametrize("place", ["header", "address", "body"])
@says("dkan-5.3-parameter")
def test_dkan_5_3_the_token_is_a_header_or_a_parameter(session: tuple[TestClient, Any], place: str) -> None:
    http, body = session
    sent: dict[str, Any] = {
        "header": {"headers": {**JSON, "X-CSRF-Token": body["token"]}},
        "address": {"headers": JSON, "params": {"services_token": body["token"]}},
        "body": {"headers": JSON, "data": {"services_token": body["token"]}},
    }[place]
    assert told(http.post(f"{API}/user/logout", **sent)) == (200, [True])


@says("dkan-5.4-logout dkan-1.1-logout")
def test_dkan_5_4_a_logout_ends_the_session(session: tuple[TestClient, Any]) -> None:
    http, body = session
    answer = _ask(http, "POST", "/user/logout", body["token"])
    assert told(answer) == (200, [True])
    assert f'{body["session_name"]}=""' in answer.headers["set-cookie"]
    stale = {"Cookie": f"{body['session_name']}={body['sessid']}"}
    assert told(_ask(http, "POST", "/user/logout", body["token"], headers=stale)) == (
        406,
        ["User is not logged in."],
    )


@says("dkan-4-logout-anonymous")
def test_dkan_4_logout_of_nobody(people: Cast) -> None:
    assert told(people.stranger.post("/user/logout")) == (406, ["User is not logged in."])


@says("dkan-5.3-stale-cookie")
def test_dkan_5_3_a_stale_cookie_is_nobodys(session: tuple[TestClient, Any], people: Cast) -> None:
    name = session[1]["session_name"]
    answer = people.stranger.ask("POST", "/user/logout", headers={"Cookie": f"{name}=old"})
    assert told(answer) == (406, ["User is not logged in."])


@says("dkan-5.5-key")
def test_dkan_5_a_key_of_the_portal_needs_no_token_and_a_wrong_one_is_told(people: Cast) -> None:
    assert people.creator.post("/system/connect").json()["user"]["name"] == people.creator.name
    answer = people.stranger.ask("GET", "/user/1", headers={"Authorization": f"Apikey {'0' * 40}"})
    assert told(answer) == (401, ["This API key is not valid."])
    other = people.stranger.ask("GET", "/user/1", headers={"Authorization": "Basic eDp5"})
    assert other.status_code == 200, "what is meant for a server before this one"


def test_dkan_1_1_connect_tells_nobody_who_nobody_is(people: Cast) -> None:
    answer = people.stranger.post("/system/connect")
    body = answer.json()
    assert (answer.status_code, list(body)) == (200, ["sessid", "session_name", "user"])
    assert TOKEN.fullmatch(body["sessid"])
    assert set(body["user"]) == {"uid", "hostname", "roles", "cache", "timestamp"}
    assert (body["user"]["uid"], body["user"]["roles"]) == (0, {"1": "anonymous user"})
    assert "set-cookie" not in answer.headers


def test_dkan_1_1_connect_tells_somebody_who_that_is(session: tuple[TestClient, Any]) -> None:
    http, body = session
    found = _ask(http, "POST", "/system/connect", body["token"]).json()
    assert found["sessid"] == body["sessid"]
    assert found["user"]["uid"] == body["user"]["uid"]
    assert told(_ask(http, "POST", "/system/connect")) == (401, CSRF)


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        pytest.param("stranger", {"mail", "init"}, id="dkan-5.5-anonymous"),
        pytest.param("editor", {"mail", "init"}, id="dkan-5.5-others"),
        pytest.param("creator", {"init"}, id="dkan-5.5-self"),
        pytest.param("manager", set(), id="dkan-5.5-manager"),
        pytest.param("admin", set(), id="dkan-5.5-administrator"),
    ],
)
def test_addresses_of_users_are_not_everybodys(people: Cast, role: str, hidden: set[str]) -> None:
    uid = people.creator.post("/system/connect").json()["user"]["uid"]
    client: Client = getattr(people, role)
    found = client.shown(f"/user/{uid}")
    assert list(found) == [key for key in USER if key not in hidden]
    assert found["name"] == people.creator.name
    assert isinstance(found["login"], str)


def test_dkan_5_5_an_address_that_serves_as_a_name_is_not_shown(house: House, people: Cast) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        made = persons.add_person(
            work, "ada@example.org", email="ada@example.org", permissions=["create_dataset"]
        )
        _, key = persons.add_key(work, made)
    assert people.stranger.shown(f"/user/{made.id}")["name"] == "ada"
    assert people.admin.shown(f"/user/{made.id}")["name"] == "ada@example.org"
    nid = Client(house.client, Person("ada", key)).node()
    assert people.stranger.shown(f"/node/{nid}")["name"] == "ada"


def test_dkan_7_3_groups_of_a_user_are_nodes(house: House, people: Cast) -> None:
    member = house.person(groups=["Parks", "Roads"])
    found = people.admin.shown(
        "/user/" + Client(house.client, member).post("/system/connect").json()["user"]["uid"]
    )
    numbers = [one["target_id"] for one in found["og_user_node"]["und"]]
    assert len(set(numbers)) == 2
    assert all(one.isdecimal() for one in numbers)


@pytest.mark.parametrize("uid", ["99999", "0", "me", "9" * 40])
@says("dkan-4-user")
def test_dkan_4_a_user_that_there_is_not(people: Cast, uid: str) -> None:
    answer = people.stranger.get(f"/user/{uid}")
    assert told(answer) == (404, [f"There is no user with ID {uid}."])
