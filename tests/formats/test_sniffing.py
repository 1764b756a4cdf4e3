"""What a file is and how it is read, told from its start."""

import bz2
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.formats.support import BOUNDS, Desk, features, shapefile, sheet_rows, tarred, workbook, zipped

from colonnade.errors import Invalid
from colonnade.formats import sniffing, suggesting
from colonnade.formats.port import Source
from colonnade.formats.registry import EXTRACTORS

LOOK = replace(BOUNDS, rows=1)
CSV = "a;b\n1;2\n"
BOOK = workbook({"Notes": sheet_rows([["x"]]), "Data": sheet_rows([["a"], [1]])}, hidden=["Notes"])
ROADS = {
    f"roads{suffix}": content for suffix, content in shapefile([(1, 1)], [("A", "N", 3, 0)], [(1,)]).items()
}


def _source(desk: Desk, content: bytes | str, name: str) -> Source:
    path = desk.folder / "blob"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Source(path, name)


@pytest.mark.parametrize(
    ("name", "content", "guesses"),
    [
        ("a.csv", CSV, "csvfile"),
        ("a", CSV, "csvfile"),
        ("a.csv", '{"a": 1}\n', "csvfile jsonfile jsondict"),
        ("a", CSV.encode("utf-16"), "csvfile"),
        ("a", "é;è\n".encode("cp1252"), "csvfile"),
        ("a.json", '\ufeff [{"a": 1}]', "jsonfile"),
        ("a.json", '{"a": {"b": 1}}', "jsonfile jsondict"),
        ("a", '{"a": 1}\n{"a": 2}\n', "jsonlines jsonfile jsondict"),
        ("a.ndjson", '{"a": 1}', "jsonlines jsonfile jsondict"),
        ("a.json", features(), "geojson jsonfile jsondict"),
        ("a.csv.gz", gzip.compress(CSV.encode()), "csvfile"),
        ("a", bz2.compress(b'[{"a": 1}]'), "jsonfile"),
        ("a.zip", zipped({"x.pdf": "x", "b.json": "[]"}), "jsonfile"),
        ("a.tgz", tarred({"b.xml": b"<a><b/></a>"}, mode="w:gz"), "xml"),
        ("a.xml", "<?xml version='1.0'?><a/>", "xml"),
        ("a", "<kml/>", "kml xml"),
        ("a.kmz", zipped({"doc.kml": "<kml/>"}), "kml xml"),
        ("a", "<!DOCTYPE html><html/>", ""),
        ("a.xlsx", BOOK, "excel"),
        ("a.zip", zipped({"a.xlsx": BOOK}), "excel"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "excel"),
        ("a.zip", zipped(ROADS), "shapefile"),
        ("a.tar.gz", tarred(ROADS, mode="w:gz"), "shapefile"),
        ("a", b"PAR1" + b"\0" * 20, "parquet"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0", "file"),
        ("a.bin", b"\x89PNG\r\n\x1a\n\0\0\0", ""),
        ("a.csv", "", "csvfile"),
    ],
)
def test_the_likeliest_format_comes_first(desk: Desk, name: str, content: bytes | str, guesses: str) -> None:
    assert sniffing.guess(_source(desk, content, name), desk.folder, LOOK) == tuple(guesses.split())


def test_an_archive_without_data_is_told(desk: Desk) -> None:
    with pytest.raises(Invalid, match=r"it holds a\.pdf, b\.pdf"):
        sniffing.guess(_source(desk, zipped({"a.pdf": "x", "b.pdf": "x"}), "a.zip"), desk.folder, LOOK)


DEEP = {
    "help": "x",
    "result": {"fields": [{"id": "a"}], "records": [{"a": 1}, {"a": 2, "sub": [{"b": 1}] * 9}]},
}


@pytest.mark.parametrize(
    ("extractor", "content", "params"),
    [
        ("csvfile", CSV, {"separator": ";", "encoding": "utf-8"}),
        ("csvfile", "a\tb\n1\té\n".encode("cp1252"), {"separator": "\t", "encoding": "cp1252"}),
        ("csvfile", "only\nhere, there\n", {"encoding": "utf-8"}),
        ("excel", BOOK, {"sheet": "Data", "first_row_no": 1, "headers_first_row": True}),
        ("jsonfile", '[{"a": {"b": [{"c": 1}]}}]', {}),
        ("jsonfile", json.dumps(DEEP), {"json_root": "result.records"}),
        ("jsonfile", '{"more": [{"a": 1}, {"a": 2}], "items": [{"a": 1}]}', {"json_root": "items"}),
        ("jsonfile", "{}", {}),
        ("jsonlines", '{"a": 1}', {}),
        ("xml", "<a><b/><b/></a>", {"tag_depth": 1}),
        ("xml", "<a><head/><b><c/></b><b><c/></b></a>", {"tag_depth": 1, "tag_name": "b"}),
        ("xml", "<a><b><c><d/></c><c><d/></c></b></a>", {"tag_depth": 2}),
        ("geojson", features(), {}),
    ],
)
def test_parameters_are_found(
    desk: Desk, extractor: str, content: bytes | str, params: dict[str, Any]
) -> None:
    if extractor == "csvfile":
        params = {"doublequote": True, "first_row_no": 1, "headers_first_row": True, **params}
    assert suggesting.suggest(extractor, _source(desk, content, "a"), desk.folder, LOOK) == params


def test_utf_8_is_not_insisted_on_where_more_follows(desk: Desk) -> None:
    content = b"a,b\n" + b"x,y\n" * 1_100_000 + "é,z\n".encode("cp1252")
    found = suggesting.suggest("csvfile", _source(desk, content, "a"), desk.folder, LOOK)
    assert "encoding" not in found
    assert desk.read("csvfile", content, **found).rows[-1] == ("é", "z")


@pytest.mark.parametrize(
    ("extractor", "content"),
    [("excel", "x"), ("jsonfile", "{"), ("xml", "<a>"), ("csvfile", ""), ("floppy", "x")],
)
def test_a_file_that_the_format_cannot_be_is_told(desk: Desk, extractor: str, content: str) -> None:
    with pytest.raises(Invalid):
        suggesting.suggest(extractor, _source(desk, content, "a"), desk.folder, LOOK)


def test_nothing_large_is_read_for_a_guess(desk: Desk) -> None:
    path = desk.folder / "sparse"
    with path.open("wb") as file:
        file.write(b"[" + b'{"a": 1},' * 20_000)
        file.truncate(64 << 30)
    assert sniffing.guess(Source(path, "a.json"), desk.folder, LOOK) == ("jsonfile",)


def test_every_extractor_is_described() -> None:
    for name, extractor in EXTRACTORS.items():
        assert extractor.type == name
        assert extractor.label
        assert not extractor.suffixes or extractor.parameters[-1].name == "extract_filename"
        for parameter in extractor.parameters:
            assert parameter.description
            assert parameter.type in {"string", "boolean", "integer"}


def test_the_fixtures_are_recognised(desk: Desk) -> None:
    folder = Path(__file__).parent.parent / "fixtures" / "panda"
    expected = {".csv": "csvfile", ".xls": "excel", ".xlsx": "excel"}
    for path in folder.iterdir():
        assert sniffing.guess(Source(path, path.name), desk.folder, LOOK)[0] == expected[path.suffix]
