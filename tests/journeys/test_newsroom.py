"""A newsroom at work through PANDA's door: writers and readers at once, and a server that is killed."""

from pathlib import Path

import pytest
from tests.journeys.desks import client
from tests.journeys.histories import History
from tests.journeys.newsroom import COLUMNS, Newsroom
from tests.journeys.processes import Server
from tests.journeys.support import chance, is_well
from tests.support.house import found

READERS = 8
WRITERS = {"a": "permits", "b": "permits", "c": "permits", "d": "permits", "e": "vessels", "f": "berths"}
"""Four of them at one dataset, the others beside."""


@pytest.mark.parametrize(
    ("kills", "seconds"),
    [
        (1, 1.2),
        pytest.param(0, 60, marks=pytest.mark.drill),
        pytest.param(6, 9, marks=pytest.mark.drill),
    ],
)
def test_readers_see_states_that_were_and_no_acknowledged_row_is_lost(
    kills: int, seconds: float, tmp_path: Path
) -> None:
    histories = [History(writer, slug) for writer, slug in WRITERS.items()]
    newsroom = Newsroom(histories, readers=READERS, random=chance())
    found(tmp_path)
    for number in range(kills + 1):
        with Server(tmp_path) as server:
            if number == 0:
                _founded(server.address)
            newsroom.settle(server.address)
            newsroom.crowd.start(server.address)
            newsroom.work(seconds)
            if number < kills:
                newsroom.crowd.died(server.kill)
                continue
            newsroom.crowd.stop()
            newsroom.settle(server.address)
            is_well(tmp_path)
            server.terminate()
    print(f"{sum(one.writes for one in histories)} writes, {dict(newsroom.reads)}")


def _founded(address: str) -> None:
    with client(address) as asking:
        for slug in {*WRITERS.values()}:
            asking.ask("PUT", f"/dataset/{slug}/", 201, json={"name": slug}, **COLUMNS)
