"""The index port on Tantivy: one folder of files a generation."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colonnade.generation import INDEX_FOLDER, GenerationRef, Mark, TextChanges
from colonnade.index import moving
from colonnade.index.feed import MIN_HEAP_BYTES, feed
from colonnade.index.live import LiveIndex
from colonnade.index.port import IndexBrokenError, TextSearcher
from colonnade.latches import Latches
from colonnade.query.schema import Schema

WRITER_IDLE_SECONDS = 60.0
CREATE_HEAP_BYTES = 64_000_000


class TantivyStore:
    """Indexes in `<root>/<table>/<number>/index`.

    An open index costs a thread and eight memory maps, so at most about `open_indexes` are open (those in use or
    with a writer are not closed); a writer costs six threads, and as many for what it keeps in memory (`layers`), so
    there are never more than `writers`. A change waits for a free one. `heap_bytes` is what one writer may buffer. Any
    thread may call anything; a searcher waits for no change.
    """

    def __init__(
        self,
        root: Path,
        *,
        open_indexes: int = 300,
        writers: int = 8,
        heap_bytes: int = MIN_HEAP_BYTES,
        writer_idle_seconds: float = WRITER_IDLE_SECONDS,
    ) -> None:
        self._root = root
        self._open_limit = open_indexes
        self._writer_limit = writers
        self._heap_bytes = max(heap_bytes, MIN_HEAP_BYTES)
        self._idle_seconds = writer_idle_seconds
        self._opening: Latches[GenerationRef] = Latches()
        self._changed = threading.Condition()  # guards what follows, and the `pins` of every index
        self._open: OrderedDict[GenerationRef, LiveIndex] = OrderedDict()
        self._writing: OrderedDict[GenerationRef, LiveIndex] = OrderedDict()

    def create(self, ref: GenerationRef, schema: Schema, rows: Iterable[Any], mark: Mark) -> None:
        with self._opening.hold(ref):  # nobody opens what is half made
            self.drop(ref)
            feed(self._folder(ref), schema, rows, mark, heap_bytes=CREATE_HEAP_BYTES, threads=1)

    def searcher(self, ref: GenerationRef) -> TextSearcher:
        with self._pinned(ref) as index:
            return index.searcher

    def apply(self, ref: GenerationRef, changes: TextChanges) -> None:
        with self._pinned(ref) as index, index.lock:
            if not index.has_writer:
                self._reserve_writer(ref, index)
            try:
                index.apply(changes)
            finally:
                self._settle_writer(ref, index)
        self._close_idle_writers()

    def check(self, ref: GenerationRef) -> list[str]:
        try:
            # Closes its writer, whose merges would change the files, and forgets what is in memory.
            self.drop(ref)
            # Before it is opened: over a damaged file Tantivy may end the process, not just raise.
            wrong = moving.damaged(self._folder(ref))
            if not wrong:
                self.searcher(ref)
        except IndexBrokenError as error:
            return [f"The text index cannot be read: {error}."]
        return wrong

    def copy(self, ref: GenerationRef, folder: Path) -> None:
        self.drop(ref)
        moving.copy(self._folder(ref), folder / INDEX_FOLDER)

    def drop(self, ref: GenerationRef) -> None:
        """Searchers that were given out go on."""
        with self._opening.hold(ref):
            with self._changed:
                index = self._open.pop(ref, None)
            if index is None:
                return
            with index.lock:
                try:
                    index.retire()
                finally:
                    self._settle_writer(ref, index)

    def close(self) -> None:
        """Wait for changes that are under way and close everything. The store opens again what it is asked for."""
        with self._changed:
            refs = list(self._open)
        for ref in refs:
            self.drop(ref)

    @property
    def open_count(self) -> int:
        return len(self._open)

    @property
    def writer_count(self) -> int:
        return len(self._writing)

    def _folder(self, ref: GenerationRef) -> Path:
        return ref.folder(self._root) / INDEX_FOLDER

    @contextmanager
    def _pinned(self, ref: GenerationRef) -> Iterator[LiveIndex]:
        """The open index; it stays in the store while it is in use, so that there is never a second one of a
        generation, whose searchers would miss the changes of the first."""
        index = self._pin(ref)
        if index is None:
            with self._opening.hold(ref):
                index = self._pin(ref) or self._open_and_pin(ref)
        try:
            yield index
        finally:
            with self._changed:
                index.pins -= 1
                self._changed.notify_all()

    def _pin(self, ref: GenerationRef) -> LiveIndex | None:
        with self._changed:
            index = self._open.get(ref)
            if index is not None:
                self._open.move_to_end(ref)
                index.pins += 1
            return index

    def _open_and_pin(self, ref: GenerationRef) -> LiveIndex:
        index = LiveIndex(self._folder(ref), self._heap_bytes)
        with self._changed:
            index.pins += 1
            self._open[ref] = index
            idle = [one for one, other in self._open.items() if not other.pins and not other.has_writer]
            for one in idle[: max(0, len(self._open) - self._open_limit)]:
                del self._open[one]
        return index

    def _reserve_writer(self, ref: GenerationRef, index: LiveIndex) -> None:
        """Take a place among the writers, closing the one that rested longest if all are taken. The caller holds
        `index.lock`."""
        while True:
            with self._changed:
                if len(self._writing) < self._writer_limit:
                    self._writing[ref] = index
                    return
                victim = self._lock_idle_writer(0.0)
                if victim is None:
                    self._changed.wait()
                    continue
            self._close_writer(*victim)

    def _lock_idle_writer(self, idle_seconds: float) -> tuple[GenerationRef, LiveIndex] | None:
        """An index whose writer nobody uses, its lock taken. The caller holds `_changed`, so the lock is not waited
        for: its holder may be waiting for `_changed`."""
        for ref, index in self._writing.items():
            rests = index.pins == 0 and time.monotonic() - index.written_at >= idle_seconds
            if rests and index.lock.acquire(blocking=False):
                return ref, index
        return None

    def _close_writer(self, ref: GenerationRef, index: LiveIndex) -> None:
        try:
            index.close_writer()
        finally:
            self._settle_writer(ref, index)
            index.lock.release()

    def _settle_writer(self, ref: GenerationRef, index: LiveIndex) -> None:
        """Keep the account of writers true after a writer was used, closed or lost. The caller holds
        `index.lock`."""
        with self._changed:
            if index.has_writer:
                self._writing.move_to_end(ref)
            elif self._writing.get(ref) is index:
                del self._writing[ref]
            self._changed.notify_all()

    def _close_idle_writers(self) -> None:
        while True:
            with self._changed:
                victim = self._lock_idle_writer(self._idle_seconds)
            if victim is None:
                return
            self._close_writer(*victim)
