"""The one DuckDB instance of a server: locked down before it sees a file, and the only source of DuckDB's errors."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from colonnade.engine import shapes
from colonnade.engine.embedded import absent
from colonnade.engine.layout import literal
from colonnade.errors import Invalid, PortalError, Unavailable

Cursor = duckdb.DuckDBPyConnection


class Instance:
    """Hands out cursors. A cursor must stay with one thread: shared, it silently mixes up answers."""

    def __init__(self, root: Path, *, scratch: Path, memory_bytes: int, threads: int) -> None:
        absent.remember()
        self._lock = threading.Lock()
        self._connection = duckdb.connect(
            ":memory:",
            config={
                # Otherwise SQL could read this process's Python variables by name.
                "python_enable_replacements": False,
                "memory_limit": f"{memory_bytes}B",
                "threads": threads,
                "temp_directory": str(scratch / "spill"),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        shapes.register(self._connection)
        folders = ", ".join(literal(str(one)) for one in (root, scratch))
        self._connection.execute(f"SET allowed_directories = [{folders}]")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    @contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor for one request. What it leaves open is rolled back."""
        with self._lock:
            cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def translated() -> Iterator[None]:
    """Turn DuckDB's and Arrow's errors into the portal's. The original stays as the cause."""
    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        raise _meaning(error) from error
    except OSError as error:  # as Arrow tells what DuckDB met while its rows were read
        known = next((one for name, one in _TOLD.items() if str(error).startswith(name)), None)
        if known is None:
            raise
        raise _meaning(known(str(error))) from error


_TOLD = {
    "INTERRUPT Error": duckdb.InterruptException,
    "Out of Memory Error": duckdb.OutOfMemoryException,
}


_WRONG_INPUT = (
    duckdb.ConversionException,
    duckdb.TypeMismatchException,
    duckdb.OutOfRangeException,
    duckdb.BinderException,
    duckdb.ConstraintException,
    duckdb.InvalidInputException,
    pa.ArrowException,
)

_OF_A_FUNCTION = "Python exception occurred while executing the UDF"


def _meaning(error: Exception) -> PortalError:
    if isinstance(error, duckdb.InterruptException):
        return Unavailable("The query took longer than it may take.", code="query.deadline")
    if isinstance(error, duckdb.OutOfMemoryException | pa.ArrowMemoryError):
        return Unavailable("The query needs more memory than there is for it.", code="query.memory")
    # Neither fatal and internal errors nor those of our own functions are a verdict on the input, whatever their class.
    if isinstance(error, duckdb.FatalException | duckdb.InternalException) or _OF_A_FUNCTION in str(error):
        return Unavailable("The store of rows failed.", code="rows.failed")
    if isinstance(error, _WRONG_INPUT):
        return Invalid("The rows or values do not fit the table.", code="rows.invalid")
    return Unavailable("The store of rows does not answer.", code="rows.failed")
