"""Rows as they were sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from colonnade.core.columns.model import SentPage, SentRow
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.overview import Known
from colonnade.core.records import service as records
from colonnade.core.records.service import Page
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.generation import GenerationRef
from colonnade.query import raw
from colonnade.query.bind import bind
from colonnade.query.schema import KEY, Field, FieldType, Schema
from colonnade.query.tree import Compare, CompareOp, Expr, FieldRef, Literal, Order, Output, Query

_ALWAYS = Literal(value=True)


def page(
    work: Work,
    readable: ReadableDataset,
    where: Expr | None = None,
    order: Sequence[Order] = (),
    *,
    limit: int = 50,
    offset: int = 0,
) -> SentPage:
    """The rows that fulfil a condition, with the fields that the actor may see; in the order in which they were written
    where no other is asked for. Raises as `records.select`."""
    query = Query(where=where, order_by=tuple(order), limit=limit, offset=offset)
    found = records.select_stored(work, readable, query, beside)
    is_whole = (where is None or where == _ALWAYS) and readable.access.filters is None
    return SentPage(sent(found), found.total, is_whole)


def fetched(work: Work, readable: ReadableDataset, known: Known) -> SentPage | None:
    """The rows that are known to be those of a page; None where they have to be asked for. Raises as
    `records.fetch_stored`."""
    found = records.fetch_stored(work, readable, known, beside)
    return None if found is None else SentPage(sent(found), found.total)


def row(work: Work, readable: ReadableDataset, key: str) -> SentRow:
    """The row with this key, letter for letter. `NotFound` also when the actor may not see it."""
    guard = Compare(CompareOp.EQ, FieldRef(KEY), Literal(key))
    found = sent(records.select_stored(work, readable, Query(limit=1), beside, guard))
    if not found:
        raise NotFound(f"There is no row {key}.", code="record.unknown")
    return found[0]


def first_rows(
    work: Work, ref: GenerationRef, schema: Schema, fields: Sequence[str], count: int
) -> list[list[Any]]:
    """The first rows of a generation in the order of these fields, whoever may see it: for jobs."""
    shown = Schema(tuple(one for name in fields if (one := schema.get(name)) is not None))
    bound = bind(Query(limit=count), visible=shown)
    outputs = (*bound.outputs, *beside(shown))
    query = replace(bound, outputs=outputs, order_by=(records.WRITTEN_ORDER,))
    found = work.rows.select(ref, schema, query, seconds=None)
    return [
        list(row.values)
        for row in sent(Page(query, found.table, found.total))
        if isinstance(row.values, list)
    ]


def beside(visible: Schema) -> tuple[Output, ...]:
    """What `sent` needs of rows beside all fields that are seen."""
    raws = (
        Output(one.raw_name, FieldRef(one.raw_name), FieldType.TEXT)
        for one in visible.fields
        if one.keeps_raw
    )
    return (Output(KEY, FieldRef(KEY), FieldType.TEXT), *raws)


def sent(found: Page) -> tuple[SentRow, ...]:
    """The rows of a page that holds all fields that are seen and what stands `beside` them."""
    if not found.table.num_rows:
        return ()
    fields = found.query.schema.fields
    columns = [_cells(found.table, one) for one in fields]
    keys = found.table.column(KEY).to_pylist()
    if not columns:
        return tuple(SentRow([], key) for key in keys)
    return tuple(
        SentRow(_there(cells), key) for key, cells in zip(keys, zip(*columns, strict=True), strict=True)
    )


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
