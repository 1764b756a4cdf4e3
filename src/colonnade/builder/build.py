"""The build: files and rows in, a generation's folder out. A pure function of its job, but for the clock."""

import datetime as dt
import hashlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from colonnade.builder import identity, merging, reporting, staging, wire, writing
from colonnade.builder.job import BuildJob, Manifest
from colonnade.builder.steps import running
from colonnade.disk import sync
from colonnade.generation import FILES_FOLDER, IDENTITY_FILE, MANIFEST_FILE, ROWS_FILE

_READ = 0.3
"""How much of a build is done, by experience, when everything is read."""


def run(job: BuildJob, *, isolation: Mapping[str, Any] | None = None) -> Manifest:
    """Write a generation into `job.out` and return its manifest, durable on disk.

    `isolation`: which bounds hold in this process, for the manifest. Raises `Invalid` for inputs that cannot be read,
    `LimitReached`, `duckdb.Error` beyond DuckDB's memory or disk, and `IndexBrokenError`; `job.out` is then not whole.
    """
    job.out.mkdir(parents=True, exist_ok=True)
    job.scratch.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    with closing(staging.opened(job)) as connection:
        with _timed(seconds, "read"):
            staged = staging.load(connection, job)
            wire.tell(job.scratch, _READ)
        with _timed(seconds, "process"):
            staged = running.processed(staged, job)
        with _timed(seconds, "type"):
            staged, plan = merging.plan(
                staged, job.field_steps, is_declared=bool(job.fields), restores=job.restores
            )
            merged = merging.merge(staged, job.limits.fields, plan, job.fields)
        with _timed(seconds, "identify"):
            key_fields = tuple(dict.fromkeys((*job.key_fields, *plan.key_fields)))
            placement = identity.place(staged, job, key_fields)
            identity.export(connection, job.out / IDENTITY_FILE, key_fields, job)
        with _timed(seconds, "write"):
            written = writing.write(staged, placement, merged, job, now)
        errors, error_count = reporting.row_errors(staged, merged)
    files = _keep_files(job)
    manifest = Manifest(
        schema=merged.schema,
        rows=placement.rows,
        mark=written.mark,
        last_built_id=placement.last_built_id,
        sources=written.sources,
        columns=merged.columns,
        checksums={IDENTITY_FILE: _checksum(job.out / IDENTITY_FILE)},
        isolation=isolation or {},
        seconds=seconds,
        versions=_versions(),
        notes=staged.notes,
        row_errors=errors,
        row_error_count=error_count,
        countries=written.countries,
        extent=written.extent,
        files=files,
        unread=written.unread,
    )
    _seal(job, manifest)
    return manifest


def _seal(job: BuildJob, manifest: Manifest) -> None:
    """Write the manifest; then all of it is durable."""
    (job.out / MANIFEST_FILE).write_text(json.dumps(manifest.to_json(), indent=1), encoding="utf-8")
    for path in (
        *(job.out / name for name in (ROWS_FILE, IDENTITY_FILE, MANIFEST_FILE)),
        job.out,
        job.out.parent,
    ):
        sync(path)


def _keep_files(job: BuildJob) -> int:
    """Move the files of cells into the generation, durably, those that were kept before included; returns how many there
    are, smaller copies of pictures not counted."""
    kept = job.files.iterdir() if job.files and job.files.exists() else ()
    folder = job.out / FILES_FOLDER
    for path in (*staging.media(job), *kept):
        folder.mkdir(exist_ok=True)
        target = path.replace(folder / path.name)
        sync(target)
    if not folder.exists():
        return 0
    sync(folder)
    return sum("." not in path.name for path in folder.iterdir())


@contextmanager
def _timed(seconds: dict[str, float], phase: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    seconds[phase] = round(time.monotonic() - start, 3)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    packages = {name: importlib.metadata.version(name) for name in ("duckdb", "tantivy")}
    return {"python": platform.python_version(), **packages}
