"""A newsroom's scripts at PANDA's door, over HTTP: batches and single rows by their keys, readable and searchable when each
call is answered, beside raw DuckDB and Tantivy and beside SQLite doing the same; then four who write and eight who read
at once."""

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import orjson

from benchmarks.figures import Figure, milliseconds, p50, p95
from benchmarks.server import KEY, Server, serving
from benchmarks.upserts import (
    BATCH,
    INDEXED,
    NAMES,
    SINGLES,
    TYPES,
    WORDS,
    Row,
    raw_writer,
    row,
    sqlite_writer,
)

BASE = "/api/1.0/dataset/bench/"
JSON = {"Content-Type": "application/json"}
WRITERS, READERS = 4, 8
SECONDS = 20.0
MIXED_BATCH = 100


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    """`rows` is cut to 100,000: the aim is stated for that many."""
    rows = min(rows, 100_000)
    folder = scratch / "newsroom"
    folder.mkdir()
    rng = random.Random(1)
    batches = [
        [row(rng, number) for number in range(start, start + BATCH)] for start in range(0, rows, BATCH)
    ]
    with serving(folder / "data") as server:
        _make(server)
        yield from _batches(server, folder, batches)
        yield from _singles(server, folder, rng, batches)
        yield from _mixed(server, rows)
    shutil.rmtree(folder)


def _make(server: Server) -> None:
    listed = {"columns": NAMES, "typed_columns": INDEXED, "column_types": TYPES}
    params = {name: ",".join(values) for name, values in listed.items()}
    server.client.put(BASE, params=params, json={"name": "bench"}).raise_for_status()


def _batches(server: Server, folder: Path, batches: Sequence[list[Row]]) -> Iterator[Figure]:
    raw_write = raw_writer(folder)
    ours, theirs = [], []
    for batch in batches:  # in turn, so that both meet the same machine
        body = _body(batch)
        ours += milliseconds(partial(_put, server.client, f"{BASE}data/", body), 1)
        theirs += milliseconds(partial(raw_write, batch), 1)
        _expect_found(server, batch[-1][0])
    name = f"{BATCH * len(batches):,} rows in PUTs of {BATCH:,}, 3 typed columns"
    yield Figure(name, sum(ours) / 1000, "s", sum(theirs) / 1000, "aim: ratio <= 2.5")
    yield Figure("  rows a second", BATCH * len(batches) / sum(ours) * 1000, "/s")
    tenth = max(1, len(ours) // 10)
    last, first = p50(ours[-tenth:]), p50(ours[:tenth])
    yield Figure("  last tenth of the PUTs beside the first", last, "ms", first, "aim: ratio <= 1.5")


def _singles(
    server: Server, folder: Path, rng: random.Random, batches: Sequence[list[Row]]
) -> Iterator[Figure]:
    rows = BATCH * len(batches)
    with ExitStack() as cleanup:
        sqlite_write = sqlite_writer(folder, cleanup, [*batches])
        for name, first in (("replaces one", 0), ("is new", rows)):
            ours, theirs = [], []
            for number in range(SINGLES):
                one = row(rng, first + number if first else rng.randrange(rows))
                body = orjson.dumps({"data": one[1]})
                ours += milliseconds(partial(_put, server.client, f"{BASE}data/{one[0]}/", body), 1)
                theirs += milliseconds(partial(sqlite_write, [one]), 1)
            told = f"PUT of a row that {name}, p50, beside SQLite"
            yield Figure(told, p50(ours), "ms", p50(theirs), "aim: <= 25 ms")
            yield Figure("  p95", p95(ours), "ms", p95(theirs))


@dataclass
class _Load:
    """Milliseconds of every call, and how many rows were written or deleted."""

    reads: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)
    singles: list[float] = field(default_factory=list)
    rows: int = 0


def _mixed(server: Server, rows: int) -> Iterator[Figure]:
    load, lock = _Load(), threading.Lock()
    until = time.perf_counter() + SECONDS

    def work(step: Callable[[httpx2.Client, random.Random], None], number: int) -> None:
        rng, headers = random.Random(number), {"Authorization": f"Apikey {KEY}"}
        with httpx2.Client(base_url=server.client.base_url, headers=headers, timeout=600) as client:
            while time.perf_counter() < until:
                step(client, rng)

    def note(times: list[float], call: Callable[[], object], written: int = 0) -> None:
        (took,) = milliseconds(call, 1)
        with lock:
            times.append(took)
            load.rows += written

    def write(client: httpx2.Client, rng: random.Random) -> None:
        if rng.random() < 0.5:
            body = _body([row(rng, rng.randrange(rows)) for _ in range(MIXED_BATCH)])
            note(load.batches, partial(_put, client, f"{BASE}data/", body), MIXED_BATCH)
            return
        key, values = row(rng, rng.randrange(rows))
        path = f"{BASE}data/{key}/"
        call: Callable[[], object] = partial(_put, client, path, orjson.dumps({"data": values}))
        if rng.random() < 0.2:
            call = partial(_delete, client, path)
        note(load.singles, call, 1)

    def read(client: httpx2.Client, rng: random.Random) -> None:
        note(load.reads, partial(_get, client, _question(rng)))

    steps = [*[write] * WRITERS, *[read] * READERS]
    threads = [threading.Thread(target=work, args=(step, at)) for at, step in enumerate(steps)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    yield from _told(load)


def _told(load: _Load) -> Iterator[Figure]:
    who = f"{WRITERS} writers, {READERS} readers"
    yield Figure(f"{who}: rows written a second", load.rows / SECONDS, "/s")
    yield Figure("  reads a second", len(load.reads) / SECONDS, "/s")
    kinds = (("read", load.reads), (f"PUT of {MIXED_BATCH} rows", load.batches), ("one row", load.singles))
    for name, times in kinds:
        yield Figure(f"  {name}, p50", p50(times), "ms")
        yield Figure(f"  {name}, p95", p95(times), "ms")


def _question(rng: random.Random) -> dict[str, str]:
    """A page of 50 rows: the first of all, by a word, by two, by a range of a typed column, or sorted by one."""
    low = rng.randrange(900_000)
    return rng.choice(
        (
            {},
            {"q": rng.choice(WORDS)},
            {"q": f"{rng.choice(WORDS)} AND {rng.choice(WORDS)}"},
            {"q": f"column_int_size:[{low} TO {low + 1000}]"},
            {"sort": "column_float_amount desc"},
        )
    )


def _body(batch: Sequence[Row]) -> bytes:
    return orjson.dumps({"objects": [{"external_id": key, "data": values} for key, values in batch]})


def _put(client: httpx2.Client, path: str, body: bytes) -> None:
    client.put(path, content=body, headers=JSON).raise_for_status()


def _delete(client: httpx2.Client, path: str) -> None:
    client.delete(path).raise_for_status()


def _get(client: httpx2.Client, params: Any) -> None:
    client.get(f"{BASE}data/", params=params).raise_for_status()


def _expect_found(server: Server, key: str) -> None:
    """A row that was acknowledged is found by a search."""
    answer = server.client.get(f"{BASE}data/", params={"q": f"external_id:{key}", "limit": 0})
    if answer.json()["meta"]["total_count"] != 1:
        raise RuntimeError(f"{key} was acknowledged and is not found: {answer.text}")
