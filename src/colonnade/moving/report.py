"""What a run came to, for people and for other programs."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from colonnade.core.origins import service as origins
from colonnade.core.origins.model import Problem, State, Trouble
from colonnade.core.work import Work
from colonnade.moving.placing import KINDS

NUMBERS = ("type", "there", "here", "uuid")
COLUMNS = ("type", "number", "title", "part", "reason")
PLURALS = {
    "dataset": "datasets",
    "resource": "resources",
    "group": "groups",
    "page": "pages",
    "harvest_source": "harvest sources",
    "data_dashboard": "dashboards",
    "dkan_data_story": "stories",
}


@dataclass(frozen=True)
class Sum:
    """Of the things of one type: how many are here, and of these how many not whole; how many are not."""

    kind: str
    here: int
    lacking: int
    missing: int

    def told(self) -> str:
        name = PLURALS.get(self.kind, self.kind)
        lacking = f", {self.lacking:,} of them not whole" if self.lacking else ""
        missing = f"; {self.missing:,} could not come" if self.missing else ""
        return f"{self.here:,} {name} are here{lacking}{missing}."


def sums(work: Work, address: str) -> list[Sum]:
    counted = origins.counts(work, address)

    def count(kind: str, *states: State) -> int:
        return sum(counted.get((kind, one), 0) for one in states)

    kinds = sorted({kind for kind, _ in counted if kind in KINDS}, key=[*PLURALS].index)
    return [
        Sum(
            kind,
            count(kind, State.HERE, State.PARTLY, State.LACKING),
            count(kind, State.PARTLY, State.LACKING),
            count(kind, State.FAILED, State.WAITING),
        )
        for kind in kinds
    ]


def troubles(work: Work, address: str) -> Iterator[Trouble]:
    """All that could not come, one after the other; and what has gone there since it came."""
    yield from origins.troubles(work, address)
    strange: dict[str, int] = {}
    for (kind, _), count in origins.counts(work, address).items():
        if kind not in KINDS:
            strange[kind] = strange.get(kind, 0) + count
    for kind, count in sorted(strange.items()):
        yield Trouble(kind, "", f"{count} of them", Problem("", "Things of this type are not taken."))
    yield from origins.vanished(work, address)


def line(trouble: Trouble) -> str:
    named = " ".join(one for one in (trouble.kind, trouble.key) if one)
    title = f" ({trouble.title})" if trouble.title else ""
    part = f" {trouble.problem.what}:" if trouble.problem.what else ""
    return f"{named}{title}:{part} {trouble.problem.why}"


def write(out: IO[str], work: Work, address: str) -> int:
    """All troubles as a CSV file; returns how many there are."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for one in troubles(work, address):
        writer.writerow(_safe((one.kind, one.key, one.title, one.problem.what, one.problem.why)))
        count += 1
    return count


def write_numbers(out: IO[str], work: Work, address: str) -> None:
    """What each thing is called there and here, as a CSV file."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(NUMBERS)
    for one in origins.here(work, address):
        writer.writerow((one.kind, one.key, one.number, one.uuid or ""))


def _safe(cells: tuple[str, ...]) -> list[str]:
    """Titles are others' texts: none may begin as a formula does in a spreadsheet."""
    return [f"'{one}" if one[:1] in {"=", "+", "-", "@", "\t", "\r"} else one for one in cells]
