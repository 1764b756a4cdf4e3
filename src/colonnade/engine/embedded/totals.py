"""How many rows fulfil a condition, remembered while nobody writes: whoever turns the pages of an answer is told on each of
them."""

import threading
from collections import OrderedDict

from colonnade.engine.sql.parts import Statement

MOST = 64
"""Conditions of a table."""
LONGEST = 4_000
"""Characters of a condition with its values, about."""


class Totals:
    """The numbers that statements counted, at one write counter. Any thread may ask.

    A statement must say by itself what it counts: none that names a relation of its request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counter = -1
        self._known: OrderedDict[str, int] = OrderedDict()

    def known(self, statement: Statement, counter: int) -> int | None:
        with self._lock:
            key = _key(statement) if counter == self._counter else None
            if key is None or key not in self._known:
                return None
            self._known.move_to_end(key)
            return self._known[key]

    def note(self, statement: Statement, counter: int, total: int) -> None:
        """Of a state that was looked at, and not only assumed."""
        key = _key(statement)
        with self._lock:
            if key is None or counter < self._counter:
                return
            if counter > self._counter:
                self._counter = counter
                self._known.clear()
            self._known[key] = total
            if len(self._known) > MOST:
                self._known.popitem(last=False)


def _key(statement: Statement) -> str | None:
    """The statement with its values as they are written: `1`, `1.0` and `true` are the same to Python, and not in SQL. None
    for a long one."""
    length = sum(len(one) if isinstance(one, str) else 1 for one in statement.params) + len(statement.sql)
    return None if length > LONGEST else repr((statement.sql, statement.params))
