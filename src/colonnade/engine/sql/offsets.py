"""What the clocks of a zone show, by a table of its offsets.

DuckDB asks ICU for each row, which takes 0.5 s for a million of them; this takes 0.04 s, but 4 ms to plan. Before 1970 zones
are not what they were in every edition of their database, and from 2038 on few are asked for: there ICU answers. Elsewhere
the two differ where a zone's rules changed after the edition that DuckDB brings: 8 of 598 zones did.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlglot import exp

from colonnade.engine.sql.pieces import text_of

MANY_ROWS = 20_000
"""From here on the table is quicker."""

_FIRST, _END = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2038, 1, 1, tzinfo=dt.UTC)
_DAY, _SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)

Offset = tuple[dt.datetime, int]
"""From when on, and the microseconds by which clocks are ahead of UTC."""


def shown(value: exp.Column, zone: str, otherwise: exp.Expression) -> exp.Expression:
    """What the clocks of a zone show at an instant, naive UTC in a column; `otherwise` is the same by ICU."""
    name = text_of(value.copy())
    ahead = _choice(name, _offsets(zone))
    inside = f"{name} >= {_literal(_FIRST)} AND {name} < {_literal(_END)}"
    local = f"make_timestamp(epoch_us({name}) + {ahead})"
    return exp.Case(ifs=[exp.If(this=exp.Var(this=inside), true=exp.Var(this=local))], default=otherwise)


def _choice(name: str, offsets: Sequence[Offset]) -> str:
    """As SQL: the offset that holds at an instant, by halves."""
    if len(offsets) == 1:
        return f"{offsets[0][1]}"
    half = len(offsets) // 2
    before, after = _choice(name, offsets[:half]), _choice(name, offsets[half:])
    return f"CASE WHEN {name} < {_literal(offsets[half][0])} THEN {before} ELSE {after} END"


def _literal(moment: dt.datetime) -> str:
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S}'"


@lru_cache(maxsize=128)
def _offsets(zone: str) -> tuple[Offset, ...]:
    """Of the years that the table has, ascending. Zones do not tell when they change: each day is looked at, 0.04 s."""
    return tuple(_changes(ZoneInfo(zone)))


def _changes(zone: ZoneInfo) -> Iterator[Offset]:
    moment, ahead = _FIRST, _ahead(_FIRST, zone)
    yield moment, ahead
    while moment < _END:
        following = moment + _DAY
        if _ahead(following, zone) == ahead:
            moment = following
            continue
        moment = _change(moment, following, zone)
        ahead = _ahead(moment, zone)
        yield moment, ahead


def _change(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first second with another offset than `before`."""
    ahead = _ahead(before, zone)
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _ahead(middle, zone) == ahead:
            before = middle
        else:
            after = middle
    return after


def _ahead(moment: dt.datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // dt.timedelta(microseconds=1)
