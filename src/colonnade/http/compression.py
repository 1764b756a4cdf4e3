"""Answers made smaller on their way: gzip and zstd, whichever the client likes best (RFC 9110, section 12.5.3).

A library that is well kept (starlette-compress) was looked at: it knows neither relative q-values nor `identity;q=0`, and
compresses large pieces in the event loop, where everybody waits for them.
"""

import re
import sys
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdCompressor
else:
    from backports.zstd import ZstdCompressor

SMALLEST = 1_024
"""Bytes of an answer that is worth it."""
LARGE = 1 << 15
"""Bytes that are compressed beside the event loop."""
GZIP_LEVEL, ZSTD_LEVEL = 4, 3
_GZIP = 16 + zlib.MAX_WBITS

_ELEMENT = re.compile(r"\s*([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
_TEXTS = re.compile(
    r"text/.+|application/(?:.+\+)?(?:json|xml)|application/(?:jsonl|ndjson|javascript|n-triples)"
)


class Packer(Protocol):
    """Compresses a body piece by piece."""

    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


PACKERS: Mapping[str, Callable[[], Packer]] = {
    "zstd": lambda: ZstdCompressor(ZSTD_LEVEL),
    "gzip": lambda: zlib.compressobj(GZIP_LEVEL, wbits=_GZIP),
}
"""By content coding; of those that a client likes as much, the first is taken."""
ALIASES = {"x-gzip": "gzip"}


class Choice(NamedTuple):
    """How an answer is to be sent. `coding` None: as it is. `is_must`: the client takes nothing that is as it is."""

    coding: str | None
    is_must: bool = False


@lru_cache(256)
def chosen(accepted: str) -> Choice:
    """What a header `Accept-Encoding` asks for; an element that is malformed asks for nothing."""
    weights = dict(_weights(accepted))
    others = weights.get("*", 0.0)
    coding = max(PACKERS, key=lambda one: weights.get(one, others))
    weight = weights.get(coding, others)
    plain = weights.get("identity", weights.get("*"))
    if not weight or (weights.get("identity", 0.0) > weight):
        return Choice(None)
    return Choice(coding, is_must=plain == 0)


def _weights(accepted: str) -> list[tuple[str, float]]:
    found = (_ELEMENT.fullmatch(one) for one in accepted.lower().split(","))
    return [(ALIASES.get(one[1], one[1]), float(one[2] or 1)) for one in found if one is not None]


class Compress:
    """Compresses what an application answers, if it is text and large enough, or of unknown length: such an answer is
    compressed piece by piece, in flat memory, and one that breaks off has no end that looks whole."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        choice = chosen(Headers(scope=scope).get("accept-encoding", ""))
        await self._app(scope, receive, _Compressing(send, choice))


class _Compressing:
    """Passes one answer on."""

    def __init__(self, send: Send, choice: Choice) -> None:
        self._send = send
        self._choice = choice
        self._packer: Packer | None = None
        self._start: Message | None = None
        """Held back until the first piece of the body says whether it is the only one."""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and self._is_wanted(message):
            assert self._choice.coding is not None
            self._packer = PACKERS[self._choice.coding]()
            self._start = message
        elif message["type"] == "http.response.body" and self._packer is not None:
            await self._pass_on(self._packer, message)
        else:
            await self._send(message)

    def _is_wanted(self, start: Message) -> bool:
        """Whether to compress; says in the headers what it depends on."""
        headers = MutableHeaders(scope=start)
        is_text = _is_text(start["status"], headers)
        if is_text or start["status"] == 304:
            headers.add_vary_header("Accept-Encoding")
        if self._choice.coding is None or not is_text:
            return False
        size = int(headers.get("content-length", SMALLEST))
        return size >= SMALLEST or (self._choice.is_must and size > 0)

    async def _pass_on(self, packer: Packer, message: Message) -> None:
        is_last = not message.get("more_body", False)
        body = await _packed(packer, message.get("body", b""), is_last=is_last)
        if self._start is not None:
            start, self._start = self._start, None
            headers = MutableHeaders(scope=start)
            headers["Content-Encoding"] = self._choice.coding or ""
            if "content-length" in headers:
                del headers["content-length"]
                if is_last:
                    headers["Content-Length"] = str(len(body))
            await self._send(start)
        if body or is_last:
            await self._send({**message, "body": body})


async def _packed(packer: Packer, piece: bytes, *, is_last: bool) -> bytes:
    def pack() -> bytes:
        return packer.compress(piece) + (packer.flush() if is_last else b"")

    return pack() if len(piece) < LARGE else await run_in_threadpool(pack)


def _is_text(status: int, headers: Headers) -> bool:
    """Text that is neither compressed nor sent in parts, whatever its validator: a strong one would have to change."""
    if status in {204, 206, 304} or {"content-encoding", "accept-ranges"} & set(headers):
        return False
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_strong = headers.get("etag", "W/").startswith('"')
    return not is_strong and _TEXTS.fullmatch(media_type) is not None
