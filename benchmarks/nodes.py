"""A site's scripts at DKAN's door, over HTTP: datasets with a resource each, a file that is attached and imported, and
questions to a datastore beside raw DuckDB with the same columns of text."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from itertools import count, repeat
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.figures import Figure, in_turn, p50, timed
from benchmarks.server import KEY, Server, serving
from benchmarks.tables import table

NODE = "/api/dataset/node"
SEARCH = "/api/action/datastore/search.json"
DATASETS = 2_000
FILE_ROWS = 100_000
TIMES = 40
AGENTS = 1_001
"""From here on there are agents of these numbers."""


@dataclass(frozen=True)
class Question:
    """The same in the door's parameters and in SQL, which gives the rows and how many there are in all. `{n}` in either is
    another number every time, so that nothing of an answer can be remembered."""

    name: str
    params: Mapping[str, Any]
    statements: Sequence[str]


QUESTIONS = (
    Question(
        "10 rows",
        {},
        ("SELECT * FROM rows LIMIT 10", "SELECT count(*) FROM rows"),
    ),
    Question(
        "100 rows far inside",
        {"limit": 100, "offset": 500_000},
        ("SELECT * FROM rows LIMIT 100 OFFSET 500000", "SELECT count(*) FROM rows"),
    ),
    Question(
        "a filter",
        {"filters[category]": "tree,snow", "limit": 100},
        (
            "SELECT * FROM rows WHERE category IN ('tree', 'snow') LIMIT 100",
            "SELECT count(*) FROM rows WHERE category IN ('tree', 'snow')",
        ),
    ),
    Question(
        "a filter, another one every time",
        {"filters[agent]": "agent{n}", "limit": 100},
        (
            "SELECT * FROM rows WHERE agent = 'agent{n}' LIMIT 100",
            "SELECT count(*) FROM rows WHERE agent = 'agent{n}'",
        ),
    ),
    Question(
        "a filter, sorted",
        {"filters[status]": "open", "sort[id]": "desc", "limit": 100},
        (
            "SELECT * FROM rows WHERE status = 'open' ORDER BY id DESC LIMIT 100",
            "SELECT count(*) FROM rows WHERE status = 'open'",
        ),
    ),
    Question(
        "a count by category",
        {"group_by": "category", "count": "id", "limit": 100},
        ("SELECT category, count(id) FROM rows GROUP BY category LIMIT 100",),
    ),
)


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    folder = scratch / "nodes"
    folder.mkdir()
    with serving(folder / "data") as server:
        yield from _creating(server)
        yield from _importing(server, table(scratch, FILE_ROWS))
        yield from _asking(server, folder, table(scratch, rows))
    shutil.rmtree(folder)


def _creating(server: Server) -> Iterator[Figure]:
    """Two calls for each dataset, as a script makes them: the dataset, then its resource."""
    took = []
    with closing(HTTPConnection("127.0.0.1", server.port)) as connection:
        for number in range(DATASETS):
            with timed() as watch:
                dataset = _sent(
                    connection, type="dataset", title=f"Dataset {number}", **_text(f"About {number}")
                )
                reference = {"field_dataset_ref": {"und": [{"target_id": dataset}]}}
                _sent(connection, type="resource", title=f"Resource {number}", **reference)
            took.append(watch.seconds)
    tenth = DATASETS // 10
    yield Figure(
        f"{DATASETS:,} datasets with a resource each, a second", DATASETS / sum(took), "/s", aim="aim: >= 100"
    )
    first, last = p50(took[:tenth]) * 1000, p50(took[-tenth:]) * 1000
    yield Figure("  last tenth beside the first, each", last, "ms", first, "aim: ratio <= 1.3")


def _importing(server: Server, csv: Path) -> Iterator[Figure]:
    number = _made(server, type="resource", title="A file")
    with timed() as watch:
        _attach(server, number, csv)
    yield Figure(f"attaching {FILE_ROWS:,} rows ({csv.stat().st_size >> 20} MB)", watch.seconds, "s")
    with timed() as watch:
        _import(server, number)
    yield Figure("  importing them", watch.seconds, "s")


def _asking(server: Server, folder: Path, csv: Path) -> Iterator[Figure]:
    number = _made(server, type="resource", title="A large file")
    _attach(server, number, csv)
    with timed() as watch:
        _import(server, number)
    yield Figure(f"importing a file of {csv.stat().st_size >> 20} MB", watch.seconds, "s")
    uuid = server.client.get(f"{NODE}/{number}.json").json()["uuid"]
    with ExitStack() as cleanup:
        connection = cleanup.enter_context(duckdb.connect(str(folder / "raw.duckdb")))
        connection.execute(
            "CREATE TABLE rows AS SELECT * FROM read_csv(?, all_varchar=true, header=true)", [str(csv)]
        )
        for question in QUESTIONS:
            asks: list[Callable[[], object]] = [
                partial(_ask, server, uuid, question, count(AGENTS)),
                partial(_scan, connection, question, count(AGENTS)),
            ]
            answer = _ask(server, uuid, question, repeat(AGENTS - 1))
            _check(question, answer, _scan(connection, question, repeat(AGENTS - 1)))
            ours, theirs = in_turn(asks, TIMES)
            yield Figure(f"{question.name}, p50", ours, "ms", theirs, "aim: +6 ms")


def _ask(server: Server, uuid: str, question: Question, numbers: Iterator[int]) -> Any:
    n = next(numbers)
    params = {name: one.format(n=n) if isinstance(one, str) else one for name, one in question.params.items()}
    answer = server.stranger.get(SEARCH, params={"resource_id": uuid, **params})
    answer.raise_for_status()
    return answer.json()


def _scan(
    connection: duckdb.DuckDBPyConnection, question: Question, numbers: Iterator[int]
) -> list[list[tuple[Any, ...]]]:
    n = next(numbers)
    return [connection.execute(one.format(n=n)).fetchall() for one in question.statements]


def _check(question: Question, answer: Any, found: list[list[tuple[Any, ...]]]) -> None:
    """Both must agree before a time counts."""
    records = answer["result"]["records"]
    if len(records) != len(found[0]) or (len(found) > 1 and answer["result"]["total"] != found[1][0][0]):
        raise RuntimeError(f"{question.name}: the answers differ")


def _text(text: str) -> dict[str, Any]:
    return {"body": {"und": [{"value": text}]}, "field_author": {"und": [{"value": "Bench"}]}}


def _sent(connection: HTTPConnection, **body: Any) -> str:
    """A new node, by a client that takes little of the processor itself: two of the others' calls take 2 ms."""
    headers = {"Authorization": f"Apikey {KEY}", "Content-Type": "application/json"}
    connection.request("POST", f"{NODE}.json", json.dumps(body), headers)
    answer = connection.getresponse()
    told = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {told.decode(errors='replace')}")
    nid: str = json.loads(told)["nid"]
    return nid


def _made(server: Server, **body: Any) -> str:
    answer = server.client.post(f"{NODE}.json", json=body)
    answer.raise_for_status()
    nid: str = answer.json()["nid"]
    return nid


def _attach(server: Server, number: str, csv: Path) -> None:
    with csv.open("rb") as content:
        answer = server.client.post(
            f"{NODE}/{number}/attach_file",
            data={"field_name": "field_upload", "attach": "0"},
            files={"files[1]": (csv.name, content)},
        )
    answer.raise_for_status()


def _import(server: Server, number: str) -> None:
    datastore = f"/api/dataset/datastore/{number}"
    server.client.post(f"{datastore}/import").raise_for_status()
    while (state := server.client.get(f"{datastore}.json").json()["data_import"]) == 4:
        time.sleep(0.05)
    if state != 6:
        raise RuntimeError(f"the import ended as {state}")
