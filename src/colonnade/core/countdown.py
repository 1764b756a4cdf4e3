"""What is left of the time that a search may take."""

import time

from colonnade.errors import Unavailable


def remaining(until: float | None) -> float | None:
    """Seconds. Raises `Unavailable` when none are left."""
    if until is None:
        return None
    left = until - time.monotonic()
    if left <= 0:
        raise too_late()
    return left


def too_late() -> Unavailable:
    return Unavailable("The search took too long.", code="query.deadline")
