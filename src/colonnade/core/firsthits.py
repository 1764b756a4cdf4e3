"""A page of the very many rows that a text condition finds.

The ids of 300,000 rows take a tenth of a second to come out of the index. Nobody needs them for the first pages of a
common word. Where the rows stand in the order of their ids, as they do until a table is published anew or written live,
the index itself knows the page; where not, it counts the rows, and of these, taken in their order, some thousands are
asked whether they have the word.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from colonnade.engine.layout import arrow_type
from colonnade.engine.port import Reading, Selection
from colonnade.index.port import TextSearcher
from colonnade.query.schema import ID, Field, FieldType
from colonnade.query.tree import BoundQuery, FieldRef, Output, TextMatch
from colonnade.query.walk import has_aggregate

MANY = 20_000
"""Hits. Fewer are soon there."""

_WINDOW = 2_000
_WINDOWS = 4
_SPREAD = 8
"""Of the ids of a window: so many times as far as they would lie if they had no gaps."""

Remaining = Callable[[], float | None]
"""The seconds that are left; raises `Unavailable` when none are."""


def page(
    reading: Reading, searcher: TextSearcher, query: BoundQuery, remaining: Remaining
) -> Selection | None:
    """The answer to a query that is nothing but a text condition of very many rows; None for any other, and where
    there is no short way."""
    match = _alone(query)
    if match is None or query.limit is None:
        return None
    if not query.limit:
        return _counted(searcher, match, query)
    known = searcher.page(match, query.offset, query.limit) if reading.in_id_order else None
    ids, total = known or _first(reading, searcher, match, query, remaining)
    if ids is None:
        return None
    found = reading.select(replace(query, offset=0), {match: ids}, seconds=remaining())
    return Selection(found.table, total)


def _alone(query: BoundQuery) -> TextMatch | None:
    is_plain = not query.group_by and not query.order_by and query.limit is not None
    if not is_plain or any(has_aggregate(one.expr) for one in query.outputs):
        return None
    return query.where if isinstance(query.where, TextMatch) else None


def _counted(searcher: TextSearcher, match: TextMatch, query: BoundQuery) -> Selection | None:
    """Nothing but the number of rows was asked for."""
    total = searcher.count(match)
    if total is None:
        return None
    fields = (Field(one.name, one.name, one.type, multivalued=one.multivalued) for one in query.outputs)
    empty = [pa.array([], arrow_type(one)) for one in fields]
    return Selection(pa.Table.from_arrays(empty, [one.name for one in query.outputs]), total)


def _first(
    reading: Reading,
    searcher: TextSearcher,
    match: TextMatch,
    query: BoundQuery,
    remaining: Remaining,
) -> tuple[Any, int]:
    """The ids of the page, sorted, found window by window in the order of the rows, and how many rows there are. None
    instead of the ids where there is no short way."""
    total = searcher.count(match) or 0
    if total < MANY:
        return None, total
    needed = query.offset + (query.limit or 0)
    size = _WINDOW + 2 * needed * reading.rows // total
    found = pa.array([], pa.int64())
    for number in range(_WINDOWS):
        window = _window(reading, query, number * size, size, remaining)
        if len(window) == 0:
            break
        ends = pc.min_max(window).as_py()
        if ends["max"] - ends["min"] > _SPREAD * size:
            return None, total
        hits = searcher.ids(match, within=(ends["min"], ends["max"]))
        found = pa.concat_arrays([found, window.filter(pc.is_in(window, value_set=hits))])
        if len(found) >= needed:
            break
    else:
        return None, total
    ids = found.slice(query.offset, query.limit)
    return ids.take(pc.array_sort_indices(ids)), total


def _window(reading: Reading, query: BoundQuery, offset: int, limit: int, remaining: Remaining) -> Any:
    """The ids of the rows from one place on, in their order."""
    ids = (Output(ID, FieldRef(ID), FieldType.INT),)
    rows = replace(query, outputs=ids, where=None, matches=(), offset=offset, limit=limit)
    return reading.select(rows, {}, seconds=remaining()).table.column(0).combine_chunks()
