"""Who asks (section 2.1), and forms of people who come in (section 2.2)."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.dialects.panda.support import ADMIN_EMAIL, API, WRONG_KEY, XHR, Cast, browser, told
from tests.support.house import ADMIN_KEY, House, opened
from tests.support.saying import says

PASSWORD = "petrel-and-marlin"
EMAIL = "eve@paper.example"
LOGIN_KEYS = {"email", "id", "is_staff", "notifications", "show_login_help"}


@pytest.fixture(scope="module")
def eve(people: Cast) -> str:
    """The id of somebody with a password."""
    made = people.admin.post("/user/", {"email": EMAIL, "password": PASSWORD, "first_name": "Eve"})
    assert made.status_code == 201, made.text
    user_id: str = made.json()["id"]
    return user_id


@pytest.fixture
def page(house: House) -> TestClient:
    """A browser that has looked at the site."""
    one = browser(house)
    one.get("/login/")
    return one


@pytest.fixture
def signed(page: TestClient, eve: str) -> TestClient:
    answer = _send(page, "/login/", email=EMAIL, password=PASSWORD)
    assert answer.status_code == 200, answer.text
    return page


def _token(page: TestClient) -> dict[str, str]:
    return {"X-CSRFToken": page.cookies["csrftoken"]}


def _send(page: TestClient, path: str, **form: str) -> Any:
    return page.post(path, data=form, headers=_token(page))


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(
            {"PANDA_EMAIL": ADMIN_EMAIL, "PANDA_API_KEY": ADMIN_KEY}, id="panda-2.1-headers-underscore"
        ),
        pytest.param({"PANDA-EMAIL": ADMIN_EMAIL, "PANDA-API-KEY": ADMIN_KEY}, id="panda-2.1-headers-dash"),
        pytest.param(
            {"PANDA_EMAIL": "ADMIN%40localhost", "PANDA_API_KEY": ADMIN_KEY}, id="panda-2.1-headers-quoted"
        ),
        pytest.param({"Authorization": f"Apikey {ADMIN_KEY}"}, id="panda-2.1-own-key"),
    ],
)
def test_a_key_in_headers(house: House, headers: dict[str, str]) -> None:
    assert house.client.get(f"{API}/user/", headers=headers).status_code == 200
    assert house.client.get(f"{API}/user/1/", headers=headers).json()["id"] == "1"


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [
        pytest.param({"email": ADMIN_EMAIL, "api_key": ADMIN_KEY}, {}, 200, id="panda-2.1-query"),
        pytest.param({"email": "Admin@LocalHost", "api_key": ADMIN_KEY}, {}, 200, id="panda-2.1-query-case"),
        pytest.param({"api_key": ADMIN_KEY}, {"PANDA_EMAIL": ADMIN_EMAIL}, 200, id="panda-2.1-mixed-key"),
        pytest.param({"email": ADMIN_EMAIL}, {"PANDA_API_KEY": ADMIN_KEY}, 200, id="panda-2.1-mixed-email"),
        pytest.param({"email": ADMIN_EMAIL}, {}, 401, id="panda-2.1-no-key"),
        pytest.param({"api_key": ADMIN_KEY}, {}, 401, id="panda-2.1-no-email"),
        pytest.param({"email": ADMIN_EMAIL, "api_key": WRONG_KEY}, {}, 401, id="panda-2.1-wrong-key"),
        pytest.param({"email": ADMIN_EMAIL, "api_key": "x"}, {}, 401, id="panda-2.1-short-key"),
        pytest.param(
            {"email": "nobody@paper.example", "api_key": ADMIN_KEY}, {}, 401, id="panda-2.1-wrong-email"
        ),
        pytest.param({}, {"Authorization": f"Apikey {WRONG_KEY}"}, 401, id="panda-2.1-own-wrong-key"),
        pytest.param({}, {"Authorization": "Basic eDp5"}, 401, id="panda-2.1-other-scheme"),
        pytest.param(
            {}, {"Cookie": f"email={ADMIN_EMAIL}; api_key={ADMIN_KEY}"}, 401, id="panda-2.1-cookies-of-1.0.0"
        ),
    ],
)
def test_a_key_in_the_address(
    house: House, params: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = house.client.get(f"{API}/task/", params=params, headers=headers)
    assert answer.status_code == status
    assert status == 200 or answer.content == b""


@pytest.mark.parametrize(
    "key", [pytest.param(WRONG_KEY, id="panda-8-any-key-read"), pytest.param("x", id="panda-2.1-any-key")]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_other_key_works_for_reads_or_writes(house: House, key: str, method: str) -> None:
    """Since 1.0.1 the original took any."""
    answer = house.client.request(
        method, f"{API}/user/1/", params={"email": ADMIN_EMAIL, "api_key": key}, json={"email": ADMIN_EMAIL}
    )
    assert told(answer) == (401, "")


@says("panda-2.1-inactive")
def test_an_inactive_user_is_nobody(people: Cast) -> None:
    assert told(people.inactive.get("/user/")) == (401, "")


@says("panda-2.1-session")
def test_a_session_needs_its_proof_on_every_call(house: House, signed: TestClient) -> None:
    assert signed.get(f"{API}/user/").status_code == 401
    assert signed.get(f"{API}/user/", headers={"X-CSRFToken": "a" * 32}).status_code == 401
    assert signed.get(f"{API}/user/", headers=_token(signed)).status_code == 200
    assert signed.post(f"{API}/activity_log/", json={}).status_code == 401
    assert signed.post(f"{API}/activity_log/", json={}, headers=_token(signed)).status_code == 201
    alone = browser(house)
    alone.get("/login/")
    assert alone.get(f"{API}/user/", headers=_token(alone)).status_code == 401


def test_a_wrong_key_is_refused_beside_a_session(signed: TestClient) -> None:
    wrong = {"email": EMAIL, "api_key": WRONG_KEY}
    assert signed.get(f"{API}/user/", params=wrong, headers=_token(signed)).status_code == 401


@says("panda-2.1-cookie")
def test_every_answer_sets_the_token(house: House) -> None:
    """The same again to who has one."""
    for path in (f"{API}/", f"{API}/user/", "/login/", "/check_available_space/"):
        page = browser(house)
        first = page.get(path).cookies["csrftoken"]
        assert re.fullmatch(r"[A-Za-z0-9]{32}", first)
        assert page.get(path).cookies["csrftoken"] == first


@says("panda-2.1-referer")
def test_over_https_the_page_that_asks_is_of_this_site(tmp_path: Path) -> None:
    with opened(tmp_path, public_url="https://panda.example") as house:
        page = browser(house)
        page.get("/login/")
        token = {"csrftoken": re.search(r"csrftoken=(\w+)", page.get("/login/").headers["set-cookie"])[1]}  # type: ignore[index]
        form = {"email": "admin", "password": "secret"}
        for referer, status in (("", 403), ("https://evil.example/x", 403), ("https://panda.example/", 200)):
            headers = {
                "Referer": referer,
                "X-CSRFToken": token["csrftoken"],
                "Cookie": f"csrftoken={token['csrftoken']}",
            }
            answer = browser(house).post("/login/", data=form, headers=headers)
            assert answer.status_code == status, referer
            assert status == 403 or "Secure" in answer.headers["set-cookie"]


@says(
    "panda-2.2-login panda-1.2-login-id-is-a-number panda-2.2-login-keys panda-7-limit-session "
    "panda-8-login-no-key"
)
def test_signing_in(page: TestClient, eve: str) -> None:
    """Here an id is a number."""
    answer = _send(page, "/login/", email=EMAIL, password=PASSWORD)
    assert answer.json() == {
        "email": EMAIL,
        "id": int(eve),
        "is_staff": False,
        "notifications": [],
        "show_login_help": True,
    }
    cookies = answer.headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("sessionid="))
    assert "Max-Age=2592000" in session
    assert "HttpOnly" in session
    assert sum(one.startswith("csrftoken=") for one in cookies) == 1


def test_a_superuser_is_staff(page: TestClient) -> None:
    found = _send(page, "/login/", email=ADMIN_EMAIL, password="secret").json()
    assert (set(found), found["is_staff"], found["id"]) == (LOGIN_KEYS, True, 1)


@pytest.mark.parametrize(
    ("path", "form", "body"),
    [
        pytest.param(
            "/login/",
            {"email": EMAIL, "password": "wrong"},
            {"__all__": "Email or password is incorrect"},
            id="panda-2.2-login-wrong",
        ),
        pytest.param(
            "/login/",
            {"email": "nobody@paper.example", "password": "wrong"},
            {"__all__": "Email or password is incorrect"},
            id="panda-2.2-login-unknown",
        ),
        pytest.param(
            "/login/", {"email": EMAIL}, {"password": "This field is required."}, id="panda-2.2-login-missing"
        ),
        pytest.param(
            "/activate/",
            {"activation_key": "nope", "email": EMAIL, "password": PASSWORD},
            {"__all__": "Invalid activation key!"},
            id="panda-2.2-activate-unknown",
        ),
        pytest.param(
            "/activate/",
            {"activation_key": "nope", "email": EMAIL},
            {"password": "This field is required."},
            id="panda-2.2-activate-no-password",
        ),
        pytest.param(
            "/forgot_password/",
            {"email": "nobody@paper.example"},
            {"__all__": "Unknown or inactive email address."},
            id="panda-2.2-forgot-unknown",
        ),
        pytest.param(
            "/forgot_password/",
            {},
            {"__all__": "Unknown or inactive email address."},
            id="panda-2.2-forgot-missing",
        ),
    ],
)
def test_wrong_forms(
    page: TestClient, eve: str, path: str, form: dict[str, str], body: dict[str, str]
) -> None:
    answer = _send(page, path, **form)
    assert told(answer) == (400, body)


@says("panda-2.2-login-disabled")
def test_a_disabled_account(people: Cast, page: TestClient) -> None:
    made = people.admin.post(
        "/user/", {"email": "off@paper.example", "password": PASSWORD, "is_active": False}
    )
    assert made.json()["is_active"] is False
    answer = _send(page, "/login/", email="off@paper.example", password=PASSWORD)
    assert told(answer) == (400, {"__all__": "This account is disabled"})


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(one, id=f"panda-2.2-get-{one.strip('/')}")
        for one in ("/login/", "/activate/", "/forgot_password/")
    ],
)
def test_a_form_that_is_only_looked_at_is_null(page: TestClient, path: str) -> None:
    assert told(page.get(path)) == (200, None)


def test_people_are_sent_to_the_page(page: TestClient) -> None:
    answer = page.get("/login/", headers={"Accept": "text/html,*/*"})
    assert (answer.status_code, answer.headers["location"]) == (302, "/account/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(one, id=f"panda-2.2-csrf-{one.strip('/')}")
        for one in ("/login/", "/logout/", "/activate/", "/forgot_password/")
    ],
)
def test_a_form_without_proof_is_refused(house: House, eve: str, path: str) -> None:
    page = browser(house)
    page.get("/login/")
    answer = page.post(path, data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "CSRF" in answer.text


@says("panda-2.1-session-field")
def test_the_proof_may_stand_in_the_form(page: TestClient, eve: str) -> None:
    form = {"email": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": page.cookies["csrftoken"]}
    assert page.post("/login/", data=form).status_code == 200


@says("panda-2.2-csrf-key", "panda-8-curl")
def test_a_key_needs_no_proof(house: House, eve: str) -> None:
    """The documented curl lines were refused since 1.0.1."""
    headers = {"PANDA_EMAIL": ADMIN_EMAIL, "PANDA_API_KEY": ADMIN_KEY}
    answer = browser(house).post("/login/", data={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 200


@says("panda-2.2-logout")
def test_signing_out(signed: TestClient) -> None:
    assert told(signed.get("/logout/")) == (200, {"__all__": "Successfully logged out"})
    assert signed.get(f"{API}/user/", headers=_token(signed)).status_code == 401
    assert told(signed.post("/logout/", headers=_token(signed))) == (
        200,
        {"__all__": "Successfully logged out"},
    )


def _mailed_key(house: House, email: str, after: int = 0) -> str:
    """What the newest letter to this address has in its link; `after`: so many were there before."""
    outbox = house.running.portal.settings.outbox_folder
    until = time.monotonic() + 10
    while time.monotonic() < until:  # a thread of its own sends them
        texts = [one.read_text() for one in sorted(outbox.glob("*.eml"))]
        found = [text for text in texts if f"To: {email}" in text][after:]
        if found:
            key = re.search(r"/([0-9a-f]{40})\b", found[-1].replace("=\n", ""))
            assert key is not None, found[-1]
            return key[1]
        time.sleep(0.02)
    raise AssertionError(f"no letter to {email}")


@says(
    "panda-2.2-activate panda-2.2-check panda-2.2-check-expired panda-2.2-activate-expired "
    "panda-2.2-activate-email panda-3.1-post-mail panda-3.1-is-active panda-7-activation-link "
    "panda-8-active-at-once"
)
def test_an_activation_from_the_letter_on(house: House, people: Cast, page: TestClient) -> None:
    email = "new@paper.example"
    made = people.admin.post("/user/", {"email": email, "first_name": "New", "last_name": "One"})
    assert (made.status_code, made.json()["is_active"]) == (201, True)
    key = _mailed_key(house, email)
    shown = {"activation_key": key, "email": email, "first_name": "New", "last_name": "One"}
    assert told(page.get(f"/check_activation_key/{key}/")) == (200, shown)
    wrong = _send(page, "/activate/", activation_key=key, email="nobody@nobody", password=PASSWORD)
    assert told(wrong) == (400, {"email": ["Email address is not valid."]})
    answer = _send(page, "/activate/", activation_key=key, email=email, password=PASSWORD, first_name="Newt")
    assert (answer.status_code, set(answer.json())) == (200, LOGIN_KEYS)
    assert "sessionid" not in page.cookies
    expired = {"__all__": "Expired activation key. Contact your administrator"}
    assert told(page.get(f"/check_activation_key/{key}/")) == (400, expired)
    again = _send(page, "/activate/", activation_key=key, email=email, password=PASSWORD)
    assert told(again) == (400, {"__all__": f"{expired['__all__']}."})
    assert _send(page, "/login/", email=email, password=PASSWORD).status_code == 200


@says("panda-2.2-check-unknown")
def test_a_key_that_there_is_not(page: TestClient) -> None:
    assert told(page.get("/check_activation_key/nope/")) == (400, {"__all__": "Invalid activation key"})


@says("panda-2.2-forgot", "panda-7-reset-link")
def test_a_forgotten_password(house: House, page: TestClient, eve: str) -> None:
    """Whoever asks learns nothing of the user."""
    assert told(_send(page, "/forgot_password/", email=EMAIL.upper())) == (200, {})
    key = _mailed_key(house, EMAIL)
    assert _send(page, "/activate/", activation_key=key, email=EMAIL, password=PASSWORD).status_code == 200


@says("panda-2.2-space")
def test_space_is_told_to_everybody(house: House) -> None:
    found = browser(house).get("/check_available_space/").json()
    assert set(found) == {"root", "uploads", "indices"}
    assert all(set(one) == {"device", "free_space"} and one["free_space"] > 0 for one in found.values())


@pytest.mark.parametrize(
    "to", [pytest.param(one, id=f"panda-3.4-forbidden-{one}") for one in ("data_upload", "related_upload")]
)
def test_who_may_send_files(house: House, people: Cast, signed: TestClient, to: str) -> None:
    """Always 200; a session needs its proof here, too."""
    file = {"file": ("a.csv", "a,b\n1,2\n")}
    for who in people.nobodies:
        answer = browser(house).post(f"/{to}/", files=file, params=who.credentials)
        assert (answer.status_code, answer.json()) == (200, {"success": False, "forbidden": True})
    assert signed.post(f"/{to}/", files=file).status_code == 403
    raw: dict[str, Any] = {"content": b"a,b\n1,2\n", "params": {"qqfile": "a.csv"}}
    assert signed.post(f"/{to}/", headers=XHR, **raw).status_code == 403
    proven = signed.post(f"/{to}/", files=file, data={"csrfmiddlewaretoken": signed.cookies["csrftoken"]})
    assert proven.json()["success"] is (to == "data_upload")
    assert signed.post(f"/{to}/", headers={**XHR, **_token(signed)}, **raw).status_code == 200
