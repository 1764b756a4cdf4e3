"""What an overview of many small tables is: the port, and the rows that it takes."""

import datetime as dt
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from colonnade.generation import GenerationRef, Mark
from colonnade.query.tree import Expr

LEAST, MOST = -(2**63), 2**63 - 1
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - rows are naive UTC
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Row:
    """`modified`: microseconds since 1970. `cells`: texts with words in them. `extras`: by what these are also found.
    `place`: its `_seq`. `numbers`: by the names of columns, as `number` makes them. `sent`: what is kept of it for who
    shows it."""

    id: int
    place: int
    modified: int
    cells: Sequence[str]
    extras: Sequence[str]
    numbers: Mapping[str, int]
    sent: bytes | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a generation: up to which mark, and by which number."""

    slot: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Page:
    """`total`: how many rows there are in all. `sent`: of those of the page, what was kept."""

    total: int
    sent: tuple[bytes | None, ...]


class Snapshot(Protocol):
    """One state of the overview."""

    @property
    def states(self) -> Mapping[GenerationRef, State]: ...

    def counts(self, where: Expr) -> Mapping[int, int] | None:
        """How many rows of each generation fulfil a condition, by its slot; None for a condition that cannot be asked
        here. Raises `Invalid` as searches do, and `IndexBrokenError`."""
        ...

    def page(self, where: Expr, slot: int, offset: int, limit: int) -> Page | None:
        """The rows of one generation that fulfil a condition, in the order in which they were written. `limit` is at least 1.
        As `counts`."""
        ...


class OverviewStore(Protocol):
    """What is put in is seen after the next `commit`. All raise `IndexBrokenError`: then `begin_anew`."""

    @property
    def exists(self) -> bool:
        """Whether anything was ever put in."""
        ...

    @property
    def snapshot(self) -> Snapshot: ...

    def known(self, ref: GenerationRef) -> Mark | None:
        """The mark that what was put in has come to."""
        ...

    def put(self, ref: GenerationRef, mark: Mark, rows: Iterable[Row], deleted: Iterable[int]) -> None:
        """Take up rows that came or were rewritten, and ids that went, since the mark that is known of the generation; all
        of its rows where none is. What is known of the table's other generations goes."""
        ...

    def forget(self, tables: Iterable[str]) -> None:
        """Forget all generations of some tables."""
        ...

    def commit(self) -> None: ...

    def check(self) -> list[str]:
        """What is wrong with the stored index, in sentences; reads all of it from the disk."""
        ...

    def begin_anew(self) -> None: ...

    def close(self) -> None: ...


def number(value: object) -> int | None:
    """A value as a whole number, in the order of its kind; None for what has none."""
    match value:
        case bool():
            return int(value)
        case int():
            return value
        case float():
            return _ordered(value)
        case dt.datetime():
            return (value - _EPOCH) // _MICROSECOND
        case dt.date():
            return (dt.datetime.combine(value, dt.time()) - _EPOCH) // _MICROSECOND
        case dt.time():
            return (dt.datetime.combine(_EPOCH, value) - _EPOCH) // _MICROSECOND
        case _:
            return None


def _ordered(value: float) -> int:
    """The bits of a double, so that they ascend with it."""
    (bits,) = struct.unpack(">q", struct.pack(">d", value + 0.0))
    found: int = bits if bits >= 0 else bits ^ MOST
    return found
