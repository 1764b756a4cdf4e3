"""Clearing away, every night, the data files that no dataset ever took, and the managed ones that no node did."""

from functools import partial
from typing import Any

from colonnade.core.imports import service
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs import telling
from colonnade.core.jobs.model import Kind, State
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import PortalError
from colonnade.jobs.port import Done, Plan, Step


def plan(portal: Portal) -> Plan:
    return Plan(
        Kind.TIDY,
        (Step("clear", partial(clear, portal)),),
        failed=partial(failed, portal),
        ended=lambda _uid: None,
    )


def clear(portal: Portal, uid: str, done: Done) -> Any:
    """The contents go after the commit, as those of files that people remove."""
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.state == State.QUEUED:
            telling.begun(work, job)
        if job.state == State.PROCESSING:
            jobs.progress(work, job, cleared=service.clear_orphans(work) + managedfiles.clear_orphans(work))
            telling.done(work, job)
    return None


def failed(portal: Portal, uid: str, error: PortalError) -> None:
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if job.is_active:
            telling.failed(work, job, error)
