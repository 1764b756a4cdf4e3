"""One question to all datasets (section 3.8 of the reference)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.activity import service as activity
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.extracts import service as extracts
from colonnade.core.search import service as search
from colonnade.core.search.service import Group
from colonnade.core.work import Work
from colonnade.dialects.panda import described, listing
from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, route
from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.listing import Page
from colonnade.dialects.panda.parameters import logged
from colonnade.dialects.panda.rows import row
from colonnade.dialects.panda.uris import uri
from colonnade.http.edge import reading, writing

GROUPS, ROWS = 10, 5
"""Datasets of a page and rows of each, if nothing else is asked for."""
MOST_ROWS = 20_000
"""In all groups of a page."""
QUEUED = "Export queued."


def get_groups(asked: Asked) -> Response:
    if asked.parameter("export") is not None:
        return _exported(asked)
    page = listing.found_page_of(asked.request, GROUPS)
    rows = listing.found_page_of(asked.request, ROWS, limit="group_limit", offset="group_offset")
    if page.limit * rows.limit > MOST_ROWS:
        raise parameter(f"limit times group_limit is at most {MOST_ROWS}.")
    with reading(asked.request) as work:
        found = search.across(
            work,
            words=asked.parameter("q"),
            dataset_ids=_of_category(asked, work),
            since=search.since(asked.parameter("since")),
            limit=page.limit,
            offset=page.offset,
            group_limit=rows.limit,
            group_offset=rows.offset,
        )
        activity.note_search(work, logged(asked), None)
        shown = _groups(asked, work, found.groups, rows)
    return listing.answer(asked.request, page, found.total, shown)


def _groups(asked: Asked, work: Work, groups: Sequence[Group], page: Page) -> list[dict[str, Any]]:
    """Datasets in the simple form, each with its rows; their next pages are asked of each dataset by itself."""
    readables: list[ReadableDataset] = [one.readable for one in groups]
    others = _others(asked)
    return [
        {
            **shown,
            "meta": listing.meta_of(
                f"{uri('dataset', one.readable.dataset.slug)}data/", others, page, one.total
            ),
            "objects": [row(one.readable.dataset.slug, sent) for sent in one.rows],
        }
        for one, shown in zip(groups, described.simple(work, readables), strict=True)
    ]


def _others(asked: Asked) -> list[tuple[str, str]]:
    """The parameters that hold for one dataset, too."""
    kept = {"since", "email", "api_key"}
    sent = [one for one in asked.request.query_params.multi_items() if one[0] in kept]
    query = asked.parameter("q")
    return sent if query is None else [("q", f"({query})"), *sent]


def _of_category(asked: Asked, work: Work) -> frozenset[int] | None:
    """The datasets that are asked; None: all. Raises `NotFound`."""
    category = asked.parameter("category")
    return None if category is None else categories.dataset_ids(work, category)


def _exported(asked: Asked) -> Response:
    with writing(asked.request) as work:
        wanted = _of_category(asked, work)
        some = None if wanted is None else [one.uid for one in datasets.by_ids(work, sorted(wanted))]
        extracts.queue_across(
            work,
            words=asked.parameter("q"),
            since=search.since(asked.parameter("since")),
            dataset_uids=some,
        )
    return json(asked.request, QUEUED)


ROUTES: list[Route] = [
    route("/data/", "GET", GET=get_groups),
    # The original's pattern had no end.
    route("/data/{rest:path}", "GET", GET=get_groups),
]
