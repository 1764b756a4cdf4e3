"""Nodes, their files and imports that go step by step by hand."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from tests.core.support import ADMIN, Job, opened

from colonnade.core import uploads
from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import files, refreshing
from colonnade.core.datastore import jobs as datastore_jobs
from colonnade.core.datastore import service as datastore
from colonnade.core.datastore.model import Status
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import JobEnded, Kind
from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import writing
from colonnade.core.nodes.model import Changes
from colonnade.core.nodes.model import Kind as NodeKind
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.query.schema import ID

STATES = "Name,2019,group\nAlabama,1,south\n Alaska ,2,\n"


@contextmanager
def portal_of_nodes(folder: Path, **overrides: Any) -> Iterator[Portal]:
    """A portal whose datasets follow the files of their resources."""
    with opened(folder, **overrides) as one:
        heard(one)
        yield one


def heard(portal: Portal) -> None:
    """The handlers that `app.py` wires."""
    portal.handlers = {
        **portal.handlers,
        JobEnded: (refreshing.heard,),
    }


def node(portal: Portal, kind: NodeKind = NodeKind.RESOURCE, actor: Actor = ADMIN, **said: Any) -> int:
    with portal.writing(actor) as work:
        made = writing.create(work, kind, Changes(**{"title": "A node", **said}))
        return made.node.id


def attached(
    portal: Portal,
    nid: int,
    content: str | bytes = STATES,
    *,
    name: str = "states.csv",
    actor: Actor = ADMIN,
    **how: Any,
) -> ManagedFile:
    sent = content.encode() if isinstance(content, str) else content
    stored = uploads.keep(portal, io.BytesIO(sent), filename=name)
    with portal.writing(actor) as work:
        return files.attach(work, nodes.editable(work, nid), [(stored, {})], **how)[0]


def importing(portal: Portal, nid: int) -> Job:
    with portal.writing(ADMIN) as work:
        job = datastore.queue_import(work, nodes.editable(work, nid))
    assert job is not None
    return Job(portal, job.uid, datastore_jobs.plan(portal))


def refreshed(portal: Portal, uid: str) -> str | None:
    """Run the job that a dataset's rows follow by; None: there is none."""
    with portal.reading(SYSTEM) as work:
        dataset = datasets.viewable(_as_admin(work), uid).dataset
        job = jobs.latest(work, dataset.id)
    if job is None or not job.is_active or job.kind != Kind.REFRESH:
        return None
    plan = next(one for one in publishing_jobs.plans(portal) if one.kind == Kind.REFRESH)
    return Job(portal, job.uid, plan).run()


def _as_admin(work: Any) -> Any:
    work.actor = ADMIN
    return work


def stored(portal: Portal, nid: int) -> list[dict[str, Any]]:
    """The rows of a resource's own table."""
    with portal.reading(SYSTEM) as work:
        table = tables.of_node(work, nid)
        generation = None if table is None else tables.current(work, table)
        if generation is None:
            return []
        path = portal.settings.scratch_folder / f"rows-{nid}.parquet"
        work.rows.export_rows(generation.ref, path, sources=(), excluded=True)
    found = pq.read_table(path).to_pylist()
    path.unlink()
    return [
        {
            name: value
            for name, value in row.items()
            if name == ID or not name.startswith("_") or name.startswith("__")
        }
        for row in found
    ]


def status(portal: Portal, nid: int) -> Status:
    with portal.reading(ADMIN) as work:
        return datastore.status(work, nodes.editable(work, nid))


def dataset_with(portal: Portal, *resource_nids: int, **said: Any) -> tuple[int, str]:
    """A dataset of these resources: its number as a node, its uid."""
    nid = node(portal, NodeKind.DATASET, resources=resource_nids, **said)
    with portal.reading(ADMIN) as work:
        dataset = nodes.readable(work, nid).dataset
    assert dataset is not None
    return nid, dataset.uid


def seen(portal: Portal, uid: str) -> tuple[list[str], list[str]]:
    """What other doors see: titles of resources, titles of attachments."""
    with portal.reading(ADMIN) as work:
        viewable = datasets.viewable(work, uid)
        sources = [one.title for one in resources.resources(work, viewable)]
        beside = attachments.page(work, viewable, limit=100, offset=0)[0]
        return sources, [one.title or "" for one in beside]
