"""Locks that are named by a value and exist only while somebody holds or awaits them."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class _Latch:
    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users = 0


class Latches(Generic[Key]):
    """One re-entrant lock a key. Nothing is kept for a key that nobody uses."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._latches: dict[Key, _Latch] = {}

    @contextmanager
    def hold(self, key: Key) -> Iterator[None]:
        """Wait for the lock of `key` and hold it; a thread that holds it already may enter again."""
        with self._used(key) as latch, latch.lock:
            yield

    @contextmanager
    def attempt(self, key: Key, seconds: float) -> Iterator[bool]:
        """The same, but wait no longer than `seconds`. Yields whether the lock is held."""
        with self._used(key) as latch:
            is_held = latch.lock.acquire(timeout=seconds)
            try:
                yield is_held
            finally:
                if is_held:
                    latch.lock.release()

    def __len__(self) -> int:
        """How many keys are held or awaited now."""
        return len(self._latches)

    @contextmanager
    def _used(self, key: Key) -> Iterator[_Latch]:
        with self._guard:
            latch = self._latches.setdefault(key, _Latch())
            latch.users += 1
        try:
            yield latch
        finally:
            with self._guard:
                latch.users -= 1
                if latch.users == 0:
                    del self._latches[key]
