"""JSON as it was meant: what cells are sent as comes back the same."""

import json
import re
from typing import Any, NoReturn

import orjson

from colonnade.http.bodies import DEEPEST, is_deeper

_LONG_NUMBER = re.compile(rb"[0-9]{19}")
"""Beside it a number may be that orjson reads as a nearby one."""


def parsed(content: bytes) -> Any:
    """A body as JSON: no NaN, no half characters, not too deep, numbers of any length. Raises `ValueError`."""
    value = orjson.loads(content)
    if is_deeper(value, DEEPEST):
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    return json.loads(content, parse_constant=_refuse) if _LONG_NUMBER.search(content) else value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
