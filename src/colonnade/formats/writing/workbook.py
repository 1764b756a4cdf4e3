"""Workbooks of one worksheet, whose rows come as Office Open XML."""

import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.sax.saxutils import escape

from colonnade.errors import Invalid
from colonnade.formats.writing.room import Folder, Room, opened, pieces
from colonnade.formats.writing.rows import joined

MOST_ROWS = 1_048_575
"""Of a worksheet, but for the names of its columns."""
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
"""Of a cell."""
_LEVEL = 3
"""Of deflate: 6 takes twice as long for a tenth less."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PATH = "xl/worksheets/sheet1.xml"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/{_PATH}" ContentType="{_SHEET}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        '<sheets><sheet name="records" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}">'
        '<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
        '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>'
        '<numFmt numFmtId="166" formatCode="hh:mm:ss"/></numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        + "".join(
            f'<xf numFmtId="{one}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
            for one in (164, 165, 166)
        )
        + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    ),
}
_BEGIN = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
_END = "</sheetData></worksheet>"


def written(names: Sequence[str], batches: Iterator[Any], room: Room) -> Iterator[bytes]:
    """The bytes of a workbook. `batches`: a row of XML each, and the place of the first column that is too long for a
    cell in it, as of `SheetText`. Raises `Invalid` before the first byte for what does not fit a worksheet."""
    if len(names) > MOST_COLUMNS:
        raise _unfit(f"{len(names)} fields, and a worksheet takes {MOST_COLUMNS}; select fewer")
    with opened(room) as folder:
        path = folder.path / "workbook"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            for name, content in _PARTS.items():
                archive.writestr(name, _HEAD + content)
            _write_sheet(archive, names, batches, folder)
        yield from pieces(path)


def _write_sheet(
    archive: zipfile.ZipFile, names: Sequence[str], batches: Iterator[Any], folder: Folder
) -> None:
    rows = 0
    with archive.open(_PATH, "w") as sheet:
        sheet.write((_BEGIN + _header(names)).encode())
        try:
            for batch in batches:
                rows += batch.num_rows
                _check(names, batch.column(1), rows)
                sheet.write(joined(batch.column(0)))
                folder.check()
            sheet.write(_END.encode())
        except RuntimeError as error:  # so says zipfile of what would need another kind of archive
            raise _unfit("more text than a workbook takes (2 GiB of XML); ask for fewer records") from error


def _check(names: Sequence[str], too_long: Any, rows: int) -> None:
    if rows > MOST_ROWS:
        raise _unfit(f"more than {MOST_ROWS} rows, which a worksheet takes; set limit, or take csv")
    if too_long.null_count < len(too_long):
        at = too_long.drop_null()[0].as_py()
        raise _unfit(
            f"a text of more than {MOST_CHARACTERS} characters in {names[at]}, which a cell takes;"
            " leave the field out of select, or take csv"
        )


def _unfit(reason: str) -> Invalid:
    return Invalid(
        f"These records do not fit the format xlsx: {reason}.", code="parameter.invalid", parameter="format"
    )


def letters(at: int) -> str:
    """What a worksheet calls a column: A, ..., Z, AA, ..."""
    found, rest = "", at + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        found = chr(ord("A") + letter) + found
    return found


def _header(names: Sequence[str]) -> str:
    cells = (
        f'<c r="{letters(at)}1" t="inlineStr"><is><t xml:space="preserve">{escape(_clean(one))}</t></is></c>'
        for at, one in enumerate(names)
    )
    return f'<row r="1">{"".join(cells)}</row>'


def _clean(name: str) -> str:
    return "".join(one if one.isprintable() else "\ufffd" for one in name)[:MOST_CHARACTERS]
