"""Parameters of several calls."""

from collections.abc import Sequence

from colonnade.dialects.panda.endpoints import Asked


def listed(asked: Asked, name: str) -> Sequence[str] | None:
    """Values with commas between them; None: the parameter is not there, or empty."""
    sent = asked.parameter(name)
    return None if sent is None else sent.split(",")


def logged(asked: Asked) -> str:
    """A search as it is written down: in parentheses, as it always was."""
    return f"({asked.parameter('q') or ''})"
