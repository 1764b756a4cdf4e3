"""A publication from POST to readable, beside the raw load and the raw indexing of the same rows; and what it does to
readers meanwhile."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import raw
from benchmarks.figures import Figure, milliseconds, p50, p95
from benchmarks.server import Server, serving
from benchmarks.tables import table

SMALL_ROWS = 100_000
PAGES = 200
PAUSE_SECONDS = 0.05


def run(scratch: Path, rows: int, *, alone: bool = False) -> Iterator[Figure]:
    """`alone`: without the raw engines, where only the growth with the rows is asked."""
    folder = scratch / "publish"
    folder.mkdir()
    csv, small = table(scratch, rows), table(scratch, SMALL_ROWS)
    beside = None
    if not alone:
        loaded = raw.load(csv, folder / "raw.duckdb")
        indexed = raw.index(folder / "raw.duckdb", folder / "raw-index")
        yield Figure("raw DuckDB load, all rows sniffed", loaded, "s")
        yield Figure("raw Tantivy indexing", indexed, "s")
        beside = loaded + indexed
    with serving(folder / "data") as server:
        server.publish_csv("small", small)
        idle = _pages(server, PAGES)
        took: list[float] = []
        publishing = threading.Thread(target=lambda: took.append(server.publish_csv("table", csv)[1]))
        publishing.start()
        busy: list[float] = []
        while publishing.is_alive():
            busy += _pages(server, 10)
        publishing.join()
        assert server.records("table", limit=1)["total_count"] == rows
        yield Figure("publish, POST to readable", took[0], "s", beside, "aim: ratio <= 2.5")
        yield Figure("p50 of page reads beside the publication", p50(busy), "ms", p50(idle))
        yield Figure(
            "p95 of page reads beside the publication", p95(busy), "ms", p95(idle), "aim: ratio <= 3"
        )
        yield Figure("peak memory of the server", server.peak["server"], "MB")
        yield Figure("peak memory of the builder", server.peak["builder"], "MB")
    shutil.rmtree(folder)


def _pages(server: Server, times: int) -> list[float]:
    """How long pages of 100 rows take, at changing offsets, for a reader who looks at each for a moment."""
    offsets = iter(range(0, 1_000_000, 37))
    found: list[float] = []
    for _ in range(times):
        found += milliseconds(lambda: server.records("small", limit=100, offset=next(offsets) % 9_000), 1)
        time.sleep(PAUSE_SECONDS)
    return found
