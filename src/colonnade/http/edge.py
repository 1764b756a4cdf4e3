"""The edge of a request: opens the work of its actor, commits or rolls back, and says which status an error has."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colonnade import errors
from colonnade.core.work import Actor, Portal, Work
from colonnade.http.answers import empty
from colonnade.http.auth import actor_of
from colonnade.http.logs import log_crash
from colonnade.http.methods import allowed
from colonnade.http.quotas import METER

STATUS: Mapping[type[errors.PortalError], int] = {
    errors.Unauthenticated: 401,
    errors.Denied: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Invalid: 400,
    errors.LimitReached: 413,
    errors.QuotaReached: 429,
    errors.Unavailable: 503,
    errors.PortalError: 500,
}
"""The usual status of an error family; a door may answer otherwise."""

Renderer = Callable[[Request, errors.PortalError], Response]


def status_of(error: errors.PortalError) -> int:
    return next(STATUS[family] for family in type(error).__mro__ if family in STATUS)


def portal_of(request: Request) -> Portal:
    portal: Portal = request.app.state.portal
    return portal


def actor(request: Request) -> Actor:
    """Who asks; looked up and counted once a request. Raises `Unauthenticated` for a wrong key, `QuotaReached` when a
    door that counts has been asked too often."""
    found: Actor | None = getattr(request.state, "actor", None)
    if found is None:
        found = request.state.actor = actor_of(portal_of(request), request)
        if METER in request.scope:
            request.scope[METER].admit(found)
    return found


def require_key(request: Request) -> None:
    """Raises `Unauthenticated` without a valid key."""
    if not actor(request).is_signed_in:
        raise errors.Unauthenticated("An API key is needed for this.", code="key.missing")


@contextmanager
def reading(request: Request) -> Iterator[Work]:
    """The work of a request that changes nothing in the catalogue."""
    with portal_of(request).reading(actor(request)) as work:
        if METER in request.scope:
            work.caller = request.scope[METER].caller
        yield work


@contextmanager
def writing(request: Request) -> Iterator[Work]:
    """The work of a request that changes the catalogue; committed at the end of the block."""
    with portal_of(request).writing(actor(request)) as work:
        yield work


def answer_errors(app: FastAPI, render: Renderer) -> None:
    """Let a door's renderer answer every error: the core's, the router's and the unforeseen. Middleware that is added
    after this call sees these answers too."""

    def portal_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, errors.PortalError)
        answer = render(request, error)
        if "retry_after" in error.facts:  # seconds
            answer.headers["Retry-After"] = str(error.facts["retry_after"])
        return answer

    def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(allowed(request))
            if request.method == "OPTIONS":
                return empty(headers=headers)
        answer = render(request, _family(request, error))
        answer.status_code = error.status_code
        answer.headers.update(headers)
        return answer

    app.add_exception_handler(errors.PortalError, portal_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_middleware(AnswerCrashes, render=render)


class AnswerCrashes:
    """Answers what nobody foresaw, and logs it once: a handler of Starlette's for `Exception` would raise it again."""

    def __init__(self, app: ASGIApp, render: Renderer) -> None:
        self._app = app
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # Nobody is there to be answered, and nothing is wrong here.
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise  # Half an answer cannot be taken back: the server closes the connection.
            await self._crashed(Request(scope, receive), error)(scope, receive, send)

    def _crashed(self, request: Request, error: Exception) -> Response:
        trace_id = str(uuid.uuid4())
        log_crash(request, trace_id, error)
        bug = errors.PortalError("A server error occurred.", code="bug", trace_id=trace_id)
        return self._render(request, bug)


def _family(request: Request, error: HTTPException) -> errors.PortalError:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return errors.NotFound("Not found.", code="route.unknown")
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return errors.Invalid(f'Method "{request.method}" not allowed.', code="http.405")
    return errors.Invalid(str(error.detail), code=f"http.{error.status_code}")
