"""A look into the XML of an XLSX file, before the library that reads it takes all of a sheet into memory: how far its
cells are spread, and which hold errors, which the library does not tell from empty ones."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from colonnade.errors import LimitReached
from colonnade.formats.port import Bounds, Source

_CHUNK_BYTES = 1 << 20
_OVERLAP_BYTES = 256
_MAX_CELLS = 60_000_000
"""Of the rectangle around all cells. The library takes 32 bytes for each."""
_REFERENCE = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"([^>]{0,100})')
_SHARED_STRINGS = "xl/sharedStrings.xml"
_ERRORS_TOLD = 3
_HEAD_ROWS_BYTES = 4 << 20
_HEAD_STRINGS_BYTES = 32 << 20


@dataclass
class _Spread:
    """The rectangle around the cells of a sheet, 1-based, and the first cells with errors."""

    first_row: int = 1 << 30
    last_row: int = 0
    columns: set[bytes] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    error_count: int = 0

    def take(self, piece: bytes) -> None:
        found = _REFERENCE.findall(piece)
        if not found:
            return
        self.columns.update({column for column, _, _ in found})
        rows = {int(row) for _, row, _ in found}
        self.first_row, self.last_row = min(self.first_row, *rows), max(self.last_row, *rows)
        if b't="e"' in piece:
            wrong = [column + row for column, row, rest in found if b't="e"' in rest]
            self.error_count += len(wrong)
            self.errors += [one.decode() for one in wrong[: _ERRORS_TOLD - len(self.errors)]]

    @property
    def cells(self) -> int:
        numbers = [_column_number(one) for one in self.columns]
        return (self.last_row - self.first_row + 1) * (max(numbers) - min(numbers) + 1) if numbers else 0


def inspect(source: Source, sheet: str, bounds: Bounds) -> tuple[str, ...]:
    """Notes on a sheet's cells with errors. Raises `LimitReached` for one that is spread too far or unpacks to too
    much; `zipfile.BadZipFile` and the like for a damaged file."""
    spread = _Spread()
    with zipfile.ZipFile(source.path) as book:
        part = _part(book, sheet)
        if part is None:
            return ()
        room = bounds.unpacked_bytes
        for name in (part, _SHARED_STRINGS):
            tail = b""
            for chunk in _chunks(book, name):
                room -= len(chunk)
                if room < 0:
                    message = f"The file {source.name} unpacks to more than {bounds.unpacked_bytes:,} bytes"
                    limit = bounds.unpacked_bytes
                    raise LimitReached(message, limit_type="unpacked_bytes", limit=limit, value=limit - room)
                if name == part:
                    # A cell that is cut in two is taken with the next piece.
                    cut = max(0, chunk.rfind(b"<"))
                    spread.take(tail + chunk[:cut])
                    tail = chunk[cut:]
            if name == part:
                spread.take(tail)
    if spread.cells > _MAX_CELLS:
        message = (
            f"The sheet {sheet} of the file {source.name} spreads over {spread.cells:,} cells;"
            f" this portal takes {_MAX_CELLS:,}. A stray cell far away from the data may be the reason"
        )
        raise LimitReached(message, limit_type="cells", limit=_MAX_CELLS, value=spread.cells)
    if not spread.error_count:
        return ()
    cells = ", ".join(spread.errors) + (", ..." if spread.error_count > len(spread.errors) else "")
    count = spread.error_count
    many = (
        f"cells with errors instead of values in the sheet {sheet} of the file {source.name} are left empty"
    )
    return (f"{count:,} {many}: {cells}",)


def sheet_names(path: Path) -> tuple[str, ...]:
    """The tables of a workbook, those that are shown first; none if it is no XLSX."""
    with zipfile.ZipFile(path) as book:
        found = [one for one in _elements(book, "xl/workbook.xml", "sheet") if one.get("name")]
        charts = {
            one["name"] for one in found if "/chartsheets/" in f"/{_part(book, one['name'], is_there=False)}"
        }
    found.sort(key=lambda one: one.get("state", "visible") != "visible")
    return tuple(one["name"] for one in found if one["name"] not in charts)


def active_sheet(path: Path) -> str | None:
    """The table that was open when the workbook was saved; None if it does not say, or that is no table."""
    with zipfile.ZipFile(path) as book:
        views = _elements(book, "xl/workbook.xml", "workbookView")
        names = [one.get("name", "") for one in _elements(book, "xl/workbook.xml", "sheet")]
    at = next(iter(views), {}).get("activeTab", "0")
    name = names[int(at)] if views and at.isdecimal() and int(at) < len(names) else None
    return name if name in sheet_names(path) else None


def _part(book: zipfile.ZipFile, sheet: str, *, is_there: bool = True) -> str | None:
    """The name of a sheet's part in the file."""
    targets = {
        one.get("Id", ""): one.get("Target", "")
        for one in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    for one in _elements(book, "xl/workbook.xml", "sheet"):
        if one.get("name") == sheet:
            target = targets.get(next((value for name, value in one.items() if name.endswith(":id")), ""), "")
            name = target.removeprefix("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            return name if not is_there or name in book.namelist() else None
    return None


def _elements(book: zipfile.ZipFile, name: str, tag: str) -> list[dict[str, str]]:
    """The attributes of all elements of a tag in a small part."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser.StartElementHandler = start
    if name in book.namelist():
        with book.open(name) as part:
            try:
                parser.Parse(part.read(16 << 20), True)
            except expat.ExpatError:
                return found
    return found


def _chunks(book: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    if name in book.namelist():
        with book.open(name) as part:
            while chunk := part.read(_CHUNK_BYTES):
                yield chunk


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def head(source: Source, sheet: str, target: Path) -> Path:
    """A copy of the workbook with the first rows of one sheet alone, for a look at them; the file itself if it is
    small."""
    with zipfile.ZipFile(source.path) as book:
        part = _part(book, sheet)
        if part is None or sum(one.file_size for one in book.infolist()) <= _HEAD_ROWS_BYTES:
            return source.path
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
            for info in book.infolist():
                if info.filename == part:
                    copy.writestr(
                        part, _cut(book, part, _HEAD_ROWS_BYTES, rb"row", rb"sheetData", rb"worksheet")
                    )
                elif info.filename == _SHARED_STRINGS:
                    copy.writestr(
                        info.filename, _cut(book, info.filename, _HEAD_STRINGS_BYTES, rb"si", rb"sst")
                    )
                elif info.file_size <= _HEAD_STRINGS_BYTES and not info.filename.startswith("xl/worksheets/"):
                    copy.writestr(info.filename, book.read(info))
    return target


def _cut(book: zipfile.ZipFile, name: str, size: int, element: bytes, *around: bytes) -> bytes:
    """The start of a part up to the end of one of its elements, and closed again."""
    with book.open(name) as part:
        start = part.read(size)
        if not part.read(1):
            return start
    ends = list(re.finditer(rb"</((?:\w+:)?)" + element + rb">", start))
    if not ends:
        return start
    prefix = ends[-1][1]
    return start[: ends[-1].end()] + b"".join(b"</" + prefix + one + b">" for one in around)
