"""Parameters of several calls."""

import datetime as dt
import re
from collections.abc import Sequence

from colonnade.dialects.panda.endpoints import Asked
from colonnade.dialects.panda.errors import parameter

_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")
"""Of an offset: unescaped in an address, a plus is a blank."""


def since_of(asked: Asked) -> dt.datetime | None:
    """The moment from which on rows are asked for, naive UTC. Raises `Invalid`."""
    sent = asked.parameter("since")
    if sent is None:
        return None
    try:
        found = dt.datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", sent.strip()))
        return found if found.tzinfo is None else found.astimezone(dt.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise parameter("since must be a moment in UTC such as 2024-03-07T15:04:05.") from None


def listed(asked: Asked, name: str) -> Sequence[str] | None:
    """Values with commas between them; None: the parameter is not there, or empty."""
    sent = asked.parameter(name)
    return None if sent is None else sent.split(",")


def logged(asked: Asked) -> str:
    """A search as it is written down: in parentheses, as it always was."""
    return f"({asked.parameter('q') or ''})"
