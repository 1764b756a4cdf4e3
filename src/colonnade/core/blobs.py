"""Who uses a stored blob, and the end of those that nobody uses. Every feature that writes down a digest is asked here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from colonnade.core.attachments import service as attachments
from colonnade.core.extracts import service as extracts
from colonnade.core.imports import service as imports
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.resources import service as resources
from colonnade.core.work import SYSTEM, Portal, Work


@dataclass(frozen=True)
class Use:
    """`kind`: what the file is to its dataset, as people call it. `dataset_id` None: it is of none, or of several."""

    digest: str
    dataset_id: int | None
    kind: str
    filename: str


def uses(work: Work) -> Iterator[Use]:
    """Every use of every blob."""
    for file in resources.all_files(work):
        yield Use(file.digest, file.dataset_id, "file", file.filename)
    for attachment in attachments.all_files(work):
        yield Use(attachment.digest, attachment.dataset_id, "attachment", attachment.filename)
    for export in attachments.all_export_files(work):
        if (stored := export.stored) is not None:
            yield Use(stored.digest, export.dataset_id, "alternative export", stored.filename)
    for one in imports.all_files(work):
        yield Use(one.digest, one.dataset_id, "data file", one.filename)
    for kept in extracts.all_files(work):
        yield Use(kept.digest, kept.dataset_id, "export", kept.filename)
    for managed in managedfiles.all_files(work):
        for digest in managed.digests:
            yield Use(digest, None, "public file", managed.filename)


def unused(work: Work, digests: Iterable[str]) -> list[str]:
    """Those that nothing uses now."""
    features = (resources, attachments, imports, extracts, managedfiles)
    return [one for one in sorted(set(digests)) if not any(each.uses_digest(work, one) for each in features)]


def clear(portal: Portal, digests: Iterable[str]) -> None:
    """Remove the blobs among these that nothing uses, once nothing copies them."""
    portal.retention.remove(partial(remove_unused, portal, tuple(digests)))


def remove_unused(portal: Portal, digests: Iterable[str]) -> None:
    """Remove the blobs among these that nothing uses. Inside the write transaction: nobody can take up a file of the
    same content between the look and the removal."""
    for digest in digests:
        with portal.writing(SYSTEM) as work:
            for one in unused(work, (digest,)):
                portal.blobs.remove(one)
