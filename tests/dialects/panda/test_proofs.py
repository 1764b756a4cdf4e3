"""Forms that open and end sessions and set passwords: who sends them, and how often (section 2.2 of the reference)."""

import pytest
from starlette.testclient import TestClient
from tests.dialects.panda.support import ADMIN_EMAIL, API, WRONG_KEY, browser, told
from tests.support.house import ADMIN_KEY, House

from colonnade.core.tries import Limits, Tries

FORMS = ("/login/", "/logout/", "/activate/", "/forgot_password/")
ADMIN = {"email": ADMIN_EMAIL, "password": "secret"}
CROSS_SITE = {"Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize(
    "path", [pytest.param(one, id=f"panda-2.2-csrf-key-{one.strip('/')}") for one in FORMS]
)
@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({"api_key": "x"}, {}),
        ({"email": ADMIN_EMAIL, "api_key": WRONG_KEY}, {}),
        ({"apikey": "x"}, {}),
        ({}, {"Authorization": "Basic eDp5"}),
        ({}, {"PANDA_API_KEY": WRONG_KEY}),
        ({"email": ADMIN_EMAIL, "api_key": ADMIN_KEY}, CROSS_SITE),
    ],
)
def test_a_key_of_nobody_is_no_proof(
    house: House, path: str, params: dict[str, str], headers: dict[str, str]
) -> None:
    """Nor is one that a page of another site sends: who has one could sign others in as somebody else."""
    answer = browser(house).post(path, params=params, headers=headers, data=ADMIN)
    assert (answer.status_code, answer.headers["content-type"][:9]) == (403, "text/html")
    assert "sessionid" not in answer.headers["set-cookie"]


@pytest.fixture
def page(house: House) -> TestClient:
    """A browser that has looked at the site."""
    one = browser(house)
    one.get("/login/")
    return one


def _token(page: TestClient) -> dict[str, str]:
    return {"X-CSRFToken": page.cookies["csrftoken"]}


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", "cross-site"])
def test_pages_of_other_sites_sign_nobody_out(page: TestClient, site: str) -> None:
    """The answer does not tell whether anybody was signed in."""
    assert page.post("/login/", data=ADMIN, headers=_token(page)).status_code == 200
    answer = page.get("/logout/", headers={"Sec-Fetch-Site": site})
    assert told(answer) == (200, {"__all__": "Successfully logged out"})
    is_in = site == "cross-site"
    assert ("sessionid" in answer.headers["set-cookie"]) is not is_in
    assert ("sessionid" in page.cookies) is is_in
    assert page.get(f"{API}/user/", headers=_token(page)).status_code == (200 if is_in else 401)


def test_wrong_keys_of_letters_are_counted(
    house: House, page: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together, wherever they are sent."""
    monkeypatch.setattr(house.running.portal, "tries", Tries(Limits(network_keys=3)))

    def sent(path: str, **form: str) -> tuple[int, str]:
        answer = page.post(path, data={**form, "password": "x", "again": "x"}, headers=_token(page))
        return answer.status_code, answer.text

    assert sent("/activate/", activation_key="0") == (400, '{"__all__":"Invalid activation key!"}')
    assert [sent(f"/account/{one}/0/")[0] for one in ("activate", "reset", "reset")] == [404, 404, 429]
    status, told = sent("/activate/", activation_key="0")
    assert (status, told[:32]) == (429, "This was asked for too often. Pl")
