"""Bodies of requests: what stands in their keys, and what is said of it when it is not what it should be."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson

from colonnade.dialects.panda.errors import parameter
from colonnade.errors import Invalid

Body = Mapping[str, Any]

REQUIRED = "This field is required."
INVALID_DATA = "Invalid data sent."


def objects_in(body: Body) -> list[dict[str, Any]]:
    """The things of a batch. Raises `Invalid`."""
    found = body.get("objects")
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise parameter(INVALID_DATA)
    return found


def text_in(body: Body, resource: str, name: str) -> str | None:
    """A text; None: there is none, or null. Raises `Invalid`."""
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    raise wrong(resource, name, "This must be a text.")


def truth_in(body: Body, resource: str, name: str) -> bool | None:
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise wrong(resource, name, "This must be true or false.")


def moment_in(body: Body, resource: str, name: str) -> dt.datetime | None:
    """A moment in UTC, of the form `2024-03-07T15:04:05`. Raises `Invalid`."""
    sent = text_in(body, resource, name)
    if not sent:
        return None
    try:
        found = dt.datetime.fromisoformat(sent)
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise wrong(resource, name, "This must be a moment such as 2024-03-07T15:04:05.") from None


def list_in(body: Body, resource: str, name: str) -> list[Any] | None:
    """None: it is not there. Null is an empty list. Raises `Invalid`."""
    if name not in body:
        return None
    value = body[name]
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(resource, name, "This must be a list.")
    return value


def kept_in(body: Body, resource: str, name: str) -> Any:
    """Any JSON that is kept beside a dataset. Raises `Invalid` for whole numbers that nothing can keep."""
    value = body.get(name)
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise wrong(resource, name, "Whole numbers have at most 64 bits here.") from None
    return value


def wrong(resource: str, name: str, message: str) -> Invalid:
    """`resource` is for those who read this; the answer takes its name from the address."""
    return Invalid(f"{resource}.{name}: {message}", fields={name: [message]})
