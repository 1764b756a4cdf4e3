"""Compressed answers: by what the client takes, text alone, in pieces, and never whole-looking when they break off."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colonnade.http.compression import PACKERS, SMALLEST, Choice, Compress, chosen
from colonnade.http.methods import AnswerHead

TEXT = b"a line of text\n" * 1000
PIECE = b"0123456789,some text\n" * 10_000


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """What the query says: `type`, `size`, `status`, `pieces`, and headers."""
    asked = dict(Request(scope).query_params)
    kind, status = asked.pop("type", "text/csv; charset=utf-8"), int(asked.pop("status", 200))
    size, pieces = int(asked.pop("size", len(TEXT))), int(asked.pop("pieces", 0))
    answer: Response = Response(TEXT[:size], status, asked)
    if pieces:
        answer = StreamingResponse(_pieces(abs(pieces), breaks=pieces < 0), status, asked)
    answer.headers["content-type"] = kind
    await answer(scope, receive, send)


async def _pieces(count: int, *, breaks: bool) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE
    if breaks:
        raise RuntimeError("the rest cannot be had")


APP: ASGIApp = AnswerHead(Compress(_answer))
CLIENT = TestClient(APP)


def _raw(query: str, accepted: str | None = "gzip") -> tuple[list[Message], BaseException | None]:
    """The messages of an answer as a server would get them, and what broke it off."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        await asyncio.sleep(3_600)
        raise AssertionError

    headers = [] if accepted is None else [(b"accept-encoding", accepted.encode())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": headers,
        "asgi": {"spec_version": "2.4"},
    }
    try:
        asyncio.run(APP(scope, receive, send))  # type: ignore[arg-type]
    except RuntimeError as error:
        return sent, error
    return sent, None


@pytest.mark.parametrize(
    ("accepted", "coding", "is_must"),
    [
        ("", None, False),
        ("gzip", "gzip", False),
        ("x-gzip", "gzip", False),
        ("GZIP", "gzip", False),
        ("zstd", "zstd", False),
        ("gzip, deflate, br, zstd", "zstd", False),
        ("gzip;q=1.0, zstd;q=0.5", "gzip", False),
        ("gzip; q=0.5 , zstd ;q=0.9", "zstd", False),
        ("br", None, False),
        ("deflate, br;q=0.1", None, False),
        ("*", "zstd", False),
        ("*;q=0", None, False),
        ("zstd;q=0, *", "gzip", False),
        ("gzip;q=0", None, False),
        ("gzip;q=0, zstd;q=0, *;q=1", None, False),
        ("identity", None, False),
        ("identity, gzip;q=0.5", None, False),
        ("identity;q=0.5, gzip", "gzip", False),
        ("identity;q=0, gzip", "gzip", True),
        ("gzip, *;q=0", "gzip", True),
        ("identity;q=0, *;q=0.5", "zstd", True),
        ("identity;q=0", None, False),
        ("gzip;q=2", None, False),
        ("gzip;q=x, zstd", "zstd", False),
        (",,gzip,,", "gzip", False),
    ],
)
def test_the_client_says_what_it_takes(accepted: str, coding: str | None, is_must: bool) -> None:
    assert chosen(accepted) == Choice(coding, is_must)


@given(
    st.text(max_size=30) | st.from_regex(r"(gzip|zstd|\*|identity)(;q=[0-9.]{1,4})?(, ?x)?", fullmatch=True)
)
def test_any_text_is_understood_or_ignored(accepted: str) -> None:
    assert chosen(accepted).coding in {None, *PACKERS}


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
@pytest.mark.parametrize("pieces", [0, 1, 7])
def test_an_answer_arrives_as_it_was(coding: str, pieces: int) -> None:
    answer = CLIENT.get("/", params={"pieces": pieces}, headers={"Accept-Encoding": coding})
    assert answer.headers["content-encoding"] == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (PIECE * pieces if pieces else TEXT)
    assert ("content-length" in answer.headers) is (pieces == 0)


@pytest.mark.parametrize(
    "media_type",
    [
        "text/csv",
        "text/html; charset=utf-8",
        "text/turtle",
        "text/calendar",
        "application/json",
        "application/json; charset=utf-8",
        "application/jsonl; charset=utf-8",
        "application/geo+json",
        "application/ld+json",
        "application/rdf+xml",
        "application/rss+xml",
        "application/gpx+xml",
        "application/vnd.google-earth.kml+xml",
        "application/n-triples",
    ],
)
def test_text_is_compressed(media_type: str) -> None:
    assert CLIENT.get("/", params={"type": media_type}).headers["content-encoding"]


@pytest.mark.parametrize(
    "query",
    [
        {"size": SMALLEST - 1},
        {"status": 204, "size": 0},
        {"status": 206},
        {"type": "application/gzip"},
        {"type": "application/zip"},
        {"type": "application/vnd.apache.parquet"},
        {"type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"type": "application/x-shapefile"},
        {"type": "application/flatgeobuf"},
        {"type": "application/octet-stream"},
        {"type": "image/png"},
        {"accept-ranges": "bytes"},
        {"content-encoding": "br"},
        {"etag": '"strong"'},
    ],
    ids=lambda query: "-".join(map(str, next(iter(query.items())))),
)
def test_what_is_small_or_compressed_or_in_parts_stays_as_it_is(query: dict[str, Any]) -> None:
    sent, _ = _raw("&".join(f"{name}={value}" for name, value in query.items()))
    assert sent[1]["body"] == TEXT[: query.get("size", len(TEXT))]


def test_who_takes_nothing_as_it_is_gets_small_answers_compressed() -> None:
    answer = CLIENT.get("/", params={"size": 10}, headers={"Accept-Encoding": "gzip, identity;q=0"})
    assert (answer.headers["content-encoding"], answer.content) == ("gzip", TEXT[:10])


def test_a_weak_validator_stays_for_every_coding() -> None:
    for accepted in ("gzip", "identity"):
        answer = CLIENT.get("/", params={"etag": 'W/"x"'}, headers={"Accept-Encoding": accepted})
        assert answer.headers["etag"] == 'W/"x"'


@pytest.mark.parametrize("pieces", [0, 3])
def test_the_head_is_that_of_the_whole(pieces: int) -> None:
    whole, head = (CLIENT.request(one, "/", params={"pieces": pieces}) for one in ("GET", "HEAD"))
    assert (head.content, dict(head.headers)) == (b"", dict(whole.headers))


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_what_breaks_off_has_no_end(coding: str) -> None:
    sent, broken = _raw("pieces=-30", coding)
    assert isinstance(broken, RuntimeError)
    assert all(one["more_body"] for one in sent[1:])
    if coding == "gzip":
        arrived = b"".join(one["body"] for one in sent[1:])
        with pytest.raises(EOFError):
            gzip.decompress(arrived)
        assert (PIECE * 30).startswith(zlib.decompressobj(wbits=31).decompress(arrived))


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_long_answer_needs_no_more_memory_than_a_short_one(coding: str) -> None:
    _raw("pieces=2", coding)
    tracemalloc.start()
    sent, _ = _raw("pieces=150", coding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sent) > 2
    assert peak < len(PIECE) * 150 // 4  # it holds what was sent, which a server would not
