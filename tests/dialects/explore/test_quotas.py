"""Quotas and numbers of use (section 7.2 and 4.1 of the reference), for each kind of caller."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, cast

import httpx2
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp
from tests.support.house import ANONYMOUS, EXPLORE, House, Person, opened
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from colonnade.core.people import service as people
from colonnade.core.work import SYSTEM

PREFIX = EXPLORE.removesuffix("/catalog/datasets")
PER_PERSON, PER_ADDRESS = 4, 3
RESET = "%Y-%m-%d %H:%M:%S+00:00"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A portal of few calls."""
    folder = tmp_path_factory.mktemp("quotas")
    with opened(folder, user_calls_per_day=PER_PERSON, anonymous_calls_per_day=PER_ADDRESS) as one:
        yield one


@pytest.fixture(scope="module")
def trees(house: House) -> str:
    house.published("name,size\nash,1\noak,2\n", dataset_id="trees")
    return "trees"


class Addresses:
    """Clients at addresses that nobody called from before."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._last = 0

    def new(self) -> TestClient:
        self._last += 1
        return TestClient(self._house.running.app, client=(f"192.0.2.{self._last}", 1234))


@pytest.fixture(scope="module")
def addresses(house: House) -> Addresses:
    return Addresses(house)


def _standing(answer: httpx2.Response, whose: str = "") -> tuple[int, int]:
    headers = answer.headers
    return int(headers[f"x-ratelimit{whose}-limit"]), int(headers[f"x-ratelimit{whose}-remaining"])


def _midnight() -> dt.datetime:
    today = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "is_counted"),
    [
        pytest.param("GET", "", {}, 200, True, id="explore-7.2-list"),
        pytest.param("GET", "/trees/records?limit=2", {}, 200, True, id="explore-7.2-records"),
        pytest.param("HEAD", "/trees/records", {}, 200, True, id="explore-7.2-head"),
        pytest.param("GET", "/trees/exports/csv", {}, 200, True, id="explore-7.2-export-is-one-call"),
        pytest.param("GET", "/trees", {"If-None-Match": "*"}, 304, True, id="explore-7.2-not-modified"),
        pytest.param("GET", "/trees/records?where=((", {}, 400, True, id="explore-7.2-bad-request"),
        pytest.param("GET", "/nowhere", {}, 404, True, id="explore-7.2-unknown-dataset"),
        pytest.param("GET", "/trees/nothing", {}, 404, False, id="explore-7.2-unknown-path"),
        pytest.param("POST", "", {}, 405, False, id="explore-7.2-method"),
        pytest.param("GET", "", {"Authorization": "Apikey x"}, 401, False, id="explore-7.2-wrong-key"),
        pytest.param("GET", "?apikey=x", {}, 401, False, id="explore-7.2-wrong-key-parameter"),
    ],
)
def test_every_answer_says_where_the_caller_stands(
    addresses: Addresses,
    trees: str,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    is_counted: bool,
) -> None:
    answer = addresses.new().request(method, f"{EXPLORE}{path}", headers=headers)
    assert answer.status_code == status
    assert _standing(answer) == (PER_ADDRESS, PER_ADDRESS - is_counted)
    assert answer.headers["x-ratelimit-reset"] == _midnight().strftime(RESET)
    assert "x-ratelimit-dataset-limit" not in answer.headers


def _used_up(client: TestClient, person: Person, limit: int) -> httpx2.Response:
    """The answer after the last one that is allowed."""
    for left in reversed(range(limit)):
        answer = client.get(EXPLORE, headers=person.headers)
        assert (answer.status_code, _standing(answer)) == (200, (limit, left))
    return client.get(f"{EXPLORE}/trees/records", headers={**person.headers, "Origin": "https://example.org"})


def _is_too_many(answer: httpx2.Response, number: int, limit: int, text: str) -> None:
    assert answer.status_code == 429
    assert answer.json() == {
        "errorcode": number,
        "reset_time": _midnight().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "limit_time_unit": "day",
        "call_limit": limit,
        "error": text,
        "error_code": "TooManyRequests",
        "message": text,
    }
    assert _standing(answer) == (limit, 0)
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert answer.headers["access-control-allow-origin"] == "*"
    exposed = answer.headers["access-control-expose-headers"].split(", ")
    assert {"Retry-After", "X-RateLimit-Reset", "X-RateLimit-dataset-Remaining"} <= set(exposed)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "etag" not in answer.headers


def test_explore_7_2_10005_callers_without_a_key_share_an_address(addresses: Addresses, trees: str) -> None:
    client = addresses.new()
    refused = _used_up(client, ANONYMOUS, PER_ADDRESS)
    text = "You have exceeded the requests limit for anonymous users."
    _is_too_many(refused, 10005, PER_ADDRESS, text)
    assert client.get(f"{PREFIX}/").status_code == 429
    assert addresses.new().get(EXPLORE).status_code == 200


def test_explore_7_2_10002_all_keys_of_a_person_are_one_caller(
    house: House, addresses: Addresses, trees: str
) -> None:
    ann, bob = house.person(), house.person()
    refused = _used_up(addresses.new(), ann, PER_PERSON)
    text = "Too many requests on the domain. Please contact the domain administrator."
    _is_too_many(refused, 10002, PER_PERSON, text)
    with house.running.portal.writing(SYSTEM) as work:
        _, other_key = people.add_key(work, people.person(work, ann.name or ""))
    elsewhere = addresses.new()
    assert elsewhere.get(EXPLORE, params={"apikey": other_key}).status_code == 429
    assert _standing(elsewhere.get(EXPLORE)) == (PER_ADDRESS, PER_ADDRESS - 1)
    assert elsewhere.get(EXPLORE, headers=bob.headers).status_code == 200


def test_explore_7_2_a_wrong_key_counts_against_nobody(house: House, addresses: Addresses) -> None:
    client = addresses.new()
    for _ in range(PER_ADDRESS + 1):
        assert client.get(EXPLORE, headers={"Authorization": f"Apikey {'b' * 56}"}).status_code == 401
    assert _standing(client.get(EXPLORE)) == (PER_ADDRESS, PER_ADDRESS - 1)


def test_publishers_and_readers_of_pages_are_not_counted(
    house: House, addresses: Addresses, trees: str
) -> None:
    ann, client = house.person(["create_dataset"]), addresses.new()
    for _ in range(PER_PERSON + 1):
        listed = client.get("/api/automation/v1.0/datasets/", headers=ann.headers)
        assert (listed.status_code, "x-ratelimit-limit" in listed.headers) == (200, False)
        assert client.get("/explore/dataset/trees/").status_code == 200
    assert _standing(client.get(EXPLORE, headers=ann.headers)) == (PER_PERSON, PER_PERSON - 1)


def test_behind_a_proxy_that_is_trusted_the_address_is_the_client_s(house: House, trees: str) -> None:
    trusting = cast(
        ASGIApp, ProxyHeadersMiddleware(cast(Any, house.running.app), trusted_hosts="198.51.100.1")
    )
    for at, are_apart in (("198.51.100.1", True), ("198.51.100.2", False)):
        proxy = TestClient(trusting, client=(at, 1))
        answers = [
            proxy.get(EXPLORE, headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in (1, 2)
        ]
        assert [_standing(one)[1] for one in answers] == [
            PER_ADDRESS - 1,
            PER_ADDRESS - 1 if are_apart else PER_ADDRESS - 2,
        ]


@pytest.fixture(scope="module")
def rationed(house: House) -> dict[str, Any]:
    made = house.create(dataset_id="rationed")
    assert house.publish(made["uid"])["status"] == "idle"
    house.restrict(made["uid"], is_restricted=False, api_calls_quota={"unit": "month", "limit": 1})
    return made


def _of_dataset(client: TestClient, person: Person = ANONYMOUS) -> httpx2.Response:
    return client.get(f"{EXPLORE}/rationed", headers=person.headers)


def test_explore_7_2_a_dataset_may_have_a_quota_of_its_own(
    addresses: Addresses, trees: str, rationed: dict[str, Any]
) -> None:
    client = addresses.new()
    first, second = _of_dataset(client), _of_dataset(client)
    assert (first.status_code, _standing(first, "-dataset")) == (200, (1, 0))
    next_month = (_midnight() - dt.timedelta(days=1)).replace(day=28) + dt.timedelta(days=4)
    resets = next_month.replace(day=1)
    assert first.headers["x-ratelimit-dataset-reset"] == resets.strftime(RESET)
    body = second.json()
    assert (second.status_code, body["errorcode"], body["call_limit"]) == (429, 10002, 1)
    assert body["limit_time_unit"] == "month"
    assert body["reset_time"] == resets.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(f"{EXPLORE}/trees").status_code == 200


@pytest.mark.parametrize(
    ("quotas", "limit"),
    [
        ([], 1),
        ([{"unit": "day", "limit": 2}], 2),
        ([{"unit": "day", "limit": 2}, {"unit": "hour", "limit": 1}], 1),  # an hour is shorter than a day
        ([{"unit": "day", "limit": 2}, None], None),
    ],
    ids=["default", "own", "most-generous", "one-without"],
)
def test_the_quota_of_rulesets_is_the_most_generous(
    house: House, addresses: Addresses, rationed: dict[str, Any], quotas: list[Any], limit: int | None
) -> None:
    group = f"group{len(quotas)}{limit or 0}"
    person = house.person(groups=[group])
    if quotas:
        house.give(rationed["uid"], person, api_calls_quota=quotas[0])
    if len(quotas) > 1:
        house.give_group(rationed["uid"], group, api_calls_quota=quotas[1])
    answer = _of_dataset(addresses.new(), person)
    told = answer.headers.get("x-ratelimit-dataset-limit")
    assert (answer.status_code, told) == (200, None if limit is None else str(limit))


def test_who_sees_everything_has_no_quota_of_a_dataset(
    house: House, addresses: Addresses, rationed: dict[str, Any]
) -> None:
    inspector = house.person(["explore_restricted_dataset"])
    for _ in range(2):
        answer = _of_dataset(addresses.new(), inspector)
        assert (answer.status_code, "x-ratelimit-dataset-limit" in answer.headers) == (200, False)


def _use(client: TestClient) -> dict[str, int]:
    shown = client.get(f"{EXPLORE}/trees", params={"include_app_metas": "true"}).json()
    found: dict[str, int] = shown["metas"]["explore"]
    return found


def test_explore_4_1_use_is_counted_shown_and_queried(addresses: Addresses, trees: str) -> None:
    before = _use(addresses.new())
    for path in ("records", "exports/csv", "exports/json", "nothing"):
        addresses.new().get(f"{EXPLORE}/trees/{path}")
    addresses.new().head(f"{EXPLORE}/trees/exports/csv")
    client = addresses.new()
    after = _use(client)
    assert {name: after[name] - number for name, number in before.items()} == {
        "download_count": 2,
        "api_call_count": 5,
        "popularity_score": 25,
    }
    for number, ids in ((after["download_count"] - 1, ["trees"]), (after["download_count"], [])):
        found = client.get(EXPLORE, params={"where": f"explore.download_count > {number}"}).json()["results"]
        assert [one["dataset_id"] for one in found] == ids
