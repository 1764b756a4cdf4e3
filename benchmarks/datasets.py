"""Many datasets: how fast they are made over HTTP, and what a page of them costs when there are 20,000.

There is no other engine beside it: the aim is a time. What is not measured (the datasets beyond the first, their
publication without records) is done by the core's use cases in this process.
"""

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.figures import Figure, milliseconds, p50, p95, timed
from benchmarks.processes import resident
from benchmarks.server import Server, serving
from benchmarks.upserts import WORDS
from colonnade import app
from colonnade.config import read_settings
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.work import SYSTEM, Actor, Portal

DATASETS, MADE = 20_000, 2_000
BATCH = 500
TIMES = 60
AIM = "aim 50 ms"
AUTOMATION = "/api/automation/v1.0/datasets"
EXPLORE = "/api/explore/v2.1/catalog"
PAGES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("list, first page", AUTOMATION, {}),
    ("list, last page of 100", AUTOMATION, {"limit": 100, "offset": -100}),
    ("list, by dataset_id", AUTOMATION, {"dataset_id": "dataset-7"}),
    ("catalogue, first page", f"{EXPLORE}/datasets", {}),
    ("catalogue, page of 100 at 9,900", f"{EXPLORE}/datasets", {"limit": 100, "offset": -9_900}),
    ("catalogue, search", f"{EXPLORE}/datasets", {"where": 'search("foxtrot kilo")'}),
    ("catalogue, where", f"{EXPLORE}/datasets", {"where": 'keyword="tenth7" and modified > date"2020"'}),
    ("catalogue, refine", f"{EXPLORE}/datasets", {"refine": "publisher:Office of golf"}),
    ("catalogue, sort", f"{EXPLORE}/datasets", {"order_by": "-title"}),
    ("catalogue, facets", f"{EXPLORE}/facets", {}),
)
FILES = ("dcat", "ttl", "data.json", "rss", "json", "csv", "xlsx")


def run(scratch: Path, rows: int) -> Iterator[Figure]:
    """`rows`: how many datasets there are at last, at most 20,000."""
    folder = scratch / "datasets"
    folder.mkdir()
    total = min(rows, DATASETS)
    made = min(total // 2, MADE)
    rng = random.Random(1)
    with serving(folder / "data") as server:
        yield from _making(server, [_body(rng, number) for number in range(made)])
    key = _filled(folder / "data", [_body(rng, number) for number in range(made, total)])
    with serving(folder / "data") as server:
        for name, path, params in PAGES:
            asked = {one: value + total if value == -100 else value for one, value in params.items()}
            if asked.get("offset") == -9_900:
                asked["offset"] = min(9_900, total // 2)
            for who, headers in _callers(path, key):
                call = partial(_get, server.client, path, asked, headers)
                milliseconds(call, 5)
                yield Figure(f"{name}, {who}, p95", p95(milliseconds(call, TIMES)), "ms", aim=AIM)
        yield from _files(server)
    shutil.rmtree(folder)


def _files(server: Server) -> Iterator[Figure]:
    """The whole catalogue, as harvesters take it: how long, and how much the server grows meanwhile."""
    for format_ in FILES:
        before = server.peak["server"] = resident(server.process.pid)
        size = 0
        with timed() as watch, server.stranger.stream("GET", f"{EXPLORE}/exports/{format_}") as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                size += len(chunk)
        yield Figure(f"catalogue as {format_}, {size / 1e6:.0f} MB", watch.seconds, "s")
        yield Figure("  growth of the server", max(0.0, server.peak["server"] - before), "MB")


def _making(server: Server, bodies: list[dict[str, Any]]) -> Iterator[Figure]:
    def make(body: Mapping[str, Any]) -> None:
        answer = server.client.post(f"{AUTOMATION}/", json=body)
        answer.raise_for_status()

    with timed() as watch:
        spent = [milliseconds(partial(make, body), 1)[0] for body in bodies]
    yield Figure(f"{len(bodies):,} datasets made with metadata", len(bodies) / watch.seconds, "1/s")
    tenth = max(1, len(bodies) // 10)
    yield Figure("last tenth of them beside the first, p50", p50(spent[-tenth:]), "ms", p50(spent[:tenth]))
    same = [{"metadata": {"default": {"title": "Always the same"}}}] * tenth
    spent = [milliseconds(partial(make, body), 1)[0] for body in same]
    yield Figure(f"{tenth:,} of the same title, last tenth, p50", p50(spent[-max(1, tenth // 10) :]), "ms")


def _body(rng: random.Random, number: int) -> dict[str, Any]:
    words = rng.choices(WORDS, k=8)
    default = {
        "title": f"{' '.join(words[:3])} {number}",
        "description": f"<p>{' '.join(rng.choices(WORDS, k=60))}</p>",
        "keyword": [f"tenth{number % 10}", words[3], words[4]],
        "publisher": f"Office of {words[5]}",
        "language": "en",
        "modified": f"20{10 + number % 15}-0{1 + number % 9}-01T00:00:00Z",
        "references": f"https://data.example/{number}",
        "timezone": "Europe/Paris",
    }
    metadata = {"default": {name: {"value": value} for name, value in default.items()}}
    return {"dataset_id": f"dataset-{number}", "metadata": metadata, "is_restricted": number % 20 == 0}


def _filled(data: Path, bodies: list[dict[str, Any]]) -> str:
    """Make these datasets too and publish all, without records. Returns a key of who made them, and may do nothing
    else."""
    with ExitStack() as cleanup:
        portal = app.open_portal(read_settings({}, data=data), cleanup)
        with portal.writing(SYSTEM) as work:
            person = people.add_person(
                work, "maker", email="maker@example.org", permissions=["create_dataset"]
            )
            _, key = people.add_key(work, person)
            maker = people.actor_of(work.db, person)
        for start in range(0, len(bodies), BATCH):
            _make(portal, maker, bodies[start : start + BATCH])
        with portal.reading(SYSTEM) as work:
            ids = datasets.living_ids(work)
        for start in range(0, len(ids), BATCH):
            with portal.writing(SYSTEM) as work:
                for one in datasets.by_ids(work, ids[start : start + BATCH]):
                    datasets.show(work, one)
    return key


def _make(portal: Portal, maker: Actor, bodies: list[dict[str, Any]]) -> None:
    with portal.writing(maker) as work:
        for body in bodies:
            datasets.create(
                work,
                body["metadata"],
                wanted_slug=body["dataset_id"],
                is_restricted=body["is_restricted"],
            )


def _callers(path: str, key: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "administrator", {}
    yield "maker", {"Authorization": f"Apikey {key}"}
    if path != AUTOMATION:
        yield "anonymous", {"Authorization": ""}


def _get(client: httpx2.Client, path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    client.get(path, params=params, headers=headers).raise_for_status()
