"""Datasets as they are shown, whole and in the simple form (section 3.6 of the reference)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from colonnade.core.attachments import service as attachments
from colonnade.core.categories import service as categories
from colonnade.core.columns import service as columns
from colonnade.core.columns.model import Change, Column, Summary
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.imports import service as imports
from colonnade.core.publishing import tasks
from colonnade.core.work import Work
from colonnade.dialects.panda import filed, people
from colonnade.dialects.panda.answers import moment
from colonnade.dialects.panda.categories import category
from colonnade.dialects.panda.tasks import task
from colonnade.dialects.panda.uris import uri

T = TypeVar("T")
Object = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What is looked up for many datasets at once."""

    summaries: Mapping[int, Summary]
    texts: Mapping[int, tuple[str, str]]
    """Title and description."""
    terms: Mapping[int, Sequence[Any]]
    users: Mapping[str, Mapping[str, Any]]
    firsts: Mapping[int, int | None]
    """Dataset -> the file of its first import."""


def simple(
    work: Work, readables: Sequence[ReadableDataset], counted: Mapping[int, int] | None = None
) -> list[Object]:
    """`counted`: how many rows datasets have, where that was just looked up."""
    known = _known(work, readables, counted)
    return [_simple(one, known) for one in readables]


def whole(work: Work, readables: Sequence[ReadableDataset]) -> list[Object]:
    """With its task, its files and a sample of its rows."""
    known = _known(work, readables)
    jobs = tasks.latest(work, readables)
    uploads = _by_dataset(filed.data_uploads, work, imports.of_readables(work, readables))
    related = _by_dataset(filed.related_uploads, work, attachments.of_readables(work, readables))
    return [
        {
            **_simple(one, known),
            "current_task": task(jobs[one.dataset.id]) if one.dataset.id in jobs else None,
            "data_uploads": own,
            "related_uploads": others,
            "sample_data": known.summaries[one.dataset.id].sample,
        }
        for one, own, others in zip(readables, uploads, related, strict=True)
    ]


def _by_dataset(
    shown: Callable[[Work, Sequence[T]], list[Object]], work: Work, files: Sequence[Sequence[T]]
) -> list[list[Object]]:
    """The files of each dataset, looked up for all of them at once."""
    found = iter(shown(work, [one for some in files for one in some]))
    return [list(islice(found, len(some))) for some in files]


def one(work: Work, readable: ReadableDataset) -> Object:
    (found,) = whole(work, [readable])
    return found


def _known(
    work: Work, readables: Sequence[ReadableDataset], counted: Mapping[int, int] | None = None
) -> Known:
    ids = [one.dataset.id for one in readables]
    shown = dict(zip(ids, columns.shown(work, readables, counted), strict=True))
    summaries = {number: summary for number, (summary, _) in shown.items()}
    names = {one.dataset.created_by for one in readables} | {one.changed_by for one in summaries.values()}
    return Known(
        summaries=summaries,
        texts={number: texts for number, (_, texts) in shown.items()},
        terms=categories.of(work, ids),
        users=people.named(work, names),
        firsts={
            dataset_id: None if file is None else file.id
            for dataset_id, file in zip(ids, imports.firsts(work, readables), strict=True)
        },
    )


def _simple(readable: ReadableDataset, known: Known) -> Object:
    dataset = readable.dataset
    summary = known.summaries[dataset.id]
    title, description = known.texts[dataset.id]
    first = known.firsts.get(dataset.id)
    return {
        "categories": [category(one) for one in known.terms.get(dataset.id, ())],
        "column_schema": None if summary.columns is None else [_column(one) for one in summary.columns],
        "creation_date": moment(dataset.created_at),
        "creator": known.users.get(dataset.created_by or ""),
        "description": description,
        "id": str(dataset.id),
        "initial_upload": None if first is None else uri("data_upload", first),
        "last_modification": _told(summary.change),
        "last_modified": moment(summary.changed_at),
        "last_modified_by": known.users.get(summary.changed_by or ""),
        "locked": summary.is_locked,
        "locked_at": moment(summary.locked_at),
        "name": title,
        "related_links": columns.links(dataset),
        "resource_uri": uri("dataset", dataset.slug),
        "row_count": summary.row_count,
        "slug": dataset.slug,
    }


def _column(one: Column) -> Object:
    return {
        "indexed": one.is_indexed,
        "indexed_name": one.indexed_name,
        "max": one.greatest,
        "min": one.least,
        "name": one.name,
        "type": one.type,
    }


def _told(change: Change | None) -> str | None:
    """What was last done to the rows. One row that came in a batch is `1 rows`, as it always was."""
    if change is None:
        return None
    match change.kind:
        case "deleted":
            return "1 row deleted"
        case "emptied":
            return f"All {change.deleted} rows deleted"
        case "one":
            return "1 row added" if change.added else "1 row updated"
    if change.added and change.updated:
        return f"{change.added} rows added and {change.updated} updated"
    return f"{change.updated} rows updated" if change.updated else f"{change.added} rows added"
