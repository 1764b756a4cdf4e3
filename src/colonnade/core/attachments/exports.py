"""Alternative exports: the rows as somebody made them elsewhere (a PDF, a database, a page), offered beside the portal's
own exports."""

from collections.abc import Sequence
from dataclasses import dataclass

from colonnade.core.attachments import store
from colonnade.core.attachments.model import AlternativeExport, ExportKind
from colonnade.core.attachments.service import check_count, put_export
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ReadableDataset, ViewableDataset
from colonnade.core.uploads import ContentDropped, StoredFile, check_kept
from colonnade.core.usage import service as usage
from colonnade.core.work import Work, now
from colonnade.errors import Invalid, NotFound
from colonnade.net.guard import checked_url

REQUIRED = "This field is required"
MAX_TITLE = 500
MAX_DESCRIPTION = 20_000
"""Characters."""


@dataclass(frozen=True)
class Given:
    """What an alternative export is to say of itself, checked. `url`: where it leads, if it is an address."""

    title: str
    kind: ExportKind
    description: str
    url: str | None


def checked(
    *, title: str | None, kind: str | None, description: str | None, url: str | None, has_file: bool
) -> Given:
    """What is given for a new one. Raises `Invalid` with all that is wrong."""
    known, problems = _described(title, kind, description)
    if kind == ExportKind.URL:
        problems |= _wrong_url(url)
    elif kind == ExportKind.UPLOADED_FILE and not has_file:
        problems["file"] = [REQUIRED]
    _refuse(problems)
    return Given(*known, url if kind == ExportKind.URL else None)


def add(
    work: Work, editable: EditableDataset, given: Given, file: StoredFile | None = None
) -> AlternativeExport:
    """`file`: of one that is no address. Raises `LimitReached`, and `NotFound` as `uploads.check_kept`."""
    check_count(work, editable, AlternativeExport)
    added = AlternativeExport(
        dataset_id=editable.dataset.id, title=given.title, description=given.description, url=given.url
    )
    if file is not None:
        check_kept(work, file.digest)
        added.filename, added.mimetype = file.filename, file.mimetype
        added.size, added.digest = file.size, file.digest
    put_export(work, added)
    datasets.touch(work, editable)
    return added


def replace(
    work: Work,
    editable: EditableDataset,
    uid: str,
    *,
    title: str | None,
    kind: str | None,
    description: str | None,
) -> AlternativeExport:
    """Give it another title and description. What it leads to, and so its kind, stays. Raises `Invalid`."""
    changed = one(work, editable, uid)
    (new_title, new_kind, new_description), problems = _described(title, kind, description)
    if "type" not in problems and new_kind != changed.kind:
        problems["type"] = [f"This cannot be changed: it is {changed.kind}."]
    _refuse(problems)
    changed.title, changed.description, changed.updated_at = new_title, new_description, now()
    datasets.touch(work, editable)
    return changed


def page(
    work: Work, viewable: ViewableDataset, *, limit: int, offset: int
) -> tuple[Sequence[AlternativeExport], int]:
    """In order of creation, and how many there are."""
    return store.page(work.db, AlternativeExport, viewable.dataset.id, limit=limit, offset=offset)


def one(work: Work, viewable: ViewableDataset, uid: str) -> AlternativeExport:
    """Raises `NotFound`."""
    found = store.one(work.db, AlternativeExport, viewable.dataset.id, uid)
    if found is None:
        raise _unknown(uid)
    return found


def readable_one(work: Work, readable: ReadableDataset, uid: str) -> AlternativeExport:
    """Raises `NotFound`, also for a reader who may not see all of the records."""
    found = store.one(work.db, AlternativeExport, readable.dataset.id, uid)
    if found is None or not _sees_all(readable):
        raise _unknown(uid)
    usage.count_download(work, readable.dataset.id)
    return found


def of_readables(work: Work, readables: Sequence[ReadableDataset]) -> list[Sequence[AlternativeExport]]:
    """Those of each dataset that the reader may have, in the order given: all of them, or none for who may not see
    every field of every record. Nothing could cut a file that was made elsewhere to what they may see."""
    found: dict[int, list[AlternativeExport]] = {one.dataset.id: [] for one in readables if _sees_all(one)}
    for export in store.of_datasets(work.db, AlternativeExport, list(found)):
        found[export.dataset_id].append(export)
    return [found.get(one.dataset.id, ()) for one in readables]


def remove(work: Work, editable: EditableDataset, uid: str) -> None:
    removed = one(work, editable, uid)
    removed.removed_at = now()
    if removed.digest is not None:
        work.happened(ContentDropped((removed.digest,)))
    datasets.touch(work, editable)


def _sees_all(readable: ReadableDataset) -> bool:
    access = readable.access
    return access.data_visible and access.visible_fields is None and access.filters is None


def _described(
    title: str | None, kind: str | None, description: str | None
) -> tuple[tuple[str, ExportKind, str], dict[str, list[str]]]:
    """The parts that every alternative export has, and what is wrong with them by their names."""
    problems = {}
    for name, value, longest in (("title", title, MAX_TITLE), ("description", description, MAX_DESCRIPTION)):
        if value is not None and len(value) > longest:
            problems[name] = [f"At most {longest} characters."]
    if title is None or not title.strip():
        problems["title"] = [REQUIRED]
    kinds = [one.value for one in ExportKind]
    if not kind:
        problems["type"] = [REQUIRED]
    elif kind not in kinds:
        problems["type"] = [f"One of {', '.join(kinds)}."]
    known = ExportKind(kind) if kind in kinds else ExportKind.UPLOADED_FILE
    return (title or "", known, description or ""), problems


def _wrong_url(url: str | None) -> dict[str, list[str]]:
    if not url:
        return {"url": [REQUIRED]}
    try:
        checked_url(url)
    except Invalid:
        message = "This must be an address that begins with http:// or https://, without a user name."
        return {"url": [message]}
    return {}


def _refuse(problems: dict[str, list[str]]) -> None:
    if problems:
        raise Invalid(next(iter(problems.values()))[0], fields=problems)


def _unknown(uid: str) -> NotFound:
    return NotFound(f"Unknown alternative export: {uid}", code="alternative_export.unknown")
