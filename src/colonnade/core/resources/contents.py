"""What was fetched last for a resource, kept as a file: an unchanged source is not downloaded again."""

import io

from colonnade.core.connections import sources
from colonnade.core.connections.fetching import FetchedFile, Source
from colonnade.core.resources import store
from colonnade.core.resources.model import Resource, UploadedFile
from colonnade.core.uploads import ContentDropped, check_kept
from colonnade.core.work import Work, now
from colonnade.errors import NotFound
from colonnade.files.port import Blob


def kept(work: Work, resource: Resource) -> UploadedFile | None:
    """The file that was fetched last."""
    found = None if resource.file_id is None else store.file_by_id(work.db, resource.file_id)
    return None if found is None or found.fetched_at is None else found


def is_there(work: Work, file: UploadedFile) -> bool:
    """Whether a file's content is stored at its full length; its bytes are not looked at."""
    try:
        with work.blobs.open(file.digest) as content:
            return content.seek(0, io.SEEK_END) == file.size
    except NotFound:
        return False


def keep(work: Work, resource_id: int, source: Source, fetched: FetchedFile, blob: Blob | None) -> None:
    """The content that a server sent for a resource, or, without a blob, its word that the known one still holds.

    Nothing is kept when the resource was removed or fetches nothing any more. Raises `NotFound` when the blob went
    meanwhile: the same content was another file's, which was removed just now.
    """
    resource = store.by_id(work.db, resource_id)
    if resource is None or not sources.is_fetched(work, resource_id):
        if blob is not None:
            work.happened(ContentDropped((blob.digest,)))
        return
    if blob is not None:
        check_kept(work, blob.digest)
        _put(work, resource, fetched, blob)
    if kept(work, resource) is not None:
        sources.fetched(work, resource_id, source, fetched)


def drop(work: Work, resource: Resource) -> None:
    """The resource has no file any more; one that was fetched goes, one that was uploaded stays in the dataset."""
    file = kept(work, resource)
    resource.file_id = None
    work.db.flush()
    if file is not None:
        work.db.delete(file)
        work.happened(ContentDropped((file.digest,)))
        sources.forget_content(work, resource.id)
    work.db.flush()


def _put(work: Work, resource: Resource, fetched: FetchedFile, blob: Blob) -> None:
    file = kept(work, resource)
    if file is None:
        # No uploaded file has a colon in its uid.
        file = UploadedFile(dataset_id=resource.dataset_id, uid=f"fetched:{resource.uid}")
        work.db.add(file)
    elif file.digest != blob.digest:
        work.happened(ContentDropped((file.digest,)))
    file.filename = fetched.filename or resource.uid
    file.mimetype = fetched.mimetype
    file.size, file.digest = blob.size, blob.digest
    file.fetched_at = now()
    work.db.flush()
    resource.file_id = file.id
