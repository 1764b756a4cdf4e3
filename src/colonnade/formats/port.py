"""What a reader of a file format is given, and what it hands back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's file. `name` is what messages call it, never its path."""

    path: Path
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read. `cell_bytes` bounds a whole row of a text format, and so each of its cells."""

    fields: int
    cell_bytes: int


@dataclass(frozen=True, slots=True)
class Extract:
    """What was read: one label a column, empty where the file gives none."""

    labels: tuple[str, ...]


class Reader(Protocol):
    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        target: str,
        scratch: Path,
        bounds: Bounds,
    ) -> Extract:
        """Read a file into a new table `target` of text columns `c0`, `c1`, ..., one row a record, in file order.

        An empty cell is null. `scratch` is a folder for temporary files, which the reader may leave there. Raises
        `Invalid` with a sentence that names the file, the row and the reason, and `LimitReached`.
        """
        ...
