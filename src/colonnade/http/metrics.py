"""Counting requests, for `/metrics`. Labels are few and hold no names of people or data."""

import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class RequestMetrics:
    """The numbers of one portal's requests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "colonnade_requests", "Requests answered.", ("door", "method", "status"), registry=registry
        )
        self.seconds = Histogram(
            "colonnade_request_seconds", "Time until an answer ended.", ("door",), registry=registry
        )


class CountRequests:
    """Counts what passes through; `doors` maps a path's beginning to the label of its door."""

    METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

    def __init__(self, app: ASGIApp, metrics: RequestMetrics, doors: dict[str, str]) -> None:
        self._app = app
        self._metrics = metrics
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = f"{scope['path']}/"
        door = next((name for start, name in self._doors.items() if path.startswith(f"{start}/")), "other")
        method = scope["method"] if scope["method"] in self.METHODS else "other"
        status, begun = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._metrics.requests.labels(door, method, str(status)).inc()
            self._metrics.seconds.labels(door).observe(time.perf_counter() - begun)
