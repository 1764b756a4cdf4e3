"""Rows as they were sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from colonnade.core import sentvalues
from colonnade.core.columns.model import SentPage, SentRow
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.service import Page
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.schema import KEY, FieldType, Schema
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
    values = sentvalues.of(found.table, found.query.schema.fields)
    keys = found.table.column(KEY).to_pylist()
    return tuple(SentRow(cells, key) for cells, key in zip(values, keys, strict=True))
