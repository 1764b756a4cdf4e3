"""Files in archives: which are data, in which order, and the archives that are refused."""

import bz2
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.formats.support import BOUNDS, Desk, sheet_rows, tarred, workbook, zipped

from colonnade.errors import Invalid, LimitReached

A, B = b"a,b\n1,2\n", b"a,c\n3,4\n"
BOOK = workbook({"S": sheet_rows([["a"], [1]])})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("d.csv.gz", gzip.compress(A)),
        ("d.csv.bz2", bz2.compress(A)),
        ("d.zip", zipped({"x/d.csv": A})),
        ("d.tar", tarred({"d.csv": A})),
        ("d.tar.gz", tarred({"d.csv": A}, mode="w:gz")),
        ("d.tgz", tarred({"d.csv": A}, mode="w:gz")),
        ("d.tar.bz2", tarred({"d.csv": A}, mode="w:bz2")),
        ("without an ending", gzip.compress(A)),
    ],
)
def test_every_kind_of_archive_is_unpacked(desk: Desk, name: str, content: bytes) -> None:
    assert desk.read("csvfile", content, name).rows == [("1", "2")]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_data_files_are_read_by_name_and_others_left_alone(
    desk: Desk, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    files = {
        "b/2.csv": B,
        "README.txt": b"hello",
        "1.CSV": A,
        "__MACOSX/._1.csv": b"\0",
        "b/.DS_Store": b"\0",
    }
    assert [read.rows for read in desk.read_all("csvfile", pack(files))] == [[("1", "2")], [("3", "4")]]


def test_weaker_endings_and_a_single_file_of_any_name_are_data(desk: Desk) -> None:
    assert len(desk.read_all("csvfile", zipped({"1.txt": A, "2.dat": B}))) == 2
    assert len(desk.read_all("csvfile", zipped({"export": A}))) == 1


def test_spreadsheets_may_stand_in_archives(desk: Desk) -> None:
    assert desk.read("excel", zipped({"book.xlsx": BOOK})).rows == [("1",)]
    assert desk.read("excel", gzip.compress(BOOK), "book.xlsx.gz").rows == [("1",)]


def locked() -> bytes:
    """A zip whose one file says that it is encrypted."""
    content = bytearray(zipped({"d.csv": A}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    return bytes(content)


def unknown_method() -> bytes:
    content = bytearray(zipped({"d.csv": A}))
    for magic, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(magic) + offset] = 99
    return bytes(content)


def damaged() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("d.csv", A)
    return buffer.getvalue().replace(b"1,2", b"1,3", 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (zipped({}), "The archive u is empty"),
        (tarred({"__MACOSX/x": b""}), "The archive u is empty"),
        (
            zipped({"a.pdf": b"x", "b.doc": b"y"}),
            r"holds no file of this format \(\.csv, \.tsv\); it holds a\.pdf, b\.doc",
        ),
        (
            zipped({"in.zip": zipped({"d.csv": A})}),
            r"holds archives alone, of which none is unpacked: in\.zip",
        ),
        (zipped({"in.csv": zipped({"d.csv": A})}), r"holds another archive, in\.csv; one level is unpacked"),
        (gzip.compress(gzip.compress(A)), "holds another archive"),
        (zipped({"../../x.csv": A}), r"name leads out of its folder, \.\./\.\./x\.csv"),
        (zipped({"/etc/x.csv": A}), r"name leads out of its folder, /etc/x\.csv"),
        (zipped({"C:/x.csv": A}), r"name leads out of its folder, C:/x\.csv"),
        (tarred({"/abs/x.csv": A}), r"name leads out of its folder, /abs/x\.csv"),
        (tarred({"y.csv": A}, links={"x.csv": "/etc/passwd"}), r"holds a link instead of a file, x\.csv"),
        (locked(), r"is protected by a password, which would be needed for d\.csv"),
        (unknown_method(), r"damaged, cut off or packed in an unknown way"),
        (damaged(), r"damaged, cut off or packed in an unknown way: Bad CRC"),
        (zipped({"d.csv": A})[:-30], r"damaged, cut off"),
        (gzip.compress(A * 1_000)[:-20], r"damaged, cut off"),
        (bz2.compress(A * 1_000)[:-20], r"damaged, cut off"),
        (tarred({"d.csv": A * 1_000}, mode="w:gz")[:-30], r"damaged, cut off"),
        (tarred({"d.csv": A * 1_000})[:2_000], r"damaged, cut off"),
        (BOOK, "The file u is a spreadsheet; its format is excel"),
    ],
)
def test_archives_that_are_wrong_are_named_with_the_member(desk: Desk, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read_all("csvfile", content, "u")
    assert str(desk.folder) not in caught.value.message


def test_a_fault_in_a_member_names_archive_and_member(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"The file all\.zip/x/2\.csv cannot be read: row 1"):
        desk.read_all("csvfile", zipped({"1.csv": A, "x/2.csv": b"a,b\n1\n"}), "all.zip")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lambda zeros: zipped({"z.csv": zeros})])
def test_a_bomb_is_stopped_at_the_limit_and_leaves_little(desk: Desk, pack: Callable[[bytes], bytes]) -> None:
    bounds = replace(BOUNDS, unpacked_bytes=5 << 20)
    with pytest.raises(LimitReached, match=r"holds more than 5,242,880 bytes") as caught:
        desk.read_all("csvfile", pack(b"0" * (64 << 20)), "bomb", bounds)
    assert caught.value.facts["limit_type"] == "unpacked_bytes"
    assert sum(one.stat().st_size for one in Path(desk.folder, "scratch").iterdir()) <= 6 << 20


def test_the_limit_is_of_all_files_together(desk: Desk) -> None:
    files = {f"{number}.csv": b"a\n" + b"1\n" * 500_000 for number in range(10)}
    with pytest.raises(LimitReached, match="holds more than"):
        desk.read_all("csvfile", zipped(files), bounds=replace(BOUNDS, unpacked_bytes=3_500_000))


def test_too_many_files_are_a_limit(desk: Desk) -> None:
    files = {f"{number}.csv": A for number in range(11)}
    with pytest.raises(LimitReached, match="holds 11 files or more; this portal takes 10") as caught:
        desk.read_all("csvfile", zipped(files), bounds=replace(BOUNDS, files=10))
    assert caught.value.facts["limit_type"] == "files"


def test_one_data_file_among_very_many_others_is_found(desk: Desk) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(30_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.png"), b"")
        archive.writestr("d.csv", A)
    assert desk.read("csvfile", buffer.getvalue()).rows == [("1", "2")]


def test_a_look_takes_the_first_data_file_alone(desk: Desk) -> None:
    content = tarred({"z.csv": A, "a.csv": b"not even"}, mode="w:gz")
    assert desk.read("csvfile", content, bounds=replace(BOUNDS, rows=5)).rows == [("1", "2")]
