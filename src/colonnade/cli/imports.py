"""`colonnade import`: a data file into a dataset, past the web."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

from colonnade import app
from colonnade.cli.portal import data_option, existing
from colonnade.cli.waiting import failing_apart, waited
from colonnade.core import blobs, uploads
from colonnade.core.columns import service as columns
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.imports.looking import Look
from colonnade.core.jobs.model import Job, State
from colonnade.core.people import service as people
from colonnade.core.publishing import importing
from colonnade.core.work import SYSTEM, Actor, Portal, Work
from colonnade.errors import Conflict, Invalid, NotFound, PortalError, Unavailable

ENCODING_HINT = "Say its encoding by --encoding."


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dataset", "slug", required=True, help="Its identifier (slug).")
@click.option("--encoding", help="Of a CSV file; any that Python knows.  [default: utf-8]")
@click.option(
    "--external-id-column",
    metavar="COLUMN",
    help="The header, or the number from 1, of the column with the ids of the rows: a row with an id that is there"
    " takes the place of that row.",
)
@click.option("--user", "username", help="In whose name.  [default: the first administrator]")
@data_option
def import_file(
    file: Path,
    slug: str,
    encoding: str | None,
    external_id_column: str | None,
    username: str | None,
    data: Path | None,
) -> None:
    """Add the rows of FILE (CSV, XLS, XLSX) to a dataset, however large it is, while a server runs or not.

    Exits with 2 when nothing was imported.
    """
    with failing_apart(), ExitStack() as cleanup:
        settings = existing(data)
        reached = app.reach(settings, cleanup)
        portal = reached.portal
        actor = actor_of(portal, username)
        with portal.reading(actor) as work:
            datasets.editable(work, slug)  # before all the work
        look = _look(portal, file, encoding)
        job = _queued(portal, actor, slug, look, external_id_column)
        reached.sender.send(job.kind, job.uid)
        ended = waited(settings, reached, job.uid)
        if ended.state != State.DONE:
            importing.remove(portal, actor, ended.params["import_id"])
            blobs.clear(portal, [look.stored.digest])
            message = ended.message or f"The import is {ended.state}."
            if ended.progress.get("failure", {}).get("code") == "file.encoding":
                message = f"{message.rstrip('.')}. {ENCODING_HINT}"
            raise Unavailable(message, code="import.failed")
        rows = ended.progress["rows"]
    click.echo(f"{rows:,} rows of {file.name} are in {slug}.")
    sys.exit(0)


def actor_of(portal: Portal, username: str | None) -> Actor:
    """In whose name a command works. Raises `NotFound`."""
    with portal.reading(SYSTEM) as work:
        if username is not None:
            return people.actor_of(work.db, people.person(work, username))
        actors = (people.actor_of(work.db, one) for one in people.people(work) if one.is_active)
        found = next((one for one in actors if people.is_superuser(one)), None)
    if found is None:
        raise NotFound("There is no administrator; say in whose name with --user.", code="person.unknown")
    return found


def _look(portal: Portal, file: Path, encoding: str | None) -> Look:
    """Take the file up, of whatever size, and look at it. What cannot be read is not kept."""
    with file.open("rb") as content:
        limit = portal.settings.max_generation_bytes
        stored = uploads.keep(portal, content, filename=file.name, limit=limit)
    try:
        return imports.look(portal, stored, encoding)
    except PortalError as error:
        blobs.clear(portal, [stored.digest])
        if error.code == "import.encoding":
            raise Invalid(f"{error.message.rstrip('.')}. {ENCODING_HINT}", code=error.code) from error
        raise


def _queued(portal: Portal, actor: Actor, slug: str, look: Look, key_column: str | None) -> Job:
    try:
        with portal.writing(actor) as work:
            editable = datasets.editable(work, slug)
            added = imports.add(work, look, editable)
            _check_headers(work, editable.dataset.id, look.columns)
            return importing.queue(work, editable, added.id, key_column=key_column)
    except PortalError:
        blobs.clear(portal, [look.stored.digest])
        raise


def _check_headers(work: Work, dataset_id: int, headers: Sequence[str] | None) -> None:
    """Raises `Conflict` that tells both headers where the importing itself would tell only that they differ."""
    known = columns.known(work, dataset_id)
    there = [one.name for one in known or ()]
    if known is not None and headers is not None and there != [*headers]:
        told = f"There are {', '.join(there)}; the file has {', '.join(headers)}."
        message = f"The columns in this file do not match those in the dataset. {told}"
        raise Conflict(message, code="import.columns")
