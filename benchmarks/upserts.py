"""Live upserts by key, readable and searchable when each call returns, as a newsroom's scripts do them: five columns, three
of them typed and indexed, every cell to come back as it was sent. Beside raw DuckDB and raw Tantivy doing the same
batches, and for a single row beside SQLite. The core's use case is called, without HTTP."""

import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from benchmarks import raw
from benchmarks.figures import Figure, milliseconds, p50
from colonnade import app
from colonnade.config import read_settings
from colonnade.core.columns import service as columns
from colonnade.core.columns.service import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.work import SYSTEM

BATCH = 1_000
SINGLES = 200
NAMES = ["name", "city", "amount", "size", "day"]
TYPES = ["", "", "float", "int", "date"]
INDEXED = ["", "", "true", "true", "true"]
FIRST_DAY = dt.date(2020, 1, 1)

Row = tuple[str, list[Any]]
"""A key, and the values of a row."""

WORDS = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "november",
]


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    """`rows` is cut to 100,000: the aim is stated for that many."""
    rows = min(rows, 100_000)
    folder = scratch / "upserts"
    folder.mkdir()
    rng = random.Random(1)
    batches = [
        [row(rng, number) for number in range(start, start + BATCH)] for start in range(0, rows, BATCH)
    ]
    raw_write = raw_writer(folder)
    with ExitStack() as cleanup:
        write = _portal_writer(folder, cleanup)
        sqlite_write = sqlite_writer(folder, cleanup, batches)
        ours, theirs = [], []
        for batch in batches:  # in turn, so that both meet the same machine
            ours += milliseconds(partial(write, batch), 1)
            theirs += milliseconds(partial(raw_write, batch), 1)
        name = f"{rows:,} rows in batches of {BATCH:,}, 3 typed columns"
        yield Figure(name, sum(ours) / 1000, "s", sum(theirs) / 1000, "aim: ratio <= 2.5")
        tenth = max(1, len(ours) // 10)
        last, first = p50(ours[-tenth:]), p50(ours[:tenth])
        yield Figure("last tenth of the batches beside the first", last, "ms", first, "aim: ratio <= 1.5")
        rewritten = [[row(rng, rng.randrange(rows)) for _ in range(BATCH)] for _ in range(10)]
        again = [milliseconds(partial(write, batch), 1)[0] for batch in rewritten]
        yield Figure(f"a batch of {BATCH:,} that replaces rows, p50", p50(again), "ms")
        singles, beside = [], []
        for _ in range(SINGLES):
            one = [row(rng, rng.randrange(rows))]
            singles += milliseconds(partial(write, one), 1)
            beside += milliseconds(partial(sqlite_write, one), 1)
        yield Figure(
            "a single row that replaces one, p50, beside SQLite",
            p50(singles),
            "ms",
            p50(beside),
            "aim: <= 25 ms",
        )
    shutil.rmtree(folder)


def row(rng: random.Random, number: int) -> Row:
    """The row of this number, with values by chance."""
    day = FIRST_DAY + dt.timedelta(days=rng.randrange(2_000))
    words = " ".join(rng.choices(WORDS, k=4))
    return f"key-{number}", [words, rng.choice(WORDS), rng.random() * 1000, rng.randrange(10**6), str(day)]


def _portal_writer(folder: Path, cleanup: ExitStack) -> Callable[[list[Row]], None]:
    portal = app.open_portal(read_settings({}, data=folder / "data"), cleanup)
    with portal.writing(SYSTEM) as work:
        people.ensure_members(work)
        people.ensure_first_administrator(work, portal.settings)
        writer = people.actor_of(work.db, people.person(work, portal.settings.admin_username))
    with portal.writing(writer) as work:
        made = columns.create(work, title="bench", columns=columns.planned(NAMES, INDEXED, TYPES))

    def write(batch: list[Row]) -> None:
        with portal.reading(writer) as work:
            editable = datasets.editable(work, made.dataset.uid)
            columns.write(work, editable, [SentRow(values, key) for key, values in batch])

    return write


def sqlite_writer(folder: Path, cleanup: ExitStack, batches: list[list[Row]]) -> Callable[[list[Row]], None]:
    """Rows with their keys in a table, each call one commit that survives a power cut."""
    connection = sqlite3.connect(folder / "beside.sqlite", isolation_level=None)
    cleanup.callback(connection.close)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE rows (key TEXT PRIMARY KEY, name, city, amount, size, day)")

    def write(batch: list[Row]) -> None:
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)", [(key, *values) for key, values in batch]
        )
        connection.execute("COMMIT")

    for batch in batches:
        write(batch)
    return write


def raw_writer(folder: Path) -> Callable[[list[Row]], None]:
    """Rows in a DuckDB file and a Tantivy index, a commit of each for each call."""
    connection = duckdb.connect(str(folder / "raw.duckdb"))
    connection.execute(
        "CREATE TABLE rows (id BIGINT, key VARCHAR, name VARCHAR, city VARCHAR, amount DOUBLE, size BIGINT, day DATE)"
    )
    index_folder = folder / "raw-index"
    index_folder.mkdir()
    writer = raw.opened(index_folder, NAMES).writer(15_000_000, 1)
    count = 0

    def write(batch: list[Row]) -> None:
        nonlocal count
        ids = range(count, count + len(batch))
        count += len(batch)
        values = dict(zip(NAMES, zip(*(row for _, row in batch), strict=True), strict=True))
        days = pa.array(values.pop("day"), pa.string()).cast(pa.date32())
        table = pa.table({"id": pa.array(ids), "key": [key for key, _ in batch], **values, "day": days})
        connection.register("fresh", table)
        connection.execute("INSERT INTO rows SELECT * FROM fresh")
        connection.unregister("fresh")
        for number, (_, row) in zip(ids, batch, strict=True):
            writer.add_document(raw.document(NAMES, number, [str(one) for one in row]))
        writer.commit()

    return write
