"""What was worked out of a state of the catalogue, for as long as that state lasts."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")

MOST = 100
"""For so many who ask."""


class Remembered(Generic[Thing]):
    """One thing for each key, with the version that it was made of. Any thread may ask."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, tuple[int, Thing]] = OrderedDict()

    def get(self, key: Hashable, version: int, make: Callable[[], Thing]) -> Thing:
        """Versions only grow; who asks for an older one than is known gets their own."""
        with self._lock:
            known = self._known.get(key)
            if known is not None and known[0] == version:
                self._known.move_to_end(key)
                return known[1]
        made = make()
        if known is None or known[0] < version:
            with self._lock:
                self._known[key] = (version, made)
                self._known.move_to_end(key)
                while len(self._known) > self._most:
                    self._known.popitem(last=False)
        return made
