"""Values of records as the JSON of the doors for readers has them."""

import datetime as dt
from typing import Any

import orjson

from colonnade.query.printing import DATE_LENGTHS
from colonnade.query.tree import Output


def zoned(value: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """A moment, stored naive and meant as UTC, with the offset of a zone."""
    try:
        return value.replace(tzinfo=dt.UTC).astimezone(zone)
    except OverflowError:  # beyond the years that there are
        return value


def geometry(text: str) -> Any:
    """A shape as a GeoJSON geometry; None for a text that is none, which live rows may hold."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def shown(output: Output, value: Any) -> Any:
    """A value of a column that is not shown as its type says: a text as the JSON that it is, a date in part."""
    if value is None:
        return None
    if output.precision is not None:
        return value.isoformat()[: DATE_LENGTHS[output.precision]]
    if output.as_json is None:
        return value
    try:
        orjson.loads(value)
    except orjson.JSONDecodeError:
        return value if output.as_json.otherwise is None else output.as_json.otherwise.value
    return orjson.Fragment(value)
