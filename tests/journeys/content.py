"""What the journeys publish and write: editions of a file, and operations on live rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from colonnade.query.schema import Field, FieldType, Schema

FIELDS = ("serial", "edition", "word", "note", "amount")
INTEGERS = frozenset({"serial", "amount"})
SCHEMA = Schema(
    tuple(Field(name, name, FieldType.INT if name in INTEGERS else FieldType.TEXT) for name in FIELDS)
)
ALWAYS = "always"
"""The edition of the rows that stand unchanged in every edition of the file: they must keep their ids."""


def edition(number: int, rows: int) -> str:
    """A CSV file. Every second row is the same in each edition; of the others each edition has one row more."""
    lines = [",".join(FIELDS)]
    lines += [f"{at},{ALWAYS},town{at % 50},{ALWAYS} {at},{at % 977}" for at in range(rows // 2)]
    lines += [
        f"{at},e{number},town{at % 50},e{number} {at},{(at + number) % 977}"
        for at in range(rows // 2 + number)
    ]
    return "\n".join(lines) + "\n"


def counts(number: int, rows: int) -> dict[str, int]:
    """How many rows of which edition that file has."""
    return {ALWAYS: rows // 2, f"e{number}": rows // 2 + number}


@dataclass(frozen=True)
class LiveValues:
    """A live row. `note` is in no other row that is ever written."""

    key: str | None
    word: str
    note: str
    amount: int

    @property
    def slot(self) -> str:
        """What names the row: later rows with the same key take its place, rows without a key stay apart."""
        return self.note if self.key is None else self.key


@dataclass(frozen=True)
class Operation:
    """One call of a live use case on one source: all of it happens or nothing."""

    kind: Literal["upsert", "delete", "clear"]
    rows: tuple[LiveValues, ...] = ()
    keys: tuple[str, ...] = ()


def operation(random: Random, writer: str, number: int) -> Operation:
    """The next thing that a writer does. Writers have keys of their own."""
    choice = random.random()
    if choice < 0.03:
        return Operation("clear")
    if choice < 0.25:
        return Operation("delete", keys=tuple(_key(random, writer) for _ in range(random.randint(1, 40))))
    word = f"{writer}b{number}"
    size = random.choice((1, 1, 2, 10, 60, 200))
    return Operation(
        "upsert",
        rows=tuple(
            LiveValues(
                key=None if random.random() < 0.1 else _key(random, writer),
                word=word,
                note=f"{word} {place}",
                amount=random.randrange(1000),
            )
            for place in range(size)
        ),
    )


def _key(random: Random, writer: str) -> str:
    return f"{writer}k{random.randrange(300)}"


Held = Mapping[str, tuple[LiveValues, int | None]]
"""The rows of a source by slot, each with its `_id` (None: not known)."""


def after(state: Held, done: Operation, ids: tuple[int, ...] | None) -> Held:
    """What a source holds after an operation. `ids`: what an upsert answered; None: no answer came."""
    if done.kind == "clear":
        return {}
    if done.kind == "delete":
        return {slot: held for slot, held in state.items() if slot not in done.keys}
    fresh = dict(state)
    for place, row in enumerate(done.rows):
        before = fresh.get(row.slot)
        known = None if before is None else before[1]
        fresh[row.slot] = (row, known if ids is None else ids[place])
    return fresh
