"""`colonnade jobs`: what runs, what ran, and stopping it."""

from pathlib import Path

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs_service
from colonnade.core.jobs.model import Job, State
from colonnade.core.work import Work


@click.group()
def jobs() -> None:
    """Jobs of the portal."""


@jobs.command("list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000))
@data_option
def list_jobs(limit: int, data: Path | None) -> None:
    """The latest jobs, newest first."""
    with command_work(data) as work:
        for job in jobs_service.recent(work, limit):
            click.echo(
                f"{job.uid}\t{job.kind}\t{_slug(work, job)}\t{job.state}\t{job.since:%Y-%m-%d %H:%M:%S}"
            )
            if job.message:
                click.echo(f"\t{job.message}")


@jobs.command("abort")
@click.argument("uid")
@data_option
def abort_job(uid: str, data: Path | None) -> None:
    """Ask a running job to stop. What was published before stays as it is."""
    with command_work(data) as work:
        job = jobs_service.get(work, uid)
        jobs_service.advance(job, State.ABORTED if job.state == State.QUEUED else State.ABORTING)
    click.echo(f"Asked {uid} to stop.")


def _slug(work: Work, job: Job) -> str:
    dataset = None if job.dataset_id is None else datasets.by_id(work, job.dataset_id)
    return "-" if dataset is None or dataset.slug is None else dataset.slug
