"""Searches whose new results people are told of: each their own (section 3.11 of the reference)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.alerts import service as alerts
from colonnade.core.alerts.model import Alert
from colonnade.core.categories import service as categories
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.terms.model import Term
from colonnade.core.work import Work
from colonnade.dialects.panda import described, listing
from colonnade.dialects.panda.answers import empty, json, location, moment
from colonnade.dialects.panda.bodies import REQUIRED, text_in, wrong
from colonnade.dialects.panda.categories import category
from colonnade.dialects.panda.endpoints import Asked, not_implemented, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import named, number, unknown, uri
from colonnade.errors import NotFound
from colonnade.http.edge import reading, writing

METHODS = "GET,POST,DELETE"
LONGEST = 256
NAME = "search_subscription"


def get_list(asked: Asked) -> Response:
    filters_of(asked.request, NAME)
    page = listing.page_of(asked.request)
    with reading(asked.request) as work:
        found, total = alerts.page(work, page.length, page.offset)
        return listing.answer(asked.request, page, total, _all(work, found))


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        (found,) = _all(work, [alerts.get(work, number(asked.name))])
        return json(asked.request, found)


def post_list(asked: Asked) -> Response:
    body = asked.body()
    texts = {name: text_in(body, NAME, name) or "" for name in ("query", "query_url", "query_human")}
    if not texts["query"].strip():
        raise wrong(NAME, "query", REQUIRED)
    if len(texts["query"]) > LONGEST:
        raise wrong(NAME, "query", f"A query has at most {LONGEST} characters.")
    with writing(asked.request) as work:
        added = alerts.add(
            work,
            **texts,
            readable=_dataset(work, body.get("dataset")),
            category=_category(work, body.get("category")),
        )
        return empty(201, location(asked.request, uri(NAME, added.id)))


def delete_one(asked: Asked) -> Response:
    with writing(asked.request) as work:
        alerts.remove(work, number(asked.name))
    return empty()


def shown(work: Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = alerts.some(work, ids)
    return {one.id: alert for one, alert in zip(found, _all(work, found), strict=True)}


def all_of(work: Work) -> list[dict[str, Any]]:
    """The caller's own, to be shown with them."""
    return _all(work, alerts.page(work, None, 0)[0])


def _all(work: Work, found: Sequence[Alert]) -> list[dict[str, Any]]:
    """A dataset that the caller may no longer see is not shown."""
    ids = {one.dataset_id for one in found if one.dataset_id is not None}
    known = datasets.readable_by_uids(work, [one.uid for one in datasets.by_ids(work, sorted(ids))])
    shown = dict(zip((one.dataset.id for one in known), described.whole(work, known), strict=True))
    terms = {one.id: one for one in categories.all_(work)}
    return [_alert(one, shown, terms) for one in found]


def _alert(one: Alert, known: dict[int, dict[str, Any]], terms: dict[int, Term]) -> dict[str, Any]:
    term = None if one.category_id is None else terms.get(one.category_id)
    return {
        "category": None if term is None else category(term),
        "dataset": None if one.dataset_id is None else known.get(one.dataset_id),
        "id": str(one.id),
        "last_run": moment(one.last_run),
        "query": one.query,
        "query_human": one.query_human,
        "query_url": one.query_url,
        "resource_uri": uri(NAME, one.id),
    }


def _dataset(work: Work, sent: Any) -> ReadableDataset | None:
    if sent is None:
        return None
    try:
        return datasets.readable(work, named("dataset", sent))
    except NotFound:
        raise unknown(sent) from None


def _category(work: Work, sent: Any) -> Term | None:
    if sent is None:
        return None
    try:
        return categories.by_slug(work, named("category", sent))
    except NotFound:
        raise unknown(sent) from None


ROUTES: list[Route] = [
    route("/search_subscription/", METHODS, GET=get_list, POST=post_list),
    route("/search_subscription/set/{ids}/", "GET", GET=set_of(shown)),
    route("/search_subscription/{id}/", METHODS, GET=get_one, POST=not_implemented, DELETE=delete_one),
]
