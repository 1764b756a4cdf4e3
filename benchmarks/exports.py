"""Files of all rows over HTTP, CSV and Parquet beside DuckDB's COPY of the same rows to a file and Datasette's streamed CSV. The rows of
every file are counted and summed before its time counts."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx2

from benchmarks import peer, raw
from benchmarks.figures import Figure, p50, timed
from benchmarks.processes import forget_peak, resident
from benchmarks.server import Server, serving
from benchmarks.tables import published, table

TIMES = 3
AIM = "aim: ratio <= 3"
_OTHERS = ("json", "xlsx", "geojson", "kml", "gpx", "ov2", "fgb", "shp", "ical", "turtle", "rdfxml", "jsonld")
"""Formats that are timed alone, of the same rows with a place each."""
_COPIES = {"csv": "(FORMAT csv, HEADER)", "parquet": "(FORMAT parquet)"}


@dataclass(frozen=True)
class _Download:
    """Seconds, and the most memory that the server had meanwhile, in MB."""

    seconds: float
    peak: float


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "exports"
    folder.mkdir()
    csv = table(scratch, rows)
    raw.load(csv, folder / "raw.duckdb")
    with (
        peer.serving(csv, folder) as its,
        serving(published(scratch, rows)) as server,
        duckdb.connect(str(folder / "raw.duckdb")) as connection,
    ):
        wanted = _summed(connection, "rows")
        for format_, copy in _COPIES.items():
            target = folder / f"export.{format_}"
            ours, copies, theirs = [], [], []
            for _ in range(TIMES):
                with timed() as watch:
                    connection.execute(f"COPY rows TO '{target}' {copy}")
                copies.append(watch.seconds)
                pid, path = server.process.pid, f"{server.path('table')}/exports/{format_}"
                ours.append(_download(server.stranger, path, {"delimiter": ","}, target, pid))
                _check(connection, target, wanted)
            if its is not None and format_ == "csv":
                params = {"_stream": "on", "_size": "max"}
                theirs.append(_download(its.client, its.url("/rows.csv"), params, target, its.process.pid))
                _check(connection, target, wanted)
            yield from _figures(format_, rows, ours, copies, theirs)
        for format_ in _OTHERS:
            yield from _alone(server, format_, rows, folder / f"places.{format_}")
    shutil.rmtree(folder)


def _figures(
    format_: str, rows: int, ours: list[_Download], copies: list[float], theirs: list[_Download]
) -> Iterator[Figure]:
    seconds, peak = p50([one.seconds for one in ours]), max(one.peak for one in ours)
    name = f"{format_} of {rows:,} rows"
    its_seconds, its_peak = (theirs[0].seconds, theirs[0].peak) if theirs else (None, None)
    yield Figure(f"{name}, p50", seconds, "s", p50(copies), AIM, its_seconds)
    yield Figure(f"{name}, peak memory of the server", peak, "MB", peer=its_peak)


def _alone(server: Server, format_: str, rows: int, target: Path) -> Iterator[Figure]:
    path = f"{server.path('places')}/exports/{format_}"
    done = _download(server.stranger, path, {}, target, server.process.pid)
    name = f"{format_} of {rows:,} rows, {target.stat().st_size >> 20:,} MB"
    yield Figure(name, rows / done.seconds, "rows/s")
    yield Figure(f"{format_}, peak memory of the server", done.peak, "MB")
    target.unlink()


def _download(client: httpx2.Client, path: str, params: Any, target: Path, pid: int) -> _Download:
    forget_peak(pid)
    with timed() as watch, client.stream("GET", path, params=params) as answer, target.open("wb") as file:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            file.write(piece)
    return _Download(watch.seconds, resident(pid))


def _check(connection: duckdb.DuckDBPyConnection, target: Path, wanted: tuple[Any, ...]) -> None:
    found = _summed(connection, f"'{target}'")
    if found != wanted:
        raise RuntimeError(f"{target.name} holds other rows than the table: {found} instead of {wanted}")


def _summed(connection: duckdb.DuckDBPyConnection, source: str) -> tuple[Any, ...]:
    found = connection.execute(
        f"SELECT count(*), count(closed), sum(id), round(sum(amount)), count(DISTINCT description) FROM {source}"
    ).fetchone()
    assert found is not None
    return found
