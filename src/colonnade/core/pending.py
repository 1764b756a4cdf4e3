"""What waits in memory until it is written down, so that a question need not wait for the disk."""

import datetime as dt
import threading
from collections import deque
from dataclasses import dataclass
from typing import Generic, TypeVar

MOST = 10_000
"""Things that wait at most; the oldest go first."""

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Searched:
    """A search over rows. `person_id` None: by nobody in particular; `dataset_id` None: over all datasets."""

    at: dt.datetime
    person_id: int | None
    dataset_id: int | None
    query: str


class Pending(Generic[Thing]):
    """A queue that many threads put into and one empties."""

    def __init__(self, most: int = MOST) -> None:
        self._lock = threading.Lock()
        self._things: deque[Thing] = deque(maxlen=most)

    def put(self, thing: Thing) -> None:
        with self._lock:
            self._things.append(thing)

    def take(self) -> list[Thing]:
        """All that waits, the oldest first."""
        with self._lock:
            taken = list(self._things)
            self._things.clear()
            return taken

    def put_back(self, things: list[Thing]) -> None:
        """They could not be written. What came meanwhile is newer, and wins where not all have room."""
        with self._lock:
            self._things = deque([*things, *self._things], maxlen=self._things.maxlen)
