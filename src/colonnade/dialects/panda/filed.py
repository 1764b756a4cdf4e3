"""Files as they are shown: uploaded data, files beside the rows, kept exports (sections 3.4, 3.5 and 3.9)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.attachments.model import Attachment
from colonnade.core.datasets import service as datasets
from colonnade.core.extracts.model import Extract
from colonnade.core.imports.model import ImportFile
from colonnade.core.work import Work
from colonnade.dialects.panda.answers import moment
from colonnade.dialects.panda.people import Creators, creator, creators, user_uri
from colonnade.dialects.panda.uris import uri

Slugs = Mapping[int, str | None]
"""Id of a dataset -> what it is called in addresses."""


def data_uploads(work: Work, found: Sequence[ImportFile]) -> list[dict[str, Any]]:
    known = creators(work, [one.created_by_id for one in found])
    slugs = slugs_of(work, [one.dataset_id for one in found])
    return [data_upload(one, known, slugs) for one in found]


def data_upload(one: ImportFile, known: Creators, slugs: Slugs) -> dict[str, Any]:
    return {
        "columns": one.columns,
        "creation_date": moment(one.created_at),
        "creator": creator(known, one.created_by_id),
        "data_type": one.kind,
        "dataset": dataset_uri(one.dataset_id, slugs),
        "deletable": True,
        "dialect": one.dialect,
        "encoding": one.encoding,
        "filename": one.filename,
        "guessed_types": one.guessed_types,
        "id": str(one.id),
        "imported": one.is_imported,
        "original_filename": one.original_name,
        "resource_uri": uri("data_upload", one.id),
        "sample_data": one.sample,
        "size": one.size,
        "title": one.title,
    }


def related_uploads(work: Work, found: Sequence[Attachment]) -> list[dict[str, Any]]:
    known = creators(work, [one.created_by_id for one in found])
    slugs = slugs_of(work, [one.dataset_id for one in found])
    return [related_upload(one, known, slugs) for one in found]


def related_upload(one: Attachment, known: Creators, slugs: Slugs) -> dict[str, Any]:
    return {
        "creation_date": moment(one.created_at),
        "creator": creator(known, one.created_by_id),
        "dataset": dataset_uri(one.dataset_id, slugs),
        "filename": one.filename,
        "id": str(one.id),
        "original_filename": one.filename,
        "resource_uri": uri("related_upload", one.id),
        "size": one.size,
        "title": one.title,
    }


def exports(work: Work, found: Sequence[Extract]) -> list[dict[str, Any]]:
    slugs = slugs_of(work, [one.dataset_id for one in found])
    return [
        {
            "creation_date": moment(one.created_at),
            "creator": None if one.created_by_id is None else user_uri(one.created_by_id),
            "dataset": dataset_uri(one.dataset_id, slugs),
            "filename": one.filename,
            "id": str(one.id),
            "original_filename": one.filename,
            "resource_uri": uri("export", one.id),
            "size": one.size,
            "title": one.title,
        }
        for one in found
    ]


def slugs_of(work: Work, dataset_ids: Sequence[int | None]) -> Slugs:
    wanted = sorted({one for one in dataset_ids if one is not None})
    return {one.id: one.slug for one in datasets.by_ids(work, wanted)}


def dataset_uri(dataset_id: int | None, slugs: Slugs) -> str | None:
    """None also for a dataset that is gone."""
    slug = None if dataset_id is None else slugs.get(dataset_id)
    return None if slug is None else uri("dataset", slug)


def exactly(at: dt.datetime) -> str:
    """A moment as answers to uploads have it."""
    return f"{moment(at, is_exact=True)}"[:-3] + "Z"
