"""Files of every format, made by hand: small enough to read, and wrong on purpose where a test needs it."""

import io
import json
import struct
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import duckdb

from colonnade.formats import registry
from colonnade.formats.port import Bounds, Column, Source

BOUNDS = Bounds(fields=100, cell_bytes=1 << 20)


@dataclass(frozen=True)
class Read:
    """What a reader made of a file."""

    columns: tuple[Column, ...]
    rows: list[tuple[str | None, ...]]
    notes: tuple[str, ...]

    @property
    def types(self) -> dict[str, str | None]:
        """By label; None where the cells decide."""
        return {one.label: one.type.value if one.type else None for one in self.columns}


@dataclass
class Desk:
    """A place to write files and read them."""

    folder: Path

    def read(
        self, extractor: str, content: bytes | str, name: str = "", bounds: Bounds = BOUNDS, **params: Any
    ) -> Read:
        """Read one file as a build would."""
        results = self.read_all(extractor, content, name, bounds, **params)
        assert len(results) == 1
        return results[0]

    def read_all(
        self, extractor: str, content: bytes | str, name: str = "", bounds: Bounds = BOUNDS, **params: Any
    ) -> list[Read]:
        path = self.folder / "blob"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        scratch = self.folder / "scratch"
        scratch.mkdir(exist_ok=True)
        source = Source(path, name or "data.file", params)
        found = []
        with duckdb.connect(config={"threads": 1}) as connection:
            for file in registry.data_files(extractor, source, scratch, bounds):
                extract = registry.reader(extractor)(connection, file, "t", scratch, bounds)
                names = ", ".join(f"c{number}" for number in range(len(extract.columns))) or "NULL"
                rows = connection.execute(f"SELECT {names} FROM t ORDER BY rowid").fetchall()
                found.append(Read(extract.columns, rows, extract.notes))
        return found


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], *, mode: str = "w", links: Mapping[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_STYLES = "".join(f'<xf numFmtId="{number}" applyNumberFormat="1"/>' for number in (0, 14, 22, 46, 21))
"""Of cells: `s="1"` a date, 2 a date and time, 3 a duration, 4 a time."""
_HIDDEN = ' state="hidden"'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def workbook(
    sheets: Mapping[str, str], *, is_1904: bool = False, hidden: Sequence[str] = (), claim: str = ""
) -> bytes:
    """An XLSX file. `sheets`: by name the XML of the rows. `claim`: the range that each sheet says it has."""
    numbers = range(1, len(sheets) + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in numbers
    )
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"{_HIDDEN if name in hidden else ""}/>'
        for n, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    dates = '<workbookPr date1904="1"/>' if is_1904 else ""
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{dates}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs>{_STYLES}</cellXfs></styleSheet>',
    }
    dimension = f'<dimension ref="{claim}"/>' if claim else ""
    for number, rows in enumerate(sheets.values(), 1):
        sheet = f'<worksheet xmlns="{_MAIN}">{dimension}<sheetData>{rows}</sheetData></worksheet>'
        files[f"xl/worksheets/sheet{number}.xml"] = sheet
    return zipped(files)


def sheet_rows(rows: Sequence[Any]) -> str:
    """The XML of rows: numbers, booleans, texts; None is no cell; a pair is a raw value and the attributes of its
    cell."""
    written = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            _cell(f"{chr(ord('A') + at)}{number}", value) for at, value in enumerate(row) if value is not None
        )
        written.append(f'<row r="{number}">{cells}</row>')
    return "".join(written)


def _cell(reference: str, value: Any) -> str:
    match value:
        case (raw, attributes):
            return f'<c r="{reference}" {attributes}><v>{raw}</v></c>'
        case bool():
            return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
        case str():
            return (
                f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
            )
        case _:
            return f'<c r="{reference}"><v>{value!r}</v></c>'


LAMBERT_93 = (
    'PROJCS["RGF_1993_Lambert_93",GEOGCS["GCS_RGF_1993",DATUM["D_RGF_1993",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],'
    'PARAMETER["False_Easting",700000.0],PARAMETER["False_Northing",6600000.0],PARAMETER["Central_Meridian",3.0],'
    'PARAMETER["Standard_Parallel_1",49.0],PARAMETER["Standard_Parallel_2",44.0],'
    'PARAMETER["Latitude_Of_Origin",46.5],UNIT["Meter",1.0]]'
)


def shapefile(
    points: Sequence[tuple[float, float] | None],
    fields: Sequence[tuple[str, str, int, int]],
    rows: Sequence[Sequence[object]],
    *,
    prj: str = "",
    encoding: str = "utf-8",
    deleted: Sequence[int] = (),
) -> dict[str, bytes]:
    """The parts of a shapefile of points by their endings. `fields`: name, dBase type, width, decimals."""
    shapes = [struct.pack("<i", 0) if one is None else struct.pack("<idd", 1, *one) for one in points]
    records, offsets, at = b"", b"", 100
    for number, shape in enumerate(shapes, 1):
        offsets += struct.pack(">ii", at // 2, len(shape) // 2)
        records += struct.pack(">ii", number, len(shape) // 2) + shape
        at += 8 + len(shape)
    described = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), width, decimals)
        for name, kind, width, decimals in fields
    )
    body = b""
    for number, row in enumerate(rows, 1):
        body += b"*" if number in deleted else b" "
        for value, (_, kind, width, _) in zip(row, fields, strict=True):
            text = str(value).encode(encoding)
            body += text.ljust(width) if kind == "C" else text.rjust(width)
    sizes = (len(rows), 33 + len(described), 1 + sum(one[2] for one in fields))
    parts = {
        ".shp": _shape_header(len(records)) + records,
        ".shx": _shape_header(len(offsets)) + offsets,
        ".dbf": struct.pack("<B3BIHH20x", 3, 124, 1, 1, *sizes) + described + b"\r" + body + b"\x1a",
    }
    return parts | ({".prj": prj.encode()} if prj else {})


def _shape_header(size: int) -> bytes:
    box = (-180.0, -90.0, 180.0, 90.0, 0.0, 0.0, 0.0, 0.0)
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + size) // 2) + struct.pack("<2i8d", 1000, 1, *box)


def features(*given: Mapping[str, Any] | None, **more: Any) -> str:
    """A GeoJSON document of geometries, numbered by the property `n`."""
    found = [{"type": "Feature", "properties": {"n": n}, "geometry": one} for n, one in enumerate(given, 1)]
    return json.dumps({"type": "FeatureCollection", **more, "features": found})
