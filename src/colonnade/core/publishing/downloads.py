"""What other servers have for a dataset's resources, fetched before a build and kept."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from colonnade.core.connections import fetching, sources
from colonnade.core.connections.fetching import Source
from colonnade.core.resources import contents
from colonnade.core.resources import service as resources
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable


@dataclass(frozen=True)
class _Wanted:
    """`kept`: the digest of what was fetched last, if that is still a file of the resource."""

    resource_id: int
    title: str
    source: Source
    kept: str | None


def bring(portal: Portal, dataset_id: int, folder: Path, poll: Callable[[], None]) -> None:
    """Fetch what the dataset's resources say, as far as it changed, and keep it as their files.

    No transaction is open while a server takes its time. Raises `Invalid`, `LimitReached` and `Unavailable`, naming the
    resource, and what `poll` raises to stop.
    """
    for one in _wanted(portal, dataset_id):
        try:
            _bring(portal, one, folder, poll)
        except (Invalid, LimitReached, Unavailable) as error:
            raise _named(error, one.title) from error


def _wanted(portal: Portal, dataset_id: int) -> list[_Wanted]:
    found = []
    with portal.reading(SYSTEM) as work:
        for one in resources.of_dataset(work, dataset_id):
            source = sources.source(work, one.id)
            if source is not None:
                file = contents.kept(work, one)
                found.append(_Wanted(one.id, one.title, source, None if file is None else file.digest))
    return found


def _bring(portal: Portal, wanted: _Wanted, folder: Path, poll: Callable[[], None]) -> None:
    poll()
    path, blob = folder / "fetched", None
    source = wanted.source if _is_whole(portal, wanted.kept) else wanted.source.anew()
    fetched = fetching.fetch(portal.settings, source, path, poll=poll)
    if fetched.path is not None:
        with path.open("rb") as content:
            blob = portal.blobs.put(content, limit=portal.settings.max_upload_bytes)
        path.unlink()
    with portal.writing(SYSTEM) as work:
        contents.keep(work, wanted.resource_id, wanted.source, fetched, blob)


def _is_whole(portal: Portal, digest: str | None) -> bool:
    """Whether the kept content can be built from. All of it is read, which the build does next anyway: a server's
    word that nothing changed is worth nothing beside a file that a disk has lost or spoilt."""
    return digest is not None and not portal.blobs.check(digest)


def _named(error: PortalError, title: str) -> PortalError:
    """The same error with the resource in its message."""
    named = copy(error)
    named.message = f"The resource “{title}” could not be fetched. {error.message}"
    named.args = (named.message,)
    return named
