"""The sources of a dataset, for its copy."""

from colonnade.core.connections import sources
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ViewableDataset
from colonnade.core.resources import store
from colonnade.core.resources.model import Resource, UploadedFile
from colonnade.core.uids import new_uid
from colonnade.core.work import Work


def copied(work: Work, source: ViewableDataset, target: EditableDataset) -> None:
    """Give a new dataset the uploaded files of another, by their names, and its resources in the same order.

    The bytes are not copied: files of the same content share a blob. Rows that live only here (owned ones) stay where
    they are; what was extracted into them from an uploaded file is extracted anew. What was fetched from other servers
    is fetched anew. Raises `Denied` when something is to be fetched and the actor may not edit the source: passwords
    and headers of other servers go to editors alone.
    """
    files = _files(work, source, target)
    for one in store.resources(work.db, source.dataset.id):
        made = Resource(
            uid=new_uid("re", lambda uid: store.uid_taken(work.db, uid)),
            dataset_id=target.dataset.id,
            title=one.title,
            type=one.type,
            params=one.params,
            file_id=None if one.file_id is None else files.get(one.file_id),
            ownership=one.ownership,
        )
        work.db.add(made)
        work.db.flush()
        if sources.is_fetched(work, one.id):
            sources.copied(work, datasets.editable(work, source.dataset.uid), one.id, target, made.id)


def _files(work: Work, source: ViewableDataset, target: EditableDataset) -> dict[int, int]:
    """The ids of the copies, by the ids of what was uploaded."""
    made = {
        one.id: UploadedFile(
            dataset_id=target.dataset.id,
            uid=one.uid,
            filename=one.filename,
            mimetype=one.mimetype,
            size=one.size,
            digest=one.digest,
        )
        for one in store.files(work.db, source.dataset.id)
        if one.fetched_at is None
    }
    work.db.add_all(made.values())
    work.db.flush()
    return {before: one.id for before, one in made.items()}
