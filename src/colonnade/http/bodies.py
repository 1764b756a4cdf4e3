"""Bodies of requests: bounded while they arrive, so that no client can fill memory or disk."""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

JSON_LIMIT = 32 << 20
"""Bytes of a body that is not an upload."""


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
        too_large = HTTPException(413, f"The body is larger than {limit} bytes.")
        received = int(told) if told.isdigit() else 0
        if received > limit:

            async def refused() -> Message:
                raise too_large

            await self._app(scope, refused, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large
            return message

        await self._app(scope, counted, send)
