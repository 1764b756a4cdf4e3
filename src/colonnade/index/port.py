"""The index port. A generation has one text index; whether it owns its files or shares them with other small tables is
the store's business, so a store is asked by generation, never by path.

One writer at a time per generation is the caller's promise; searchers need none.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from colonnade.generation import GenerationRef, Mark, TextChanges
from colonnade.query.schema import Schema
from colonnade.query.tree import TextMatch


class IndexBrokenError(Exception):
    """The index is missing or cannot be read; make it anew from the rows."""


class TextSearcher(Protocol):
    """One state of an index; it stays as it is while the index goes on."""

    @property
    def mark(self) -> Mark:
        """The state of the rows that this searcher knows."""
        ...

    def ids(self, match: TextMatch, within: tuple[int, int] | None = None) -> Any:
        """The ids of the rows that fulfil a condition whose fields are written out: sorted int64 Arrow array.
        `within`: only those from the first to the second of these ids."""
        ...

    def count(self, match: TextMatch) -> int | None:
        """How many these are, if that is known sooner than the ids themselves."""
        ...

    def page(self, match: TextMatch, offset: int, limit: int) -> tuple[Any, int] | None:
        """So many of these ids from one place on, and how many there are; None if only all of them can be had."""
        ...

    @property
    def rows(self) -> int: ...


class IndexStore(Protocol):
    def create(self, ref: GenerationRef, schema: Schema, rows: Iterable[Any], mark: Mark) -> None:
        """Make the index of a generation from record batches shaped like `TextChanges.rows`; replaces what is there."""
        ...

    def searcher(self, ref: GenerationRef) -> TextSearcher:
        """The newest state. Raises `IndexBrokenError`."""
        ...

    def apply(self, ref: GenerationRef, changes: TextChanges) -> None:
        """Take up changes and their mark at once; visible to new searchers when it returns. Durable some time later:
        after a crash the index may be at an earlier mark. Raises `IndexBrokenError`, and may be at an earlier one, too."""
        ...

    def check(self, ref: GenerationRef) -> list[str]:
        """What is wrong with the stored index, in sentences; reads all of it from the disk. Nothing is applied
        meanwhile: the caller sees to it, here and in `copy`."""
        ...

    def copy(self, ref: GenerationRef, folder: Path) -> None:
        """Write a copy of the newest state into a generation's folder. Raises `IndexBrokenError`."""
        ...

    def drop(self, ref: GenerationRef) -> None:
        """Forget a generation, so that its folder can be removed. Idempotent."""
        ...

    def close(self) -> None: ...
