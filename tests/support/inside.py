"""Builds and looks inside this process: a child imports for half a second before it begins, and most tests are about
what was built."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from colonnade.builder import child, process, wire
from colonnade.builder.job import Limits


@contextmanager
def built_inside() -> Iterator[None]:
    """What the builder is asked travels as JSON both ways, as to its child, and bounds of the job itself hold. Those of
    a process do not, and an abort waits for the end."""
    with patch.object(process, "_asked", _asked):
        yield


def _asked(
    job: Mapping[str, Any], scratch: Path, limits: Limits, folders: Sequence[Path], poll: Callable[[], None]
) -> Any:
    poll()
    scratch.mkdir(parents=True, exist_ok=True)
    result = json.loads(json.dumps(child.attempt(json.loads(json.dumps(job)), {})))
    poll()
    if "error" in result:
        raise wire.error_from_json(result["error"])
    return result["answer"]
