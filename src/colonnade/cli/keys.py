"""`colonnade key`: API keys, while a server runs or not."""

from pathlib import Path

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS


@click.group()
def key() -> None:
    """API keys."""


@key.command("add")
@click.argument("username")
@click.option("--label", default="")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice(DOMAIN_PERMISSIONS),
    help="Cut the key to these permissions; without one it has all of its owner's.",
)
@data_option
def add_key(username: str, label: str, permissions: tuple[str, ...], data: Path | None) -> None:
    """Make a key for a person and print it: it is shown this once."""
    with command_work(data) as work:
        owner = people.person(work, username)
        made, text = people.add_key(work, owner, label=label, permissions=permissions or None)
        uid = made.uid
    click.echo(f"{uid}\t{text}")


@key.command("list")
@click.argument("username")
@data_option
def list_keys(username: str, data: Path | None) -> None:
    """A person's keys, by their endings."""
    with command_work(data) as work:
        for one in people.keys_of(work, people.person(work, username)):
            state = "valid" if one.revoked_at is None else f"revoked {one.revoked_at:%Y-%m-%d}"
            rights = "all" if one.permissions is None else " ".join(one.permissions)
            click.echo(f"{one.uid}\t...{one.ending}\t{state}\t{rights}\t{one.label}")


@key.command("revoke")
@click.argument("uid")
@click.option("--reason", default="")
@data_option
def revoke_key(uid: str, reason: str, data: Path | None) -> None:
    """Make a key invalid for good."""
    with command_work(data) as work:
        people.revoke_key(work, uid, reason)
    click.echo(f"Revoked {uid}.")
