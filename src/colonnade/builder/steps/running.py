"""Processors over the staged files: after reading, before typing. Every step is SQL over all rows of a file; steps
after one another become one statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from colonnade.builder.job import BuildJob, Limits, RowError, Step
from colonnade.builder.staging import Part, Staged
from colonnade.builder.steps import fields, moments, places, texts
from colonnade.builder.steps.sheet import Sheet
from colonnade.errors import Invalid

_Operation = Callable[[Sheet, Mapping[str, Any], Limits], None]


@dataclass(frozen=True, slots=True)
class _Processor:
    """`reads`: the parameters that name fields which must be there."""

    run: _Operation
    reads: tuple[str, ...] = ("field",)


_REFUSALS = (
    duckdb.InvalidInputException,
    duckdb.NotImplementedException,
    duckdb.OutOfRangeException,
    duckdb.ConversionException,
)

_PROCESSORS: Mapping[str, _Processor] = {
    "create_geopoint": _Processor(places.create_geopoint, ("latitude", "longitude")),
    "string_replace": _Processor(texts.string_replace),
    "regexp_replace": _Processor(texts.regexp_replace),
    "date_normalizer": _Processor(moments.date_normalizer),
    "set_timezone": _Processor(moments.set_timezone),
    "split": _Processor(texts.split),
    "concat": _Processor(texts.concat, ("left_value", "right_value")),
    "skip_record": _Processor(texts.skip_record),
}


def processed(staged: Staged, job: BuildJob) -> Staged:
    """Run the job's processors, in their order, on the rows of its files; rows that were rows before stay as they are.

    A step whose field no file has is left out and told of. Of a field that some files have the others have empty cells.
    """
    if not job.processors or not staged.files:
        return staged
    steps, errors = _possible(staged, job.processors)
    parts: list[Part] = []
    for part in staged.parts:
        first = parts[-1].first + parts[-1].rows if parts else 0
        if part in staged.files:
            parts.append(_run(staged, part, steps, job, first))
        else:
            parts.append(replace(part, first=first))
    return replace(staged, parts=tuple(parts), errors=(*staged.errors, *errors))


def _possible(staged: Staged, steps: tuple[Step, ...]) -> tuple[list[Step], list[RowError]]:
    """The steps whose fields are there, and the errors of the others."""
    names = {name for part in staged.files for name in part.columns}
    found, errors = [], []
    for step in steps:
        reads = [step.params.get(one) for one in _PROCESSORS[step.type].reads]
        if step.params.get("all_fields"):
            reads = []
        missing = sorted({str(one) for one in reads if one not in names})
        errors += [fields.missing(step, name) for name in missing]
        if not missing:
            found.append(step)
            names |= {one for one in [step.params.get("output_field")] if one}
    return found, errors


def _run(staged: Staged, part: Part, steps: list[Step], job: BuildJob, first: int) -> Part:
    """Raises `Invalid` for what the engine refuses although it was checked when it was saved: an expression at the edge
    of its size, a time zone that is newer than the engine."""
    sheet = Sheet.of(staged.connection, part, job.scratch)
    try:
        for step in steps:
            sheet.begin(step)
            _PROCESSORS[step.type].run(sheet, step.params, job.limits)
        return sheet.finished(first)
    except _REFUSALS as fault:
        reason = str(fault).splitlines()[0]
        raise Invalid(f"The processors cannot be run: {reason}", code="build.processors") from fault
