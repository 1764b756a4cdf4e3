"""What several writers did to the rows of datasets, each to rows of its own: which states existed, and which of them a reader
may have seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

Values = tuple[Any, ...]
Row = tuple[str | None, Values]
"""The key, and the values as they were sent."""
State = frozenset[Row]
"""No two rows are alike: the values of each say which write it came with, and its place in it."""
SHOWN = 3


class Unreal(AssertionError):
    """Somebody read what never was."""


class History:
    """The rows of one writer. It tells of each write before it is sent, and when it was acknowledged; readers ask from other
    threads. No state comes twice."""

    def __init__(self, writer: str, slug: str) -> None:
        self.writer, self.slug = writer, slug
        self.round = 0
        self.acknowledged_round = 0
        self.writes = 0
        self._states: list[State] = [frozenset()]
        self._acknowledged = 0
        self._sent_round = 0

    @property
    def now(self) -> State:
        """What there is if everything that was sent has happened."""
        return self._states[-1]

    @property
    def acknowledged(self) -> int:
        """The number of the last state that must be there."""
        return self._acknowledged

    @property
    def known(self) -> State:
        return self._states[self._acknowledged]

    def sent(self, state: State, *, rows_of_round: bool = False) -> None:
        """`rows_of_round`: it came by rows of this round, which are in the portal once it is acknowledged."""
        self._states.append(state)
        if rows_of_round:
            self._sent_round = self.round

    def done(self) -> None:
        """What was sent is acknowledged."""
        self._acknowledged = len(self._states) - 1
        self.acknowledged_round = self._sent_round
        self.writes += 1

    def since(self, first: int) -> Sequence[tuple[int, State]]:
        """The states that may be there, from that number on, with their numbers."""
        return [*enumerate(self._states[first:], first)]

    def settle(self, found: State) -> None:
        """This is what a crash left; it goes on from here."""
        self._states = [found]
        self._acknowledged = 0
        self._sent_round = self.acknowledged_round  # what was under way may never have come


class Look:
    """A reader's look at the rows of some writers, made before it asks: what was acknowledged by then must be there."""

    def __init__(self, histories: Sequence[History]) -> None:
        self._begun = [(one, one.acknowledged) for one in histories]
        self.least_rounds = [one.acknowledged_round for one in histories]

    def whole(self, rows: Iterable[Row]) -> tuple[int, ...]:
        """Which state of each writer these are, where all rows were asked for. Raises `Unreal`."""
        owned = self._owned(rows)
        found = []
        for history, first in self._begun:
            states = history.since(first)
            at = next((number for number, state in states if state == owned[history.writer]), None)
            if at is None:
                raise Unreal(_told(history, states, owned[history.writer]))
            found.append(at)
        return tuple(found)

    def some(self, rows: Iterable[Row], wanted: Callable[[Row], bool]) -> None:
        """Whether these are all rows that are wanted. Raises `Unreal`."""
        owned = self._owned(rows)
        for history, first in self._begun:
            states = [(number, frozenset(filter(wanted, state))) for number, state in history.since(first)]
            if all(state != owned[history.writer] for _, state in states):
                raise Unreal(_told(history, states, owned[history.writer]))

    def number(self, count: int) -> None:
        """Whether there may be so many rows. Raises `Unreal`."""
        sizes = [{len(state) for _, state in history.since(first)} for history, first in self._begun]
        sums = {sum(one) for one in product(*sizes)}
        if count not in sums:
            raise Unreal(f"{count} rows, but there were {sorted(sums)}")

    def _owned(self, rows: Iterable[Row]) -> Mapping[str, State]:
        listed = list(rows)
        owned: dict[str, set[Row]] = {history.writer: set() for history, _ in self._begun}
        for row in listed:
            owned[row[1][0]].add(row)
        if sum(map(len, owned.values())) != len(listed):
            raise Unreal(f"rows are there twice: {len(listed)} rows")
        return {writer: frozenset(those) for writer, those in owned.items()}


def out_of_order(seen: Iterable[tuple[int, ...]]) -> list[str]:
    """What is wrong with the states that readers saw of the same writers: of two, one must be the earlier for all of them."""
    states = sorted(set(seen), key=sum)
    return [
        f"{before} and {after} cannot both have been"
        for before, after in pairwise(states)
        if any(old > new for old, new in zip(before, after, strict=True))
    ]


def _told(history: History, states: Sequence[tuple[int, State]], found: State) -> str:
    number, nearest = min(states, key=lambda one: len(one[1] ^ found))
    lacks, other = list(nearest - found)[:SHOWN], list(found - nearest)[:SHOWN]
    return (
        f"{history.slug}/{history.writer}: {len(found)} rows are none of the states {[one for one, _ in states]};"
        f" nearest is {number} of {len(nearest)} rows, missing {lacks}, other {other}"
    )
