"""Questions that are asked by POST, because they are too long for an address: a form is read as a query is."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colonnade.errors import Invalid, LimitReached, PortalError

LONGEST = 2 << 20
"""Bytes of a form."""
MOST = 5_000
"""Parameters."""
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_BOUNDARY = re.compile(rb"[^\";\\]+")

Pairs = list[tuple[str, str]]


def of_utf8(request: Request) -> Request:
    """The same request, whose form is read as UTF-8 whatever it names, as in `_parts`. Raises `Invalid`."""
    told, options = parse_options_header(request.headers.get("content-type", ""))
    if told != MULTIPART.encode():
        return request
    others = [one for one in request.scope["headers"] if one[0] != b"content-type"]
    headers = [*others, (b"content-type", _multipart(options))]
    return Request({**request.scope, "headers": headers}, request.receive)


class FormsAsQueries:
    """Gives an application the parameters of a form behind those of the address, as if they had been sent there."""

    def __init__(self, app: ASGIApp, render: Callable[[Request, PortalError], Response]) -> None:
        self._app = app
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            sent = await _pairs(Request(scope, receive))
        except PortalError as error:
            await self._render(Request(scope), error)(scope, receive, send)
            return
        queries = (scope["query_string"], urlencode(sent).encode())
        query = b"&".join(one for one in queries if one)
        await self._app({**scope, "query_string": query}, _without_body(receive), send)


async def sent(request: Request) -> dict[str, str]:
    """What a form of a page sends; of a name that stands in it twice the last value. Raises `Invalid`, `LimitReached`."""
    return dict(await _pairs(request))


async def _pairs(request: Request) -> Pairs:
    body = await _body(request)
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body or told in {"", URLENCODED}:
        return _parsed(body)
    if told == MULTIPART:
        return await _parts(request.headers["content-type"], body)
    raise Invalid(f"Parameters are sent as {URLENCODED} or {MULTIPART}.", code="form.type")


async def _body(request: Request) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > LONGEST:
            message = f"A form has at most {LONGEST:,} bytes."
            raise LimitReached(message, limit_type="form", limit=LONGEST, value=size)
        pieces.append(piece)
    return b"".join(pieces)


def _parsed(body: bytes) -> Pairs:
    try:
        return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST)
    except ValueError:
        raise Invalid(f"A form has at most {MOST:,} parameters.", code="form.long") from None


async def _parts(content_type: str, body: bytes) -> Pairs:
    """Always of UTF-8: some of the character sets that a client may name break on what they read, or take minutes."""
    told = _multipart(parse_options_header(content_type)[1])
    request = Request({"type": "http", "headers": [(b"content-type", told)]}, _once(body))
    try:
        async with request.form(max_files=0, max_fields=MOST) as form:
            return [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
    except (HTTPException, MultiPartException):
        raise _broken() from None


def _multipart(options: Mapping[bytes, bytes]) -> bytes:
    """The content type with its boundary and nothing else."""
    boundary = options.get(b"boundary", b"")
    if _BOUNDARY.fullmatch(boundary) is None:
        raise _broken()
    return b'%b; boundary="%b"' % (MULTIPART.encode(), boundary)


def _broken() -> Invalid:
    return Invalid("The form cannot be read.", code="form.broken")


def _once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _without_body(receive: Receive) -> Receive:
    """An empty body, and then what the client does: who sends a long answer waits for it to go away."""
    is_told = False

    async def messages() -> Message:
        nonlocal is_told
        if is_told:
            return await receive()
        is_told = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return messages
