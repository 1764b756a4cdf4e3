"""The rows file and the index of a generation, made side by side: rows are written in slices, and the index takes up
each slice as soon as it is committed."""

import datetime as dt
import queue
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from colonnade.builder import countries, extent, lenient_sql, reporting, wire
from colonnade.builder.extent import Extent
from colonnade.builder.identity import PLACED, Placement
from colonnade.builder.job import BuildJob, FileInput
from colonnade.builder.merging import Merged
from colonnade.builder.selecting import relation, selections
from colonnade.builder.staging import Part, Staged
from colonnade.engine import layout
from colonnade.engine.layout import literal, quoted
from colonnade.engine.shapes import PREPARE, register
from colonnade.generation import INDEX_FOLDER, ROWS_FILE, Mark
from colonnade.index.feed import feed
from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, SOURCE, FieldType, Schema

_CATALOG = "generation"
_SLICE_CELLS = 4_000_000
_SLICE_ROWS = 245_760  # two of DuckDB's row groups
_BATCH_CELLS = 100_000
_LEAST_HEAP_BYTES = 128 << 20
_BEFORE = 0.5
"""How much of a build is done, by experience, when rows begin to be written."""


@dataclass(frozen=True, slots=True)
class Written:
    """`sources`: rows by source. `countries`: where the rows are, if the job asks for that. `extent`: of their places.
    `unread`: as of `Manifest`."""

    mark: Mark
    sources: Mapping[str, int]
    countries: tuple[str, ...]
    extent: Extent | None
    unread: Mapping[str, int]


def write(staged: Staged, placement: Placement, merged: Merged, job: BuildJob, at: dt.datetime) -> Written:
    """Write rows and index into the folder of the generation. `at`: naive UTC, when the rows of files were written."""
    connection, schema = staged.connection, merged.schema
    mark = Mark(job.counter, placement.rows)
    blocks = layout.block_size(sum(one.path.stat().st_size for one in job.inputs))
    connection.execute(layout.attach(job.out / ROWS_FILE, _CATALOG, blocks=blocks))
    if layout.shape_columns(schema):
        register(connection)
    lenient_sql.register(connection, schema.fields)
    for statement in layout.create_tables(_CATALOG, schema):
        connection.execute(statement)
    slices: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        feeding = pool.submit(
            feed,
            job.out / INDEX_FOLDER,
            schema,
            _texts(connection.cursor(), schema if job.has_words else Schema(()), slices),
            mark,
            heap_bytes=_heap_bytes(job),
            threads=job.limits.threads,
        )
        try:
            _write_rows(staged, merged, at, slices, job.scratch)
        finally:
            slices.put(None)
        connection.execute(layout.create_id_index(_CATALOG))
        feeding.result()
    connection.execute(layout.insert_meta(_CATALOG, mark, placement.last_live_id))
    sources = connection.execute(
        f"SELECT {SOURCE}, count(*) FROM {layout.relation(_CATALOG)} GROUP BY ALL ORDER BY ALL"  # noqa: S608
    ).fetchall()
    found = (
        countries.of_rows(connection, layout.relation(_CATALOG), schema, job.scratch)
        if job.finds_countries
        else ()
    )
    files = [one.source for one in job.inputs if isinstance(one, FileInput)]
    unread = reporting.unread(connection, layout.relation(_CATALOG), schema, files)
    places = extent.of_rows(connection, layout.relation(_CATALOG), schema, job.scratch)
    connection.execute(f"CHECKPOINT {_CATALOG}")
    connection.execute(f"DETACH {_CATALOG}")
    return Written(mark, dict(sources), found, places, unread)


def _heap_bytes(job: BuildJob) -> int:
    """As much as the inputs have: what does not fit into it is written in pieces that have to be merged, which takes a
    third of the time of indexing 10 M rows."""
    inputs = sum(one.path.stat().st_size for one in job.inputs)
    return min(job.limits.index_heap_bytes, max(_LEAST_HEAP_BYTES, inputs))


def _write_rows(
    staged: Staged,
    merged: Merged,
    at: dt.datetime,
    slices: "queue.SimpleQueue[tuple[int, int] | None]",
    scratch: Path,
) -> None:
    """Write all rows in their order, slice by slice, and tell the first and the last `_seq` of each slice."""
    step = min(_SLICE_ROWS, max(1, _SLICE_CELLS // (len(merged.outputs) + 1)))
    done = 0
    for part in staged.parts:
        statement = _insert(part, merged, at)
        for start in range(0, part.rows, step):
            count = staged.connection.execute(statement, {"start": start, "stop": start + step}).fetchone()
            assert count is not None
            if count[0]:
                slices.put((done + 1, done + count[0]))
                done += count[0]
            wire.tell(scratch, _BEFORE + (1 - _BEFORE) * min(1, done / staged.rows))


def _insert(part: Part, merged: Merged, at: dt.datetime) -> str:
    """Of the rows of a part from `$start` to before `$stop`, write those that stay.

    The sort is needed: a join that spills does not keep the order of either side.
    """
    if isinstance(part.input, FileInput):
        source, modified = literal(part.input.source), f"TIMESTAMP '{at:%Y-%m-%d %H:%M:%S.%f}'"
    else:
        source, modified = f"part.{SOURCE}", f"part.{MODIFIED}"
    system = {ID: "place.id", KEY: "place.key", SOURCE: source, SEQ: "place.seq", MODIFIED: modified}
    cells = list(selections(part, merged.outputs))
    at_hand = dict(zip((one.name for one in layout.field_columns(merged.schema)), cells, strict=True))
    shapes = (one.name for one in merged.schema.fields if one.type is FieldType.GEO_SHAPE)
    made = [f"{PREPARE}({at_hand[name]})" for name in shapes]
    rows = f"SELECT *, rowid AS _row FROM {part.table} WHERE rowid >= $start AND rowid < $stop"  # noqa: S608
    values = [*(system[column.name] for column in layout.SYSTEM), *cells, *made]
    return f"""INSERT INTO {layout.relation(_CATALOG)} SELECT {", ".join(values)}
        FROM ({relation(part, merged.outputs, rows)}) part
        JOIN (SELECT *, rowid + 1 AS seq FROM {PLACED}
            WHERE position >= $start + {part.first} AND position < $stop + {part.first}) place
        ON place.position = part._row + {part.first} ORDER BY place.seq"""  # noqa: S608


def _texts(
    cursor: duckdb.DuckDBPyConnection, schema: Schema, slices: "queue.SimpleQueue[tuple[int, int] | None]"
) -> Iterator[Any]:
    """The texts of each slice that is told, as record batches, until None is told."""
    batch_rows = max(1, min(10_000, _BATCH_CELLS // (len(schema.fields) + 1)))
    query = (
        f"SELECT {layout.text_columns(schema)} FROM {layout.relation(_CATALOG)}"  # noqa: S608
        f" WHERE {quoted(SEQ)} BETWEEN ? AND ?"
    )
    while told := slices.get():
        yield from cursor.execute(query, list(told)).to_arrow_reader(batch_rows)
