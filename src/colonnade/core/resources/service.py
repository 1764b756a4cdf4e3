"""Adding, reading and removing the sources of a dataset's rows."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from colonnade.core.connections import sources
from colonnade.core.connections.sources import Described
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ViewableDataset
from colonnade.core.resources import contents, store
from colonnade.core.resources.model import Ownership, Resource, UploadedFile
from colonnade.core.tables import service as tables
from colonnade.core.uids import free_name, new_uid, slug
from colonnade.core.uploads import StoredFile, check_kept, mimetype_of, safe_filename
from colonnade.core.work import Work, now
from colonnade.errors import Denied, Invalid, NotFound
from colonnade.formats.registry import EXTRACTORS

REQUIRED = "This field is required"


def add_file(work: Work, editable: EditableDataset, stored: StoredFile) -> UploadedFile:
    """Take up an uploaded file as one of the dataset, under a name that no path can be made of. Its own type counts if
    its name does not say one. Raises `NotFound` as `uploads.check_kept`."""
    return take_up(work, editable.dataset.id, stored)


def take_up(work: Work, dataset_id: int, stored: StoredFile) -> UploadedFile:
    """The same for the portal itself."""
    check_kept(work, stored.digest)
    name = safe_filename(stored.filename)
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    uid = free_name(
        f"{slug(stem, separator='_') or 'file'}{slug(suffix) and '.' + slug(suffix)}",
        lambda wanted: store.file_by_uid(work.db, dataset_id, wanted) is not None,
        separator="_",
    )
    file = UploadedFile(
        dataset_id=dataset_id,
        uid=uid,
        filename=name,
        mimetype=mimetype_of(name) or stored.mimetype,
        size=stored.size,
        digest=stored.digest,
    )
    work.db.add(file)
    work.db.flush()
    return file


def file(work: Work, viewable: ViewableDataset, uid: str) -> UploadedFile:
    """An uploaded file. Raises `NotFound`, also for one that was fetched."""
    found = store.file_by_uid(work.db, viewable.dataset.id, uid)
    if found is None or found.fetched_at is not None:
        raise NotFound(f"There is no file {uid}.", code="file.unknown")
    return found


def uploaded(work: Work, editable: EditableDataset, uid: str) -> UploadedFile:
    """An uploaded file that is to be a source. Raises `Invalid`."""
    try:
        return file(work, editable, uid)
    except NotFound as error:
        message = f"There is no uploaded file {uid} in this dataset."
        raise _wrong("datasource.file.uid", message) from error


def file_by_id(work: Work, file_id: int) -> UploadedFile:
    found = store.file_by_id(work.db, file_id)
    if found is None:
        raise NotFound("The file was removed.", code="file.unknown")
    return found


def add(
    work: Work,
    editable: EditableDataset,
    *,
    title: str | None = None,
    extractor: str | None = None,
    params: Mapping[str, Any] | None = None,
    file_uid: str | None = None,
    http: object = None,
    ownership: Ownership = Ownership.DERIVED,
) -> Resource:
    """A new source of rows, after those that are there. Without a file and without `http`, a datasource as
    `connections.sources.attach` takes it, its rows only come live, and are owned."""
    if file_uid is None and http is None and ownership is not Ownership.OWNED:
        raise _wrong("datasource", REQUIRED)
    found = None if file_uid is None else uploaded(work, editable, file_uid)
    is_read = file_uid is not None or http is not None
    if is_read:
        check_extractor(extractor)
    resource = Resource(
        uid=free_uid(work),
        dataset_id=editable.dataset.id,
        title=title or _default_title(file_uid, http),
        type=extractor if is_read else None,
        params=dict(params or {}),
        file_id=None if found is None else found.id,
        ownership=ownership.value,
    )
    work.db.add(resource)
    work.db.flush()
    if http is not None:
        sources.attach(work, editable, resource.id, http)
    datasets.touch(work, editable)
    return resource


def replace(
    work: Work,
    editable: EditableDataset,
    uid: str,
    *,
    title: str | None,
    extractor: str,
    params: Mapping[str, Any],
    file_uid: str | None = None,
    http: object = None,
) -> Resource:
    """Give a resource another configuration, which the next publish follows. Raises `Invalid`, also for a resource
    whose rows are owned: they are the truth, and not extracted again."""
    changed = resource(work, editable, uid)
    if changed.is_owned:
        message = "The rows of this resource are kept here: it can have no other source."
        raise _wrong("datasource", message)
    check_extractor(extractor)
    if http is None:
        if file_uid is None:
            raise _wrong("datasource", REQUIRED)
        found = uploaded(work, editable, file_uid)
        contents.drop(work, changed)
        sources.detach(work, changed.id)
        changed.file_id = found.id
    else:
        if not sources.is_fetched(work, changed.id):
            contents.drop(work, changed)
        sources.attach(work, editable, changed.id, http)
    changed.title, changed.type = title or _default_title(file_uid, http), extractor
    changed.params, changed.updated_at = dict(params), now()
    datasets.touch(work, editable)
    return changed


def clean_cache(work: Work, editable: EditableDataset, uid: str) -> None:
    """Drop what was fetched last: the next publish fetches it anew. An uploaded file is no cache, and stays."""
    found = resource(work, editable, uid)
    if contents.kept(work, found) is not None:
        contents.drop(work, found)


def fetched_from(work: Work, viewable: ViewableDataset, resource: Resource) -> Described | None:
    """Where a resource is fetched from; None: it is not. The values of headers, which may be keys, are empty for who
    may not edit the dataset."""
    found = sources.described(work, resource.id)
    if found is None or not found.headers:
        return found
    try:
        datasets.editable(work, viewable.dataset.uid)
    except (Denied, NotFound):
        return Described(found.connection, found.relative_url, tuple((name, "") for name, _ in found.headers))
    return found


def check_extractor(name: str | None) -> None:
    """Raises `Invalid` for one that there is not."""
    if name not in EXTRACTORS:
        known = ", ".join(sorted(EXTRACTORS))
        raise _wrong("type", f"There is no extractor {name}. Known: {known}.")


def resources(work: Work, viewable: ViewableDataset) -> Sequence[Resource]:
    """In order of their rows."""
    return store.resources(work.db, viewable.dataset.id)


def of_dataset(work: Work, dataset_id: int) -> Sequence[Resource]:
    """For jobs, which act for the portal itself."""
    return store.resources(work.db, dataset_id)


def owned_uids(work: Work, dataset_id: int) -> Sequence[str]:
    """The resources whose rows are or were the truth, those that were removed included. For jobs."""
    return store.owned_uids(work.db, dataset_id)


def resource(work: Work, viewable: ViewableDataset, uid: str) -> Resource:
    found = store.resource(work.db, viewable.dataset.id, uid)
    if found is None:
        raise NotFound(f"There is no resource {uid}.", code="resource.unknown")
    return found


def remove(work: Work, editable: EditableDataset, uid: str) -> None:
    """A table of its own goes with it; its rows in the dataset's main table stay until the next publish."""
    removed = resource(work, editable, uid)
    contents.drop(work, removed)
    sources.detach(work, removed.id)
    removed.removed_at = now()
    table = tables.resource_table(work, editable.dataset.id, removed.id)
    if table is not None:
        tables.forget(work, table)
    datasets.touch(work, editable)


def loaded(work: Work, resource_uids: Sequence[str], dataset_id: int) -> None:
    """These owned resources' files are extracted now: their rows are the truth from here on."""
    for found in store.resources(work.db, dataset_id):
        if found.uid in resource_uids and found.is_owned:
            found.loaded_at = now()


def free_uid(work: Work) -> str:
    """A uid for a resource that is going to be made."""
    return new_uid("re", lambda uid: store.uid_taken(work.db, uid))


def add_loaded(work: Work, dataset_id: int, uid: str, title: str) -> Resource:
    """An owned resource whose rows are in already. For jobs."""
    added = Resource(
        uid=uid,
        dataset_id=dataset_id,
        title=title,
        type=None,
        params={},
        ownership=Ownership.OWNED.value,
        loaded_at=now(),
    )
    work.db.add(added)
    work.db.flush()
    return added


def remove_all(work: Work, dataset_id: int) -> list[str]:
    """Remove what a deleted dataset had. Returns the digests of its files, which others may use."""
    digests = {one.digest for one in store.files(work.db, dataset_id)}
    sources.detach_all(work, dataset_id)
    store.remove_of(work.db, dataset_id)
    work.db.flush()
    return sorted(digests)


def uses_digest(work: Work, digest: str) -> bool:
    """Whether a file here has this content."""
    return store.uses_digest(work.db, digest)


def all_files(work: Work) -> Sequence[UploadedFile]:
    return store.all_files(work.db)


def _default_title(file_uid: str | None, http: object) -> str:
    return file_uid or ("Rows" if http is None else "HTTP")


def _wrong(field: str, message: str) -> Invalid:
    return Invalid(message, fields={field: [message]})
