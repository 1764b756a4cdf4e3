"""Builds and looks inside this process: a child imports for half a second before it begins, and most tests are about
what was built."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colonnade.builder import child, wire
from colonnade.builder.job import Limits
from colonnade.core.work import Portal

_wanted: list[bool] = [False]


@contextmanager
def built_inside() -> Iterator[None]:
    """Portals that are opened in the block and told so (`told`) build in this process."""
    _wanted.append(True)
    yield
    _wanted.pop()


def told(portal: Portal) -> Portal:
    """The portal, building as the tests of this file want it to."""
    if _wanted[-1]:
        portal.builds = in_this_process
    return portal


def in_this_process(
    job: Mapping[str, Any], scratch: Path, limits: Limits, folders: Sequence[Path], poll: Callable[[], None]
) -> Any:
    """A way to ask the builder. What it is asked travels as JSON both ways, as to its child, and bounds of the job itself
    hold. Those of a process do not, and an abort waits for the end."""
    poll()
    scratch.mkdir(parents=True, exist_ok=True)
    longest = csv.field_size_limit()  # a child may set it for itself alone
    try:
        result = json.loads(json.dumps(child.attempt(json.loads(json.dumps(job)), {})))
    finally:
        csv.field_size_limit(longest)
    poll()
    if "error" in result:
        raise wire.error_from_json(result["error"])
    return result["answer"]
