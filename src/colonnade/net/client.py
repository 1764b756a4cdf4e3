"""Fetching one file over HTTP or HTTPS: the only way that the portal reaches out."""

import base64
import hashlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import IO, Self

import httpcore2
import httpx2

from colonnade import __version__
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.net import headers as rules
from colonnade.net import naming
from colonnade.net.decoding import ACCEPTED, decoded
from colonnade.net.guard import Guard, Resolver, checked_url, system_addresses
from colonnade.net.headers import Pairs
from colonnade.net.wire import Deadline, GuardedBackend, too_slow

MAX_REDIRECTS = 5
MAX_VALIDATOR = 1000

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CONTENT = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION})
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
"""Refusals that may end by themselves."""
_PHRASES = {one.value: one.phrase for one in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Bounds:
    """`size_bytes` holds for what is sent and for what it is decoded to. `read_seconds`: the longest silence."""

    size_bytes: int = 1 << 31
    connect_seconds: float = 10
    read_seconds: float = 60
    total_seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of the content that is already here: its answer may be that it is still the same."""

    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def of(cls, headers: httpx2.Headers) -> Self:
        def value(name: str) -> str | None:
            text = headers.get(name)
            is_fit = text is not None and len(text) <= MAX_VALIDATOR and rules.problem("X", text) is None
            return text if is_fit else None

        return cls(value("etag"), value("last-modified"))

    def pairs(self) -> Pairs:
        both = (("If-None-Match", self.etag), ("If-Modified-Since", self.last_modified))
        return tuple((name, value) for name, value in both if value is not None)


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch. Headers and `basic_auth` (name, password) go to the origin of `url` and to no other. `body`: what
    to POST there; without one it is a GET."""

    url: str
    headers: Pairs = field(default=(), repr=False)
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    known: Validators = Validators()
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """`url`: where it came from in the end. `digest`: the SHA-256 of the content, in hex. `is_inflated`: it was sent
    compressed and is stored plain."""

    url: str
    filename: str
    mimetype: str | None
    size: int
    digest: str
    validators: Validators
    is_inflated: bool


@dataclass(frozen=True, slots=True)
class NotModified:
    """The content is what `Request.known` says."""


class Client:
    """Fetches from public addresses; from any with `allow_private`. Nothing of the environment is used: no proxy, no
    `.netrc`. One instance may serve many threads.

    `resolver`, `wire` and `tls` are how names are looked up, connections made and certificates trusted; a test has its
    own.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        bounds: Bounds | None = None,
        resolver: Resolver = system_addresses,
        wire: httpcore2.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = Guard(resolver, allow_private=allow_private)
        self._bounds = bounds or Bounds()
        self._wire = wire or httpcore2.SyncBackend()
        self._tls = tls or httpx2.create_ssl_context(trust_env=False)

    def fetch(
        self, request: Request, out: IO[bytes], *, poll: Callable[[], None] | None = None
    ) -> Fetched | NotModified:
        """Write the content to `out` as it comes. `poll` is called with every piece and may raise to stop.

        Raises `Invalid` for an address, a header or an answer that will not get better (`fetch.address`,
        `fetch.header`, `fetch.unreachable`, `fetch.status`), `LimitReached`, and `Unavailable` for what may
        (`fetch.slow`, `fetch.broken`, `fetch.certificate`, `fetch.status`). `out` then holds what had come.
        """
        hop = _Hop.first(request)
        backend = GuardedBackend(self._wire, self._guard, Deadline(self._bounds.total_seconds))
        try:
            with httpcore2.ConnectionPool(
                ssl_context=self._tls, network_backend=backend, max_keepalive_connections=0
            ) as pool:
                return self._followed(pool, hop, out, poll or _go_on)
        except httpcore2.TimeoutException as error:
            raise too_slow() from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Unavailable("The server broke off its answer.", code="fetch.broken") from error

    def _followed(
        self, pool: httpcore2.ConnectionPool, hop: "_Hop", out: IO[bytes], poll: Callable[[], None]
    ) -> Fetched | NotModified:
        timeouts = {
            "connect": self._bounds.connect_seconds,
            "read": self._bounds.read_seconds,
            "write": self._bounds.read_seconds,
        }
        for _ in range(MAX_REDIRECTS + 1):
            poll()
            with pool.stream(
                "GET" if hop.body is None else "POST",
                hop.target,
                headers=hop.wire_headers(),
                content=hop.body,
                extensions={"timeout": timeouts},
            ) as answer:
                headers = httpx2.Headers(answer.headers)
                if answer.status in _REDIRECTS and "location" in headers:
                    hop = hop.redirected(headers["location"])
                    continue
                if answer.status == HTTPStatus.NOT_MODIFIED and hop.known.pairs():
                    return NotModified()
                if answer.status not in _CONTENT:
                    raise _refused(answer.status)
                return self._stored(hop, headers, answer.iter_stream(), out, poll)
        message = f"The address redirects more than {MAX_REDIRECTS} times."
        raise Invalid(message, code="fetch.redirects")

    def _stored(
        self,
        hop: "_Hop",
        headers: httpx2.Headers,
        chunks: Iterator[bytes],
        out: IO[bytes],
        poll: Callable[[], None],
    ) -> Fetched:
        coding, limit = headers.get("content-encoding", ""), self._bounds.size_bytes
        if headers.get("content-length", "0").isdecimal() and int(headers.get("content-length", "0")) > limit:
            raise _too_large(limit, int(headers["content-length"]))
        found, size = hashlib.sha256(), 0
        for piece in _bounded(decoded(_bounded(chunks, limit), coding), limit):
            poll()
            found.update(piece)
            size += len(piece)
            out.write(piece)
        mimetype = naming.mimetype(headers.get("content-type"))
        return Fetched(
            url=str(hop.url),
            filename=naming.filename(headers.get("content-disposition"), hop.url, mimetype),
            mimetype=mimetype,
            size=size,
            digest=found.hexdigest(),
            validators=Validators.of(headers),
            is_inflated=coding.strip().lower() not in {"", "identity"},
        )


@dataclass(frozen=True, slots=True)
class _Hop:
    """One request of a chain. `own`: headers for this origin alone, credentials among them."""

    url: httpx2.URL
    own: Pairs
    known: Validators
    body: bytes | None = field(default=None, repr=False)

    @classmethod
    def first(cls, request: Request) -> Self:
        own = rules.checked(request.headers)
        if request.basic_auth is not None:
            own = (*(pair for pair in own if pair[0].lower() != "authorization"), _basic(*request.basic_auth))
        rules.checked(("X", value) for value in (request.known.etag, request.known.last_modified) if value)
        return cls(checked_url(request.url), own, request.known, request.body)

    @property
    def target(self) -> httpcore2.URL:
        return httpcore2.URL(
            scheme=self.url.raw_scheme, host=self.url.raw_host, port=self.url.port, target=self.url.raw_path
        )

    def wire_headers(self) -> list[tuple[str, str]]:
        defaults = (("User-Agent", f"Colonnade/{__version__}"), ("Accept", "*/*"))
        given = {name.lower() for name, _ in self.own}
        return [
            ("Host", self.url.netloc.decode("ascii")),
            *(pair for pair in defaults if pair[0].lower() not in given),
            ("Accept-Encoding", ACCEPTED),
            *(() if self.body is None else (("Content-Length", str(len(self.body))),)),
            *self.own,
            *self.known.pairs(),
        ]

    def redirected(self, location: str) -> Self:
        """The next request. Headers and credentials go on to the same origin, or from http to https of the same host.

        Raises `Invalid`: also where they would go on without encryption, and for what was posted, which is for nobody
        else.
        """
        if self.body is not None:
            raise Invalid("The server redirects what was posted.", code="fetch.redirects")
        try:
            url = checked_url(str(self.url.join(location)))
        except (httpx2.InvalidURL, ValueError) as error:
            raise Invalid("The server redirects to no address.", code="fetch.address") from error
        if url.host != self.url.host:
            return replace(self, url=url, own=())
        if self.own and (self.url.scheme, url.scheme) == ("https", "http"):
            message = (
                "The server redirects from https to http, where credentials and headers would not be safe."
            )
            raise Invalid(message, code="fetch.downgrade")
        is_upgrade = (self.url.scheme, self.url.port, url.scheme, url.port) == ("http", None, "https", None)
        is_same = (self.url.scheme, self.url.port) == (url.scheme, url.port)
        return replace(self, url=url, own=self.own if is_same or is_upgrade else ())


def _bounded(pieces: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise _too_large(limit, size)
        if piece:
            yield piece


def _basic(username: str, password: str) -> tuple[str, str]:
    encoded = base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
    return "Authorization", f"Basic {encoded}"


def _refused(status: int) -> PortalError:
    message = " ".join(("The server answered", str(status), *_PHRASES.get(status, "").split())) + "."
    may_pass = status >= 500 or status in _PASSING
    kind = Unavailable if may_pass else Invalid
    return kind(message, code="fetch.status", status=status)


def _too_large(limit: int, size: int) -> LimitReached:
    message = f"The file is larger than {limit} bytes."
    return LimitReached(message, limit_type="fetch_bytes", limit=limit, value=size)


def _go_on() -> None:
    """Nobody wants to stop."""
