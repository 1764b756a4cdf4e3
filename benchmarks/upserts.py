"""Live upserts by key, readable and searchable when each call returns, beside raw DuckDB and raw Tantivy doing the
same batches. There is no HTTP door for live rows yet, so the core's use case is called."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks import raw
from benchmarks.figures import Figure, milliseconds, p50
from colonnade import app
from colonnade.config import read_settings
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM
from colonnade.query.schema import Field, FieldType, Schema

BATCH = 1_000
SINGLES = 200
NAMES = ["name", "city", "amount"]
SCHEMA = Schema(
    (
        Field("name", "name", FieldType.TEXT),
        Field("city", "city", FieldType.TEXT),
        Field("amount", "amount", FieldType.DOUBLE),
    )
)
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
        [_row(rng, number) for number in range(start, start + BATCH)] for start in range(0, rows, BATCH)
    ]
    raw_write = _raw_writer(folder)
    with ExitStack() as cleanup:
        write = _portal_writer(folder, cleanup)
        ours, theirs = [], []
        for batch in batches:  # in turn, so that both meet the same machine
            ours += milliseconds(partial(write, batch), 1)
            theirs += milliseconds(partial(raw_write, batch), 1)
        yield Figure(f"{rows:,} rows in batches of {BATCH:,}", sum(ours) / 1000, "s", sum(theirs) / 1000)
        tenth = max(1, len(ours) // 10)
        yield Figure(
            "last tenth of the batches beside the first", p50(ours[-tenth:]), "ms", p50(ours[:tenth])
        )
        rewritten = [[_row(rng, rng.randrange(rows)) for _ in range(BATCH)] for _ in range(10)]
        again = [milliseconds(partial(write, batch), 1)[0] for batch in rewritten]
        yield Figure(f"a batch of {BATCH:,} that replaces rows, p50", p50(again), "ms")
        singles = [
            milliseconds(lambda: write([_row(rng, rng.randrange(rows))]), 1)[0] for _ in range(SINGLES)
        ]
        yield Figure("a single row that replaces one, p50", p50(singles), "ms")
    shutil.rmtree(folder)


def _row(rng: random.Random, number: int) -> LiveRow:
    values = {
        "name": " ".join(rng.choices(WORDS, k=4)),
        "city": rng.choice(WORDS),
        "amount": rng.random() * 1000,
    }
    return LiveRow(key=f"key-{number}", values=values)


def _portal_writer(folder: Path, cleanup: ExitStack) -> Callable[[list[LiveRow]], None]:
    portal = app.open_portal(read_settings({}, data=folder / "data"), cleanup)
    with portal.writing(SYSTEM) as work:
        people.ensure_members(work)
        people.ensure_first_administrator(work, portal.settings)
        writer = people.actor_of(work.db, people.person(work, portal.settings.admin_username))
    with portal.writing(writer) as work:
        editable = datasets.create(work, {"default": {"title": "bench"}})
        resource = resources.add(work, editable, ownership=Ownership.OWNED)
        tables.ensure(work, editable.dataset.id)
    with portal.reading(writer) as work:
        records.create_empty(work, editable, SCHEMA)

    def write(batch: list[LiveRow]) -> None:
        with portal.reading(writer) as work:
            records.upsert(work, datasets.editable(work, editable.dataset.uid), resource, batch)

    return write


def _raw_writer(folder: Path) -> Callable[[list[LiveRow]], None]:
    connection = duckdb.connect(str(folder / "raw.duckdb"))
    connection.execute(
        "CREATE TABLE rows (id BIGINT, key VARCHAR, name VARCHAR, city VARCHAR, amount DOUBLE)"
    )
    index_folder = folder / "raw-index"
    index_folder.mkdir()
    writer = raw.opened(index_folder, NAMES).writer(15_000_000, 1)
    count = 0

    def write(batch: list[LiveRow]) -> None:
        nonlocal count
        ids = range(count, count + len(batch))
        count += len(batch)
        table = pa.table(
            {
                "id": pa.array(ids),
                "key": [row.key for row in batch],
                **{name: [row.values[name] for row in batch] for name in NAMES},
            }
        )
        connection.register("fresh", table)
        connection.execute("INSERT INTO rows SELECT * FROM fresh")
        connection.unregister("fresh")
        for number, row in zip(ids, batch, strict=True):
            texts = [str(row.values[name]) for name in NAMES]
            writer.add_document(raw.document(NAMES, number, texts))
        writer.commit()

    return write
