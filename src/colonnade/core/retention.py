"""Keeping what is being copied: while somebody holds, nothing that the catalogue forgets goes from the disk."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Retention:
    """Removals from the disk pass through here, always after the catalogue forgot what they remove.

    So whoever holds first and reads the catalogue then, finds all that it names, for as long as the hold lasts. A
    crash before a removal that waited leaves something too many, which `colonnade doctor` finds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holds = 0
        self._waiting: list[Callable[[], None]] = []

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let removals wait until the end of the block."""
        with self._lock:
            self._holds += 1
        try:
            yield
        finally:
            for removal in self._released():
                removal()

    def remove(self, removal: Callable[[], None]) -> None:
        """Do it now, or when the last hold ends."""
        with self._lock:
            if self._holds:
                self._waiting.append(removal)
                return
        removal()

    def _released(self) -> list[Callable[[], None]]:
        with self._lock:
            self._holds -= 1
            if self._holds:
                return []
            due, self._waiting = self._waiting, []
            return due
