"""What a generation is, to all who write, read or index one: its name, its place in time, and what changed.

A table's rows are a generation: one folder `generations/<table uid>/<number>/` with `rows.duckdb`, `index/`,
`identity.parquet` and `manifest.json`; where cells hold files, those too, in `files/`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

ROWS_FILE = "rows.duckdb"
INDEX_FOLDER = "index"
IDENTITY_FILE = "identity.parquet"
MANIFEST_FILE = "manifest.json"
FILES_FOLDER = "files"
"""The files of `file` cells, each named by its id: the first 32 digits of its SHA-256. Smaller copies of a picture stand
beside it, with their size behind a dot."""


@dataclass(frozen=True, slots=True, order=True)
class GenerationRef:
    """Which generation of which table. Numbers start at 1 and are never used twice."""

    table: str
    number: int

    def folder(self, root: Path) -> Path:
        return root / self.table / str(self.number)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A point in a generation's life: how many writes it has seen, and the last `_seq` that it gave out.

    Rows with a larger `_seq` were written later; deletions are logged with the counter of their write.
    """

    counter: int
    seq: int


START = Mark(0, 0)

LIVE_IDS_FROM = 1 << 48
"""Builds give out `_id` from 1 upward, live writes from here upward, so that rows written while a build runs
never meet the ids of the rows that it makes. Both counters are carried from generation to generation, and both
stay below 2**53, the largest integer that a JSON client keeps exactly."""


@dataclass(frozen=True)
class Changes:
    """What happened in a generation after a mark.

    `deleted`: int64 array of the ids that went. `rows`: the rows that came or were rewritten, all system columns
    first, then the fields (and raw columns), as typed Arrow columns. Apply deletions first.
    """

    deleted: Any  # pa.Int64Array
    rows: Any  # pa.Table
    mark: Mark

    @property
    def is_empty(self) -> bool:
        return len(self.deleted) == 0 and self.rows.num_rows == 0


@dataclass(frozen=True)
class TextChanges:
    """The same, for an index: `_id` and, per field, its text (null where there is nothing to find). `is_exact`: no row
    was there before but those that stand among the deleted ones."""

    deleted: Any  # pa.Int64Array
    rows: Any  # pa.Table: _id int64, then one string column a field
    mark: Mark
    is_exact: bool = False


def no_ids() -> Any:
    return pa.array([], type=pa.int64())
