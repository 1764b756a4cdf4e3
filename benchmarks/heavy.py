"""What heavy queries do to light ones: one reader asks light things, first alone, then beside four clients who ask nothing
but heavy ones, exports of everything among them."""

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import httpx2

from benchmarks.cases import CASES
from benchmarks.clients import Ask, Load
from benchmarks.figures import Figure, p50, p95
from benchmarks.server import Server, serving
from benchmarks.tables import published

HOGS = 4
SECONDS = 20.0
PAUSE_SECONDS = 0.02
LIGHT = ("first page of 100", "filter, page and exact total", "group by with sum", "offset 9,900")
HEAVY: Sequence[Ask] = (
    ("/records", {"select": "count(distinct description) as n", "limit": "1"}),
    ("/records", {"group_by": "description", "select": "count(*) as n", "order_by": "n desc", "limit": "10"}),
    ("/records", {"select": "median(amount) as m, count(distinct address) as n", "limit": "1"}),
    ("/exports/csv", {"order_by": "description"}),
    ("/exports/json", {}),
)
AIM = "aim: ratio <= 3"


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    with serving(published(scratch, rows)) as server:
        light = [one for one in CASES if one.name in LIGHT]
        asks = [(f"{server.path('table')}{one.path}", one.params) for one in light]
        for path, params in asks:
            server.stranger.get(path, params=params).raise_for_status()
        alone = _light(server, asks)
        heavy, beside = _beside(server, asks)
        yield Figure("light reads beside heavy ones, p50", p50(beside), "ms", p50(alone))
        yield Figure("light reads beside heavy ones, p95", p95(beside), "ms", p95(alone), AIM)
        yield Figure("heavy queries answered meanwhile", len(heavy.times), "")
        yield Figure("heavy queries refused with 503", heavy.refused, "")
        yield Figure("peak memory of the server", server.peak["server"], "MB")


def _light(server: Server, asks: Sequence[Ask]) -> list[float]:
    """How long light things take, in milliseconds, for a reader who looks at each for a moment."""
    found, ends_at = [], time.perf_counter() + SECONDS
    for path, params in cycle(asks):
        begun = time.perf_counter()
        if begun > ends_at:
            break
        server.stranger.get(path, params=params).raise_for_status()
        found.append((time.perf_counter() - begun) * 1000)
        time.sleep(PAUSE_SECONDS)
    return found


def _beside(server: Server, asks: Sequence[Ask]) -> tuple[Load, list[float]]:
    load, stop = Load(), threading.Event()
    hogs = [threading.Thread(target=_hog, args=(server, number, load, stop)) for number in range(HOGS)]
    for one in hogs:
        one.start()
    time.sleep(2)  # so that the first ones have begun
    beside = _light(server, asks)
    stop.set()
    for one in hogs:
        one.join()
    return load, beside


def _hog(server: Server, number: int, load: Load, stop: threading.Event) -> None:
    with httpx2.Client(base_url=server.stranger.base_url, timeout=600) as client:
        while not stop.is_set():
            number += 1
            path, params = HEAVY[number % len(HEAVY)]
            begun = time.perf_counter()
            with client.stream("GET", f"{server.path('table')}{path}", params=params) as answer:
                for _ in answer.iter_bytes():
                    if stop.is_set():
                        return
            if answer.status_code == 503:
                load.refused += 1
                time.sleep(float(answer.headers["retry-after"]) / 10)
            else:
                answer.raise_for_status()
                load.times.append((time.perf_counter() - begun) * 1000)
