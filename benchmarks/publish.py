"""A publication from POST to readable, beside the raw load and the raw indexing of the same rows."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from benchmarks import make_table, raw
from benchmarks.figures import Figure, milliseconds, p95
from benchmarks.server import Server, serving

PAGES = 200


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "publish"
    folder.mkdir()
    csv = folder / "table.csv"
    make_table.main(rows, str(csv))
    loaded = raw.load(csv, folder / "raw.duckdb")
    indexed = raw.index(folder / "raw.duckdb", folder / "raw-index")
    yield Figure("raw DuckDB load, all rows sniffed", loaded, "s")
    yield Figure("raw Tantivy indexing", indexed, "s")
    with serving(folder / "data") as server:
        _, seconds = server.publish_csv("table", csv)
        assert server.records("table", limit=1)["total_count"] == rows
        yield Figure("publish, POST to readable", seconds, "s", loaded + indexed, "aim: ratio <= 2.5")
        yield from _reads_beside(server, csv)
        yield Figure("peak memory of the server", server.peak["server"], "MB")
        yield Figure("peak memory of the builder", server.peak["builder"], "MB")
    shutil.rmtree(folder)


def _reads_beside(server: Server, csv: Path) -> Iterator[Figure]:
    """Pages of 100 rows at changing offsets, with nothing else going on and beside a publication."""
    offsets = iter(range(0, 1_000_000, 37))

    def page() -> None:
        server.records("table", limit=100, offset=next(offsets) % 9_000)

    milliseconds(page, 20)
    idle = p95(milliseconds(page, PAGES))
    publishing = threading.Thread(target=server.publish_csv, args=("again", csv))
    publishing.start()
    busy: list[float] = []
    while publishing.is_alive():
        busy += milliseconds(page, 10)
    publishing.join()
    yield Figure("p95 of page reads beside a publication", p95(busy), "ms", idle, "aim: ratio <= 3")
