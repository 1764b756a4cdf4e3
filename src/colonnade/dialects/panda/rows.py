"""Rows of one dataset (section 3.7 of the reference)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.activity import service as activity
from colonnade.core.columns import service as columns
from colonnade.core.columns.model import ABSENT, SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.search import service as search
from colonnade.dialects.panda import described, listing
from colonnade.dialects.panda.answers import empty, json, location
from colonnade.dialects.panda.bodies import objects_in
from colonnade.dialects.panda.endpoints import Asked, not_implemented, route
from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.parameters import logged
from colonnade.dialects.panda.uris import dataset_uri, named, row_uri
from colonnade.errors import Invalid
from colonnade.http.edge import reading

PAGE = 50
"""Rows of a page, if nothing else is asked for."""
OTHER_DATASET = "Dataset specified in request body does not agree with dataset API endpoint used."


def get_list(asked: Asked) -> Response:
    page = listing.found_page_of(asked.request, PAGE)
    with reading(asked.request) as work:
        readable = datasets.readable(work, asked.name)
        found = search.within(
            work,
            readable,
            words=asked.parameter("q"),
            since=search.since(asked.parameter("since")),
            sort=asked.parameter("sort"),
            limit=page.limit,
            offset=page.offset,
        )
        activity.note_search(work, logged(asked), readable.dataset.id)
        # Rows may be written meanwhile: where the page is of all of them, they are counted once.
        counted = {readable.dataset.id: found.total} if found.is_whole else None
        (shown,) = described.simple(work, [readable], counted)
        slug = readable.dataset.slug
    objects = [row(slug, one) for one in found.rows]
    meta = listing.meta(asked.request, page, found.total)
    return json(asked.request, {**shown, "meta": meta, "objects": objects})


def post_list(asked: Asked) -> Response:
    sent = _sent(asked, asked.body())
    slug = _write(asked, [sent], kind="one")
    key = sent.key if isinstance(sent.key, str) else None
    address = row_uri(slug, "None" if key is None else key)
    return json(asked.request, row(slug, sent), 201, location(asked.request, address))


def put_list(asked: Asked) -> Response:
    """Rows of the ids that are there take the place of those; the others are added. What is not sent stays."""
    sent = [_sent(asked, one) for one in objects_in(asked.body())]
    slug = _write(asked, sent, kind="many")
    return json(asked.request, {"objects": [row(slug, one) for one in sent]}, 202)


def delete_list(asked: Asked) -> Response:
    with reading(asked.request) as work:
        columns.delete_all(work, datasets.editable(work, asked.name))
    return empty()


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        readable = datasets.readable(work, asked.name)
        found = columns.row(work, readable, asked.part("external_id"))
        return json(asked.request, row(readable.dataset.slug, found))


def put_one(asked: Asked) -> Response:
    body, key = asked.body(), asked.part("external_id")
    if body.get("external_id") not in (None, key):
        message = "This must be the id in the address, or be left out."
        raise Invalid(message, fields={"external_id": [message]})
    sent = _sent(asked, {**body, "external_id": key})
    slug = _write(asked, [sent], kind="one")
    return json(asked.request, row(slug, sent), 202)


def delete_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        columns.delete_one(work, datasets.editable(work, asked.name), asked.part("external_id"))
    return empty()


def row(slug: str | None, one: SentRow) -> dict[str, Any]:
    key = one.key if isinstance(one.key, str) else None
    return {
        "data": one.values,
        "dataset": dataset_uri(slug),
        "external_id": key,
        "resource_uri": None if key is None else row_uri(slug, key),
    }


def _write(asked: Asked, sent: list[SentRow], *, kind: str) -> str | None:
    with reading(asked.request) as work:
        editable = datasets.editable(work, asked.name)
        imports.check_loaded(work, editable)
        columns.write(work, editable, sent, kind=kind)
        return editable.dataset.slug


def _sent(asked: Asked, body: Mapping[str, Any]) -> SentRow:
    """One row as it was sent; an id that is null is none."""
    dataset = body.get("dataset")
    if dataset is not None and named("dataset", dataset) != asked.name:
        raise parameter(OTHER_DATASET)
    key = body.get("external_id")
    # A row without cells is none that was sent: the original said so, and clients know what it said.
    data = body.get("data")
    return SentRow(ABSENT if data in ([], None) else data, ABSENT if key is None else key)


ROUTES: list[Route] = [
    route("/dataset/{slug}/data/", GET=get_list, POST=post_list, PUT=put_list, DELETE=delete_list),
    route(
        "/dataset/{slug}/data/{external_id}/",
        GET=get_one,
        POST=not_implemented,
        PUT=put_one,
        DELETE=delete_one,
    ),
]
