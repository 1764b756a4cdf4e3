"""OpenDocument spreadsheets, made by hand."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_NAMES}:manifest:1.0"><manifest:file-entry manifest:full-path="/"'
    f' manifest:media-type="{_MEDIA_TYPE}"/></manifest:manifest>'
)


def ods(sheets: Mapping[str, str | Sequence[Sequence[Any]]]) -> bytes:
    """An ODS file. `sheets`: by name the rows, or their XML."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>{rows if isinstance(rows, str) else ods_rows(rows)}</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{_NAMES}:office:1.0"'
        f' xmlns:table="{_NAMES}:table:1.0" xmlns:text="{_NAMES}:text:1.0" office:version="1.2"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _MEDIA_TYPE, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", content)
    return buffer.getvalue()


def ods_rows(rows: Sequence[Sequence[Any]]) -> str:
    """The XML of rows: numbers, booleans, texts, dates, times; None is an empty cell."""
    return "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)


def _cell(value: Any) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case bool():
            return _typed("boolean", "boolean-value", str(value).lower())
        case int() | float():
            return _typed("float", "value", repr(value))
        case dt.date():
            return _typed("date", "date-value", value.isoformat())
        case dt.time():
            return _typed("time", "time-value", f"PT{value.hour:02}H{value.minute:02}M{value.second:02}S")
        case _:
            lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
            return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _typed(kind: str, attribute: str, value: str) -> str:
    cell = f'office:value-type="{kind}" office:{attribute}="{value}"'
    return f"<table:table-cell {cell}><text:p>{value}</text:p></table:table-cell>"
