"""Lists of links (sections 3 and 4.4 of the reference)."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from colonnade.dialects.explore.rendering import Links, answer
from colonnade.http.pagination import page_url, site_of
from colonnade.http.parameters import caps_of
from colonnade.query.limits import last_page, next_page
from colonnade.query.tree import Query

PREFIX = "/api/explore/v2.1"
CHECKED = frozenset({"self", "dataset", "catalog"})
"""The relations that the SDK lets pass in `_links`; it refuses the list for any other."""


def links(request: Request, targets: Mapping[str, str]) -> Response:
    """Links to paths below the door, by their relation."""
    found = listed(request, targets)
    return answer({"links": found, "_links": [one for one in found if one["rel"] in CHECKED]})


def listed(request: Request, targets: Mapping[str, str]) -> Links:
    base = f"{site_of(request)}{PREFIX}"
    return [{"href": f"{base}{path}", "rel": relation} for relation, path in targets.items()]


def of_page(request: Request, query: Query, total: int, **targets: str) -> Links:
    """Links of a page of an answer: to itself, to the first and the last that may be asked for, to the next one if
    there is one; then to `targets`, as `listed`."""
    limit, offset = query.limit, query.offset
    assert limit is not None  # only files have no end
    is_grouped, caps = bool(query.group_by), caps_of(request)
    pages = {"self": offset, "first": 0, "last": last_page(limit, total, grouped=is_grouped, caps=caps)}
    following = next_page(limit, offset, total, grouped=is_grouped, caps=caps)
    if following is not None:
        pages["next"] = following
    found = [
        {"href": page_url(request, limit=limit, offset=at), "rel": relation} for relation, at in pages.items()
    ]
    return [*found, *listed(request, targets)]


def of_dataset(request: Request, source: str, dataset_id: str) -> Links:
    """`source`: its path below the door."""
    return listed(request, {"self": f"{source}/datasets/{dataset_id}", "catalog": f"{source}/datasets"})


def of_record(request: Request, dataset: str, record_id: str) -> Links:
    """`dataset`: its path below the door."""
    return listed(
        request,
        {"self": f"{dataset}/records/{record_id}", "dataset": dataset, "catalog": "/catalog/datasets"},
    )


def of_files(request: Request, dataset: str) -> str:
    """The address of a dataset's files in cells, but for their id. `dataset`: its path below the door."""
    return f"{site_of(request)}{PREFIX}{dataset}/files/"
