"""An open transaction on a generation's file, and the state that it sees."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from colonnade.engine.embedded.instance import Cursor, Instance, translated
from colonnade.engine.embedded.opened import OpenTable
from colonnade.engine.layout import META, is_prepared, quoted, relation
from colonnade.engine.port import StateGoneError
from colonnade.errors import NotFound, Unavailable
from colonnade.generation import Mark


class Snapshot:
    """An open transaction on a generation's file, with the state that it sees.

    `catalog` is the name of the file in SQL, also after the generation was dropped.
    """

    def __init__(self, cursor: Cursor, table: OpenTable, catalog: str, mark: Mark, last_live_id: int) -> None:
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

    def renew(self) -> None:
        """Begin the transaction anew, after an error of which it takes no more statements. Raises `StateGoneError` if
        the rows changed meanwhile."""
        _roll_back(self.cursor)
        fresh = _begun(self.cursor, self.table, self.catalog)
        if fresh.mark != self.mark:
            raise StateGoneError

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


PAUSES = (0.05, 0.2, 1.0)
"""Seconds. Beside a query that takes all memory even the look at a table's state may find none, for a moment."""


def begun(cursor: Cursor, table: OpenTable) -> Snapshot:
    for pause in PAUSES:
        try:
            return _begun(cursor, table, table.alias)
        except Unavailable as error:
            if error.code != "query.memory":
                raise
        _roll_back(cursor)
        time.sleep(pause)
    return _begun(cursor, table, table.alias)


def _roll_back(cursor: Cursor) -> None:
    """After some errors, as one for want of memory, there is no transaction any more."""
    with translated(), suppress(duckdb.TransactionException):
        cursor.rollback()


def _begun(cursor: Cursor, table: OpenTable, catalog: str) -> Snapshot:
    with translated():
        cursor.begin()
        try:
            found = cursor.execute(
                f"SELECT counter, last_seq, last_live_id FROM {relation(catalog, META)}"
            ).fetchone()
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise NotFound("The rows are gone.", code="rows.unknown") from error
    if found is None:
        raise NotFound("The rows have no state.", code="rows.unknown")
    counter, seq, last_live_id = found
    return Snapshot(cursor, table, catalog, Mark(counter, seq), last_live_id)
