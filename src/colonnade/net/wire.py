"""Connections that go to checked addresses only, and end when the time is over."""

import ssl
import time
from collections.abc import Iterable
from typing import Any

import httpcore2

from colonnade.errors import Unavailable
from colonnade.net.guard import Guard, unreachable

TRIED_ADDRESSES = 4


def too_slow() -> Unavailable:
    return Unavailable("The server did not answer in time.", code="fetch.slow")


class Deadline:
    """A moment after which nothing is waited for any more."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def within(self, seconds: float | None) -> float:
        """So many seconds, or those that are left if they are fewer. Raises `Unavailable` when none is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise too_slow()
        return left if seconds is None else min(seconds, left)


class GuardedBackend(httpcore2.NetworkBackend):
    """Resolves a name itself, once, and connects to what was checked. The name is still what TLS is verified against.

    `wire` makes the connections; a server's side of it can stand in a test.
    """

    def __init__(self, wire: httpcore2.NetworkBackend, guard: Guard, deadline: Deadline) -> None:
        self._wire = wire
        self._guard = guard
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._guard.addresses(host, port, seconds=self._deadline.within(timeout))
        for address in addresses[:TRIED_ADDRESSES]:
            try:
                stream = self._wire.connect_tcp(
                    address, port, self._deadline.within(timeout), socket_options=socket_options or ()
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
            return TimedStream(stream, self._deadline)
        raise unreachable()

    def sleep(self, seconds: float) -> None:
        time.sleep(self._deadline.within(seconds))


class TimedStream(httpcore2.NetworkStream):
    """No wait of it goes past the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout))
        except httpcore2.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                message = "The server's certificate is not valid for this address."
                raise Unavailable(message, code="fetch.certificate") from error
            raise
        return TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
