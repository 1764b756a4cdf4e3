"""Users: lists, one's own account, and those that superusers make (section 3.1 of the reference)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.catalogue import library
from colonnade.core.datasets import leaving, makers
from colonnade.core.extracts import service as extracts
from colonnade.core.people import accounts, passwords
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.people.passwords import Hashed
from colonnade.core.work import Work
from colonnade.dialects.panda import described, filed, listing, notifications, subscriptions
from colonnade.dialects.panda.answers import empty, json, location
from colonnade.dialects.panda.bodies import INVALID_DATA, REQUIRED, Body, text_in, truth_in, wrong
from colonnade.dialects.panda.endpoints import Asked, not_implemented, route
from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.people import acting, check_superuser, user, user_uri
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import number
from colonnade.errors import NotFound
from colonnade.http import sessions
from colonnade.http.edge import reading, writing

MOST_DATASETS = 1000
"""Shown with a user."""


def get_list(asked: Asked) -> Response:
    filters_of(asked.request, "user")
    page = listing.page_of(asked.request)
    with reading(asked.request) as work:
        found, total = accounts.page(work, page.length, page.offset)
        shown = [{**user(one), **_extras(asked, work, one)} for one in found]
        return listing.answer(asked.request, page, total, shown)


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        found = people.by_id(work, number(asked.name))
        return json(asked.request, {**user(found), **_extras(asked, work, found)})


def post_list(asked: Asked) -> Response:
    with reading(asked.request) as work:
        check_superuser(work)
    return _created(asked, asked.body())


def put_one(asked: Asked) -> Response:
    """One's own account, or by a superuser anybody's; by them also one that is not there yet."""
    body, is_patch = asked.body(), asked.is_set("patch")
    email = _email(body, is_needed=not is_patch)
    with reading(asked.request) as work:
        is_there = _may_change(work, number(asked.name), is_patch=is_patch)
    if not is_there:
        return _created(asked, body)
    secret = _password(body)
    with writing(asked.request) as work:
        person = people.by_id(work, number(asked.name))
        makers.change(
            work,
            person,
            email=email,
            first_name=text_in(body, "user", "first_name"),
            last_name=text_in(body, "user", "last_name"),
            is_active=truth_in(body, "user", "is_active"),
            password=secret,
            keep_session=sessions.token_of(asked.request),
        )
        return json(asked.request, user(person), 202)


def delete_one(asked: Asked) -> Response:
    with writing(asked.request) as work:
        check_superuser(work)
        leaving.remove(work, people.by_id(work, number(asked.name)))
    return empty()


def post_login_help(asked: Asked) -> Response:
    """An obsolete switch: nothing is kept of it."""
    with reading(asked.request) as work:
        person = people.by_id(work, number(asked.name))
        if work.actor.person_id != person.id:
            check_superuser(work)
    if "show_login_help" not in asked.body():
        raise parameter(INVALID_DATA)
    return json(asked.request, {}, 202)


def shown(work: Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    return {person_id: user(one) for person_id, one in people.by_ids(work, ids).items()}


def _created(asked: Asked, body: Body) -> Response:
    email = _email(body, is_needed=True) or ""
    secret = _password(body)
    is_active = truth_in(body, "user", "is_active")
    with writing(asked.request) as work:
        added = accounts.add(
            work,
            email,
            first_name=text_in(body, "user", "first_name") or "",
            last_name=text_in(body, "user", "last_name") or "",
            password=secret,
            is_active=is_active is not False,
        )
        address = location(asked.request, user_uri(added.id))
        return json(asked.request, user(added), 201, address)


def _may_change(work: Work, person_id: int, *, is_patch: bool) -> bool:
    """Whether there is such a user. Raises `Denied`, and `NotFound` where nobody would be made."""
    if work.actor.person_id != person_id:
        check_superuser(work)
    is_there = person_id in people.by_ids(work, [person_id])
    if not is_there and is_patch:
        raise NotFound("There is no such user.", code="person.unknown")
    return is_there


def _email(body: Body, *, is_needed: bool) -> str | None:
    email = text_in(body, "user", "email")
    if email is None and is_needed:
        raise wrong("user", "email", REQUIRED)
    return email


def _password(body: Body) -> Hashed | None:
    """Made before the catalogue is written to: it takes a while."""
    password = text_in(body, "user", "password")
    return passwords.chosen(password) if password else None


def _extras(asked: Asked, work: Work, person: Person) -> dict[str, Any]:
    """What is shown with a user if it is asked for: of oneself, or to superusers."""
    wanted = {name: extra for name, extra in _EXTRAS.items() if asked.is_set(name)}
    is_own = work.actor.person_id == person.id
    if not wanted or not (is_own or people.is_superuser(work.actor)):
        return {}
    return {key: show(work, person) for key, show in wanted.values()}


def _notifications(work: Work, person: Person) -> list[dict[str, Any]]:
    return notifications.newest(acting(work, person))


def _exports(work: Work, person: Person) -> list[dict[str, Any]]:
    return filed.exports(work, extracts.of_person(work, person.id))


def _datasets(work: Work, person: Person) -> list[dict[str, Any]]:
    found, _ = library.search(work, creator=person.email, limit=MOST_DATASETS)
    return described.simple(work, found)


def _subscriptions(work: Work, person: Person) -> list[dict[str, Any]]:
    return subscriptions.all_of(acting(work, person))


_EXTRAS: Mapping[str, tuple[str, Callable[[Work, Person], list[dict[str, Any]]]]] = {
    "notifications": ("notifications", _notifications),
    "exports": ("exports", _exports),
    "datasets": ("datasets", _datasets),
    "search_subscriptions": ("subscriptions", _subscriptions),
}
"""Parameter -> key in the answer, and what stands there."""

ROUTES: list[Route] = [
    route("/user/", GET=get_list, POST=post_list),
    route("/user/set/{ids}/", "GET", GET=set_of(shown)),
    route("/user/{id}/", GET=get_one, POST=not_implemented, PUT=put_one, DELETE=delete_one),
    route("/user/{id}/login_help/", "POST", POST=post_login_help),
]
