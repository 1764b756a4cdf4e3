"""Datasets: listed, made, shown, removed (section 2.1 of the reference)."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.dialects.automation.support import call, cast, detail, held_publish, titled
from tests.support.house import EXPLORE, House

KEYS = {
    "uid",
    "dataset_id",
    "asset_type",
    "created_at",
    "updated_at",
    "is_published",
    "is_restricted",
    "metadata",
    "default_security",
    "created_by",
    "updated_by",
}


def _made(house: House, body: Any) -> dict[str, Any]:
    answer = call(house, "POST", "/datasets/", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_new_dataset_has_every_key_and_the_documented_defaults(house: House) -> None:
    made = _made(house, titled("Éléphants & Châteaux"))
    assert set(made) == KEYS
    assert made["uid"].startswith("da_")
    assert len(made["uid"]) == 9
    assert made["dataset_id"] == "elephants-chateaux"
    assert (made["is_published"], made["is_restricted"]) == (False, False)
    assert made["default_security"] == {
        "is_data_visible": True,
        "visible_fields": None,
        "filter_query": "",
        "api_calls_quota": None,
    }
    assert made["created_by"] == made["updated_by"] == {"username": "admin"}
    default = made["metadata"]["default"]
    assert default["title"] == {
        "value": "Éléphants & Châteaux",
        "remote_value": None,
        "override_remote_value": False,
    }
    assert default["language"]["value"] == "en"
    for moment in (made["created_at"], made["updated_at"], default["modified"]["value"]):
        assert moment.endswith("Z")
        assert dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(moment) < dt.timedelta(minutes=5)


def test_an_identifier_made_from_a_title_is_made_unique(house: House) -> None:
    names = [_made(house, titled("Same name"))["dataset_id"] for _ in range(3)]
    assert names == ["same-name", "same-name-2", "same-name-3"]
    assert _made(house, titled("日本"))["dataset_id"] == "dataset"


def test_what_is_sent_is_kept_and_unknown_and_read_only_keys_are_ignored(house: House) -> None:
    security = {"is_data_visible": False, "visible_fields": ["a"], "filter_query": "a > 1"}
    quota = {"unit": "day", "limit": 5}
    made = _made(
        house,
        {
            **titled(
                dataset_id="kept_as-sent", is_restricted=True, uid="da_zzzzzz", is_published=True, foo=[1]
            ),
            "metadata": {
                "default": {"title": "Bare", "keyword": {"value": ["a", "b"], "remote_value": ["c"]}},
                "custom": {"any": {"value": {"deep": [1, 2.5, None]}}},
            },
            "default_security": {**security, "api_calls_quota": quota, "bar": 1},
        },
    )
    assert made["dataset_id"] == "kept_as-sent"
    assert made["uid"] != "da_zzzzzz"
    assert (made["is_published"], made["is_restricted"]) == (False, True)
    assert made["default_security"] == {**security, "api_calls_quota": quota}
    assert made["metadata"]["default"]["title"]["value"] == "Bare"
    assert made["metadata"]["default"]["keyword"] == {
        "value": ["a", "b"],
        "remote_value": None,
        "override_remote_value": False,
    }
    assert made["metadata"]["custom"]["any"]["value"] == {"deep": [1, 2.5, None]}
    assert call(house, "GET", f"/datasets/{made['uid']}/").json() == made


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"metadata": ["This field is required"]}),
        ({"metadata": {}}, {"metadata": {"default": {"title": ["This field is required"]}}}),
        (titled(""), {"metadata": {"default": {"title": ["This field is required"]}}}),
        (titled("  "), {"metadata": {"default": {"title": ["This field is required"]}}}),
        (
            {"metadata": {"default": {"title": 5}}},
            {"metadata": {"default": {"title": ["This must be a text."]}}},
        ),
        ({"metadata": {"default": 5}}, {"metadata": {"default": ["This must be an object of fields."]}}),
        ({"metadata": 5}, {"metadata": ["Input should be a valid dictionary"]}),
        (titled(dataset_id=5), {"dataset_id": ["Input should be a valid string"]}),
        (titled(dataset_id=""), {"dataset_id": ["String should have at least 1 character"]}),
        (
            titled(default_security={"api_calls_quota": {"unit": "eon", "limit": -1}}),
            {
                "default_security": {
                    "api_calls_quota": {
                        "unit": ["Input should be 'second', 'minute', 'hour', 'day' or 'month'"],
                        "limit": ["Input should be greater than or equal to 0"],
                    }
                }
            },
        ),
    ],
)
def test_a_wrong_body_is_told_field_by_field(house: House, body: Any, expected: Any) -> None:
    assert detail(call(house, "POST", "/datasets/", json=body)) == expected


@pytest.mark.parametrize(
    "name", ["With Capitals", "é", "-a", "a/b", "../a", "a" * 201, "da_abc123", "a\x00b"]
)
def test_an_identifier_that_no_path_could_carry_is_refused(house: House, name: str) -> None:
    assert list(detail(call(house, "POST", "/datasets/", json=titled(dataset_id=name)))) == ["dataset_id"]


def test_an_identifier_is_given_once(house: House) -> None:
    _made(house, titled(dataset_id="taken"))
    answer = call(house, "POST", "/datasets/", json=titled(dataset_id="taken"))
    assert detail(answer) == {"dataset_id": ["Another dataset has this identifier."]}


def test_a_filter_that_is_no_odsql_is_refused_when_it_is_written(house: House) -> None:
    answer = call(house, "POST", "/datasets/", json=titled(default_security={"filter_query": "a =="}))
    assert "unexpected" in str(detail(answer))


@pytest.mark.parametrize(
    "content", [b"nothing", b"{", b'{"metadata": NaN}', b'"\xff"', b'"\\ud800"', b"[" * 9000]
)
def test_a_body_that_is_not_json_is_a_bad_request(house: House, content: bytes) -> None:
    answer = call(house, "POST", "/datasets/", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {
        "error_code": "bad_request",
        "message": "Bad request: the server did not understand the request parameters.",
    }


@pytest.mark.parametrize("content", [b"[]", b"null", b"1", b'"text"', b""])
def test_json_that_is_no_object_is_refused(house: House, content: bytes) -> None:
    assert "non_field_errors" in detail(call(house, "POST", "/datasets/", content=content))


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_is_json_whatever_its_type_says(house: House, content_type: str | None) -> None:
    headers = {} if content_type is None else {"Content-Type": content_type}
    content = b'{"metadata": {"default": {"title": "By hand"}}}'
    assert call(house, "POST", "/datasets/", content=content, headers=headers).status_code == 201


def test_numbers_beyond_64_bits_do_not_break_the_answer(house: House) -> None:
    content = b'{"metadata": {"default": {"title": "Big"}, "custom": {"n": 123456789012345678901234567890}}}'
    answer = call(house, "POST", "/datasets/", content=content)
    assert answer.status_code == 201
    assert answer.json()["metadata"]["custom"]["n"]["value"] == 123456789012345678901234567890.0


def test_only_who_may_create_creates_and_then_owns(house: House) -> None:
    creator = house.person(["create_dataset"])
    made = house.create(creator)
    assert made["created_by"] == {"username": creator.name}
    assert call(house, "GET", f"/datasets/{made['uid']}/", creator).status_code == 200
    assert call(house, "DELETE", f"/datasets/{made['uid']}/", creator).status_code == 204
    for name, expected in {"stranger": 403, "portal editor": 403, "anonymous": 401, "wrong key": 401}.items():
        answer = call(house, "POST", "/datasets/", cast(house, house.create()["uid"])[name], json=titled())
        assert answer.status_code == expected, name


def test_the_list_is_a_page_with_absolute_links(house: House) -> None:
    owner = house.person(["create_dataset"])
    made = [house.create(owner)["dataset_id"] for _ in range(5)]

    def page(query: str) -> Any:
        answer = call(house, "GET", f"/datasets/{query}", owner)
        assert answer.status_code == 200, answer.text
        assert set(answer.json()) == {"total_count", "next", "previous", "results"}
        return answer.json()

    whole = page("")
    assert [one["dataset_id"] for one in whole["results"]] == made
    assert (whole["total_count"], whole["next"], whole["previous"]) == (5, None, None)
    middle = page("?limit=2&offset=1&order_by=x&apikey=secret")
    assert [one["dataset_id"] for one in middle["results"]] == made[1:3]
    assert middle["total_count"] == 5
    assert _numbers(middle["next"]) == {"limit": "2", "offset": "3", "order_by": "x"}
    assert _numbers(middle["previous"]) == {"limit": "2", "offset": "0", "order_by": "x"}
    last = page("?limit=2&offset=3")
    assert (last["next"], len(last["results"])) == (None, 2)
    count = page("?limit=0")
    assert (count["results"], count["total_count"], count["next"]) == ([], 5, None)
    beyond = page("?offset=100")
    assert (beyond["results"], beyond["total_count"], beyond["next"]) == ([], 5, None)
    assert _numbers(beyond["previous"]) == {"limit": "20", "offset": "80"}


def _numbers(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("http", "testserver")
    assert parts.path == "/api/automation/v1.0/datasets/"
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def test_the_links_of_a_page_can_be_followed_to_the_end(house: House) -> None:
    owner = house.person(["create_dataset"])
    made = [house.create(owner)["uid"] for _ in range(4)]
    url, seen = "/datasets?limit=3", []
    while url:
        body = call(house, "GET", url, owner).json()
        seen += [one["uid"] for one in body["results"]]
        url = (body["next"] or "").partition("/api/automation/v1.0")[2]
    assert seen == made


@pytest.mark.parametrize(
    "query",
    [
        "limit=1001",
        "limit=-1",
        "offset=-1",
        "limit=x",
        "limit=1.5",
        "offset=1e3",
        "offset=9999999999999999999",
    ],
)
def test_a_page_out_of_range_is_refused(house: House, query: str) -> None:
    assert list(detail(call(house, "GET", f"/datasets/?{query}"))) == [query.partition("=")[0]]


def test_a_dataset_is_found_by_its_exact_identifier(house: House) -> None:
    made = house.create()
    found = call(house, "GET", f"/datasets?dataset_id={made['dataset_id']}").json()
    assert [one["uid"] for one in found["results"]] == [made["uid"]]
    assert call(house, "GET", "/datasets?dataset_id=no-such").json()["total_count"] == 0


def test_everybody_lists_what_they_may_edit_or_publish(house: House) -> None:
    uid = house.create()["uid"]
    people = cast(house, uid)
    for name in ("editor", "publisher", "holder of all"):
        assert [one["uid"] for one in call(house, "GET", "/datasets/", people[name]).json()["results"]] == [
            uid
        ]
    for name in ("administrator", "portal editor"):
        assert call(house, "GET", "/datasets/", people[name]).json()["total_count"] > 1
    creator = house.person(["create_dataset"])
    assert call(house, "GET", "/datasets/", creator).json()["total_count"] == 0
    for name in ("stranger", "weak key", "weak key of an administrator", "portal publisher"):
        assert call(house, "GET", "/datasets/", people[name]).status_code == 403, name
    for name in ("anonymous", "revoked key", "wrong key"):
        assert call(house, "GET", "/datasets/", people[name]).status_code == 401, name


def test_a_deleted_dataset_is_gone_at_every_path(house: House) -> None:
    made = house.published("a\n1\n")
    uid, name = made["uid"], made["dataset_id"]
    answer = call(house, "DELETE", f"/datasets/{uid}/")
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "status/"),
        ("POST", "publish/"),
        ("POST", "unpublish/"),
        ("POST", "abort/"),
        ("GET", "resources/"),
        ("GET", "resources/files/data.csv/"),
    ]:
        assert call(house, method, f"/datasets/{uid}/{path}").status_code == 404, (method, path)
    for path in (name, f"{name}/records", uid, f"{uid}/records"):
        assert house.client.get(f"{EXPLORE}/{path}").status_code == 404
    assert call(house, "GET", f"/datasets/?dataset_id={name}").json()["total_count"] == 0
    listed = house.client.get(EXPLORE, params={"limit": 100}).json()
    assert name not in [one["dataset_id"] for one in listed["results"]]
    assert _made(house, titled(dataset_id=name))["uid"] != uid


def test_a_dataset_can_be_deleted_while_a_job_runs(house: House) -> None:
    made = house.published("a\n1\n")
    with held_publish(house, made["uid"]):
        assert call(house, "DELETE", f"/datasets/{made['uid']}/").status_code == 204
        assert call(house, "GET", f"/datasets/{made['uid']}/status/").status_code == 404
        assert house.records(made["dataset_id"]).status_code == 404
    assert call(house, "GET", f"/datasets/{made['uid']}/").status_code == 404
