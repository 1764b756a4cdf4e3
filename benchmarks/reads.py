"""Reads over HTTP, one client, warm: each beside the same work in raw DuckDB, in this process, and in Datasette, over
HTTP too. All three must agree on the answer before a time counts.
"""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import peer, raw
from benchmarks.cases import CASES, PLACES, Case, Rows
from benchmarks.figures import Figure, in_turn
from benchmarks.peer import Datasette
from benchmarks.server import Server, serving
from benchmarks.tables import published, table

TIMES = 40
AIM = "aim: +6 ms, ratio to Datasette <= 1"


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "reads"
    folder.mkdir()
    csv = table(scratch, rows)
    raw.load(csv, folder / "raw.duckdb")
    with (
        peer.serving(csv, folder) as its,
        serving(published(scratch, rows)) as server,
        duckdb.connect(str(folder / "raw.duckdb")) as connection,
    ):
        for case in CASES:
            peer_ = None if case.dataset == PLACES else its
            _check(case, server, connection, peer_)
            asks: list[Callable[[], object]] = [partial(_ask, server, case), partial(_scan, connection, case)]
            if peer_ is not None:
                asks.append(partial(peer_.get, case.its_path, case.its_params))
            ours, theirs, *rest = in_turn(asks, TIMES)
            yield Figure(f"{case.name}, p50", ours, "ms", theirs, AIM, rest[0] if rest else None)
    shutil.rmtree(folder)


def _ask(server: Server, case: Case) -> Any:
    answer = server.stranger.get(f"{server.path(case.dataset)}{case.path}", params=case.params)
    answer.raise_for_status()
    return answer


def _scan(connection: duckdb.DuckDBPyConnection, case: Case) -> list[Rows]:
    return [connection.execute(one).fetchall() for one in case.statements]


def _check(case: Case, server: Server, connection: duckdb.DuckDBPyConnection, its: Datasette | None) -> None:
    facts = {
        "here": case.facts(_ask(server, case).json()),
        "DuckDB": case.raw_facts(_scan(connection, case)),
    }
    if its is not None:
        facts["Datasette"] = case.its_facts(its.get(case.its_path, case.its_params).json())
    if any(one != facts["here"] for one in facts.values()):
        raise RuntimeError(f"{case.name}: the answers differ: {facts}")
