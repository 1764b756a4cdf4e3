"""Reads over HTTP, warm, one client, beside the same statements in raw DuckDB."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb

from benchmarks import raw
from benchmarks.figures import Figure, milliseconds, p50
from benchmarks.server import serving
from benchmarks.tables import table

TIMES = 50
CASES: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
    ("first page of 100", {"limit": "100"}, ("SELECT * FROM rows LIMIT 100",)),
    (
        "filter, page and exact total",
        {"where": 'category="noise"', "limit": "100"},
        (
            "SELECT * FROM rows WHERE category = 'noise' LIMIT 100",
            "SELECT count(*) FROM rows WHERE category = 'noise'",
        ),
    ),
    (
        "sort by a column",
        {"order_by": "-amount", "limit": "100"},
        ("SELECT * FROM rows ORDER BY amount DESC LIMIT 100",),
    ),
    ("offset 9,900", {"limit": "100", "offset": "9900"}, ("SELECT * FROM rows LIMIT 100 OFFSET 9900",)),
    (
        "group by with count",
        {"group_by": "category", "select": "count(*)"},
        ("SELECT category, count(*) FROM rows GROUP BY category ORDER BY category",),
    ),
)


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "reads"
    folder.mkdir()
    csv = table(scratch, rows)
    raw.load(csv, folder / "raw.duckdb")
    with serving(folder / "data") as server, duckdb.connect(str(folder / "raw.duckdb")) as peer:
        server.publish_csv("table", csv)
        for name, params, statements in CASES:

            def ask(params: dict[str, str] = params) -> None:
                server.records("table", **params)

            def ask_peer(statements: tuple[str, ...] = statements) -> None:
                for statement in statements:
                    peer.execute(statement).fetchall()

            milliseconds(ask, 5)
            milliseconds(ask_peer, 5)
            yield Figure(
                f"{name}, p50", p50(milliseconds(ask, TIMES)), "ms", p50(milliseconds(ask_peer, TIMES))
            )
        for word in ("agent1234", "alpha"):
            where = f'search("{word}")'
            found = milliseconds(partial(server.records, "table", where=where, limit=100), 20)
            yield Figure(f"full text, page and exact total: {word}, p50", p50(found), "ms")
    shutil.rmtree(folder)
