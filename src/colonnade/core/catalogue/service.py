"""Asking the catalogue. It follows the datasets: before each query it takes up what changed, at start it is made anew."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from colonnade.core.catalogue import model, naming, published, shelf
from colonnade.core.catalogue.shelf import Shelf
from colonnade.core.counting import Usage
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Audience, Dataset, ReadableDataset
from colonnade.core.datasets.security import SEE_ALL
from colonnade.core.records import service as records
from colonnade.core.records.service import Form, Page, RowsChanged
from colonnade.core.records.streams import Stream, primed
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.usage import service as usage
from colonnade.core.work import SYSTEM, Actor, CatalogueProgress, Portal, Work, now
from colonnade.engine.layout import arrow_type
from colonnade.engine.port import Delete, Upsert
from colonnade.errors import NotFound
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.schema import KEY
from colonnade.query.tree import (
    BoundQuery,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    HasAny,
    Literal,
    Named,
    Or,
    Order,
    Query,
)
from colonnade.query.walk import walk_query

TABLE = "catalogue"
BATCH = 500
UID = FieldRef("dataset_uid")
DEFAULT_ORDER = (Order(FieldRef("dataset_id")),)


def search(work: Work, query: Query) -> tuple[list[ReadableDataset], int]:
    """The published datasets that fulfil a query's conditions and that the actor may see, and how many there are.

    `select` and `group_by` of the query are not looked at here: whole datasets are the answer.
    """
    order = query.order_by or DEFAULT_ORDER
    found = select(work, replace(query, select=(Named(UID, "dataset_uid"),), group_by=(), order_by=order))
    uids = found.table.column("dataset_uid").to_pylist()
    # The work's own state is asked again: the catalogue may be newer or, for a moment, older.
    return datasets.readable_by_uids(work, uids), found.total


def select(work: Work, query: Query) -> Page:
    """Answer a query about the published datasets that the actor may see, each a row with the fields of
    `model.PUBLIC`, which may also be called as `naming` says. Raises `Invalid`."""
    ref, bound = _asked(work, query)
    found = work.rows.select(ref, model.WHOLE, bound, seconds=work.settings.query_seconds)
    return Page(bound, found.table, found.total)


def answerer(work: Work) -> Callable[[Query], list[dict[str, Any]]]:
    """What answers many small queries, as those of facets are, all within the time of one: the rows of each. It raises as
    `select`."""
    left = work.countdown()

    def rows(query: Query) -> list[dict[str, Any]]:
        ref, bound = _asked(work, query)
        found: list[dict[str, Any]] = work.rows.select(
            ref, model.WHOLE, bound, seconds=left()
        ).table.to_pylist()
        return found

    return rows


def stream(work: Work, query: Query, form: Form) -> Stream:
    """The same without a total, as a stream of record batches whose first is there, as the texts that `form` asks for.
    Raises as `select`, and what `form` raises. The work may end before the stream does."""
    ref, bound = _asked(work, query)
    seconds = work.settings.query_seconds
    return Stream(bound, primed(work.rows.stream(ref, model.WHOLE, bound, form=form(bound), seconds=seconds)))


def select_one(work: Work, readable: ReadableDataset, query: Query) -> Page:
    """What a query selects of one dataset, as `select` would answer it; one row."""
    is_it = Compare(CompareOp.EQ, UID, Literal(readable.dataset.uid))
    page = select(work, replace(query, where=is_it, group_by=(), order_by=(), limit=1, offset=0))
    if not page.total:  # it went since this work began
        raise NotFound(f"Unknown dataset: {readable.dataset.slug}", code="dataset.unknown")
    return page


def start(portal: Portal) -> None:
    """Make the catalogue anew. It is derived, so what an earlier run left is worth nothing."""
    progress = portal.catalogue
    with progress.lock:
        ref = GenerationRef(TABLE, 1)
        portal.rows.drop(ref)
        shutil.rmtree(tables.folder(portal, ref).parent, ignore_errors=True)
        tables.folder(portal, ref).mkdir(parents=True)
        portal.rows.create(ref, model.WHOLE)
        with portal.reading(SYSTEM) as work:
            progress.seq = datasets.last_change(work)
            _take_up(work, ref, datasets.living_ids(work))
        progress.ref = ref


def _asked(work: Work, query: Query) -> tuple[GenerationRef, BoundQuery]:
    """The generation to ask, and what is to be asked for this actor."""
    ref = follow(work.portal, with_usage=_asks_for_usage(query))
    if not query.order_by and not query.group_by:
        query = replace(query, order_by=DEFAULT_ORDER)
    bound = bind(naming.own_names(query), visible=model.STORED, guard=guard(work.actor), table=model.WHOLE)
    return ref, bound


def follow(portal: Portal, *, with_usage: bool = False) -> GenerationRef:
    """Take up what changed since the last time; returns the generation to ask. `with_usage`: also how much datasets were
    used, which changes with every call."""
    progress = portal.catalogue
    with progress.lock:
        assert progress.ref is not None, "the catalogue is made at start"
        with portal.reading(SYSTEM) as work:
            changed, seq = datasets.changes_after(work, progress.seq)
            touched = _touched(progress)
            used = usage.take_changed(portal) if with_usage else set()
            try:
                _take_up(work, progress.ref, sorted(changed | touched | used))
            except BaseException:
                progress.touched.update(touched)  # for the next time
                usage.put_back(portal, used)
                raise
            progress.seq = seq
        return progress.ref


def rows_changed(portal: Portal, event: RowsChanged) -> None:
    """Handler: counts and dates of this dataset are to be looked at before the next query."""
    portal.catalogue.touched.add(event.dataset_id)


def _asks_for_usage(query: Query) -> bool:
    prefix = f"{model.EXPLORE}."
    return any(isinstance(one, FieldRef) and one.name.startswith(prefix) for one in walk_query(query))


def _touched(progress: CatalogueProgress) -> set[int]:
    """Empty the set as one step each: a dataset that is touched meanwhile stays for the next time."""
    taken: set[int] = set()
    while progress.touched:
        taken.add(progress.touched.pop())
    return taken


def guard(actor: Actor) -> Expr | None:
    """What the actor may know of: open datasets, and restricted ones on which a ruleset is held."""
    if actor.may(SEE_ALL):
        return None
    is_open = Compare(CompareOp.EQ, FieldRef("restricted"), Literal(value=False))
    return Or((is_open, HasAny("principals", actor.principals))) if actor.principals else is_open


def _take_up(work: Work, ref: GenerationRef, dataset_ids: Sequence[int]) -> None:
    for start_at in range(0, len(dataset_ids), BATCH):
        batch = dataset_ids[start_at : start_at + BATCH]
        shown = {one.id: one for one in datasets.by_ids(work, batch) if one.is_published}
        gone = [str(dataset_id) for dataset_id in batch if dataset_id not in shown]
        at = now().replace(tzinfo=None)
        with work.rows.latch(TABLE):
            if shown:
                rows = _rows(work, shown.values())
                work.rows.write(ref, model.WHOLE, Upsert(rows=rows, source=TABLE), at)
            if gone:
                work.rows.write(ref, model.WHOLE, Delete(keys=gone), at)


def _rows(work: Work, shown: Iterable[Dataset]) -> pa.Table:
    listed = list(shown)
    audiences = datasets.audiences(work, listed)
    currents = tables.currents(work, [one.id for one in listed])
    used = usage.of(work, [one.id for one in listed])
    shelves = shelf.shelves(work, listed)
    rows = [
        _row(work, one, audiences[one.id], currents.get(one.id), used[one.id], shelves[one.id])
        for one in listed
    ]
    columns = {KEY: pa.array([str(one.id) for one in listed], pa.string())}
    for field in model.WHOLE.fields:
        columns[field.name] = pa.array([row[field.name] for row in rows], arrow_type(field))
    return pa.table(columns)


def _row(
    work: Work,
    dataset: Dataset,
    audience: Audience,
    generation: Generation | None,
    used: Usage,
    placed: Shelf,
) -> dict[str, object]:
    about = records.about_generation(work, dataset, audience.access, generation)
    sees_all = audience.access.data_visible and audience.access.filters is None
    found = model.row(
        dataset,
        has_records=about.has_records,
        data_visible=audience.access.data_visible,
        schema=about.schema,
        metas=published.metas(dataset, about),
        usage=used,
        principals=audience.principals,
    )
    return {**found, **placed.row(about.schema, sees_all=sees_all and audience.access.visible_fields is None)}
