"""Attachments (section 2.6 of the reference)."""

import datetime as dt
import email.message
import re
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.support import MAX_UPLOAD, call, cast, detail
from tests.support.house import House, Person

from colonnade.core.jobs import service as jobs
from colonnade.core.work import SYSTEM
from colonnade.http.downloads import disposition

BOUNDARY = b"----boundary"
NOT_FOUND = {"error_code": "not_found", "message": "Not found."}


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    return made


def _path(uid: str, rest: str = "") -> str:
    return f"/datasets/{uid}/attachments/{rest}"


def _add(house: House, uid: str, name: str = "notes.pdf", content: bytes = b"%PDF-1.7") -> dict[str, Any]:
    answer = call(house, "POST", _path(uid), files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _raw(
    house: House, uid: str, filename: bytes, content: bytes = b"x", charset: str = ""
) -> httpx2.Response:
    """An upload whose file name no well-behaved client would send."""
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n' % (
        BOUNDARY,
        filename,
    )
    content_type = f"multipart/form-data; boundary={BOUNDARY.decode()}{charset}"
    body = head + content + b"\r\n--%s--\r\n" % BOUNDARY
    return call(house, "POST", _path(uid), content=body, headers={"Content-Type": content_type})


def _stored(house: House) -> set[str]:
    return set(house.running.portal.blobs.digests())


def test_an_attachment_is_answered_201_and_found_again(house: House, uid: str) -> None:
    made = _add(house, uid, "Read me.PDF")
    assert re.fullmatch(r"at_[a-z0-9]{6}", made["uid"])
    assert (made["filename"], made["mimetype"]) == ("Read me.PDF", "application/pdf")
    assert set(made) == {"uid", "filename", "mimetype", "created_at"}
    assert made["created_at"].endswith("Z")
    age = dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(made["created_at"])
    assert dt.timedelta(0) <= age < dt.timedelta(minutes=1)
    assert call(house, "GET", _path(uid, made["uid"])).json() == made
    assert call(house, "GET", f"{_path(uid, made['uid'])}/").json() == made


def test_a_list_is_paged_in_order_of_creation(house: House) -> None:
    uid = house.create()["uid"]
    assert call(house, "GET", _path(uid)).json() == {
        "total_count": 0,
        "next": None,
        "previous": None,
        "results": [],
    }
    made = [_add(house, uid, f"{number}.txt") for number in range(3)]
    assert call(house, "GET", _path(uid)).json()["results"] == made
    middle = call(house, "GET", _path(uid), params={"limit": 1, "offset": 1}).json()
    assert (middle["total_count"], middle["results"]) == (3, [made[1]])
    assert middle["next"].endswith(f"/datasets/{uid}/attachments/?limit=1&offset=2")
    assert middle["previous"].endswith(f"/datasets/{uid}/attachments/?limit=1&offset=0")
    assert call(house, "GET", _path(uid), params={"limit": 0}).json() == {
        "total_count": 3,
        "next": None,
        "previous": None,
        "results": [],
    }
    assert list(detail(call(house, "GET", _path(uid), params={"limit": 1001}))) == ["limit"]
    assert list(detail(call(house, "GET", _path(uid), params={"offset": -1}))) == ["offset"]


def test_a_deleted_one_is_gone_with_its_content(house: House, uid: str) -> None:
    before = _stored(house)
    made = _add(house, uid, "going.txt", b"going")
    (digest,) = _stored(house) - before
    answer = call(house, "DELETE", _path(uid, f"{made['uid']}/"))
    assert (answer.status_code, answer.content) == (204, b"")
    for method, rest in (("GET", ""), ("GET", "download/"), ("DELETE", "")):
        gone = call(house, method, _path(uid, f"{made['uid']}/{rest}"))
        assert (gone.status_code, gone.json()) == (404, NOT_FOUND)
    assert made["uid"] not in [one["uid"] for one in call(house, "GET", _path(uid)).json()["results"]]
    assert digest not in _stored(house)


def test_one_content_under_two_names_goes_with_the_second(house: House, uid: str) -> None:
    before = _stored(house)
    other = house.create()["uid"]
    first, second = _add(house, uid, "one.txt", b"shared"), _add(house, other, "two.txt", b"shared")
    (digest,) = _stored(house) - before
    call(house, "DELETE", _path(uid, first["uid"]))
    assert digest in _stored(house)
    assert call(house, "GET", _path(other, f"{second['uid']}/download/")).content == b"shared"
    call(house, "DELETE", _path(other, second["uid"]))
    assert digest not in _stored(house)


def test_content_that_a_source_has_stays_with_it(house: House) -> None:
    uid = house.create()["uid"]
    house.add_csv(uid, "a\nboth\n")
    made = _add(house, uid, "copy.csv", b"a\nboth\n")
    call(house, "DELETE", _path(uid, made["uid"]))
    assert call(house, "GET", f"/datasets/{uid}/resources/files/data.csv/download/").content == b"a\nboth\n"


def test_an_attachment_belongs_to_its_dataset(house: House, uid: str) -> None:
    made, other = _add(house, uid), house.create()["uid"]
    for method, rest in (("GET", ""), ("GET", "download/"), ("DELETE", "")):
        answer = call(house, method, _path(other, f"{made['uid']}/{rest}"))
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert call(house, "GET", _path(uid, made["uid"])).status_code == 200


def test_a_deleted_dataset_leaves_no_content(house: House) -> None:
    before = _stored(house)
    uid = house.create()["uid"]
    _add(house, uid, "last.txt", b"last of its kind")
    assert len(_stored(house) - before) == 1
    assert call(house, "DELETE", f"/datasets/{uid}/").status_code == 204
    with house.running.portal.reading(SYSTEM) as work:
        removal = jobs.recent(work, 1)[0]
    house.running.runner.wait(removal.uid)
    assert _stored(house) == before


@pytest.mark.parametrize("parts", [{}, {"other": ("a.csv", b"a\n1\n")}])
def test_the_part_is_called_file(house: House, uid: str, parts: dict[str, Any]) -> None:
    expected = {"file": ["This field is required"]}
    assert detail(call(house, "POST", _path(uid), files=parts)) == expected
    assert detail(call(house, "POST", _path(uid), data={"file": "text"})) == expected
    assert detail(call(house, "POST", _path(uid), json={"file": "text"})) == expected
    assert detail(call(house, "POST", _path(uid))) == expected


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_is_none_is_a_bad_request(house: House, uid: str, content_type: str) -> None:
    answer = call(house, "POST", _path(uid), content=b"nothing", headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")


def test_two_files_at_once_are_a_bad_request(house: House, uid: str) -> None:
    files = [("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]
    answer = call(house, "POST", _path(uid), files=files)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")


@pytest.mark.parametrize("size", [MAX_UPLOAD + 1, MAX_UPLOAD + (2 << 20)])
def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(house: House, uid: str, size: int) -> None:
    before = _stored(house), call(house, "GET", _path(uid)).json()["total_count"]
    answer = call(house, "POST", _path(uid), files={"file": ("large.bin", b"x" * size)})
    assert (answer.status_code, answer.json()["error_code"]) == (413, "limit_reached")
    assert (_stored(house), call(house, "GET", _path(uid)).json()["total_count"]) == before


def test_a_file_of_the_largest_size_is_taken(house: House, uid: str) -> None:
    _add(house, uid, "largest.bin", b"x" * MAX_UPLOAD)


def test_who_may_not_is_told_before_the_body_is_read(house: House, uid: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = b"x" * (MAX_UPLOAD + (4 << 20))
    answer = call(house, "POST", _path(uid), house.person(), content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("sent", "filename"),
    [
        (b"../../etc/passwd", "passwd"),
        (b"..\\..\\boot.ini", "boot.ini"),
        (b"/", "file"),
        (b"...", "file"),
        (b"", "file"),
        (b".htaccess", "htaccess"),
        (b'a\\"b.txt', "ab.txt"),
        (b"a%22b.txt", "a%22b.txt"),
        (b"a\x00\x07\x1b\x7fb.txt", "ab.txt"),
        (b"a%0d%0aX-Header: 1.csv", "a%0d%0aX-Header 1.csv"),
        ("\u202egnp.exe".encode(), "gnp.exe"),
        ("日本 \u017c\u00f3\u0142w.csv".encode(), "日本 \u017c\u00f3\u0142w.csv"),
        (b"x" * 4_000, "x" * 200),
        (b"x" * 4_000 + b".csv", "x" * 196 + ".csv"),
        (b"a." + b"x" * 4_000, "a." + "x" * 198),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(house: House, uid: str, sent: bytes, filename: str) -> None:
    answer = _raw(house, uid, sent)
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == filename
    got = call(house, "GET", _path(uid, f"{answer.json()['uid']}/download/"))
    assert got.status_code == 200
    assert _names(got.headers["content-disposition"])[1] == filename


def test_a_name_of_ten_thousand_characters_is_no_header(house: House, uid: str) -> None:
    answer = _raw(house, uid, b"x" * 10_000)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")


@pytest.mark.parametrize("charset", ["idna", "punycode", "utf-7", "unicode_escape", "base64", "no such"])
def test_a_name_in_any_character_set_is_taken_or_refused(house: House, uid: str, charset: str) -> None:
    answer = _raw(house, uid, b"a+2AA-\\ud800xn--\xff.txt", charset=f'; charset="{charset}"')
    assert answer.status_code in {201, 400}, answer.text


def _names(header: str) -> tuple[str, str]:
    """The plain name and the whole name of a disposition, as a strict reader of RFC 6266 finds them."""
    found = re.fullmatch(
        r"attachment; filename=\"([\x20-\x7e]*)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]*)", header
    )
    assert found is not None, header
    assert not set('"\\') & set(found[1])
    return found[1], unquote(found[2], errors="strict")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_name_makes_a_header_that_says_it_and_nothing_else(name: str) -> None:
    header = disposition(name)
    assert header.isascii()
    assert header.isprintable()
    plain, whole = _names(header)
    assert whole == name
    assert len(plain) == len(name)
    message = email.message.Message()
    message["Content-Disposition"] = header
    assert message.get_content_disposition() == "attachment"


@given(st.text(st.characters(exclude_characters='\r\n"\x00', exclude_categories=["Cs"]), max_size=80))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_taken_and_comes_back_harmless(house: House, uid: str, name: str) -> None:
    answer = _raw(house, uid, name.replace("\\", "\\\\").encode())
    assert answer.status_code == 201, answer.text
    kept = answer.json()["filename"]
    assert not set('/\\"<>|:*?') & set(kept)
    assert kept.isprintable()
    got = call(house, "GET", _path(uid, f"{answer.json()['uid']}/download/"))
    assert _names(got.headers["content-disposition"])[1] == kept


READS = {"list": ("GET", ""), "retrieve": ("GET", "{one}/"), "download": ("GET", "{one}/download/")}
WRITES = {"create": ("POST", ""), "delete": ("DELETE", "{one}/")}
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
    for who, person in people.items():
        path = _path(uid, rest.format(one=_add(house, uid)["uid"]))
        files = {"file": ("a.txt", b"a")} if operation == "create" else None
        answer = call(house, method, path, person, files=files)
        if who in KEYLESS:
            expected = 401
        elif who in (KNOWING if operation in READS else EDITORS):
            expected = {"create": 201, "delete": 204}.get(operation, 200)
        else:
            expected = 403 if who in KNOWING else 404
        assert answer.status_code == expected, (who, answer.text)
