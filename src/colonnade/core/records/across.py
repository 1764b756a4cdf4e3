"""One question asked of many datasets."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records.binding import bound_for
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.query.schema import ID, FieldType, Schema
from colonnade.query.tree import BoundQuery, Expr, FieldRef, Literal, Output, Query

Asking = Callable[[ReadableDataset, str, Schema], Expr]
"""What is asked of a dataset whose table has this uid and whose reader sees these fields: a condition as `select` takes it,
`Literal` true or false where it is known for all rows."""


def counts(
    work: Work, readables: Sequence[ReadableDataset], asking: Asking
) -> Iterator[tuple[ReadableDataset, int]]:
    """Those of the datasets that have such records among those that the actor may see, in the order given, and exactly how
    many; all within the time of one query. Raises as `service.select`, except that what is restricted has none."""
    left = work.countdown()
    currents = tables.currents(work, [one.dataset.id for one in readables])
    for one in readables:
        generation = currents.get(one.dataset.id)
        if generation is None or not one.access.data_visible:
            continue
        found = _count(work, one, generation, asking, left)
        if found:
            yield one, found


def _count(
    work: Work, readable: ReadableDataset, generation: Generation, asking: Asking, left: Callable[[], float]
) -> int:
    schema = generation.schema
    where = asking(readable, generation.table_uid, readable.access.visible(schema))
    if where == Literal(value=False):
        return 0
    if where == Literal(value=True) and readable.access.filters is None:
        return tables.count(work, generation)
    try:
        bound = _counting(bound_for(readable, generation, Query(where=where)))
        return work.rows.select(generation.ref, schema, bound, seconds=left()).total
    except NotFound:  # swapped since this work began
        newer = tables.newest(work, generation.table_uid)
        if newer is None or newer.number == generation.number:
            return 0
        return _count(work, readable, newer, asking, left)


def _counting(bound: BoundQuery) -> BoundQuery:
    """The same question where nothing but the number of rows matters."""
    return replace(bound, outputs=(Output(ID, FieldRef(ID), FieldType.INT),), order_by=(), limit=0)
