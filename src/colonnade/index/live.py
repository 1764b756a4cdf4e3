"""One open index: its newest state, and its writer while it has one."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import tantivy

from colonnade.generation import TextChanges
from colonnade.index.feed import change
from colonnade.index.guard import guarded
from colonnade.index.layers import Recent
from colonnade.index.layout import SENTINEL, SENTINEL_FIELD, open_index, read_mark, sentinel
from colonnade.index.port import IndexBrokenError, TextSearcher
from colonnade.index.searcher import TantivySearcher
from colonnade.query.schema import ID


class LiveIndex:
    """Whoever writes holds `lock`. `searcher` is replaced as a whole after each change, never asked of Tantivy
    again: its readers reload by themselves when the files change, and would run ahead of the mark.

    The first change that a writer takes is committed on the disk, and so is what is too much for memory; the others
    stay in memory until then, or until the writer is closed (`layers`)."""

    def __init__(self, folder: Path, heap_bytes: int) -> None:
        """Raises `IndexBrokenError`."""
        self.lock = threading.Lock()
        self.pins = 0  # guarded by the store
        self.written_at = 0.0
        self._heap_bytes = heap_bytes
        self._is_retired = False
        self._writer: tantivy.IndexWriter | None = None
        self._recent: Recent | None = None
        self._index, self._names = open_index(folder)
        with guarded():
            self._schema = self._index.schema
            state = self._index.searcher()
            self._stored = TantivySearcher(state, self._schema, self._names, read_mark(state, self._schema))
        self.searcher: TextSearcher = self._stored

    @property
    def has_writer(self) -> bool:
        return self._writer is not None

    def apply(self, changes: TextChanges) -> None:
        """Visible when it returns. Raises `IndexBrokenError`; the state is then the last one on the disk."""
        if self._is_retired:
            raise IndexBrokenError("the index was dropped meanwhile")
        unknown = set(changes.rows.schema.names) - self._names.all - {ID}
        if unknown:
            raise IndexBrokenError(f"the index has no field {', '.join(sorted(unknown))}")
        try:
            self._take(changes)
        except BaseException:
            self._recent, self.searcher = None, self._stored
            self.close_writer()  # and with it what was not committed
            raise
        self.written_at = time.monotonic()

    def retire(self) -> None:
        """Take no more changes; searchers go on."""
        self._is_retired = True
        self.close_writer()

    def close_writer(self) -> None:
        """Commits what only memory holds, and waits for running merges. If that fails the state is the last one on the disk:
        the index is behind then, which is nothing to those who close it, and catches up from the rows."""
        with suppress(IndexBrokenError):
            if self._recent is not None:
                self._commit(self._recent.changes)
        self._recent, self.searcher = None, self._stored
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(IndexBrokenError), guarded():
                writer.wait_merging_threads()

    def _take(self, changes: TextChanges) -> None:
        if self._writer is not None:
            recent = self._recent or Recent(self._stored, self._names)
            if recent.has_room(changes):
                self.searcher = recent.apply(changes)
                self._recent = recent
                return
        self._commit([*(self._recent.changes if self._recent else ()), changes])

    def _commit(self, changes: Sequence[TextChanges]) -> None:
        """All of it, in one commit on the disk."""
        with guarded():
            if self._writer is None:
                self._writer = self._index.writer(self._heap_bytes, 1)
            for one in changes:
                change(self._writer, one, self._names)
            mark = changes[-1].mark
            self._writer.delete_documents_by_term(SENTINEL_FIELD, SENTINEL)
            self._writer.add_document(sentinel(mark))
            self._writer.commit()
            self._index.reload()
            self._stored = TantivySearcher(self._index.searcher(), self._schema, self._names, mark)
        self._recent, self.searcher = None, self._stored
