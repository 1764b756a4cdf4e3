"""`colonnade`: the commands, and how their failures are told."""

import sys

import click

from colonnade import __version__
from colonnade.cli.alerts import alerts
from colonnade.cli.backup import backup, restore
from colonnade.cli.categories import category
from colonnade.cli.demo import demo
from colonnade.cli.doctor import doctor
from colonnade.cli.groups import group
from colonnade.cli.imports import import_file
from colonnade.cli.jobs import jobs
from colonnade.cli.keys import key
from colonnade.cli.migrate import migrate
from colonnade.cli.serve import serve
from colonnade.cli.terms import licence, theme
from colonnade.cli.users import user
from colonnade.errors import PortalError


@click.group()
@click.version_option(__version__, prog_name="colonnade")
def colonnade() -> None:
    """A data portal server: one hall of data behind many doors."""


for command in (
    serve,
    demo,
    user,
    group,
    key,
    theme,
    licence,
    category,
    alerts,
    import_file,
    migrate,
    jobs,
    doctor,
    backup,
    restore,
):
    colonnade.add_command(command)


def main() -> None:
    """Run a command; what a person can mend is told in a line, without a trace."""
    try:
        colonnade()
    except PortalError as error:
        click.echo(f"colonnade: {error.message}", err=True)
        sys.exit(1)
