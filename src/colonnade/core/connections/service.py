"""Making, sharing, changing and removing connections. Which of them an actor may see, use and manage."""

from collections.abc import Mapping, Sequence

from colonnade.core.connections import sealing, store, values
from colonnade.core.connections.model import (
    CONNECTION_PERMISSIONS,
    Connection,
    ConnectionRuleset,
    Counts,
    ManageableConnection,
    SeenConnection,
)
from colonnade.core.connections.values import GivenConnection
from colonnade.core.people.model import Group, Person
from colonnade.core.uids import new_uid
from colonnade.core.work import Actor, Work, now
from colonnade.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated

MANAGE = "manage_connection"


def create(work: Work, given: object) -> ManageableConnection:
    """A connection of the actor's own: {type, url, headers, auth, is_reusable}. Raises `Denied`, `Invalid`."""
    _signed_in(work.actor)
    if not (work.actor.may("create_dataset") or work.actor.may("edit_dataset")):
        raise Denied("You may not create connections.", code="connection.create_denied")
    return ManageableConnection(new(work, values.connection(given)), can_reuse=True, can_manage=True)


def new(work: Work, checked: GivenConnection, *, is_inline: bool = False) -> Connection:
    """For `sources`, too: an inline connection comes with a resource of a dataset that the actor may edit."""
    secret = sealing.settled(work, checked, None)
    connection = Connection(
        uid=new_uid("co", lambda uid: store.uid_taken(work.db, uid)),
        type=values.HTTP,
        url=checked.url,
        header_names=checked.header_names,
        auth_username=checked.username,
        sealed=sealing.sealed(work, secret),
        is_reusable=checked.is_reusable and not is_inline,
        is_inline=is_inline,
        owner_id=work.actor.person_id,
        created_by=work.actor.username,
    )
    work.db.add(connection)
    work.db.flush()
    return connection


def copied(work: Work, inline: Connection) -> Connection:
    """A copy of an inline connection, for the copy of its resource. It stays its owner's, who alone sees its secrets."""
    connection = Connection(
        uid=new_uid("co", lambda uid: store.uid_taken(work.db, uid)),
        type=inline.type,
        url=inline.url,
        header_names=inline.header_names,
        auth_username=inline.auth_username,
        sealed=inline.sealed,
        is_inline=True,
        owner_id=inline.owner_id,
        created_by=inline.created_by,
    )
    work.db.add(connection)
    work.db.flush()
    return connection


def seen(work: Work, uid: str) -> SeenConnection:
    """A connection that the actor may use or manage; anything else does not exist."""
    _signed_in(work.actor)
    connection = store.by_uid(work.db, uid)
    found = None if connection is None else _as_seen(work, connection)
    if found is None:
        raise NotFound(f"There is no connection {uid}.", code="connection.unknown")
    return found


def manageable(work: Work, uid: str) -> ManageableConnection:
    found = seen(work, uid)
    if not found.can_manage:
        raise Denied("You may not change this connection.", code="connection.manage_denied")
    return ManageableConnection(found.connection, found.can_reuse, found.can_manage)


def page(
    work: Work, *, sort: str = "created_at", limit: int, offset: int
) -> tuple[list[SeenConnection], int]:
    """The connections that the actor may use or manage, and how many there are. `sort`: one of `store.SORTS`, with `-`
    before it for the reverse."""
    _signed_in(work.actor)
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in store.SORTS:
        message = f"One of {', '.join(store.SORTS)}, or with - before it."
        raise Invalid(message, fields={"sort": [message]})
    if not _may_edit(work.actor):
        return [], 0
    held: dict[int, list[ConnectionRuleset]] = {}
    for rule in store.rulesets_held(work.db, work.actor):
        held.setdefault(rule.connection_id, []).append(rule)
    shared = [
        one.id for one in store.by_ids(work.db, sorted(held)) if _decided(work.actor, one, held[one.id])
    ]
    found, total = store.page(
        work.db,
        owner_id=work.actor.person_id,
        shared=None if work.actor.may("edit_domain") else shared,
        sort=name,
        descending=descending,
        limit=limit,
        offset=offset,
    )
    decided = [_decided(work.actor, one, held.get(one.id, ())) for one in found]
    return [one for one in decided if one is not None], total


def update(work: Work, manageable: ManageableConnection, given: object) -> Connection:
    """Full replacement; a secret given as None stays, as long as the address leads to the same server. Datasets that
    use the connection are not published again."""
    checked = values.connection(given)
    change(work, manageable.connection, checked)
    manageable.connection.is_reusable = checked.is_reusable
    if checked.is_reusable:
        manageable.connection.is_inline = False
    return manageable.connection


def change(work: Work, connection: Connection, checked: GivenConnection) -> None:
    """For `sources`, too: whoever may edit the dataset may change an inline connection of its resources."""
    secret = sealing.settled(work, checked, connection)
    connection.url = checked.url
    connection.header_names = checked.header_names
    connection.auth_username = checked.username
    connection.sealed = sealing.sealed(work, secret)
    connection.updated_at = now()
    work.db.flush()


def remove(work: Work, manageable: ManageableConnection) -> None:
    """Raises `Conflict` (`connection.in_use`) while a dataset uses it."""
    if store.is_used(work.db, manageable.connection.id):
        raise Conflict("Datasets still use this connection.", code="connection.in_use")
    forget(work, manageable.connection)


def forget(work: Work, connection: Connection) -> None:
    """Its uid stays taken; nothing else of it stays."""
    store.remove_rulesets(work.db, connection.id)
    connection.url, connection.header_names = "", []
    connection.auth_username = connection.sealed = None
    connection.removed_at = now()
    work.db.flush()


def headers(work: Work, found: SeenConnection) -> list[tuple[str, str | None]]:
    """The headers as the actor may see them: whoever may only use the connection does not see their values, which may
    be keys. The password is shown to nobody."""
    names = found.connection.header_names
    if not found.can_manage:
        return [(name, None) for name in names]
    return list(zip(names, sealing.opened(work, found.connection).values, strict=True)) if names else []


def counts(work: Work, connections: Sequence[SeenConnection]) -> Mapping[str, Counts]:
    """By uid."""
    found = store.counts(work.db, [one.connection.id for one in connections])
    return {one.connection.uid: found[one.connection.id] for one in connections}


def put_ruleset(
    work: Work, manageable: ManageableConnection, holder: Person | Group, permissions: Sequence[str] = ()
) -> ConnectionRuleset:
    """Let a person or a group use the connection while it is reusable; with `manage_connection`, manage it."""
    unknown = sorted(set(permissions) - set(CONNECTION_PERMISSIONS))
    if unknown:
        message = f"There is no permission {', '.join(unknown)}."
        raise Invalid(message, fields={"permissions": [message]})
    whose = {"person_id": holder.id} if isinstance(holder, Person) else {"group_id": holder.id}
    rule = store.ruleset(work.db, manageable.connection.id, **whose)
    if rule is None:
        rule = ConnectionRuleset(connection_id=manageable.connection.id, **whose)
        work.db.add(rule)
    rule.permissions = sorted(set(permissions))
    work.db.flush()
    return rule


def may_reuse(work: Work, connection: Connection) -> bool:
    found = _as_seen(work, connection)
    return found is not None and found.can_reuse


def _as_seen(work: Work, connection: Connection) -> SeenConnection | None:
    return _decided(work.actor, connection, store.rulesets_held(work.db, work.actor, connection.id))


def _decided(
    actor: Actor, connection: Connection, rules: Sequence[ConnectionRuleset]
) -> SeenConnection | None:
    """None: the actor may neither use nor manage it."""
    if not _may_edit(actor):
        return None
    is_own = actor.person_id is not None and connection.owner_id == actor.person_id
    if is_own or actor.may("edit_domain"):
        return SeenConnection(connection, can_reuse=True, can_manage=True)
    can_reuse = connection.is_reusable and bool(rules)
    can_manage = any(MANAGE in rule.permissions for rule in rules)
    return SeenConnection(connection, can_reuse, can_manage) if can_reuse or can_manage else None


def _may_edit(actor: Actor) -> bool:
    """A key that was cut down to reading does not reach connections, whoever owns it."""
    return any(actor.key_allows(one) for one in ("create_dataset", "edit_dataset", "edit_domain"))


def _signed_in(actor: Actor) -> None:
    if not actor.is_signed_in and not actor.permissions:
        raise Unauthenticated("An API key is needed for this.", code="key.missing")
