"""Spreadsheets: XLSX, XLS, XLSB and ODS, of which one sheet is read. Cells have types; formulas are their results."""

import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import python_calamine as calamine

from colonnade.errors import Invalid
from colonnade.formats import archives, cells, opendocument, params, sent, workbook
from colonnade.formats.collecting import collect_rows
from colonnade.formats.port import Bounds, Extract, Source

_WHOLE_LIMIT = float(1 << 53)
FAULTS = (calamine.CalamineError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
"""What a file raises that is no spreadsheet."""


def read(
    connection: duckdb.DuckDBPyConnection, source: Source, target: str, scratch: Path, bounds: Bounds
) -> Extract:
    """See `formats.port.Reader`. Parameters: `sheet`, by its name or its number from 1, else the first that is
    shown; `first_row_no`, the row of the sheet to begin with; `headers_first_row`. And `cells`, see `formats.sent`."""
    try:
        name = _chosen(source, sheets(source.path))
        notes: tuple[str, ...] = ()
        path = source.path
        if archives.kind_of(source.path) == "zip":
            if bounds.rows is None:
                notes = workbook.inspect(source, name, bounds)
            else:
                path = workbook.head(source, name, scratch / "head.xlsx")
                if path is source.path:
                    path = opendocument.head(source, name, scratch / "head.ods")
        with calamine.CalamineWorkbook.from_path(path) as book:
            labels, rows = _split(source, book.get_sheet_by_name(name))
            extract = collect_rows(connection, source, target, bounds, labels, rows)
    except calamine.PasswordError:
        raise Invalid(f"The file {source.name} is protected by a password", code="file.excel") from None
    except FAULTS as fault:
        message = f"The file {source.name} is no spreadsheet, or damaged: {fault}"
        raise Invalid(message, code="file.excel") from None
    return Extract(extract.columns, notes)


def sheets(path: Path) -> tuple[str, ...]:
    """The names of the sheets that are tables, those that are shown first. Raises one of `FAULTS`."""
    if archives.kind_of(path) == "zip":
        if names := workbook.sheet_names(path):
            return names
        if opendocument.is_large(path):
            return opendocument.sheet_names(path)
    with calamine.CalamineWorkbook.from_path(path) as book:
        tables = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    tables.sort(key=lambda one: one.visible != calamine.SheetVisibleEnum.Visible)
    return tuple(one.name for one in tables)


def _chosen(source: Source, names: Sequence[str]) -> str:
    given = params.text(source, "sheet")
    if not names:
        raise Invalid(f"The file {source.name} has no sheet", code="file.empty")
    if not given:
        return names[0]
    if given in names:
        return given
    if given.isdigit() and 1 <= int(given) <= len(names):
        return names[int(given) - 1]
    known = ", ".join(names)
    message = f"The file {source.name} has no sheet {given}; its sheets: {known}"
    raise Invalid(message, code="file.parameters")


def _split(source: Source, sheet: calamine.CalamineSheet) -> tuple[list[str], Iterator[list[Any]]]:
    """The labels of the columns and the rows below them; rows without any cell are left out."""
    first = params.number(source, "first_row_no", 1, least=1)
    rows = (
        row
        for number, row in enumerate(sheet.iter_rows(), 1)
        if number >= first and any(cell != "" for cell in row)
    )
    head = next(rows, None)
    if head is None:
        where = f"no row {first}, where its data should begin" if first > 1 else "no cell"
        raise Invalid(f"The sheet {sheet.name} of the file {source.name} has {where}", code="file.empty")
    if params.flag(source, "headers_first_row", default=True):
        return [label(one) for one in head], _values(source, rows)
    return [""] * len(head), _values(source, chain([head], rows))


def _values(source: Source, rows: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
    value = _VALUES.get(params.text(source, sent.PARAMETER), _value)
    return ([value(cell) for cell in row] for row in rows)


def _value(cell: Any) -> Any:
    """Spreadsheets know no whole numbers, people do."""
    if type(cell) is float and cell.is_integer() and -_WHOLE_LIMIT < cell < _WHOLE_LIMIT:
        return int(cell)
    return cell


_VALUES: Mapping[str, Callable[[Any], Any]] = {
    sent.WANTED: sent.sheet_cell,
    sent.AS_TEXTS: sent.printed_cell,
}


def label(cell: Any) -> str:
    """A cell as the header of a column."""
    cell = _value(cell)
    return "" if cell in (None, "") else str(cells.FORMS[type(cell)](cell)[1]).strip()
