"""The marks of generations, remembered: whoever asks of a thousand tables would open a thousand files."""

import threading
from collections.abc import Callable

from colonnade.generation import GenerationRef, Mark


class Marks:
    """Any thread may call anything. Marks only grow: whoever reads one before a write may come here after it."""

    def __init__(self, read: Callable[[GenerationRef], Mark]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known: dict[GenerationRef, Mark] = {}

    def of(self, ref: GenerationRef) -> Mark:
        """No write that was noted before is missing."""
        return self._known.get(ref) or self.note(ref, self._read(ref))

    def note(self, ref: GenerationRef, mark: Mark) -> Mark:
        with self._lock:
            newest = self._known[ref] = max(mark, self._known.get(ref, mark))
            return newest

    def forget(self, ref: GenerationRef) -> None:
        with self._lock:
            self._known.pop(ref, None)
