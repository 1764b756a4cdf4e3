"""Errors at the edge: every family has a status and a body at every door, and what nobody foresaw tells nothing.

A body is JSON. At a door it has `error_code` and `message`, outside every door `error`. A crash is a 500 in the same
shape, with a `trace_id` under which the log has the trace.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Iterator

import orjson
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient
from starlette.types import Message

from colonnade import errors
from colonnade.dialects.automation import errors as automation
from colonnade.dialects.explore import errors as explore
from colonnade.http import errors as outside
from colonnade.http.edge import STATUS, Renderer, answer_errors, status_of

DOORS: dict[str, Renderer] = {"automation": automation.render, "explore": explore.render}
SECRET = "the path of a file on the server"


def _families() -> Iterator[type[errors.PortalError]]:
    """All families and their kinds, those of other modules too."""
    waiting: list[type[errors.PortalError]] = [errors.PortalError]
    while waiting:
        one = waiting.pop()
        if not one.__module__.startswith("colonnade.moving"):  # a command's own, which no door sees
            yield one
        waiting.extend(one.__subclasses__())


def _an_error(family: type[errors.PortalError]) -> errors.PortalError:
    if issubclass(family, errors.LimitReached):
        return family("Too much.", limit_type="bytes", limit=1, value=2)
    if issubclass(family, errors.QuotaReached):
        return family("Too often.", limit=1, unit="day", resets_at=dt.datetime.now(dt.UTC))
    return family("It did not work.")


def test_every_family_of_the_tree_has_a_status() -> None:
    own = {one for one in _families() if one.__module__ == errors.__name__}
    assert own == set(STATUS)


@pytest.mark.parametrize("door", DOORS)
def test_every_error_is_rendered_at_every_door(door: str) -> None:
    codes: dict[str, int] = {}
    for family in _families():
        error = _an_error(family)
        answer = DOORS[door](Request({"type": "http"}), error)
        body = orjson.loads(answer.body)
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.status_code == status_of(error)
        assert isinstance(body["error_code"], str)
        assert isinstance(body["message"], str)
        assert codes.setdefault(body["error_code"], answer.status_code) == answer.status_code
    assert len(codes) == len(STATUS)


def _broken(render: Renderer) -> FastAPI:
    """A door with a fault, mounted as doors are."""
    site, door = FastAPI(), FastAPI()
    answer_errors(site, outside.render)
    answer_errors(door, render)
    site.mount("/door", door)

    @door.get("/broken")
    def get_broken() -> None:
        raise RuntimeError(SECRET)

    @door.get("/half")
    def get_half() -> Response:
        def half() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError(SECRET)

        return StreamingResponse(half())

    @door.post("/body")
    async def post_body(request: Request) -> Response:
        return Response(await request.body())

    return site


@pytest.mark.parametrize(
    "render",
    [
        *(
            pytest.param(one, id="explore-7.1-500" if name == "explore" else name)
            for name, one in DOORS.items()
        ),
        pytest.param(outside.render, id="outside"),
    ],
)
def test_a_crash_is_told_without_its_reason_and_logged_with_it(
    render: Renderer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = TestClient(_broken(render)).get("/door/broken?apikey=abc")
    assert answer.status_code == 500
    assert SECRET not in answer.text
    (record,) = [one for one in caplog.records if one.name == "colonnade.http"]
    assert "abc" not in record.getMessage()
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == SECRET
    if render is not outside.render:
        assert answer.json()["message"] == "A server error occurred."
        assert answer.json()["trace_id"] in record.getMessage()


def test_an_answer_that_breaks_off_in_the_middle_does_not_look_whole() -> None:
    with pytest.raises(RuntimeError, match=SECRET):
        TestClient(_broken(automation.render)).get("/door/half")


def test_a_client_that_goes_away_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    scope = {"type": "http", "method": "POST", "path": "/door/body", "query_string": b"", "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(_broken(automation.render)(scope, receive, send))
    assert (sent, caplog.records) == ([], [])
