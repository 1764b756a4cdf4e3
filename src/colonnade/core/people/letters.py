"""Letters to people about how they come in."""

from datetime import datetime

from colonnade.config import Settings
from colonnade.core.mail.model import Letter
from colonnade.core.mail.service import site_of
from colonnade.core.people.model import Person

ACTIVATE = "/account/activate/{key}/"
RESET = "/account/reset/{key}/"
"""Paths of the pages behind the links."""


def welcome(settings: Settings, person: Person, key: str, ends_at: datetime) -> Letter:
    text = f"""Welcome to {settings.title}.

An account was made for you. Open this page to choose a password:

{site_of(settings)}{ACTIVATE.format(key=key)}

The link works once, until {_day(ends_at)}. You sign in with {person.email}.
"""
    return Letter(person.email, f"Welcome to {settings.title}, please activate your account", text)


def forgotten(settings: Settings, person: Person, key: str, ends_at: datetime) -> Letter:
    text = f"""Somebody, probably you, asked for a new password at {settings.title}.

Open this page to choose one:

{site_of(settings)}{RESET.format(key=key)}

The link works once, until {_day(ends_at)}. If it was not you, do nothing: your password stays as it is.
"""
    return Letter(person.email, "Forgotten password", text)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
