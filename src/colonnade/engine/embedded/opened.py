"""The open rows files: attached on first use, bounded in number, never closed while somebody reads."""

import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from colonnade.engine.embedded.instance import Instance, translated
from colonnade.engine.embedded.totals import Totals
from colonnade.engine.layout import attach, quoted
from colonnade.errors import NotFound, Unavailable
from colonnade.generation import ROWS_FILE, GenerationRef, Mark

WORTH_A_LOOK = 50_000
"""Rows written or deleted after which it is worth counting the dead places; and at the first write, as a table that
is opened and closed all day would otherwise never be looked at."""


@dataclass(eq=False)
class OpenTable:
    """A rows file and the name that it is attached under.

    `lock` is held while the file is attached or detached, so that the two never meet; `pins` counts those who use it.
    `dense` remembers, for a write counter, the first and last `_seq` if there are no gaps between them; `churn` is how
    many rows were written or deleted since somebody counted the dead places; `takes_writes` is known to be true when
    the index is gone. `in_id_order` remembers, for a write counter, whether its rows go the way of their ids, and
    `counted` how many there are; `in_place` of a file that takes no writes whether they lie in it in their order.
    `prepared` remembers the columns that were made of shapes, which never change in a file; `settled` the write counter,
    the last `_seq` and the last live id, which do not change either while it takes no writes, and `nowhere` which
    conditions no row of such a file fulfils, of those that were looked for. `totals` remembers, for a write counter, how
    many rows fulfil a condition.
    """

    ref: GenerationRef
    path: Path
    alias: str = ""
    pins: int = 0
    dropped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    dense: tuple[int, tuple[int, int] | None] | None = None
    churn: int = WORTH_A_LOOK
    takes_writes: bool = False
    in_id_order: tuple[int, bool] | None = None
    counted: tuple[int, int] | None = None
    in_place: bool | None = None
    prepared: frozenset[str] | None = None
    settled: tuple[Mark, int] | None = None
    nowhere: dict[str, bool] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)


class OpenTables:
    """At most `limit` files are attached, unless more are in use at once.

    A file detached under an open result cannot be attached again until that result is gone; hence the pins. A
    dropped table is the exception: its file is about to be removed, and nobody attaches it again before.
    Every attachment has a name of its own, never used before.
    """

    def __init__(self, instance: Instance, root: Path, *, limit: int) -> None:
        self._instance = instance
        self._root = root
        self._limit = limit
        self._names = itertools.count(1)
        self._lock = threading.Lock()
        self._tables: OrderedDict[GenerationRef, OpenTable] = OrderedDict()

    @property
    def attached(self) -> int:
        with self._lock:
            return sum(1 for one in self._tables.values() if one.alias)

    @contextmanager
    def pinned(self, ref: GenerationRef) -> Iterator[OpenTable]:
        """An attached table that stays attached. Raises `NotFound`; `Unavailable` if the file cannot be read."""
        table = self._pin(ref)
        try:
            self._attach(table)
            self._shrink()
            yield table
        finally:
            self._unpin(table)
            self._shrink()

    def drop(self, ref: GenerationRef) -> None:
        """Detach a table at once, in use or not; what reads it goes on."""
        with self._lock:
            table = self._tables.get(ref)
            if table is None:
                return
            table.dropped = True
            table.pins += 1
        try:
            with table.lock:
                self._detach(table)
        finally:
            self._unpin(table)

    def detach_all(self) -> None:
        """Close every file, so that what stands in its log is folded into it."""
        with self._lock:
            tables = list(self._tables.values())
        for one in tables:
            self.drop(one.ref)

    def _pin(self, ref: GenerationRef) -> OpenTable:
        with self._lock:
            table = self._tables.get(ref)
            if table is None:
                table = self._tables[ref] = OpenTable(ref, ref.folder(self._root) / ROWS_FILE)
            elif table.dropped:
                raise _unknown(ref)
            table.pins += 1
            self._tables.move_to_end(ref)
            return table

    def _unpin(self, table: OpenTable) -> None:
        with self._lock:
            table.pins -= 1
            if table.pins == 0 and not table.alias:
                self._tables.pop(table.ref, None)

    def _attach(self, table: OpenTable) -> None:
        with table.lock:
            if table.alias:
                return
            # ATTACH would make a file that is not there. A table that was dropped while we waited is gone, too.
            if table.dropped or not table.path.is_file():
                raise _unknown(table.ref)
            alias = f"g{next(self._names)}"
            with self._instance.cursor() as cursor:
                try:
                    cursor.execute(attach(table.path, alias))
                except duckdb.Error as error:
                    raise Unavailable("The file of the rows cannot be opened.", code="rows.closed") from error
            table.takes_writes, table.dense, table.settled = False, None, None
            table.in_id_order = table.counted = table.in_place = None
            table.nowhere, table.totals = {}, Totals()
            table.alias = alias

    def _shrink(self) -> None:
        while (table := self._overdue()) is not None:
            try:
                with table.lock:
                    # Whoever pinned it since then either waits for this lock or has the table already.
                    if self._is_unused(table):
                        self._detach(table)
            finally:
                self._unpin(table)

    def _overdue(self) -> OpenTable | None:
        """The table longest unused, pinned for the one who will close it; None while there is room."""
        with self._lock:
            attached = [one for one in self._tables.values() if one.alias]
            if len(attached) <= self._limit:
                return None
            table = next((one for one in attached if one.pins == 0), None)
            if table is not None:
                table.pins += 1
            return table

    def _is_unused(self, table: OpenTable) -> bool:
        with self._lock:
            return table.pins == 1

    def _detach(self, table: OpenTable) -> None:
        if not table.alias:
            return
        alias, table.alias = table.alias, ""
        with translated(), self._instance.cursor() as cursor:
            try:
                cursor.execute(f"DETACH {quoted(alias)}")
            except duckdb.BinderException:  # it is not attached any more, which is all that was wanted
                return


def _unknown(ref: GenerationRef) -> NotFound:
    return NotFound(
        f"There are no rows of generation {ref.number} of table {ref.table}.", code="rows.unknown"
    )
