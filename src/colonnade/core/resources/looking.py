"""A look at a source before its rows are published: which extractor reads it, how, and what its first rows would be.

Each look runs in the builder's child process, with small limits; nothing is stored.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from colonnade.builder import process
from colonnade.builder.job import LOOK_LIMITS, FileInput, LookJob, Preview
from colonnade.builder.process import Way
from colonnade.core.connections import fetching, sources
from colonnade.core.connections.fetching import Source
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.resources import contents, service
from colonnade.core.resources.model import Resource
from colonnade.core.work import Portal, Work
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.formats.registry import EXTRACTORS, Extractor

FETCH_SECONDS = 30.0
WAIT_SECONDS = 20.0
SHOWN_ROWS = 20

_LOOKS = threading.BoundedSemaphore(4)
"""Each takes a process with its memory, and a thread that answers requests."""

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Content:
    """What is looked at. `digest`: of the stored content; None: there is none. `source`: where newer content may be;
    None: nowhere, it was uploaded."""

    name: str
    digest: str | None
    source: Source | None = None


def extractors(work: Work) -> tuple[Extractor, ...]:
    """All that this portal has, for who makes or manages datasets. Raises `Denied`."""
    datasets.managed_page(work, limit=0, offset=0)
    return tuple(one for one in EXTRACTORS.values() if one.is_offered)


def of_resource(work: Work, resource: Resource) -> Content:
    """Raises `Invalid` for a resource whose rows only come live."""
    source = sources.source(work, resource.id)
    if source is not None:
        file = contents.kept(work, resource)
        if file is None or not contents.is_there(work, file):
            return Content(resource.title, None, source.anew())
        return Content(file.filename, file.digest, source)
    if resource.file_id is None:
        message = "The rows of this resource come live: there is no source to look at."
        raise Invalid(message, fields={"datasource": [message]})
    uploaded = service.file_by_id(work, resource.file_id)
    return Content(uploaded.filename, uploaded.digest)


def of_given(
    work: Work,
    editable: EditableDataset,
    *,
    file_uid: str | None = None,
    http: object = None,
    resource_id: int | None = None,
) -> Content:
    """Of a datasource that is not stored; in the place of that of a resource, whose secrets then count where none are
    given. Raises `Invalid` with fields `datasource.*`."""
    if file_uid is None:
        source = sources.unsaved(work, editable, http, resource_id=resource_id)
        return Content("The source", None, source)
    uploaded = service.uploaded(work, editable, file_uid)
    return Content(uploaded.filename, uploaded.digest)


def guesses(portal: Portal, content: Content) -> tuple[Extractor, ...]:
    """The extractors that may read it, the likeliest first. Raises `Invalid` with fields, `LimitReached`, and
    `Unavailable` when too many look at once."""
    return tuple(EXTRACTORS[one.extractor] for one in look(portal, content, "", {}, process.guess))


def suggested(portal: Portal, content: Content, extractor: str) -> Mapping[str, Any]:
    """Parameters for an extractor. Raises what `guesses` raises."""
    service.check_extractor(extractor)
    return look(portal, content, extractor, {}, process.suggest)


def suggested_if_readable(portal: Portal, content: Content, extractor: str) -> Mapping[str, Any]:
    """The same; none where the source cannot be read now, so that a resource can be made of it all the same."""
    service.check_extractor(extractor)
    try:
        return suggested(portal, content, extractor)
    except (Invalid, LimitReached, Unavailable):
        return {}


def previewed(portal: Portal, content: Content, extractor: str, params: Mapping[str, Any]) -> Preview:
    """The first rows, typed. Raises what `guesses` raises."""
    service.check_extractor(extractor)
    return look(portal, content, extractor, params, process.preview)


def look(
    portal: Portal,
    content: Content,
    extractor: str,
    params: Mapping[str, Any],
    ask: Callable[[LookJob, Way], _Found],
    *,
    rows: int = SHOWN_ROWS,
) -> _Found:
    """What the builder's child answers to a question about a content. Raises what `guesses` raises."""
    if not _LOOKS.acquire(timeout=WAIT_SECONDS):
        message = "Too many sources are being looked at just now. Try again in a moment."
        raise Unavailable(message, code="look.busy")
    try:
        with _scratch(portal) as scratch, _opened(portal, content, scratch) as (path, name):
            limits = replace(
                LOOK_LIMITS, fields=portal.settings.max_fields, cell_bytes=portal.settings.max_cell_bytes
            )
            file = FileInput(path=path, name=name, source="look", format=extractor, params=params)
            return ask(LookJob(file, scratch / "work", rows, limits), portal.builds)
    except Invalid as error:
        place = "params" if error.code == "file.parameters" else "datasource"
        raise Invalid(error.message, code=error.code, fields={place: [error.message]}) from error
    finally:
        _LOOKS.release()


@contextmanager
def _scratch(portal: Portal) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="look-", dir=portal.settings.scratch_folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _opened(portal: Portal, content: Content, scratch: Path) -> Iterator[tuple[Path, str]]:
    """The content as a file, and its name."""
    if content.source is not None:
        fetched = _fetched(portal, content.source, scratch / "content")
        if fetched is not None:
            yield fetched
            return
    assert content.digest is not None  # nothing is unchanged that was never here
    with portal.blobs.local(content.digest) as path:
        yield path, content.name


def _fetched(portal: Portal, source: Source, path: Path) -> tuple[Path, str] | None:
    """None: the stored content still holds. What goes wrong on the way is wrong with the source that was given."""
    try:
        file = fetching.fetch(portal.settings, source, path, seconds=FETCH_SECONDS)
    except (Invalid, LimitReached, Unavailable) as error:
        raise _unfetched(error) from error
    return None if file.path is None else (file.path, file.filename or path.name)


def _unfetched(error: PortalError) -> Invalid:
    return Invalid(f"The source could not be fetched: {error.message}", code=error.code)
