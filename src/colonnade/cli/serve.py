"""`colonnade serve`."""

import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import uvicorn

from colonnade import app
from colonnade.cli.portal import data_option, settings_from
from colonnade.config import Settings
from colonnade.core.jobs import service as jobs
from colonnade.core.people.service import FirstAdministrator
from colonnade.core.usage import service as usage
from colonnade.core.work import SYSTEM
from colonnade.http.statuslines import StatusLines
from colonnade.logs import set_up

log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@data_option
def serve(host: str, port: int, data: Path | None) -> None:
    """Serve the portal in a data folder; an empty folder becomes a new portal."""
    set_up()
    settings = replace(settings_from(data), address=address_of(host, port))
    if settings.mail_url is not None and settings.public_url is None:
        log.warning("COLONNADE_PUBLIC_URL is not set: links in letters lead to %s", settings.address)
    running = app.start(settings)
    if running.first is not None:
        show_first(running.first)
    click.echo(f"Colonnade serves {settings.data} at http://{host}:{port}/", err=True)
    run(running, settings, host, port)


def address_of(host: str, port: int) -> str | None:
    """What leads to a server that listens there, from the same machine at least. None: the system chooses the port."""
    if not port:
        return None
    name = "localhost" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104 - it is looked for, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def run(running: app.Running, settings: Settings, host: str, port: int) -> None:
    """Serve until a signal; then close what is open. A build that is under way goes on at the next start."""
    # Uploads are spooled here while they arrive: on the data's disk, cleared at start.
    spool = settings.scratch_folder / "uploads"
    spool.mkdir(exist_ok=True)
    tempfile.tempdir = str(spool)
    proxies = ",".join(str(network) for network in settings.trusted_proxies)
    config = uvicorn.Config(
        running.app,
        host=host,
        port=port,
        http=StatusLines,
        log_config=None,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    with _signals_once():
        uvicorn.Server(config).run()
    with running.portal.reading(SYSTEM) as work:
        is_busy = bool(jobs.active(work))
    if is_busy:
        usage.flush(running.portal)
        # Jobs run in threads that cannot be stopped from outside; every step is safe to cut off, and this is the cut.
        sys.stderr.flush()
        os._exit(0)
    running.close()


@contextmanager
def _signals_once() -> Iterator[None]:
    """Uvicorn sends itself the signal that stopped it once more, which by default would end the process there and then,
    with everything open."""
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def show_first(first: FirstAdministrator) -> None:
    """Print what the first start made up. It is kept nowhere in this form."""
    click.echo("A first administrator was made; this is shown only once:", err=True)
    click.echo(f"  user      {first.username}", err=True)
    if first.password is not None:
        click.echo(f"  password  {first.password}", err=True)
    if first.api_key is not None:
        click.echo(f"  API key   {first.api_key}", err=True)
