"""dBase tables, the attributes of a shapefile: fixed-width records, read as typed values.

Read here and not by GDAL, whose way through DuckDB 1.5 makes an empty date the first of January 1970.
"""

import codecs
import datetime as dt
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import BinaryIO

from colonnade.errors import Invalid
from colonnade.formats import encoding, params
from colonnade.formats.port import Source

_HEADER_BYTES, _FIELD_BYTES = 32, 32
_CODE_PAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0xC8: "cp1250", 0xC9: "cp1251"}
_CHUNK_BYTES = 1 << 20

Value = str | int | Decimal | bool | dt.date | None


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Table:
    """The head of a table. `records` counts deleted ones too."""

    path: Path
    source: Source
    records: int
    header_bytes: int
    record_bytes: int
    encoding: str
    fields: tuple[_Field, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    @property
    def notes(self) -> tuple[str, ...]:
        memos = ", ".join(one.name for one in self.fields if one.kind == "M")
        return (f"The memo fields of {self.source.name} are not read: {memos}",) if memos else ()


def opened(path: Path, source: Source) -> Table:
    """Raises `Invalid` for what is no dBase table. The parameter `encoding` wins over what the table says."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES)
        if len(head) < _HEADER_BYTES:
            raise _wrong(source, "its .dbf is cut off")
        records, header_bytes, record_bytes = struct.unpack("<IHH", head[4:12])
        described = file.read(max(0, header_bytes - _HEADER_BYTES))
    name = _encoding(path, source, head[29], header_bytes)
    fields: list[_Field] = []
    start = 1
    for at in range(0, len(described) - _FIELD_BYTES + 1, _FIELD_BYTES):
        one = described[at : at + _FIELD_BYTES]
        if one[:1] == b"\r":
            break
        stop = start + one[16]
        label = _text(one[:11].split(b"\0")[0], name)
        fields.append(_Field(label, chr(one[11]), start, stop))
        start = stop
    if not fields or start != record_bytes:
        raise _wrong(source, "its .dbf has no readable description of its fields")
    return Table(path, source, records, header_bytes, record_bytes, name, tuple(fields))


def rows(table: Table) -> Iterator[tuple[bool, list[Value]]]:
    """Every record: whether it was deleted, and its values. Raises `Invalid`, naming the row."""
    with table.path.open("rb") as file:
        file.seek(table.header_bytes)
        for row in range(1, table.records + 1):
            record = file.read(table.record_bytes)
            if len(record) < table.record_bytes:
                raise _wrong(table.source, f"its .dbf is cut off at row {row} of {table.records}")
            yield (
                record[:1] == b"*",
                [_value(table, one, record[one.start : one.stop], row) for one in table.fields],
            )


def _value(table: Table, field: _Field, raw: bytes, row: int) -> Value:
    if field.kind in "NF":
        return _number(table, field, raw, row)
    if field.kind == "D":
        text = raw.decode("ascii", "replace").strip(" \0")
        try:
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])) if len(text) == 8 else None
        except ValueError:
            return None  # no day; some programs fill an empty date with zeros
    if field.kind == "L":
        return {b"T": True, b"Y": True, b"F": False, b"N": False}.get(raw[:1].upper())
    if field.kind == "M":
        return None
    try:
        return _text(raw.rstrip(b" \0"), table.encoding) or None
    except UnicodeDecodeError as fault:
        place = f"the field {field.name} of row {row} is not in the encoding {table.encoding}"
        raise _wrong(table.source, f"{place}: {fault.reason}") from None


def _number(table: Table, field: _Field, raw: bytes, row: int) -> Value:
    text = raw.decode("ascii", "replace").strip(" \0")
    if not text or text.startswith("*"):
        return None  # empty, or wider than its field: programs write asterisks then
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _wrong(table.source, f"the field {field.name} of row {row} is no number, {text!r}") from None
    if not value.is_finite():
        return None
    return int(text) if text.lstrip("+-").isdigit() else value


def _text(raw: bytes, name: str) -> str:
    if name == encoding.SLOPPY:
        return raw.decode("cp1252", encoding.LATIN_ERRORS)
    return raw.decode(name)


def _encoding(path: Path, source: Source, code_page: int, header_bytes: int) -> str:
    if given := params.text(source, "encoding"):
        return encoding.known(source, given)
    beside = path.with_suffix(".cpg")
    told = beside.read_text("ascii", "replace").strip(" \0\r\n") if beside.exists() else ""
    for name in (told, f"cp{told}", told.replace("ANSI ", "cp"), _CODE_PAGES.get(code_page, "")):
        try:
            return codecs.lookup(name).name if name else _found(path, header_bytes)
        except LookupError:
            continue
    return _found(path, header_bytes)


def _found(path: Path, header_bytes: int) -> str:
    """UTF-8 if the whole table is that, else Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        file.seek(header_bytes)
        try:
            for chunk in _chunks(file):
                decoder.decode(chunk)
        except UnicodeDecodeError:
            return encoding.SLOPPY
    return "utf-8"


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _wrong(source: Source, why: str) -> Invalid:
    return Invalid(f"The file {source.name} cannot be read as a shapefile: {why}", code="file.shapefile")
