"""One question asked of many datasets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.security import Access
from colonnade.core.overview import Followed, Known
from colonnade.core.records.binding import bound_for
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.generation import GenerationRef
from colonnade.query.schema import ID, FieldType, Schema
from colonnade.query.tree import BoundQuery, Expr, FieldRef, Literal, Output, Query

Asking = Callable[[ReadableDataset, str, Schema], Expr]
"""What is asked of a dataset whose table has this uid and whose reader sees these fields: a condition as `select` takes it,
`Literal` true or false where it is known for all rows."""

Names = Callable[[Sequence[ReadableDataset]], Mapping[int, Mapping[str, str]]]

FEWEST = 2
"""Fewer datasets are as soon asked one by one."""


@dataclass(frozen=True)
class Shared:
    """The same question, for all datasets at once: a condition that names columns as people call them (None: there is no
    such), and what they call those of some datasets, by dataset."""

    where: Expr | None
    names: Names


def counts(
    work: Work,
    seen: Mapping[int, Access],
    asking: Callable[[Sequence[ReadableDataset]], Asking],
    shared: Shared,
) -> list[tuple[int, int]]:
    """Those of the datasets that have such records among those that the actor may see, in the order given, and exactly how
    many; all within the time of one query. `seen`: what the actor sees of each dataset, by its id. Raises as
    `service.select`, except that what is restricted has none.

    Small tables that the actor may see all of are counted together; those whose rows changed since, or that are not known
    there yet, and large ones, one by one: for these `asking` is asked what the question is.
    """
    left = work.countdown()
    asked = [number for number, access in seen.items() if access.data_visible]
    refs = tables.refs(work, asked)
    whole = [number for number in asked if number in refs and seen[number].shows_all]
    together = _together(work, shared, [refs[number] for number in whole])
    known = {number: together[refs[number]] for number in whole if refs[number] in together}
    others = [number for number in asked if number in refs and number not in known]
    if others:
        known.update(_one_by_one(work, datasets.readable_by_ids(work, others), asking, shared, left))
    return [(number, known[number]) for number in asked if known.get(number)]


def _one_by_one(
    work: Work,
    others: Sequence[ReadableDataset],
    asking: Callable[[Sequence[ReadableDataset]], Asking],
    shared: Shared,
    left: Callable[[], float],
) -> dict[int, int]:
    currents = tables.currents(work, [one.dataset.id for one in others])
    follow(work, shared.names, [one for one in others if one.access.shows_all], currents)
    asked = asking(others)
    return {
        one.dataset.id: _count(work, one, currents[one.dataset.id], asked, left)
        for one in others
        if one.dataset.id in currents
    }


def known_page(
    work: Work, readable: ReadableDataset, generation: Generation, shared: Shared, *, limit: int, offset: int
) -> Known | None:
    """What is known of a small table's records that answer the question, without asking the table: how many, and a page of
    at least one. None where it has to be asked."""
    overview = work.portal.overview
    if overview is None or shared.where is None or not readable.access.shows_all:
        return None
    return overview.page(shared.where, generation.ref, offset=offset, limit=limit)


def _together(work: Work, shared: Shared, refs: Sequence[GenerationRef]) -> Mapping[GenerationRef, int]:
    overview = work.portal.overview
    if overview is None or shared.where is None or len(refs) < FEWEST:
        return {}
    return overview.counts(shared.where, refs)


def follow(
    work: Work, names: Names, some: Sequence[ReadableDataset], currents: Mapping[int, Generation]
) -> None:
    """Whatever was asked: those that lag behind are taken up for the next question. `names` as of `Shared`."""
    overview = work.portal.overview
    lagging = [] if overview is None else overview.lagging([one.ref for one in currents.values()])
    if overview is None or not lagging:
        return
    named = names(some)
    overview.follow(
        [
            Followed(currents[number].ref, currents[number].schema, named.get(number, {}))
            for number in (one.dataset.id for one in some)
            if number in currents and currents[number].ref in lagging
        ]
    )


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
