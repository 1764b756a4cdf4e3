"""The least and the greatest value that was ever in an indexed column."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow.compute as pc

from colonnade.builder.lenient import LAST_DAY
from colonnade.core.columns.model import Column
from colonnade.core.work import Work
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.schema import FieldType, Schema
from colonnade.query.tree import Aggregate, FieldRef, Output, Query

Bound = int | float | str
_BOUNDED = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.DATE, FieldType.DATETIME, FieldType.TIME})


def widened(columns: Sequence[Column], rows: Any) -> tuple[Column, ...]:
    """The columns with bounds that hold the rows of an Arrow table as well."""
    return tuple(_with(one, *_of_rows(rows, one)) if _has_bounds(one) else one for one in columns)


def joined(columns: Sequence[Column], others: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with bounds that hold those of the same columns elsewhere as well."""
    known = {one.field: one for one in others if _has_bounds(one)}
    return tuple(
        _with(one, known[one.field].least, known[one.field].greatest)
        if _has_bounds(one) and one.field in known
        else one
        for one in columns
    )


def measured(work: Work, ref: GenerationRef, schema: Schema, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with the bounds of what a generation holds."""
    asked = [one for one in columns if _has_bounds(one) and schema.get(one.field) is not None]
    plain = {one.field: replace(one, least=None, greatest=None) for one in columns}
    if asked:
        bound = replace(bind(Query(limit=1), visible=schema), outputs=_sides(asked))
        found = work.rows.select(ref, schema, bound, seconds=None).table
        for at, one in enumerate(asked):
            values = (found.column(2 * at + side)[0].as_py() if found.num_rows else None for side in (0, 1))
            plain[one.field] = _with(plain[one.field], *(_bound(value) for value in values))
    return tuple(plain[one.field] for one in columns)


def _sides(columns: Sequence[Column]) -> tuple[Output, ...]:
    """The least and the greatest value of each. Of times, too, which no language asks for."""
    return tuple(
        Output(f"{side}{at}", Aggregate(side, FieldRef(one.field)), one.field_type)
        for at, one in enumerate(columns)
        for side in ("min", "max")
    )


def _has_bounds(column: Column) -> bool:
    return column.is_indexed and column.field_type in _BOUNDED


def _of_rows(rows: Any, column: Column) -> tuple[Bound | None, Bound | None]:
    if column.field not in rows.column_names:
        return None, None
    found = pc.min_max(rows.column(column.field))
    return _bound(found["min"].as_py()), _bound(found["max"].as_py())


def _with(column: Column, least: Any, greatest: Any) -> Column:
    return replace(
        column,
        least=min((one for one in (column.least, least) if one is not None), default=None),
        greatest=max((one for one in (column.greatest, greatest) if one is not None), default=None),
    )


def _bound(value: Any) -> Bound | None:
    """Moments as texts, which sort as they do."""
    match value:
        case dt.datetime():
            return value.isoformat(timespec="seconds")
        case dt.date():
            return f"{value.isoformat()}T00:00:00"
        case dt.time():
            return f"{LAST_DAY.isoformat()}T{value.isoformat(timespec='seconds')}"
        case None | int() | float() | str():
            return value
        case _:
            return str(value)
