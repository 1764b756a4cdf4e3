"""Methods that no route names: HEAD is answered as GET without its body; OPTIONS and 405 say what a path allows."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD_ONLY = "colonnade.head_only"
"""In the scope of a request whose client wants no body: what makes long ones can leave them out."""

ASKED = ("GET", "POST", "PUT", "PATCH", "DELETE")


class AnswerHead:
    """Gives an application HEAD as GET, and its client the head of the answer alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET", HEAD_ONLY: True}, receive, bare)


def allowed(request: Request) -> list[str]:
    """The methods that the path of a request answers, for its header `Allow`; OPTIONS always."""
    routes: Sequence[BaseRoute] = request.app.routes
    found = [
        method
        for method in ASKED
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return [*found, *(["HEAD"] if "GET" in found else []), "OPTIONS"]
