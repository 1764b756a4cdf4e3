"""On which days people came (section 3.12 of the reference)."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.activity import service as activity
from colonnade.core.activity.model import Activity
from colonnade.core.work import Work
from colonnade.dialects.panda import listing
from colonnade.dialects.panda.answers import empty, json, location
from colonnade.dialects.panda.endpoints import Asked, not_implemented, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.people import Creators, creator, creators
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import number, uri
from colonnade.http.edge import reading, writing

METHODS = "GET,POST"


def get_list(asked: Asked) -> Response:
    filters_of(asked.request, "activity_log")
    page = listing.page_of(asked.request)
    with reading(asked.request) as work:
        found, total = activity.page(work, page.length, page.offset)
        return listing.answer(asked.request, page, total, _all(work, found))


def post_list(asked: Asked) -> Response:
    asked.body()
    with writing(asked.request) as work:
        recorded = activity.record(work)
    return empty(201, location(asked.request, uri("activity_log", recorded.id)))


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        (found,) = _all(work, [activity.get(work, number(asked.name))])
        return json(asked.request, found)


def shown(work: Work, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = activity.some(work, numbers)
    return {one.id: log for one, log in zip(found, _all(work, found), strict=True)}


def _all(work: Work, found: Sequence[Activity]) -> list[dict[str, Any]]:
    known = creators(work, [one.person_id for one in found])
    return [_log(one, known) for one in found]


def _log(one: Activity, known: Creators) -> dict[str, Any]:
    return {
        "creator": creator(known, one.person_id),
        "id": str(one.id),
        "resource_uri": uri("activity_log", one.id),
        "when": one.day.isoformat(),
    }


ROUTES: list[Route] = [
    route("/activity_log/", METHODS, GET=get_list, POST=post_list),
    route("/activity_log/set/{ids}/", "GET", GET=set_of(shown)),
    route("/activity_log/{id}/", METHODS, GET=get_one, POST=not_implemented),
]
