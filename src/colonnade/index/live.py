"""One open index: its newest state, and its writer while it has one."""

import threading
import time
from pathlib import Path

import tantivy

from colonnade.generation import TextChanges
from colonnade.index.feed import add_rows
from colonnade.index.guard import guarded
from colonnade.index.layout import ID_FIELD, SENTINEL, SENTINEL_FIELD, open_index, read_mark, sentinel
from colonnade.index.port import IndexBrokenError
from colonnade.index.searcher import TantivySearcher
from colonnade.query.schema import ID


class LiveIndex:
    """Whoever writes holds `lock`. `searcher` is replaced as a whole after each commit, never asked of Tantivy
    again: its readers reload by themselves when the files change, and would run ahead of the mark."""

    def __init__(self, folder: Path) -> None:
        """Raises `IndexBrokenError`."""
        self.lock = threading.Lock()
        self.pins = 0  # guarded by the store
        self.written_at = 0.0
        self._is_retired = False
        self._writer: tantivy.IndexWriter | None = None
        self._index, self._names = open_index(folder)
        with guarded():
            self._schema = self._index.schema
            state = self._index.searcher()
            self.searcher = TantivySearcher(state, self._schema, self._names, read_mark(state, self._schema))

    @property
    def has_writer(self) -> bool:
        return self._writer is not None

    def apply(self, changes: TextChanges, heap_bytes: int) -> None:
        """One commit; a failure leaves the state before. Raises `IndexBrokenError`."""
        if self._is_retired:
            raise IndexBrokenError("the index was dropped meanwhile")
        unknown = set(changes.rows.schema.names) - self._names.all - {ID}
        if unknown:
            raise IndexBrokenError(f"the index has no field {', '.join(sorted(unknown))}")
        try:
            with guarded():
                self._commit(changes, heap_bytes)
        except BaseException:
            self.close_writer()  # and with it what was not committed
            raise
        self.written_at = time.monotonic()

    def retire(self) -> None:
        """Take no more changes; searchers go on."""
        self._is_retired = True
        self.close_writer()

    def close_writer(self) -> None:
        """Waits for running merges; what is not committed is lost. Raises `IndexBrokenError` if the writer had died,
        which frees its place all the same."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with guarded():
                writer.wait_merging_threads()

    def _commit(self, changes: TextChanges, heap_bytes: int) -> None:
        if self._writer is None:
            self._writer = self._index.writer(heap_bytes, 1)
        writer = self._writer
        gone = changes.deleted.to_pylist()
        if not changes.is_exact:
            gone += changes.rows.column(ID).to_pylist()
        for number in gone:
            writer.delete_documents_by_term(ID_FIELD, number)
        writer.delete_documents_by_term(SENTINEL_FIELD, SENTINEL)
        add_rows(writer, changes.rows, self._names)
        writer.add_document(sentinel(changes.mark))
        writer.commit()
        self._index.reload()
        self.searcher = TantivySearcher(self._index.searcher(), self._schema, self._names, changes.mark)
