"""`colonnade group`: groups of people and who is in them, while a server runs or not."""

from pathlib import Path

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.nodes import owners
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS
from colonnade.errors import Invalid


@click.group()
def group() -> None:
    """Groups of people. Members may do what was given to their group, such as changing the datasets that name it."""


@group.command("list")
@data_option
def list_groups(data: Path | None) -> None:
    """All groups: identifier, title, user names of the members (* everybody who signs in)."""
    with command_work(data) as work:
        for one, members in people.groups(work):
            names = "*" if one.is_built_in else " ".join(person.username for person in members)
            click.echo(f"{one.uid}\t{one.title}\t{names or '-'}")


@group.command("add")
@click.argument("title")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice(DOMAIN_PERMISSIONS),
    help="That all members have portal-wide.",
)
@click.option(
    "--hidden", is_flag=True, help="Its members and administrators alone see that there is such a group."
)
@data_option
def add_group(title: str, permissions: tuple[str, ...], *, hidden: bool, data: Path | None) -> None:
    """Add a group and print its identifier, which is made of the title. Everybody may see that there is such a group, and
    its title; what its datasets say of themselves is their own business."""
    if not title.strip():
        raise Invalid("A group needs a title.", fields={"title": ["A group needs a title."]})
    with command_work(data) as work:
        made = people.add_group(work, title.strip(), permissions=permissions)
        if not hidden:
            owners.publish_group(work, made)
        click.echo(made.uid)


@group.command("join")
@click.argument("group")
@click.argument("usernames", nargs=-1, required=True)
@data_option
def join_group(group: str, usernames: tuple[str, ...], data: Path | None) -> None:
    """Make people members of a group, all of them or, if one is unknown, none. GROUP is its identifier."""
    with command_work(data) as work:
        joined = people.known_group(work, group)
        for username in usernames:
            people.join(work, people.person(work, username), joined)


@group.command("leave")
@click.argument("group")
@click.argument("usernames", nargs=-1, required=True)
@data_option
def leave_group(group: str, usernames: tuple[str, ...], data: Path | None) -> None:
    """End the membership of people in a group, of all of them or of none. GROUP is its identifier."""
    with command_work(data) as work:
        left = people.known_group(work, group)
        for username in usernames:
            people.leave(work, people.person(work, username), left)
