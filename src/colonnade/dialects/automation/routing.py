"""How this door's routes read a request."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from colonnade.http.bodies import JsonRoute
from colonnade.http.edge import require_key


class KeyedRoute(JsonRoute):
    """Asks for the key first: who has none learns nothing, not even what is wrong with the rest of the request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_keyed(request: Request) -> Response:
            await run_in_threadpool(require_key, request)
            return await handle(request)

        return handle_keyed
