"""Conditions on shapes, as the engine answers them with a page and its total, beside DuckDB's spatial extension on the
same texts. Of so many rows a tenth are shapes, of 33 corners each."""

import datetime as dt
import math
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import duckdb
import duckdb_extension_spatial
import pyarrow as pa

from benchmarks.figures import Figure, milliseconds
from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.port import Upsert
from colonnade.generation import GenerationRef
from colonnade.query.bind import bind
from colonnade.query.odsql import parse_where
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

REF = GenerationRef("ta_shapes", 1)
SCHEMA = Schema((Field("shape", "Shape", FieldType.GEO_SHAPE),))
POLYGON = "POLYGON((1 44, 5 44, 5 48, 3 47, 1 48, 1 44))"
CONDITIONS = {
    "shapes that intersect a polygon": f"intersects(shape, geom'{POLYGON}')",
    "shapes within 100 km": "within_distance(shape, geom'POINT(2.35 48.85)', 100km)",
    "shapes in a box": "in_bbox(shape, 44, 1, 48, 5)",
}
_TIMES = 7


def run(folder: Path, rows: int) -> Iterator[Figure]:
    texts = pa.array(_texts(rows // 10), pa.string())
    engine = EmbeddedEngine(
        folder / "generations", scratch=folder / "scratch", memory_bytes=1 << 30, threads=2
    )
    engine.create(REF, SCHEMA)
    sent = pa.table({"_key": pa.nulls(len(texts), pa.string()), "shape": texts})
    engine.write(REF, SCHEMA, Upsert(sent, "re_1"), dt.datetime(2024, 1, 1))  # noqa: DTZ001 - naive UTC
    beside = median(_raw(texts))
    for name, where in CONDITIONS.items():
        query = bind(Query(where=parse_where(where), limit=100), visible=SCHEMA)

        def ask(query: object = query) -> None:
            with engine.read(REF) as reading:
                reading.select(query, {})  # type: ignore[arg-type]

        yield Figure(name, median(milliseconds(ask, _TIMES)), "ms", beside)
    engine.close()


def _raw(texts: object) -> list[float]:
    """The same polygon, by the extension, from the texts."""
    extension = next(Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension"))
    with duckdb.connect(config={"threads": 2}) as raw:
        raw.execute(f"LOAD '{extension}'")
        raw.register("sent", pa.table({"shape": texts}))
        raw.execute("CREATE TABLE rows AS SELECT shape FROM sent")
        ask = "SELECT count(*) FROM rows WHERE ST_Intersects(TRY(ST_GeomFromGeoJSON(shape)), ST_GeomFromText(?))"
        return milliseconds(lambda: raw.execute(ask, [POLYGON]).fetchall(), 3)


def _texts(count: int) -> Iterator[str]:
    chance = random.Random(1)
    turns = [2 * math.pi * corner / 32 for corner in range(33)]
    for _ in range(count):
        lon, lat = chance.uniform(-179, 179), chance.uniform(-85, 85)
        ring = ",".join(f"[{lon + math.cos(one) / 2:.6f},{lat + math.sin(one) / 2:.6f}]" for one in turns)
        yield f'{{"type":"Polygon","coordinates":[[{ring}]]}}'
