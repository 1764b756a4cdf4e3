"""One consistent state of two generations, whose rows are joined."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.instance import Cursor, Instance, translated
from colonnade.engine.embedded.lanes import Lanes
from colonnade.engine.embedded.opened import OpenTable
from colonnade.engine.embedded.reading import FEW, Names, fetched, registered, typed
from colonnade.engine.embedded.snapshots import PAUSES, Snapshot, looked_at, roll_back
from colonnade.engine.embedded.turns import Turns, Weight
from colonnade.engine.layout import ROWS
from colonnade.engine.port import Hits, Join, Selection, StateGoneError
from colonnade.engine.sql.joins import Compiled, compile_join
from colonnade.engine.sql.parts import Relation, Statement
from colonnade.errors import Invalid, Unavailable
from colonnade.generation import Mark

MOST_PAIRS = 5_000_000
"""Rows that a join may make, before it groups or limits them: three seconds of a processor at worst."""

Pair = tuple[Snapshot, Snapshot]


class EmbeddedJoinReading:
    """A `JoinReading`. Both files are read in the one transaction of the one cursor."""

    def __init__(self, pair: Pair, watcher: Watcher, lanes: Lanes) -> None:
        self._pair = pair
        self._watcher = watcher
        self._turns = Turns(lanes, self._renew)

    @property
    def marks(self) -> tuple[Mark, Mark]:
        left, right = self._pair
        return left.mark, right.mark

    def select(self, join: Join, hits: tuple[Hits, Hits], *, seconds: float | None = None) -> Selection:
        names = _named("l", hits[0]), _named("r", hits[1])
        left, right = self._pair
        compiled = compile_join(join, (_relation(left), _relation(right)), names)
        answer = partial(self._answer, compiled, join, hits, names)
        return self._turns.take(compiled.page.sql, answer, seconds, Weight.UNKNOWN)

    def _answer(
        self,
        compiled: Compiled,
        join: Join,
        hits: tuple[Hits, Hits],
        names: tuple[Names, Names],
        seconds: float | None,
    ) -> Selection:
        cursor = self._pair[0].cursor
        with (
            self._watcher.within(cursor, seconds),
            translated(),
            registered(cursor, hits[0], names[0]),
            registered(cursor, hits[1], names[1]),
        ):
            _check_pairs(_number(cursor, compiled.pairs))
            page = compiled.page
            found = fetched(cursor.execute(page.sql, list(page.params)))
            query, rows = join.query, found.num_rows
            is_last = query.limit is None or rows < query.limit
            if is_last and (rows or not query.offset):
                count = query.offset + rows
            else:
                count = _number(cursor, compiled.total)
        return Selection(typed(found, query.outputs), count)

    def _renew(self) -> None:
        """Begin anew, after an error of which the transaction takes no more statements."""
        left, right = self._pair
        roll_back(left.cursor)
        tables = (left.table, left.catalog), (right.table, right.catalog)
        fresh = _begun(left.cursor, *tables)
        if tuple(one.mark for one in fresh) != self.marks:
            raise StateGoneError


@contextmanager
def both(
    instance: Instance, left: OpenTable, right: OpenTable, watcher: Watcher, lanes: Lanes
) -> Iterator[EmbeddedJoinReading]:
    """Read two files that stay attached."""
    with instance.cursor() as cursor:
        pair = _patiently(cursor, (left, left.alias), (right, right.alias))
        yield EmbeddedJoinReading(pair, watcher, lanes)


def _patiently(cursor: Cursor, left: tuple[OpenTable, str], right: tuple[OpenTable, str]) -> Pair:
    """As a look at a single file: beside a query that takes all memory there may be none, for a moment."""
    for pause in PAUSES:
        try:
            return _begun(cursor, left, right)
        except Unavailable as error:
            if error.code != "query.memory":
                raise
        roll_back(cursor)
        time.sleep(pause)
    return _begun(cursor, left, right)


def _begun(cursor: Cursor, left: tuple[OpenTable, str], right: tuple[OpenTable, str]) -> Pair:
    with translated():
        cursor.begin()
    return looked_at(cursor, *left), looked_at(cursor, *right)


def _relation(state: Snapshot) -> Relation:
    return Relation(state.catalog, "main", ROWS)


def _number(cursor: Cursor, statement: Statement) -> int:
    ((number,),) = cursor.execute(statement.sql, list(statement.params)).fetchall()
    return int(number)


def _check_pairs(pairs: int) -> None:
    if pairs > MOST_PAIRS:
        message = f"Joined, the two tables have {pairs:,} rows, and {MOST_PAIRS:,} are the most: filter them, or join by a column with more values."
        raise Invalid(message, code="query.pairs")


def _named(side: str, hits: Hits) -> Names:
    return {
        match: tuple(ids.to_pylist()) if len(ids) <= FEW else f"hits_{side}{number}"
        for number, (match, ids) in enumerate(hits.items())
    }
