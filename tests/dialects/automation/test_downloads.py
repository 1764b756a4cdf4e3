"""Stored files as they are downloaded: byte for byte, in ranges, of types that no browser runs."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.support import call
from tests.support.house import House

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    return made


@pytest.fixture(scope="module")
def ten(house: House, uid: str) -> str:
    """Where a file of ten digits is downloaded."""
    return _path(uid, f"{_add(house, uid, 'ten.txt', b'0123456789')['uid']}/download/")


def _path(uid: str, rest: str = "") -> str:
    return f"/datasets/{uid}/attachments/{rest}"


def _add(house: House, uid: str, name: str = "notes.pdf", content: bytes = b"%PDF-1.7") -> dict[str, Any]:
    answer = call(house, "POST", _path(uid), files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def test_a_download_is_byte_exact_and_nothing_that_a_browser_runs(house: House, uid: str) -> None:
    content = bytes(range(256)) * 300
    made = _add(house, uid, "Åbo x.bin", content)
    answer = call(house, "GET", _path(uid, f"{made['uid']}/download/"))
    assert (answer.status_code, answer.content) == (200, content)
    headers = {name: answer.headers[name] for name in answer.headers if name != "etag"}
    assert headers == {
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": "attachment; filename=\"_bo x.bin\"; filename*=UTF-8''%C3%85bo%20x.bin",
        "content-length": str(len(content)),
        "content-security-policy": "sandbox; default-src 'none'",
        "content-type": "application/octet-stream",
        "vary": "Authorization, Cookie",
        "x-content-type-options": "nosniff",
    }
    head = call(house, "HEAD", _path(uid, f"{made['uid']}/download/"))
    assert (head.status_code, head.content) == (200, b"")
    assert dict(head.headers) == dict(answer.headers)


TYPES: Mapping[str, tuple[bytes, str | None, str]] = {
    "a.csv": (b"a", "text/csv", "text/csv"),
    "a.CSV": (b"a", "text/csv", "text/csv"),
    "a.csv.gz": (b"a", "application/gzip", "application/gzip"),
    "a.tgz": (b"a", "application/gzip", "application/gzip"),
    "a.txt": (b"a", "text/plain", "text/plain"),
    "a.json": (b"a", "application/json", "application/json"),
    "a.geojson": (b"a", "application/geo+json", "application/geo+json"),
    "a.pdf": (b"a", "application/pdf", "application/pdf"),
    "a.zip": (b"a", "application/zip", "application/zip"),
    "a.png": (b"a", "image/png", "image/png"),
    "a.jpg": (b"a", "image/jpeg", "image/jpeg"),
    "a.webp": (b"a", "image/webp", "image/webp"),
    "a.mp4": (b"a", "video/mp4", "video/mp4"),
    "a.xlsx": (
        b"a",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "a.html": (b"<script>", "text/html", "application/octet-stream"),
    "a.htm": (b"<script>", "text/html", "application/octet-stream"),
    "a.svg": (b"<svg>", "image/svg+xml", "application/octet-stream"),
    "a.svgz": (b"x", "application/gzip", "application/gzip"),
    "a.xml": (b"<a/>", "application/xml", "application/octet-stream"),
    "a.xsl": (b"<a/>", "application/xml", "application/octet-stream"),
    "a.kml": (b"<a/>", "application/vnd.google-earth.kml+xml", "application/octet-stream"),
    "a.js": (b"alert(1)", "text/javascript", "application/octet-stream"),
    "a.css": (b"a", "text/css", "application/octet-stream"),
    "a.exe": (b"MZ", "application/octet-stream", "application/octet-stream"),
    "a.unknown": (b"<html>", None, "application/octet-stream"),
    "none": (b"<html>", None, "application/octet-stream"),
    "none2": (PNG, "image/png", "image/png"),
    "none3": (b"%PDF-1.7", "application/pdf", "application/pdf"),
    "empty": (b"", None, "application/octet-stream"),
}
"""By file name: the content, the type that is told, the type that it is sent as."""


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("claimed", ["text/html", "image/svg+xml"])
def test_name_and_content_say_the_type_and_its_sender_does_not(
    house: House, uid: str, name: str, claimed: str
) -> None:
    content, told, served = TYPES[name]
    answer = call(house, "POST", _path(uid), files={"file": (name, content, claimed)})
    made = answer.json()
    assert (answer.status_code, made["mimetype"]) == (201, told)
    got = call(house, "GET", _path(uid, f"{made['uid']}/download/"))
    assert (got.content, got.headers["content-type"]) == (content, served)
    assert got.headers["content-disposition"].startswith("attachment; ")
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "part", "told"),
    [
        ("bytes=0-0", b"0", "bytes 0-0/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("Bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=8-99999999999", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-30", b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", None, "bytes */10"),
        ("bytes=999999999999999999-", None, "bytes */10"),
        ("bytes=-0", None, "bytes */10"),
        ("bytes=0-1,3-4", b"0123456789", None),
        ("bytes=4-2", b"0123456789", None),
        ("bytes=-", b"0123456789", None),
        ("bytes=x", b"0123456789", None),
        ("rows=1-2", b"0123456789", None),
        ("bytes=9999999999999999999999-", b"0123456789", None),
    ],
)
def test_a_range_is_sent_alone(
    house: House, ten: str, asked: str, part: bytes | None, told: str | None
) -> None:
    answer = call(house, "GET", ten, headers={"Range": asked})
    assert answer.status_code == (416 if part is None else 200 if told is None else 206)
    assert answer.headers.get("content-range") == told
    assert answer.content == (part or b"")
    assert answer.headers["content-length"] == str(len(part or b""))


@given(st.none() | st.integers(0, 14), st.none() | st.integers(0, 14))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_range_is_a_slice(house: House, ten: str, first: int | None, last: int | None) -> None:
    content = b"0123456789"
    text = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    answer = call(house, "GET", ten, headers={"Range": text})
    if first is None:
        part = content[-last:] if last else b""
        is_range = last is not None
    else:
        part = content[first:] if last is None else content[first : last + 1]
        is_range = last is None or last >= first
    assert answer.status_code == (200 if not is_range else 206 if part else 416)
    assert answer.content == (part if is_range else content)


def test_a_range_of_a_file_that_changed_is_the_whole_new_one(house: House, ten: str) -> None:
    etag = call(house, "GET", ten).headers["etag"]
    same = call(house, "GET", ten, headers={"Range": "bytes=1-1", "If-Range": etag})
    assert (same.status_code, same.content) == (206, b"1")
    other = call(house, "GET", ten, headers={"Range": "bytes=1-1", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, b"0123456789")


def test_an_empty_file_is_one(house: House, uid: str) -> None:
    made = _add(house, uid, "empty.txt", b"")
    answer = call(house, "GET", _path(uid, f"{made['uid']}/download/"))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    nothing = call(house, "GET", _path(uid, f"{made['uid']}/download/"), headers={"Range": "bytes=0-"})
    assert nothing.status_code == 416
