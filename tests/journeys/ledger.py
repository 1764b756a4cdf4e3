"""What the portal owes: the state that the acknowledged operations add up to."""

from collections.abc import Mapping, Sequence

from tests.journeys.content import Held, LiveValues, Operation, after

SHOWN = 5


class Ledger:
    """Follows the operations on each source. One that was sent and not answered may have happened or not, but whole;
    so after a crash a source may be in one of several states, until somebody looks."""

    def __init__(self) -> None:
        self._possible: dict[str, list[Held]] = {}
        self._open: dict[str, Operation] = {}
        self._eras = 0
        self.acknowledged = 0
        self.words: dict[str, None] = {}

    def follow(self, sources: Sequence[str]) -> None:
        """These sources are empty now, and are owed from here on."""
        self._possible.update((source, [{}]) for source in sources)

    def era(self) -> int:
        """A number for the first operation of writers that start anew: no later number was ever used."""
        self._eras += 1
        return self._eras * 1_000_000

    def sent(self, source: str, operation: Operation) -> None:
        assert source not in self._open, "a writer waits for its answer"
        self._open[source] = operation
        self.words.update(dict.fromkeys(row.word for row in operation.rows))

    def done(self, source: str, ids: tuple[int, ...]) -> None:
        operation = self._open.pop(source)
        self._possible[source] = [after(state, operation, ids) for state in self._possible[source]]
        self.acknowledged += 1

    def crashed(self) -> None:
        for source, operation in self._open.items():
            states = self._possible[source]
            self._possible[source] = [*states, *(after(state, operation, None) for state in states)]
        self._open.clear()

    def settle(self, found: Mapping[str, Mapping[str, tuple[LiveValues, int]]]) -> list[str]:
        """What is wrong with the rows that were found, by source and slot; they are the state from here on."""
        wrong = []
        for source, states in self._possible.items():
            rows = found.get(source, {})
            if not any(_agree(state, rows) for state in states):
                wrong += [f"{source}: {line}" for line in _differences(states[-1], rows)]
            self._possible[source] = [dict(rows)]
        return wrong


def _agree(state: Held, rows: Mapping[str, tuple[LiveValues, int]]) -> bool:
    return state.keys() == rows.keys() and all(_same(held, rows[slot]) for slot, held in state.items())


def _same(held: tuple[LiveValues, int | None], found: tuple[LiveValues, int]) -> bool:
    return held[0] == found[0] and held[1] in {None, found[1]}


def _differences(state: Held, rows: Mapping[str, tuple[LiveValues, int]]) -> list[str]:
    lost, risen = sorted(state.keys() - rows.keys()), sorted(rows.keys() - state.keys())
    other = sorted(slot for slot in state.keys() & rows.keys() if not _same(state[slot], rows[slot]))
    return [
        f"{len(lost)} rows are missing: {[state[one] for one in lost[:SHOWN]]}",
        f"{len(risen)} rows should not be: {[rows[one] for one in risen[:SHOWN]]}",
        f"{len(other)} rows are other than written: {[(state[one], rows[one]) for one in other[:SHOWN]]}",
    ]
