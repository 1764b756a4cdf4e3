"""`colonnade migrate`: what stands on another portal comes into this one."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from colonnade import app
from colonnade.cli.imports import actor_of
from colonnade.cli.portal import data_option, existing
from colonnade.cli.waiting import POLL_SECONDS, failing_apart
from colonnade.core.jobs import service as jobs
from colonnade.core.work import SYSTEM
from colonnade.moving import report
from colonnade.moving.running import PARALLEL, Run, Told
from colonnade.moving.site import opened
from colonnade.moving.wire import WAITS

SHOWN = 20
"""Problems that are printed; all are in the file of the report."""


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
@data_option
def migrate_dkan(
    url: str,
    username: str | None,
    password: str | None,
    owner: str | None,
    parallel: int,
    patience: float,
    path: Path | None,
    data: Path | None,
) -> None:
    """Bring in the datasets, resources, files, groups, tags and licences of the DKAN 7 site at URL.

    Runs while a server runs or not. What was cut off goes on where it was; what came already is left alone unless it
    changed there. Exits with 1 when something could not come, with 2 when nothing could be done.
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
        with _progress() as tell:
            Run(reached.portal, actor, site, tell, queue.send, parallel).bring()
            queue.finish(tell)
        problems = _told(reached, site.base, path)
    raise SystemExit(1 if problems else 0)


@dataclass
class _Queue:
    """Jobs that imports are queued as. A server does them at its own pace; without one they are done here, a few at a
    time."""

    reached: app.Reached
    at_once: int
    pending: list[str] = field(default_factory=list)

    def send(self, kind: str, uid: str) -> None:
        if not self.reached.is_served:
            while len(self.pending) >= self.at_once:
                self._look()
        self.reached.sender.send(kind, uid)
        self.pending.append(uid)

    def finish(self, tell: Callable[[Told], None]) -> None:
        if self.reached.is_served:
            return  # they may take hours, and go on without this command
        total = len(self.pending)
        while self.pending:
            tell(Told("Importing", total - len(self.pending), total))
            self._look()

    def _look(self) -> None:
        with self.reached.portal.reading(SYSTEM) as work:
            self.pending = [one for one in self.pending if jobs.get(work, one).is_active]
        if self.pending:
            time.sleep(POLL_SECONDS)


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
            with path.open("w", encoding="utf-8", newline="") as out:
                problems = report.write(out, work, address)
    if problems:
        where = (
            f"All of them are in {path}." if path is not None else "--report FILE writes down all of them."
        )
        click.echo(f"Not everything could come. {where}", err=True)
    return problems
