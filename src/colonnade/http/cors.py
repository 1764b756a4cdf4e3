"""Pages of other sites may read what everybody may read, and send keys along: the answers of a door, whoever asks.

Starlette's middleware leaves the headers out where a request names no origin. A cache between would keep that answer and
give it to a page, which then could not read it.
"""

import re
from collections.abc import Sequence
from http import HTTPMethod

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DAY_SECONDS = 86_400
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class OpenToAll:
    """`methods` are allowed, `accepted` headers and any others that a page asks for, too; `exposed` ones may be read."""

    def __init__(
        self, app: ASGIApp, *, methods: Sequence[str], accepted: Sequence[str], exposed: Sequence[str]
    ) -> None:
        self._app = app
        self._methods = ", ".join(methods)
        self._accepted = tuple(accepted)
        self._exposed = ", ".join(exposed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] == HTTPMethod.OPTIONS and "access-control-request-method" in headers:
            await self._preflight(headers)(scope, receive, send)
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered["Access-Control-Allow-Origin"] = "*"
                answered["Access-Control-Expose-Headers"] = self._exposed
            await send(message)

        await self._app(scope, receive, marked)

    def _preflight(self, headers: Headers) -> PlainTextResponse:
        asked = [one.strip() for one in headers.get("access-control-request-headers", "").split(",")]
        known = {one.lower() for one in self._accepted}
        others = [one for one in asked if _NAME.fullmatch(one) and one.lower() not in known]
        return PlainTextResponse(
            "OK",
            headers={
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": self._methods,
                "Access-Control-Allow-Headers": ", ".join((*self._accepted, *dict.fromkeys(others))),
                "Access-Control-Max-Age": str(DAY_SECONDS),
                "Vary": "Access-Control-Request-Headers",
            },
        )
