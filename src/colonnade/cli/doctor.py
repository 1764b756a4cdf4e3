"""`colonnade doctor`: does everything that the portal keeps agree."""

import sys
from functools import partial
from pathlib import Path

import click

from colonnade.cli.portal import data_option, existing
from colonnade.cli.waiting import PROBLEMS, failing_apart, finished
from colonnade.config import Settings
from colonnade.core.upkeep import service as upkeep
from colonnade.core.upkeep.model import Report
from colonnade.db.database import Database
from colonnade.errors import Unavailable


@click.command()
@click.option("--repair", is_flag=True, help="Mend what can be mended without losing a row, and check again.")
@click.option(
    "--fall-back",
    metavar="DATASET",
    multiple=True,
    help="Give up the broken rows of a dataset: an older generation counts in their place, or none.",
)
@data_option
def doctor(repair: bool, fall_back: tuple[str, ...], data: Path | None) -> None:
    """Check rows, indexes, files and catalogue, while a server runs or not.

    Exits with 0 when all is well, with 1 when something is wrong, with 2 when the check failed.
    """
    with failing_apart():
        settings = existing(data)
        is_well = examine(settings, repair=repair, fall_back=fall_back)
    sys.exit(0 if is_well else PROBLEMS)


def examine(settings: Settings, *, repair: bool = False, fall_back: tuple[str, ...] = ()) -> bool:
    """Check a portal and print what is wrong, one thing a line. Returns whether all is well."""
    _expect_readable(settings)
    job = finished(settings, partial(upkeep.check, repair=repair, fall_back=fall_back))
    report = upkeep.report(job)
    if report is None:
        raise Unavailable("The check left no report.", code="check.lost")
    for note in job.progress["notes"]:
        click.echo(note)
    for finding in report.findings:
        click.echo(str(finding))
    click.echo(_summary(report))
    return not report.findings


def _expect_readable(settings: Settings) -> None:
    """Without its catalogue a portal cannot even be asked. Raises `Unavailable`."""
    database = Database(settings.catalogue_file)
    try:
        wrong = database.check()
    finally:
        database.close()
    if wrong:
        raise Unavailable(f"{'; '.join(wrong)}. Restore a backup.", code="catalogue.broken")


def _summary(report: Report) -> str:
    looked = f"{report.generations} generations and {report.files} files were checked."
    if not report.findings:
        return f"All is well: {looked}"
    mendable = sum(one.is_repairable for one in report.findings)
    hint = f" `colonnade doctor --repair` mends {mendable} of them." if mendable else ""
    return f"{len(report.findings)} problems: {looked}{hint}"
