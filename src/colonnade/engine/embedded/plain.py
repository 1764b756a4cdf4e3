"""Texts that are sorted as they are: they have neither case nor accents, as numbers, codes and dates have none."""

import time
from functools import partial

from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.embedded.turns import Turns, Weight
from colonnade.engine.layout import quoted
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, FieldRef


def plain(
    query: BoundQuery, state: Snapshot, turns: Turns, watcher: Watcher, seconds: float | None
) -> frozenset[str]:
    """Those among the texts that rows are sorted by. To look at all of a column takes about as long as to sort by it, and
    is done once, of a file that nobody writes into; mostly the first rows say no."""
    if state.table.takes_writes or query.group_by:
        return frozenset()
    until = None if seconds is None else time.monotonic() + seconds
    found = []
    for name in _sorted_by(query):
        known = state.table.plain.get(name)
        if known is None:
            left = None if until is None else until - time.monotonic()
            look = partial(_has_only_plain, state, watcher, name)
            known = state.table.plain[name] = turns.take(f"plain {name}", look, left, Weight.UNKNOWN)
        if known:
            found.append(name)
    return frozenset(found)


def _sorted_by(query: BoundQuery) -> list[str]:
    names = [one.expr.name for one in query.order_by if isinstance(one.expr, FieldRef)]
    fields = [one for name in names if (one := query.schema.get(name)) is not None]
    return [one.name for one in fields if one.type is FieldType.TEXT and not one.multivalued]


def _has_only_plain(state: Snapshot, watcher: Watcher, name: str, seconds: float | None) -> bool:
    text = quoted(name)
    with watcher.within(state.cursor, seconds), state.asked():
        found = state.cursor.execute(
            f"SELECT 1 FROM {state.rows} WHERE {text} <> lower(strip_accents({text})) LIMIT 1"
        ).fetchone()
    return found is None
