"""Looks at files in a child process, and what hostile files do there."""

import gzip
import io
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.builder.support import SMALL, Bench
from tests.formats.support import features, workbook

from colonnade.builder import process
from colonnade.builder.job import LOOK_LIMITS, FileInput, Guess, LookJob
from colonnade.errors import Invalid, LimitReached, PortalError

Ask = Callable[..., LookJob]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def ask_(content: bytes | str, format_: str = "", name: str = "u.file", **params: Any) -> LookJob:
        path = tmp_path / "blob"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return LookJob(FileInput(path, name, "", format_, params), tmp_path / "look")

    return ask_


def test_a_file_is_recognised_and_shown(ask: Ask) -> None:
    content = "name;n;day\n" + "".join(
        f"row {number};{number};2020-01-{number:02}\n" for number in range(1, 31)
    )
    assert process.guess(ask(content)) == (Guess("csvfile", "CSV file"),)
    params = process.suggest(ask(content, "csvfile"))
    assert params["separator"] == ";"
    preview = process.preview(ask(content, "csvfile", **params))
    assert [(one.name, one.label, one.type) for one in preview.schema.fields] == [
        ("name", "name", "text"),
        ("n", "n", "int"),
        ("day", "day", "date"),
    ]
    assert len(preview.records) == 20
    assert preview.records[0] == {"name": "row 1", "n": 1, "day": "2020-01-01"}


def test_values_are_shown_as_json_has_them(ask: Ask) -> None:
    point = {"type": "Point", "coordinates": [2.5, 48.0]}
    preview = process.preview(ask(features(point), "geojson"))
    assert preview.records == ({"geo_point_2d": {"lon": 2.5, "lat": 48.0}, "geo_shape": point, "n": 1},)


def test_a_large_file_is_looked_at_quickly(ask: Ask) -> None:
    job = ask(b"a,b\n" + b"1,some text to fill the file\n" * 4_000_000, "csvfile")
    start = time.monotonic()
    assert len(process.preview(job).records) == 20
    assert time.monotonic() - start < 10


def test_what_cannot_be_read_is_told(ask: Ask) -> None:
    with pytest.raises(Invalid, match=r"The file u\.file cannot be read as JSON") as caught:
        process.preview(ask('[{"a": }]', "jsonfile"))
    assert caught.value.code == "file.json"


def _zip(name: str, content: bytes, times: int) -> bytes:
    """A zip of so many pieces of the same content in one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        for _ in range(times):
            file.write(content)
    return buffer.getvalue()


MB = 1 << 20
UNPACKED = 128 * MB
"""What a build of these tests may unpack; four times as much is the usual bound of a look."""


def _strings_bomb() -> bytes:
    """A workbook whose shared strings unpack to 300 MB of the smallest there are."""
    book = workbook({"S": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'})
    buffer = io.BytesIO(book)
    with (
        zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part,
    ):
        part.write(b"<sst>")
        for _ in range(300):
            part.write(b"<si/>" * (MB // 5))
        part.write(b"</sst>")
    return buffer.getvalue()


HOSTILE: dict[str, tuple[str, Callable[[], bytes], type[PortalError], str]] = {
    "zip bomb": (
        "csvfile",
        lambda: _zip("a.csv", b"0" * MB, 175),
        LimitReached,
        "holds more than 134,217,728",
    ),
    "gzip bomb": ("jsonfile", lambda: gzip.compress(b"[" * (150 * MB), 1), LimitReached, "holds more than"),
    "far cell": (
        "excel",
        lambda: workbook({"S": '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'}),
        LimitReached,
        "spreads over 17,179,869,184 cells",
    ),
    "endless strings": ("excel", _strings_bomb, LimitReached, r"u\.file unpacks to more than"),
    "one long line": ("csvfile", lambda: b"x" * (100 * MB), Invalid, "is larger than 16,777,216"),
    "one long value": (
        "jsonfile",
        lambda: b'["' + b"x" * (100 * MB) + b'"]',
        Invalid,
        "is larger than 16,777,216",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_by_a_build_within_its_bounds(
    bench: Bench, tmp_path: Path, kind: str
) -> None:
    format_, content, family, reason = HOSTILE[kind]
    path = tmp_path / "blob"
    path.write_bytes(content())
    limits = replace(SMALL, unpacked_bytes=UNPACKED, folder_bytes=4 * UNPACKED)
    job = bench.job(FileInput(path, "u.file", "re", format_), limits=limits)
    sizes = [0]

    def measure() -> None:
        sizes.append(sum(one.stat().st_blocks * 512 for one in job.scratch.rglob("*") if one.is_file()))

    with pytest.raises(family, match=reason) as caught:
        process.build(job, poll=measure)
    assert str(tmp_path) not in caught.value.message
    assert max(sizes) < 2 * UNPACKED
    assert not job.out.exists()


def test_a_crash_names_the_file_that_was_read(ask: Ask) -> None:
    job = ask("[" * 3_000_000, "jsonfile")
    with pytest.raises(LimitReached, match=r"The file u\.file needs more memory"):
        process.preview(replace(job, limits=replace(LOOK_LIMITS, address_space_bytes=2 << 30)))
