"""Bodies of requests: bounded while they arrive, so that no client can fill memory or disk; JSON that can be kept."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_LIMIT = 32 << 20
"""Bytes of a body that is not an upload."""

DEEPEST = 50
"""Levels of nesting in a JSON body: what is kept can be printed again inside an answer of our own."""


class BoundedBodies:
    """Refuses bodies that are too large with 413: at once if their length is told, else when they pass the limit.

    `limit_for` takes the content type and gives the limit in bytes.
    """

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int]) -> None:
        self._app = app
        self._limit_for = limit_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        limit = self._limit_for(headers.get(b"content-type", ""))
        told = headers.get(b"content-length", "")
        await self._app(scope, bounded(receive, limit, told=int(told) if told.isdecimal() else 0), send)


def bounded(receive: Receive, limit: int, *, told: int = 0) -> Receive:
    """The same messages, until the body passes the limit; none at all if its length is told to."""
    received = 0

    async def counted() -> Message:
        nonlocal received
        if told <= limit:
            message = await receive()
            received += len(message.get("body", b""))
        if max(told, received) > limit:
            raise HTTPException(413, f"The body is larger than {limit} bytes.")
        return message

    return counted


class JsonRoute(APIRoute):
    """Reads a body as JSON whatever its content type says: old scripts leave it out, or name a form.

    Stricter than the standard library's JSON, so that what is taken up can be printed again: no NaN, no half
    characters, `DEEPEST` levels. What is not JSON is a `RequestValidationError` of the type `json_invalid`.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            # Bounded once more: a body that calls itself an upload was let through to a larger size.
            receive = bounded(request.receive, JSON_LIMIT)
            return await handle(_JsonRequest(_named_json(request.scope), receive))

        return handle if self.body_field is None else handle_json


class _JsonRequest(Request):
    async def json(self) -> Any:
        """Raises `json.JSONDecodeError`, of which orjson's own error is a kind."""
        value = orjson.loads(await self.body())
        if is_deeper(value, DEEPEST):
            raise json.JSONDecodeError(f"nested deeper than {DEEPEST} levels", "", 0)
        return value


def _named_json(scope: Scope) -> Scope:
    others = [one for one in scope["headers"] if one[0] != b"content-type"]
    return {**scope, "headers": [*others, (b"content-type", b"application/json")]}


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects are nested deeper than so many levels."""
    level = [value] if isinstance(value, _NESTED) else []
    for _ in range(levels - 1):
        level = [child for one in level for child in _children(one) if isinstance(child, _NESTED)]
        if not level:
            return False
    return any(level)


def _children(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value


_NESTED = (dict, list)
