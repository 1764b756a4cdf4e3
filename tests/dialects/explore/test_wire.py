"""What holds at every path of the door: slashes, methods, keys and other sites."""

import pytest
from tests.dialects.explore.support import error, get
from tests.support.house import ADMIN_KEY, EXPLORE, House, Person

PREFIX = EXPLORE.removesuffix("/catalog/datasets")


@pytest.mark.parametrize("path", ["", "/flights", "/flights/records"])
def test_every_path_answers_with_and_without_its_slash_and_with_slashes_twice(
    house: House, flights: str, path: str
) -> None:
    answers = [
        house.client.get(f"{form}?limit=1", follow_redirects=False)
        for form in (f"{EXPLORE}{path}", f"{EXPLORE}{path}/", f"http://testserver/{EXPLORE}/{path}//")
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_the_door_is_read_only(house: House, flights: str, method: str) -> None:
    for path in ("", "/flights", "/flights/records"):
        answer = house.client.request(method, f"{EXPLORE}{path}")
        assert error(answer) == (405, "MethodNotAllowed", f'Method "{method}" not allowed.')
        assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_head_and_options_are_answered(house: House, flights: str) -> None:
    whole, head = (house.client.request(one, f"{EXPLORE}/{flights}/records") for one in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]
    answer = house.client.options(EXPLORE)
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("path", ["/nothing", "/catalog/datasets/flights/nothing", "/catalog/nothing/"])
def test_an_unknown_path_has_the_shape_of_the_door(house: House, path: str) -> None:
    assert error(house.client.get(f"{PREFIX}{path}")) == (404, "NotFoundResource", "Not found.")


@pytest.mark.parametrize("status", [200, 400, 401, 404])
def test_pages_of_other_sites_may_read_every_answer(house: House, flights: str, status: int) -> None:
    path = {404: "/nowhere", 400: "/flights/records?where=((", 401: "?apikey=x"}.get(status, "/flights")
    answer = house.client.get(f"{EXPLORE}{path}", headers={"Origin": "https://example.org"})
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"Link", "Content-Disposition", "X-RateLimit-Remaining", "ods-analyze-truncated"} <= set(exposed)
    assert "access-control-allow-credentials" not in answer.headers


def test_pages_of_other_sites_may_send_a_key(house: House) -> None:
    asked = "authorization, content-type, ods-widgets-version, x-anything"
    answer = house.client.options(
        EXPLORE,
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": asked,
        },
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]
    allowed = {one.strip().lower() for one in answer.headers["access-control-allow-headers"].split(",")}
    assert set(asked.split(", ")) <= allowed


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"Apikey {ADMIN_KEY}", id="explore-7.4-apikey"),
        pytest.param(f"ApiKey {ADMIN_KEY}", id="explore-7.4-scheme-in-any-case"),
        pytest.param(f"APIKEY  {ADMIN_KEY}", id="explore-7.4-blanks"),
        pytest.param(ADMIN_KEY, id="explore-7.4-key-alone"),
    ],
)
def test_a_key_is_taken_in_every_spelling_explore_7_4_parameter(house: House, value: str) -> None:
    assert house.client.get(EXPLORE, headers={"Authorization": value}).status_code == 200
    assert get(house, apikey=value.rpartition(" ")[2]).status_code == 200


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(f"Bearer {ADMIN_KEY}", id="explore-7.4-bearer"),
        pytest.param("Basic YTpi", id="explore-7.4-basic"),
        pytest.param("Apikey x", id="explore-7.4-wrong-key"),
        pytest.param("x", id="explore-7.4-wrong-key-alone"),
    ],
)
def test_a_wrong_key_or_scheme_is_told_before_anything_else(house: House, value: str) -> None:
    for path in ("", "?limit=x", "/nowhere", "/flights/records?where=(("):
        answer = house.client.get(f"{EXPLORE}{path}", headers={"Authorization": value})
        assert error(answer)[:2] == (401, "Unauthorized")
        assert answer.headers["www-authenticate"] == "Apikey"


def test_a_key_shows_what_its_owner_may_see_explore_7_4_owner(house: House) -> None:
    made = house.published("a\n1\n", dataset_id="zz-keyed", is_restricted=True)
    path = f"{EXPLORE}/zz-keyed/records"
    assert house.client.get(path).status_code == 404
    assert house.client.get(path, params={"apikey": ADMIN_KEY}).status_code == 200
    assert house.client.get(path, headers=Person(None, ADMIN_KEY.upper()).headers).status_code == 200
    house.client.delete(f"/api/automation/v1.0/datasets/{made['uid']}/", headers=house.admin.headers)
