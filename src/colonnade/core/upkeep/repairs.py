"""Mending what a check found, where that loses no row."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import orjson

from colonnade.core import blobs
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import checking as datastore
from colonnade.core.jobs import service as jobs
from colonnade.core.nodes import checking as nodes
from colonnade.core.tables import service as tables
from colonnade.core.upkeep import checks, inventory
from colonnade.core.upkeep.model import Finding, Trouble
from colonnade.core.work import SYSTEM, Portal
from colonnade.disk import sync
from colonnade.errors import Conflict, NotFound, PortalError, Unavailable
from colonnade.generation import MANIFEST_FILE, GenerationRef


def repair(portal: Portal, findings: tuple[Finding, ...]) -> list[Finding]:
    """Do what can be done. Returns what was tried; whether it helped, the next check says."""
    tried = [one for one in findings if one.is_repairable]
    for one in tried:
        with suppress(PortalError):  # it went meanwhile, or cannot be mended: the next check tells
            _REPAIRS[one.trouble](portal, one.target)
    return tried


def fall_back(portal: Portal, name: str) -> str:
    """Let the newest sound kept generation count in the place of a broken one, or none if there is none.

    `name`: a table's uid, or its dataset's slug. Returns what was done, in a sentence. Raises `NotFound`, and `Conflict`
    when the current generation is sound or there is none.
    """
    stock = inventory.take(portal)
    seen = next((one for one in stock.tables if name in {one.uid, one.name}), None)
    if seen is None:
        raise NotFound(f"There is no dataset {name} with rows.", code="table.unknown")
    broken = {
        one.target for one in checks.table(portal, seen) if one.trouble in {Trouble.CURRENT, Trouble.KEPT}
    }
    current = f"{seen.uid}/{seen.table.current}"
    if seen.table.current is None or not broken & {current, seen.uid}:
        raise Conflict(f"{seen.name} has no broken rows to fall back from.", code="generation.sound")
    sound = [one.number for one in seen.ready if f"{seen.uid}/{one.number}" not in broken]
    number = sound[-1] if sound else None
    with tables.latch(portal, seen.uid), portal.writing(SYSTEM) as work:
        if tables.table(work, seen.uid).current != seen.table.current:
            raise Conflict(f"{seen.name} was published meanwhile.", code="table.swapped")
        tables.fall_back(work, seen.uid, number)
        dataset_id = seen.table.dataset_id
        dataset = None if dataset_id is None else datasets.by_id(work, dataset_id)
        if dataset is not None:
            datasets.note_change(work, dataset)
    what = "it has no rows now" if number is None else f"generation {number} counts now"
    return f"{seen.name}: {what}, in the place of {seen.table.current}."


def _index(portal: Portal, target: str) -> None:
    ref = _ref(target)
    with portal.reading(SYSTEM) as work:
        schema = tables.generation(work, ref).schema
    portal.rows.repair_index(ref, schema)


def _overview(portal: Portal, _target: str) -> None:
    if portal.overview is not None:
        portal.overview.begin_anew()


def _manifest(portal: Portal, target: str) -> None:
    """The catalogue has all of it."""
    ref = _ref(target)
    with portal.reading(SYSTEM) as work:
        generation = tables.generation(work, ref)
    folder = tables.folder(portal, ref)
    aside = folder / f"{MANIFEST_FILE}.new"
    aside.write_bytes(orjson.dumps({"schema": generation.fields, **generation.report}))
    sync(aside)
    aside.replace(folder / MANIFEST_FILE)
    sync(folder)


def _kept(portal: Portal, target: str) -> None:
    tables.discard(portal, _ref(target))


def _unfinished(portal: Portal, target: str) -> None:
    tables.abandon(portal, _ref(target))


def _stray(portal: Portal, target: str) -> None:
    path = portal.settings.data / target
    table_uid = path.relative_to(portal.settings.generations_folder).parts[0]
    # Under the latch nobody makes a generation, so that what is unknown now is nobody's.
    with tables.latch(portal, table_uid):
        if path in tables.strays(portal):
            portal.retention.remove(partial(_remove, path))


def _unused_file(portal: Portal, target: str) -> None:
    portal.retention.remove(partial(blobs.remove_unused, portal, (target,)))


def _nodes(portal: Portal, _target: str) -> None:
    nodes.mend(portal)
    datastore.mend(portal)


def _scratch(portal: Portal, target: str) -> None:
    _remove(portal.settings.data / target)


def _job(portal: Portal, target: str) -> None:
    runner = portal.runner
    assert runner is not None, "without a runner no job is found to be lost"
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, target)
        if job.is_active and runner.is_over(job.uid):
            jobs.fail(job, Unavailable("The job ended without a result.", code="job.lost"))
    if job.is_active:
        runner.start(job.kind, job.uid)


_REPAIRS: Mapping[Trouble, Callable[[Portal, str], None]] = {
    Trouble.INDEX: _index,
    Trouble.OVERVIEW: _overview,
    Trouble.MANIFEST: _manifest,
    Trouble.KEPT: _kept,
    Trouble.UNFINISHED: _unfinished,
    Trouble.STRAY: _stray,
    Trouble.UNUSED_FILE: _unused_file,
    Trouble.SCRATCH: _scratch,
    Trouble.JOB: _job,
    Trouble.NODES: _nodes,
}


def _ref(target: str) -> GenerationRef:
    table_uid, _, number = target.partition("/")
    return GenerationRef(table_uid, int(number))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
