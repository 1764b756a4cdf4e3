"""Attachments: adding, showing and removing them; and what both kinds of files beside the rows have in common."""

from collections.abc import Sequence

from colonnade.core.attachments import store
from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ReadableDataset, ViewableDataset
from colonnade.core.uids import new_uid
from colonnade.core.uploads import ContentDropped, StoredFile, check_kept
from colonnade.core.usage import service as usage
from colonnade.core.work import Work, now
from colonnade.errors import Invalid, LimitReached, NotFound

MAX_TITLE = 256
"""Characters."""
MAX_OF_A_KIND = 500
"""Attachments of one dataset, and alternative exports: readers are shown all of them."""


def add(work: Work, editable: EditableDataset, file: StoredFile, *, title: str | None = None) -> Attachment:
    """Readers see it at once, without a publication. Raises `LimitReached`, and `NotFound` as `uploads.check_kept`."""
    check_count(work, editable, Attachment)
    check_kept(work, file.digest)
    added = put(work, editable.dataset.id, file)
    added.title = title
    added.created_by, added.created_by_id = work.actor.username, work.actor.person_id
    _note(work, editable)
    return added


def retitle(work: Work, editable: EditableDataset, uid: str, title: str) -> Attachment:
    """Raises `NotFound`, and `Invalid` for a title that is too long."""
    changed = _known(work, editable, uid)
    if len(title) > MAX_TITLE:
        message = f"At most {MAX_TITLE} characters."
        raise Invalid(message, fields={"title": [message]})
    changed.title = title
    _note(work, editable)
    return changed


def everywhere(work: Work, *, limit: int | None = None, offset: int = 0) -> tuple[Sequence[Attachment], int]:
    """Those of every dataset that the actor may see, in order of creation, and how many there are."""
    ids = datasets.readable_ids(work)
    partly = store.holding_rows(work.db, ids)
    parts = [one.dataset.id for one in datasets.readable_by_ids(work, partly) if not one.access.shows_all]
    return store.everywhere(work.db, ids, parts, limit=limit, offset=offset)


def some(work: Work, numbers: Sequence[int]) -> Sequence[Attachment]:
    """Those with these ids that the actor may see, in order of creation."""
    found = store.by_numbers(work.db, numbers)
    some = datasets.by_ids(work, sorted({one.dataset_id for one in found}))
    seen = {one.dataset.id: one for one in datasets.readable_by_uids(work, [one.uid for one in some])}
    return [one for one in found if one.dataset_id in seen and _may_have(one, seen[one.dataset_id])]


def by_id(work: Work, number: int) -> Attachment:
    """The one with this id. Raises `NotFound`, also for who may not see its dataset."""
    found = next(iter(some(work, [number])), None)
    if found is None:
        raise NotFound(f"Unknown attachment: {number}", code="attachment.unknown")
    return found


def downloaded(work: Work, number: int) -> Attachment:
    """The same, to be given out."""
    found = by_id(work, number)
    usage.count_download(work, found.dataset_id)
    return found


def retitle_by_id(work: Work, number: int, title: str | None) -> Attachment:
    """`retitle` of the one with this id; None: its title stays. Raises `Denied`, too."""
    found = by_id(work, number)
    editable = _editable_of(work, found)
    return found if title is None else retitle(work, editable, found.uid, title)


def remove_by_id(work: Work, number: int) -> None:
    """`remove` of the one with this id. Raises `Denied`, too."""
    found = by_id(work, number)
    remove(work, _editable_of(work, found), found.uid)


def page(
    work: Work, viewable: ViewableDataset, *, limit: int, offset: int
) -> tuple[Sequence[Attachment], int]:
    """In order of creation, and how many there are."""
    return store.page(work.db, Attachment, viewable.dataset.id, limit=limit, offset=offset)


def one(work: Work, dataset: ViewableDataset | ReadableDataset, uid: str) -> Attachment:
    """To be given out. Raises `NotFound`."""
    found = _known(work, dataset, uid)
    if isinstance(dataset, ReadableDataset) and not _may_have(found, dataset):
        raise _unknown(uid)
    usage.count_download(work, dataset.dataset.id)
    return found


def of_readables(work: Work, readables: Sequence[ReadableDataset]) -> list[Sequence[Attachment]]:
    """Those of each dataset, in the order given. Whoever may see a dataset sees its attachments: they are part of
    what it says of itself, as its metadata are; but not those that hold rows, if some of these are hidden."""
    found: dict[int, list[Attachment]] = {one.dataset.id: [] for one in readables}
    known = {one.dataset.id: one for one in readables}
    for attachment in store.of_datasets(work.db, Attachment, list(found)):
        if _may_have(attachment, known[attachment.dataset_id]):
            found[attachment.dataset_id].append(attachment)
    return [found[one.dataset.id] for one in readables]


def remove(work: Work, editable: EditableDataset, uid: str) -> None:
    removed = _known(work, editable, uid)
    removed.removed_at = now()
    work.happened(ContentDropped((removed.digest,)))
    _note(work, editable)


def copied(work: Work, source: ViewableDataset, target: EditableDataset) -> None:
    """Give a new dataset the attachments and alternative exports of another, under uids of their own. The contents are
    shared, and stay until the last user goes."""
    for each in store.of_datasets(work.db, Attachment, [source.dataset.id]):
        added = put(work, target.dataset.id, each.stored)
        added.title, added.holds_rows = each.title, each.holds_rows
    for export in store.of_datasets(work.db, AlternativeExport, [source.dataset.id]):
        put_export(
            work,
            AlternativeExport(
                dataset_id=target.dataset.id,
                title=export.title,
                description=export.description,
                url=export.url,
                filename=export.filename,
                mimetype=export.mimetype,
                size=export.size,
                digest=export.digest,
            ),
        )


def remove_all(work: Work, dataset_id: int) -> list[str]:
    """Remove what a deleted dataset had. Returns the digests of its contents, which others may use."""
    digests = [one.digest for one in store.of_datasets(work.db, Attachment, [dataset_id])]
    exports = store.of_datasets(work.db, AlternativeExport, [dataset_id])
    store.remove_of(work.db, Attachment, dataset_id)
    store.remove_of(work.db, AlternativeExport, dataset_id)
    return [*digests, *(one.digest for one in exports if one.digest is not None)]


def uses_digest(work: Work, digest: str) -> bool:
    """Whether something here has this content."""
    return store.uses_digest(work.db, Attachment, digest) or store.uses_digest(
        work.db, AlternativeExport, digest
    )


def names(work: Work, dataset_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Of the files beside the rows of these datasets: the dataset, and what the file is called."""
    return [(one.dataset_id, one.filename) for one in store.of_datasets(work.db, Attachment, dataset_ids)]


def all_files(work: Work) -> Sequence[Attachment]:
    """The attachments of all datasets."""
    return store.with_content(work.db, Attachment)


def all_export_files(work: Work) -> Sequence[AlternativeExport]:
    """The alternative exports of all datasets that are files."""
    return store.with_content(work.db, AlternativeExport)


def check_count(work: Work, editable: EditableDataset, table: type[Attachment | AlternativeExport]) -> None:
    """Raises `LimitReached` where one more would be too many."""
    found = store.count(work.db, table, editable.dataset.id)
    if found >= MAX_OF_A_KIND:
        message = f"A dataset has at most {MAX_OF_A_KIND:,} attachments, and as many alternative exports."
        raise LimitReached(message, limit_type="attachments", limit=MAX_OF_A_KIND, value=found + 1)


def put_export(work: Work, export: AlternativeExport) -> None:
    """Write an alternative export down, under a new uid."""
    export.uid = new_uid("ae", lambda uid: store.uid_taken(work.db, AlternativeExport, uid))
    work.db.add(export)
    work.db.flush()


def _known(work: Work, dataset: ViewableDataset | ReadableDataset, uid: str) -> Attachment:
    found = store.one(work.db, Attachment, dataset.dataset.id, uid)
    if found is None:
        raise _unknown(uid)
    return found


def _may_have(attachment: Attachment, readable: ReadableDataset) -> bool:
    return readable.access.shows_all or not attachment.holds_rows


def _unknown(uid: str) -> NotFound:
    return NotFound(f"Unknown attachment: {uid}", code="attachment.unknown")


def _editable_of(work: Work, attachment: Attachment) -> EditableDataset:
    dataset = datasets.by_id(work, attachment.dataset_id)
    assert dataset is not None  # its attachments go with it
    return datasets.editable(work, dataset.uid)


def _note(work: Work, editable: EditableDataset) -> None:
    """The names of its files are part of what a dataset is found by."""
    datasets.touch(work, editable)
    datasets.note_change(work, editable.dataset)


def put(work: Work, dataset_id: int, file: StoredFile) -> Attachment:
    """Write an attachment down, under a new uid."""
    added = Attachment(
        uid=new_uid("at", lambda uid: store.uid_taken(work.db, Attachment, uid)),
        dataset_id=dataset_id,
        filename=file.filename,
        mimetype=file.mimetype,
        size=file.size,
        digest=file.digest,
    )
    work.db.add(added)
    work.db.flush()
    return added
