"""Every address and who gets an answer there (sections 1.1 to 1.4), whatever is in the parameters."""

import datetime as dt
import re
from typing import Any

import pytest
from tests.dialects.panda.support import Cast, Client, browser, settled, told
from tests.support.house import House
from tests.support.saying import says

HARBOR = "/dataset/harbor/"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
ROWS = [
    {"data": [17, "Petrel", "$18.50"], "external_id": "p-17"},
    {"data": [18, "Marlin", "n/a"], "external_id": "p-18"},
]


@pytest.fixture(scope="module", autouse=True)
def things(house: House, people: Cast) -> dict[str, str]:
    """One of everything: resource -> its id."""
    ada = people.ada
    made = ada.put(
        HARBOR,
        {"name": "Harbor"},
        columns="permit,vessel,fee",
        column_types="int,,float",
        typed_columns="true,,true",
    )
    assert made.status_code == 201, made.text
    assert ada.put(f"{HARBOR}data/", {"objects": ROWS}).status_code == 202
    upload = ada.upload("permit,vessel,fee\n1,Gannet,2\n", "permits.csv")
    related = ada.upload("plan", "plan.txt", to="related_upload", dataset_slug="harbor")
    task = ada.shown(f"{HARBOR}export/")["current_task"]
    settled(house)
    ada.post("/activity_log/", {})
    ada.post("/search_subscription/", {"query": "petrel"})
    return {
        "data_upload": upload["id"],
        "related_upload": related["id"],
        "task": task["id"],
        **{
            kind: ada.shown(f"/{kind}/", limit=0)["objects"][-1]["id"]
            for kind in ("export", "notification", "search_subscription", "activity_log")
        },
    }


GETS: tuple[tuple[str, str], ...] = (
    ("user", "/user/"),
    ("task", "/task/{task}/"),
    ("data_upload", "/data_upload/{data_upload}/"),
    ("data_upload-download", "/data_upload/{data_upload}/download/"),
    ("related_upload", "/related_upload/{related_upload}/"),
    ("related_upload-download", "/related_upload/{related_upload}/download/"),
    ("category", "/category/crime/"),
    ("export", "/export/{export}/"),
    ("export-download", "/export/{export}/download/"),
    ("dataset", HARBOR),
    ("dataset-data", f"{HARBOR}data/"),
    ("dataset-data-row", f"{HARBOR}data/p-17/"),
    ("data", "/data/"),
    ("notification", "/notification/"),
    ("search_subscription", "/search_subscription/"),
    ("activity_log", "/activity_log/{activity_log}/"),
    ("schema", "/task/schema/"),
    ("set", "/task/set/{task}/"),
)


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=f"panda-1.1-url-{name}") for name, path in GETS]
    + [
        pytest.param("/category/", id="panda-1.7-category"),
        pytest.param("/dataset/schema/", id="panda-3.13-nobody"),
    ],
)
def test_users_are_answered_and_nobody_is_not(people: Cast, things: dict[str, str], path: str) -> None:
    address = path.format_map(things)
    for who in (people.admin, people.ada, people.bob):
        assert who.get(address).status_code == 200
        assert who.get(address.rstrip("/")).status_code == 200
    for nobody in people.nobodies:
        answer = nobody.get(address)
        assert (answer.status_code, answer.content) == (401, b"")
        assert people.ada.email not in str(answer.headers)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        pytest.param("/user/{}/login_help/", "POST", id="panda-1.1-url-user-login_help"),
        pytest.param(f"{HARBOR}import/99999/", "GET", id="panda-1.1-url-dataset-import"),
        pytest.param("/dataset/nope/reindex/", "GET", id="panda-1.1-url-dataset-reindex"),
        pytest.param("/dataset/nope/export/", "GET", id="panda-1.1-url-dataset-export"),
    ],
)
def test_actions_are_for_users(people: Cast, path: str, method: str) -> None:
    own = next(
        one["id"]
        for one in people.ada.shown("/user/", limit=0)["objects"]
        if one["email"] == people.ada.email
    )
    address, body = path.format(own), {"show_login_help": True} if method == "POST" else None
    assert people.ada.ask(method, address, json=body).status_code in {202, 404}
    for nobody in people.nobodies:
        assert told(nobody.ask(method, address, json=body)) == (401, "")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/login/", 200, id="panda-1.1-site-login"),
        pytest.param("/logout/", 200, id="panda-1.1-site-logout"),
        pytest.param("/check_activation_key/nope/", 400, id="panda-1.1-site-check_activation_key"),
        pytest.param("/activate/", 200, id="panda-1.1-site-activate"),
        pytest.param("/forgot_password/", 200, id="panda-1.1-site-forgot_password"),
        pytest.param("/check_available_space/", 200, id="panda-1.1-site-check_available_space"),
        pytest.param("/dashboard/", 404, id="panda-2.2-dashboard"),
    ],
)
def test_addresses_at_the_root_are_open(house: House, path: str, status: int) -> None:
    page = browser(house)
    assert (page.get(path).status_code, page.get(path.rstrip("/")).status_code) == (status, status)


@says("panda-1.1-no-key-is-shown")
def test_no_answer_has_a_key(people: Cast) -> None:
    """But those that repeat what was asked, as the addresses of pages do."""
    headers = {"PANDA-EMAIL": people.ada.email, "PANDA-API-KEY": people.ada.key}
    for path in ("/user/", "/dataset/", "/task/", "/data/", "/notification/"):
        text = people.ada.http.get(f"/api/1.0{path}", headers=headers, params={"limit": 1}).text
        assert people.ada.key not in text
        assert "password" not in text


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(one, id=f"panda-1.1-segments-{number}")
        for number, one in enumerate(("a.b", "ä", "a b", "a%00"))
    ],
)
def test_names_in_addresses_are_letters_digits_and_hyphens(people: Cast, key: str) -> None:
    body = {"data": [1, "x", 2], "name": "N"}
    assert people.ada.put(f"{HARBOR}data/{key}/", body).status_code == 400
    assert people.ada.put(f"/dataset/{key}/", body).status_code == 400
    assert people.ada.get(f"{HARBOR}data/{key}/").status_code == 404
    assert told(people.ada.get(f"/dataset/{key}/")) == (404, "")


@says("panda-1.1-unslashed-put")
def test_a_body_arrives_without_the_slash(people: Cast) -> None:
    assert people.ada.put(f"{HARBOR}data/p-17", ROWS[0]).status_code == 202
    assert people.ada.put("/dataset/harbor", {"name": "Harbor"}).status_code == 202


@says("panda-1.2-moments", "panda-1.2-dates", "panda-1.2-related")
def test_moments_dates_and_addresses(people: Cast, things: dict[str, str]) -> None:
    shown = people.ada.shown(HARBOR)
    moments = [shown["creation_date"], shown["last_modified"], shown["current_task"]["end"]]
    moments += [people.ada.shown("/notification/")["objects"][0]["sent_at"]]
    assert all(MOMENT.fullmatch(one) for one in moments)
    when = people.ada.shown(f"/activity_log/{things['activity_log']}/")["when"]
    assert dt.date.fromisoformat(when).isoformat() == when
    assert shown["current_task"]["creator"] == shown["creator"]["resource_uri"]
    assert people.ada.shown(shown["current_task"]["creator"]) == shown["creator"]


@says("panda-1.2-accept-html")
def test_whoever_accepts_pages_gets_json(people: Cast) -> None:
    answer = people.ada.ask("GET", "/task/", headers={"Accept": "text/html,application/xml;q=0.9"})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@says("panda-1.2-no-override")
def test_no_header_makes_another_method(people: Cast) -> None:
    answer = people.ada.ask("GET", f"{HARBOR}data/p-17/", headers={"X-HTTP-Method-Override": "DELETE"})
    assert answer.status_code == 200
    assert people.ada.get(f"{HARBOR}data/p-17/").status_code == 200


@pytest.mark.parametrize(
    "callback",
    [
        pytest.param(one, id=f"panda-1.2-callback-injected-{number}")
        for number, one in enumerate(
            ("alert(1)//", "</script>", "a b", "f;g", "f\n", "f\u2028", "1f", "a[0]", "x" * 300, "ä")
        )
    ],
)
@pytest.mark.parametrize("path", ["/task/", f"{HARBOR}data/", "/data/"])
def test_a_callback_runs_nothing_else(people: Cast, path: str, callback: str) -> None:
    answer = people.ada.get(path, callback=callback)
    assert told(answer) == (400, "JSONP callback name is invalid.")
    assert answer.headers["x-content-type-options"] == "nosniff"


BODIES: tuple[tuple[str, bytes], ...] = (
    ("list", b"[]"),
    ("number", b"5"),
    ("null", b"null"),
    ("half-character", b'{"name": "\\ud800", "data": ["\\ud800", 1, 2], "objects": []}'),
    ("bytes", b'{"name": "\xff"}'),
    ("utf-16", '{"name": "x"}'.encode("utf-16")),
    ("infinite", b'{"name": 1e400, "data": [1e400, 1, 2], "objects": [{"data": [1e400, 1, 2]}]}'),
    ("digits", b'{"name": ' + b"9" * 5000 + b"}"),
)
WRITES: tuple[tuple[str, str], ...] = (
    *(("POST", path) for path in ("/dataset/", f"{HARBOR}data/", "/user/", "/notification/")),
    *(("POST", path) for path in ("/search_subscription/", "/activity_log/", "/user/1/login_help/")),
    *(("PUT", path) for path in (HARBOR, f"{HARBOR}data/", f"{HARBOR}data/p-17/", "/user/1/")),
    *(("PUT", path) for path in ("/notification/1/", "/data_upload/1/", "/related_upload/1/")),
)


@pytest.mark.parametrize(
    ("method", "path"),
    [pytest.param(method, path, id=f"panda-1.2-malformed-{method}-{path}") for method, path in WRITES],
)
def test_no_body_breaks_anything(people: Cast, method: str, path: str) -> None:
    before = people.ada.shown(f"{HARBOR}data/")["objects"]
    for name, content in BODIES:
        answer = people.admin.http.request(
            method,
            f"/api/1.0{path}",
            content=content,
            params=people.admin.credentials,
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 400, (name, answer.status_code, answer.text)
        assert answer.text
    assert people.ada.shown(f"{HARBOR}data/")["objects"] == before


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param({"limit": "many"}, "Please provide a positive integer.", id="panda-1.3-bad-rows-limit"),
        pytest.param({"limit": "-1"}, "Please provide an integer >= 0.", id="panda-1.3-bad-rows-sign"),
        pytest.param({"limit": "1e3"}, "Please provide a positive integer.", id="panda-1.3-bad-rows-power"),
        pytest.param({"offset": "x"}, "Please provide an integer.", id="panda-1.3-bad-rows-offset"),
    ],
)
def test_bad_bounds_of_rows_are_told(people: Cast, params: dict[str, str], text: str) -> None:
    answer = people.ada.get(f"{HARBOR}data/", **params)
    assert answer.status_code == 400
    assert answer.text.endswith(text)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=f"panda-1.3-far-offset-{number}")
        for number, path in enumerate(
            ("/user/", "/task/", "/category/", "/dataset/", "/data/", f"{HARBOR}data/", "/notification/")
        )
    ],
)
def test_a_page_far_behind_the_end_is_empty(people: Cast, path: str) -> None:
    found = people.ada.shown(path, offset=10**15)
    assert [one for one in found["objects"] if one.get("slug") != "uncategorized"] == []
    assert found["meta"]["next"] is None
    assert people.ada.get(path, offset=10**30).status_code == 400


@says("panda-1.4-natural-order-exports")
def test_exports_are_listed_oldest_first(house: House, people: Cast) -> None:
    people.ada.shown(f"{HARBOR}export/")
    settled(house)
    numbers = [int(one["id"]) for one in people.ada.shown("/export/", limit=0)["objects"]]
    assert len(numbers) > 1
    assert numbers == sorted(numbers)


QUERIES: tuple[tuple[str, int], ...] = (
    ("a" * 10_000, 200),
    ("(" * 10_000, 200),
    ("x " * 5_000, 400),
    ("x" * 40_000, 400),
    ("NOT " * 3_000 + "x", 400),
    ("\x00", 200),
    ("_seq:1 OR _key:p-17 OR rowid:1", 200),
    (f"external_id:{'x' * 300} OR dataset_slug:{'x' * 300}", 200),
    ("column_int_permit:[1 TO 99999999999999999999999]", 400),
    ("column_float_fee:[1e400 TO *]", 400),
    ("column_int_permit:many", 400),
    ("last_modified:[NOW-99999999999YEARS TO *]", 400),
)


@pytest.mark.parametrize(
    ("q", "status"),
    [
        pytest.param(q, status, id=f"panda-1.6-500-search-{number}")
        for number, (q, status) in enumerate(QUERIES)
    ],
)
@pytest.mark.parametrize("path", ["/data/", f"{HARBOR}data/", "/dataset/"])
def test_no_search_breaks_anything(people: Cast, path: str, q: str, status: int) -> None:
    answer = people.ada.get(path, q=q)
    assert answer.status_code == status, answer.text[:200]
    assert status == 200 or answer.text


@says("panda-2.1-no-throttle")
def test_nobody_is_slowed_down(people: Cast) -> None:
    assert {people.ada.get("/task/schema/").status_code for _ in range(50)} == {200}


def _own(who: Client) -> dict[str, Any]:
    users = who.shown("/user/", limit=0)["objects"]
    found: dict[str, Any] = next(one for one in users if one["email"] == who.email)
    return found


@says("panda-3.1-extra-top-level", "panda-11-user-page")
def test_what_is_shown_with_a_user_is_not_shown_inside_other_things(people: Cast) -> None:
    asked = {"notifications": "true", "datasets": "true", "exports": "true", "search_subscriptions": "true"}
    keys = set(_own(people.ada))
    shown = people.ada.shown(_own(people.ada)["resource_uri"], **asked)
    assert set(shown) - keys == {"notifications", "datasets", "exports", "subscriptions"}
    assert [one["slug"] for one in shown["datasets"]] == ["harbor"]
    assert "sample_data" not in shown["datasets"][0]
    assert len(shown["exports"]) >= 1
    assert set(shown["datasets"][0]["creator"]) == keys
    assert set(people.ada.shown(HARBOR, **asked)["creator"]) == keys


@says("panda-11-poll", "panda-11-home")
def test_what_a_browser_asks_again_and_again(people: Cast) -> None:
    assert people.ada.shown("/notification/", limit=50)["meta"]["limit"] == 50
    found = people.ada.shown("/dataset/", simple="true", limit=3, offset="", q="", category="")
    assert found["objects"][0]["slug"] == "harbor"
    assert people.ada.shown("/data/", q="petrel", limit=10, offset=0)["meta"]["total_count"] == 1


@says("panda-11-escaped-names")
def test_names_that_its_browser_client_escaped_stay_as_they_are(people: Cast) -> None:
    made = people.ada.post("/dataset/", {"name": "Ada%27s%20caf%E9 %u2019", "slug": "escaped"}).json()
    assert made["name"] == "Ada%27s%20caf%E9 %u2019"
    assert people.bob.shown("/dataset/escaped/")["name"] == made["name"]
