"""Asking for records and changing them. Whoever has a `ReadableDataset` sees what its access allows and no more."""

import datetime as dt
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import pyarrow as pa

from colonnade.builder.extent import Extent
from colonnade.core.datasets import facet_settings
from colonnade.core.datasets.model import Dataset, EditableDataset, ReadableDataset
from colonnade.core.datasets.security import FULL, Access
from colonnade.core.records import identity, technical
from colonnade.core.records.binding import bound_for
from colonnade.core.records.coercion import LiveRow, arrow_rows
from colonnade.core.records.streams import Stream, primed
from colonnade.core.resources.model import Resource
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import DataTable, Generation
from colonnade.core.work import Event, Work
from colonnade.engine.port import Delete, RowText, Selection, Upsert, Written
from colonnade.errors import Conflict, Denied, NotFound
from colonnade.query.bind import bind
from colonnade.query.schema import ID, MODIFIED, SEQ, FieldType, Schema
from colonnade.query.tree import (
    BoundQuery,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    Literal,
    Order,
    Output,
    Query,
)

T = TypeVar("T")

NOTHING = Schema(())

Form = Callable[[BoundQuery], RowText | None]
"""As which texts a query's answer is wanted; None: as values."""

Beside = Callable[[Schema], Sequence[Output]]
"""Of the fields that are seen: columns of the rows, whatever they are called."""

WRITTEN_ORDER = Order(FieldRef(SEQ))
"""A row that is rewritten moves last."""


@dataclass(frozen=True)
class RowsChanged(Event):
    """Live rows of a dataset changed; its counts and dates with them."""

    dataset_id: int


@dataclass(frozen=True)
class About:
    """What an actor may know of a dataset's records. `schema`: the fields that they may see. `count`: how many records
    there are, and `extent`: where their places are; None when they may not see all of them, which these would tell of.
    The extent is not known either where rows are written live."""

    has_records: bool
    schema: Schema
    count: int | None
    extent: Extent | None = None


@dataclass(frozen=True)
class Page:
    """A page of records, or of groups. `table`: an Arrow table with a column for each of `query.outputs`. `ids`: the
    public id of each record, `written` when it was last written (naive UTC), and `sizes` its bytes as JSON with all fields
    that the actor sees, if they were asked for."""

    query: BoundQuery
    table: Any
    total: int
    ids: tuple[str, ...] = ()
    written: tuple[dt.datetime, ...] = ()
    sizes: tuple[int, ...] = ()


def about(work: Work, readables: Sequence[ReadableDataset]) -> list[About]:
    """What the actor may know of the records of each dataset, in the order given."""
    currents = tables.currents(work, [one.dataset.id for one in readables])
    return [
        about_generation(work, one.dataset, one.access, currents.get(one.dataset.id)) for one in readables
    ]


def about_generation(work: Work, dataset: Dataset, access: Access, generation: Generation | None) -> About:
    """The same for an access and a generation that are at hand."""
    if generation is None:
        return About(has_records=False, schema=NOTHING, count=0)
    sees_all = access.data_visible and access.filters is None
    return About(
        has_records=bool(generation.schema.fields),
        schema=_shown(dataset, access, generation),
        count=tables.count(work, generation) if sees_all else None,
        extent=tables.extent(generation) if access == FULL else None,
    )


def select(work: Work, readable: ReadableDataset, query: Query, *, with_ids: bool = False) -> Page:
    """The records that fulfil a query and that the actor may see, with their exact number; `with_ids` with their
    public ids, times and sizes, which groups have not. A query may name what `technical` lists.

    Raises `Denied` when only the metadata may be seen, `Invalid` for what is wrong with the query (a hidden field is
    as unknown as one that does not exist).
    """
    generation = _seen(work, readable)
    if generation is None:
        bound = bind(query, visible=NOTHING)
        return Page(bound, pa.table({output.name: [] for output in bound.outputs}), 0)
    access = readable.access
    page = partial(_page_with_ids, access) if with_ids and not query.group_by else _page
    return _newest(work, generation, lambda one: page(work, bound_for(readable, one, query), one))


def stream(
    work: Work,
    readable: ReadableDataset,
    query: Query,
    form: Form | None = None,
    *,
    with_ids: bool = False,
    guard: Expr | None = None,
) -> Stream:
    """The same without a total, as a stream of record batches whose first is there; with `form` as the texts that it
    asks for. `with_ids`: the last output is the public id of each record; groups have none. `guard`: a condition over any
    column, and-ed in. Raises as `select`, and what `form` raises. The work may end before the stream does."""
    asked = form or (lambda _: None)
    has_ids = with_ids and not query.group_by
    generation = _seen(work, readable)
    if generation is None:
        bound = _identified(bind(query, visible=NOTHING), "") if has_ids else bind(query, visible=NOTHING)
        asked(bound)
        return Stream(bound, _nothing())

    def streamed(one: Generation) -> Stream:
        bound = bound_for(readable, one, query, guard)
        return _stream(work, _identified(bound, one.table_uid) if has_ids else bound, one, asked)

    return _newest(work, generation, streamed)


def stream_stored(
    work: Work,
    readable: ReadableDataset,
    query: Query,
    beside: Beside,
    form: Callable[[Schema], RowText],
    guard: Expr | None = None,
) -> Stream:
    """The same as `select_stored` without a total, as the texts that `form` makes for the fields that are seen. Raises as
    `select`; the work may end before the stream does."""
    generation = _seen(work, readable)
    if generation is None:
        return Stream(bind(query, visible=NOTHING), _nothing())

    def streamed(now: Generation) -> Stream:
        bound, seen = bound_for(readable, now, query, guard), readable.access.visible(now.schema)
        outputs = (*bound.outputs, *beside(seen))
        whole = replace(bound, outputs=outputs, order_by=(*bound.order_by, WRITTEN_ORDER))
        return _stream(work, whole, now, lambda _: form(seen))

    return _newest(work, generation, streamed)


def answerer(work: Work, readable: ReadableDataset) -> Callable[[Query], list[dict[str, Any]]]:
    """What answers many small queries on the same records, as those of facets are, all within the time of one: the rows
    of each, which nobody counts. It raises as `select`."""
    generation = _seen(work, readable)
    left = work.countdown()

    def rows(query: Query) -> list[dict[str, Any]]:
        if generation is None:
            bind(query, visible=NOTHING)
            return []
        return _newest(
            work, generation, lambda now: _rows(work, bound_for(readable, now, query), now, left())
        )

    return rows


def one(work: Work, readable: ReadableDataset, record_id: str, query: Query) -> Page:
    """The record with this id, alone on its page, with what the query selects of it. `NotFound` also when the actor
    may not see it; otherwise raises as `select`."""
    generation = _seen(work, readable)
    if generation is None:
        raise _no_record(record_id)
    found = identity.row_id(generation.table_uid, record_id)
    guard = Literal(value=False) if found is None else Compare(CompareOp.EQ, FieldRef(ID), Literal(found))
    wanted, access = replace(query, limit=1, offset=0), readable.access
    page = _newest(
        work,
        generation,
        lambda now: _page_with_ids(access, work, bound_for(readable, now, wanted, guard), now),
    )
    if not page.total:
        raise _no_record(record_id)
    return page


def select_stored(
    work: Work, readable: ReadableDataset, query: Query, beside: Beside, guard: Expr | None = None
) -> Page:
    """The records that fulfil a query, and columns beside what it selects, in the order in which they were written where
    it says no other. `guard`: a condition over any column, and-ed in. Raises as `select`."""
    generation = _seen(work, readable)
    if generation is None:
        bound = bind(query, visible=NOTHING)
        return Page(bound, pa.table({output.name: [] for output in bound.outputs}), 0)

    def page(now: Generation) -> Page:
        bound = bound_for(readable, now, query, guard)
        outputs = (*bound.outputs, *beside(readable.access.visible(now.schema)))
        return _page(work, replace(bound, outputs=outputs), now)

    return _newest(work, generation, page)


def visible_fields(work: Work, readable: ReadableDataset) -> Schema:
    """The fields of the records that the actor may see. Raises `Denied` as `select`."""
    generation = _seen(work, readable)
    return NOTHING if generation is None else _shown(readable.dataset, readable.access, generation)


def facet_order(readable: ReadableDataset) -> tuple[str, ...]:
    """The fields that the dataset's metadata declare as facets, in their order."""
    return tuple(one.field_name for one in facet_settings.declared(readable.dataset.metadata_published))


def upsert(work: Work, editable: EditableDataset, resource: Resource, rows: Sequence[LiveRow]) -> Written:
    """Write rows of an owned resource: those with a key that is there replace its row, the others are added.

    All or none: `Invalid` names each row and field that is wrong. Readable and searchable when it returns.
    """
    return put(work, editable, resource, lambda schema: arrow_rows(schema, rows))


def put(
    work: Work, editable: EditableDataset, resource: Resource, made: Callable[[Schema], pa.Table]
) -> Written:
    """The same for the Arrow table of an `Upsert`, made for the schema that counts when it is written."""
    table = _owned_table(work, editable, resource)
    written = tables.write_by(work, table, lambda schema: Upsert(rows=made(schema), source=resource.uid))
    work.happened(RowsChanged(editable.dataset.id))
    return written


def delete_by_key(work: Work, editable: EditableDataset, resource: Resource, keys: Sequence[str]) -> Written:
    table = _owned_table(work, editable, resource)
    written = tables.write(work, table, Delete(keys=list(keys)))
    work.happened(RowsChanged(editable.dataset.id))
    return written


def delete_all(work: Work, editable: EditableDataset, resource: Resource) -> Written:
    """Delete every row of an owned resource."""
    table = _owned_table(work, editable, resource)
    written = tables.write(work, table, Delete(sources=[resource.uid]))
    work.happened(RowsChanged(editable.dataset.id))
    return written


def delete_sources(work: Work, editable: EditableDataset, sources: Sequence[str]) -> Written:
    """Delete every row of owned resources, those included that were removed meanwhile."""
    table = tables.main_table(work, editable.dataset.id)
    if table is None:
        raise Conflict("This dataset has no rows yet.", code="table.empty")
    written = tables.write(work, table, Delete(sources=list(sources)))
    work.happened(RowsChanged(editable.dataset.id))
    return written


def create_empty(work: Work, editable: EditableDataset, schema: Schema) -> None:
    """Give a dataset without rows a table that live rows can be written into. Nothing happens if it has one."""
    table = tables.main_table(work, editable.dataset.id)
    if table is None:
        raise Conflict("This dataset has no table yet.", code="table.unknown")
    tables.create_live(work.portal, table.uid, schema)
    work.happened(RowsChanged(editable.dataset.id))


def _owned_table(work: Work, editable: EditableDataset, resource: Resource) -> DataTable:
    if resource.dataset_id != editable.dataset.id or not resource.is_owned:
        raise Conflict(
            "Rows of this resource come from its source; publish to renew them.", code="resource.derived"
        )
    table = tables.main_table(work, editable.dataset.id)
    if table is None:
        raise Conflict("This dataset has no rows yet.", code="table.empty")
    return table


def _seen(work: Work, readable: ReadableDataset) -> Generation | None:
    """The rows as this work sees them, if there are any. Raises `Denied` when only the metadata may be seen."""
    if not readable.access.data_visible:
        raise Denied("The records of this dataset are restricted.", code="records.hidden")
    return tables.currents(work, [readable.dataset.id]).get(readable.dataset.id)


def _shown(dataset: Dataset, access: Access, generation: Generation) -> Schema:
    """The fields that may be seen, with the facets that the published metadata declare as their annotations."""
    settings = facet_settings.declared(dataset.metadata_published)
    return facet_settings.annotated(access.visible(generation.schema), settings)


def _newest(work: Work, generation: Generation, use: Callable[[Generation], T]) -> T:
    """Do something with a generation; if it was removed since this work began, with the one in its place."""
    try:
        return use(generation)
    except NotFound:
        newer = tables.newest(work, generation.table_uid)
        if newer is None or newer.number == generation.number:
            raise
        return use(newer)


def _page(work: Work, bound: BoundQuery, generation: Generation) -> Page:
    seconds = work.settings.query_seconds
    found: Selection = work.rows.select(generation.ref, generation.schema, bound, seconds=seconds)
    return Page(bound, found.table, found.total)


def _page_with_ids(access: Access, work: Work, bound: BoundQuery, generation: Generation) -> Page:
    """Told by their place, the last columns may have the names of others."""
    besides = (
        Output(ID, FieldRef(ID), FieldType.INT),
        Output(MODIFIED, FieldRef(MODIFIED), FieldType.DATETIME),
        Output(technical.SIZE, technical.size(access.visible(generation.schema)), FieldType.INT),
    )
    page = _page(work, replace(bound, outputs=(*bound.outputs, *besides)), generation)
    width = len(bound.outputs)
    row_ids, written, sizes = (page.table.column(width + at).to_pylist() for at in range(len(besides)))
    ids = tuple(identity.record_id(generation.table_uid, one) for one in row_ids)
    return Page(bound, page.table.select(list(range(width))), page.total, ids, tuple(written), tuple(sizes))


def _identified(bound: BoundQuery, table_uid: str) -> BoundQuery:
    public_id = Output(technical.RECORD_ID, technical.public_id(table_uid), FieldType.TEXT)
    return replace(bound, outputs=(*bound.outputs, public_id))


def _stream(work: Work, bound: BoundQuery, generation: Generation, asked: Form) -> Stream:
    seconds = work.settings.query_seconds
    batches = work.rows.stream(generation.ref, generation.schema, bound, form=asked(bound), seconds=seconds)
    return Stream(bound, primed(batches))


def _rows(work: Work, bound: BoundQuery, generation: Generation, seconds: float) -> list[dict[str, Any]]:
    with closing(work.rows.stream(generation.ref, generation.schema, bound, seconds=seconds)) as batches:
        return [row for batch in batches for row in batch.to_pylist()]


def _nothing() -> Generator[Any]:
    yield from ()


def _no_record(record_id: str) -> NotFound:
    return NotFound(f"Unknown record: {record_id}", code="record.unknown")
