"""Attachments of a dataset that follow something else of the portal: for handlers, which act for the portal itself."""

from colonnade.core.attachments import service, store
from colonnade.core.attachments.model import Attachment
from colonnade.core.uploads import ContentDropped, StoredFile, check_kept
from colonnade.core.work import Work, now


def put(
    work: Work,
    dataset_id: int,
    attachment_id: int | None,
    *,
    title: str,
    stored: StoredFile,
    holds_rows: bool,
) -> Attachment | None:
    """The attachment that a dataset has for this file; None: it has as many as it may. `attachment_id`: the one that there
    was, if its content is the same."""
    title = title[: service.MAX_TITLE]
    found = None if attachment_id is None else next(iter(store.by_numbers(work.db, [attachment_id])), None)
    if found is not None and found.digest == stored.digest:
        found.title = title
        return found
    if found is not None:
        remove(work, found.id)
    if store.count(work.db, Attachment, dataset_id) >= service.MAX_OF_A_KIND:
        return None
    check_kept(work, stored.digest)
    added = service.put(work, dataset_id, stored)
    added.title, added.holds_rows = title, holds_rows
    return added


def remove(work: Work, attachment_id: int) -> None:
    for found in store.by_numbers(work.db, [attachment_id]):
        found.removed_at = now()
        work.happened(ContentDropped((found.digest,)))
    work.db.flush()
