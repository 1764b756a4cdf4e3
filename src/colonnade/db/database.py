"""The catalogue database: one SQLite file in WAL mode, short transactions, one writer at a time."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from colonnade.errors import PortalError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(path.name for path in (MIGRATIONS / "versions").glob("*.py")).partition("_")[0]
"""The revision that this version's tables have."""
BUSY_SECONDS = 30


class Database:
    """Sessions over the catalogue.

    SQLite decides at BEGIN whether a transaction may write: one that starts as a reader and writes later fails when
    another wrote meanwhile. So the caller says beforehand: `read()` sees one state and never writes, `write()` takes
    the write lock at once and commits at the end of the block.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", pool_size=32, max_overflow=64)
        event.listen(self._engine, "connect", _configure)

    @property
    def engine(self) -> Engine:
        return self._engine

    def migrate(self) -> None:
        """Bring the tables up to this version's form. Safe to repeat."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if _revision(connection) != NEWEST:
                _upgrade(connection)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with self._session("BEGIN") as session:
            session.autoflush = False
            try:
                yield session
            finally:
                session.expunge_all()  # what was read stays readable as values

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._session("BEGIN IMMEDIATE") as session:
            yield session
            session.commit()

    @contextmanager
    def _session(self, begin: str) -> Iterator[Session]:
        with Session(self._engine, expire_on_commit=False) as session:
            try:
                connection = session.connection()
                connection.exec_driver_sql(begin)
            except OperationalError as error:
                message = "The catalogue has been busy for too long."
                raise Unavailable(message, code="catalogue.busy") from error
            try:
                yield session
            except BaseException as error:
                if not isinstance(error, PortalError) and not connection.closed:
                    # A result that was half read may live on in the trace, and would keep this connection at its old
                    # state for whoever is given it next. Such a connection also closes late: so rolled back first.
                    connection.connection.rollback()
                    session.invalidate()
                raise

    def copy_to(self, target: Path) -> None:
        """Write one consistent state to a new file while others read and write."""
        copy_sqlite(self.path, target)

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when all is well."""
        try:
            with self._engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        except (DatabaseError, sqlite3.DatabaseError) as error:  # the latter from `_configure`
            return [f"catalogue: it cannot be read ({getattr(error, 'orig', error)})"]
        return [f"catalogue: {line}" for line in found if line != "ok"]

    def close(self) -> None:
        self._engine.dispose()


def _revision(connection: Connection) -> str | None:
    """What the tables are, as Alembic notes it; None in a new file."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a tenth of a start's imports, and seldom needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's online backup of one file into another."""
    origin, copy = sqlite3.connect(source), sqlite3.connect(target)
    try:
        with copy:
            origin.backup(copy)
    finally:
        origin.close()
        copy.close()


def _configure(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `read` and `write` say, not in the driver
    connection.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    _keep_a_log(connection)
    connection.execute("PRAGMA synchronous=FULL")  # an acknowledged change survives a power cut
    connection.execute("PRAGMA foreign_keys=ON")


def _keep_a_log(connection: Any) -> None:
    """WAL, which the file keeps. SQLite does not wait for others when it changes this, whatever `busy_timeout` says:
    two who open a new file at once would meet `database is locked`."""
    give_up = time.monotonic() + BUSY_SECONDS
    while not _logged(connection):
        if time.monotonic() > give_up:
            message = "The catalogue has been busy for too long."
            raise Unavailable(message, code="catalogue.busy")
        time.sleep(0.01)


def _logged(connection: Any) -> bool:
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
