"""Heavy statements wait for each other; light ones wait for nobody.

DuckDB shares its threads and its memory among all statements of an instance and bounds none of them by itself: four
that count millions of different texts would take all of both. So there is a lane of a few threads of low priority for
heavy statements, and one for the batches of long answers, which would otherwise stand behind them. All else runs in the
thread that asks.

Nobody can say beforehand what a statement costs. What is known to be heavy goes to its lane at once; any other begins as
a light one, and if it is not done after a second, or needs more memory than there is beside others, it is stopped
and begun again in the lane. Its shape, the SQL without values, is remembered.
"""

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from colonnade.errors import Unavailable

T = TypeVar("T")

LIGHT_SECONDS = 1.0
"""How long a statement may run before it counts as heavy. Done in a quarter of that, a heavy one was none."""

WAITING = 16
"""Statements that may wait for a lane. Each holds one of the forty threads in which requests are answered."""

_NICE = 10
_SHAPES = 1_000


class Lane:
    """`slots` threads, in which work is done in the order in which it came."""

    def __init__(self, name: str, *, slots: int, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._threads = ThreadPoolExecutor(slots, name, initializer=_give_way)
        self._slots = slots
        self._lock = threading.Lock()
        self._inside = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn; not what is part of something begun."""
        return max(0, self._inside - self._slots)

    def run(self, work: Callable[[], T], *, is_begun: bool = False) -> T:
        """Do the work in the lane and return what it returns. `is_begun`: it is part of something that an actor has been
        promised, and so waits as long as it takes.

        Raises `Unavailable` (`query.busy`) when too many wait, or when its turn does not come in time.
        """
        if is_begun:
            return self._threads.submit(work).result()
        with self._lock:
            if self.waiting >= WAITING:
                raise self._busy()
            self._inside += 1
        try:
            return self._in_time(work)
        finally:
            with self._lock:
                self._inside -= 1

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _in_time(self, work: Callable[[], T]) -> T:
        begun = threading.Event()
        future = self._threads.submit(partial(_noted, begun, work))
        if not begun.wait(self._wait_seconds) and future.cancel():
            raise self._busy()
        return future.result()

    def _busy(self) -> Unavailable:
        message = "Too many heavy queries are running. Try again later, or ask for less."
        return Unavailable(message, code="query.busy", retry_after=max(1, round(self._wait_seconds)))


class Lanes:
    """`queries`: for heavy statements. `batches`: for those of long answers."""

    def __init__(self, *, slots: int, wait_seconds: float, light_seconds: float = LIGHT_SECONDS) -> None:
        self.light_seconds = light_seconds
        self.queries = Lane("heavy-queries", slots=slots, wait_seconds=wait_seconds)
        self.batches = Lane("long-answers", slots=slots, wait_seconds=wait_seconds)
        self._lock = threading.Lock()
        self._heavy: OrderedDict[str, None] = OrderedDict()

    def is_heavy(self, shape: str) -> bool:
        """Whether a statement of this shape was heavy before."""
        with self._lock:
            return shape in self._heavy

    def learn(self, shape: str, seconds: float) -> None:
        """A statement of this shape took so long."""
        with self._lock:
            if seconds < self.light_seconds / 4:
                self._heavy.pop(shape, None)
            elif seconds >= self.light_seconds:
                self._heavy[shape] = None
                self._heavy.move_to_end(shape)
                while len(self._heavy) > _SHAPES:
                    self._heavy.popitem(last=False)

    def close(self) -> None:
        self.queries.close()
        self.batches.close()


def _noted(begun: threading.Event, work: Callable[[], T]) -> T:
    begun.set()
    return work()


def _give_way() -> None:
    """Let the system prefer every other thread of the server; where it has no priorities of threads, all are equal."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
