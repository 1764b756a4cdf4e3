"""`colonnade migrate`: what stands on another portal comes into this one."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colonnade import app
from colonnade.cli.imports import actor_of
from colonnade.cli.portal import data_option, existing
from colonnade.cli.waiting import LOOK_SECONDS, POLL_SECONDS, failing_apart
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import JobQueued, Kind
from colonnade.core.work import SYSTEM, Event, Portal
from colonnade.errors import Unavailable
from colonnade.moving import report
from colonnade.moving.rows import Awaited, Rowing
from colonnade.moving.running import PARALLEL, Run, Told
from colonnade.moving.site import opened
from colonnade.moving.wire import WAITS

SHOWN = 20
"""Problems that are printed; all are in the file of the report."""
STALLED_SECONDS = 3600.0
"""So long a server may take for one import."""


@click.group()
def migrate() -> None:
    """Bring in what stands on another portal."""


@migrate.command("dkan")
@click.argument("url")
@click.option("--user", "username", help="Who signs in there, to bring in what is not published, too.")
@click.option("--password", help="Of that user; asked for if it is not given.")
@click.option(
    "--as", "owner", metavar="USERNAME", help="In whose name here.  [default: the first administrator]"
)
@click.option(
    "--parallel", type=click.IntRange(1, 16), default=PARALLEL, show_default=True, help="Requests at a time."
)
@click.option(
    "--patience",
    type=click.FloatRange(0, 600),
    default=1.0,
    show_default=True,
    help="Seconds before a request that failed is repeated; then 5 and 20 times as long.",
)
@click.option(
    "--report",
    "path",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Also write what could not come into this CSV file.",
)
@click.option(
    "--numbers",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="Also write what number each thing has there and here into this CSV file.",
)
@data_option
def migrate_dkan(
    url: str,
    username: str | None,
    password: str | None,
    owner: str | None,
    parallel: int,
    patience: float,
    path: Path | None,
    numbers: Path | None,
    data: Path | None,
) -> None:
    """Bring in the datasets, resources, files, groups, tags and licences of the DKAN 7 site at URL.

    Runs while a server runs or not, and ends when the rows are in. What was cut off goes on where it was; what came
    already is left alone unless it changed there. Exits with 1 when something could not come, with 2 when nothing could be done.
    """
    if username is not None and password is None:
        password = click.prompt("Password", hide_input=True, err=True)
    with failing_apart(), ExitStack() as cleanup:
        settings = existing(data)
        reached = app.reach(settings, cleanup)
        actor = actor_of(reached.portal, owner)
        site = opened(
            url,
            allow_private=settings.allow_private_fetch,
            max_file_bytes=settings.max_upload_bytes,
            sign_in=None if username is None else (username, password or ""),
            waits=[patience * one for one in WAITS],
        )
        queue = _Queue(reached, settings.builds)
        app.follow(reached, queue.heard)
        with _progress() as tell:

            def told(step: Told) -> None:
                tell(step)
                queue.begin_some()

            try:
                Run(reached.portal, actor, site, told, parallel).bring()
                queue.finish(tell, Rowing(reached.portal, actor, site))
            except KeyboardInterrupt:
                click.echo("What has come is kept; the same command goes on.", err=True)
                raise
        problems = _told(reached, site.base, path)
        if numbers is not None:
            with reached.portal.reading(SYSTEM) as work, _csv(numbers) as out:
                report.write_numbers(out, work, site.base)
    raise SystemExit(1 if problems else 0)


@dataclass
class _Queue:
    """Jobs that make rows of files. A server does them at its own pace; without one they are done here, a few at a time.
    Threads of jobs queue others."""

    reached: app.Reached
    at_once: int
    waiting: deque[JobQueued] = field(default_factory=deque)
    begun: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)

    def heard(self, portal: Portal, event: Event) -> None:
        del portal
        assert isinstance(event, JobQueued)
        self._take(event)

    def _take(self, job: JobQueued) -> None:
        if job.uid not in self.known:
            self.known.add(job.uid)
            self.waiting.append(job)

    def begin_some(self) -> None:
        """Hand on what may begin now."""
        if self.begun and not self.reached.is_served:
            with self.reached.portal.reading(SYSTEM) as work:
                self.begun = [one for one in self.begun if jobs.get(work, one).is_active]
        while self.waiting and (self.reached.is_served or len(self.begun) < self.at_once):
            job = self.waiting.popleft()
            self.reached.sender.send(job.kind, job.uid)
            self.begun.append(job.uid)

    def finish(self, tell: Callable[[Told], None], rowing: Rowing) -> None:
        """Wait until the rows are in, whoever brings them in, and then for what else is done here. Raises `Unavailable` when
        a server went away, or stands still."""
        self._see_to(tell, rowing)
        self.begin_some()
        while not self.reached.is_served and (self.waiting or self.begun):
            while self.waiting or self.begun:
                time.sleep(POLL_SECONDS)
                self.begin_some()
            self.reached.sender.close()  # the end of one may be the beginning of another

    def _see_to(self, tell: Callable[[Told], None], rowing: Rowing) -> None:
        awaited = deque(rowing.awaited())
        total = len(awaited)
        while awaited:
            tell(Told("Importing", total - len(awaited), total))
            one = awaited.popleft()
            job = rowing.job_of(one)
            if job is not None:
                self._take(JobQueued(job.uid, Kind(job.kind)))  # a run that was cut off has left it
            if not self._waited(rowing, one):
                awaited.append(one)

    def _waited(self, rowing: Rowing, one: Awaited) -> bool:
        """Wait for an import. False: another one of the same rows was asked for, whose turn is later."""
        imports, since, looked = one.imports, time.monotonic(), time.monotonic()
        self.begin_some()
        while not rowing.is_settled(one):
            self.begin_some()
            if one.imports > imports:
                return False
            time.sleep(POLL_SECONDS)
            if time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                self._expect_progress(looked - since)
        return True

    def _expect_progress(self, seconds: float) -> None:
        if not self.reached.is_served:
            return
        if not app.is_served(self.reached.portal.settings):
            raise Unavailable("The server stopped. Run this again to go on.", code="server.gone")
        if seconds > STALLED_SECONDS:
            message = "The server does not import the rows. Run this again to wait for them."
            raise Unavailable(message, code="server.slow")


@contextmanager
def _progress() -> Iterator[Callable[[Told], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)

        def tell(told: Told) -> None:
            progress.update(task, description=told.what, completed=told.done, total=told.total)

        yield tell


def _told(reached: app.Reached, address: str, path: Path | None) -> int:
    """Print what came and what did not; returns how many problems there are."""
    with reached.portal.reading(SYSTEM) as work:
        for one in report.sums(work, address):
            click.echo(one.told())
        first = list(islice(report.troubles(work, address), SHOWN + 1))
        for problem in first[:SHOWN]:
            click.echo(report.line(problem), err=True)
        problems = len(first)
        if problems > SHOWN:
            click.echo("...", err=True)
        if path is not None:
            with _csv(path) as out:
                problems = report.write(out, work, address)
    if problems:
        where = (
            f"All of them are in {path}." if path is not None else "--report FILE writes down all of them."
        )
        click.echo(f"Not everything could come. {where}", err=True)
    return problems


def _csv(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="")
