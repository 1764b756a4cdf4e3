"""Alternative exports (section 2.7 of the reference)."""

import re
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.support import MAX_UPLOAD, call, cast, detail
from tests.support.house import House, Person

NOT_FOUND = {"error_code": "not_found", "message": "Not found."}
REQUIRED = ["This field is required"]
LINK = "https://files.example/dump.zip?version=2#part"


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    return made


def _path(uid: str, rest: str = "") -> str:
    return f"/datasets/{uid}/alternative_exports/{rest}"


def _post(house: House, uid: str, upload: Any = None, **parts: str) -> httpx2.Response:
    # A part without a name of its own makes a form of many parts of a form without a file.
    files = {name: (None, value) for name, value in parts.items()}
    return call(house, "POST", _path(uid), files=files if upload is None else {**files, "file": upload})


def _file(house: House, uid: str, content: bytes = b"zipped", **parts: str) -> dict[str, Any]:
    given = {"title": "All of it", "type": "uploaded_file", **parts}
    answer = _post(house, uid, ("dump.zip", content), **given)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _link(house: House, uid: str, url: str = LINK) -> dict[str, Any]:
    answer = _post(house, uid, title="Elsewhere", type="url", url=url)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _get(house: House, uid: str, rest: str) -> httpx2.Response:
    return call(house, "GET", _path(uid, rest), follow_redirects=False)


def test_a_file_is_answered_201_and_found_again(house: House, uid: str) -> None:
    made = _file(house, uid, description="As of today")
    assert re.fullmatch(r"ae_[a-z0-9]{6}", made["uid"])
    assert made == {
        "uid": made["uid"],
        "type": "uploaded_file",
        "title": "All of it",
        "description": "As of today",
        "mimetype": "application/zip",
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "filename": "dump.zip",
    }
    assert made["created_at"].endswith("Z")
    assert _get(house, uid, made["uid"]).json() == made


def test_a_file_comes_back_byte_for_byte(house: House, uid: str) -> None:
    made = _file(house, uid, b"PK\x03\x04 and more")
    answer = _get(house, uid, f"{made['uid']}/download/")
    assert (answer.status_code, answer.content) == (200, b"PK\x03\x04 and more")
    assert answer.headers["content-type"] == "application/zip"
    assert (
        answer.headers["content-disposition"]
        == "attachment; filename=\"dump.zip\"; filename*=UTF-8''dump.zip"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_an_address_is_answered_201_and_a_download_leads_to_it(house: House, uid: str) -> None:
    made = _link(house, uid)
    assert made == {
        "uid": made["uid"],
        "type": "url",
        "title": "Elsewhere",
        "description": "",
        "mimetype": None,
        "created_at": made["created_at"],
        "updated_at": made["created_at"],
        "url": LINK,
    }
    answer = _get(house, uid, f"{made['uid']}/download/")
    assert (answer.status_code, answer.headers["location"], answer.content) == (303, LINK, b"")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://files.example/a",
        "//files.example/a",
        "files.example/a",
        "http://",
        "http:///a",
        "https://name:secret@files.example/",
        "https://files.example/a b",
        "https://files.example/a\r\nSet-Cookie: a=b",
        "https://files.example\\@evil.example/",
        "https://files.example/" + "x" * 10_000,
        "https://[::1",
        "https://127.1/",
    ],
)
def test_an_address_that_is_none_is_refused(house: House, uid: str, url: str) -> None:
    assert list(detail(_post(house, uid, title="Elsewhere", type="url", url=url))) == ["url"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_address_is_refused_or_leads_out_in_one_header(house: House, uid: str, text: str) -> None:
    answer = _post(house, uid, title="Elsewhere", type="url", url=f"https://files.example/{text}")
    if answer.status_code != 201:
        assert list(detail(answer)) == ["url"]
        return
    got = _get(house, uid, f"{answer.json()['uid']}/download/")
    assert got.status_code == 303
    assert got.headers["location"].startswith("https://files.example/")
    assert got.headers["location"].isascii()
    assert got.headers["location"].isprintable()


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ({}, {"title": REQUIRED, "type": REQUIRED}),
        ({"title": " ", "type": ""}, {"title": REQUIRED, "type": REQUIRED}),
        ({"title": "t", "type": "ftp"}, {"type": ["One of uploaded_file, url."]}),
        ({"title": "t", "type": "uploaded_file"}, {"file": REQUIRED}),
        ({"title": "t", "type": "uploaded_file", "file": "text"}, {"file": REQUIRED}),
        ({"title": "t", "type": "url"}, {"url": REQUIRED}),
        ({"type": "url", "url": LINK}, {"title": REQUIRED}),
        ({"title": "t" * 501, "type": "url", "url": LINK}, {"title": ["At most 500 characters."]}),
        (
            {"title": "t", "type": "url", "url": LINK, "description": "d" * 20_001},
            {"description": ["At most 20000 characters."]},
        ),
    ],
)
def test_everything_wrong_with_a_form_is_told_at_once(
    house: House, uid: str, parts: dict[str, str], wrong: dict[str, list[str]]
) -> None:
    assert detail(_post(house, uid, **parts)) == wrong


def test_a_text_that_is_sent_as_a_file_is_none(house: House, uid: str) -> None:
    answer = call(house, "POST", _path(uid), files={"title": ("title.txt", b"A title")}, data={"type": "url"})
    assert detail(answer) == {"title": ["This must be a text."]}


def test_what_is_no_form_lacks_everything(house: House, uid: str) -> None:
    answer = call(house, "POST", _path(uid), json={"title": "t", "type": "url", "url": LINK})
    assert detail(answer) == {"title": REQUIRED, "type": REQUIRED}
    broken = call(
        house, "POST", _path(uid), content=b"x", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert (broken.status_code, broken.json()["error_code"]) == (400, "bad_request")


def test_what_is_wrong_leaves_no_file_behind(house: House, uid: str) -> None:
    before = set(house.running.portal.blobs.digests())
    detail(_post(house, uid, ("new.bin", b"never seen before"), title="t", type="nothing"))
    detail(_post(house, uid, ("new.bin", b"never seen before"), title="", type="uploaded_file"))
    large = _post(house, uid, ("new.bin", b"x" * (MAX_UPLOAD + 1)), title="t", type="uploaded_file")
    assert (large.status_code, large.json()["error_code"]) == (413, "limit_reached")
    assert set(house.running.portal.blobs.digests()) == before


def test_an_address_takes_no_file(house: House, uid: str) -> None:
    before = set(house.running.portal.blobs.digests())
    answer = _post(house, uid, ("new.bin", b"not wanted"), title="t", type="url", url=LINK)
    assert (answer.status_code, answer.json()["type"]) == (201, "url")
    assert set(house.running.portal.blobs.digests()) == before


def test_title_and_description_can_be_replaced_and_nothing_else(house: House, uid: str) -> None:
    made = _file(house, uid, description="old")
    sent = {**made, "title": "New", "filename": "other.zip", "uid": "ae_other0", "dataset_uid": uid}
    answer = call(house, "PUT", _path(uid, made["uid"]), json={**sent, "description": "new"})
    changed = answer.json()
    assert answer.status_code == 200
    assert changed["updated_at"] >= made["updated_at"]
    expected = {**made, "title": "New", "description": "new", "updated_at": changed["updated_at"]}
    assert changed == expected
    bare = call(house, "PUT", _path(uid, made["uid"]), json={"title": "Bare", "type": "uploaded_file"})
    assert (bare.json()["title"], bare.json()["description"]) == ("Bare", "")
    assert _get(house, uid, made["uid"]).json() == bare.json()
    assert _get(house, uid, f"{made['uid']}/download/").content == b"zipped"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"title": REQUIRED, "type": REQUIRED}),
        ({"title": "", "type": "uploaded_file"}, {"title": REQUIRED}),
        ({"title": "t", "type": "url"}, {"type": ["This cannot be changed: it is uploaded_file."]}),
        ({"title": "t", "type": "ftp"}, {"type": ["One of uploaded_file, url."]}),
        ({"title": 1, "type": "uploaded_file"}, {"title": ["Input should be a valid string"]}),
    ],
)
def test_a_wrong_replacement_names_each_field(
    house: House, uid: str, body: dict[str, Any], wrong: dict[str, list[str]]
) -> None:
    made = _file(house, uid)
    assert detail(call(house, "PUT", _path(uid, made["uid"]), json=body)) == wrong
    assert _get(house, uid, made["uid"]).json() == made


def test_a_replacement_that_is_no_json_is_a_bad_request(house: House, uid: str) -> None:
    answer = call(house, "PUT", _path(uid, _file(house, uid)["uid"]), content=b"{")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")


def test_a_list_has_both_kinds_in_order_of_creation(house: House) -> None:
    uid = house.create()["uid"]
    made = [_file(house, uid), _link(house, uid), _file(house, uid)]
    body = _get(house, uid, "").json()
    assert (body["total_count"], body["results"], body["next"]) == (3, made, None)
    page = call(house, "GET", _path(uid), params={"limit": 1, "offset": 2}).json()
    assert (page["total_count"], page["results"], page["next"]) == (3, made[2:], None)
    assert page["previous"].endswith(f"/datasets/{uid}/alternative_exports/?limit=1&offset=1")


def test_a_deleted_one_is_gone_with_its_file(house: House, uid: str) -> None:
    before = set(house.running.portal.blobs.digests())
    made = _file(house, uid, b"going, going")
    assert len(set(house.running.portal.blobs.digests()) - before) == 1
    for one in (made, _link(house, uid)):
        answer = call(house, "DELETE", _path(uid, f"{one['uid']}/"))
        assert (answer.status_code, answer.content) == (204, b"")
        for method, rest in (("GET", ""), ("GET", "download/"), ("DELETE", "")):
            gone = call(house, method, _path(uid, f"{one['uid']}/{rest}"))
            assert (gone.status_code, gone.json()) == (404, NOT_FOUND)
    assert set(house.running.portal.blobs.digests()) == before


def test_one_of_another_dataset_is_unknown(house: House, uid: str) -> None:
    made, other = _file(house, uid), house.create()["uid"]
    body = {"title": "t", "type": "uploaded_file"}
    for method, rest, sent in (
        ("GET", "", None),
        ("GET", "download/", None),
        ("PUT", "", body),
        ("DELETE", "", None),
    ):
        answer = call(house, method, _path(other, f"{made['uid']}/{rest}"), json=sent)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


READS = {"list": ("GET", ""), "retrieve": ("GET", "{one}/"), "download": ("GET", "{one}/download/")}
WRITES = {"create": ("POST", ""), "replace": ("PUT", "{one}/"), "delete": ("DELETE", "{one}/")}
EDITORS = frozenset({"administrator", "portal editor", "editor", "holder of all"})
KEYLESS = frozenset({"anonymous", "revoked key", "wrong key"})
KNOWING = EDITORS | {"publisher"}


@pytest.fixture(scope="module")
def people(house: House, uid: str) -> dict[str, Person]:
    return cast(house, uid)


@pytest.mark.parametrize("operation", [*READS, *WRITES])
def test_a_caller_gets_what_the_permissions_say(
    house: House, uid: str, people: dict[str, Person], operation: str
) -> None:
    method, rest = (READS | WRITES)[operation]
    options: dict[str, Any] = {}
    if operation == "create":
        options = {"files": {"title": (None, "t"), "type": (None, "url"), "url": (None, LINK)}}
    if operation == "replace":
        options = {"json": {"title": "t", "type": "uploaded_file"}}
    for who, person in people.items():
        path = _path(uid, rest.format(one=_file(house, uid)["uid"]))
        answer = call(house, method, path, person, **options)
        if who in KEYLESS:
            expected = 401
        elif who in (KNOWING if operation in READS else EDITORS):
            expected = {"create": 201, "delete": 204}.get(operation, 200)
        else:
            expected = 403 if who in KNOWING else 404
        assert answer.status_code == expected, (who, answer.text)
