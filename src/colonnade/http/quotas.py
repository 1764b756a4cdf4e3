"""How much of their quotas callers have used up: headers on every answer, and 429 with the keys that clients know.

`CountCalls` turns it on for a door; `answer_too_many` is what its renderer answers to `QuotaReached`.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colonnade.core.counting import Caller, Standing
from colonnade.core.usage import service as usage
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import PortalError, QuotaReached
from colonnade.http.answers import json
from colonnade.http.auth import actor_of
from colonnade.http.methods import HEAD_ONLY

METER = "colonnade.meter"
"""In the scope of a request of a door that counts."""

TEXTS: Mapping[str, tuple[int, str]] = {
    "quota.portal": (10002, "Too many requests on the domain. Please contact the domain administrator."),
    "quota.dataset": (10002, "Too many requests on the dataset. Please contact the domain administrator."),
    "quota.anonymous": (10005, "You have exceeded the requests limit for anonymous users."),
}
"""Code of the error -> number and text that Explore's and Search's clients know (explore 7.2)."""
CODE = "TooManyRequests"
DATASET = "-dataset"
"""Between the words of a header: it is of the dataset's quota."""
NAMES = tuple(
    f"X-RateLimit{whose}-{what}" for whose in ("", DATASET) for what in ("Limit", "Remaining", "Reset")
)


@dataclass
class Meter:
    """Counts one request. `standing`: where its caller stands after it; None: it was not counted."""

    portal: Portal
    request: Request
    caller: Caller | None = None
    standing: Standing | None = None

    def admit(self, actor: Actor) -> None:
        """Count it as this actor's. Raises `QuotaReached`."""
        self.caller = self._caller(actor)
        self.standing = usage.admit(self.portal, actor, self.caller)

    def look(self) -> Standing:
        """Where the caller stands, of a request that is not counted: refused, of no route, or with a wrong key."""
        try:
            actor = actor_of(self.portal, self.request)
        except PortalError:
            actor = ANONYMOUS
        return usage.standing(self.portal, actor, self._caller(actor))

    def _caller(self, actor: Actor) -> Caller:
        client = self.request.client
        address = "" if client is None else client.host
        takes_body = HEAD_ONLY not in self.request.scope
        return usage.caller_of(self.portal, actor, address, takes_body=takes_body)


class CountCalls:
    """Lets the requests of a door be counted when their actor is found (`edge.actor`), and tells in the headers of each
    answer where the caller stands."""

    def __init__(self, app: ASGIApp, portal: Portal) -> None:
        self._app = app
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        meter = scope[METER] = Meter(self._portal, Request(scope))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                standing = meter.standing
                if standing is None:
                    standing = await run_in_threadpool(meter.look)
                headers = MutableHeaders(scope=message)
                headers.update(_headers(standing))
                if meter.caller is not None and meter.caller.standing is not None:
                    headers.update(_headers(meter.caller.standing, DATASET))
            await send(message)

        await self._app(scope, receive, told)


def answer_too_many(error: QuotaReached) -> Response:
    """429, with the keys that clients of Explore and Search read: their own for this, and those of every other error."""
    number, text = TEXTS[error.code]
    body = {
        "errorcode": number,
        "reset_time": f"{error.resets_at:%Y-%m-%dT%H:%M:%SZ}",
        "limit_time_unit": error.facts["unit"],
        "call_limit": error.facts["limit"],
        "error": text,
        "error_code": CODE,
        "message": text,
    }
    wait = max(math.ceil(error.resets_at.timestamp() - time.time()), 1)
    return json(body, 429, {"Retry-After": str(wait)})


def _headers(standing: Standing, whose: str = "") -> dict[str, str]:
    return {
        f"X-RateLimit{whose}-Limit": str(standing.quota.limit),
        f"X-RateLimit{whose}-Remaining": str(standing.remaining),
        f"X-RateLimit{whose}-Reset": f"{standing.resets_at:%Y-%m-%d %H:%M:%S+00:00}",
    }
