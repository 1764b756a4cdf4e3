"""Reads over HTTP, one client, warm: each beside the same work in raw DuckDB, in this process, and in Datasette, over
HTTP too. All three must agree on the answer before a time counts.

Raw DuckDB has no index of words, so beside full text it scans the columns of text.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import peer, raw
from benchmarks.figures import Figure, in_turn
from benchmarks.peer import Datasette
from benchmarks.server import Server, serving
from benchmarks.tables import table

TIMES = 40
AIM = "aim: +6 ms, ratio to Datasette <= 1"
PAGE = {"limit": "100"}
ITS_PAGE = {"_size": "100", "_shape": "objects"}
FACETED = ("category", "status", "district", "agent")
TEXTS = ("category", "status", "description", "address", "agent")

Params = Mapping[str, str | Sequence[str]]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """`path`, `params`: of our request; `its_path`, `its_params`: of Datasette's. `facts`, `its_facts`, `raw_facts`:
    what the answers say that must be the same, from the two bodies and from the rows of each statement."""

    name: str
    path: str
    params: Params
    statements: tuple[str, ...]
    its_path: str
    its_params: Params
    facts: Callable[[Any], object]
    its_facts: Callable[[Any], object]
    raw_facts: Callable[[list[Rows]], object]


def _page(name: str, params: Params, where: str, order: str, its_params: Params) -> Case:
    """A page of 100 records and their exact total; the facts are the total and the amounts of the page."""
    condition = f"WHERE {where}" if where else ""
    return Case(
        name,
        "/records",
        {**PAGE, **params},
        (f"SELECT * FROM rows {condition} {order}", f"SELECT count(*) FROM rows {condition}"),
        "/rows.json",
        {**ITS_PAGE, **its_params},
        lambda body: (body["total_count"], sorted(one["amount"] for one in body["results"])),
        lambda body: (body["filtered_table_rows_count"], sorted(one["amount"] for one in body["rows"])),
        lambda answers: (answers[1][0][0], sorted(one[8] for one in answers[0])),
    )


def _word(kind: str, word: str) -> Case:
    """Which 100 of the records come first is each one's own choice: the fact is the total."""
    found = " OR ".join(f"contains({one}, '{word}')" for one in TEXTS)
    page = _page(
        f"full text, a {kind} word, page and exact total",
        {"where": f'"{word}"'},
        found,
        "LIMIT 100",
        {"_search": word},
    )
    return Case(
        page.name,
        page.path,
        page.params,
        page.statements,
        page.its_path,
        page.its_params,
        lambda body: body["total_count"],
        lambda body: body["filtered_table_rows_count"],
        lambda answers: answers[1][0][0],
    )


def _groups() -> Case:
    sums = "SELECT category, sum(amount) AS total FROM rows GROUP BY category ORDER BY category"
    return Case(
        "group by with sum",
        "/records",
        {"group_by": "category", "select": "sum(amount) as total", "limit": "100"},
        (sums,),
        ".json",
        {"sql": sums, "_shape": "objects"},
        lambda body: [(one["category"], round(one["total"])) for one in body["results"]],
        lambda body: [(one["category"], round(one["total"])) for one in body["rows"]],
        lambda answers: [(name, round(total)) for name, total in answers[0]],
    )


def _facets() -> Case:
    counted = (
        f"SELECT {one}, count(*) FROM rows GROUP BY {one} ORDER BY 2 DESC, 1 LIMIT 100" for one in FACETED
    )
    return Case(
        "four facets",
        "/facets",
        {"facet": FACETED},
        tuple(counted),
        "/rows.json",
        {"_facet": FACETED, "_facet_size": "100", "_size": "0", "_nocount": "1"},
        lambda body: [[one["count"] for one in facet["facets"]] for facet in body["facets"]],
        lambda body: [[one["count"] for one in body["facet_results"][name]["results"]] for name in FACETED],
        lambda answers: [[count for _, count in answer] for answer in answers],
    )


CASES = (
    _page("first page of 100", {}, "", "LIMIT 100", {}),
    _page("filter, page and exact total", {"where": 'category="noise"'}, "category = 'noise'", "LIMIT 100", {"category": "noise"}),
    _page("sort by a number", {"order_by": "-amount"}, "", "ORDER BY amount DESC LIMIT 100", {"_sort_desc": "amount"}),
    # Datasette has no offsets here: it begins after the last id of the page before, which is the cheaper way.
    _page("offset 9,900", {"offset": "9900"}, "", "LIMIT 100 OFFSET 9900", {"_next": "9900"}),
    _groups(),
    _facets(),
    _word("rare", "agent1234"),
    _word("common", "alpha"),
)  # fmt: skip


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "reads"
    folder.mkdir()
    csv = table(scratch, rows)
    raw.load(csv, folder / "raw.duckdb")
    with (
        peer.serving(csv, folder) as its,
        serving(folder / "data") as server,
        duckdb.connect(str(folder / "raw.duckdb")) as connection,
    ):
        server.publish_csv("table", csv)
        for case in CASES:
            _check(case, server, connection, its)
            asks: list[Callable[[], object]] = [partial(_ask, server, case), partial(_scan, connection, case)]
            if its is not None:
                asks.append(partial(its.get, case.its_path, case.its_params))
            ours, theirs, *rest = in_turn(asks, TIMES)
            yield Figure(f"{case.name}, p50", ours, "ms", theirs, AIM, rest[0] if rest else None)
    shutil.rmtree(folder)


def _ask(server: Server, case: Case) -> Any:
    answer = server.stranger.get(f"{server.path('table')}{case.path}", params=case.params)
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
