"""Files in cells: published from an archive, shown, fetched, made small; and kept from those who may not see the cell."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.formats.media import picture
from tests.formats.support import zipped
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House, Person

from colonnade.core.datasets import service as datasets
from colonnade.core.tables import service as tables
from colonnade.core.upkeep import checks

RED, BLUE = picture("red"), picture("blue", (2400, 1200))
PAGE = b"<html><script>alert(1)</script></html>"
LIST = b"name,city,photo,page\nAda,Paris,a.jpg,p.html\nBob,Rome,b.jpg,\n"
ALBUM = zipped({"list.csv": LIST, "a.jpg": RED, "b.jpg": BLUE, "p.html": PAGE})
SITE = "http://testserver"


def uid(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def add_archive(house: House, dataset_uid: str, content: bytes, extractor: str, **params: Any) -> None:
    base = f"{AUTOMATION}/datasets/{dataset_uid}/resources"
    sent = house.client.post(
        f"{base}/files/", files={"file": ("album.zip", content)}, headers=house.admin.headers
    )
    source = {"type": "uploaded_file", "file": {"uid": sent.json()["uid"]}}
    body = {"type": extractor, "datasource": source, "params": params}
    assert house.client.post(f"{base}/", json=body, headers=house.admin.headers).status_code == 201


@pytest.fixture(scope="module")
def album(house: House) -> str:
    made = house.create(dataset_id="album")
    add_archive(house, made["uid"], ALBUM, "files_csv")
    assert house.publish(made["uid"])["status"] == "idle"
    return str(made["uid"])


def get(house: House, path: str, person: Person = ANONYMOUS) -> Any:
    return house.client.get(path, headers=person.headers)


def test_a_file_is_told_of_in_the_record_explore_4_1_annotation_has_thumbnails(
    house: House, album: str
) -> None:
    ada, bob = house.records("album").json()["results"]
    assert ada["photo"] == {
        "id": uid(RED),
        "filename": "a.jpg",
        "format": "jpeg",
        "mimetype": "image/jpeg",
        "thumbnail": True,
        "width": 800,
        "height": 600,
        "url": f"{SITE}{EXPLORE}/album/files/{uid(RED)}",
    }
    assert bob["page"] is None
    found = get(house, f"{EXPLORE}/album").json()
    field = next(one for one in found["fields"] if one["name"] == "photo")
    assert (field["type"], field["annotations"]) == ("file", {"has_thumbnails": []})
    assert "image" in found["features"]


@pytest.mark.parametrize(
    ("content", "served", "filename"),
    [
        pytest.param(RED, "image/jpeg", "a.jpg", id="explore-2-files"),
        pytest.param(PAGE, "application/octet-stream", "p.html", id="a-page-cannot-run"),
    ],
)
def test_a_file_is_fetched_byte_for_byte(
    house: House, album: str, content: bytes, served: str, filename: str
) -> None:
    answer = get(house, f"{EXPLORE}/album/files/{uid(content)}/")
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == served
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert f'filename="{filename}"' in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("size", "width"), [("100", 300), ("300", 300), ("301", 1000), ("1000", 1000), ("1200", 2400)]
)
def test_widgets_get_a_picture_that_is_large_enough_explore_14_thumbnails(
    house: House, album: str, size: str, width: int
) -> None:
    answer = get(house, f"/explore/dataset/album/files/{uid(BLUE)}/{size}/")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).width == width


@pytest.mark.parametrize(
    "path",
    [
        f"{EXPLORE}/album/files/{'0' * 32}",
        f"{EXPLORE}/album/files/nothing",
        f"{EXPLORE}/album/files/{uid(RED)}.300",
        f"{EXPLORE}/album/files/..%2F..%2Frows.duckdb",
        f"{EXPLORE}/unknown/files/{uid(RED)}",
        f"/explore/dataset/album/files/{uid(RED)}/0/",
        f"/explore/dataset/album/files/{uid(RED)}/large/",
        f"/explore/dataset/album/files/{'0' * 32}/300/",
    ],
)
def test_what_is_in_no_cell_is_not_found(house: House, album: str, path: str) -> None:
    assert get(house, path).status_code == 404


def test_who_may_not_see_the_cell_may_not_have_its_file(house: House) -> None:
    made = house.create(dataset_id="secret-album", is_restricted=True)
    add_archive(house, made["uid"], ALBUM, "files_csv")
    house.publish(made["uid"])
    roman, blind_to_pages, stranger, blind = (house.person() for _ in range(4))
    house.give(made["uid"], roman, filter_query="city = 'Rome'")
    house.give(made["uid"], blind_to_pages, visible_fields=["name", "photo"])
    house.give(made["uid"], blind, is_data_visible=False)

    def status(person: Person, content: bytes) -> int:
        return int(get(house, f"{EXPLORE}/secret-album/files/{uid(content)}", person).status_code)

    assert [status(roman, one) for one in (RED, BLUE, PAGE)] == [404, 200, 404]
    assert [status(blind_to_pages, one) for one in (RED, BLUE, PAGE)] == [200, 200, 404]
    assert [status(house.admin, one) for one in (RED, BLUE, PAGE)] == [200, 200, 200]
    assert {status(one, RED) for one in (stranger, ANONYMOUS)} == {404}
    assert status(blind, RED) == 403
    thumbnail = f"/explore/dataset/secret-album/files/{uid(RED)}/300/"
    assert [get(house, thumbnail, one).status_code for one in (blind_to_pages, roman)] == [200, 404]


def test_a_file_is_kept_once_on_the_disk_and_checked_by_the_doctor(house: House, album: str) -> None:
    assert house.publish(album)["status"] == "idle"
    portal = house.running.portal
    with portal.reading(house.actor(house.admin)) as work:
        table = tables.main_table(work, datasets.readable(work, "album").dataset.id)
    assert table is not None
    copies = list((portal.settings.generations_folder / table.uid).glob(f"*/files/{uid(RED)}"))
    assert len(copies) > 1
    assert len({path.stat().st_ino for path in copies}) == 1
    newest: Path = max(copies, key=lambda path: int(path.parts[-3]))
    newest.write_bytes(b"spoilt")
    try:
        found = [one.what for one in checks.check(portal, lambda *_: None).findings]
        assert f"The file {uid(RED)} in its cells is not what was built." in found
    finally:
        newest.write_bytes(RED)


@pytest.mark.parametrize(
    ("params", "status"),
    [
        pytest.param({"where": "photo is not null"}, 200, id="null-test"),
        pytest.param({"select": "count(photo) as n", "limit": 1}, 200, id="count"),
        pytest.param({"where": "photo = 'a.jpg'"}, 400, id="compared"),
        pytest.param({"where": "search(photo, 'jpg')"}, 200, id="searched-by-name"),
        pytest.param({"order_by": "photo"}, 400, id="sorted"),
        pytest.param({"group_by": "photo"}, 400, id="grouped"),
        pytest.param({"refine": "photo:a"}, 400, id="refined"),
    ],
)
def test_what_can_be_asked_of_files(house: House, album: str, params: dict[str, Any], status: int) -> None:
    assert house.records("album", **params).status_code == status


def test_files_are_no_facet(house: House, album: str) -> None:
    answer = get(house, f"{EXPLORE}/album/facets?facet=photo")
    assert answer.status_code == 400
    assert "Values of type file are no facet values. Clause(s) containing the error(s): facet" in answer.text


def test_the_preview_shows_what_will_be_a_file(house: House) -> None:
    made = house.create()
    add_archive(house, made["uid"], zipped({"a.jpg": RED}), "file")
    base = f"{AUTOMATION}/datasets/{made['uid']}/resources"
    (resource,) = house.client.get(f"{base}/", headers=house.admin.headers).json()["results"]
    preview = house.client.get(f"{base}/{resource['uid']}/preview/", headers=house.admin.headers)
    assert preview.status_code == 200, preview.text
    assert '"type":"file"' in preview.text.replace(" ", "")


def test_the_dataset_page_shows_the_picture(house: House, album: str) -> None:
    page = get(house, "/explore/dataset/album/").text
    assert f'src="/explore/dataset/album/files/{uid(RED)}/300/"' in page
    assert f'href="{EXPLORE}/album/files/{uid(RED)}"' in page
