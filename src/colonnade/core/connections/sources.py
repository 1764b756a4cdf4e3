"""What resources fetch: which connection, what below its address, and what came of it last."""

from dataclasses import dataclass, field

from colonnade.core.connections import sealing, service, store, values
from colonnade.core.connections.fetching import FetchedFile, Known, Source
from colonnade.core.connections.model import Connection, HttpSource
from colonnade.core.connections.values import GivenConnection, GivenSource, Secret
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.work import Work, now
from colonnade.errors import Invalid
from colonnade.net.guard import checked_url

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Described:
    """A source as editors of the dataset see it. `connection`: the uid."""

    connection: str
    relative_url: str
    headers: Headers = field(repr=False)


@dataclass(frozen=True)
class _Stored:
    source: HttpSource
    connection: Connection


@dataclass(frozen=True)
class _Plan:
    """What a given datasource comes to. `connection` None: a new inline one; `inline`: what the connection is to be,
    None: it stays as it is. `own`: the values of the source's own headers."""

    given: GivenSource
    connection: Connection | None
    inline: GivenConnection | None
    secret: Secret = field(repr=False)
    own: Secret = field(repr=False)

    @property
    def url(self) -> str:
        base = self.inline or self.connection
        assert base is not None
        return values.joined(base.url, self.given.relative_url)

    @property
    def headers(self) -> Headers:
        base = self.inline or self.connection
        assert base is not None
        return _merged(base.header_names, self.secret, self.given.header_names, self.own)

    @property
    def basic_auth(self) -> tuple[str, str] | None:
        if self.inline is not None:
            name = self.inline.username
        else:
            name = None if self.connection is None else self.connection.auth_username
        return None if name is None else (name, self.secret.password or "")


def attach(work: Work, editable: EditableDataset, resource_id: int, given: object) -> HttpSource:
    """Let a resource fetch from a datasource {connection, relative_url, headers}; in the place of what it fetched
    before, and then secrets given as None stay.

    `connection` is {uid}, or a whole connection, which is inline: it belongs to the resource. Raises `Invalid` with
    the fields `datasource.*`, also for a connection that the actor may not use.
    """
    before = _stored(work, resource_id)
    plan = _plan(work, editable, values.source(given), before)
    if plan.connection is not None and plan.inline is not None:
        service.change(work, plan.connection, plan.inline)
    connection = plan.connection or service.new(work, _inline(plan), is_inline=True)
    source = HttpSource(resource_id=resource_id, dataset_id=editable.dataset.id)
    if before is not None:
        source = before.source
    source.connection_id = connection.id
    source.relative_url = plan.given.relative_url
    source.header_names = plan.given.header_names
    source.sealed = sealing.sealed(work, plan.own)
    source.updated_at = now()
    work.db.add(source)
    work.db.flush()
    if before is not None:
        _drop_unused(work, before.connection)
    return source


def copied(
    work: Work, editable: EditableDataset, resource_id: int, target: EditableDataset, target_id: int
) -> None:
    """Let the copy of a resource, in another dataset, fetch what the resource fetches: by the same shared connection, or
    by a copy of an inline one. The actor may edit both datasets, and gets to know no more of the secrets."""
    before = _stored(work, resource_id)
    assert before is not None
    source, connection = before.source, before.connection
    assert source.dataset_id == editable.dataset.id
    made = HttpSource(
        resource_id=target_id,
        dataset_id=target.dataset.id,
        connection_id=(service.copied(work, connection) if connection.is_inline else connection).id,
        relative_url=source.relative_url,
        header_names=source.header_names,
        sealed=source.sealed,
    )
    work.db.add(made)
    work.db.flush()


def detach(work: Work, resource_id: int) -> None:
    """The resource fetches no more: it was removed, or got another datasource. Its inline connection goes with it."""
    before = _stored(work, resource_id)
    if before is not None:
        work.db.delete(before.source)
        work.db.flush()
        _drop_unused(work, before.connection)


def detach_all(work: Work, dataset_id: int) -> None:
    """For the removal of a dataset, before its resources go."""
    for one in store.sources_of(work.db, dataset_id):
        detach(work, one.resource_id)


def described(work: Work, resource_id: int) -> Described | None:
    """None: the resource fetches nothing."""
    found = _stored(work, resource_id)
    if found is None:
        return None
    headers = _merged((), Secret(), found.source.header_names, sealing.opened(work, found.source))
    return Described(found.connection.uid, found.source.relative_url, headers)


def is_fetched(work: Work, resource_id: int) -> bool:
    """Whether the resource fetches anything."""
    return store.source(work.db, resource_id) is not None


def source(work: Work, resource_id: int) -> Source | None:
    """What a job is to fetch, secrets opened: not to be stored, in a step's result least of all. None: nothing."""
    found = _stored(work, resource_id)
    if found is None:
        return None
    stored, connection = found.source, found.connection
    secret = sealing.opened(work, connection)
    name = connection.auth_username
    return Source(
        url=values.joined(connection.url, stored.relative_url),
        headers=_merged(connection.header_names, secret, stored.header_names, sealing.opened(work, stored)),
        basic_auth=None if name is None else (name, secret.password or ""),
        known=_known(found),
        read_at=now(),
    )


def unsaved(
    work: Work, editable: EditableDataset, given: object, *, resource_id: int | None = None
) -> Source:
    """The source of a datasource that is not stored, for previews and guesses: checked as `attach` does. With a
    resource, secrets given as None are those that it has."""
    before = None if resource_id is None else _stored(work, resource_id)
    plan = _plan(work, editable, values.source(given), before)
    return Source(plan.url, plan.headers, plan.basic_auth, known=None, read_at=now())


def fetched(work: Work, resource_id: int, source: Source, file: FetchedFile) -> None:
    """Remember what the server said of the content. To be called when the content itself is kept."""
    found = store.source(work.db, resource_id)
    if found is not None:
        found.asked_at = source.read_at
        found.etag, found.last_modified, found.digest = file.etag, file.last_modified, file.digest


def forget_content(work: Work, resource_id: int) -> None:
    """The content that came last is gone: the next fetch brings it anew."""
    found = store.source(work.db, resource_id)
    if found is not None:
        found.asked_at = found.etag = found.last_modified = found.digest = None


def _plan(work: Work, editable: EditableDataset, given: GivenSource, before: _Stored | None) -> _Plan:
    connection, inline = _chosen(work, editable, given, before)
    secret = sealing.settled(work, inline, connection) if inline else sealing.opened(work, connection)
    base = inline or connection
    assert base is not None
    # Headers of the source are secrets too: they do not move to another server.
    kept = before if before is not None and values.is_same_origin(before.connection.url, base.url) else None
    own = sealing.header_values(
        given.headers,
        () if kept is None else kept.source.header_names,
        sealing.opened(work, None if kept is None else kept.source),
        "datasource.",
    )
    plan = _Plan(given, connection, inline, secret, Secret(own))
    try:
        checked_url(plan.url)
    except Invalid as error:
        raise Invalid(error.message, fields={"datasource.relative_url": [error.message]}) from error
    return plan


def _chosen(
    work: Work, editable: EditableDataset, given: GivenSource, before: _Stored | None
) -> tuple[Connection | None, GivenConnection | None]:
    """The connection that is there already, if any, and what an inline one is to become."""
    current = None if before is None else before.connection
    if given.connection is None:
        return (current if current is not None and current.is_inline else None), given.inline
    wanted = store.by_uid(work.db, given.connection)
    if wanted is None or not _may_use(work, editable, wanted, given, before):
        message = f"There is no connection {given.connection}."
        raise Invalid(message, fields={"datasource.connection.uid": [message]})
    is_own = wanted.is_inline and current is not None and current.id == wanted.id
    return wanted, given.inline if is_own else None


def _may_use(
    work: Work, editable: EditableDataset, wanted: Connection, given: GivenSource, before: _Stored | None
) -> bool:
    """By right; an inline one inside its dataset; and what another editor chose may stay just as it is."""
    if service.may_reuse(work, wanted):
        return True
    if wanted.is_inline:
        return store.is_used(work.db, wanted.id, dataset_id=editable.dataset.id)
    return (
        before is not None
        and before.connection.id == wanted.id
        and before.source.relative_url == given.relative_url
        and before.source.header_names == given.header_names
    )


def _inline(plan: _Plan) -> GivenConnection:
    assert plan.inline is not None
    return plan.inline


def _drop_unused(work: Work, connection: Connection) -> None:
    if connection.is_inline and not store.is_used(work.db, connection.id):
        service.forget(work, connection)


def _stored(work: Work, resource_id: int) -> _Stored | None:
    found = store.source(work.db, resource_id)
    if found is None:
        return None
    connection = store.by_id(work.db, found.connection_id)
    assert connection is not None  # a foreign key says so
    return _Stored(found, connection)


def _known(found: _Stored) -> Known | None:
    """What came last, unless the source or its connection changed since it was asked for."""
    stored = found.source
    if stored.asked_at is None or stored.digest is None:
        return None
    if stored.asked_at <= max(stored.updated_at, found.connection.updated_at):
        return None
    return Known(stored.digest, stored.etag, stored.last_modified)


def _merged(names: list[str] | tuple[()], secret: Secret, own_names: list[str], own: Secret) -> Headers:
    """The connection's headers, then the source's, which win."""
    pairs = (*zip(names, secret.values, strict=True), *zip(own_names, own.values, strict=True))
    return tuple({name.lower(): (name, value) for name, value in pairs}.values())
