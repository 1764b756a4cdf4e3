"""`colonnade alerts`: the searches that people are told the new results of."""

from functools import partial
from pathlib import Path

import click

from colonnade.cli.portal import data_option, existing
from colonnade.cli.waiting import finished
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Kind


@click.group()
def alerts() -> None:
    """Searches that people are told the new results of."""


@alerts.command("run")
@data_option
def run_alerts(data: Path | None) -> None:
    """Ask all of them now, as the server does every night at 02:30 UTC, and tell whom they have new rows for."""
    job = finished(existing(data), partial(jobs.queue, kind=Kind.ALERTS, dataset_id=None))
    asked, told = job.progress["alerts"], job.progress["told"]
    click.echo(f"{asked} asked, {told} with something new.")
