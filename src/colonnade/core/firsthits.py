"""A page of the very many rows that a text condition finds.

The ids of 300,000 rows take a tenth of a second to come out of the index. Nobody needs them for the first pages of a
common word: the index counts its rows, and of the rows, taken in their order, some thousands are asked whether they
have it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from colonnade.engine.port import Reading, Selection
from colonnade.index.port import TextSearcher
from colonnade.query.schema import ID, FieldType
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
    total = None if match is None else searcher.count(match)
    if match is None or total is None or total < MANY:
        return None
    ids = _first(reading, searcher, match, query, total, remaining)
    if ids is None:
        return None
    found = reading.select(replace(query, offset=0), {match: ids}, seconds=remaining())
    return Selection(found.table, total)


def _alone(query: BoundQuery) -> TextMatch | None:
    is_plain = not query.group_by and not query.order_by and query.limit
    if not is_plain or any(has_aggregate(one.expr) for one in query.outputs):
        return None
    return query.where if isinstance(query.where, TextMatch) else None


def _first(
    reading: Reading,
    searcher: TextSearcher,
    match: TextMatch,
    query: BoundQuery,
    total: int,
    remaining: Remaining,
) -> Any:
    """The ids of the page, sorted, found window by window in the order of the rows."""
    assert query.limit is not None
    needed = query.offset + query.limit
    size = _WINDOW + 2 * needed * reading.rows // total
    found = pa.array([], pa.int64())
    for number in range(_WINDOWS):
        window = _window(reading, query, number * size, size, remaining)
        if len(window) == 0:
            break
        ends = pc.min_max(window).as_py()
        if ends["max"] - ends["min"] > _SPREAD * size:
            return None
        hits = searcher.ids(match, within=(ends["min"], ends["max"]))
        found = pa.concat_arrays([found, window.filter(pc.is_in(window, value_set=hits))])
        if len(found) >= needed:
            break
    else:
        return None
    ids = found.slice(query.offset, query.limit)
    return ids.take(pc.array_sort_indices(ids))


def _window(reading: Reading, query: BoundQuery, offset: int, limit: int, remaining: Remaining) -> Any:
    """The ids of the rows from one place on, in their order."""
    ids = (Output(ID, FieldRef(ID), FieldType.INT),)
    rows = replace(query, outputs=ids, where=None, matches=(), offset=offset, limit=limit)
    return reading.select(rows, {}, seconds=remaining()).table.column(0).combine_chunks()
