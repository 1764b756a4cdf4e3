"""The counts of the last questions over many tables: who has seen some groups asks for the next ones."""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Mapping

from colonnade.index.overview_port import Snapshot
from colonnade.query.tree import Expr

MOST = 32

Counts = Mapping[int, int] | None


class LastCounts:
    """Of one snapshot, the newest that was asked. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._known: OrderedDict[bytes, Counts] = OrderedDict()

    def of(self, snapshot: Snapshot, where: Expr) -> Counts:
        """As `Snapshot.counts`."""
        key = pickle.dumps(where)  # as values `1`, `1.0` and `true` would be the same question
        with self._lock:
            if self._snapshot is snapshot and key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = snapshot.counts(where)
        with self._lock:
            if self._snapshot is not snapshot:
                self._snapshot = snapshot
                self._known.clear()
            self._known[key] = found
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return found
