"""Many ids as bits, where a join with them would take longer than all the rest of a query."""

from typing import Any

import numpy as np

from colonnade.engine.sql.expressions import Spread

SPARSEST = 64
"""Numbers from the first id to the last for each id: beyond that, bits for all take longer than to join a few."""


def spread_of(ids: Any) -> Spread | None:
    """Where so many ids lie (a sorted int64 Arrow array, not empty); None if they are far from each other, as those of
    a publication are from those of live rows."""
    first, last = ids[0].as_py(), ids[-1].as_py()
    return Spread(first, last) if last - first < SPARSEST * len(ids) else None


def bits_of(ids: Any) -> bytes:
    """A bit for each number from the first id to the last, the first one leftmost, as DuckDB's BIT has them."""
    numbers = ids.to_numpy()
    bits = np.zeros(int(numbers[-1] - numbers[0]) + 1, np.bool_)
    bits[numbers - numbers[0]] = True
    return np.packbits(bits).tobytes()
