"""What every answer of this door has: who may keep it (nobody), and the cookie of the token that proves which page asks
(sections 1.2 and 2.1 of the reference)."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colonnade.dialects.panda import access
from colonnade.dialects.panda.answers import HARMLESS
from colonnade.http import sessions

CACHING = "max-age=0,no-cache,no-store"

_REFUSAL = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>403 Forbidden</title></head>\n'
    "<body><h1>403 Forbidden</h1><p>CSRF verification failed. Request aborted.</p></body></html>\n"
)


class Marked:
    """Gives every answer these headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Cache-Control"] = CACHING
                headers.add_vary_header("Cookie")
                if not _gives_csrf(headers):
                    cookie = Response()
                    sessions.give_csrf(request, cookie)
                    headers.append("Set-Cookie", cookie.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, marked)


def _gives_csrf(headers: MutableHeaders) -> bool:
    return any(one.startswith(f"{sessions.CSRF_COOKIE}=") for one in headers.getlist("set-cookie"))


def refusal() -> Response:
    """A form without the proof that a page of this portal sends it."""
    return Response(_REFUSAL, 403, HARMLESS, media_type="text/html")


def is_proven(request: Request, proof: str | None = None) -> bool:
    """Whether a form may be taken by who looks at the key afterwards: it needs no proof, for no browser sends one by
    itself. Any text counts as one here."""
    return access.has_key(request) or sessions.is_csrf_proven(request, proof)
