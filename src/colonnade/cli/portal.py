"""How commands reach a portal: its settings, its catalogue."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from colonnade import app
from colonnade.config import Settings, read_settings
from colonnade.core.mail.model import LetterWritten
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.errors import NotFound

data_option: Callable[..., Any] = click.option(
    "--data", type=click.Path(path_type=Path), help="The data folder [COLONNADE_DATA, ./colonnade-data]."
)


def settings_from(data: Path | None) -> Settings:
    """The settings of the environment, with a folder given on the command line before them."""
    settings = read_settings(os.environ, data=None if data is None else data.absolute())
    for line in settings.warnings:
        logging.getLogger("colonnade").warning(line)
    return settings


def existing(data: Path | None) -> Settings:
    """The settings of a portal that is there. Raises `NotFound`."""
    settings = settings_from(data)
    if not settings.catalogue_file.exists():
        raise NotFound(
            f"There is no portal in {settings.data}; `colonnade serve` makes one.", code="data.none"
        )
    return replace(settings, address=app.address_of(settings))


@contextmanager
def command_portal(data: Path | None) -> Iterator[Portal]:
    """The catalogue of a folder, whether a server is using it or not; the rows are not to be touched.

    Raises `NotFound` where there is no portal.
    """
    settings = existing(data)
    with ExitStack() as cleanup:
        portal = app.parts(settings, cleanup)
        portal.database.migrate()
        portal.handlers = {LetterWritten: (app.deliver,)}
        yield portal


@contextmanager
def command_work(data: Path | None) -> Iterator[Work]:
    """Work that changes the catalogue of a folder. Raises `NotFound` where there is no portal."""
    with command_portal(data) as portal, portal.writing(SYSTEM) as work:
        yield work
