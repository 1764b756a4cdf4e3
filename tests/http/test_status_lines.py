"""Reasons on the status lines of answers, as the server sends them."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import httpx2
import pytest
import uvicorn
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from colonnade.http.reasons import LONGEST, ReasonedResponse, line_of
from colonnade.http.statuslines import StatusLines


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the status, the reason and the body that the address names."""
    if scope["type"] != "http":
        return
    request = Request(scope, receive)
    asked = request.query_params
    body = asked.get("body", "").encode()
    response = ReasonedResponse(body, int(asked["status"]), reason=asked.get("reason"))
    await response(scope, receive, send)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of its own, in a thread."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        config = uvicorn.Config(_app, http=StatusLines, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([bound])))
        thread.start()
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(10)


@pytest.mark.parametrize(
    ("status", "reason", "said"),
    [
        pytest.param(
            404,
            "Not found : Node 9 could not be found",
            "Not found : Node 9 could not be found",
            id="dkan-4-reason-own",
        ),
        pytest.param(403, ": Access denied", ": Access denied", id="dkan-4-reason-beginning-with-a-sign"),
        pytest.param(
            406,
            "é \N{SNOWMAN} x\r\nSet-Cookie: a=b",
            "é   x Set-Cookie: a=b",
            id="dkan-4-reason-what-a-line-can-hold",
        ),
        pytest.param(404, None, "Not Found", id="dkan-4-reason-usual"),
        pytest.param(200, None, "OK", id="dkan-4-reason-good"),
    ],
)
def test_dkan_4_a_reason_stands_on_the_status_line(
    address: str, status: int, reason: str | None, said: str
) -> None:
    params = {"status": str(status), **({} if reason is None else {"reason": reason})}
    answer = httpx2.get(address, params=params, timeout=10)
    assert answer.status_code == status
    assert answer.extensions["reason_phrase"].decode("latin-1") == said


def test_answers_of_one_connection_have_each_their_own(address: str) -> None:
    with httpx2.Client(timeout=10) as client:
        asked = [("404", "first"), ("404", None), ("406", "second"), ("200", None)]
        found = []
        for status, reason in asked:
            body = "HTTP/1.1 404 this is a body"
            params = {"status": status, "body": body, **({} if reason is None else {"reason": reason})}
            answer = client.get(address, params=params)
            assert answer.text == body
            found.append(answer.reason_phrase)
    assert found == ["first", "Not Found", "second", "OK"]


def test_a_reason_is_cut() -> None:
    assert line_of("x" * 1000) == b"x" * LONGEST
