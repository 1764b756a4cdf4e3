"""Connections and sources of a portal, made and looked at."""

from typing import Any

from tests.core.support import ADMIN, source

from colonnade.core.connections import service, sources
from colonnade.core.connections.fetching import Source
from colonnade.core.datasets import service as datasets
from colonnade.core.people import service as people
from colonnade.core.resources import service as resources
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Invalid, NotFound, PortalError

BASIC: dict[str, Any] = {"type": "basic_auth", "username": "ada", "password": "pässword"}
WHOLE: dict[str, Any] = {
    "type": "http",
    "url": "https://data.example/v1",
    "headers": [{"name": "X-Token", "value": "hdr-t0ken-0f-te5ts"}],
    "auth": BASIC,
}


KEPT: dict[str, Any] = {"headers": [{"name": "x-token", "value": None}], "auth": {**BASIC, "password": None}}


def made(portal: Portal, actor: Actor, **given: Any) -> str:
    """A new connection; returns its uid."""
    with portal.writing(actor) as work:
        return service.create(work, {**WHOLE, **given}).connection.uid


def share(portal: Portal, owner: Actor, uid: str, holder: str | Actor, *permissions: str) -> None:
    with portal.writing(owner) as work:
        if isinstance(holder, Actor):
            assert holder.username is not None
            found: Any = people.person(work, holder.username)
        else:
            found = people.group(work, holder)
        service.put_ruleset(work, service.manageable(work, uid), found, permissions)


def rights(portal: Portal, actor: Actor, uid: str) -> tuple[bool, bool] | None:
    """May it be used, may it be managed; None: it is not even seen."""
    with portal.reading(actor) as work:
        try:
            found = service.seen(work, uid)
        except NotFound:
            listed = service.page(work, limit=1000, offset=0)[0]
            assert uid not in [one.connection.uid for one in listed]
            return None
        listed = service.page(work, limit=1000, offset=0)[0]
        assert found in listed
        return found.can_reuse, found.can_manage


def resource(portal: Portal, dataset_uid: str) -> int:
    """A resource of a dataset; returns its id."""
    uid = source(portal, dataset_uid)
    with portal.reading(ADMIN) as work:
        return resources.resource(work, datasets.viewable(work, dataset_uid), uid).id


def attach(portal: Portal, dataset_uid: str, resource_id: int, given: object, actor: Actor = ADMIN) -> str:
    """Returns the uid of the connection that the resource has then."""
    with portal.writing(actor) as work:
        sources.attach(work, datasets.editable(work, dataset_uid), resource_id, given)
        found = sources.described(work, resource_id)
        assert found is not None
        return found.connection


def to_fetch(portal: Portal, resource_id: int) -> Source:
    with portal.reading(SYSTEM) as work:
        found = sources.source(work, resource_id)
    assert found is not None
    return found


def problems(error: PortalError) -> list[str]:
    assert isinstance(error, Invalid)
    return sorted(error.fields)


def update(portal: Portal, actor: Actor, uid: str, **changed: Any) -> None:
    with portal.writing(actor) as work:
        service.update(work, service.manageable(work, uid), {**WHOLE, **changed})
