"""Rows in the order that they are wanted in."""

from operator import lt
from typing import Any

import pyarrow.compute as pc

FEW = 1_000
"""Rows."""


def in_order(rows: Any, places: Any = None) -> Any:
    """The rows of a `Placed` statement by their last column, `_seq`, which they then lack: in the order of `places`, an
    array of all these, or else as they rise."""
    width = rows.num_columns - 1
    found = rows.column(width)
    if places is not None:
        found = pc.index_in(found, value_set=places)
    # Nearly always DuckDB gives them in the order of the file, which is that of `_seq`.
    wanted = rows if _rises(found) else rows.take(pc.sort_indices(found))
    return wanted.select(list(range(width)))


def _rises(found: Any) -> bool:
    if len(found) <= FEW:  # a tenth of what Arrow takes to be asked
        numbers = found.to_pylist()
        return all(map(lt, numbers, numbers[1:]))
    return bool(pc.all(pc.greater(found.slice(1), found.slice(0, len(found) - 1))).as_py())
