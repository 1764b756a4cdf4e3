"""The files of an index at rest: are they as they were written, and a copy of them."""

import json
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from colonnade.disk import link_or_copy
from colonnade.index.port import IndexBrokenError

_CHUNK = 1 << 20
_META = "meta.json"
_REPLACED = ".json"
_LOCK = ".lock"
_UNFINISHED = ".tmp"

_TAIL = struct.Struct("<II")
_MAGIC = 1337
"""A file that Tantivy writes once ends in a JSON footer with the CRC-32 of what is before it, the footer's length and
this number. The others are replaced as a whole by a rename, and locks hold nothing."""


def damaged(folder: Path) -> list[str]:
    """The files that are not what was written into them, in sentences. Raises `IndexBrokenError`."""
    return [
        f"The file {path.name} of the text index is damaged."
        for path in _committed(folder)
        if not _is_whole(path)
    ]


def copy(folder: Path, target: Path) -> None:
    """Files that never change are linked where the file system can. Raises `IndexBrokenError`."""
    target.mkdir(parents=True)
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix == _REPLACED:
                shutil.copyfile(path, target / path.name)
            elif path.suffix != _LOCK and not path.name.startswith(_UNFINISHED):
                link_or_copy(path, target / path.name)
    except FileNotFoundError as error:
        raise IndexBrokenError(f"the index went while it was copied: {error}") from error


def _committed(folder: Path) -> Iterator[Path]:
    """The files of the last commit's segments. Others are what an interrupted one left; the next writer removes them."""
    try:
        segments = json.loads((folder / _META).read_bytes())["segments"]
        names = {one["segment_id"].replace("-", "") for one in segments}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexBrokenError(f"its {_META} cannot be read ({type(error).__name__})") from error
    for path in sorted(folder.iterdir()):
        if path.name.partition(".")[0] in names:
            yield path


def _is_whole(path: Path) -> bool:
    size = path.stat().st_size
    if size < _TAIL.size:
        return False
    with path.open("rb") as file:
        file.seek(size - _TAIL.size)
        length, magic = _TAIL.unpack(file.read(_TAIL.size))
        body = size - _TAIL.size - length
        if magic != _MAGIC or body < 0:
            return False
        file.seek(body)
        footer = file.read(length)
        file.seek(0)
        found, left = 0, body
        while left:
            chunk = file.read(min(_CHUNK, left))
            if not chunk:
                return False
            found, left = zlib.crc32(chunk, found), left - len(chunk)
    return f'"crc":{found}'.encode() in footer.replace(b" ", b"")
