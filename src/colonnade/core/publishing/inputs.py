"""What a build starts from: files of derived sources, rows that are the truth already, and the state they were in."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from colonnade.builder.job import FileInput, Manifest, RowsInput, Step
from colonnade.builder.steps.catalogue import Kind as StepKind
from colonnade.core.columns import service as columns
from colonnade.core.connections import sources as connected
from colonnade.core.datasets import service as datasets
from colonnade.core.imports import service as imports
from colonnade.core.imports.looking import EXTRACTORS
from colonnade.core.imports.model import FileKind
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.publishing import importing
from colonnade.core.resources import service as resources
from colonnade.core.resources.model import Resource
from colonnade.core.steps import service as steps
from colonnade.core.tables import service as tables
from colonnade.core.tables.model import Generation
from colonnade.core.work import Work
from colonnade.disk import link_files, link_or_copy
from colonnade.errors import NotFound, Unavailable
from colonnade.generation import (
    FILES_FOLDER,
    IDENTITY_FILE,
    LIVE_IDS_FROM,
    MANIFEST_FILE,
    START,
    GenerationRef,
    Mark,
)
from colonnade.query.schema import Field, Schema

_DECIDED = frozenset({"rename", "delete", "type", "order"})
"""Steps about what columns decide on."""


@dataclass(frozen=True)
class Gathered:
    """The inputs of a build. `since` and `mark`: the state that the carried rows are of; writes after it are replayed
    at the swap. `loaded`: owned resources whose files are extracted by this build. `is_live`: the generation will
    hold owned rows. `processors` and `field_steps`: as they were when this was gathered. `finds_countries`: metadata
    ask where the records are. `fields`, `appends`, `key_fields`, `restores`: as of `BuildJob`."""

    inputs: tuple[FileInput | RowsInput, ...]
    identity: Path | None
    last_built_id: int
    last_live_id: int
    since: GenerationRef | None
    mark: Mark
    loaded: tuple[str, ...]
    is_live: bool
    processors: tuple[Step, ...] = ()
    field_steps: tuple[Step, ...] = ()
    finds_countries: bool = False
    fields: tuple[Field, ...] = ()
    appends: bool = False
    key_fields: tuple[str, ...] = ()
    restores: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "inputs": [_input_json(one) for one in self.inputs],
            "identity": None if self.identity is None else str(self.identity),
            "last_built_id": self.last_built_id,
            "last_live_id": self.last_live_id,
            "since": None if self.since is None else [self.since.table, self.since.number],
            "mark": [self.mark.counter, self.mark.seq],
            "loaded": list(self.loaded),
            "is_live": self.is_live,
            "processors": [_step_json(one) for one in self.processors],
            "field_steps": [_step_json(one) for one in self.field_steps],
            "finds_countries": self.finds_countries,
            "fields": [one.to_json() for one in self.fields],
            "appends": self.appends,
            "key_fields": list(self.key_fields),
            "restores": self.restores,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            inputs=tuple(_input(one) for one in value["inputs"]),
            identity=None if value["identity"] is None else Path(value["identity"]),
            last_built_id=value["last_built_id"],
            last_live_id=value["last_live_id"],
            since=None if value["since"] is None else GenerationRef(*value["since"]),
            mark=Mark(*value["mark"]),
            loaded=tuple(value["loaded"]),
            is_live=value["is_live"],
            # A job may have been gathered by a version that had none of these.
            processors=tuple(Step(**one) for one in value.get("processors", ())),
            field_steps=tuple(Step(**one) for one in value.get("field_steps", ())),
            finds_countries=value.get("finds_countries", False),
            fields=tuple(Field.from_json(one) for one in value.get("fields", ())),
            appends=value.get("appends", False),
            key_fields=tuple(value.get("key_fields", ())),
            restores=value.get("restores", False),
        )


def gather(work: Work, job: Job, table_uid: str, folder: Path) -> Gathered:
    """Lay what the build needs into `folder`."""
    assert job.dataset_id is not None
    if job.kind == Kind.IMPORT:
        return import_inputs(work, job, table_uid, folder)
    if job.kind == Kind.REINDEX:
        return reindex_inputs(work, job, table_uid, folder)
    table = tables.table(work, table_uid)
    current = tables.current(work, table)
    sources = resources.of_dataset(work, job.dataset_id)
    owned = [one for one in sources if one.is_owned]
    ever_owned = resources.owned_uids(work, job.dataset_id)
    files: list[FileInput | RowsInput]
    origin: GenerationRef | None
    if job.kind == Kind.RESTORE:
        restored = GenerationRef(table.uid, job.params["number"])
        origin, files = restored, [_derived_rows(work, restored, ever_owned, folder)]
    else:
        origin = None if current is None else current.ref
        _check_fetched(work, sources)
        files = [_file(work, one, folder) for one in sources if _is_due(one)]
    carried, mark, last_live_id = _owned_rows(work, current, owned, folder)
    if isinstance(next(iter(files), None), RowsInput) and origin is not None:
        link_files(tables.folder(work.portal, origin) / FILES_FOLDER, folder / FILES_FOLDER)
    if carried and current is not None:
        link_files(tables.folder(work.portal, current.ref) / FILES_FOLDER, folder / FILES_FOLDER)
    return Gathered(
        inputs=(*files, *carried),
        identity=None if origin is None else _identity(work, origin, folder),
        last_built_id=table.last_built_id,
        last_live_id=last_live_id,
        since=None if current is None else current.ref,
        mark=mark,
        loaded=tuple(one.uid for one in owned if _is_due(one)),
        is_live=bool(owned),
        processors=_steps(work, job, StepKind.PROCESSOR),
        field_steps=_steps(work, job, StepKind.FIELD),
        fields=columns.declared_fields(work, job.dataset_id),
        finds_countries=job.kind == Kind.PUBLISH and datasets.follows_places(work, job.dataset_id),
        restores=job.kind == Kind.RESTORE,
    )


def reindex_inputs(work: Work, job: Job, table_uid: str, folder: Path) -> Gathered:
    """Every row that is there, and what its fields are to be."""
    table = tables.table(work, table_uid)
    # Whoever began to write before the job was there is done when the latch is free; later ones see the job.
    with tables.latch(work.portal, table_uid):
        current = tables.newest(work, table_uid)
        carried, mark, last_live_id = _all_rows(work, current, folder)
    return Gathered(
        inputs=tuple(carried),
        identity=None if current is None else _identity(work, current.ref, folder),
        last_built_id=table.last_built_id,
        last_live_id=last_live_id,
        since=None if current is None else current.ref,
        mark=mark,
        loaded=(),
        is_live=True,
        fields=columns.schema_of(columns.asked(job)).fields,
    )


def import_inputs(work: Work, job: Job, table_uid: str, folder: Path) -> Gathered:
    """Every row that is there, and after them the file's."""
    assert job.dataset_id is not None
    table = tables.table(work, table_uid)
    current = tables.current(work, table)
    carried, mark, last_live_id = _all_rows(work, current, folder)
    key_field = job.params["key_field"]
    return Gathered(
        inputs=(*carried, _import_file(work, job, folder)),
        identity=None if current is None else _identity(work, current.ref, folder),
        last_built_id=table.last_built_id,
        last_live_id=last_live_id,
        since=None if current is None else current.ref,
        mark=mark,
        loaded=(),
        is_live=True,
        fields=importing.fields(work, job),
        appends=True,
        key_fields=() if key_field is None else (key_field,),
    )


def _all_rows(work: Work, current: Generation | None, folder: Path) -> tuple[list[RowsInput], Mark, int]:
    """As `_owned_rows`, of all sources."""
    if current is None:
        return [], START, LIVE_IDS_FROM
    path = folder / "rows.parquet"
    mark = work.rows.export_rows(current.ref, path, sources=(), excluded=True)
    link_files(tables.folder(work.portal, current.ref) / FILES_FOLDER, folder / FILES_FOLDER)
    # After the mark: an id that was given out later is replayed, one that was given out before is counted here.
    return [RowsInput(path=path, schema=current.schema)], mark, work.rows.live_ids(current.ref)


def _import_file(work: Work, job: Job, folder: Path) -> FileInput:
    file = imports.by_id(work, job.params["import_id"])
    if file is None:
        raise NotFound("The file was removed.", code="import.unknown")
    path = folder / job.params["resource"]
    with work.blobs.local(file.digest) as blob:
        link_or_copy(blob, path)
    return FileInput(
        path=path,
        name=file.original_name,
        source=job.params["resource"],
        format=EXTRACTORS[FileKind(file.kind)],
        params=file.params,
        owned=True,
        names=tuple(one.field for one in importing.asked(job)),
        as_sent=True,
    )


def manifest_of(folder: Path) -> Manifest:
    return Manifest.from_json(orjson.loads((folder / MANIFEST_FILE).read_bytes()))


def throttled(check: Callable[[], None], seconds: float) -> Callable[[], None]:
    """The same check, done at most once in so many seconds."""
    last = time.monotonic()

    def poll() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            check()

    return poll


def _is_due(resource: Resource) -> bool:
    """A derived file is extracted at every publish, an owned one once."""
    return resource.file_id is not None and not (resource.is_owned and resource.loaded_at is not None)


def _check_fetched(work: Work, sources: Sequence[Resource]) -> None:
    """Raises `Unavailable` where a source has no content: it came, or was changed or cleaned, after the others were
    fetched. A publication without its rows would be a silent loss."""
    for one in sources:
        if one.file_id is None and connected.is_fetched(work, one.id):
            message = f"The resource “{one.title}” was changed while the publication began. Publish again."
            raise Unavailable(message, code="fetch.changed")


def _file(work: Work, resource: Resource, folder: Path) -> FileInput:
    assert resource.file_id is not None
    assert resource.type is not None
    uploaded = resources.file_by_id(work, resource.file_id)
    path = folder / resource.uid
    with work.blobs.local(uploaded.digest) as blob:
        link_or_copy(blob, path)
    return FileInput(
        path=path,
        name=uploaded.filename,
        source=resource.uid,
        format=resource.type,
        params=resource.params,
        owned=resource.is_owned,
    )


def _owned_rows(
    work: Work, current: Generation | None, owned: list[Resource], folder: Path
) -> tuple[list[RowsInput], Mark, int]:
    """Today's owned rows, the mark of the state they are of, and the last live id given out."""
    if current is None:
        return [], START, LIVE_IDS_FROM
    carried = []
    if owned:
        path = folder / "owned.parquet"
        mark = work.rows.export_rows(current.ref, path, sources=[one.uid for one in owned])
        carried = [RowsInput(path=path, schema=current.schema)]
    else:
        mark = work.rows.mark(current.ref)
    # After the mark: an id that was given out later is replayed, one that was given out before is counted here.
    return carried, mark, work.rows.live_ids(current.ref)


def _derived_rows(work: Work, ref: GenerationRef, owned_uids: Sequence[str], folder: Path) -> RowsInput:
    """An old generation's rows without those that were owned: today's stand in their place, if there are any."""
    path = folder / "derived.parquet"
    work.rows.export_rows(ref, path, sources=owned_uids, excluded=True)
    return RowsInput(path=path, schema=tables.generation(work, ref).schema)


def _identity(work: Work, ref: GenerationRef, folder: Path) -> Path | None:
    """Laid beside the other inputs, so that the generation may go while the build runs."""
    path = tables.folder(work.portal, ref) / IDENTITY_FILE
    if not path.exists():
        return None
    link_or_copy(path, folder / IDENTITY_FILE)
    return folder / IDENTITY_FILE


def _steps(work: Work, job: Job, kind: StepKind) -> tuple[Step, ...]:
    """Rows of an old generation have been through the steps of their time; today's tell how its fields were called, if it
    does not. Where columns decide on the fields, no step gives them other names or types."""
    assert job.dataset_id is not None
    left_out = _DECIDED if columns.declared_fields(work, job.dataset_id) else ()
    return tuple(
        Step(one.uid, one.type, one.params)
        for one in steps.of_dataset(work, job.dataset_id, kind)
        if one.type not in left_out
    )


def _step_json(one: Step) -> dict[str, Any]:
    return {"uid": one.uid, "type": one.type, "params": dict(one.params)}


def _input_json(one: FileInput | RowsInput) -> dict[str, Any]:
    if isinstance(one, RowsInput):
        return {"path": str(one.path), "schema": one.schema.to_json(), "fresh_ids": one.fresh_ids}
    return {
        "path": str(one.path),
        "name": one.name,
        "source": one.source,
        "format": one.format,
        "params": dict(one.params),
        "owned": one.owned,
        "names": list(one.names),
        "as_sent": one.as_sent,
    }


def _input(value: Mapping[str, Any]) -> FileInput | RowsInput:
    if "schema" in value:
        return RowsInput(Path(value["path"]), Schema.from_json(value["schema"]), value["fresh_ids"])
    names = tuple(value.get("names", ()))
    return FileInput(**{**value, "path": Path(value["path"]), "names": names})
