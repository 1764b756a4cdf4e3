"""What people are told of: each their own (section 3.10 of the reference)."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.notices import service as notices
from colonnade.core.notices.model import Notice
from colonnade.core.work import Work
from colonnade.dialects.panda import listing
from colonnade.dialects.panda.answers import empty, json, location, moment
from colonnade.dialects.panda.bodies import moment_in, objects_in, text_in
from colonnade.dialects.panda.endpoints import Asked, not_allowed, not_implemented, route
from colonnade.dialects.panda.filters import filters_of, is_true
from colonnade.dialects.panda.people import check_superuser, own_id
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import named, number, uri
from colonnade.errors import NotFound
from colonnade.http.edge import reading, writing

METHODS = "GET,POST,PUT,DELETE,PATCH"
NEWEST = 50
"""Shown with a user."""
KINDS = ("Info", "Warning", "Error")


def get_list(asked: Asked) -> Response:
    filters = filters_of(asked.request, "notification")
    page = listing.page_of(asked.request)
    is_read = not is_true(filters["read_at__isnull"]) if "read_at__isnull" in filters else None
    with reading(asked.request) as work:
        found, total = notices.page(work, is_read=is_read, limit=page.length, offset=page.offset)
        return listing.answer(asked.request, page, total, [notification(one) for one in found])


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        return json(asked.request, notification(notices.get(work, number(asked.name))))


def post_list(asked: Asked) -> Response:
    body = asked.body()
    with writing(asked.request) as work:
        check_superuser(work)
        return _created(asked, _add(work, body))


def put_list(asked: Asked) -> Response:
    """Many are marked at once. Without `patch` it would take away all that are not in it."""
    return _mark_all(asked) if asked.is_set("patch") else not_allowed("GET,POST")


def put_one(asked: Asked) -> Response:
    """What is not the caller's is not there, and is made then, as PANDA's own tests say."""
    body = asked.body()
    with writing(asked.request) as work:
        try:
            found = notices.get(work, number(asked.name))
        except NotFound:
            return _created(asked, _add(work, body))
        _mark(work, found, body)
    return empty()


def patch_list(asked: Asked) -> Response:
    with reading(asked.request) as work:
        check_superuser(work)
    return _mark_all(asked)


def patch_one(asked: Asked) -> Response:
    body = asked.body()
    with writing(asked.request) as work:
        check_superuser(work)
        _mark(work, notices.get(work, number(asked.name)), body)
    return empty(202)


def delete_one(asked: Asked) -> Response:
    with writing(asked.request) as work:
        notices.remove(work, number(asked.name))
    return empty()


def shown(work: Work, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    return {one.id: notification(one) for one in notices.some(work, numbers)}


def newest(work: Work, *, is_exact: bool = False) -> list[dict[str, Any]]:
    """The caller's own, to be shown with them. `is_exact`: with moments to the microsecond."""
    found, _ = notices.page(work, is_read=None, limit=NEWEST, offset=0)
    return [notification(one, is_exact=is_exact) for one in found]


def notification(one: Notice, *, is_exact: bool = False) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "message": one.message,
        "read_at": moment(one.read_at, is_exact=is_exact),
        "resource_uri": uri("notification", one.id),
        "sent_at": moment(one.sent_at, is_exact=is_exact),
        "type": one.kind,
        "url": one.url,
    }


def _add(work: Work, body: Mapping[str, Any]) -> Notice:
    kind = text_in(body, "notification", "type")
    added = notices.add(
        work,
        own_id(work),
        message=text_in(body, "notification", "message") or "",
        kind=kind if kind in KINDS else KINDS[0],
        url=text_in(body, "notification", "url"),
    )
    _mark(work, added, body)
    return added


def _mark_all(asked: Asked) -> Response:
    sent = [(number(named("notification", one)), one) for one in objects_in(asked.body())]
    with writing(asked.request) as work:
        found = {one.id: one for one in notices.some(work, [name for name, _ in sent])}
        for name, body in sent:
            if name in found:
                _mark(work, found[name], body)
    return empty(202)


def _mark(work: Work, one: Notice, body: Mapping[str, Any]) -> None:
    if "read_at" in body:
        notices.mark_read(work, [one.id], moment_in(body, "notification", "read_at"))


def _created(asked: Asked, one: Notice) -> Response:
    return empty(201, location(asked.request, uri("notification", one.id)))


ROUTES: list[Route] = [
    route("/notification/", METHODS, GET=get_list, POST=post_list, PUT=put_list, PATCH=patch_list),
    route("/notification/set/{ids}/", "GET", GET=set_of(shown)),
    route(
        "/notification/{id}/",
        METHODS,
        GET=get_one,
        POST=not_implemented,
        PUT=put_one,
        PATCH=patch_one,
        DELETE=delete_one,
    ),
]
