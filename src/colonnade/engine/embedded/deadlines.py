"""Deadlines for queries, kept by one thread for all of them."""

import heapq
import itertools
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from colonnade.engine.embedded.instance import Cursor
from colonnade.errors import Unavailable

_AGAIN_SECONDS = 0.05


@dataclass
class _Watch:
    cursor: Cursor
    expired: bool = False
    done: bool = False


@dataclass(order=True)
class _Alarm:
    at: float
    number: int
    watch: _Watch = field(compare=False)


class Watcher:
    """Interrupts cursors whose time is up.

    An interrupt that meets an idle cursor is lost, as between the two statements of one request; so an overdue
    cursor is interrupted again and again until its request is over.

    The thread sleeps until the earliest alarm, also when that was done with meanwhile: to wake it for every request
    costs each of them half a millisecond.
    """

    def __init__(self) -> None:
        self._alarms: list[_Alarm] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._wakes_at = math.inf
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="query-deadlines", daemon=True)
        self._thread.start()

    @contextmanager
    def within(self, cursor: Cursor, seconds: float | None) -> Iterator[None]:
        """Interrupt what this cursor runs when the time is up. None: no deadline.

        Raises `Unavailable` (`query.deadline`) also when the work ended after its time.
        """
        if seconds is None:
            yield
            return
        watch, until = _Watch(cursor), time.monotonic() + seconds
        self._add(watch, until)
        try:
            yield
        finally:
            with self._changed:
                watch.done = True
        # The clock too: the thread may come too late to ring, and work that is late is late.
        if watch.expired or time.monotonic() >= until:
            raise Unavailable("The query took longer than it may take.", code="query.deadline")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _add(self, watch: _Watch, at: float) -> None:
        with self._changed:
            self._drop_done()
            heapq.heappush(self._alarms, _Alarm(at, next(self._numbers), watch))
            if at < self._wakes_at:
                self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                self._drop_done()
                self._wakes_at = self._alarms[0].at if self._alarms else math.inf
                wait = self._wakes_at - time.monotonic()
                if wait > 0:
                    self._changed.wait(None if wait == math.inf else wait)
                else:
                    self._ring(heapq.heappop(self._alarms).watch)

    def _drop_done(self) -> None:
        while self._alarms and self._alarms[0].watch.done:
            heapq.heappop(self._alarms)

    def _ring(self, watch: _Watch) -> None:
        # Under the lock: once its request is over, a cursor is never touched again.
        watch.expired = True
        watch.cursor.interrupt()
        heapq.heappush(self._alarms, _Alarm(time.monotonic() + _AGAIN_SECONDS, next(self._numbers), watch))
