"""Several things of one resource at once, by their numbers (section 3.14 of the reference)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from colonnade.core.work import Work
from colonnade.dialects.panda.answers import json
from colonnade.dialects.panda.endpoints import Asked, Handler
from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.uris import number
from colonnade.http.edge import reading

MOST = 1000
"""Of one set."""

Shown = Mapping[int, Mapping[str, Any]]


def set_of(shown: Callable[[Work, Sequence[int]], Shown]) -> Handler:
    """A handler of sets. `shown`: those of these numbers that the actor may see, as they are printed."""

    def get_set(asked: Asked) -> Response:
        names = [one for one in asked.part("ids").split(";") if one]
        if len(names) > MOST:
            raise parameter(f"A set has at most {MOST} members.")
        with reading(asked.request) as work:
            found = shown(work, [number(name) for name in names])
        body: dict[str, Any] = {"objects": [found[number(name)] for name in names if number(name) in found]}
        missing = [name for name in names if number(name) not in found]
        if missing:
            body["not_found"] = missing
        return json(asked.request, body)

    return get_set
