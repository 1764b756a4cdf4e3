"""Uploaded data files: taking them up, showing them, attaching them to datasets, letting them go."""

import datetime as dt
from collections.abc import Sequence

from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset, ReadableDataset
from colonnade.core.imports import store
from colonnade.core.imports.looking import Look as Look
from colonnade.core.imports.looking import look as look
from colonnade.core.imports.model import ImportFile
from colonnade.core.people import service as people
from colonnade.core.uploads import ContentDropped, check_kept
from colonnade.core.usage import service as usage
from colonnade.core.work import Work, now
from colonnade.errors import Denied, Invalid, NotFound

MAX_TITLE = 256
ORPHANED_AFTER = dt.timedelta(days=1)
"""So long a file that no dataset has is kept."""


def add(work: Work, look: Look, editable: EditableDataset | None = None) -> ImportFile:
    """Write an uploaded file down, under a name of its own; as one of a dataset, if one is given. Raises `Denied` for who
    may neither make datasets nor edit that one, `NotFound` as `uploads.check_kept`."""
    if editable is None and not _may_upload(work):
        raise Denied("You may not upload data.", code="import.denied")
    stored = look.stored
    check_kept(work, stored.digest)
    added = ImportFile(
        dataset_id=None if editable is None else editable.dataset.id,
        filename=_free_name(work, stored.filename),
        original_name=stored.filename,
        title=stored.filename,
        kind=look.kind.value,
        mimetype=stored.mimetype,
        size=stored.size,
        digest=stored.digest,
        encoding=look.encoding,
        params=dict(look.params),
        dialect=None if look.dialect is None else dict(look.dialect),
        columns=None if look.columns is None else list(look.columns),
        sample=None if look.sample is None else [list(row) for row in look.sample],
        guessed_types=None if look.guessed_types is None else list(look.guessed_types),
        created_by=work.actor.username,
        created_by_id=work.actor.person_id,
    )
    work.db.add(added)
    work.db.flush()
    _note(work, added.dataset_id)
    return added


def page(work: Work, *, limit: int | None = None, offset: int = 0) -> tuple[Sequence[ImportFile], int]:
    """The files that the actor may see, oldest first, and how many there are."""
    owners = store.owners(work.db)
    known = _known(work, {dataset_id for _, dataset_id, _ in owners if dataset_id is not None})
    may_upload, actor_id = _may_upload(work), work.actor.person_id
    sees_all = people.is_superuser(work.actor)
    seen = [
        file_id
        for file_id, dataset_id, creator_id in owners
        if sees_all
        or (creator_id is not None and creator_id == actor_id)
        or (may_upload if dataset_id is None else dataset_id in known)
    ]
    wanted = seen[offset:] if limit is None else seen[offset : offset + limit]
    return store.by_ids(work.db, wanted), len(seen)


def some(work: Work, file_ids: Sequence[int]) -> Sequence[ImportFile]:
    """Those of the files that the actor may see, oldest first."""
    return [one for one in store.by_ids(work.db, file_ids) if _is_seen(work, one)]


def one(work: Work, file_id: int) -> ImportFile:
    """Raises `NotFound` also for who may not see it: it may hold what is hidden in its dataset, or in the one that let it
    go. Of a dataset that is deleted only who sent it and superusers see what is left."""
    found = store.by_id(work.db, file_id)
    if found is None or not _is_seen(work, found):
        raise _unknown(file_id)
    return found


def downloaded(work: Work, file_id: int) -> ImportFile:
    """The same, to be given out."""
    found = one(work, file_id)
    if found.dataset_id is not None:
        usage.count_download(work, found.dataset_id)
    return found


def of_readables(work: Work, readables: Sequence[ReadableDataset]) -> list[Sequence[ImportFile]]:
    """Those that belong to each dataset, in the order given: none for who may not see all of its records."""
    found: dict[int, list[ImportFile]] = {one.dataset.id: [] for one in readables if one.access.shows_all}
    for file in store.of_datasets(work.db, list(found)):
        if file.dataset_id is not None:
            found[file.dataset_id].append(file)
    return [found.get(one.dataset.id, ()) for one in readables]


def firsts(work: Work, readables: Sequence[ReadableDataset]) -> list[ImportFile | None]:
    """The file that the first data of each dataset came from, or was to come from; None also for who may not see it."""
    seen = [one.dataset.id for one in readables if one.access.shows_all]
    found = {file.first_of: file for file in store.firsts(work.db, seen)}
    return [found.get(one.dataset.id) for one in readables]


def sources(work: Work, dataset_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """For each dataset, by the ids of the files that were imported into it, the sources of their rows."""
    found: dict[int, dict[int, str]] = {one: {} for one in dataset_ids}
    for file in store.imported_into(work.db, dataset_ids):
        if file.imported_into is not None and file.resource_uid is not None:
            found[file.imported_into][file.id] = file.resource_uid
    return found


def is_first_pending(work: Work, dataset_id: int) -> bool:
    """The first data were to come from a file, and did not come yet."""
    return any(not file.is_imported for file in store.firsts(work.db, [dataset_id]))


def check_loaded(work: Work, editable: EditableDataset) -> None:
    """Before rows are written. Raises `Conflict` while a job holds them, `Invalid` where the first of them are to come from
    a file, and did not come yet."""
    columns.check_unlocked(work, editable.dataset.id)
    if is_first_pending(work, editable.dataset.id):
        message = "The first rows of this dataset are to come from a file that is not imported yet."
        raise Invalid(message, code="rows.unfinished_import")


def editable_one(work: Work, file_id: int) -> ImportFile:
    """One that the actor may change. Raises `NotFound`, and `Denied` for who may see it alone."""
    found = one(work, file_id)
    if found.dataset_id is None and _is_own(work, found):
        return found
    if found.judged_by is None and not _may_upload(work):
        raise Denied("You may not change this file.", code="import.denied")
    dataset = None if found.judged_by is None else datasets.by_id(work, found.judged_by)
    if dataset is not None:
        datasets.editable(work, dataset.uid)
    return found


def retitle(work: Work, file_id: int, title: str) -> ImportFile:
    """Raises `Invalid` for a title that is too long, and as `editable_one`."""
    changed = editable_one(work, file_id)
    if len(title) > MAX_TITLE:
        message = f"At most {MAX_TITLE} characters."
        raise Invalid(message, fields={"title": [message]})
    changed.title = title
    _note(work, changed.dataset_id)
    return changed


def attach(work: Work, editable: EditableDataset, file_ids: Sequence[int], *, alone: bool = True) -> None:
    """Make files those of a dataset, whatever they belonged to before. `alone`: it has no others afterwards; those are
    let go, which shows them to nobody else, and cleared away later unless they are imported. Raises as `editable_one`."""
    dataset_id = editable.dataset.id
    wanted = [editable_one(work, one) for one in file_ids]
    if alone:
        for file in store.of_datasets(work.db, [dataset_id]):
            if file not in wanted:
                file.dataset_id, file.let_go_from, file.changed_at = None, dataset_id, now()
    for file in wanted:
        if file.dataset_id != dataset_id:
            _note(work, file.dataset_id)
            file.dataset_id, file.changed_at = dataset_id, now()
    work.db.flush()
    _note(work, dataset_id)


def first(work: Work, editable: EditableDataset, file: ImportFile) -> None:
    """The first data of the dataset are to come from this file."""
    for other in store.firsts(work.db, [editable.dataset.id]):
        other.first_of = None
    file.first_of = editable.dataset.id


def imported(work: Work, file: ImportFile, dataset_id: int, resource_uid: str) -> None:
    """Its rows are those of the resource. For jobs."""
    file.imported_at, file.imported_into, file.resource_uid = now(), dataset_id, resource_uid
    work.db.flush()


def forget(work: Work, file: ImportFile) -> None:
    """Remove a file whose rows are gone. The caller has asked whether the actor may."""
    _note(work, file.dataset_id)
    work.db.delete(file)
    work.db.flush()
    work.happened(ContentDropped((file.digest,)))


def remove_all(work: Work, dataset_id: int) -> list[str]:
    """Remove what a deleted dataset had. A file of another dataset that was only imported into it can be imported again,
    and one whose rows are in another dataset is that one's from then on. Returns the digests of the contents, which others
    may use."""
    digests = []
    for file in store.tied_to(work.db, dataset_id):
        was_its = dataset_id in (file.dataset_id, file.imported_into)
        if file.first_of == dataset_id:
            file.first_of, file.let_go_from = None, file.let_go_from or dataset_id
        if file.imported_into == dataset_id:
            file.imported_at = file.imported_into = file.resource_uid = None
        if file.dataset_id == dataset_id:
            file.dataset_id = file.imported_into
        if was_its and file.dataset_id is None:
            digests.append(file.digest)
            work.db.delete(file)
    work.db.flush()
    return digests


def clear_orphans(work: Work) -> list[str]:
    """Remove the files that belong to no dataset for a day, and were imported into none. Returns what they were called."""
    found = store.orphans(work.db, now() - ORPHANED_AFTER)
    for file in found:
        forget(work, file)
    return [file.filename for file in found]


def by_id(work: Work, file_id: int) -> ImportFile | None:
    """For jobs, which act for the portal itself."""
    return store.by_id(work.db, file_id)


def names(work: Work, dataset_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Of the files that belong to these datasets: the dataset, and what the file was called."""
    found = store.of_datasets(work.db, dataset_ids)
    return [(one.dataset_id, one.original_name) for one in found if one.dataset_id is not None]


def all_files(work: Work) -> Sequence[ImportFile]:
    return store.all_files(work.db)


def uses_digest(work: Work, digest: str) -> bool:
    """Whether a file here has this content."""
    return store.uses_digest(work.db, digest)


def _may_upload(work: Work) -> bool:
    return datasets.may_share(work.actor) or work.actor.may("edit_dataset")


def _is_seen(work: Work, file: ImportFile) -> bool:
    if _is_own(work, file) or people.is_superuser(work.actor):
        return True
    if file.judged_by is None:
        return _may_upload(work)
    return file.judged_by in _known(work, {file.judged_by})


def _is_own(work: Work, file: ImportFile) -> bool:
    return file.created_by_id is not None and file.created_by_id == work.actor.person_id


def _known(work: Work, dataset_ids: set[int]) -> set[int]:
    """The datasets that the actor sees all of, or may edit."""
    some = datasets.by_ids(work, sorted(dataset_ids))
    readables = datasets.readable_by_uids(work, [one.uid for one in some])
    whole = {one.dataset.id for one in readables if one.access.shows_all}
    return whole | {one.id for one in some if one.id not in whole and _may_edit(work, one.uid)}


def _may_edit(work: Work, uid: str) -> bool:
    if not work.actor.is_signed_in:
        return False
    try:
        datasets.editable(work, uid)
    except (Denied, NotFound):
        return False
    return True


def _free_name(work: Work, wanted: str) -> str:
    """With 1, 2, 3, ... before its ending, until no other file is called so."""
    stem, dot, suffix = wanted.rpartition(".")
    stem, suffix = (stem, dot + suffix) if stem else (wanted, "")

    def is_taken(number: int) -> bool:
        return store.name_taken(work.db, f"{stem}{number}{suffix}")

    if not store.name_taken(work.db, wanted):
        return wanted
    taken, free = 0, 1
    while is_taken(free):
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(middle) else (taken, middle)
    return f"{stem}{free}{suffix}"


def _note(work: Work, dataset_id: int | None) -> None:
    """The names of its files are part of what a dataset is found by."""
    found = None if dataset_id is None else datasets.by_id(work, dataset_id)
    if found is not None:
        datasets.note_change(work, found)


def _unknown(file_id: int) -> NotFound:
    return NotFound(f"There is no uploaded data file {file_id}.", code="import.unknown")
