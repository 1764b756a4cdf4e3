"""People as Drupal shows users (sections 5.1 and 5.5 of the reference)."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.nodes import service as nodes
from colonnade.core.people import roles
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import Actor, Work

ANONYMOUS, AUTHENTICATED = "anonymous user", "authenticated user"
RIDS: Mapping[str, str] = {
    ANONYMOUS: "1",
    AUTHENTICATED: "2",
    roles.ADMINISTRATOR: "3",
    roles.CREATOR: "4",
    roles.EDITOR: "5",
    roles.MANAGER: "6",
}
"""Role -> its number here. The first three are the same on every site of Drupal."""
_UUIDS = uuid.UUID("6f5a4a4e-52e2-5f2c-9d52-2b8f1a3c7d10")


def name_of(person: Person) -> str:
    """What everybody sees as somebody's name: an e-mail address that serves as one is not shown."""
    return person.username.partition("@")[0] or person.username


def roles_of(actor: Actor) -> dict[str, str]:
    if not actor.is_signed_in:
        return {RIDS[ANONYMOUS]: ANONYMOUS}
    rank = roles.rank_of(actor)
    own = {} if rank is None else {RIDS[rank]: rank}
    return {RIDS[AUTHENTICATED]: AUTHENTICATED, **own}


def user(work: Work, person: Person) -> dict[str, Any]:
    """All of a user that is shown to anybody; `shown` says what to whom."""
    return {
        "uid": str(person.id),
        "name": person.username,
        "mail": person.email,
        "theme": "",
        "signature": "",
        "signature_format": None,
        "created": str(epoch(person.joined_at)),
        "access": _last(person),
        "login": _last(person),
        "status": "1" if person.is_active else "0",
        "timezone": "UTC",
        "language": "",
        "picture": None,
        "init": person.email,
        "data": False,
        "uuid": str(uuid.uuid5(_UUIDS, f"{person.id} {person.joined_at.isoformat()}")),
        "roles": roles_of(people.actor_of(work.db, person)),
        "field_about": [],
        "og_user_node": _targets(_groups(work, person)),
    }


def shown(work: Work, person: Person) -> dict[str, Any]:
    """As the actor may see somebody: addresses are for that person and for who looks after people."""
    found = user(work, person)
    if not looks_after(work.actor):
        del found["init"]
        if work.actor.person_id != person.id:
            del found["mail"]
            found["name"] = name_of(person)
    seen = nodes.readables(work, _groups(work, person))
    return {**found, "og_user_node": _targets([one.node.id for one in seen])}


def looks_after(actor: Actor) -> bool:
    """Whether somebody administers users (section 14 of the reference): site managers do."""
    return nodes.administers(actor) or people.is_superuser(actor)


def epoch(moment: dt.datetime) -> int:
    """Seconds."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    return int(aware.timestamp())


def _groups(work: Work, person: Person) -> list[int]:
    """The numbers of the groups that somebody joined, whoever may know of them."""
    return nodes.of_groups(work, [one.id for one in people.joined(work, person)])


def _targets(nids: Sequence[int]) -> Any:
    return {"und": [{"target_id": str(nid)} for nid in nids]} if nids else []


def _last(person: Person) -> str:
    return "0" if person.last_login is None else str(epoch(person.last_login))
