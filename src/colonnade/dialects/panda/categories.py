"""Categories (section 3.3 of the reference)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.categories import service as categories
from colonnade.core.terms.model import Term
from colonnade.dialects.panda import listing
from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.uris import uri
from colonnade.http.edge import reading

UNCATEGORIZED: Mapping[str, Any] = {
    "id": "0",
    "name": "Uncategorized",
    "resource_uri": uri("category", "uncategorized"),
    "slug": "uncategorized",
}
"""Stands on every page of the list, and is nowhere else."""
LANGUAGE = "en"


def get_list(asked: Asked) -> Response:
    filters_of(asked.request, "category")
    page = listing.page_of(asked.request)
    with reading(asked.request) as work:
        found, counts = categories.all_(work), categories.counts(work)
    length = len(found) if page.length is None else page.length
    shown = [
        {**category(one), "dataset_count": counts.by_id.get(one.id, 0)}
        for one in found[page.offset : page.offset + length]
    ]
    shown.append({**UNCATEGORIZED, "dataset_count": counts.uncategorized})
    return listing.answer(asked.request, page, len(found), shown)


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        found, counts = categories.by_slug(work, asked.name), categories.counts(work)
        return json(asked.request, {**category(found), "dataset_count": counts.by_id.get(found.id, 0)})


def category(one: Term) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "name": one.name(LANGUAGE),
        "resource_uri": uri("category", one.slug),
        "slug": one.slug,
    }


ROUTES: list[Route] = [
    route("/category/", "GET", GET=get_list),
    route("/category/{slug}/", "GET", GET=get_one),
]
