"""`colonnade user`: people, while a server runs or not."""

from pathlib import Path
from typing import BinaryIO

import click

from colonnade.cli.portal import command_work, data_option
from colonnade.core.datasets import leaving
from colonnade.core.people import accounts, enrolling, mailed, passwords, roles
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Person
from colonnade.core.work import Work
from colonnade.errors import Invalid

_role = click.Choice(list(roles.ROLES))


@click.group()
def user() -> None:
    """People of the portal."""


@user.command("list")
@data_option
def list_users(data: Path | None) -> None:
    """Everybody: user name, e-mail address, permissions."""
    with command_work(data) as work:
        for person in people.people(work):
            rights = (
                roles.SUPERUSER if roles.name_of(person) == roles.SUPERUSER else " ".join(person.permissions)
            )
            state = [] if person.is_active else ["inactive"]
            click.echo("\t".join([person.username, person.email, rights or "-", *state]))


@user.command("add")
@click.argument("username")
@click.option("--email", help="Not needed where the user name is one.")
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option("--superuser", "--admin", is_flag=True, help="Give every permission.")
@click.option("--role", type=_role, help="Give the permissions of a role.")
@click.option("--permission", "permissions", multiple=True, type=click.Choice(DOMAIN_PERMISSIONS))
@click.option("--invite", is_flag=True, help="Mail a link to choose a password, instead of setting one.")
@click.option("--password", help="Asked for if it is not given.")
@click.option("--key", is_flag=True, help="Also make an API key of 40 characters and print it, this once.")
@data_option
def add_user(
    username: str,
    email: str | None,
    first_name: str,
    last_name: str,
    superuser: bool,
    role: str | None,
    permissions: tuple[str, ...],
    invite: bool,
    password: str | None,
    key: bool,
    data: Path | None,
) -> None:
    """Add a person. USERNAME may be the e-mail address."""
    granted = {*permissions, *roles.ROLES[roles.SUPERUSER if superuser else role or "user"]}
    typed = (
        None if invite else password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    hashed = None if typed is None else passwords.chosen(typed)
    with command_work(data) as work:
        person = _added(work, username, email, hashed, sorted(granted))
        people.set_names(person, first_name, last_name)
        link = _invited(work, person, is_active=key) if invite else None
        text = enrolling.make_key(work, person) if key else None
    click.echo(f"Added {person.username}.")
    for label, line in (("Link: ", link), ("API key: ", text)):
        if line is not None:
            click.echo(f"{label if link and text else ''}{line}")


@user.command("import")
@click.argument("file", type=click.File("rb"))
@click.option(
    "--keys", is_flag=True, help="Make an API key for each who brings none, and print them, this once."
)
@data_option
def import_users(file: BinaryIO, keys: bool, data: Path | None) -> None:
    """Add the people of a CSV file (- for standard input): all of them or, if a line is wrong, none.

    Its columns: email, first_name, last_name, password, role (user, publisher, superuser), api_key (one that they have
    elsewhere). Without a first line of these names: the first three. Who has no password gets a letter with a link; keys work at once.
    """
    enrolments = enrolling.read(_text(file.read()))
    with command_work(data) as work:
        made = enrolling.enrol(work, enrolments, makes_keys=keys)
    for one in made:
        click.echo("\t".join([one.person.email, *([one.api_key] if one.api_key else [])]))


@user.command("permissions")
@click.argument("username")
@click.argument("permissions", nargs=-1, type=click.Choice(DOMAIN_PERMISSIONS))
@data_option
def set_permissions(username: str, permissions: tuple[str, ...], data: Path | None) -> None:
    """Give a person these portal-wide permissions and no others."""
    with command_work(data) as work:
        people.set_permissions(work, people.person(work, username), permissions)


@user.command("role")
@click.argument("username")
@click.argument("role", type=_role)
@data_option
def set_role(username: str, role: str, data: Path | None) -> None:
    """Give a person the permissions of a role and no others: user (none), publisher (makes datasets), superuser (all).

    Sites of DKAN know authenticated (none), "content creator" (makes datasets), editor (also changes everybody's), "site
    manager" (also says who sees what) and administrator (all).
    """
    with command_work(data) as work:
        roles.give(work, people.person(work, username), role)


@user.command("password")
@click.argument("username")
@click.password_option()
@data_option
def set_password(username: str, password: str, data: Path | None) -> None:
    """Set a person's password; ends the sessions."""
    hashed = passwords.chosen(password)
    with command_work(data) as work:
        people.set_password(work, people.person(work, username), hashed)


@user.command("invite")
@click.argument("username")
@data_option
def invite_user(username: str, data: Path | None) -> None:
    """Mail a link to choose a password, and print it. It works once, for 30 days."""
    with command_work(data) as work:
        person = people.person(work, username)
        link = _invited(work, person, is_active=person.is_active)
    click.echo(link)


@user.command("deactivate")
@click.argument("username")
@data_option
def deactivate_user(username: str, data: Path | None) -> None:
    """Let a person in no longer: sessions end, keys do not work. All else stays."""
    _set_active(username, data, is_active=False)


@user.command("activate")
@click.argument("username")
@data_option
def activate_user(username: str, data: Path | None) -> None:
    """Let a person in again."""
    _set_active(username, data, is_active=True)


@user.command("remove")
@click.argument("username")
@click.confirmation_option(prompt="Keys, notices and alerts go too, datasets stay. Remove this person?")
@data_option
def remove_user(username: str, data: Path | None) -> None:
    """Remove a person for good. Datasets stay."""
    with command_work(data) as work:
        person = people.person(work, username)
        leaving.remove(work, person)
    click.echo(f"Removed {person.username}.")


def _added(
    work: Work, username: str, email: str | None, password: passwords.Hashed | None, granted: list[str]
) -> Person:
    if email is None and not accounts.is_address(username):
        message = "An e-mail address is needed: as the user name, or by --email."
        if "@" in username:
            message = f"{username} is no e-mail address. Give another, or one by --email."
        raise Invalid(message, fields={"email": [message]})
    name = username.lower() if accounts.is_address(username) else username
    return people.add_person(work, name, email=email or name, password=password, permissions=granted)


def _invited(work: Work, person: Person, *, is_active: bool) -> str:
    """`is_active`: before the link is used, too, as a key needs it."""
    person.is_active = is_active
    return mailed.link(work, mailed.invite(work, person))


def _set_active(username: str, data: Path | None, *, is_active: bool) -> None:
    with command_work(data) as work:
        accounts.set_active(work, people.person(work, username), is_active=is_active)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("This file is not UTF-8.", code="people.file") from None
