"""One line of a benchmark's output, and the numbers behind it."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `beside` is the same work done by the raw engines, `peer` by Datasette (None: it has no such
    thing, or is not installed), `aim` what we mean to stay under."""

    name: str
    value: float
    unit: str
    beside: float | None = None
    aim: str = ""
    peer: float | None = None

    def __str__(self) -> str:
        line = f"{self.name:<52} {self.value:>12,.2f} {self.unit:<6}"
        if self.beside is not None:
            difference = self.value - self.beside
            line += f" beside {self.beside:>10,.2f}   {difference:>+9,.2f}   ratio {self.value / self.beside:5.2f}"
        if self.peer is not None:
            line += f"   Datasette {self.peer:>10,.2f}   ratio {self.value / self.peer:5.2f}"
        return f"{line}   {self.aim}".rstrip()


@dataclass
class Stopwatch:
    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    watch, begun = Stopwatch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - begun


def milliseconds(work: Callable[[], object], times: int) -> list[float]:
    """How long each of so many calls took."""
    found = []
    for _ in range(times):
        with timed() as watch:
            work()
        found.append(watch.seconds * 1000)
    return found


PATIENCE_SECONDS = 20.0


def in_turn(works: Sequence[Callable[[], object]], times: int) -> list[float]:
    """The median of each one's calls in milliseconds. They are called one after the other, round by round, so that
    all meet the same machine; the first rounds, which warm everything up, do not count. Fewer rounds where one of
    them takes its time."""
    found: list[list[float]] = [[] for _ in works]
    begun = time.monotonic()
    for number in range(times):
        for work, values in zip(works, found, strict=True):
            values.extend(milliseconds(work, 1))
        if number >= 4 and time.monotonic() - begun > PATIENCE_SECONDS:
            break
    return [p50(values[len(values) // 5 :]) for values in found]


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
