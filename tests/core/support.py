"""A portal without doors and jobs, its cast, and jobs that go step by step by hand."""

import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import inside
from tests.support.founding import founded
from tests.support.house import settings

from colonnade import app
from colonnade.core import blobs, uploads
from colonnade.core.catalogue import service as catalogue
from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.datasets.security import Security
from colonnade.core.jobs import service as jobs
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Group
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.publishing import removal
from colonnade.core.publishing import service as publishing
from colonnade.core.records import service as records
from colonnade.core.records.coercion import LiveRow
from colonnade.core.records.service import RowsChanged
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Ownership, Resource
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import TableForgotten
from colonnade.core.uploads import ContentDropped
from colonnade.core.work import SYSTEM, Actor, Event, Portal, Work
from colonnade.errors import PortalError
from colonnade.jobs.port import Plan
from colonnade.query import odsql
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Query

ADMIN = Actor("admin", 1, frozenset({"members"}), frozenset(DOMAIN_PERMISSIONS))
WORDS = Schema((Field("name", "Name", FieldType.TEXT), Field("size", "Size", FieldType.INT)))
LIVE = {"title": "Live", "ownership": Ownership.OWNED}

_numbers = itertools.count(1)


@contextmanager
def opened(folder: Path, **overrides: Any) -> Iterator[Portal]:
    """A portal of a folder, with its catalogue and its first administrator; jobs are queued and never start."""
    founded("core", folder, _start)
    with ExitStack() as stack:
        portal = _open(folder, stack, **overrides)
        catalogue.start(portal)
        portal.handlers = {
            RowsChanged: (_rows_changed,),
            TableForgotten: (_table_forgotten,),
            ContentDropped: (_content_dropped,),
        }
        yield portal


def _open(folder: Path, stack: ExitStack, **overrides: Any) -> Portal:
    portal = inside.told(app.open_portal(settings(folder, **overrides), stack))
    with portal.writing(SYSTEM) as work:
        people.ensure_members(work)
        people.ensure_first_administrator(work, portal.settings)
    return portal


def _start(folder: Path) -> None:
    with ExitStack() as stack:
        _open(folder, stack)


def _rows_changed(portal: Portal, event: Event) -> None:
    assert isinstance(event, RowsChanged)
    catalogue.rows_changed(portal, event)


def _table_forgotten(portal: Portal, event: Event) -> None:
    assert isinstance(event, TableForgotten)
    tables.clear(portal, event.table_uid)


def _content_dropped(portal: Portal, event: Event) -> None:
    assert isinstance(event, ContentDropped)
    blobs.clear(portal, event.digests)


def person(
    portal: Portal,
    *permissions: str,
    groups: Sequence[str] = (),
    key_permissions: Sequence[str] | None = None,
) -> Actor:
    """A new user as an actor that came by a key."""
    name = f"person{next(_numbers)}"
    with portal.writing(SYSTEM) as work:
        made = people.add_person(work, name, email=f"{name}@example.org", permissions=permissions)
        for uid in groups:
            people.join(work, made, people.group(work, uid) or people.add_group(work, uid))
        _, key = people.add_key(work, made, permissions=key_permissions)
    with portal.database.read() as db:
        return people.actor_of_key(db, key)


def dataset(portal: Portal, *, title: str | None = None, actor: Actor = ADMIN, **metadata: Any) -> str:
    """A new dataset; returns its uid."""
    name = f"dataset-{next(_numbers)}"
    default = {"title": title or name, **metadata}
    with portal.writing(actor) as work:
        return datasets.create(work, {"default": default}, wanted_slug=name).dataset.uid


def rule(portal: Portal, uid: str, holder: str | Actor, *permissions: str, **security: Any) -> None:
    """Give an actor, or a group by its uid, a ruleset."""
    with portal.writing(ADMIN) as work:
        whom: Any = None
        if isinstance(holder, Actor):
            assert holder.username is not None
            whom = people.person(work, holder.username)
        else:
            whom = people.group(work, holder)
            assert isinstance(whom, Group)
        securable = datasets.securable(work, uid)
        datasets.put_ruleset(work, securable, whom, Security.from_json(security), permissions)


def secure(portal: Portal, uid: str, *, is_restricted: bool = False, **security: Any) -> None:
    with portal.writing(ADMIN) as work:
        datasets.put_default_security(
            work, datasets.securable(work, uid), Security.from_json(security), is_restricted=is_restricted
        )


def source(portal: Portal, uid: str, content: str | None = None, *, is_owned: bool = False) -> str:
    """A new resource: a CSV file, or none for rows that only come live; returns its uid."""
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        ownership = Ownership.OWNED if is_owned or content is None else Ownership.DERIVED
        if content is None:
            return resources.add(work, editable, title="Live", ownership=ownership).uid
        stored = uploads.keep(portal, io.BytesIO(content.encode()), filename="data.csv")
        file = resources.add_file(work, editable, stored)
        made = resources.add(work, editable, extractor="csvfile", file_uid=file.uid, ownership=ownership)
        return made.uid


def shown(portal: Portal, uid: str) -> None:
    """Publish without a build."""
    with portal.writing(ADMIN) as work:
        datasets.show(work, datasets.editable(work, uid).dataset)


def live(portal: Portal, rows: Sequence[Mapping[str, Any]] = (), schema: Schema = WORDS) -> tuple[str, str]:
    """A published dataset of live rows, made without a build; returns the dataset's uid and the resource's."""
    uid = dataset(portal)
    resource = source(portal, uid)
    with portal.writing(ADMIN) as work:
        tables.ensure(work, datasets.editable(work, uid).dataset.id)
    with portal.reading(ADMIN) as work:
        records.create_empty(work, datasets.editable(work, uid), schema)
    if rows:
        put(portal, uid, resource, *rows)
    shown(portal, uid)
    return uid, resource


def put(portal: Portal, uid: str, resource: str, *rows: Mapping[str, Any], actor: Actor = ADMIN) -> list[int]:
    """Upsert rows, whose external key may stand under `key`; returns their ids."""
    sent = [
        LiveRow(row.get("key"), {name: value for name, value in row.items() if name != "key"}) for row in rows
    ]
    with _owned(portal, uid, resource, actor) as (work, editable, owned):
        ids: list[int] = records.upsert(work, editable, owned, sent).ids.to_pylist()
    return ids


def drop(portal: Portal, uid: str, resource: str, *keys: str) -> int:
    """Delete rows by key, or all rows of the resource if none is given; returns how many went."""
    with _owned(portal, uid, resource, ADMIN) as (work, editable, owned):
        written = (
            records.delete_by_key(work, editable, owned, keys)
            if keys
            else records.delete_all(work, editable, owned)
        )
    return written.count


@contextmanager
def _owned(
    portal: Portal, uid: str, resource: str, actor: Actor
) -> Iterator[tuple[Work, EditableDataset, Resource]]:
    with portal.reading(actor) as work:
        editable = datasets.editable(work, uid)
        yield work, editable, resources.resource(work, editable, resource)


def ask(portal: Portal, uid: str, actor: Actor = ADMIN, *, where: str | None = None, **parts: str) -> Any:
    """The records page that answers an ODSQL query."""
    query = Query(
        select=odsql.parse_select(parts["select"]) if "select" in parts else None,
        where=odsql.parse_where(where) if where else None,
        group_by=odsql.parse_group_by(parts["group_by"]) if "group_by" in parts else (),
        order_by=odsql.parse_order_by(parts["order_by"]) if "order_by" in parts else (),
        limit=1000,
    )
    with portal.reading(actor) as work:
        return records.select(work, datasets.readable(work, uid), query)


def rows(portal: Portal, uid: str, actor: Actor = ADMIN, **parts: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(portal, uid, actor, **parts).table.to_pylist()
    return found


def names(portal: Portal, uid: str, actor: Actor = ADMIN, **parts: str) -> list[Any]:
    """The field `name` of the records."""
    return [row["name"] for row in rows(portal, uid, actor, **parts)]


def listed(portal: Portal, actor: Actor = ADMIN, *, where: str | None = None, **parts: Any) -> list[str]:
    """The uids of the datasets that the catalogue tells an actor of."""
    query = Query(
        where=odsql.parse_where(where) if where else None,
        order_by=odsql.parse_order_by(parts["order_by"]) if "order_by" in parts else (),
        limit=parts.get("limit", 1000),
        offset=parts.get("offset", 0),
    )
    with portal.reading(actor) as work:
        return [one.dataset.uid for one in catalogue.search(work, query)[0]]


@dataclass
class Job:
    """A job whose steps are taken by hand, in any order and as often as one likes. What a step returns travels as
    JSON to the next one, as with a real runner."""

    portal: Portal
    uid: str
    plan: Plan
    done: dict[str, Any] = field(default_factory=dict)

    def step(self, name: str) -> None:
        run = next(one.run for one in self.plan.steps if one.name == name)
        self.done[name] = json.loads(json.dumps(run(self.uid, dict(self.done))))

    def run(self, *, times: int = 1, before: Mapping[str, Callable[[], object]] | None = None) -> str:
        """All steps, each so many times, as a runner takes them; returns the state at the end. `before`: what happens
        before a step."""
        try:
            for one in self.plan.steps:
                if before and one.name in before:
                    before[one.name]()
                for _ in range(times):
                    self.step(one.name)
        except PortalError as error:
            for _ in range(times):
                self.plan.failed(self.uid, error)
        for _ in range(times):
            self.plan.ended(self.uid)
        return self.state

    @property
    def state(self) -> str:
        with self.portal.reading(SYSTEM) as work:
            return jobs.get(work, self.uid).state

    @property
    def message(self) -> str | None:
        with self.portal.reading(SYSTEM) as work:
            return jobs.get(work, self.uid).message


def _job(portal: Portal, uid: str, kind: str) -> Job:
    plans = (*publishing_jobs.plans(portal), removal.plan(portal))
    return Job(portal, uid, next(plan for plan in plans if plan.kind == kind))


def publication(portal: Portal, uid: str) -> Job:
    with portal.writing(ADMIN) as work:
        job = publishing.publish(work, datasets.publishable(work, uid))
        return _job(portal, job.uid, job.kind)


def withdrawal(portal: Portal, uid: str) -> Job:
    with portal.writing(ADMIN) as work:
        job = publishing.unpublish(work, datasets.publishable(work, uid))
        return _job(portal, job.uid, job.kind)


def restoration(portal: Portal, uid: str, number: int) -> Job:
    with portal.writing(ADMIN) as work:
        job = publishing.restore(work, datasets.publishable(work, uid), number)
        return _job(portal, job.uid, job.kind)


def reindexing(
    portal: Portal,
    uid: str,
    indexed: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    actor: Actor = ADMIN,
) -> Job:
    with portal.writing(actor) as work:
        job = columns.reindex(work, datasets.editable(work, uid), indexed, types)
        return _job(portal, job.uid, job.kind)


def newsroom(portal: Portal, *names: str, indexed: str = "", types: str = "", actor: Actor = ADMIN) -> str:
    """A new dataset of the newsroom with these columns, none if none is named; `indexed` and `types` as clients write
    them, with commas. Returns its uid."""
    with portal.writing(actor) as work:
        planned = columns.planned(
            names, indexed.split(",") if indexed else None, types.split(",") if types else None
        )
        return columns.create(
            work, title=f"Library {next(_numbers)}", columns=planned if names else None
        ).dataset.uid


def send(
    portal: Portal, uid: str, *rows: tuple[Any, Any], kind: str = "many", actor: Actor = ADMIN
) -> columns.Change:
    """Write rows of the newsroom: of each its values and its key."""
    with portal.reading(actor) as work:
        sent = [columns.SentRow(values, key) for values, key in rows]
        return columns.write(work, datasets.editable(work, uid), sent, kind=kind)


def told(portal: Portal, uid: str, actor: Actor = ADMIN) -> columns.Summary:
    with portal.reading(actor) as work:
        return columns.summary(work, datasets.readable(work, uid))


def sent_rows(portal: Portal, uid: str, actor: Actor = ADMIN, **more: Any) -> list[tuple[Any, Any]]:
    """The rows as they were sent: of each its values and its key."""
    with portal.reading(actor) as work:
        page = columns.page(work, datasets.readable(work, uid), **more)
    return [(row.values, row.key) for row in page.rows]


def deletion(portal: Portal, uid: str) -> Job:
    with portal.writing(ADMIN) as work:
        publishing.remove(work, datasets.editable(work, uid))
    with portal.reading(SYSTEM) as work:
        job = jobs.recent(work, 1)[0]
        return _job(portal, job.uid, job.kind)


def abort(portal: Portal, uid: str) -> None:
    with portal.writing(ADMIN) as work:
        publishing.abort(work, datasets.publishable(work, uid))


def published(portal: Portal, content: str, **metadata: Any) -> tuple[str, str]:
    """A dataset whose rows were built from a CSV file; returns its uid and the resource's."""
    uid = dataset(portal, **metadata)
    resource = source(portal, uid, content)
    assert publication(portal, uid).run() == "done"
    return uid, resource
