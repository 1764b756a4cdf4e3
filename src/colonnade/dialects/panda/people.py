"""People as they are shown, alone and inside other things (section 3.1 of the reference)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import Work
from colonnade.dialects.panda.answers import moment
from colonnade.dialects.panda.uris import uri
from colonnade.errors import Denied, Unauthenticated

Creators = Mapping[int, Mapping[str, Any]]
"""Id of a person -> the person as shown; who was removed is missing."""


def user(one: Person) -> dict[str, Any]:
    return {
        "date_joined": moment(one.joined_at),
        "email": one.email,
        "first_name": one.first_name,
        "id": str(one.id),
        "is_active": one.is_active,
        "last_login": moment(one.last_login),
        "last_name": one.last_name,
        "resource_uri": user_uri(one.id),
    }


def user_uri(person_id: int) -> str:
    return uri("user", person_id)


def creators(work: Work, person_ids: Iterable[int | None]) -> Creators:
    wanted = sorted({one for one in person_ids if one is not None})
    return {person_id: user(one) for person_id, one in people.by_ids(work, wanted).items()}


def creator(known: Creators, person_id: int | None) -> Mapping[str, Any] | None:
    return None if person_id is None else known.get(person_id)


def named(work: Work, usernames: Iterable[str | None]) -> Mapping[str, Mapping[str, Any]]:
    """The same by the names of users."""
    wanted = sorted({one for one in usernames if one is not None})
    return {name: user(one) for name, one in people.by_names(work, wanted).items()}


def own_id(work: Work) -> int:
    """The person who asks. Raises `Unauthenticated`."""
    if work.actor.person_id is None:
        raise Unauthenticated("Nobody asks.", code="key.missing")
    return work.actor.person_id


def check_superuser(work: Work) -> None:
    """Raises `Denied`."""
    if not people.is_superuser(work.actor):
        raise Denied("Superusers alone may do this.", code="actor.superuser")


def acting(work: Work, person: Person) -> Work:
    """The same work in the name of somebody else, who is looked at by a superuser or has just signed in."""
    return replace(work, actor=people.actor_of(work.db, person))
