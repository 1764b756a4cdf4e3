"""The files beside a dataset's rows, for its readers (sections 2, 4.1 and 4.4 of the reference)."""

from typing import Any

import httpx2
import pytest
from tests.dialects.explore.support import Cast, error, get
from tests.support.house import ANONYMOUS, AUTOMATION, House, Person

LINK = "https://files.example/dump.zip"
SITE = "http://testserver/api/explore/v2.1/catalog/datasets"


def _attach(house: House, uid: str, name: str = "Lies mich.pdf", content: bytes = b"%PDF-1.7") -> str:
    return _posted(house, f"{uid}/attachments/", files={"file": (name, content)})


def _offer(house: House, uid: str, content: bytes = b"zipped") -> str:
    data = {"title": "All of it", "type": "uploaded_file", "description": "As of today"}
    return _posted(house, f"{uid}/alternative_exports/", data=data, files={"file": ("all.zip", content)})


def _offer_link(house: House, uid: str) -> str:
    files = {"title": (None, "Elsewhere"), "type": (None, "url"), "url": (None, LINK)}
    return _posted(house, f"{uid}/alternative_exports/", files=files)


def _posted(house: House, path: str, **options: Any) -> str:
    answer = house.client.post(f"{AUTOMATION}/datasets/{path}", headers=house.admin.headers, **options)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["uid"]
    return uid


def _get(house: House, path: str, person: Person = ANONYMOUS) -> httpx2.Response:
    """Without going where it leads."""
    return house.client.get(
        f"/api/explore/v2.1/catalog/datasets{path}", headers=person.headers, follow_redirects=False
    )


@pytest.fixture(scope="module")
def made(house: House) -> dict[str, Any]:
    """An open dataset with a file of each kind: its names, and theirs."""
    one = house.published("a\n1\n", dataset_id="with-files")
    uid = one["uid"]
    return {
        **one,
        "attachment": _attach(house, uid),
        "export": _offer(house, uid),
        "link": _offer_link(house, uid),
    }


def test_a_dataset_shows_its_files(house: House, made: dict[str, Any]) -> None:
    attachments = [
        {
            "mimetype": "application/pdf",
            "url": "odsfile://Lies mich.pdf",
            "id": made["attachment"],
            "title": "Lies mich.pdf",
        }
    ]
    exports = [
        {
            "mimetype": "application/zip",
            "url": f"{SITE}/with-files/alternative_exports/{made['export']}",
            "id": made["export"],
            "title": "All of it",
            "description": "As of today",
        },
        {"mimetype": None, "url": LINK, "id": made["link"], "title": "Elsewhere", "description": ""},
    ]
    one = get(house, "/with-files").json()
    assert (one["attachments"], one["alternative_exports"]) == (attachments, exports)
    listed = get(house, where="dataset_id = 'with-files'").json()["results"]
    assert [(one["attachments"], one["alternative_exports"]) for one in listed] == [(attachments, exports)]


def test_a_dataset_without_files_shows_none(house: House, flights: str) -> None:
    one = get(house, f"/{flights}").json()
    assert (one["attachments"], one["alternative_exports"]) == ([], [])
    answer = get(house, f"/{flights}/attachments")
    assert (answer.status_code, answer.json()) == (200, {"_links": [], "attachments": []})


def test_the_list_says_where_each_attachment_is(house: House, made: dict[str, Any]) -> None:
    expected = {
        "_links": [],
        "attachments": [
            {
                "href": f"{SITE}/with-files/attachments/{made['attachment']}",
                "metas": {
                    "mime-type": "application/pdf",
                    "title": "Lies mich.pdf",
                    "url": "odsfile://Lies mich.pdf",
                    "id": made["attachment"],
                },
            }
        ],
    }
    for path in ("/with-files/attachments", "/with-files/attachments/", f"/{made['uid']}/attachments"):
        assert get(house, path).json() == expected
    shared = house.client.get("/api/explore/v2.1/shared/datasets/with-files/attachments")
    assert shared.json() == expected
    href = get(house, "/with-files/attachments").json()["attachments"][0]["href"]
    assert house.client.get(href).content == b"%PDF-1.7"


def test_a_file_comes_back_byte_for_byte_and_harmless(house: House, made: dict[str, Any]) -> None:
    for path, content, kind in (
        (f"attachments/{made['attachment']}", b"%PDF-1.7", "application/pdf"),
        (f"alternative_exports/{made['export']}", b"zipped", "application/zip"),
    ):
        answer = _get(house, f"/with-files/{path}")
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        part = house.client.get(
            f"/api/explore/v2.1/catalog/datasets/with-files/{path}", headers={"Range": "bytes=1-2"}
        )
        assert (part.status_code, part.content) == (206, content[1:3])


def test_an_address_is_led_to(house: House, made: dict[str, Any]) -> None:
    answer = _get(house, f"/with-files/alternative_exports/{made['link']}")
    assert (answer.status_code, answer.headers["location"]) == (303, LINK)


def test_changes_are_seen_at_once_and_without_a_publication(house: House) -> None:
    made = house.published("a\n1\n")
    name, uid = made["dataset_id"], made["uid"]
    one = _attach(house, uid, "new.html", b"<script>alert(1)</script>")
    assert [file["id"] for file in get(house, f"/{name}").json()["attachments"]] == [one]
    assert get(house, f"/{name}/attachments/{one}").headers["content-type"] == "application/octet-stream"
    house.client.delete(f"{AUTOMATION}/datasets/{uid}/attachments/{one}/", headers=house.admin.headers)
    assert get(house, f"/{name}").json()["attachments"] == []
    assert error(get(house, f"/{name}/attachments/{one}")) == (
        404,
        "NotFoundResource",
        f"Unknown attachment: {one}",
    )


def test_what_there_is_not_is_unknown(house: House, made: dict[str, Any], flights: str) -> None:
    found = error(get(house, "/with-files/attachments/at_nobody"))
    assert found == (404, "NotFoundResource", "Unknown attachment: at_nobody")
    found = error(get(house, "/with-files/alternative_exports/ae_nobody"))
    assert found == (404, "NotFoundResource", "Unknown alternative export: ae_nobody")
    for kind, uid in (("attachments", "attachment"), ("alternative_exports", "export")):
        assert error(get(house, f"/{flights}/{kind}/{made[uid]}"))[0] == 404
        assert error(get(house, f"/nothing/{kind}/{made[uid]}")) == (
            404,
            "NotFoundResource",
            "Unknown dataset: nothing",
        )
    assert error(get(house, "/nothing/attachments")) == (404, "NotFoundResource", "Unknown dataset: nothing")


def test_a_draft_has_no_readers(house: House) -> None:
    made = house.create()
    one = _attach(house, made["uid"])
    for path in ("attachments", f"attachments/{one}"):
        assert get(house, f"/{made['dataset_id']}/{path}", house.admin).status_code == 404


def test_each_caller_gets_the_files_that_the_dataset_shows_them(house: House, people: Cast) -> None:
    attached, offered, link = (make(house, people.uid) for make in (_attach, _offer, _offer_link))
    base = f"/{people.dataset_id}"
    for who in (people.inspector, people.explorer, house.admin):
        assert [one["id"] for one in get(house, base, who).json()["alternative_exports"]] == [offered, link]
        assert get(house, f"{base}/alternative_exports/{offered}", who).status_code == 200
        assert get(house, f"{base}/attachments/{attached}", who).status_code == 200
    # Nothing could cut the file to the rows and fields that these may see.
    for who in (people.parisian, people.roman, people.both, people.blind):
        shown = get(house, base, who).json()
        assert [one["id"] for one in shown["attachments"]] == [attached]
        assert shown["alternative_exports"] == []
        assert get(house, f"{base}/attachments/{attached}", who).status_code == 200
        assert len(get(house, f"{base}/attachments", who).json()["attachments"]) == 1
        for uid in (offered, link):
            assert error(_get(house, f"{base}/alternative_exports/{uid}", who))[0] == 404
    for who in (people.stranger, people.weak, ANONYMOUS):
        for path in ("attachments", f"attachments/{attached}", f"alternative_exports/{offered}"):
            assert error(get(house, f"{base}/{path}", who))[2] == f"Unknown dataset: {people.dataset_id}"
    wrong = get(house, f"{base}/attachments", Person("nobody", "f" * 56))
    assert (wrong.status_code, wrong.json()["error_code"]) == (401, "Unauthorized")
