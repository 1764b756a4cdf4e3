"""DuckDB's spatial extension, from the wheel that is installed beside DuckDB: nothing is downloaded."""

from pathlib import Path

import duckdb
import duckdb_extension_spatial

from colonnade.errors import Unavailable

WGS84 = "EPSG:4326"


def load(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions of geometry known to a connection. It must happen before outside access is shut off; again
    is harmless. Raises `Unavailable` where the wheel does not fit."""
    folder = Path(duckdb_extension_spatial.__file__).parent
    found = next(folder.rglob("spatial.duckdb_extension"), None)
    try:
        connection.execute(f"LOAD '{found}'")
    except duckdb.Error as fault:
        raise Unavailable(f"Geographic files cannot be read here: {fault}", code="file.spatial") from fault
