"""One line of a benchmark's output, and the numbers behind it."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `beside` is the same work done by the peer, `aim` the ratio that we mean to stay under."""

    name: str
    value: float
    unit: str
    beside: float | None = None
    aim: str = ""

    def __str__(self) -> str:
        line = f"{self.name:<52} {self.value:>12,.2f} {self.unit:<6}"
        if self.beside is not None:
            line += f" beside {self.beside:>10,.2f}   ratio {self.value / self.beside:5.2f}"
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


def p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
