"""Addresses and what they take: methods, then who asks, then the body (sections 1.1, 1.5 and 1.6 of the reference)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from colonnade.core.work import ANONYMOUS, Actor
from colonnade.dialects.panda import access
from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.values import parsed
from colonnade.errors import Unauthenticated
from colonnade.http.forms import of_utf8
from colonnade.http.methods import HEAD_ONLY
from colonnade.http.sessions import CSRF_FIELD

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True)
class Asked:
    """A request whose body was read."""

    request: Request
    content: bytes = b""

    @property
    def name(self) -> str:
        """What its address names first: a slug, an id."""
        value: str = next(iter(self.request.path_params.values()))
        return value

    def part(self, name: str) -> str:
        value: str = self.request.path_params[name]
        return value

    def parameter(self, name: str) -> str | None:
        """None: it is not there, or empty."""
        return self.request.query_params.get(name) or None

    def is_set(self, name: str) -> bool:
        """Whether a parameter is the word `true`."""
        return self.request.query_params.get(name, "").lower() == "true"

    def body(self) -> dict[str, Any]:
        """The object that was sent as JSON. Raises `Invalid`."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise parameter("The body must be JSON, sent as Content-Type: application/json.")
        try:
            value = parsed(self.content)
        except ValueError as error:
            raise parameter(f"The body is not JSON: {error}") from None
        if not isinstance(value, dict):
            raise parameter("The body must be a JSON object.")
        return value


Handler = Callable[[Asked], Response]


class Endpoint:
    """One address. `shown`: the methods of its resource, as OPTIONS lists them. `is_open`: also to nobody.
    `takes_forms`: its POST is a form, which may hold the proof of a session."""

    def __init__(
        self, handlers: Mapping[str, Handler], shown: str, *, is_open: bool = False, takes_forms: bool = False
    ) -> None:
        self.methods = tuple(handlers)
        self._handlers = handlers
        self._shown = shown
        self._is_open = is_open
        self._takes_forms = takes_forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        method = "HEAD" if HEAD_ONLY in request.scope else request.method
        if method == "OPTIONS":
            return _methods(self._shown, 200)
        handle = self._handlers.get(method)
        if handle is None:
            return _methods(",".join(self.methods), 405)
        is_form = self._takes_forms and method == "POST"
        proof = await _proof(request) if is_form else None
        # Who asks comes first: who is nobody learns nothing, and sends no body.
        request.state.actor = await run_in_threadpool(self._actor, request, proof)
        content = await request.body() if method in WITH_BODY and not is_form else b""
        return await run_in_threadpool(handle, Asked(request, content))

    def _actor(self, request: Request, proof: str | None) -> Actor:
        try:
            return access.actor_of(request, proof=proof)
        except Unauthenticated:
            if self._is_open and not access.has_key(request):
                return ANONYMOUS
            raise


def route(
    path: str,
    shown: str = "GET,POST,PUT,DELETE",
    *,
    is_open: bool = False,
    takes_forms: bool = False,
    **handlers: Handler,
) -> Route:
    """An address of the door, and what handles each method."""
    return Route(path, Endpoint(handlers, shown, is_open=is_open, takes_forms=takes_forms))


def not_implemented(_asked: Asked) -> Response:
    """A POST to one thing, which would make others below it."""
    return Response(status_code=501, media_type="text/html")


async def _proof(request: Request) -> str | None:
    """The token in a form of a few short fields."""
    async with of_utf8(request).form(max_files=0, max_fields=20) as form:
        sent = form.get(CSRF_FIELD)
    return sent if isinstance(sent, str) else None


def _methods(names: str, status: int) -> Response:
    return Response(names, status, {"Allow": names}, media_type="text/html")


def not_allowed(names: str) -> Response:
    """405: a method that this address does not take; `names`: those that it takes."""
    return _methods(names, 405)
