"""What is asked in the Lucene language: of one dataset, or of every dataset that the actor may read.

`words`: a text as `query.lucene` reads it; None or a blank one asks for nothing, and all records are found. `since` and
`before`: only records that were written from the one on and before the other, naive UTC. All raise `Invalid` with code
`parameter.invalid` for words that no dataset could answer.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import SentPage, SentRow
from colonnade.core.datasets import accesses
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.datasets.security import Access
from colonnade.core.records import across as records_across
from colonnade.core.records import service as records
from colonnade.core.search.asking import Question, asked
from colonnade.core.search.asking import since as since
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.query import lucene
from colonnade.query.schema import Schema
from colonnade.query.tree import Expr, Order


@dataclass(frozen=True)
class Group:
    """The records of a dataset that were found: how many there are, and a page of them as they were sent."""

    readable: ReadableDataset
    total: int
    rows: tuple[SentRow, ...]


@dataclass(frozen=True)
class Found:
    """A page of groups, and how many there are in all."""

    total: int
    groups: tuple[Group, ...]


def within(
    work: Work,
    readable: ReadableDataset,
    *,
    words: str | None,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
    sort: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> SentPage:
    """The records of one dataset, in the order in which they were written or that `sort` says (`column_int_fee desc`).
    Raises `Denied` as `records.select`."""
    question = asked(words, since, before).about(work, [readable], sort)
    if question.is_of_all and sort is None:
        return columns.page(work, readable, limit=limit, offset=offset)
    table_uid, visible = _seen(work, readable)
    order: Sequence[Order] = ()
    if sort is not None and sort.strip():
        order = lucene.order(sort, question.target(readable, table_uid, visible))
    return columns.page(
        work, readable, question.of(readable, table_uid, visible), order, limit=limit, offset=offset
    )


def follow_all(portal: Portal) -> None:
    """Have whatever lags behind in the overview of small tables followed now, before somebody asks."""
    with portal.reading(SYSTEM) as work:
        ids = list(accesses.of_all(work))
        currents = tables.currents(work, ids)
        records_across.follow(
            work, partial(columns.indexed, work), datasets.readable_by_ids(work, ids), currents
        )


def condition(
    work: Work,
    readable: ReadableDataset,
    *,
    words: str | None,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
) -> Expr:
    """The condition that the words are for one dataset, as `records.select` takes it."""
    return asked(words, since, before).about(work, [readable]).of(readable, *_seen(work, readable))


def across(
    work: Work,
    *,
    words: str | None,
    dataset_ids: Collection[int] | None = None,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
    limit: int = 10,
    offset: int = 0,
    group_limit: int = 5,
    group_offset: int = 0,
) -> Found:
    """The records of every dataset (of those with these ids) that the actor may read, in groups by dataset, in order of
    the datasets' ids. `limit` and `offset` count groups, the others the records of each."""
    question, found = _asked_across(work, words, dataset_ids, since, before)
    totals = dict(found[offset : offset + limit])
    shown = datasets.readable_by_ids(work, list(totals))
    currents = tables.currents(work, list(totals))
    of_each, shared = question.about(work, shown), question.shared(work)
    groups = [
        _group(
            work, of_each, shared, Group(one, totals[one.dataset.id], ()), currents, group_limit, group_offset
        )
        for one in shown
    ]
    left = tuple(one for one in groups if one.total)
    return Found(len(found) - len(groups) + len(left), left)


def matching(
    work: Work,
    *,
    words: str | None,
    dataset_ids: Collection[int] | None = None,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
) -> list[tuple[ReadableDataset, int]]:
    """The datasets that have such records, in order of their ids, and exactly how many."""
    totals = dict(_asked_across(work, words, dataset_ids, since, before)[1])
    return [(one, totals[one.dataset.id]) for one in datasets.readable_by_ids(work, list(totals))]


def count(
    work: Work,
    *,
    words: str | None,
    since: dt.datetime | None = None,
    before: dt.datetime | None = None,
    readable: ReadableDataset | None = None,
    dataset_ids: Collection[int] | None = None,
) -> int:
    """How many such records there are: in one dataset, in those with these ids, or in all."""
    if readable is not None:
        seen = {readable.dataset.id: readable.access}
        return sum(total for _, total in _counts(work, asked(words, since, before), seen))
    return sum(total for _, total in _asked_across(work, words, dataset_ids, since, before)[1])


def _asked_across(
    work: Work,
    words: str | None,
    dataset_ids: Collection[int] | None,
    since: dt.datetime | None,
    before: dt.datetime | None,
) -> tuple[Question, list[tuple[int, int]]]:
    """The question, the datasets that have answers by their ids, and how many these are."""
    question = asked(words, since, before)
    seen = accesses.of_all(work)
    if dataset_ids is not None:
        seen = {number: access for number, access in seen.items() if number in dataset_ids}
    return question, _counts(work, question, seen)


def _counts(work: Work, question: Question, seen: Mapping[int, Access]) -> list[tuple[int, int]]:
    return records_across.counts(
        work, seen, lambda some: question.about(work, some).of, question.shared(work)
    )


def _group(
    work: Work,
    question: Question,
    shared: records_across.Shared,
    group: Group,
    currents: Mapping[int, Generation],
    limit: int,
    offset: int,
) -> Group:
    """Rows and their number are of one state, which may be later than that of the number that is known: without any, if
    all were deleted meanwhile."""
    readable = group.readable
    generation = currents.get(readable.dataset.id)
    if not limit or generation is None:
        return group
    known = records_across.known_page(work, readable, generation, shared, limit=limit, offset=offset)
    if known is not None:
        return Group(readable, known.total, tuple(SentRow(cells, key) for key, cells in known.rows))
    where = question.of(readable, generation.table_uid, readable.access.visible(generation.schema))
    page = columns.page(work, readable, where, limit=limit, offset=offset)
    return Group(readable, page.total, page.rows)


def _seen(work: Work, readable: ReadableDataset) -> tuple[str, Schema]:
    """The uid of the dataset's table and the fields that the actor sees of it. Raises `Denied` as `records.select`."""
    visible = records.visible_fields(work, readable)
    table = tables.main_table(work, readable.dataset.id)
    return ("" if table is None else table.uid), visible
