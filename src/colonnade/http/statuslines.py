"""The server's own protocol, which also sends the reasons of `http/reasons.py` on the status lines of answers."""

import asyncio
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from colonnade.http.reasons import REASON


class StatusLines(HttpToolsProtocol):
    """For uvicorn's option `http`. Answers of one connection are sent one after another, so that what is known of the one
    that begins belongs to the next status line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._worded: _WordedTransport | None = None
        self.app = cast("Any", self._telling(cast("ASGIApp", self.app)))

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._worded = _WordedTransport(transport)
        super().connection_made(cast("asyncio.Transport", self._worded))

    def _telling(self, app: ASGIApp) -> ASGIApp:
        async def told(scope: Scope, receive: Receive, send: Send) -> None:
            async def begin(message: Message) -> None:
                if REASON in message and self._worded is not None:
                    self._worded.word(message["status"], message[REASON])
                await send(message)

            await app(scope, receive, begin)

        return told


class _WordedTransport:
    """A transport whose next status line of a given status gets a reason."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._line: tuple[bytes, bytes] | None = None

    def word(self, status: int, reason: bytes) -> None:
        self._line = (b"HTTP/1.1 %d " % status, reason)

    def write(self, data: bytes) -> None:
        if self._line is not None and data.startswith(self._line[0]):
            data = b"".join((*self._line, data[data.index(b"\r\n") :]))
            self._line = None
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
