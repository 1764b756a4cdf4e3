"""Removing what a deleted dataset owned, once nothing runs on it any more."""

import time
from functools import partial
from typing import Any

from colonnade.core import blobs
from colonnade.core.alerts import service as alerts
from colonnade.core.attachments import service as attachments
from colonnade.core.columns import service as columns
from colonnade.core.extracts import service as extracts
from colonnade.core.feedback import service as feedback
from colonnade.core.imports import service as imports
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.resources import service as resources
from colonnade.core.steps import service as steps
from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import PortalError
from colonnade.jobs.port import Done, Plan, Step

WAIT_SECONDS = 0.2


def plan(portal: Portal) -> Plan:
    return Plan(
        Kind.DELETE,
        (Step("wait", partial(wait, portal)), Step("remove", partial(remove, portal))),
        failed=partial(failed, portal),
        ended=lambda _uid: None,
    )


def wait(portal: Portal, uid: str, done: Done) -> Any:
    """Until the dataset's own job has stopped: it was asked to when the dataset was deleted."""
    while True:
        with portal.writing(SYSTEM) as work:
            job = jobs.get(work, uid)
            if job.state == State.QUEUED:
                jobs.advance(job, State.DELETING)
            running = jobs.latest(work, job.params["dataset_id"])
        if running is None or not running.is_active:
            return None
        time.sleep(WAIT_SECONDS)


def remove(portal: Portal, uid: str, done: Done) -> Any:
    with portal.reading(SYSTEM) as work:
        job = jobs.get(work, uid)
        dataset_id = job.params["dataset_id"]
        table_uids = [one.uid for one in tables.tables_of(work, dataset_id)]
    for table_uid in table_uids:
        tables.remove(portal, table_uid)
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.is_active:
            steps.remove_all(work, dataset_id)
            feedback.remove_all(work, dataset_id)
            alerts.remove_of(work, dataset_id)
            columns.remove_all(work, dataset_id)
            digests = [
                digest
                for feature in (resources, attachments, imports, extracts)
                for digest in feature.remove_all(work, dataset_id)
            ]
            # Written down with the commit, for a run that is cut off before the blobs are gone.
            jobs.progress(work, job, unused=blobs.unused(work, digests))
            jobs.advance(job, State.DONE)
        unused: list[str] = job.progress.get("unused", [])
    portal.retention.remove(partial(blobs.remove_unused, portal, unused))
    return None


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    with portal.writing(SYSTEM) as work:
        job: Job = jobs.get(work, uid)
        if job.is_active:
            jobs.fail(job, error)
