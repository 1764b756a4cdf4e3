"""What clients and those between may keep of an answer, and for whom (section 7.4 of the reference and issue 5)."""

import httpx2
import pytest
from tests.dialects.explore.support import Cast, get
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House, Person

PREFIX = EXPLORE.removesuffix("/catalog/datasets")


def _again(
    house: House, answer: httpx2.Response, person: Person = ANONYMOUS, **headers: str
) -> httpx2.Response:
    """The same request of who has its answer."""
    known = {"If-None-Match": answer.headers["etag"], **person.headers, **headers}
    return house.client.get(str(answer.request.url), headers=known)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/", id="explore-2-root"),
        pytest.param("/catalog/datasets", id="explore-2-catalog-datasets"),
        pytest.param("/catalog/facets", id="explore-2-catalog-facets"),
        pytest.param("/catalog/datasets/flights", id="explore-2-dataset"),
        pytest.param("/catalog/datasets/flights/records?limit=3", id="explore-2-records"),
        pytest.param("/catalog/datasets/flights/facets", id="explore-2-facets"),
        pytest.param("/catalog/datasets/flights/exports", id="explore-2-export-list"),
        pytest.param("/catalog/datasets/flights/attachments", id="explore-2-attachments"),
    ],
)
def test_who_has_an_answer_is_told_so(house: House, flights: str, path: str) -> None:
    first = house.client.get(f"{PREFIX}{path}")
    assert first.headers["etag"].startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Authorization, Cookie, Accept-Encoding"
    second = _again(house, first, Origin="https://example.org")
    assert (second.status_code, second.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "x-ratelimit-limit"):
        assert (
            second.headers[name]
            if name == "x-ratelimit-limit"
            else second.headers[name] == first.headers[name]
        )
    assert second.headers["access-control-allow-origin"] == "*"
    assert not {"content-length", "content-type", "content-encoding"} & set(second.headers)


def test_the_validator_is_the_same_for_every_coding_and_for_the_head(house: House, flights: str) -> None:
    url = f"{EXPLORE}/{flights}"
    tags = {
        house.client.request(method, url, headers={"Accept-Encoding": coding}).headers["etag"]
        for method in ("GET", "HEAD")
        for coding in ("gzip", "zstd", "identity")
    }
    assert len(tags) == 1
    assert house.client.head(url, headers={"If-None-Match": tags.pop()}).status_code == 304


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ("*", 304),
        ("{}", 304),
        ('"a", {}, W/"b"', 304),
        ("{}x", 304),
        ('W/"other"', 200),
        ("", 200),
        ("nonsense", 200),
        ('W/"', 200),
    ],
)
def test_a_client_may_name_several_answers(house: House, flights: str, known: str, status: int) -> None:
    tag = get(house, f"/{flights}").headers["etag"]
    answer = house.client.get(f"{EXPLORE}/{flights}", headers={"If-None-Match": known.format(tag)})
    assert answer.status_code == status


def test_what_changed_is_sent_again(house: House, flights: str) -> None:
    first = get(house)
    made = house.create(dataset_id="another")
    assert _again(house, first).status_code == 304
    house.publish(made["uid"])
    second, one = _again(house, first), get(house, "/another")
    assert (second.status_code, second.json()["total_count"]) == (200, first.json()["total_count"] + 1)
    house.restrict(made["uid"], is_restricted=True)
    assert _again(house, second).status_code == 200
    assert _again(house, first).status_code == 304
    assert _again(house, one).status_code == 404


def test_nobody_gets_the_answer_of_another(house: House, people: Cast) -> None:
    path = f"/{people.dataset_id}/records"
    full = get(house, path, people.inspector)
    assert _again(house, full, people.inspector).status_code == 304
    for person in (people.parisian, people.roman, people.both):
        answer = _again(house, full, person)
        assert (answer.status_code, answer.headers["vary"]) == (200, full.headers["vary"])
        assert answer.json()["total_count"] < full.json()["total_count"]
    assert _again(house, full, people.blind).status_code == 403
    for person in (people.stranger, people.weak, ANONYMOUS):
        assert _again(house, full, person).status_code == 404


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/flights/records?where=((", 400), ("?apikey=x", 401)]
)
def test_errors_are_kept_for_nobody_else_either(house: House, flights: str, path: str, status: int) -> None:
    answer = house.client.get(f"{EXPLORE}{path}", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "private, no-cache")
    assert answer.headers["vary"] == "Authorization, Cookie, Accept-Encoding"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("name", ["csv", "json"])
def test_explore_6_3_exports_have_no_validator(house: House, flights: str, name: str) -> None:
    answer = house.client.get(f"{EXPLORE}/{flights}/exports/{name}", headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache, no-store")
    assert "etag" not in answer.headers


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("path", ["", "/exports/csv", "/exports/json", "/exports/jsonl"])
def test_answers_and_exports_are_compressed_on_their_way(
    house: House, flights: str, path: str, coding: str
) -> None:
    url = f"{EXPLORE}/{flights}{path}"
    plain = house.client.get(url, headers={"Accept-Encoding": "identity"})
    packed = house.client.get(url, headers={"Accept-Encoding": coding, "Origin": "https://example.org"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == coding
    assert packed.content == plain.content
    assert packed.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["csv?compressed=true", "parquet"])
def test_files_that_are_compressed_already_are_sent_as_they_are(
    house: House, flights: str, path: str
) -> None:
    answer = house.client.get(f"{EXPLORE}/{flights}/exports/{path}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


def test_a_stored_file_has_a_strong_validator_and_is_sent_as_it_is(house: House, flights: str) -> None:
    uid = get(house, f"/{flights}").json()["dataset_uid"]
    added = house.client.post(
        f"{AUTOMATION}/datasets/{uid}/attachments/",
        files={"file": ("long.txt", b"line\n" * 1000)},
        headers=house.admin.headers,
    )
    url = f"{EXPLORE}/{flights}/attachments/{added.json()['uid']}"
    first = house.client.get(url, headers={"Accept-Encoding": "gzip"})
    assert first.headers["etag"].startswith('"')
    assert "content-encoding" not in first.headers
    assert first.headers["cache-control"] == "private, no-cache"
    second = _again(house, first)
    assert (second.status_code, second.content) == (304, b"")
