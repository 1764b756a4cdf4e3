"""The marks of generations and how many rows they have then, remembered: whoever asks of a thousand tables would open a
thousand files."""

import threading
from collections.abc import Callable

from colonnade.generation import GenerationRef, Mark


class Marks:
    """Any thread may call anything. Marks only grow: whoever reads one before a write may come here after it."""

    def __init__(self, read: Callable[[GenerationRef], Mark]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._known: dict[GenerationRef, Mark] = {}
        self._counts: dict[GenerationRef, tuple[Mark, int]] = {}

    def of(self, ref: GenerationRef) -> Mark:
        """No write that was noted before is missing."""
        return self._known.get(ref) or self.note(ref, self._read(ref))

    def note(self, ref: GenerationRef, mark: Mark) -> Mark:
        with self._lock:
            newest = self._known[ref] = max(mark, self._known.get(ref, mark))
            return newest

    def count(self, ref: GenerationRef) -> int | None:
        """How many rows there are, if nothing was written since somebody counted them."""
        mark, rows = self._counts.get(ref, (None, None))
        return rows if mark is not None and mark == self._known.get(ref) else None

    def note_count(self, ref: GenerationRef, *, rows: int, mark: Mark) -> int:
        """Remember how many rows there are at a mark. Of a reading ask the rows first: with them its state is fixed, and so
        is its mark."""
        self.note(ref, mark)
        self._counts[ref] = (mark, rows)
        return rows

    def forget(self, ref: GenerationRef) -> None:
        with self._lock:
            self._known.pop(ref, None)
            self._counts.pop(ref, None)
