"""Secrets of connections and sources, on their way into the catalogue and out of it."""

from collections.abc import Sequence

from colonnade.core.connections.model import Connection, HttpSource
from colonnade.core.connections.values import REQUIRED, GivenConnection, Secret, is_same_origin
from colonnade.core.secrets import Secrets
from colonnade.core.work import Work
from colonnade.errors import Invalid

Given = Sequence[tuple[str, str | None]]


def opened(work: Work, stored: Connection | HttpSource | None) -> Secret:
    """Raises `Unavailable` when the key is not the one that sealed it."""
    if stored is None or stored.sealed is None:
        return Secret()
    return Secret.from_text(_secrets(work).open(stored.sealed))


def sealed(work: Work, secret: Secret) -> str | None:
    """None when there is nothing to seal."""
    return None if secret == Secret() else _secrets(work).seal(secret.to_text())


def settled(work: Work, given: GivenConnection, stored: Connection | None) -> Secret:
    """What is to be kept secret of a connection: what was given, and what is stored where nothing was.

    A stored secret never moves to another server: whoever may change the address would get to read it. Raises
    `Invalid` where one is needed and neither given nor stored for that server.
    """
    place = f"{given.place}." if given.place else ""
    needs_password = given.username is not None and given.password is None
    is_partial = needs_password or any(value is None for _, value in given.headers)
    is_kept = is_partial and stored is not None and is_same_origin(stored.url, given.url)
    kept = opened(work, stored) if is_kept else Secret()
    password = given.password if given.username is not None else None
    if needs_password:
        password = kept.password
    if needs_password and password is None:
        raise Invalid(REQUIRED, fields={f"{place}auth.password": [_missing(stored)]})
    names = stored.header_names if stored is not None and is_kept else []
    return Secret(header_values(given.headers, names, kept, place), password)


def header_values(given: Given, names: Sequence[str], kept: Secret, place: str) -> tuple[str, ...]:
    """The values of the given headers, in order; a missing one is that of the stored header of the name."""
    known = dict(zip((name.lower() for name in names), kept.values, strict=False))
    values = []
    for name, value in given:
        found = known.get(name.lower()) if value is None else value
        if found is None:
            message = f"The header {name} needs a value."
            raise Invalid(message, fields={f"{place}headers": [message]})
        values.append(found)
    return tuple(values)


def _missing(stored: Connection | None) -> str:
    if stored is None or stored.auth_username is None:
        return REQUIRED
    return "The address leads to another server: give the password again."


def _secrets(work: Work) -> Secrets:
    return Secrets(work.settings.secret_file)
