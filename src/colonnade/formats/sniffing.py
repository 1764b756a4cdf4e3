"""Which formats a file may be of, told by its first bytes, and by its name where those leave it open."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from colonnade.formats import archives, encoding
from colonnade.formats.port import Bounds, Source
from colonnade.formats.registry import EXTRACTORS

_HEAD_BYTES = 64 << 10
_COMPOUND_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FEATURES = re.compile(r'"type"\s*:\s*"(?:FeatureCollection|Feature)"')
_TABLES = tuple(suffix for tier in EXTRACTORS["csvfile"].suffixes for suffix in tier)
_KNOWN = tuple(
    dict.fromkeys(suffix for one in EXTRACTORS.values() for tier in one.suffixes for suffix in tier)
)

_PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp")


def guess(source: Source, scratch: Path, bounds: Bounds) -> tuple[str, ...]:
    """The names of the extractors that may read a file, the likeliest first; none for what is no data. Raises `Invalid`
    and `LimitReached` for an archive that cannot be unpacked."""
    kind = archives.kind_of(source.path)
    if kind is None:
        return tuple(dict.fromkeys(_of_file(source.path, source.name)))
    if kind == "zip" and archives.is_workbook(archives.zip_names(source.path)):
        return ("excel",)
    if kind == "zip" or _is_tar(source):
        with archives.opened(source) as entries:
            names = [one.name.lower() for one in archives.members(source, entries)]
        if any(one.endswith(".shp") for one in names):
            return ("shapefile",)
        if any(one.endswith(_PICTURES) for one in names):
            tables = sum(one.endswith(_TABLES) for one in names)
            return ("files_csv", "file") if tables == 1 else ("file",)
    for member in archives.unpacked(source, (_KNOWN,), scratch, bounds, reads_workbooks=True):
        if archives.kind_of(member.path) == "zip":
            return ("excel",)
        return tuple(dict.fromkeys(_of_file(member.path, member.filename)))
    return ()


def _is_tar(source: Source) -> bool:
    lower = (source.filename or source.name).lower()
    return archives.kind_of(source.path) == "tar" or ".tar" in lower or lower.endswith(".tgz")


def _of_file(path: Path, name: str) -> Iterator[str]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    lower = name.lower()
    if head.startswith(b"PAR1"):
        yield "parquet"
    elif head.startswith(_COMPOUND_MAGIC):
        yield "excel"
    elif lower.endswith(_PICTURES):
        yield "file"
    elif (text := _text(head)) is not None:
        if lower.endswith(_TABLES[:2]):
            yield "csvfile"
        yield from _of_text(text.lstrip("\ufeff \t\r\n"), lower)


def _text(head: bytes) -> str | None:
    """The start of a file as a text; None if it is none."""
    name = encoding.from_bom(head) or "utf-8"
    text = head.decode(name, "replace")
    return None if "\0" in text else text


def _of_text(text: str, name: str) -> Iterator[str]:
    if text.startswith("<"):
        start = text[:2_000].lower()
        if "<html" not in start and "<!doctype html" not in start:
            yield from ("kml", "xml") if "<kml" in start else ("xml",)
    elif text.startswith(("{", "[")):
        if name.endswith(".geojson") or _FEATURES.search(text):
            yield "geojson"
        if name.endswith((".jsonl", ".ndjson")) or _is_lines(text):
            yield "jsonlines"
        yield from ("jsonfile", "jsondict") if text[0] == "{" else ("jsonfile",)
    elif text:
        yield "csvfile"


def _is_lines(text: str) -> bool:
    """Whether the first line is a whole object, and another one begins after it."""
    first, _, rest = text.partition("\n")
    if not rest.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False
