"""Long answers over a real connection: whole, or visibly broken."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from colonnade import errors
from colonnade.http.compression import Compress
from colonnade.http.edge import answer_errors
from colonnade.http.errors import render
from colonnade.http.methods import AnswerHead
from colonnade.http.streaming import Streamed


class Source:
    """Chunks, of which the third cannot be had; `closed` once nobody wants them any more."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.made = 0

    def chunks(self, count: int, *, breaks: bool) -> Generator[bytes]:
        try:
            for _ in range(count):
                if breaks and self.made == 2:
                    raise errors.Unavailable("The rest cannot be had.")
                self.made += 1
                yield b"x" * 100_000
        finally:
            self.closed.set()


@contextmanager
def served(source: Source) -> Iterator[str]:
    app = FastAPI()
    answer_errors(app, render)

    @app.get("/{count}")
    def get(count: int, breaks: bool = False) -> Streamed:
        chunks = source.chunks(count, breaks=breaks)
        return Streamed(chunks, "text/csv", {"Cache-Control": "no-store"})

    server = uvicorn.Server(uvicorn.Config(AnswerHead(Compress(app)), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def test_a_stream_arrives_whole() -> None:
    source = Source()
    with served(source) as url, httpx2.Client() as client:
        answer = client.get(f"{url}/5")
    assert answer.content == b"x" * 500_000
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert source.closed.wait(5)


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_failure_midway_breaks_the_connection(coding: str) -> None:
    source = Source()
    with (
        served(source) as url,
        httpx2.Client(headers={"Accept-Encoding": coding}) as client,
        client.stream("GET", f"{url}/9?breaks=1") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers.get("content-encoding", "identity") == coding
        with pytest.raises(httpx2.RemoteProtocolError):
            answer.read()
    assert source.closed.wait(5)


def test_a_client_that_leaves_frees_what_it_read_from() -> None:
    source = Source()
    with served(source) as url, httpx2.Client() as client:
        with client.stream("GET", f"{url}/1000000") as answer:
            next(answer.iter_raw())
        assert source.closed.wait(10)
    assert source.made < 1_000_000


def test_the_head_alone_costs_no_chunk() -> None:
    source = Source()
    with served(source) as url, httpx2.Client() as client:
        answer = client.head(f"{url}/9")
    assert (answer.status_code, answer.content, source.made) == (200, b"", 0)
    assert answer.headers["content-type"] == "text/csv"
