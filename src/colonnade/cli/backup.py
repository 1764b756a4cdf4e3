"""`colonnade backup` and `colonnade restore`."""

import sys
from functools import partial
from pathlib import Path

import click

from colonnade.cli.doctor import examine
from colonnade.cli.portal import data_option, existing, settings_from
from colonnade.cli.waiting import PROBLEMS, failing_apart, finished
from colonnade.core.upkeep import restoring
from colonnade.core.upkeep import service as upkeep

_folder = click.Path(path_type=Path)


@click.command()
@click.argument("dest", type=_folder)
@data_option
def backup(dest: Path, data: Path | None) -> None:
    """Copy everything into the new folder DEST, while a server runs or not.

    Exits with 0 when all was copied, with 1 when something that no reader sees was left out, with 2 when there is no
    backup.
    """
    with failing_apart():
        settings = existing(data)
        job = finished(settings, partial(upkeep.backup, target=dest.absolute()))
        made = job.progress["made"]
    for line in made["skipped"]:
        click.echo(f"Left out: {line}")
    click.echo(f"{made['generations']} generations and {made['files']} files are in {dest}.")
    sys.exit(PROBLEMS if made["skipped"] else 0)


@click.command()
@click.argument("src", type=_folder)
@data_option
def restore(src: Path, data: Path | None) -> None:
    """Make a portal again of the backup SRC, in an empty or new folder, and check it.

    Exits with 0 when all is well, with 1 when the check found something, with 2 when nothing was restored.
    """
    with failing_apart():
        settings = settings_from(data)
        count = restoring.restore(src, settings.data, last=settings.catalogue_file.name)
        click.echo(f"{count} files were restored into {settings.data}.")
        is_well = examine(settings)
    sys.exit(0 if is_well else PROBLEMS)
