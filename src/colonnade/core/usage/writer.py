"""Writes the counters down now and then, while a portal serves."""

from functools import partial

from colonnade.core.repeating import Repeating
from colonnade.core.usage import service
from colonnade.core.work import Portal

EVERY_SECONDS = 60.0
"""What a crash loses at most."""


class Writer(Repeating):
    """Writes what is new every so often, and once more when it is closed."""

    def __init__(self, portal: Portal, seconds: float = EVERY_SECONDS) -> None:
        super().__init__("usage", seconds, partial(service.flush, portal))
