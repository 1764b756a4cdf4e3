"""The job, the result and the errors of a build as JSON, for the way between the two processes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colonnade.builder.job import BuildJob, FileInput, Limits, RowsInput
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.query.schema import Schema

JOB_FILE = "job.json"
RESULT_FILE = "result.json"


def job_to_json(job: BuildJob) -> dict[str, Any]:
    """Paths become absolute: the child has another working folder."""
    return {
        "out": str(job.out.absolute()),
        "scratch": str(job.scratch.absolute()),
        "inputs": [_input_to_json(one) for one in job.inputs],
        "key_fields": list(job.key_fields),
        "identity": None if job.identity is None else str(job.identity.absolute()),
        "last_built_id": job.last_built_id,
        "last_live_id": job.last_live_id,
        "counter": job.counter,
        "limits": {name: getattr(job.limits, name) for name in Limits.__dataclass_fields__},
    }


def job_from_json(value: Mapping[str, Any]) -> BuildJob:
    return BuildJob(
        out=Path(value["out"]),
        scratch=Path(value["scratch"]),
        inputs=tuple(_input_from_json(one) for one in value["inputs"]),
        key_fields=tuple(value["key_fields"]),
        identity=None if value["identity"] is None else Path(value["identity"]),
        last_built_id=value["last_built_id"],
        last_live_id=value["last_live_id"],
        counter=value["counter"],
        limits=Limits(**value["limits"]),
    )


def _input_to_json(one: FileInput | RowsInput) -> dict[str, Any]:
    if isinstance(one, RowsInput):
        return {"path": str(one.path.absolute()), "schema": one.schema.to_json(), "fresh_ids": one.fresh_ids}
    return {
        "path": str(one.path.absolute()),
        "name": one.name,
        "source": one.source,
        "format": one.format,
        "params": dict(one.params),
        "owned": one.owned,
    }


def _input_from_json(value: Mapping[str, Any]) -> FileInput | RowsInput:
    path = Path(value["path"])
    if "schema" in value:
        return RowsInput(path, Schema.from_json(value["schema"]), value["fresh_ids"])
    return FileInput(**{**value, "path": path})


def error_to_json(error: PortalError) -> dict[str, Any]:
    return {
        "family": type(error).__name__,
        "message": error.message,
        "code": error.code,
        "facts": dict(error.facts),
    }


def error_from_json(value: Mapping[str, Any]) -> PortalError:
    """The same error, of the families that a build can raise."""
    message, code, facts = value["message"], value["code"], value["facts"]
    if value["family"] == "LimitReached":
        return LimitReached(message, **facts)
    if value["family"] == "Invalid":
        return Invalid(message, code=code, **facts)
    return Unavailable(message, code=code, **facts)
