"""An index in two layers: the last commit on the disk, and in memory what changed since.

A commit on the disk writes a dozen files and waits for each; one in memory waits for none and takes a third of the processor's
time. What only memory holds may be lost: the rows are the truth, and an index that is behind catches up from them.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import tantivy

from colonnade.generation import Mark, TextChanges
from colonnade.index.analyzer import TOKENIZER, word_analyzer
from colonnade.index.feed import MIN_HEAP_BYTES, change
from colonnade.index.guard import guarded
from colonnade.index.layout import Names, build_schema
from colonnade.index.searcher import TantivySearcher, with_ids
from colonnade.query.schema import ID
from colonnade.query.tree import TextMatch

MOST_CHANGED = 1_024
"""What may have happened since the last commit on the disk: rows that came, rows that went, changes. The rows that went are
left out of every page and count of what the disk holds, some microseconds each."""


class Recent:
    """What changed since the commit that `base` sees. A failure leaves it in no state: it is to be thrown away."""

    def __init__(self, base: TantivySearcher, names: Names) -> None:
        self.changes: list[TextChanges] = []
        self._base = base
        self._names = names
        self._size = 0
        self._gone: set[int] = set()
        self._hidden = 0
        with guarded():
            self._schema = build_schema(names)
            self._index = tantivy.Index(self._schema)
            self._index.register_tokenizer(TOKENIZER, word_analyzer())
            self._index.config_reader("manual", 0)  # otherwise each commit is loaded twice
            self._writer = self._index.writer(MIN_HEAP_BYTES, 1)

    def apply(self, changes: TextChanges) -> "LayeredSearcher":
        """The state after it. The caller has seen to it that it has room."""
        with guarded():
            change(self._writer, changes, self._names)
            self._writer.commit()
            self._index.reload()
            found = self._index.searcher()
        self.changes.append(changes)
        self._size += _size(changes)
        fresh = _replaced(changes) - self._gone
        self._gone |= fresh
        self._hidden += self._base.number_of(fresh)
        rows = self._base.rows - self._hidden + int(found.num_docs)
        recent = TantivySearcher(found, self._schema, self._names, changes.mark)
        return LayeredSearcher(self._base, recent, sorted(self._gone), rows)

    def has_room(self, changes: TextChanges) -> bool:
        return self._size + _size(changes) <= MOST_CHANGED


def _size(changes: TextChanges) -> int:
    return 1 + len(changes.rows) + len(changes.deleted)


class LayeredSearcher:
    """A snapshot of both layers. `gone`: ids, ascending, whose rows in `base` no longer count; `rows`: how many there are."""

    def __init__(
        self, base: TantivySearcher, recent: TantivySearcher, gone: Sequence[int], rows: int
    ) -> None:
        self._base = base
        self._recent = recent
        self._gone = np.array(gone, np.int64)
        self._rows = rows

    @property
    def mark(self) -> Mark:
        return self._recent.mark

    @property
    def rows(self) -> int:
        return self._rows

    def ids(self, match: TextMatch, within: tuple[int, int] | None = None) -> Any:
        old = self._base.ids(match, within).to_numpy()
        places = np.searchsorted(old, self._gone)
        inside = places < len(old)
        found = places[inside][old[places[inside]] == self._gone[inside]]
        return _merged(np.delete(old, found), self._recent.ids(match, within))

    def count(self, match: TextMatch) -> int | None:
        old, new = self._base.count(match, self._hidden), self._recent.count(match)
        return None if old is None or new is None else old + new

    def page(self, match: TextMatch, offset: int, limit: int) -> tuple[Any, int] | None:
        """So many of the recent ids may stand before the page, and so many fewer of the others."""
        new = self._recent.ids(match)
        before = min(offset, len(new))
        known = self._base.page(match, offset - before, limit + before, self._hidden)
        if known is None:
            return None
        old, total = known
        return _merged(old.to_numpy(), new).slice(before, limit), total + len(new)

    @cached_property
    def _hidden(self) -> tantivy.Query | None:
        return with_ids(self._base.schema, self._gone.tolist()) if len(self._gone) else None


def _replaced(changes: TextChanges) -> set[int]:
    """The ids whose rows from before do not count any more."""
    gone: Iterable[int] = changes.deleted.to_pylist()
    return {*gone} if changes.is_exact else {*gone, *changes.rows.column(ID).to_pylist()}


def _merged(old: Any, new: Any) -> Any:
    """Both ascending, and no id in both; int64 as they are."""
    if not len(new):
        return pa.array(old)
    # Of two runs that are in order the stable way makes one in one pass.
    return pa.array(np.sort(np.concatenate([old, new.to_numpy()]), kind="stable"))
