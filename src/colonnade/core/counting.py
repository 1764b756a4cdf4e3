"""Counting calls and downloads in memory: what many threads add to, and what is written down now and then.

All numbers of a portal are here while it runs, so nothing is read from the catalogue to count or to show one.
"""

import datetime as dt
import ipaddress
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

MOST_ACCOUNTS = 100_000
"""Accounts that are kept apart, about 20 MB; callers who come when all are taken share one until some end."""
OTHERS = "others"
WHOLE_PORTAL = 0
"""In the place of a dataset's id: all calls of a caller."""
DOWNLOAD_WEIGHT = 10
IPV6_NETWORK = 64
"""Bits of an IPv6 address that tell one client from another: the rest is the client's own to choose."""


class Unit(StrEnum):
    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


SECONDS: Mapping[Unit, int] = {
    Unit.SECOND: 1,
    Unit.MINUTE: 60,
    Unit.HOUR: 3_600,
    Unit.DAY: 86_400,
    Unit.MONTH: 30 * 86_400,  # for comparing quotas; months begin as the calendar says
}


@dataclass(frozen=True)
class Quota:
    """How many calls there may be in each second, minute ... month of UTC."""

    limit: int
    unit: Unit = Unit.DAY

    @property
    def rate(self) -> float:
        """Calls a second, by which quotas are compared."""
        return self.limit / SECONDS[self.unit]


class Account(NamedTuple):
    """Whose calls are counted together. `caller`: `Caller.name`; `dataset_id`: or `WHOLE_PORTAL`."""

    caller: str
    dataset_id: int
    unit: Unit


class Period(NamedTuple):
    """A second, minute ... month of UTC, in seconds since 1970: `start` belongs to it, `end` does not."""

    start: int
    end: int


class Spent(NamedTuple):
    """What an account has used up of a period."""

    account: Account
    period: Period
    calls: int


@dataclass(frozen=True)
class Standing:
    """Where an account stands in its period after `calls` of them."""

    quota: Quota
    calls: int
    period: Period

    @property
    def remaining(self) -> int:
        return max(self.quota.limit - self.calls, 0)

    @property
    def resets_at(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.period.end, dt.UTC)


@dataclass
class Caller:
    """Who is counted in a request. `name` tells persons and addresses apart; `takes_body`: the answer's body is
    wanted, so that a file is a download. `standing`: of the dataset with a quota that was opened, if there is one."""

    name: str
    takes_body: bool = True
    counted: set[int] = field(default_factory=set)
    standing: Standing | None = None


@dataclass(frozen=True)
class Usage:
    """How much a dataset was used since it came into being."""

    download_count: int = 0
    api_call_count: int = 0

    @property
    def popularity_score(self) -> int:
        """A download says more than a call: a client may make hundreds of those for one page."""
        return self.api_call_count + DOWNLOAD_WEIGHT * self.download_count


def period_of(unit: Unit, at: float) -> Period:
    if unit is Unit.MONTH:
        moment = time.gmtime(at)
        year, month = moment.tm_year, moment.tm_mon
        return Period(_month(year, month), _month(year + month // 12, month % 12 + 1))
    length = SECONDS[unit]
    start = int(at // length) * length
    return Period(start, start + length)


def _month(year: int, month: int) -> int:
    return int(dt.datetime(year, month, 1, tzinfo=dt.UTC).timestamp())


class CallCounter:
    """The calls of each account in its current period."""

    def __init__(self, most: int = MOST_ACCOUNTS) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._spent: dict[Account, tuple[Period, int]] = {}
        self._unwritten: set[Account] = set()

    def spend(self, account: Account, quota: Quota, at: float) -> Standing | None:
        """Count one call, if the quota allows it; None if it does not: such a call is not counted."""
        with self._lock:
            account = self._kept(account)
            period, calls = self._current(account, at)
            if calls >= quota.limit:
                return None
            self._spent[account] = period, calls + 1
            self._unwritten.add(account)
        return Standing(quota, calls + 1, period)

    def stand(self, account: Account, quota: Quota, at: float) -> Standing:
        """Where the account stands, without a call."""
        with self._lock:
            period, calls = self._current(self._kept(account), at)
        return Standing(quota, calls, period)

    def take_unwritten(self, at: float) -> list[Spent]:
        """What was spent since the last time, of periods that have not ended; the others are forgotten."""
        with self._lock:
            self._spent = {one: found for one, found in self._spent.items() if found[0].end > at}
            taken, self._unwritten = self._unwritten, set()
            return [Spent(one, *self._spent[one]) for one in taken if one in self._spent]

    def put_back_unwritten(self, spent: Iterable[Spent]) -> None:
        with self._lock:
            self._unwritten.update(one.account for one in spent)

    def restore(self, spent: Iterable[Spent], at: float) -> None:
        """Go on from what was written."""
        with self._lock:
            for account, period, calls in spent:
                if period == period_of(account.unit, at):
                    self._spent[account] = period, calls

    def _kept(self, account: Account) -> Account:
        if account in self._spent or len(self._spent) < self._most:
            return account
        return account._replace(caller=OTHERS)

    def _current(self, account: Account, at: float) -> tuple[Period, int]:
        found = self._spent.get(account)
        if found is not None and found[0].start <= at < found[0].end:
            return found
        return period_of(account.unit, at), 0


class UseCounter:
    """How much each dataset was used, by its id."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._totals: dict[int, Usage] = {}
        self._unwritten: set[int] = set()
        self._unseen: set[int] = set()

    def add(self, dataset_id: int, *, calls: int = 0, downloads: int = 0) -> None:
        with self._lock:
            before = self._totals.get(dataset_id, Usage())
            self._totals[dataset_id] = Usage(before.download_count + downloads, before.api_call_count + calls)
            self._unwritten.add(dataset_id)
            self._unseen.add(dataset_id)

    def of(self, dataset_id: int) -> Usage:
        return self._totals.get(dataset_id, Usage())

    def take_unwritten(self) -> dict[int, Usage]:
        """The totals that changed since the last time."""
        with self._lock:
            taken, self._unwritten = self._unwritten, set()
            return {one: self._totals[one] for one in taken}

    def put_back_unwritten(self, dataset_ids: Iterable[int]) -> None:
        with self._lock:
            self._unwritten.update(dataset_ids)

    def take_unseen(self) -> set[int]:
        """The datasets whose totals changed since the last time."""
        with self._lock:
            taken, self._unseen = self._unseen, set()
            return taken

    def put_back_unseen(self, dataset_ids: Iterable[int]) -> None:
        with self._lock:
            self._unseen.update(dataset_ids)

    def restore(self, totals: Mapping[int, Usage]) -> None:
        with self._lock:
            self._totals = dict(totals)


@dataclass
class Counters:
    """The counters of one portal. `key`: what addresses are hashed with, so that none is kept."""

    calls: CallCounter = field(default_factory=CallCounter)
    uses: UseCounter = field(default_factory=UseCounter)
    key: bytes = b""


@lru_cache(4_096)
def network_of(address: str) -> str:
    """What tells clients apart: an IPv4 address, or the network of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a name, of a client that is no network's
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found), IPV6_NETWORK), strict=False))
    return str(found)
