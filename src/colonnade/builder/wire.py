"""The job, the result and the errors of a build as JSON, for the way between the two processes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colonnade.builder.job import BuildJob, FileInput, Limits, LookJob, Preview, RowsInput, Step
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.formats.surveyed import Survey
from colonnade.query.schema import Schema

JOB_FILE = "job.json"
RESULT_FILE = "result.json"
_PROGRESS_FILE = "progress.txt"
READING_FILE = "reading.txt"
"""The name of the file that is being read, there for as long as it is: so that the parent can name it should the child
die of it."""


@contextmanager
def reading(scratch: Path, name: str) -> Iterator[None]:
    """Leave word of what is being read. After an error it stays."""
    (scratch / READING_FILE).write_text(name, encoding="utf-8")
    yield
    (scratch / READING_FILE).unlink()


def was_reading(scratch: Path) -> str:
    """The name of the file that a process was reading when it ended; empty if none."""
    try:
        return (scratch / READING_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def tell(scratch: Path, share: float) -> None:
    """Leave word of how much of a build is done, from 0 to 1."""
    (scratch / _PROGRESS_FILE).write_text(f"{share:.3f}", encoding="ascii")


def told(scratch: Path) -> float:
    """How much of a build is done."""
    try:
        return float((scratch / _PROGRESS_FILE).read_text(encoding="ascii") or 0)
    except (FileNotFoundError, ValueError):  # the latter: it is being written
        return 0.0


def look_to_json(job: LookJob, ask: str) -> dict[str, Any]:
    """`ask`: `guess`, `suggest`, `survey` or `preview`."""
    return {
        "ask": ask,
        "file": _input_to_json(job.file),
        "scratch": str(job.scratch.absolute()),
        "rows": job.rows,
        "limits": _limits_to_json(job.limits),
    }


def look_from_json(value: Mapping[str, Any]) -> LookJob:
    file = _input_from_json(value["file"])
    assert isinstance(file, FileInput)
    return LookJob(file, Path(value["scratch"]), value["rows"], Limits(**value["limits"]))


def preview_to_json(preview: Preview) -> dict[str, Any]:
    return {
        "schema": preview.schema.to_json(),
        "records": [dict(one) for one in preview.records],
        "notes": list(preview.notes),
    }


def preview_from_json(value: Mapping[str, Any]) -> Preview:
    return Preview(Schema.from_json(value["schema"]), tuple(value["records"]), tuple(value["notes"]))


def survey_from_json(value: Mapping[str, Any]) -> Survey:
    rows = tuple(tuple(row) for row in value["rows"])
    kinds = None if value["kinds"] is None else tuple(value["kinds"])
    return Survey(tuple(value["columns"]), rows, value["params"], value["dialect"], kinds)


def _limits_to_json(limits: Limits) -> dict[str, int]:
    return {name: getattr(limits, name) for name in Limits.__dataclass_fields__}


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
        "limits": _limits_to_json(job.limits),
        "processors": [_step_to_json(one) for one in job.processors],
        "field_steps": [_step_to_json(one) for one in job.field_steps],
        "fields": Schema(job.fields).to_json(),
        "finds_countries": job.finds_countries,
        "files": None if job.files is None else str(job.files.absolute()),
        "appends": job.appends,
        "restores": job.restores,
        "has_words": job.has_words,
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
        processors=tuple(Step(**one) for one in value["processors"]),
        field_steps=tuple(Step(**one) for one in value["field_steps"]),
        fields=Schema.from_json(value["fields"]).fields,
        finds_countries=value["finds_countries"],
        files=None if value["files"] is None else Path(value["files"]),
        appends=value["appends"],
        restores=value.get("restores", False),
        has_words=value.get("has_words", True),
    )


def _step_to_json(step: Step) -> dict[str, Any]:
    return {"uid": step.uid, "type": step.type, "params": dict(step.params)}


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
        "names": list(one.names),
        "as_sent": one.as_sent,
    }


def _input_from_json(value: Mapping[str, Any]) -> FileInput | RowsInput:
    path = Path(value["path"])
    if "schema" in value:
        return RowsInput(path, Schema.from_json(value["schema"]), value["fresh_ids"])
    return FileInput(**{**value, "path": path, "names": tuple(value["names"])})


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
