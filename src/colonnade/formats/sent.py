"""Cells of a file as somebody sent them, for rows that become the truth: the form of `query.raw`, in which a number is not
its text, and a cell that a short row does not have is not an empty one.

A reader gives them where its parameter `cells` is `sent`. It is no parameter for publishers: who imports sets it.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import duckdb

from colonnade.formats import cells, params
from colonnade.formats.port import Source
from colonnade.query import raw

PARAMETER, WANTED, AS_TEXTS = "cells", "sent", "texts"
"""`AS_TEXTS`: of spreadsheets, whose values become what an old program printed of them."""
_MARKED = f"chr({ord(raw.MARK)})"


def is_wanted(source: Source) -> bool:
    return params.text(source, PARAMETER) in (WANTED, AS_TEXTS)


def texts(row: Sequence[str], width: int) -> list[str]:
    """The cells of a row of texts, as many as the header has. A row without any is one of an empty cell."""
    found = [_text(one) for one in row[:width]] or [""]
    return found + [raw.ABSENT] * (width - len(found))


def mark(connection: duckdb.DuckDBPyConnection, table: str, width: int) -> None:
    """In a table of plain texts, put those that would be taken for something else into the form of JSON."""
    names = [f"c{number}" for number in range(width)]
    looks = " OR ".join(f"starts_with({name}, {_MARKED})" for name in names)
    found = connection.execute(f"SELECT bool_or({looks}) FROM {table}").fetchone()  # noqa: S608
    if found and found[0]:
        for name in names:
            connection.execute(
                f"UPDATE {table} SET {name} = {_MARKED} || CAST(to_json({name}) AS VARCHAR)"  # noqa: S608
                f" WHERE starts_with({name}, {_MARKED})"
            )


def sheet_cell(cell: Any) -> str:
    """A cell of a spreadsheet: a number or truth value as JSON, a moment as ISO text, nothing as null."""
    value = plain(cell)
    text, beside = raw.kept(value)
    return beside or text or ""


def printed_cell(cell: Any) -> str:
    """The same as a text: truth values are digits, nothing is empty."""
    value = plain(cell)
    if isinstance(value, bool):
        return str(int(value))
    return _text("" if value is None else value if isinstance(value, str) else cells.double_text(value))


def plain(cell: Any) -> Any:
    """A cell of a spreadsheet as a value that JSON has: None where it is empty. A date is without a time that is
    midnight."""
    match cell:
        case "" | None:
            return None
        case dt.datetime():
            return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat()
        case dt.date() | dt.time():
            return cell.isoformat()
        case dt.timedelta():
            return cells.FORMS[dt.timedelta](cell)[1]
        case float() if cell.is_integer() and abs(cell) < 1 << 53:
            return int(cell)
        case _:
            return cell


def _text(value: str) -> str:
    text, beside = raw.kept(value)
    return beside or text or ""
