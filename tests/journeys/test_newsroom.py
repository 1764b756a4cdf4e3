"""A newsroom at work through PANDA's door: writers and readers at once, and a server that is killed."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.journeys.desks import client
from tests.journeys.dooms import Doom
from tests.journeys.histories import History
from tests.journeys.newsroom import COLUMNS, Newsroom
from tests.journeys.processes import Server
from tests.journeys.support import chance, is_well
from tests.support.house import found

READERS = 8
WRITERS = {"a": "permits", "b": "permits", "c": "permits", "d": "permits", "e": "vessels", "f": "berths"}
"""Four of them at one dataset, the others beside."""


drill = pytest.mark.drill
ROWS_WRITTEN = "colonnade.core.records.service:put"
ENGINE_WRITE = "colonnade.engine.embedded.store:EmbeddedEngine.write"
INDEX_APPLY = "colonnade.index.tantivy_store:TantivyStore.apply"

End = Doom | float
"""How a server dies: at a moment of its work, or after so many seconds."""


@pytest.mark.parametrize(
    ("ends", "seconds"),
    [
        pytest.param((Doom("after", ROWS_WRITTEN, 9),), 0.8, id="short"),
        pytest.param((), 60, id="minute", marks=drill),
        pytest.param((30.0,), 30, id="minute killed in the middle", marks=drill),
        pytest.param(
            (
                *(Doom("after", ENGINE_WRITE, 40), Doom("before", ENGINE_WRITE, 41), 5.0),
                *(Doom("after", INDEX_APPLY, 30), Doom("before", INDEX_APPLY, 31), 7.0),
            ),
            5,
            id="moments",
            marks=drill,
        ),
    ],
)
def test_readers_see_states_that_were_and_no_acknowledged_row_is_lost(
    ends: Sequence[End], seconds: float, tmp_path: Path
) -> None:
    histories = [History(writer, slug) for writer, slug in WRITERS.items()]
    newsroom = Newsroom(histories, readers=READERS, random=chance())
    found(tmp_path)
    for end in ends:
        _die(newsroom, tmp_path, end)
    with Server(tmp_path) as server:
        _found_datasets(server.address)
        newsroom.settle(server.address)
        newsroom.crowd.start(server.address)
        newsroom.work(seconds)
        newsroom.crowd.stop()
        newsroom.settle(server.address)
        is_well(tmp_path)
        server.terminate()
    print(f"{sum(one.writes for one in histories)} writes, {dict(newsroom.reads)}")


def _die(newsroom: Newsroom, folder: Path, end: End) -> None:
    """Everybody is at work when the server dies."""
    dooms = [end] if isinstance(end, Doom) else []
    with Server(folder, *dooms) as server:
        _found_datasets(server.address)
        newsroom.settle(server.address)
        newsroom.crowd.start(server.address, is_doomed=bool(dooms))
        if isinstance(end, Doom):
            newsroom.crowd.died(server.died)
        else:
            newsroom.work(end)
            newsroom.crowd.died(server.kill)


def _found_datasets(address: str) -> None:
    with client(address) as asking:
        for slug in sorted({*WRITERS.values()}):
            if asking.answer("GET", f"/dataset/{slug}/").status_code == 404:
                asking.ask("PUT", f"/dataset/{slug}/", 201, json={"name": slug}, **COLUMNS)
