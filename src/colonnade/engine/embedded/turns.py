"""When a statement runs: here and now, or in the lane of the heavy ones."""

import math
import time
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from typing import TypeVar

from colonnade.engine.embedded.lanes import Lanes
from colonnade.engine.embedded.snapshots import PAUSES
from colonnade.errors import Unavailable

T = TypeVar("T")

Work = Callable[[float | None], T]
"""Takes the seconds that it may take."""


class Weight(Enum):
    """What is known of a statement's cost before it runs."""

    LIGHT = auto()
    UNKNOWN = auto()
    HEAVY = auto()


class Turns:
    """`renew`: begins the transaction anew, after an error of which it takes no more statements."""

    def __init__(self, lanes: Lanes, renew: Callable[[], None]) -> None:
        self._lanes = lanes
        self._renew = renew

    def take(self, shape: str, work: Work[T], seconds: float | None, weight: Weight) -> T:
        """Do work that may take so many seconds: here and now, or in the lane if it is heavy or proves to be."""
        if weight is Weight.LIGHT or (weight is Weight.UNKNOWN and not self._lanes.is_heavy(shape)):
            light = math.inf if weight is Weight.LIGHT else self._lanes.light_seconds
            try:
                return self._timed(shape, work, _sooner(seconds, light))
            except Unavailable as error:
                is_stopped = error.code == "query.deadline" and (seconds is None or seconds > light)
                # In the lane there may be more memory: less is done there at once.
                if not is_stopped and error.code != "query.memory":
                    raise
            self._renew()
        alone = partial(self._lanes.queries.run, partial(self._timed, shape, work, seconds))
        return self._patiently(alone) if weight is Weight.LIGHT else alone()

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do work that needs little, again where there was no memory: a query that has all of it is stopped soon."""
        for pause in PAUSES:
            try:
                return work()
            except Unavailable as error:
                if error.code != "query.memory":
                    raise
            time.sleep(pause)
            self._renew()
        return work()

    def _timed(self, shape: str, work: Work[T], seconds: float | None) -> T:
        begun_at = time.monotonic()
        try:
            return work(seconds)
        finally:
            self._lanes.learn(shape, time.monotonic() - begun_at)


def _sooner(seconds: float | None, light: float) -> float | None:
    if light == math.inf:
        return seconds
    return light if seconds is None else min(seconds, light)
