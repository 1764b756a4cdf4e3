"""Writes searches down now and then, while a portal serves."""

from functools import partial

from colonnade.core.activity import service
from colonnade.core.repeating import Repeating
from colonnade.core.work import Portal

EVERY_SECONDS = 20.0
"""What a crash loses at most."""


class Writer(Repeating):
    def __init__(self, portal: Portal, seconds: float = EVERY_SECONDS) -> None:
        super().__init__("searches", seconds, partial(service.flush, portal))
