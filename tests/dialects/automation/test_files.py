"""Uploaded files and the resources that are made of them (section 2.5 of the reference)."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dialects.automation.support import MAX_UPLOAD, call, detail
from tests.support.house import House

BOUNDARY = b"----boundary"


@pytest.fixture(scope="module")
def uid(house: House) -> str:
    made: str = house.create()["uid"]
    return made


def _upload(house: House, uid: str, name: str, content: bytes = b"a\n1\n") -> httpx2.Response:
    return call(house, "POST", f"/datasets/{uid}/resources/files/", files={"file": (name, content)})


def _raw(house: House, uid: str, filename: bytes, content: bytes = b"a\n1\n") -> httpx2.Response:
    """An upload whose file name no well-behaved client would send."""
    head = b'--%s\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n' % (
        BOUNDARY,
        filename,
    )
    return call(
        house,
        "POST",
        f"/datasets/{uid}/resources/files/",
        content=head + content + b"\r\n--%s--\r\n" % BOUNDARY,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"},
    )


def _stored(house: House) -> set[str]:
    """What lies in the folder of blobs, half-written ones included."""
    folder = house.running.portal.settings.blobs_folder
    return {str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file()}


def test_an_upload_is_answered_201_with_what_became_of_it(house: House, uid: str) -> None:
    answer = _upload(house, uid, "Fromages de France.CSV")
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"uid", "filename", "mimetype", "created_at"}
    assert body["uid"] == "fromages_de_france.csv"
    assert body["filename"] == "Fromages de France.CSV"
    assert body["mimetype"] == "text/csv"
    assert call(house, "GET", f"/datasets/{uid}/resources/files/{body['uid']}").json() == body


@pytest.mark.parametrize(
    ("sent", "file_uid", "filename"),
    [
        (b"../../etc/passwd", "passwd", "passwd"),
        (b"a/b\\c.csv", "c.csv", "c.csv"),
        (b"C:\\Users\\me\\d.csv", "d.csv", "d.csv"),
        ("\u017c\u00f3\u0142w.csv".encode(), "zow.csv", "\u017c\u00f3\u0142w.csv"),
        ("日本.csv".encode(), "file.csv", "日本.csv"),
        (b"", "file", "file"),
        (b"..", "file_2", "file"),
        (b".csv", "csv", "csv"),
        (b"a\x01\x07\x1bb.csv", "ab.csv", "ab.csv"),
        (b"a%0d%0aX-Header: 1.csv", "a_0d_0ax_header_1.csv", "a%0d%0aX-Header 1.csv"),
        (b"x" * 296 + b".csv", "x" * 196 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_name_becomes_one_that_no_path_can_be_made_of(
    house: House, uid: str, sent: bytes, file_uid: str, filename: str
) -> None:
    answer = _raw(house, uid, sent)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["uid"], answer.json()["filename"]) == (file_uid, filename)
    assert call(house, "GET", f"/datasets/{uid}/resources/files/{file_uid}/").status_code == 200


def test_files_of_one_name_get_uids_of_their_own(house: House, uid: str) -> None:
    found = [
        _upload(house, uid, "twice.csv", content).json() for content in (b"a\n1\n", b"a\n2\n", b"a\n1\n")
    ]
    assert [one["uid"] for one in found] == ["twice.csv", "twice.csv_2", "twice.csv_3"]
    assert {one["filename"] for one in found} == {"twice.csv"}


@pytest.mark.parametrize("parts", [{}, {"other": ("a.csv", b"a\n1\n")}])
def test_the_part_is_called_file(house: House, uid: str, parts: dict[str, Any]) -> None:
    path = f"/datasets/{uid}/resources/files/"
    assert detail(call(house, "POST", path, files=parts)) == {"file": ["This field is required"]}
    assert detail(call(house, "POST", path, data={"file": "text"})) == {"file": ["This field is required"]}


def test_a_form_that_is_none_is_a_bad_request(house: House, uid: str) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = call(
            house,
            "POST",
            f"/datasets/{uid}/resources/files/",
            content=b"nothing of the kind",
            headers={"Content-Type": content_type},
        )
        assert (answer.status_code, answer.json()["error_code"]) == (400, "bad_request")


@pytest.mark.parametrize("size", [MAX_UPLOAD + 1, MAX_UPLOAD + (2 << 20)])
def test_a_file_that_is_too_large_is_refused_and_nothing_is_kept(house: House, uid: str, size: int) -> None:
    before = _stored(house)
    answer = _upload(house, uid, "large.csv", b"x" * size)
    assert (answer.status_code, answer.json()["error_code"]) == (413, "limit_reached")
    assert call(house, "GET", f"/datasets/{uid}/resources/files/large.csv/").status_code == 404
    assert _stored(house) == before


def test_a_file_of_the_largest_size_is_taken(house: House, uid: str) -> None:
    assert _upload(house, uid, "largest.csv", b"x" * MAX_UPLOAD).status_code == 201


def test_who_may_not_is_told_before_the_body_is_read(house: House, uid: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    path = f"/datasets/{uid}/resources/files/"
    answer = call(
        house, "POST", path, house.person(), content=b"x" * (MAX_UPLOAD + (4 << 20)), headers=headers
    )
    assert answer.status_code == 404


def test_a_file_belongs_to_its_dataset(house: House, uid: str) -> None:
    _upload(house, uid, "mine.csv")
    other = house.create()["uid"]
    assert call(house, "GET", f"/datasets/{other}/resources/files/mine.csv/").status_code == 404
    body = {"type": "csvfile", "datasource": {"type": "uploaded_file", "file": {"uid": "mine.csv"}}}
    assert list(detail(call(house, "POST", f"/datasets/{other}/resources/", json=body))) == ["datasource"]


@given(st.text(st.characters(exclude_characters='\r\n"\x00', exclude_categories=["Cs"]), max_size=80))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_taken_and_is_found_again(house: House, uid: str, name: str) -> None:
    answer = _raw(house, uid, name.replace("\\", "\\\\").encode())
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert not set("/\\") & set(kept["filename"])
    assert kept["filename"].isprintable()
    assert call(house, "GET", f"/datasets/{uid}/resources/files/{kept['uid']}/").json() == kept
