"""A web server on loopback that plays every host of the Internet, and a client that takes it for that."""

import io
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore2
import pytest

from colonnade.errors import PortalError
from colonnade.net.client import Bounds, Client, Fetched, NotModified, Request

PUBLIC = "93.184.215.14"
ELSEWHERE = "151.101.1.69"
PUBLIC_V6 = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


@dataclass(frozen=True)
class Asked:
    """A request as it came: the Host header's value, the path and the other headers, in small letters."""

    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes | None = None
    """Of what was posted."""


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: "Site"

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.site.asked.append(Asked(headers.get("host", ""), self.path, headers))
        self.site.pages[self.path](self)

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers["content-length"]))
        self.site.asked.append(Asked(headers.get("host", ""), self.path, headers, body))
        self.site.pages[self.path](self)

    def send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.head(status, content_length=str(len(body)), **headers)
        self.wfile.write(body)

    def head(self, status: int = 200, **headers: str) -> None:
        self.close_connection = True
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()

    def drip(self, pieces: Iterable[bytes]) -> None:
        """Write until the other side has had enough."""
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            return

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@dataclass
class Site:
    """Pages by path. `asked`: what came, in order."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def page(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        self.pages[path] = lambda handler: handler.send(body, status, **headers)

    def redirect(self, path: str, location: str, status: int = 302) -> None:
        self.page(path, b"", status, Location=location)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def served(wrap: Callable[[ThreadingHTTPServer], None] | None = None) -> Iterator[Site]:
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    with QuietServer(("127.0.0.1", 0), handler) as server:
        if wrap is not None:
            wrap(server)
        site.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""


@dataclass
class Internet(httpcore2.SyncBackend):
    """Connections to any address end at the site. `dialled`: where they were meant to go. `closed`: addresses where
    nobody listens."""

    site: Site
    dialled: list[tuple[str, int]] = field(default_factory=list)
    closed: frozenset[str] = frozenset()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        self.dialled.append((host, port))
        if host in self.closed:
            raise httpcore2.ConnectError("refused")
        return super().connect_tcp("127.0.0.1", self.site.port, timeout)


@dataclass
class Names:
    """A resolver. Of a list of answers each look-up takes the next, and then the last one again. `asked`: the names."""

    known: Mapping[str, Sequence[Sequence[str]]]
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self.known:
            raise OSError("Name or service not known")
        answers = self.known[host]
        return answers[min(self.asked.count(host), len(answers)) - 1]


EVERYWHERE = {"data.example": [[PUBLIC]], "other.example": [[ELSEWHERE]], "inside.example": [["10.0.0.5"]]}


def client(site: Site, names: Mapping[str, Sequence[Sequence[str]]] = EVERYWHERE, **bounds: float) -> Client:
    """A client that takes the site for the whole Internet."""
    return Client(resolver=Names(names), wire=Internet(site), bounds=Bounds(**bounds))  # type: ignore[arg-type]


def got(fetcher: Client, url: str, **request: Any) -> tuple[bytes, Fetched | NotModified]:
    out = io.BytesIO()
    answer = fetcher.fetch(Request(url, **request), out)
    return out.getvalue(), answer


def refused(fetcher: Client, url: str, **request: object) -> PortalError:
    with pytest.raises(PortalError) as found:
        got(fetcher, url, **request)
    return found.value


def endless(piece: bytes, seconds: float = 0) -> Callable[[Handler], None]:
    def pieces() -> Iterator[bytes]:
        while True:
            time.sleep(seconds)
            yield piece

    def page(handler: Handler) -> None:
        handler.head()
        handler.drip(pieces())

    return page
