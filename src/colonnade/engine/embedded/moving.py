"""Taking rows out of a generation: for the index, for a builder, for a backup.

Files are made in the scratch folder and then moved, because DuckDB may write nowhere else.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade.engine.embedded.instance import Instance
from colonnade.engine.embedded.snapshots import Snapshot
from colonnade.engine.embedded.writing import registered
from colonnade.engine.layout import (
    DELETED,
    META,
    ROWS,
    attach,
    block_size,
    create_id_index,
    create_tables_of,
    literal,
    quoted,
    relation,
    text_columns,
)
from colonnade.generation import ROWS_FILE
from colonnade.query.schema import SEQ, SOURCE, Schema

_SLICE = 50_000
"""Rows of a batch, about."""


def texts(state: Snapshot, schema: Schema) -> Iterator[Any]:
    """Batches in `_seq` order. Slice by slice: sorting all rows at once would need room for all of them."""
    select = f"SELECT {text_columns(schema)} FROM {state.rows} WHERE {SEQ} BETWEEN ? AND ? ORDER BY {SEQ}"
    for first, last in _slices(state):
        yield from state.cursor.execute(select, [first, last]).to_arrow_table().combine_chunks().to_batches()


def _slices(state: Snapshot) -> list[tuple[int, int]]:
    """Ranges of `_seq` that hold about `_SLICE` rows each."""
    counted = state.cursor.execute(
        f"SELECT {SEQ} // {_SLICE} AS slice, count(*) FROM {state.rows} GROUP BY slice ORDER BY slice"
    ).fetchall()
    ranges: list[tuple[int, int]] = []
    first, rows = None, 0
    for part, number in counted:
        first = part * _SLICE if first is None else first
        rows += number
        if rows >= _SLICE // 2:
            ranges.append((first, part * _SLICE + _SLICE - 1))
            first, rows = None, 0
    if first is not None:
        ranges.append((first, counted[-1][0] * _SLICE + _SLICE - 1))
    return ranges


def export_rows(
    state: Snapshot, target: Path, scratch: Path, *, sources: Sequence[str], excluded: bool
) -> None:
    wanted = pa.table({"source": pa.array(sources, pa.string())})
    with _workplace(scratch) as folder, registered(state.cursor, "wanted", wanted):
        made = folder / "rows.parquet"
        state.cursor.execute(
            f"COPY (SELECT {state.written} FROM {state.rows} WHERE {SOURCE} {'NOT IN' if excluded else 'IN'} "
            f"(SELECT source FROM wanted) ORDER BY {SEQ}) TO {literal(str(made))} (FORMAT parquet)"
        )
        shutil.move(made, target)


def copy(state: Snapshot, instance: Instance, folder: Path, scratch: Path) -> None:
    """Copy row by row into a new file, not the file itself.

    A file is only whole together with its log, and folding the log in is refused while older readers are there. The
    transaction sees one state whatever goes on beside it, and dead places stay behind.
    """
    with _workplace(scratch) as place:
        made, target = place / ROWS_FILE, place.name
        with instance.cursor() as other:
            other.execute(attach(made, target, blocks=block_size(state.table.path.stat().st_size)))
        try:
            _fill(state, target)
            state.cursor.commit()
        finally:
            with instance.cursor() as other:
                other.execute(f"DETACH {quoted(target)}")
        shutil.move(made, folder / ROWS_FILE)


def _fill(state: Snapshot, target: str) -> None:
    for statement in create_tables_of(target, state.definitions()):
        state.cursor.execute(statement)
    for table, order in ((ROWS, SEQ), (META, "counter"), (DELETED, "counter")):
        state.cursor.execute(
            f"INSERT INTO {relation(target, table)} SELECT * FROM {relation(state.catalog, table)} ORDER BY {order}"
        )
    state.cursor.execute(create_id_index(target))


@contextmanager
def _workplace(scratch: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=scratch, prefix="engine-") as folder:
        yield Path(folder)
