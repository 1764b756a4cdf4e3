"""DuckDB's spatial extension, from the wheel that is installed beside DuckDB (nothing is downloaded), in an instance
of its own.

Of its own, because 1.5.5 brings rules into the optimiser that make ordinary queries of the instance fail with internal
errors. Tables go there and back as Parquet.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import duckdb_extension_spatial

from colonnade.errors import Unavailable

WGS84 = "EPSG:4326"


_checked: set[tuple[int, ...]] = set()
"""The extension's file as it was when DuckDB found its signature right in this process."""


def _state(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


@contextmanager
def opened(beside: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An instance with the functions of geometry, that reaches nothing but a folder. It has the bounds of the one
    `beside` which it works. Raises `Unavailable` where the wheel does not fit."""
    names = ("memory_limit", "threads", "max_temp_directory_size")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    found = beside.execute(f"SELECT {asked}").fetchone() or ()
    bounds = {name: str(value) for name, value in zip(names, found, strict=True) if "%" not in str(value)}
    with bounded(folder, bounds) as connection:
        yield connection


@contextmanager
def bounded(folder: Path, bounds: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same with bounds of its own, which are settings of DuckDB."""
    wheel = Path(duckdb_extension_spatial.__file__).parent
    extension = next(wheel.rglob("spatial.duckdb_extension"), None)
    state = None if extension is None else _state(extension)
    connection = duckdb.connect(
        config={
            **bounds,
            "temp_directory": str(folder / "spatial-spill"),
            "python_enable_replacements": "false",
            "autoload_known_extensions": "false",
            "autoinstall_known_extensions": "false",
            # DuckDB checks the signature of its 77 MB at each load, which takes a third of a second: here the first time.
            "allow_unsigned_extensions": str(state is not None and state in _checked).lower(),
        }
    )
    with connection:
        try:
            connection.execute(f"LOAD '{extension}'")
            if state is not None:
                _checked.add(state)
        except duckdb.Error as fault:
            message = f"Geographic files cannot be read or written here: {fault}"
            raise Unavailable(message, code="file.spatial") from fault
        allowed = str(folder.resolve()).replace("'", "''")
        for statement in (
            f"SET allowed_directories = ['{allowed}']",
            "SET enable_external_access = false",
            "SET lock_configuration = true",
        ):
            connection.execute(statement)
        yield connection
