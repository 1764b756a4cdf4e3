"""Cells as they were sent, from what is kept of them (`query.raw`)."""

from collections.abc import Sequence
from typing import Any

from colonnade.query import raw
from colonnade.query.schema import Field


def of(table: Any, fields: Sequence[Field]) -> list[list[Any]]:
    """The cells of the rows of an Arrow table, JSON values, in the order of the fields; it has what is kept beside them, too."""
    if not fields:
        return [[] for _ in range(table.num_rows)]
    columns = [_cells(table, one) for one in fields]
    return [_there(cells) for cells in zip(*columns, strict=True)]


class _Missing:
    """A cell that its file did not have."""


_MISSING = _Missing()


def _there(cells: Sequence[Any]) -> list[Any]:
    """Without the cells that a row of a file was too short for."""
    found = list(cells)
    while found and found[-1] is _MISSING:
        found.pop()
    return [None if one is _MISSING else one for one in found]


def _cells(table: Any, field: Field) -> list[Any]:
    values = table.column(field.name).to_pylist()
    if not field.keeps_raw:
        return [_native(one) for one in values]
    read = _came if field.lenient else _kept
    return [read(value, beside) for value, beside in zip(values, _raws(table, field), strict=True)]


def _raws(table: Any, field: Field) -> list[str | None]:
    found: list[str | None] = table.column(field.raw_name).to_pylist()
    return found


def _came(value: Any, beside: str | None) -> Any:
    if beside == raw.ABSENT:
        return _MISSING
    return raw.came(raw.printed(value) if beside is None else None, beside)


def _kept(value: Any, beside: str | None) -> Any:
    """Of a field that refuses what does not fit."""
    return _native(value) if beside is None else beside


_NATIVE: tuple[type, ...] = (str, bool, int, float, list, dict)


def _native(value: Any) -> Any:
    """As JSON has it."""
    return value if value is None or isinstance(value, _NATIVE) else raw.printed(value)
