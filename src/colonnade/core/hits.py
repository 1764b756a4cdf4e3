"""The hits of the text conditions that were asked last: who shows a page of a search shows its facets, too, and then the
next page."""

import threading
from collections import OrderedDict
from typing import Any

from colonnade.generation import GenerationRef, Mark
from colonnade.index.port import TextSearcher
from colonnade.query.tree import TextMatch

KEPT_BYTES = 64 << 20


class HitCache:
    """At most `kept_bytes` of ids, whoever asks: what they may see of the rows is not decided here. Any thread may ask."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._bytes = 0
        self._known: OrderedDict[tuple[GenerationRef, Mark, TextMatch], Any] = OrderedDict()

    def ids(self, ref: GenerationRef, searcher: TextSearcher, match: TextMatch) -> Any:
        """As `TextSearcher.ids`; `searcher` is one of this generation."""
        key = (ref, searcher.mark, match)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = searcher.ids(match)
        if found.nbytes <= self._kept_bytes:
            self._keep(key, found)
        return found

    def _keep(self, key: tuple[GenerationRef, Mark, TextMatch], found: Any) -> None:
        with self._lock:
            if key not in self._known:
                self._known[key] = found
                self._bytes += found.nbytes
            while self._bytes > self._kept_bytes:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= oldest.nbytes
