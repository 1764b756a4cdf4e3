"""Asks the functions of geometry for the same new geometry from many threads; says how many answers were wrong."""

import math
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import duckdb
import numpy as np
import pyarrow as pa
import shapely

from colonnade.engine import shapes

THREADS, CORNERS, PLACES = 4, 3_000, 200
QUERIES = (
    f"SELECT count(*) FILTER ({shapes.POINT_MEETS}(lon, lat, ?)) FROM places",
    f"SELECT count(*) FILTER ({shapes.MEETS}(wkb, ?)) FROM places",
    f"SELECT count(*) FILTER ({shapes.WITHIN}(wkb, ?)) FROM places",
)


def _places() -> pa.Table:
    random = np.random.default_rng(1)
    lons, lats = random.uniform(-14, 14, (2, PLACES))
    wkb = shapely.to_wkb(shapely.box(lons, lats, lons + 0.1, lats + 0.1))
    return pa.table({"lon": lons, "lat": lats, "wkb": pa.array(wkb, pa.binary())})


def _star(turn: float) -> shapely.Polygon:
    angles = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    radius = 10 + 3 * np.sin(17 * angles + turn) + 0.5 * np.cos(401 * angles)
    return shapely.Polygon(np.column_stack([radius * np.cos(angles), radius * np.sin(angles)]))


def _asked(connection: duckdb.DuckDBPyConnection, seconds: float) -> tuple[int, int]:
    """The number of rounds whose answers were not all the same, and the number of rounds."""
    cursors = [connection.cursor() for _ in range(THREADS)]
    barrier = threading.Barrier(THREADS)
    until, wrong, rounds = time.monotonic() + seconds, 0, 0

    def ask(cursor: duckdb.DuckDBPyConnection, query: str, key: str) -> object:
        barrier.wait()
        return cursor.execute(query, [key]).fetchall()

    with ThreadPoolExecutor(THREADS) as threads:
        while time.monotonic() < until:
            key = shapes.keep(shapely.to_wkb(_star(rounds / 100), hex=True))
            query = QUERIES[rounds % len(QUERIES)]
            counts = list(threads.map(ask, cursors, repeat(query), repeat(key)))
            wrong += any(one != counts[0] for one in counts)
            rounds += 1
    return wrong, rounds


def main(seconds: float) -> None:
    connection = duckdb.connect()
    shapes.register(connection)
    connection.register("found", _places())
    connection.execute("CREATE TABLE places AS FROM found")
    print(*_asked(connection, seconds))


if __name__ == "__main__":
    main(float(sys.argv[1]))
