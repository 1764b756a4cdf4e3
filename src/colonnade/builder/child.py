"""A build inside its child process: the outcome as a value, and the engines' errors in words without paths."""

import traceback
from collections.abc import Mapping
from typing import Any

import duckdb

from colonnade.builder import build, verdicts, wire
from colonnade.builder.job import BuildJob
from colonnade.errors import PortalError
from colonnade.index.port import IndexBrokenError


def attempt(job: BuildJob, isolation: Mapping[str, Any]) -> dict[str, Any]:
    """`{"manifest": ...}` or `{"error": ...}`. What is a fault of ours escapes. Traces go to the log, for
    the operator."""
    try:
        return {"manifest": build.run(job, isolation=isolation).to_json()}
    except PortalError as error:
        return {"error": wire.error_to_json(error)}
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        traceback.print_exc()
        return {"error": wire.error_to_json(verdicts.memory_fault(str(error), job.limits))}
    except (duckdb.IOException, OSError, IndexBrokenError) as error:
        traceback.print_exc()
        return {"error": wire.error_to_json(verdicts.disk_fault(str(error), job.limits))}
