"""A look into the XML of a large OpenDocument spreadsheet, whose reader would take all of it into memory."""

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from colonnade.formats.port import Source

_CONTENT = "content.xml"
_SMALL_BYTES = 4 << 20
"""Up to here the whole file is soon read."""
_CHUNK_BYTES = 1 << 20
_TAG_BYTES = 4 << 10
"""Of one element's tag, at most."""
_TABLE = re.compile(rb'<table:table\s[^>]{0,2000}?table:name="([^"]{0,1000})"[^>]{0,2000}>')
_ROW_END = b"</table:table-row>"
_CLOSED = b"</table:table></office:spreadsheet></office:body></office:document-content>"


def is_large(path: Path) -> bool:
    """Whether a zip is an OpenDocument spreadsheet that should not be read for a look. Raises `zipfile.BadZipFile` and
    the like."""
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        return "mimetype" in names and _CONTENT in names and book.getinfo(_CONTENT).file_size > _SMALL_BYTES


def sheet_names(path: Path) -> tuple[str, ...]:
    """The sheets of a large one, in order; hidden ones are not told apart."""
    return tuple(dict.fromkeys(name for name, _ in _tables(path)))


def head(source: Source, sheet: str, target: Path) -> Path:
    """A copy with the first rows of one sheet alone; the file itself if it is small, or its form is not known."""
    if not is_large(source.path):
        return source.path
    places = dict(reversed(list(_tables(source.path, until=sheet))))
    if sheet not in places:
        return source.path
    with zipfile.ZipFile(source.path) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        with book.open(_CONTENT) as content:
            before = content.read(min(places.values()))
            content.seek(places[sheet])
            start = content.read(_SMALL_BYTES)
        rows, _, rest = start.partition(b"</table:table>")
        if not rest:
            rows = start[: start.rfind(_ROW_END) + len(_ROW_END)]
        for info in book.infolist():
            if info.filename == _CONTENT:
                copy.writestr(_CONTENT, before + rows + _CLOSED)
            elif info.file_size <= _CHUNK_BYTES:
                copy.writestr(info.filename, book.read(info))
    return target


def _tables(path: Path, *, until: str | None = None) -> Iterator[tuple[str, int]]:
    """The name of each table and where its tag begins; read in pieces, no further than to one of them."""
    with zipfile.ZipFile(path) as book, book.open(_CONTENT) as content:
        tail, at = b"", 0
        while chunk := content.read(_CHUNK_BYTES):
            piece = tail + chunk
            taken = 0
            for found in _TABLE.finditer(piece):
                name, taken = unescape(found[1].decode("utf-8", "replace")), found.end()
                yield name, at + found.start()
                if name == until:
                    return
            # A tag that is cut in two is taken with the next piece.
            cut = max(taken, len(piece) - _TAG_BYTES)
            tail, at = piece[cut:], at + cut
