"""Datasets of a newsroom: their columns, what is told of their rows, and how columns get other types.

A dataset that was made elsewhere has columns, too: its fields. What it takes and who may see it stays its own affair.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from colonnade.core.columns import bounds, planning, reading, store
from colonnade.core.columns.model import ABSENT as ABSENT
from colonnade.core.columns.model import SAMPLE_ROWS, DatasetColumns
from colonnade.core.columns.model import Change as Change
from colonnade.core.columns.model import Column as Column
from colonnade.core.columns.model import SentPage as SentPage
from colonnade.core.columns.model import SentRow as SentRow
from colonnade.core.columns.model import Summary as Summary
from colonnade.core.columns.planning import planned as planned
from colonnade.core.columns.planning import schema_of as schema_of
from colonnade.core.columns.planning import typed as typed
from colonnade.core.columns.reading import page as page
from colonnade.core.columns.reading import row as row
from colonnade.core.columns.writing import check_unlocked as check_unlocked
from colonnade.core.columns.writing import delete_all as delete_all
from colonnade.core.columns.writing import delete_one as delete_one
from colonnade.core.columns.writing import write as write
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.metadata import effective
from colonnade.core.datasets.model import Dataset, EditableDataset, ReadableDataset
from colonnade.core.datasets.security import FULL, Access
from colonnade.core.datasets.templates import CUSTOM
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.work import Work
from colonnade.errors import Conflict, Invalid
from colonnade.generation import GenerationRef
from colonnade.query.schema import Field, Schema

MAX_TITLE_CHARACTERS = 256
LINKS = "related_links"
"""Where links are in the template for what clients write."""
MAX_LINKS_BYTES = 65_536
"""As JSON: every list of datasets has them."""
_CHANGING = (Kind.PUBLISH, Kind.UNPUBLISH, Kind.RESTORE, Kind.IMPORT, Kind.REINDEX)


def create(
    work: Work,
    *,
    title: str,
    description: str = "",
    slug: str | None = None,
    columns: Sequence[Column] | None = None,
    links: object = None,
) -> EditableDataset:
    """A new dataset of the newsroom: every signed-in user sees and edits it from now on. `links`: any JSON, for clients.
    Raises `Invalid` for the fields `title`, `slug` and `related_links`, and for more columns than a table may have fields."""
    _check_links(links)
    most = work.settings.max_fields
    if columns is not None and len(columns) > most:
        raise Invalid(f"A dataset has at most {most} columns; these are {len(columns)}.", code="columns.many")
    metadata = {
        "default": {"title": _title(title), "description": description},
        **({} if links is None else {CUSTOM: {LINKS: links}}),
    }
    try:
        editable = datasets.create_shared(work, metadata, wanted_slug=slug)
    except Invalid as error:
        raise _renamed(error, "dataset_id", "slug") from error
    kept = None if columns is None else [one.to_json() for one in columns]
    work.db.add(DatasetColumns(dataset_id=editable.dataset.id, is_declared=True, columns=kept))
    resources.add(work, editable, title="Rows", ownership=Ownership.OWNED)
    tables.ensure(work, editable.dataset.id)
    return editable


def describe(
    work: Work,
    editable: EditableDataset,
    *,
    title: str | None = None,
    description: str | None = None,
    links: object = ABSENT,
) -> None:
    """Say something else of a dataset, to publishers and readers at once. None, and for links `ABSENT`: that stays.
    Raises `Invalid`."""
    _check_links(None if links is ABSENT else links)
    said = {"title": None if title is None else _title(title), "description": description}
    datasets.amend(work, editable, {name: value for name, value in said.items() if value is not None})
    if links is not ABSENT:
        datasets.amend(work, editable, {LINKS: links}, CUSTOM)


def links(dataset: Dataset) -> object:
    """What clients wrote as links to other places; an empty list if they wrote none."""
    found = effective(dataset.metadata_published or {}).get(CUSTOM, {}).get(LINKS)
    return [] if found is None else found


def described(work: Work, some: Sequence[Dataset]) -> list[tuple[str, str]]:
    """Title and description of each dataset as they were written; of one that was made elsewhere as its readers see
    them."""
    kept = store.of_datasets(work.db, [one.id for one in some])
    return [_said(one, kept.get(one.id)) for one in some]


def known(work: Work, dataset_id: int) -> tuple[Column, ...] | None:
    """All columns of a dataset, for who may change it and for jobs."""
    current = tables.currents(work, [dataset_id]).get(dataset_id)
    return _columns(store.of_dataset(work.db, dataset_id), current, FULL)


def headers(work: Work, dataset_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """What the columns of datasets are called, whoever may see them; of those alone that have columns of their own."""
    kept = store.of_datasets(work.db, dataset_ids)
    return {number: [column.name for column in one.declared or ()] for number, one in kept.items()}


def is_filled(work: Work, dataset_id: int) -> bool:
    """Whether data ever came; of a dataset that was made elsewhere, whether it has rows."""
    found = store.of_dataset(work.db, dataset_id)
    if found is not None and found.is_declared:
        return found.is_filled
    return bool(tables.currents(work, [dataset_id]))


def is_newsroom(work: Work, dataset_id: int) -> bool:
    """Whether its columns decide on its fields."""
    kept = store.of_dataset(work.db, dataset_id)
    return kept is not None and kept.is_declared


def columns(work: Work, readable: ReadableDataset) -> tuple[Column, ...] | None:
    """Those that the actor may see; None where there are none yet."""
    return summary(work, readable).columns


def indexed(work: Work, readables: Sequence[ReadableDataset]) -> Mapping[int, Mapping[str, str]]:
    """What the indexed columns are called in queries over all datasets, and the fields that hold them, by dataset. Two
    questions, however many datasets there are."""
    kept, currents = _facts(work, readables)
    found: dict[int, Mapping[str, str]] = {}
    for one in readables:
        number = one.dataset.id
        seen = _columns(kept.get(number), currents.get(number), one.access) or ()
        found[number] = {one.indexed_name: one.field for one in seen if one.indexed_name}
    return found


def summary(work: Work, readable: ReadableDataset) -> Summary:
    """What the actor may know of a dataset's columns and rows."""
    return summaries(work, [readable])[0]


def summaries(work: Work, readables: Sequence[ReadableDataset]) -> list[Summary]:
    """The same for many datasets, in their order."""
    return [summary for summary, _ in shown(work, readables)]


def shown(
    work: Work, readables: Sequence[ReadableDataset], counted: Mapping[int, int] | None = None
) -> list[tuple[Summary, tuple[str, str]]]:
    """The same with what `described` says of each. `counted`: how many rows datasets have, where that is known."""
    kept, currents = _facts(work, readables)
    busy = jobs.latest_of(work, [one.dataset.id for one in readables], _CHANGING)
    found = []
    for one in readables:
        number = one.dataset.id
        facts = kept.get(number), currents.get(number), busy.get(number)
        summary = _summary(work, one.access, *facts, (counted or {}).get(number))
        found.append((summary, _said(one.dataset, kept.get(number))))
    return found


def reindex(
    work: Work,
    editable: EditableDataset,
    indexed: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
) -> Job:
    """Queue that columns get other types, or that others of them are indexed; None: that stays. All rows stay as they
    are, what was sent of them included.

    Raises `Invalid` as `planned`, and `columns.none` where there are no columns; `Conflict`: `rows.locked` while a job of
    the dataset is active, `columns.foreign` where a dataset was made elsewhere.
    """
    kept = store.of_dataset(work.db, editable.dataset.id)
    if kept is None or not kept.is_declared:
        message = "The fields of this dataset are configured where it was made."
        raise Conflict(message, code="columns.foreign")
    if not kept.declared:
        raise Invalid("This dataset has no columns.", code="columns.none")
    changed = planning.replanned(kept.declared, indexed, types)
    check_unlocked(work, editable.dataset.id)
    wanted = [one.to_json() for one in changed]
    params = {
        "columns": wanted,
        "dataset": editable.dataset.slug,
        "filters": sum(one.is_indexed for one in changed),
    }
    return jobs.queue(work, Kind.REINDEX, editable.dataset.id, params=params)


def asked(job: Job) -> tuple[Column, ...]:
    """The columns that a reindex is to make."""
    return tuple(Column.from_json(one) for one in job.params["columns"])


def declared_fields(work: Work, dataset_id: int) -> tuple[Field, ...]:
    """What a build is told of the fields; empty where columns do not decide on them, or are not known yet."""
    kept = store.of_dataset(work.db, dataset_id)
    if kept is None or not kept.is_declared or not kept.declared:
        return ()
    return planning.schema_of(kept.declared).fields


def extremes(work: Work, ref: GenerationRef, schema: Schema, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with the bounds of what a generation holds. For jobs; it reads all rows."""
    return bounds.measured(work, ref, schema, columns)


def reindexed(work: Work, dataset_id: int, measured: Sequence[Column]) -> None:
    """The rows have these columns now. Called in the transaction that lets them count."""
    kept = store.of_dataset(work.db, dataset_id)
    if kept is not None:
        kept.columns = [one.to_json() for one in measured]


def begun(work: Work, dataset_id: int, columns: Sequence[Column], sample: Sequence[Sequence[Any]]) -> None:
    """The first file is about to be imported: its columns (`typed`) are the dataset's from now on, and stay if it fails.
    Nothing happens to a dataset that has columns, or was made elsewhere."""
    found = store.of_dataset(work.db, dataset_id)
    if found is not None and found.is_declared and not found.columns:
        found.columns = [one.to_json() for one in columns]
        found.sample = [list(one) for one in sample][:SAMPLE_ROWS]


def first_rows(work: Work, ref: GenerationRef, schema: Schema, columns: Sequence[Column]) -> list[list[Any]]:
    """The first rows of a generation, as they were sent. For jobs."""
    return reading.first_rows(work, ref, schema, [one.field for one in columns], SAMPLE_ROWS)


def imported(work: Work, dataset_id: int, measured: Sequence[Column], first: Sequence[Sequence[Any]]) -> None:
    """Rows of a file came. `measured`: the columns with the bounds of what there is now (`extremes`); `first`: the first
    rows (`first_rows`). Called in the transaction that lets them count."""
    found = store.of_dataset(work.db, dataset_id)
    if found is None:
        return
    if found.declared is not None:
        found.columns = [one.to_json() for one in bounds.joined(found.declared, measured)]
    sample = list(found.sample or ())
    fresh = [list(one) for one in first if list(one) not in sample]
    found.sample = [*sample, *fresh][:SAMPLE_ROWS]
    found.is_filled = True


def remove_all(work: Work, dataset_id: int) -> None:
    """Remove what was kept of a deleted dataset."""
    store.remove_of(work.db, dataset_id)


def _facts(
    work: Work, readables: Sequence[ReadableDataset]
) -> tuple[Mapping[int, DatasetColumns], Mapping[int, Generation]]:
    ids = [one.dataset.id for one in readables]
    return store.of_datasets(work.db, ids), tables.currents(work, ids)


def _summary(
    work: Work,
    access: Access,
    kept: DatasetColumns | None,
    current: Generation | None,
    job: Job | None,
    counted: int | None,
) -> Summary:
    sees_rows = access.data_visible and access.filters is None
    written_at = None if kept is None else kept.written_at
    times = [one for one in (written_at, None if job is None else job.created_at) if one is not None]
    return Summary(
        columns=_columns(kept, current, access),
        row_count=_row_count(work, kept, current, counted) if sees_rows else None,
        sample=None if kept is None or not _sees_all(access) else kept.sample,
        # Numbers of rows would tell of those that a filter hides.
        change=None if kept is None or kept.change is None or not sees_rows else Change(**kept.change),
        changed_at=None if kept is None else kept.changed_at,
        changed_by=None if kept is None else kept.changed_by,
        is_locked=job is not None and job.is_active,
        locked_at=max(times, default=None),
    )


def _sees_all(access: Access) -> bool:
    return replace(access, quota=None) == FULL


def _row_count(
    work: Work, kept: DatasetColumns | None, current: Generation | None, counted: int | None
) -> int | None:
    if current is None:
        return None
    count = tables.count(work, current) if counted is None else counted
    is_filled = kept is None or not kept.is_declared or kept.is_filled
    return count if is_filled else count or None


def _columns(
    kept: DatasetColumns | None, current: Generation | None, access: Access
) -> tuple[Column, ...] | None:
    found = None if kept is None else kept.declared
    if found is None:
        if current is None or (kept is not None and kept.is_declared):
            return None
        found = planning.of_schema(current.schema)
    if _sees_all(access):
        return found
    return tuple(
        replace(one, least=None, greatest=None)
        for one in found
        if access.data_visible and (access.visible_fields is None or one.field in access.visible_fields)
    )


def _said(dataset: Dataset, kept: DatasetColumns | None) -> tuple[str, str]:
    is_own = (kept is not None and kept.is_declared) or dataset.metadata_published is None
    said = effective((dataset.metadata_draft if is_own else dataset.metadata_published) or {}).get(
        "default", {}
    )
    return str(said.get("title") or ""), str(said.get("description") or "")


def _title(title: str) -> str:
    if not title.strip():
        raise Invalid("A dataset needs a title.", fields={"title": ["This field is required."]})
    if len(title) > MAX_TITLE_CHARACTERS:
        message = f"Ensure this value has at most {MAX_TITLE_CHARACTERS} characters."
        raise Invalid(message, fields={"title": [message]})
    return title


def _check_links(links: object) -> None:
    if len(orjson.dumps(links)) > MAX_LINKS_BYTES:
        message = f"At most {MAX_LINKS_BYTES:,} bytes as JSON."
        raise Invalid(message, fields={LINKS: [message]})


def _renamed(error: Invalid, field: str, name: str) -> Invalid:
    fields = {name if one == field else one: told for one, told in error.fields.items()}
    return Invalid(error.message, code=error.code, fields=fields)
