"""Core objects as Automation shows them."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import Dataset
from colonnade.core.datasets.security import Security
from colonnade.core.resources.model import Resource, UploadedFile
from colonnade.formats.registry import EXTRACTORS
from colonnade.http.answers import json
from colonnade.http.pagination import page_url

T = TypeVar("T")
REALTIME = "realtime"
ORIGINS = {"uploaded_file": "Uploaded file", "http": "HTTP"}


def moment(value: dt.datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def dataset(one: Dataset) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "dataset_id": one.slug,
        "asset_type": "dataset",
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "is_published": one.is_published,
        "is_restricted": one.is_restricted,
        "metadata": meta.shown(one.metadata_draft),
        "default_security": Security.from_json(one.default_security).to_json(),
        "created_by": {"username": one.created_by},
        "updated_by": {"username": one.updated_by},
    }


def file(one: UploadedFile) -> dict[str, Any]:
    return {
        "uid": one.uid,
        "filename": one.filename,
        "mimetype": one.mimetype,
        "created_at": moment(one.created_at),
    }


def resource(one: Resource, datasource: dict[str, Any] | None) -> dict[str, Any]:
    """Section 3.4 of the reference. A resource whose rows only come live has no datasource."""
    shown: dict[str, Any] = {
        "uid": one.uid,
        "type": one.type or REALTIME,
        "title": one.title,
        "display_name": one.title,
        "extraction_infos": None,
        "origin": {"label": "Realtime", "type": REALTIME},
        "updated_at": moment(one.updated_at),
        "params": one.params,
    }
    if one.type is not None:
        shown["extraction_infos"] = {"label": EXTRACTORS[one.type].label, "type": one.type}
    if datasource is not None:
        kind = datasource["type"]
        shown |= {"origin": {"label": ORIGINS[kind], "type": kind}, "datasource": datasource}
    return shown


def page(
    request: Request, found: Sequence[T], total: int, limit: int, offset: int, render: Callable[[T], Any]
) -> Response:
    """The pagination envelope of section 1.4."""
    following = page_url(request, limit=limit, offset=offset + limit) if 0 < limit < total - offset else None
    before = page_url(request, limit=limit, offset=max(offset - limit, 0)) if offset and limit else None
    return json(
        {
            "total_count": total,
            "next": following,
            "previous": before,
            "results": [render(one) for one in found],
        }
    )
