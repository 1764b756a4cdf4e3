"""A look at the start of a text file: no more of it is read than some first rows can take."""

import codecs
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from colonnade.errors import Invalid
from colonnade.formats.port import Bounds, Source

_HEAD_BYTES = 4 << 20
_Row = TypeVar("_Row")


def head(source: Source, scratch: Path, bounds: Bounds) -> tuple[Source, bool]:
    """The start of a large file as a file of its own, if only a look is taken; whether it was cut off."""
    if bounds.rows is None or source.path.stat().st_size <= _HEAD_BYTES:
        return source, False
    with source.path.open("rb") as file:
        start = file.read(_HEAD_BYTES)
    path = scratch / f"head-{source.path.name}"
    path.write_bytes(_whole_characters(start))
    return replace(source, path=path), True


def _whole_characters(start: bytes) -> bytes:
    """Without the character that may be cut at the end: of UTF-8 the bytes after the last plain one. UTF-16 and
    UTF-32, which have NULs, are cut between characters already."""
    if b"\0" in start[:1024] or start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return start
    end = len(start)
    while end > len(start) - 4 and start[end - 1] >= 0x80:
        end -= 1
    return start[:end]


def until_cut(rows: Iterator[_Row], *, is_cut: bool) -> Iterator[_Row]:
    """The rows of a file; where it was cut off, the fault that this makes is its end, unless nothing came before."""
    count = 0
    try:
        for row in rows:
            yield row
            count += 1
    except Invalid:
        if not is_cut or not count:
            raise
