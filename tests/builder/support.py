"""A place to build generations in, and to look at what came out."""

import csv
import datetime as dt
import itertools
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from colonnade.builder import staging
from colonnade.builder.build import run
from colonnade.builder.job import BuildJob, ColumnReport, FileInput, Limits, Manifest, RowsInput, Step
from colonnade.builder.steps import running
from colonnade.builder.steps.catalogue import Kind, checked
from colonnade.engine import layout
from colonnade.generation import IDENTITY_FILE, ROWS_FILE
from colonnade.query.schema import Schema

SMALL = Limits(memory_bytes=256 << 20, index_heap_bytes=32 << 20)


def processor(type_: str, *, uid: str = "pr_1", **params: object) -> Step:
    return Step(uid, type_, checked(Kind.PROCESSOR, type_, params))


def field_step(type_: str, *, uid: str = "pr_1", **params: object) -> Step:
    return Step(uid, type_, checked(Kind.FIELD, type_, params))


@dataclass
class Built:
    """A generation that was built."""

    manifest: Manifest
    job: BuildJob

    def rows(self, columns: str = "* EXCLUDE rowid") -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.job.out / ROWS_FILE), read_only=True) as connection:
            return connection.execute(
                f"SELECT {columns} FROM (FROM rows SELECT *, rowid ORDER BY _seq)"
            ).fetchall()

    def meta(self) -> tuple[Any, ...] | None:
        with duckdb.connect(str(self.job.out / ROWS_FILE), read_only=True) as connection:
            return connection.execute("SELECT counter, last_seq, last_live_id FROM meta").fetchone()

    def types(self) -> dict[str, str]:
        return {one.name: one.type.value for one in self.manifest.schema.fields}

    def report(self, name: str) -> ColumnReport:
        return next(one for one in self.manifest.columns if one.name == name)

    @property
    def identity(self) -> Path:
        return self.job.out / IDENTITY_FILE


@dataclass
class Bench:
    folder: Path
    numbers: Iterable[int] = field(default_factory=itertools.count)

    def job(self, *inputs: FileInput | RowsInput, after: Built | None = None, **options: Any) -> BuildJob:
        """The job of a new generation, `after` another one."""
        number = next(iter(self.numbers))
        if after:
            options = {"identity": after.identity, "last_built_id": after.manifest.last_built_id, **options}
        return BuildJob(
            out=self.folder / f"out{number}",
            scratch=self.folder / f"scratch{number}",
            inputs=inputs,
            **{"limits": SMALL, **options},
        )

    def built(self, *inputs: FileInput | RowsInput, after: Built | None = None, **options: Any) -> Built:
        job = self.job(*inputs, after=after, **options)
        return Built(run(job), job)

    def processed(
        self, rows: Sequence[Mapping[str, str | None]], *steps: Step, limits: Limits = SMALL
    ) -> list[dict[str, str | None]]:
        """The rows of a CSV file as processors leave them: texts, before anything is typed."""
        path = self.folder / "processed.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)
        job = self.job(FileInput(path, path.name, "re_1", "csvfile"), processors=steps, limits=limits)
        job.scratch.mkdir()
        with closing(staging.opened(job)) as connection:
            (part,) = running.processed(staging.load(connection, job), job).parts
            columns = ", ".join(f"{column} AS {name}" for name, column in part.columns.items())
            found = connection.execute(f"SELECT {columns} FROM {part.table} ORDER BY rowid").fetchall()
        return [dict(zip(part.columns, row, strict=True)) for row in found]

    def rows_input(
        self, schema: Schema, rows: Sequence[dict[str, Any]], *, fresh_ids: bool = False, name: str = "rows"
    ) -> RowsInput:
        """Rows as the engine exports them; system columns that a row leaves out are made up."""
        columns = layout.columns(schema)
        defaults = {"_key": None, "_source": "re_owned", "_modified": dt.datetime(2020, 1, 1)}
        full = [{**defaults, "_seq": number, **row} for number, row in enumerate(rows, 1)]
        arrays = [pa.array([row.get(one.name) for row in full], type=one.arrow) for one in columns]
        path = self.folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_arrays(arrays, schema=layout.arrow_schema(columns)), path)
        return RowsInput(path, schema, fresh_ids)
