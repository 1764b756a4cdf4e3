"""Answers that a client has already: 304 instead of the same bytes again; and what may keep an answer for whom.

The validator is a hash of the answer itself. It saves bytes, not the query. One made of what the answer follows from (the
generation, live rows, metadata, rulesets, the caller's rights, the address as the caller wrote it, numbers of use, `now()`
in a condition, the version of this program) would save the query too, and tell somebody that nothing changed as soon as
one of them is forgotten. It is weak, because one answer is the same whether it is compressed or not.
"""

import hashlib
import re

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGE = 1 << 18
"""Bytes that are hashed beside the event loop."""
KEEPING = "private, no-cache"
"""Who got an answer may keep it, and asks before using it again; what stands between keeps none: an answer depends on
rights that change."""
DEPENDS_ON = "Authorization, Cookie"

_TAG = re.compile(r'(?:W/)?("[^"]*")')
_ABOUT_BODY = ("content-length", "content-type", "content-encoding")


class Revalidate:
    """Gives JSON answers of one piece an `ETag`, and answers 304 if the client has them. Every answer that says nothing of
    who may keep it gets `Cache-Control` and `Vary`; files say it themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: Message | None = None

        async def checked(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                _say_for_whom(message)
                if scope["method"] == "GET" and _is_taggable(message):
                    held = message
                    return
            elif held is not None:
                start, held = held, None
                if not message.get("more_body", False):
                    message = await _validated(start, message, known)
                await send(start)
            await send(message)

        await self._app(scope, receive, checked)


def is_known(known: str, etag: str) -> bool:
    """Whether a header `If-None-Match` names the validator (RFC 9110, section 13.1.2)."""
    return known.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(known)


async def _validated(start: Message, body: Message, known: str) -> Message:
    """The body that follows the start, which becomes a 304 if the client has it."""
    content = body.get("body", b"")
    tag = _hash(content) if len(content) < LARGE else await run_in_threadpool(_hash, content)
    headers = MutableHeaders(scope=start)
    headers["ETag"] = tag
    if not is_known(known, tag):
        return body
    start["status"] = 304
    for name in _ABOUT_BODY:
        del headers[name]
    return {**body, "body": b""}


def _hash(content: bytes) -> str:
    return f'W/"{hashlib.blake2b(content, digest_size=15).hexdigest()}"'


def _say_for_whom(start: Message) -> None:
    headers = MutableHeaders(scope=start)
    headers.setdefault("Cache-Control", KEEPING)
    headers.add_vary_header(DEPENDS_ON)


def _is_taggable(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("application/json")
        and not {"etag", "content-disposition"} & set(headers)
    )
