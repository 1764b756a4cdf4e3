"""Wrong passwords, counted in memory: who tries too often has to wait."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

SECONDS = 900
"""Of a period: they begin at each quarter of an hour."""
MOST_NAMES = 100_000
"""Names that are counted apart; when more are tried, all wait for the period to end."""


@dataclass(frozen=True)
class Limits:
    """How often something may be tried in one period."""

    account_from_network: int = 10
    """Wrong passwords for one account from one network."""
    account: int = 100
    """From everywhere."""
    network: int = 100
    """From one network for all accounts."""
    letters: int = 5
    """That one person gets for the asking."""
    network_letters: int = 20
    """How often one network may ask for letters, for whomever."""
    network_keys: int = 100
    """Wrong keys of mailed links from one network."""


@dataclass
class Tries:
    """What was tried in this period, by name: an account, an address, or both together."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.time
    _period: int = 0
    _counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, limits: Mapping[str, int]) -> str | None:
        """Count one try under each of these names, before it is known whether it is right. The first name that has
        reached its limit, if one has: then it is not counted, and not to be done."""
        with self._lock:
            counts = self._current()
            full = _full(counts, limits)
            if full is None:
                for name in limits:
                    counts[name] = counts.get(name, 0) + 1
            return full

    def full(self, limits: Mapping[str, int]) -> str | None:
        """What `begin` would answer; nothing is counted."""
        with self._lock:
            return _full(self._current(), limits)

    def forgive(self, names: Iterable[str]) -> None:
        """It was right."""
        with self._lock:
            counts = self._current()
            for name in names:
                if counts.get(name, 0) > 1:
                    counts[name] -= 1
                else:
                    counts.pop(name, None)

    def ends_at(self) -> dt.datetime:
        """When the period is over, in UTC."""
        with self._lock:
            self._current()
            return dt.datetime.fromtimestamp((self._period + 1) * SECONDS, dt.UTC)

    def _current(self) -> dict[str, int]:
        period = int(self.clock()) // SECONDS
        if period != self._period:
            self._period, self._counts = period, {}
        return self._counts


def _full(counts: Mapping[str, int], limits: Mapping[str, int]) -> str | None:
    full = next((name for name, limit in limits.items() if counts.get(name, 0) >= limit), None)
    if full is None and len(counts) + len(limits) > MOST_NAMES:
        return next(iter(limits))
    return full
