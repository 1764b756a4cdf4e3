"""The files beside a dataset's rows as Explore shows them (sections 4.1 and 4.4 of the reference)."""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from colonnade.core.attachments import exports
from colonnade.core.attachments import service as attachments
from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.work import Work
from colonnade.dialects.explore.links import PREFIX
from colonnade.http.pagination import site_of


def with_files(
    request: Request, work: Work, readables: Sequence[ReadableDataset], shown: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The objects of these datasets, each with its attachments and those alternative exports that the caller may
    have."""
    files = zip(
        readables,
        shown,
        attachments.of_readables(work, readables),
        exports.of_readables(work, readables),
        strict=True,
    )
    return [
        {
            **one,
            "attachments": [_attachment(file) for file in attached],
            "alternative_exports": [_export(request, readable.dataset, export) for export in made],
        }
        for readable, one, attached, made in files
    ]


def listed(request: Request, dataset: Dataset, found: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Attachments with their addresses, and their type under the name that it has in this one list."""
    items = []
    for one in found:
        metas = _attachment(one)
        metas["mime-type"] = metas.pop("mimetype")
        items.append({"href": _href(request, dataset, "attachments", one.uid), "metas": metas})
    return items


def _attachment(one: Attachment) -> dict[str, Any]:
    """`url` is no address: clients take the file's name from it."""
    return {
        "mimetype": one.mimetype,
        "url": f"odsfile://{one.filename}",
        "id": one.uid,
        "title": one.filename,
    }


def _export(request: Request, dataset: Dataset, one: AlternativeExport) -> dict[str, Any]:
    """`url` is where clients get it from, whichever kind it is of."""
    return {
        "mimetype": one.mimetype,
        "url": one.url or _href(request, dataset, "alternative_exports", one.uid),
        "id": one.uid,
        "title": one.title,
        "description": one.description,
    }


def _href(request: Request, dataset: Dataset, kind: str, uid: str) -> str:
    return f"{site_of(request)}{PREFIX}/catalog/datasets/{dataset.slug}/{kind}/{uid}"
