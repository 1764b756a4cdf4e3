"""Eight clients at once on mixed reads, of the portal and then of Datasette: how many requests a second, and how long one
waits."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from benchmarks import peer
from benchmarks.cases import CASES
from benchmarks.figures import Figure, p50, p95
from benchmarks.server import serving
from benchmarks.tables import published, table

CLIENTS = 8
SECONDS = 20.0
MIXED = (
    "first page of 100",
    "filter, page and exact total",
    "sort by a number",
    "group by with sum",
    "four facets",
    "full text, a rare word, page and exact total",
    "full text, a common word, page and exact total",
    "full text, a prefix, page and exact total",
)
AIM = "aim: at least 3 times as many"

Ask = tuple[str, Any]
"""A path and its parameters."""


@dataclass
class Load:
    """What so many clients met in so many seconds; times in milliseconds."""

    times: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "clients"
    folder.mkdir()
    csv = table(scratch, rows)
    cases = [one for one in CASES if one.name in MIXED]
    assert len(cases) == len(MIXED)
    with serving(published(scratch, rows)) as server:
        asks = [(f"{server.path('table')}{one.path}", one.params) for one in cases]
        ours = loaded(str(server.stranger.base_url), asks)
    with peer.serving(csv, folder) as its:
        theirs = None
        if its is not None:
            theirs = loaded(
                str(its.client.base_url), [(its.url(one.its_path), one.its_params) for one in cases]
            )
    for name, unit, value in _VALUES:
        yield Figure(f"{CLIENTS} clients, {name}", value(ours), unit, aim=AIM if unit == "/s" else "",
                     peer=None if theirs is None else value(theirs))  # fmt: skip
    shutil.rmtree(folder)


_VALUES: Sequence[tuple[str, str, Callable[[Load], float]]] = (
    ("requests a second", "/s", lambda load: load.rate),
    ("p50", "ms", lambda load: p50(load.times)),
    ("p95", "ms", lambda load: p95(load.times)),
)


def loaded(base_url: str, asks: Sequence[Ask], *, clients: int = CLIENTS, seconds: float = SECONDS) -> Load:
    """Every client asks one thing after the other, each beginning with another one."""
    load, lock = Load(), threading.Lock()
    ends_at = time.perf_counter() + seconds

    def ask(number: int) -> None:
        with httpx2.Client(base_url=base_url, timeout=600) as client:
            while time.perf_counter() < ends_at:
                number += 1
                path, params = asks[number % len(asks)]
                begun = time.perf_counter()
                answer = client.get(path, params=params)
                took = (time.perf_counter() - begun) * 1000
                with lock:
                    if answer.status_code == 503:
                        load.refused += 1
                    else:
                        answer.raise_for_status()
                        load.times.append(took)

    begun = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    load.seconds = time.perf_counter() - begun
    return load
