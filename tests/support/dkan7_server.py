"""A DKAN 7 site that is asked on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.dkan7 import PASSWORD, SESSION, USER, Dkan7, json_of, page_of


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Dkan7

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.site.asked.append(self.path)
        if self.site.stops_after is not None and len(self.site.asked) > self.site.stops_after:
            self.close_connection = True
            self.connection.close()
            return
        asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        path = unquote(parts.path)
        if (
            path in {"/data.json", "/api/3/action/package_show"}
            and "page" not in asked
            and self.site.has_catalogue
        ):
            joint = "&" if parts.query else "?"
            self._send(302, "text/html", b"", location=f"{self.path}{joint}page=0")
            return
        is_signed_in = self.headers.get("Cookie") == SESSION
        self._send(*self.site.answer(path, asked, is_signed_in=is_signed_in))

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.site.asked.append(self.path)
        if self.path != "/api/dataset/user/login":
            self._send(*page_of(404))
        elif (sent.get("username"), sent.get("password")) != (USER, PASSWORD):
            self._send(*json_of(["Wrong username or password."], 401))
        else:
            name, _, value = SESSION.partition("=")
            body = {"sessid": value, "session_name": name, "token": "t", "user": {"uid": "1", "name": USER}}
            self._send(*json_of(body), cookie=f"{SESSION}; path=/; HttpOnly")

    def _send(
        self, status: int, kind: str, body: bytes, *, location: str | None = None, cookie: str | None = None
    ) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (("Location", location), ("Set-Cookie", cookie)):
            if value is not None:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@contextmanager
def played() -> Iterator[Dkan7]:
    """An empty site, whose address is `base`."""
    site = Dkan7()
    handler = type("Handler", (_Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
