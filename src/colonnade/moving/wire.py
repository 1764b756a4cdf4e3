"""Asking a site: JSON or files, again where a failure may pass, in somebody's name or nobody's."""

import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar
from urllib.parse import urlencode

import orjson

from colonnade.errors import Invalid, PortalError, Unavailable
from colonnade.net.client import Bounds, Client, Fetched, NotModified, Request

Found = TypeVar("Found")

MAX_ANSWER = 64 << 20
"""Bytes of one JSON answer."""
WAITS = (1.0, 5.0, 20.0)
"""Seconds before an address that failed is asked again."""

_REFUSED = frozenset({401, 403, 404, 405, 406, 410})
"""Answers of a site that does not have a part, or does not show it."""
_LOST = frozenset({"fetch.unreachable", "fetch.slow", "fetch.broken"})
"""What a site that is gone fails with. A certificate does not mend itself in a minute."""


class Absent(Invalid):
    """The site has no such thing, or does not show it. `status`: what it answered."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, code="moving.absent")
        self.status = status


class NotJson(Invalid):
    """The answer is something else than JSON: a page, mostly."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} did not answer with JSON.", code="moving.answer")


@dataclass
class Wire:
    """One instance may serve several threads. `base`: the site's address without a final slash. `cookie`: of a session
    there."""

    base: str
    client: Client = field(repr=False)
    files: Client = field(repr=False)
    waits: Sequence[float] = WAITS
    cookie: str | None = field(default=None, repr=False)

    def json(self, path: str, asked: Mapping[str, object] | None = None, *, is_patient: bool = True) -> Any:
        """Raises `Absent`, `NotJson`, and what `Client.fetch` does."""
        url = f"{self.base}{path}" + (f"?{urlencode(asked)}" if asked else "")
        request = Request(url, self._headers())
        return self._patiently(lambda: self._answer(request)) if is_patient else self._answer(request)

    def optional(
        self, path: str, asked: Mapping[str, object] | None = None, *, is_patient: bool = True
    ) -> Any:
        """An answer that the site need not have; None without it."""
        try:
            return self.json(path, asked, is_patient=is_patient)
        except (Absent, NotJson, Unavailable):
            return None

    def posted(self, path: str, value: object) -> Any:
        headers = (("Accept", "application/json"), ("Content-Type", "application/json"))
        return self._answer(Request(f"{self.base}{path}", headers, body=orjson.dumps(value)))

    def file(self, url: str, out: IO[bytes], poll: Callable[[], None] | None = None) -> Fetched:
        """Write a file to `out`, from its beginning. The session goes along to the site itself alone."""
        own = () if self.cookie is None or not url.startswith(f"{self.base}/") else (("Cookie", self.cookie),)
        return self._patiently(lambda: _fetched(self.files, Request(url, own), out, poll))

    def landing(self, path: str) -> str | None:
        """Where an address leads in the end; None where nothing is."""
        try:
            request = Request(f"{self.base}{path}", self._headers())
            return self._patiently(lambda: _fetched(self.client, request, io.BytesIO())).url
        except Absent:
            return None

    def _headers(self) -> tuple[tuple[str, str], ...]:
        accept = ("Accept", "application/json")
        return (accept,) if self.cookie is None else (accept, ("Cookie", self.cookie))

    def _answer(self, request: Request) -> Any:
        out = io.BytesIO()
        fetched = _fetched(self.client, request, out)
        try:
            return orjson.loads(out.getvalue().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise NotJson(fetched.url) from error

    def _patiently(self, ask: Callable[[], Found]) -> Found:
        """What fails in a way that may pass is asked again, later and later."""
        for wait in self.waits:
            try:
                return ask()
            except PortalError as error:
                if not is_passing(error):
                    raise
                time.sleep(wait)
        return ask()


def wired(base: str, *, allow_private: bool, max_file_bytes: int, waits: Sequence[float]) -> Wire:
    answers = Bounds(size_bytes=MAX_ANSWER, total_seconds=300, read_seconds=120)
    return Wire(
        base,
        Client(allow_private=allow_private, bounds=answers),
        Client(allow_private=allow_private, bounds=Bounds(size_bytes=max_file_bytes)),
        waits,
    )


def is_passing(error: PortalError) -> bool:
    """Whether another try may do better."""
    is_refusal = error.code == "fetch.status" and isinstance(error, Unavailable)
    return is_refusal or is_loss(error)


def is_loss(error: PortalError) -> bool:
    """Whether a whole site seems to be gone, not one of its answers."""
    return error.code in _LOST


def _fetched(
    client: Client, request: Request, out: IO[bytes], poll: Callable[[], None] | None = None
) -> Fetched:
    out.seek(0)
    out.truncate()
    try:
        answer = client.fetch(request, out, poll=poll)
    except PortalError as error:
        status = error.facts.get("status")
        if isinstance(status, int) and status in _REFUSED:
            raise Absent(error.message, status) from error
        raise
    assert not isinstance(answer, NotModified), "nothing was known"
    return answer
