"""`colonnade jobs`: what runs, what ran, and stopping it."""

import json
import time
from pathlib import Path
from typing import Any

import click

from colonnade.cli.portal import command_portal, command_work, data_option
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs_service
from colonnade.core.jobs.model import ENDED, Job, Kind, State
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.errors import Unavailable

POLL_SECONDS = 0.5


@click.group()
def jobs() -> None:
    """Jobs of the portal."""


@jobs.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@click.option("--active", is_flag=True, help="Only those that are not over.")
@click.option("--kind", type=click.Choice([one.value for one in Kind]), help="Only those of this kind.")
@data_option
def list_jobs(limit: int, active: bool, kind: str | None, data: Path | None) -> None:
    """The latest jobs, newest first: id, kind, dataset, state, since when (UTC); below it why it ended so."""
    with command_portal(data) as portal, portal.reading(SYSTEM) as work:
        for job in jobs_service.recent(work, limit, kind=kind, is_active=active):
            click.echo(
                f"{job.uid}\t{job.kind}\t{_slug(work, job)}\t{job.state}\t{job.since:%Y-%m-%d %H:%M:%S}"
            )
            if job.message:
                click.echo(f"\t{job.message}")


@jobs.command("show")
@click.argument("uid")
@data_option
def show_job(uid: str, data: Path | None) -> None:
    """All that is known of a job."""
    with command_portal(data) as portal, portal.reading(SYSTEM) as work:
        job = jobs_service.get(work, uid)
        facts: dict[str, Any] = {
            "id": job.uid,
            "kind": job.kind,
            "dataset": _slug(work, job),
            "state": job.state,
            "message": job.message,
            "asked by": job.created_by or "the portal",
            "asked at": f"{job.created_at:%Y-%m-%d %H:%M:%S} UTC",
            "ended at": f"{job.ended_at:%Y-%m-%d %H:%M:%S} UTC" if job.ended_at else None,
            **job.params,
            **job.progress,
        }
        hidden = {"into", "percent"} if job.state == State.DONE else {"into"}
    for name, value in facts.items():
        if value is not None and name not in hidden:
            text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            click.echo(f"{name:12}{text}")


@jobs.command("abort")
@click.argument("uid")
@data_option
def abort_job(uid: str, data: Path | None) -> None:
    """Ask a running job to stop. What was published before stays as it is."""
    with command_work(data) as work:
        job = jobs_service.get(work, uid)
        jobs_service.advance(job, State.ABORTED if job.state == State.QUEUED else State.ABORTING)
    click.echo(f"Asked {uid} to stop.")


@jobs.command("wait")
@click.argument("uid")
@click.option("--seconds", default=3600.0, show_default=True, help="How long at most.")
@data_option
def wait_for_job(uid: str, seconds: float, data: Path | None) -> None:
    """Return when a job is over; fails when it did not end well."""
    until = time.monotonic() + seconds
    with command_portal(data) as portal:
        while (job := _job(portal, uid)).state not in ENDED:
            if time.monotonic() > until:
                raise Unavailable(f"The job is still {job.state}.", code="job.late")
            time.sleep(POLL_SECONDS)
    if job.state != State.DONE:
        raise Unavailable(job.message or f"The job is {job.state}.", code="job.failed")
    click.echo(job.state)


def _job(portal: Portal, uid: str) -> Job:
    with portal.reading(SYSTEM) as work:
        return jobs_service.get(work, uid)


def _slug(work: Work, job: Job) -> str:
    dataset = None if job.dataset_id is None else datasets.by_id(work, job.dataset_id)
    return "-" if dataset is None or dataset.slug is None else dataset.slug
