"""A look at a file before anything is built: what it is, how to read it, what its first rows would be."""

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from colonnade.builder import merging, selecting, staging
from colonnade.builder.job import BuildJob, Guess, LookJob, Preview
from colonnade.builder.merging import Merged
from colonnade.builder.staging import Part
from colonnade.formats import sniffing, suggesting, surveying
from colonnade.formats.port import Source
from colonnade.formats.registry import EXTRACTORS
from colonnade.formats.surveyed import Survey
from colonnade.query.schema import Field, FieldType, Schema

_SAMPLE_ROWS = 1_000
"""The rows that types are found on."""


def guess(job: LookJob) -> tuple[Guess, ...]:
    """The extractors that may read the file, the likeliest first. Raises `Invalid` and `LimitReached`."""
    job.scratch.mkdir(parents=True, exist_ok=True)
    bounds = staging.bounds_of(job.limits, rows=1)
    found = sniffing.guess(Source(job.file.path, job.file.name), job.scratch, bounds)
    return tuple(Guess(one, EXTRACTORS[one].label) for one in found)


def suggest(job: LookJob) -> Mapping[str, Any]:
    """Parameters for the extractor `job.file.format`. Raises `Invalid` and `LimitReached`."""
    job.scratch.mkdir(parents=True, exist_ok=True)
    bounds = staging.bounds_of(job.limits, rows=1)
    return suggesting.suggest(job.file.format, Source(job.file.path, job.file.name), job.scratch, bounds)


def survey(job: LookJob) -> Survey:
    """What a CSV file or spreadsheet says of itself. Raises `Invalid` and `LimitReached`."""
    job.scratch.mkdir(parents=True, exist_ok=True)
    ask = surveying.of_csv if job.file.format == "csvfile" else surveying.of_sheet
    bounds = staging.bounds_of(job.limits, rows=job.rows)
    return ask(Source(job.file.path, job.file.name, job.file.params), job.scratch, bounds, job.rows)


def preview(job: LookJob) -> Preview:
    """The first rows of the file, as a build would have them if the types of its first thousand rows held. Raises
    `Invalid` and `LimitReached`."""
    job.scratch.mkdir(parents=True, exist_ok=True)
    build = BuildJob(out=job.scratch, scratch=job.scratch, inputs=(job.file,), limits=job.limits)
    with closing(staging.opened(build)) as connection:
        staged = staging.load(connection, build, rows=max(job.rows, _SAMPLE_ROWS))
        staged, plan = merging.plan(staged, ())
        merged = merging.merge(staged, job.limits.fields, plan)
        schema = merged.schema
        rows: list[Mapping[str, Any]] = []
        for part in staged.parts:
            values = connection.execute(_select(part, merged, job.rows - len(rows))).fetchall()
            rows += [_record(schema, row) for row in values]
    return Preview(schema, tuple(rows), staged.notes)


def _select(part: Part, merged: Merged, rows: int) -> str:
    plain = [replace(one, field=_without_raw(one.field)) for one in merged.outputs]
    values = ", ".join(selecting.selections(part, plain)) or "NULL"
    return f"SELECT {values} FROM {part.table} part ORDER BY rowid LIMIT {rows}"  # noqa: S608


def _without_raw(field: Field) -> Field:
    return Field(field.name, field.label, field.type, multivalued=field.multivalued)


def _record(schema: Schema, row: tuple[Any, ...]) -> Mapping[str, Any]:
    return {field.name: _plain(field, value) for field, value in zip(schema.fields, row, strict=False)}


def _plain(field: Field, value: Any) -> Any:
    """A value as JSON has it; a shape as an object, moments as ISO texts, the latter in UTC."""
    if isinstance(value, dt.datetime):
        return value.isoformat() + "+00:00"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if field.type in {FieldType.GEO_SHAPE, FieldType.FILE} and value is not None:
        return json.loads(value)
    return value
