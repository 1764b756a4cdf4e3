"""Values as texts, as they were sent where that is known."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from colonnade.query import raw


def texts(values: Sequence[Any], raws: Sequence[str | None] | None = None) -> list[str | None]:
    """`raws`: what stands beside each value (`query.raw`)."""
    if raws is None:
        return [one if one is None or isinstance(one, str) else _printed(one) for one in values]
    return [_sent(value, beside) for value, beside in zip(values, raws, strict=True)]


def _sent(value: Any, beside: str | None) -> str | None:
    if beside is None:
        return _printed(value)
    found = raw.came(None, beside)
    return found if found is None or isinstance(found, str) else _printed(found)


def _printed(value: Any) -> str | None:
    """A list as its texts, a place as its degrees, a moment as ISO 8601 has it; anything else as everywhere."""
    match value:
        case list() if all(isinstance(one, str) for one in value):
            return ", ".join(value)
        case {"lon": lon, "lat": lat}:
            return f"{lat}, {lon}"
        case dt.datetime():
            return value.isoformat()
        case _:
            return raw.printed(value)
