"""A newsroom's datasets and files, and imports that go step by step by hand."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.core.support import Job

from colonnade.core import uploads
from colonnade.core.columns import service as columns
from colonnade.core.columns.inference import guessed_types
from colonnade.core.columns.model import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import looking
from colonnade.core.imports import service as imports
from colonnade.core.imports.looking import Look
from colonnade.core.imports.model import FileKind, ImportFile
from colonnade.core.publishing import importing
from colonnade.core.publishing import jobs as publishing_jobs
from colonnade.core.uploads import StoredFile
from colonnade.core.work import Actor, Portal
from colonnade.formats import surveying
from colonnade.formats.port import Bounds, Source

PERMITS = "permit,vessel,fee\n1,Marlin,20.5\n2,Petrel,18\n"


def shared(portal: Portal, actor: Actor, *headers: str, **more: Any) -> str:
    """A dataset of the newsroom; returns its uid."""
    planned = columns.planned(list(headers) or None, more.get("typed"), more.get("types"))
    with portal.writing(actor) as work:
        return columns.create(work, title="Permits", columns=planned).dataset.uid


def uploaded(
    portal: Portal,
    actor: Actor,
    content: bytes | str = PERMITS,
    *,
    name: str = "permits.csv",
    dataset: str | None = None,
    encoding: str | None = None,
) -> ImportFile:
    sent = content.encode() if isinstance(content, str) else content
    stored = uploads.keep(portal, io.BytesIO(sent), filename=name)
    look = looked(portal, stored, encoding or "utf-8")
    with portal.writing(actor) as work:
        editable = None if dataset is None else datasets.editable(work, dataset)
        return imports.add(work, look, editable)


def looked(portal: Portal, stored: StoredFile, encoding: str) -> Look:
    """What `imports.look` finds, without a process of its own."""
    kind = looking.kind_of(stored.filename)
    if kind is FileKind.OTHER:
        return Look(stored, kind, encoding)
    cells = {FileKind.XLSX: "sent", FileKind.XLS: "texts"}.get(kind)
    params = {"encoding": encoding} if cells is None else {"cells": cells}
    ask = surveying.of_csv if kind is FileKind.CSV else surveying.of_sheet
    with tempfile.TemporaryDirectory() as folder, portal.blobs.local(stored.digest) as path:
        found = ask(Source(path, stored.filename, params), Path(folder), Bounds(2000, 1 << 20, rows=5), 5)
    guessed = found.kinds or guessed_types(found.rows, len(found.columns))
    return Look(
        stored, kind, encoding, found.params, found.dialect, found.columns, found.rows, tuple(guessed)
    )


def an_import(
    portal: Portal, actor: Actor, dataset: str, file: ImportFile | int, key_column: str | None = None
) -> Job:
    """The job of an import, none of its steps taken."""
    file_id = file if isinstance(file, int) else file.id
    with portal.writing(actor) as work:
        job = importing.queue(work, datasets.editable(work, dataset), file_id, key_column=key_column)
        return _job(portal, job.uid, job.kind)


def imported(portal: Portal, actor: Actor, dataset: str, file: ImportFile | int) -> str:
    """Import a file; returns the state at the end."""
    return an_import(portal, actor, dataset, file).run()


def _job(portal: Portal, uid: str, kind: str) -> Job:
    return Job(portal, uid, next(plan for plan in publishing_jobs.plans(portal) if plan.kind == kind))


def cells(portal: Portal, actor: Actor, dataset: str) -> list[Any]:
    """The rows as they were sent, in their order."""
    with portal.reading(actor) as work:
        return [one.values for one in columns.page(work, datasets.readable(work, dataset), limit=1000).rows]


def keys(portal: Portal, actor: Actor, dataset: str) -> list[Any]:
    with portal.reading(actor) as work:
        return [one.key for one in columns.page(work, datasets.readable(work, dataset), limit=1000).rows]


def sent(portal: Portal, actor: Actor, dataset: str, *rows: Sequence[Any], key: str | None = None) -> None:
    """Write rows live."""
    with portal.reading(actor) as work:
        some = [SentRow(list(row), key) if key else SentRow(list(row)) for row in rows]
        columns.write(work, datasets.editable(work, dataset), some)
