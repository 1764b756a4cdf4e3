"""A build, or a look at a file, inside its child process: the outcome as a value, and the engines' errors in words
without paths."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from colonnade.builder import build, look, verdicts, wire
from colonnade.builder.job import Limits
from colonnade.errors import PortalError
from colonnade.index.port import IndexBrokenError


def attempt(value: Mapping[str, Any], isolation: Mapping[str, Any]) -> dict[str, Any]:
    """`{"answer": ...}` or `{"error": ...}` for a job as JSON. What is a fault of ours escapes. Traces go to the log,
    for the operator."""
    if ask := value.get("ask"):
        asked = wire.look_from_json(value)
        answers: Mapping[str, Callable[[], Any]] = {
            "guess": lambda: [asdict(one) for one in look.guess(asked)],
            "suggest": lambda: dict(look.suggest(asked)),
            "survey": lambda: asdict(look.survey(asked)),
            "preview": lambda: wire.preview_to_json(look.preview(asked)),
        }
        return _answered(answers[ask], asked.scratch, asked.limits)
    job = wire.job_from_json(value)
    return _answered(lambda: build.run(job, isolation=isolation).to_json(), job.scratch, job.limits)


class _NoThreadError(Exception):
    """There was no room for the stack of another thread."""


def _made(answer: Callable[[], Any]) -> Any:
    try:
        return answer()
    except RuntimeError as error:
        if str(error) != "can't start new thread":
            raise
        raise _NoThreadError(str(error)) from error


def _answered(answer: Callable[[], Any], scratch: Path, limits: Limits) -> dict[str, Any]:
    try:
        return {"answer": _made(answer)}
    except PortalError as error:
        return {"error": wire.error_to_json(error)}
    except (duckdb.OutOfMemoryException, MemoryError, _NoThreadError) as error:
        traceback.print_exc()
        return {
            "error": wire.error_to_json(verdicts.memory_fault(str(error), limits, wire.was_reading(scratch)))
        }
    except (duckdb.IOException, OSError, IndexBrokenError) as error:
        traceback.print_exc()
        return {"error": wire.error_to_json(verdicts.disk_fault(str(error), limits))}
