"""How a command has a job done and waits for its end, whoever does it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click
from rich.console import Console
from rich.progress import Progress

from colonnade import app
from colonnade.config import Settings
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, State
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.errors import PortalError, Unavailable

POLL_SECONDS = 0.2
LOOK_SECONDS = 3.0
"""How often a command that waits for a server looks whether there still is one."""

PROBLEMS, FAILURE = 1, 2
"""Exit codes: something is wrong with the portal; the command could not do its work."""


@contextmanager
def failing_apart() -> Iterator[None]:
    """Exit with `FAILURE`, so that a script can tell it from problems that were found."""
    try:
        yield
    except PortalError as error:
        click.echo(f"colonnade: {error.message}", err=True)
        sys.exit(FAILURE)


def finished(settings: Settings, queue: Callable[[Work], Job]) -> Job:
    """Queue a job and return it at its end. Raises `Unavailable` when it failed or was stopped."""
    with ExitStack() as cleanup:
        reached = app.reach(settings, cleanup)
        with reached.portal.writing(SYSTEM) as work:
            job = queue(work)
        reached.sender.send(job.kind, job.uid)
        ended = waited(settings, reached, job.uid)
    if ended.state != State.DONE:
        raise Unavailable(ended.message or f"The job is {ended.state}.", code="job.failed")
    return ended


def waited(settings: Settings, reached: app.Reached, uid: str) -> Job:
    """Show how far a job is until its end, whatever that is. Raises `Unavailable` when the server goes away."""
    console = Console(stderr=True)
    looked = time.monotonic()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        while (job := _job(reached.portal, uid)).is_active:
            told = job.progress
            if "percent" in told:
                progress.update(task, description=job.message or "", completed=told["percent"], total=100)
            else:
                what = told.get("what", job.message or "")
                progress.update(task, description=what, completed=told.get("done"), total=told.get("total"))
            if reached.is_served and time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                _expect_server(settings, reached.portal, uid)
            _pause(reached, uid)
    return job


def _pause(reached: app.Reached, uid: str) -> None:
    """An interrupted command stops what it does itself; what a server does goes on."""
    try:
        time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        if reached.is_served:
            click.echo(f"The server goes on with it; `colonnade jobs abort {uid}` stops it.", err=True)
            raise
        with reached.portal.writing(SYSTEM) as work:
            job = jobs.get(work, uid)
            if job.state == State.PROCESSING:
                jobs.advance(job, State.ABORTING)


def _expect_server(settings: Settings, portal: Portal, uid: str) -> None:
    if app.is_served(settings):
        return
    with portal.writing(SYSTEM) as work:
        job = jobs.get(work, uid)
        if not job.is_active:
            return
        if job.state == State.QUEUED:
            jobs.advance(job, State.ABORTED)
            raise Unavailable("The server stopped before it began; ask again.", code="server.gone")
    raise Unavailable("The server stopped; it goes on with this when it starts again.", code="server.gone")


def _job(portal: Portal, uid: str) -> Job:
    with portal.reading(SYSTEM) as work:
        return jobs.get(work, uid)
