"""What the builder is asked and what it answers, as values that travel as JSON between the two processes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from colonnade.builder.extent import Extent
from colonnade.generation import LIVE_IDS_FROM, Mark
from colonnade.query.schema import Field, FieldType, Schema


@dataclass(frozen=True)
class FileInput:
    """A publisher's file. `name` is what messages call it; `format` is an extractor's name (`csvfile`)."""

    path: Path
    name: str
    source: str
    format: str
    params: Mapping[str, Any] = field(default_factory=dict)
    owned: bool = False
    """The rows become the truth once they are in: their typed columns keep what was sent in raw columns."""
    names: tuple[str, ...] = ()
    """The fields of its columns, in their order; empty: they are named after its header."""
    as_sent: bool = False
    """Its cells have the form of `query.raw`."""


@dataclass(frozen=True)
class RowsInput:
    """Rows that are the truth already (carried over, restored, or of another table), as typed Parquet.

    They keep `_id`, `_key`, `_source` and `_modified` and stand after the files' rows, in `_seq` order. On the same
    key such a row wins over a file's. `fresh_ids`: the ids belong to another table, give new ones.
    """

    path: Path
    schema: Schema
    fresh_ids: bool = False


@dataclass(frozen=True)
class Limits:
    """Bounds of one build. Bytes, seconds, counts."""

    memory_bytes: int = 512 << 20
    """DuckDB's memory."""
    index_heap_bytes: int = 512 << 20
    """What the text index may buffer; of small inputs it takes less, see `writing`."""
    address_space_bytes: int = 4 << 30
    folder_bytes: int = 64 << 30
    """Everything that the build may have on disk at once, scratch included."""
    cpu_seconds: int = 4 * 3600
    wall_seconds: int = 4 * 3600
    fields: int = 2_000
    rows: int = 200_000_000
    cell_bytes: int = 16 << 20
    unpacked_bytes: int = 8 << 30
    """What one archive or compressed file may hold."""
    files: int = 500
    """Data files in one archive."""
    threads: int = 2


@dataclass(frozen=True)
class Step:
    """One processor or one field configuration, as `steps.catalogue` checked it. `uid`: what errors name it by."""

    uid: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)


KEY_FORM = "[A-Za-z0-9_-]+"
"""Of external keys that somebody gives, as they stand in addresses."""


@dataclass(frozen=True)
class BuildJob:
    """`out` is the folder that becomes the generation (made by the builder, empty or absent before); `scratch` is a
    folder for anything else. `identity` is the identity file of the generation before, so that rows keep their ids.
    `last_built_id` and `last_live_id` are its counters. `counter` is the write counter to start from.

    `processors` change the rows of files, in their order; rows that were rows before are left alone. `field_steps` then
    change the fields: their names, types and descriptions. `key_fields` are names as the processors leave them.
    `fields`: the last word on fields of these names, and such as there are even where no input has them; all lenient.
    `finds_countries`: the manifest is to say which countries the rows are in. `files`: a folder with the files of cells
    of rows that were rows before; they are moved from there. `restores`: there are no files, and the first input are rows
    of an old generation: its fields keep their names and their values, and rows that are there today follow them; steps
    are not taken, but tell what its fields were called where the generation itself does not.
    """

    out: Path
    scratch: Path
    inputs: tuple[FileInput | RowsInput, ...]
    key_fields: tuple[str, ...] = ()
    identity: Path | None = None
    last_built_id: int = 0
    last_live_id: int = LIVE_IDS_FROM
    counter: int = 0
    limits: Limits = Limits()
    processors: tuple[Step, ...] = ()
    field_steps: tuple[Step, ...] = ()
    fields: tuple[Field, ...] = ()
    finds_countries: bool = False
    files: Path | None = None
    appends: bool = False
    """The rows of files come after those that were rows before; on the same key such a row takes the place of the one that
    was there, and its id. A key is to have the form `KEY_FORM` then."""
    restores: bool = False
    has_words: bool = True
    """Its rows are asked for by words; else its index knows of no text."""


LOOK_LIMITS = Limits(
    memory_bytes=256 << 20,
    folder_bytes=1 << 30,
    cpu_seconds=60,
    wall_seconds=30,
    unpacked_bytes=512 << 20,
)
"""Bounds of a look at a file, for which somebody waits."""


@dataclass(frozen=True)
class LookJob:
    """A question about a file, asked before anything is built. `file.format` may be empty where it is what is asked.
    `rows`: so many are shown."""

    file: FileInput
    scratch: Path
    rows: int = 20
    limits: Limits = LOOK_LIMITS


@dataclass(frozen=True)
class Guess:
    """An extractor that may read a file; `formats.registry.EXTRACTORS` describes it."""

    extractor: str
    label: str


@dataclass(frozen=True)
class Preview:
    """The first rows of a file. `records`: values by field name, as JSON has them; moments are ISO texts, points
    objects of `lon` and `lat`, multivalued texts lists, shapes GeoJSON objects."""

    schema: Schema
    records: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnReport:
    """Why a column has its type. `misfits`: the first cells that ruled out a narrower type, with their row numbers
    (1 is the first row of data) and the type that they ruled out."""

    name: str
    type: FieldType
    why: str
    nulls: int
    misfits: tuple[Mapping[str, Any], ...] = ()


MAX_ROW_ERRORS = 100
"""So many are listed; all of them are counted."""


@dataclass(frozen=True)
class RowError:
    """What a step could not do. `processor`: the uid of the step. `field`: the field that it was about, empty if none
    in particular. `id`: the `_id` of the row; None where the fault is the step's, in no particular row."""

    message: str
    processor: str
    field: str = ""
    id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"message": self.message, "processor": self.processor, "field": self.field, "id": self.id}


@dataclass(frozen=True)
class Manifest:
    """The description of a generation; `manifest.json` in its folder.

    `sources`: rows by source uid. `checksums`: SHA-256 by file name, of the files that are not written to any more.
    `isolation`: which bounds of the builder held on this machine. `seconds`: time by phase. `notes`: sentences for the
    publisher about what was left out or changed. `row_errors`: what steps could not do, the first `MAX_ROW_ERRORS` of
    `row_error_count`. `countries`: where the rows are, see `countries.holding`, if the job asked for that.
    `files`: how many files there are in cells. `extent`: of their places;
    None: there are none. `unread`: by lenient field, how many cells of the job's files, or of its rows where it has none,
    say something that is no value of its type.
    """

    schema: Schema
    rows: int
    mark: Mark
    last_built_id: int
    sources: Mapping[str, int] = field(default_factory=dict)
    columns: tuple[ColumnReport, ...] = ()
    checksums: Mapping[str, str] = field(default_factory=dict)
    isolation: Mapping[str, Any] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    row_errors: tuple[RowError, ...] = ()
    row_error_count: int = 0
    countries: tuple[str, ...] = ()
    extent: Extent | None = None
    files: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": self.schema.to_json(),
            "rows": self.rows,
            "mark": {"counter": self.mark.counter, "seq": self.mark.seq},
            "last_built_id": self.last_built_id,
            "sources": dict(self.sources),
            "columns": [
                {
                    "name": one.name,
                    "type": one.type.value,
                    "why": one.why,
                    "nulls": one.nulls,
                    "misfits": [dict(cell) for cell in one.misfits],
                }
                for one in self.columns
            ],
            "checksums": dict(self.checksums),
            "isolation": dict(self.isolation),
            "seconds": dict(self.seconds),
            "versions": dict(self.versions),
            "notes": list(self.notes),
            "row_errors": [one.to_json() for one in self.row_errors],
            "row_error_count": self.row_error_count,
            "countries": list(self.countries),
            # Left out where it is not known, as in the descriptions of generations that were made before it was told.
            **({"extent": self.extent.to_json()} if self.extent else {}),
            "files": self.files,
            **({"unread": dict(self.unread)} if self.unread else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            schema=Schema.from_json(value["schema"]),
            rows=value["rows"],
            mark=Mark(**value["mark"]),
            last_built_id=value["last_built_id"],
            sources=value["sources"],
            columns=tuple(
                ColumnReport(**{**one, "type": FieldType(one["type"]), "misfits": tuple(one["misfits"])})
                for one in value["columns"]
            ),
            checksums=value["checksums"],
            isolation=value["isolation"],
            seconds=value["seconds"],
            versions=value["versions"],
            notes=tuple(value.get("notes", ())),
            row_errors=tuple(RowError(**one) for one in value.get("row_errors", ())),
            row_error_count=value.get("row_error_count", 0),
            countries=tuple(value.get("countries", ())),
            extent=Extent.from_json(value["extent"]) if "extent" in value else None,
            files=value.get("files", 0),
            unread=value.get("unread", {}),
        )
