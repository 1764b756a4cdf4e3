"""Resources of a dataset that follow something else of the portal: for jobs and handlers, which act for the portal itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.resources import service, store
from colonnade.core.resources.model import Ownership, Resource, UploadedFile
from colonnade.core.uploads import ContentDropped, StoredFile
from colonnade.core.work import Work, now


def put(
    work: Work,
    dataset_id: int,
    resource_id: int | None,
    *,
    title: str,
    stored: StoredFile,
    extractor: str,
    params: Mapping[str, Any],
) -> tuple[Resource, bool]:
    """The resource that a dataset has for this file, and whether its rows are other ones than before. `resource_id`: the
    one that there was, which comes back to its place if it was removed; None: a new one, which comes last."""
    found = None if resource_id is None else store.mirror(work.db, dataset_id, resource_id)
    if found is None:
        found = _added(work, dataset_id, title)
    found.removed_at = None
    known = _file(work, found)
    is_same = known is not None and known.digest == stored.digest and found.params == dict(params)
    found.title = title
    if is_same and found.type == extractor:
        return found, False
    found.type, found.params, found.updated_at = extractor, dict(params), now()
    found.file_id = service.take_up(work, dataset_id, stored).id
    work.db.flush()
    _drop(work, known)
    return found, True


def arrange(work: Work, dataset_id: int, numbers: Sequence[int]) -> bool:
    """Let the resources of a dataset stand in this order, all others behind them, as they were made. Returns whether
    any stands elsewhere than before: their rows do so once the dataset is built again."""
    wanted = {number: place for place, number in enumerate(numbers)}
    known = store.places(work.db, dataset_id)
    store.put_places(work.db, {one: wanted.get(one) for one, place, _ in known if place != wanted.get(one)})
    before = [one for one, _, is_removed in known if not is_removed]
    return before != sorted(before, key=lambda one: (wanted.get(one, len(wanted)), one))


def remove(work: Work, resource_id: int) -> bool:
    """Whether there was one; it can be `put` again. Its rows stay until the dataset is built again."""
    found = store.by_id(work.db, resource_id)
    if found is None:
        return False
    known, found.file_id = _file(work, found), None
    found.removed_at = now()
    work.db.flush()
    _drop(work, known)
    return True


def _added(work: Work, dataset_id: int, title: str) -> Resource:
    added = Resource(uid=service.free_uid(work), dataset_id=dataset_id, ownership=Ownership.DERIVED.value)
    added.title, added.params = title, {}
    work.db.add(added)
    work.db.flush()
    return added


def _file(work: Work, resource: Resource) -> UploadedFile | None:
    return None if resource.file_id is None else store.file_by_id(work.db, resource.file_id)


def _drop(work: Work, file: UploadedFile | None) -> None:
    if file is not None:
        work.db.delete(file)
        work.happened(ContentDropped((file.digest,)))
        work.db.flush()
