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
from colonnade.errors import LimitReached, NotFound

MAX_OF_A_KIND = 500
"""Attachments of one dataset, and alternative exports: readers are shown all of them."""


def add(work: Work, editable: EditableDataset, file: StoredFile) -> Attachment:
    """Readers see it at once, without a publication. Raises `LimitReached`, and `NotFound` as `uploads.check_kept`."""
    check_count(work, editable, Attachment)
    check_kept(work, file.digest)
    added = _put(work, editable, file)
    datasets.touch(work, editable)
    return added


def page(
    work: Work, viewable: ViewableDataset, *, limit: int, offset: int
) -> tuple[Sequence[Attachment], int]:
    """In order of creation, and how many there are."""
    return store.page(work.db, Attachment, viewable.dataset.id, limit=limit, offset=offset)


def one(work: Work, dataset: ViewableDataset | ReadableDataset, uid: str) -> Attachment:
    """To be given out. Raises `NotFound`."""
    found = store.one(work.db, Attachment, dataset.dataset.id, uid)
    if found is None:
        raise NotFound(f"Unknown attachment: {uid}", code="attachment.unknown")
    usage.count_download(work, dataset.dataset.id)
    return found


def of_readables(work: Work, readables: Sequence[ReadableDataset]) -> list[Sequence[Attachment]]:
    """Those of each dataset, in the order given. Whoever may see a dataset sees all of its attachments: they are part
    of what it says of itself, as its metadata are."""
    found: dict[int, list[Attachment]] = {one.dataset.id: [] for one in readables}
    for attachment in store.of_datasets(work.db, Attachment, list(found)):
        found[attachment.dataset_id].append(attachment)
    return [found[one.dataset.id] for one in readables]


def remove(work: Work, editable: EditableDataset, uid: str) -> None:
    removed = one(work, editable, uid)
    removed.removed_at = now()
    work.happened(ContentDropped((removed.digest,)))
    datasets.touch(work, editable)


def copied(work: Work, source: ViewableDataset, target: EditableDataset) -> None:
    """Give a new dataset the attachments and alternative exports of another, under uids of their own. The contents are
    shared, and stay until the last user goes."""
    for each in store.of_datasets(work.db, Attachment, [source.dataset.id]):
        _put(work, target, each.stored)
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


def _put(work: Work, editable: EditableDataset, file: StoredFile) -> Attachment:
    added = Attachment(
        uid=new_uid("at", lambda uid: store.uid_taken(work.db, Attachment, uid)),
        dataset_id=editable.dataset.id,
        filename=file.filename,
        mimetype=file.mimetype,
        size=file.size,
        digest=file.digest,
    )
    work.db.add(added)
    work.db.flush()
    return added
