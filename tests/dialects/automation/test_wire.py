"""What holds at every path of the door: slashes, methods, keys, and a description of itself."""

from typing import Any

import pytest
from tests.dialects.automation.support import call
from tests.support.house import ADMIN_KEY, AUTOMATION, House, Person

GETS = ("", "status", "resources", "resources/{resource}", "resources/files/data.csv")


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, str]:
    uid = house.create()["uid"]
    return {"uid": uid, "resource": house.add_csv(uid, "a\n1\n")}


def test_every_path_answers_with_and_without_its_slash_and_with_slashes_twice(
    house: House, made: dict[str, str]
) -> None:
    for path in GETS:
        bare = f"/datasets/{made['uid']}/{path.format(**made)}".rstrip("/")
        answers = [
            house.client.get(f"{AUTOMATION}{form}", headers=house.admin.headers, follow_redirects=False)
            for form in (bare, f"{bare}/", f"{bare}//", bare.replace("/", "//"))
        ]
        assert [answer.status_code for answer in answers] == [200] * 4, bare
        assert len({answer.content for answer in answers}) == 1, bare


@pytest.mark.parametrize("form", ["/datasets", "/datasets/", "//datasets//"])
def test_a_post_keeps_its_body_in_both_forms(house: House, form: str) -> None:
    body = {"metadata": {"default": {"title": "Slashes"}}}
    assert call(house, "POST", form, json=body).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/datasets", "GET, POST, HEAD, OPTIONS"),
        ("PATCH", "/datasets/", "GET, POST, HEAD, OPTIONS"),
        ("DELETE", "/datasets/", "GET, POST, HEAD, OPTIONS"),
        ("PATCH", "/datasets/{uid}", "GET, PUT, DELETE, HEAD, OPTIONS"),
        ("POST", "/datasets/{uid}/status/", "GET, HEAD, OPTIONS"),
        ("GET", "/datasets/{uid}/publish/", "POST, OPTIONS"),
        ("HEAD", "/datasets/{uid}/publish/", "POST, OPTIONS"),
        ("POST", "/datasets/{uid}/resources/{resource}/", "GET, PUT, DELETE, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_is_told_which_are_right(
    house: House, made: dict[str, str], method: str, path: str, allow: str
) -> None:
    answer = call(house, method, path.format(**made))
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    if method != "HEAD":
        assert answer.json() == {
            "error_code": "method_not_allowed",
            "message": f'Method "{method}" not allowed.',
        }


def test_options_tells_the_methods(house: House, made: dict[str, str]) -> None:
    answer = house.client.options(f"{AUTOMATION}/datasets/{made['uid']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["allow"] == "GET, PUT, DELETE, HEAD, OPTIONS"


def test_head_is_get_without_its_body(house: House, made: dict[str, str]) -> None:
    whole = call(house, "GET", f"/datasets/{made['uid']}/")
    head = call(house, "HEAD", f"/datasets/{made['uid']}/")
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(whole.headers)
    assert call(house, "HEAD", "/datasets/da_none00/").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/datasets/da_none00/nothing/", "/extractors/csvfile/", "/docs/nothing"]
)
def test_an_unknown_path_has_the_shape_of_the_door(house: House, path: str) -> None:
    answer = call(house, "GET", path)
    assert answer.status_code == 404
    assert answer.json() == {"error_code": "not_found", "message": "Not found."}
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Apikey {ADMIN_KEY}"},
        {"Authorization": f"apikey {ADMIN_KEY}"},
        {"Authorization": f"ApiKey   {ADMIN_KEY}"},
        {"Authorization": f"APIKEY {ADMIN_KEY.upper()}"},
        {"Authorization": ADMIN_KEY},
    ],
)
def test_a_key_in_the_header_is_taken_in_every_spelling(house: House, headers: dict[str, str]) -> None:
    assert house.client.get(f"{AUTOMATION}/datasets/", headers=headers).status_code == 200


def test_a_key_in_the_query_is_taken_and_the_header_wins(house: House) -> None:
    path = f"{AUTOMATION}/datasets/"
    assert house.client.get(path, params={"apikey": ADMIN_KEY}).status_code == 200
    assert house.client.get(path, params={"apikey": "f" * 56}).status_code == 401
    assert house.client.get(path, params={"apikey": ""}).status_code == 401
    wrong = Person(None, "f" * 56).headers
    assert house.client.get(path, params={"apikey": ADMIN_KEY}, headers=wrong).status_code == 401
    assert house.client.get(path, params={"apikey": "f"}, headers=house.admin.headers).status_code == 200


@pytest.mark.parametrize(
    "value", ["Basic YTpi", f"Bearer {ADMIN_KEY}", "Apikey", "Apikey x", "\xe9 \xff", "a b c"]
)
def test_another_scheme_or_a_wrong_key_is_unauthorized(house: House, value: str) -> None:
    headers = {b"Authorization": value.encode("latin-1")}
    answer = house.client.get(f"{AUTOMATION}/datasets/", headers=headers)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Apikey"


def test_without_a_key_nothing_is_said_about_the_rest_of_a_request(
    house: House, made: dict[str, str]
) -> None:
    for path in ("/datasets/?limit=x", "/datasets/da_none00/", f"/datasets/{made['uid']}/"):
        assert house.client.get(f"{AUTOMATION}{path}").status_code == 401
    for path in ("/datasets/", f"/datasets/{made['uid']}/resources/", "/datasets/da_none00/resources/files/"):
        assert house.client.post(f"{AUTOMATION}{path}", content=b"{").status_code == 401


def test_the_description_lists_every_operation_and_can_be_resolved(house: House) -> None:
    described = house.client.get(f"{AUTOMATION}/openapi.json").json()
    assert described["openapi"].startswith("3.")
    operations = {(method, path) for path, one in described["paths"].items() for method in one}
    assert ("post", "/datasets/{dataset_uid}/publish/") in operations
    names = {one["operationId"] for path in described["paths"].values() for one in path.values()}
    assert len(names) == len(operations)
    for reference in _references(described):
        found = described
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [one for child in node.values() for one in _references(child)]
    return [one for child in node for one in _references(child)] if isinstance(node, list) else []
