"""What a build is followed by at the swap, by the kind of its job: what must be read is read before the write transaction, in
which all else happens."""

from collections.abc import Callable, Sequence
from typing import Any

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import Column
from colonnade.core.datasets.model import Dataset
from colonnade.core.imports import service as imports
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.publishing import importing
from colonnade.core.tables.service import Built
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.generation import GenerationRef

Landing = Callable[[Work, Dataset, Job], None]


def prepared(work: Work, job: Job, ref: GenerationRef, built: Built) -> Landing:
    """Read what is needed of the new generation, which counts only later. Returns what is to be done in the write
    transaction that lets it."""
    if job.kind == Kind.IMPORT:
        return _import(work, job, ref, built)
    if job.kind == Kind.REINDEX:
        return _reindex(work, job, ref, built)
    return _nothing


def _nothing(_work: Work, _dataset: Dataset, _job: Job) -> None:
    """Rows were all."""


def _import(work: Work, job: Job, ref: GenerationRef, built: Built) -> Landing:
    measured = columns.extremes(work, ref, built.schema, importing.asked(job))
    rows = built.manifest.sources.get(job.params["resource"], 0)
    read = _read(importing.asked(job), built)

    def land(work: Work, dataset: Dataset, job: Job) -> None:
        file = imports.by_id(work, job.params["import_id"])
        if file is None:
            raise NotFound("The file was removed.", code="import.unknown")
        importing.landed(work, dataset, job, file)
        columns.imported(work, dataset.id, measured, file.sample or [])
        jobs.progress(work, job, rows=rows, columns=read)

    return land


def _reindex(work: Work, job: Job, ref: GenerationRef, built: Built) -> Landing:
    measured = columns.extremes(work, ref, built.schema, columns.asked(job))
    read = _read(columns.asked(job), built)

    def land(work: Work, dataset: Dataset, job: Job) -> None:
        columns.reindexed(work, dataset.id, measured)
        jobs.progress(work, job, rows=built.manifest.rows, columns=read)

    return land


def _read(asked: Sequence[Column], built: Built) -> list[dict[str, Any]]:
    """Of each indexed column that has a type, how many cells say something that is none of its values."""
    return [
        {"name": one.name, "type": one.type, "failures": built.manifest.unread.get(one.field, 0)}
        for one in asked
        if one.is_indexed and one.type
    ]
