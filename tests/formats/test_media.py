"""Archives of pictures and documents: what becomes a cell, what is told of it, and what is refused."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.formats.media import picture
from tests.formats.support import BOUNDS, Desk, tarred, zipped

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import pictures, sniffing
from colonnade.formats.media import MEDIA
from colonnade.formats.port import Source

RED = picture("red")
BLUE = picture("blue", (2400, 1200), with_exif=False)
PDF = b"%PDF-1.4 a document"
LIST = "name,photo,document\nAda,img/a.jpg,x.pdf\nBob,./IMG\\b.jpg,\nCyd,,x.pdf\n"
ALBUM = {"list.csv": LIST.encode(), "img/a.jpg": RED, "img/b.jpg": BLUE, "x.pdf": PDF}


def told(cell: str | None) -> dict[str, Any]:
    assert cell is not None
    found: dict[str, Any] = json.loads(cell)
    return found


def uid(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def kept(desk: Desk) -> set[str]:
    return {path.name for path in (desk.folder / "scratch" / MEDIA).iterdir()}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zipped({"a.jpg": RED, "__MACOSX/._a.jpg": b"junk", "docs/x.pdf": PDF}), id="zip"),
        pytest.param(tarred({"a.jpg": RED, "docs/x.pdf": PDF}, mode="w:gz"), id="tar"),
    ],
)
def test_each_file_of_an_archive_is_a_record(desk: Desk, content: bytes) -> None:
    found = desk.read("file", content)
    assert found.types == {"file": "file"}
    assert [told(cell) for (cell,) in found.rows] == [
        {
            "id": uid(RED),
            "filename": "a.jpg",
            "format": "jpeg",
            "mimetype": "image/jpeg",
            "thumbnail": True,
            "width": 800,
            "height": 600,
        },
        {
            "id": uid(PDF),
            "filename": "x.pdf",
            "format": "pdf",
            "mimetype": "application/pdf",
            "thumbnail": False,
        },
    ]
    assert kept(desk) == {uid(RED), f"{uid(RED)}.300", uid(PDF)}


@pytest.mark.parametrize(
    ("name", "content", "filename"),
    [("a.jpg", RED, "a.jpg"), ("notes.txt", b"", "notes.txt"), ("b.txt.gz", gzip.compress(b"x"), "b.txt")],
)
def test_a_file_alone_is_one_record(desk: Desk, name: str, content: bytes, filename: str) -> None:
    ((cell,),) = desk.read("file", content, name).rows
    assert told(cell)["filename"] == filename


def test_pictures_tell_when_where_and_by_what_they_were_taken(desk: Desk) -> None:
    found = desk.read("file", zipped({"a.jpg": RED, "b.jpg": BLUE}), extract_meta=True, extract_geopoint=True)
    assert found.types == {
        "file": "file",
        "taken_at": "datetime",
        "camera_make": None,
        "geo_point_2d": "geo_point_2d",
    }
    assert [row[1:] for row in found.rows] == [
        ("2024-05-06 07:08:09", "Canon", "48.8583333, -2.3375"),
        (None, None, None),
    ]


def test_smaller_copies_are_smaller_and_keep_the_form(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(BLUE)
    assert pictures.smaller(path, path)
    sizes = [pictures.described(tmp_path / f"p.{size}") for size in (300, 1_000)]
    assert [(one.width, one.height, one.format) for one in sizes if one] == [
        (300, 150, "jpeg"),
        (1000, 500, "jpeg"),
    ]
    path.write_bytes(picture(format_="PNG"))
    assert pictures.smaller(path, path)
    small = pictures.described(tmp_path / "p.300")
    assert small is not None
    assert small.format == "png"


@pytest.mark.parametrize("content", [RED[:200], RED[:4000], b"\xff\xd8\xff" + b"\0" * 50, b"GIF89a", b""])
def test_a_damaged_picture_is_a_file_all_the_same(desk: Desk, content: bytes) -> None:
    ((cell,),) = desk.read("file", content, "a.jpg").rows
    assert told(cell)["thumbnail"] is False
    assert kept(desk) == {uid(content)}


def test_a_picture_that_would_fill_the_memory_is_not_looked_into(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PNG of a few hundred bytes may say that it is a hundred thousand pixels wide."""
    bomb = bytearray(picture(format_="PNG", with_exif=False))
    bomb[16:24] = (100_000).to_bytes(4) + (100_000).to_bytes(4)
    ((cell,),) = desk.read("file", bytes(bomb), "bomb.png").rows
    assert told(cell)["thumbnail"] is False
    assert "width" not in told(cell)


def test_cells_that_name_files_become_files(desk: Desk) -> None:
    found = desk.read("files_csv", zipped(ALBUM))
    assert found.types == {"name": None, "photo": "file", "document": "file"}
    ada, bob, cyd = found.rows
    assert [told(ada[1])["id"], told(ada[2])["id"]] == [uid(RED), uid(PDF)]
    assert (told(bob[1])["filename"], bob[2]) == ("b.jpg", None)
    assert (cyd[1], told(cyd[2])["id"]) == (None, uid(PDF))
    assert kept(desk) == {
        uid(RED),
        f"{uid(RED)}.300",
        uid(BLUE),
        f"{uid(BLUE)}.300",
        f"{uid(BLUE)}.1000",
        uid(PDF),
    }


def test_only_the_columns_that_are_named_are_of_files(desk: Desk) -> None:
    found = desk.read("files_csv", zipped(ALBUM), media="photo", extract_meta=True, extract_geopoint=True)
    assert found.types == {
        "name": None,
        "photo": "file",
        "document": None,
        "taken_at": "datetime",
        "camera_make": None,
        "geo_point_2d": "geo_point_2d",
    }
    assert [row[2:] for row in found.rows] == [
        ("x.pdf", "2024-05-06 07:08:09", "Canon", "48.8583333, -2.3375"),
        (None, None, None, None),
        ("x.pdf", None, None, None),
    ]


def test_names_of_no_file_are_told_and_left_empty(desk: Desk) -> None:
    album = {**ALBUM, "list.csv": b"name,photo\nAda,a.jpg\nBob,lost.jpg\n"}
    assert desk.read("files_csv", zipped(album)).types == {"name": None, "photo": None}
    found = desk.read("files_csv", zipped(album), media="photo")
    assert [row[1] is None for row in found.rows] == [False, True]
    told_of = "1 cells of the column “photo” name no file of the archive, the first of them “lost.jpg”"
    assert found.notes == (f"data.file: {told_of}; they are empty",)


def test_a_bare_name_that_two_files_have_names_neither(desk: Desk) -> None:
    album = {"l/list.csv": b"photo\na.jpg\nl/a.jpg\n", "l/a.jpg": RED, "m/a.jpg": BLUE}
    found = desk.read("files_csv", zipped(album), media="photo")
    assert [told(row[0])["id"] for row in found.rows] == [uid(RED), uid(RED)]
    album = {"list.csv": b"photo\na.jpg\n", "l/a.jpg": RED, "m/a.jpg": BLUE}
    assert desk.read("files_csv", zipped(album), media="photo").rows == [(None,)]


@pytest.mark.parametrize(
    ("content", "params", "message"),
    [
        (b"a,b\n1,2\n", {}, "is no archive"),
        (zipped({"a.jpg": RED}), {}, "must hold one CSV file; it holds none"),
        (zipped({"a.csv": b"a", "b.csv": b"b"}), {}, "it holds a.csv, b.csv"),
        (zipped(ALBUM), {"media": "picture"}, "has no column “picture”"),
        (zipped({"../a.jpg": RED, "list.csv": b"photo\n../a.jpg\n"}), {}, "leads out of its folder"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    desk: Desk, content: bytes, params: dict[str, Any], message: str
) -> None:
    with pytest.raises(Invalid, match=message):
        desk.read("files_csv", content, **params)


@pytest.mark.parametrize("extractor", ["file", "files_csv"])
def test_an_archive_may_not_grow_without_end(desk: Desk, extractor: str) -> None:
    with pytest.raises(LimitReached):
        desk.read(extractor, zipped(ALBUM), bounds=replace(BOUNDS, unpacked_bytes=len(RED)))


def test_a_look_makes_no_smaller_copies(desk: Desk) -> None:
    many = {f"{number}.jpg": picture("red", (40 + number, 30)) for number in range(25)}
    assert len(desk.read("file", zipped(many), bounds=replace(BOUNDS, rows=1_000)).rows) == 20
    assert not any("." in name for name in kept(desk))


@pytest.mark.parametrize(
    ("name", "content", "guessed"),
    [
        ("a.zip", zipped(ALBUM), ("files_csv", "file")),
        ("a.zip", zipped({"a.jpg": RED}), ("file",)),
        ("a.jpg", RED, ("file",)),
        ("a.zip", zipped({"a.csv": b"a,b\n1,2\n"}), ("csvfile",)),
    ],
)
def test_archives_of_pictures_are_known(
    tmp_path: Path, name: str, content: bytes, guessed: tuple[str, ...]
) -> None:
    path = tmp_path / "blob"
    path.write_bytes(content)
    assert sniffing.guess(Source(path, name), tmp_path, replace(BOUNDS, rows=1)) == guessed
