"""Rows that were written to an old generation while a new one was built, as the new one has them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from colonnade.generation import Changes
from colonnade.query.schema import RAW_SUFFIX, SYSTEM_COLUMNS, Field, Schema

_MULTIVALUED = "multivalued"
_SEPARATOR = ";"


def conformed(changes: Changes, old: Schema, new: Schema) -> Changes:
    """The changes with the names of the new fields, which steps gave them meanwhile, and with several values in a cell
    where those have them."""
    by_origin = {one.origin: one for one in new.fields if one.origin is not None}
    pairs = {one.name: by_origin.get(one.origin or one.name, one) for one in old.fields}
    rows = changes.rows
    for one in old.fields:
        if one.name in rows.column_names and one.multivalued != pairs[one.name].multivalued:
            rows = _with_values(rows, one, pairs[one.name])
    if len({one.name for one in pairs.values()}) < len(pairs):
        return replace(changes, rows=rows)
    return replace(changes, rows=rows.rename_columns([_renamed(name, pairs) for name in rows.column_names]))


def _renamed(column: str, pairs: dict[str, Field]) -> str:
    name = column.removesuffix(RAW_SUFFIX)
    return pairs[name].name + column[len(name) :] if name in pairs else column


def _with_values(rows: Any, was: Field, field: Field) -> Any:
    """The same as a build makes of such cells: texts become lists, or lists texts."""
    place, column = rows.column_names.index(was.name), rows.column(was.name)
    separator = _separator(field if field.multivalued else was)
    if not field.multivalued:
        joined = [None if cell is None else separator.join(cell) for cell in column.to_pylist()]
        return rows.set_column(place, was.name, pa.array(joined, pa.string()))
    if column.type != pa.string():
        return rows
    split = [_values(cell, separator) for cell in column.to_pylist()]
    return rows.set_column(place, was.name, pa.array(split, pa.list_(pa.string())))


def _values(cell: str | None, separator: str) -> Sequence[str] | None:
    return [one.strip(" ") for one in (cell or "").split(separator) if one.strip(" ")] or None


def _separator(field: Field) -> str:
    return str(next(iter(field.annotations.get(_MULTIVALUED, ())), _SEPARATOR))


def keeping_raw(schema: Schema, changes: Changes) -> Schema:
    """The schema with a raw column wherever the changed rows have a raw text."""
    filled = {
        name
        for name in changes.rows.column_names
        if changes.rows.column(name).null_count < changes.rows.num_rows
    }
    return replace(
        schema,
        fields=tuple(
            replace(one, keeps_raw=one.keeps_raw or one.raw_name in filled) for one in schema.fields
        ),
    )


def without_empty(changes: Changes, schema: Schema) -> Changes:
    """The changes without columns that the schema lacks, as far as they say nothing."""
    known = {*SYSTEM_COLUMNS, *schema.names, *(one.raw_name for one in schema.fields if one.keeps_raw)}
    rows = changes.rows
    empty = [
        name
        for name in rows.column_names
        if name not in known and rows.column(name).null_count == rows.num_rows
    ]
    return replace(changes, rows=rows.drop_columns(empty))
