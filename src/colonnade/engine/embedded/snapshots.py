"""An open transaction on a generation's file, and the state that it sees."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from colonnade.engine.embedded.instance import Cursor, Instance, translated
from colonnade.engine.embedded.opened import OpenTable
from colonnade.engine.layout import META, is_prepared, quoted, relation
from colonnade.engine.port import StateGoneError
from colonnade.errors import NotFound, PortalError, Unavailable
from colonnade.generation import Mark


class Snapshot:
    """An open transaction on a generation's file, with the state that it sees.

    `catalog` is the name of the file in SQL, also after the generation was dropped. `is_assumed`: the state is the one of
    the last time that somebody looked, and true if nobody wrote before the first statement; see `asked`. `is_brief`: no
    transaction was begun, so that it stays assumed, and a reading ends with its first answer.
    """

    def __init__(
        self,
        cursor: Cursor,
        table: OpenTable,
        catalog: str,
        mark: Mark,
        last_live_id: int,
        *,
        is_assumed: bool = False,
        is_brief: bool = False,
    ) -> None:
        self.is_assumed = is_assumed
        self.is_brief = is_brief
        self.cursor = cursor
        self.table = table
        self.catalog = catalog
        self.mark = mark
        self.last_live_id = last_live_id

    @property
    def rows(self) -> str:
        return relation(self.catalog)

    def column_names(self) -> tuple[str, ...]:
        """The columns of the rows, in order."""
        return tuple(one[0] for one in self.cursor.execute(f"SELECT * FROM {self.rows} LIMIT 0").description)

    @property
    def prepared(self) -> frozenset[str]:
        """The columns that were made of shapes, when they were written."""
        if self.table.prepared is None:
            with self.asked():
                self.table.prepared = frozenset(filter(is_prepared, self.column_names()))
        return self.table.prepared

    @property
    def written(self) -> str:
        """What to select for all that was written into the rows, without what was made of it."""
        made = ", ".join(quoted(one) for one in sorted(self.prepared))
        return f"* EXCLUDE ({made})" if made else "*"

    def number(self, sql: str) -> int | None:
        """The one number that a statement answers."""
        found = self.cursor.execute(sql).fetchone()
        assert found is not None
        value = found[0]
        return None if value is None else int(value)

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Around one statement or more: DuckDB's errors as the portal's. With the first one the state is fixed: raises
        `StateGoneError` if it was assumed and somebody began to write meanwhile, `NotFound` if the rows are gone."""
        try:
            with translated():
                yield
        except PortalError as error:
            if self.is_assumed and isinstance(error.__cause__, _GONE) and self.table.alias != self.catalog:
                raise _gone() from error
            raise
        if self.is_assumed and self.table.takes_writes:
            raise StateGoneError
        self.is_assumed = self.is_brief

    def renew(self) -> None:
        """Begin the transaction anew, after an error of which it takes no more statements. Raises `StateGoneError` if
        the rows changed meanwhile."""
        roll_back(self.cursor)
        fresh = _begun(self.cursor, self.table, self.catalog)
        if fresh.mark != self.mark:
            raise StateGoneError
        self.is_assumed = self.is_brief = False

    def definitions(self) -> tuple[str, ...]:
        """The columns of the rows as SQL defines them, in order."""
        described = self.cursor.execute(f"DESCRIBE {self.rows}").fetchall()
        return tuple(
            f"{quoted(name)} {kind}{'' if null == 'YES' else ' NOT NULL'}"
            for name, kind, null, *_ in described
        )


@contextmanager
def snapshot(instance: Instance, table: OpenTable) -> Iterator[Snapshot]:
    """Open a transaction and fix what it sees: DuckDB does so at the first touch of a file, not at BEGIN."""
    with instance.cursor() as cursor:
        yield begun(cursor, table)


@contextmanager
def reader_snapshot(instance: Instance, table: OpenTable, *, is_brief: bool = False) -> Iterator[Snapshot]:
    """The same for a reader. The state of a file that takes no writes is not looked up, which takes as long as to fetch
    a short page, and who wants but one answer of it needs no transaction: a fifth of that."""
    with instance.cursor() as cursor:
        catalog, settled = table.alias, table.settled
        if settled is None or table.takes_writes or not catalog:
            yield begun(cursor, table)
            return
        if not is_brief:
            with translated():
                cursor.begin()
        yield Snapshot(cursor, table, catalog, *settled, is_assumed=True, is_brief=is_brief)


_GONE = (duckdb.CatalogException, duckdb.BinderException)
"""What DuckDB says of a table whose file was detached."""

PAUSES = (0.05, 0.2, 1.0)
"""Seconds. Beside a query that takes all memory even the look at a table's state may find none, for a moment."""


def begun(cursor: Cursor, table: OpenTable) -> Snapshot:
    for pause in PAUSES:
        try:
            return _begun(cursor, table, table.alias)
        except Unavailable as error:
            if error.code != "query.memory":
                raise
        roll_back(cursor)
        time.sleep(pause)
    return _begun(cursor, table, table.alias)


def roll_back(cursor: Cursor) -> None:
    """After some errors, as one for want of memory, there is no transaction any more. To end one takes memory too."""
    for pause in PAUSES:
        with suppress(duckdb.OutOfMemoryException):
            _rolled_back(cursor)
            return
        time.sleep(pause)
    with translated():
        _rolled_back(cursor)


def _rolled_back(cursor: Cursor) -> None:
    with suppress(duckdb.TransactionException):
        cursor.rollback()


def _begun(cursor: Cursor, table: OpenTable, catalog: str) -> Snapshot:
    with translated():
        cursor.begin()
    return looked_at(cursor, table, catalog)


def looked_at(cursor: Cursor, table: OpenTable, catalog: str) -> Snapshot:
    """A file's state, fixed in a transaction that has begun."""
    if not catalog:  # it was dropped since it was pinned
        raise _gone()
    with translated():
        try:
            found = cursor.execute(
                f"SELECT counter, last_seq, last_live_id FROM {relation(catalog, META)}"
            ).fetchone()
        except _GONE as error:
            raise _gone() from error
    if found is None:
        raise NotFound("The rows have no state.", code="rows.unknown")
    counter, seq, last_live_id = found
    mark = Mark(counter, seq)
    if not table.takes_writes:
        table.settled = (mark, last_live_id)
    return Snapshot(cursor, table, catalog, mark, last_live_id)


def _gone() -> NotFound:
    return NotFound("The rows are gone.", code="rows.unknown")
