"""Answers that are read bit by bit."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from colonnade.query.tree import BoundQuery

T = TypeVar("T")


@dataclass(frozen=True)
class Stream:
    """A long answer. `batches`: Arrow record batches, as `Reading.stream` gives them; they hold the rows open until
    their end, or until they are closed."""

    query: BoundQuery
    batches: Generator[Any]

    def rows(self) -> list[dict[str, Any]]:
        """All rows of an answer that is known to be short."""
        with closing(self.batches) as batches:
            return [row for batch in batches for row in batch.to_pylist()]


def primed(items: Generator[T]) -> Generator[T]:
    """The same items, the first of them made already: what goes wrong until then is raised here, and closing the
    result closes the source even if nothing was taken from it."""
    started = _started(items)
    next(started)
    return started


def _started(items: Generator[T]) -> Generator[Any]:
    with closing(items):
        first = list(islice(items, 1))
        yield None  # taken by `primed`: a generator that was never begun would run no `finally` when it is closed
        yield from first
        yield from items
