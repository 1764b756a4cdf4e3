"""What the people who run a portal ask of it, and what stands outside every door."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.support.house import ADMIN_KEY, AUTOMATION, EXPLORE, House, opened

PUBLIC = "https://data.example.org"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("operations"), public_url=PUBLIC) as one:
        yield one


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/health/live/", "//health//ready"])
def test_a_healthy_portal_says_so(house: House, path: str) -> None:
    answer = house.client.get(f"http://testserver{path}")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert house.client.head(f"http://testserver{path}").status_code == 200


def test_a_portal_without_its_catalogue_is_not_ready(house: House) -> None:
    progress = house.running.portal.catalogue
    ref, progress.ref = progress.ref, None
    try:
        answer = house.client.get("/health/ready")
        assert (answer.status_code, answer.json()) == (503, {"status": "unavailable"})
        assert house.client.get("/health/live").status_code == 200
    finally:
        progress.ref = ref


def _requests(house: House) -> dict[tuple[str, str, str], float]:
    text = house.client.get("/metrics").text
    return {
        (one.labels["door"], one.labels["method"], one.labels["status"]): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if one.name == "colonnade_requests_total"
    }


def test_requests_are_counted_by_door_method_and_status(house: House) -> None:
    before = _requests(house)
    house.client.get(f"{AUTOMATION}/datasets")
    house.client.get(f"http://testserver/{AUTOMATION}//datasets//", headers=house.admin.headers)
    house.client.head(EXPLORE)
    house.client.get(f"{EXPLORE}/person-of-interest?apikey=x")
    house.client.request("BREW", "/coffee")
    house.client.get("/api/automation/v1.0-and-more")
    after = _requests(house)
    changed = {labels for labels, count in after.items() if count != before.get(labels, 0)}
    assert changed == {
        ("automation", "GET", "401"),
        ("automation", "GET", "200"),
        ("explore", "HEAD", "200"),
        ("explore", "GET", "401"),
        ("other", "other", "404"),
        ("other", "GET", "404"),
        ("other", "GET", "200"),
    }


def test_metrics_hold_jobs_and_times_and_nothing_that_tells_of_people_or_data(house: House) -> None:
    made = house.published("a\n1\n")
    text = house.client.get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {"colonnade_requests", "colonnade_request_seconds", "colonnade_jobs"} <= set(families)
    jobs = {
        (one.labels["kind"], one.labels["state"]): one.value for one in families["colonnade_jobs"].samples
    }
    assert jobs[("publish", "done")] >= 1
    for private in (ADMIN_KEY, made["uid"], made["dataset_id"], "admin"):
        assert private not in text


@pytest.mark.parametrize(
    "path", ["/nothing", "/api", "/api/automation", "/api/explore/v2.0/catalog", "/openapi.json"]
)
def test_a_path_outside_every_door_is_not_found(house: House, path: str) -> None:
    answer = house.client.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found."})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_a_wrong_method_outside_every_door_is_told(house: House) -> None:
    answer = house.client.post("/health/live")
    assert (answer.status_code, answer.json()) == (405, {"error": 'Method "POST" not allowed.'})
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("host", ["testserver", "evil.example", "[::1", "a b", ""])
def test_links_are_of_the_public_address_whatever_the_request_says(house: House, host: str) -> None:
    house.create()
    house.create()
    headers = {**house.admin.headers, "Host": host, "X-Forwarded-Host": "evil.example"}
    body = house.client.get(f"{AUTOMATION}/datasets?limit=1", headers=headers).json()
    assert body["next"] == f"{PUBLIC}{AUTOMATION}/datasets/?limit=1&offset=1"


def test_links_repeat_other_parameters_and_no_key(house: House) -> None:
    path = f"{AUTOMATION}/datasets?limit=1&apikey={ADMIN_KEY}&x=%ff&y=a%26b&x=&offset=0"
    body = house.client.get(path).json()
    assert body["next"] == f"{PUBLIC}{AUTOMATION}/datasets/?x=%EF%BF%BD&y=a%26b&x=&limit=1&offset=1"
