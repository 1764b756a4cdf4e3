"""A source's content becomes a file. No catalogue here: a transaction is not held open while a server takes its time."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from colonnade.config import Settings
from colonnade.net.client import Bounds, Client, Fetched, NotModified, Request, Validators

FETCH_SECONDS = 3600.0


@dataclass(frozen=True)
class Known:
    """The content that came last, by its SHA-256, and what the server said of it."""

    digest: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Source:
    """What to fetch, with its secrets opened: for the moment, never to be stored. `read_at`: when it was looked up."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    basic_auth: tuple[str, str] | None = field(repr=False)
    known: Known | None
    read_at: dt.datetime

    def anew(self) -> Self:
        """The same for somebody who does not have the last content any more."""
        return replace(self, known=None)


@dataclass(frozen=True)
class FetchedFile:
    """`path`, `filename`, `size`: None when the server said that the content is the known one and sent nothing.
    `is_unchanged`: it said so, or sent the same bytes again. `digest`: the SHA-256 of the content, in hex."""

    path: Path | None
    filename: str | None
    mimetype: str | None
    size: int | None
    digest: str
    etag: str | None
    last_modified: str | None
    is_unchanged: bool


def fetch(
    settings: Settings,
    source: Source,
    path: Path,
    *,
    seconds: float = FETCH_SECONDS,
    poll: Callable[[], None] | None = None,
) -> FetchedFile:
    """Write the content to `path`, which is not there yet when this fails. `poll` may raise to stop.

    Raises `Invalid`, `LimitReached` and `Unavailable` as `net.client.Client.fetch` does.
    """
    bounds = Bounds(size_bytes=settings.max_upload_bytes, total_seconds=seconds)
    client = Client(allow_private=settings.allow_private_fetch, bounds=bounds)
    known = source.known
    validators = Validators() if known is None else Validators(known.etag, known.last_modified)
    request = Request(source.url, source.headers, source.basic_auth, validators)
    try:
        with path.open("wb") as out:
            answer = client.fetch(request, out, poll=poll)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if isinstance(answer, NotModified):
        path.unlink()
        assert known is not None  # nothing else makes a client send validators
        return FetchedFile(
            None, None, None, None, known.digest, known.etag, known.last_modified, is_unchanged=True
        )
    return _file(path, answer, known)


def _file(path: Path, answer: Fetched, known: Known | None) -> FetchedFile:
    return FetchedFile(
        path=path,
        filename=_plain_name(path, answer),
        mimetype=answer.mimetype,
        size=answer.size,
        digest=answer.digest,
        etag=answer.validators.etag,
        last_modified=answer.validators.last_modified,
        is_unchanged=known is not None and known.digest == answer.digest,
    )


def _plain_name(path: Path, answer: Fetched) -> str:
    """Some servers send `data.csv.gz` as a gzip-encoded `data.csv`: what arrives is plain, and is called so."""
    name = answer.filename
    if not (answer.is_inflated and name.lower().endswith(".gz") and len(name) > 3):
        return name
    with path.open("rb") as file:
        return name if file.read(2) == b"\x1f\x8b" else name[:-3]
