"""The engines that the contract is proven on, and small tables to prove it with.

The contract is every `test_*.py` here that takes the fixture `engine` or `setup`. Another engine is one more entry in
`SETUPS`; what only the embedded engine promises is in `test_embedded.py`.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.layout import arrow_schema, columns
from colonnade.engine.port import Engine, Hits, Selection, Upsert, Written
from colonnade.generation import START, GenerationRef
from colonnade.query.bind import bind
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

REF = GenerationRef("ta_1", 1)
NEXT = GenerationRef("ta_1", 2)
AT = dt.datetime(2024, 5, 6, 7, 8, 9, 123456)
LATER = AT + dt.timedelta(days=1)

SCHEMA = Schema(
    (
        Field("name", "Name", FieldType.TEXT),
        Field("size", "Size", FieldType.INT, keeps_raw=True, lenient=True),
    )
)


@dataclass(frozen=True)
class Sizes:
    memory_bytes: int = 256 << 20
    open_tables: int = 50


@dataclass(frozen=True)
class Setup:
    """How to open an engine on a folder, and what it can do.

    `bounds_memory`: it raises when a query needs more memory than it was given. `bounds_tables`: it keeps only so
    many tables open.
    """

    name: str
    open: Callable[[Path, Sizes], Engine]
    bounds_memory: bool = True
    bounds_tables: bool = True


def _embedded(folder: Path, sizes: Sizes) -> Engine:
    return EmbeddedEngine(
        folder / "generations",
        scratch=folder / "scratch",
        memory_bytes=sizes.memory_bytes,
        threads=2,
        open_tables=sizes.open_tables,
    )


SETUPS: Mapping[str, Setup] = {one.name: one for one in (Setup("embedded", _embedded),)}


def table(rows: Sequence[Mapping[str, Any]], schema: Schema = SCHEMA) -> Any:
    """An Arrow table of the columns that any of the rows has."""
    known = {one.name: one for one in columns(schema)}
    used = dict.fromkeys(name for row in rows for name in row)
    types = arrow_schema([known[name] for name in used])
    return pa.table({name: [row.get(name) for row in rows] for name in used}, schema=types)


def put(
    engine: Engine,
    *rows: Mapping[str, Any],
    ref: GenerationRef = REF,
    schema: Schema = SCHEMA,
    source: str = "re_1",
    at: dt.datetime = AT,
) -> Written:
    return engine.write(
        ref, schema, Upsert(table([{"_key": None, **one} for one in rows], schema), source), at
    )


def stored(engine: Engine, ref: GenerationRef = REF) -> list[dict[str, Any]]:
    """All rows with all their columns, by `_seq`."""
    found: list[dict[str, Any]] = engine.changes_since(ref, START).rows.to_pylist()
    return found


def column(engine: Engine, name: str, ref: GenerationRef = REF) -> list[Any]:
    return [one[name] for one in stored(engine, ref)]


def ask(
    engine: Engine,
    query: Query,
    *,
    ref: GenerationRef = REF,
    schema: Schema = SCHEMA,
    hits: Hits | None = None,
    seconds: float | None = None,
) -> Selection:
    with engine.read(ref) as reading:
        return reading.select(bind(query, visible=schema), hits or {}, seconds=seconds)
