"""Importing an uploaded data file: its rows are added to those of a dataset, as the truth from then on. The job itself is
in `jobs`; here it is asked for, and its rows and file are taken away again."""

from collections.abc import Sequence
from dataclasses import replace

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import Column
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset, EditableDataset
from colonnade.core.imports import service as imports
from colonnade.core.imports.model import FileKind, ImportFile
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind
from colonnade.core.records import service as records
from colonnade.core.resources import service as resources
from colonnade.core.tables import service as tables
from colonnade.core.work import Actor, Portal, Work
from colonnade.errors import Conflict, Invalid
from colonnade.query.schema import Field, FieldType

IMPORTABLE = frozenset(
    {
        FieldType.TEXT,
        FieldType.INT,
        FieldType.DOUBLE,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.TIME,
    }
)


def queue(work: Work, editable: EditableDataset, file_id: int, *, key_column: str | None = None) -> Job:
    """Have a file's rows added to a dataset, which need not be the one that it belongs to. A dataset without columns gets
    those of the file. `key_column`: the header, or the number from 1, of the column of external ids; a row with an id
    that is there takes the place of that row.

    Raises `NotFound`; `Conflict` with the codes `job.busy` and `rows.locked` while something else changes the rows,
    `import.done` for a file that was imported, `import.unsupported` for one that is no table, `import.columns` for one
    with other columns than the dataset; `Invalid` for a `key_column` that there is not.
    """
    file = imports.one(work, file_id)
    jobs.check_idle(work, editable.dataset.id)
    columns.check_unlocked(work, editable.dataset.id)
    if file.is_imported or _is_under_way(work, file_id):
        raise Conflict("This file has already been imported.", code="import.done")
    if file.kind == FileKind.OTHER or file.columns is None:
        raise Conflict("This file type is not supported for data import.", code="import.unsupported")
    known = _columns(work, editable, file)
    params = {
        "import_id": file.id,
        "file": file.original_name,
        "type": file.kind,
        "encoding": file.encoding,
        "dataset": editable.dataset.slug,
        "resource": resources.free_uid(work),
        "into": [one.to_json() for one in known],
        "key_field": None if key_column is None else _key_field(known, key_column),
    }
    return jobs.queue(work, Kind.IMPORT, editable.dataset.id, params=params)


def remove(portal: Portal, actor: Actor, file_id: int) -> None:
    """Remove a file and the rows that came from it. Raises `NotFound` and `Denied` as `imports.editable_one`, `Conflict`
    with the code `job.busy` while a job changes those rows, or imports the file."""
    with portal.reading(actor) as work:
        file = imports.editable_one(work, file_id)
        _check_idle(work, file)
        editable = _imported_into(work, file)
        if editable is not None and file.resource_uid is not None:
            _delete_rows(work, editable, file.resource_uid)
    with portal.writing(actor) as work:
        file = imports.editable_one(work, file_id)
        _check_idle(work, file)
        editable = _imported_into(work, file)
        known = [] if editable is None else [one.uid for one in resources.resources(work, editable)]
        if editable is not None and file.resource_uid in known:
            resources.remove(work, editable, file.resource_uid)
        imports.forget(work, file)


def landed(work: Work, dataset: Dataset, job: Job, file: ImportFile) -> None:
    """The rows of an import count from now on. For its job, in the transaction that lets them."""
    resources.add_loaded(work, dataset.id, job.params["resource"], file.title)
    imports.imported(work, file, dataset.id, job.params["resource"])


def fields(work: Work, job: Job) -> tuple[Field, ...]:
    """The fields that an import fills. Where columns do not decide on them, what does not fit is kept as it was sent, and
    changes no type."""
    assert job.dataset_id is not None
    there = tuple(replace(one, lenient=True, keeps_raw=True) for one in _table_fields(work, job.dataset_id))
    return columns.declared_fields(work, job.dataset_id) or there or columns.schema_of(asked(job)).fields


def asked(job: Job) -> tuple[Column, ...]:
    """The columns that the file's rows go into."""
    return tuple(Column.from_json(one) for one in job.params["into"])


def _columns(work: Work, editable: EditableDataset, file: ImportFile) -> tuple[Column, ...]:
    """The columns that the rows go into."""
    headers, dataset_id = file.columns or [], editable.dataset.id
    known = columns.known(work, dataset_id)
    if known is None:
        known = columns.typed(headers, file.guessed_types or [None] * len(headers))
        columns.begun(work, dataset_id, known, file.sample or [])
    elif [one.name for one in known] != headers or not _takes_files(work, dataset_id):
        message = "The columns in this file do not match those in the dataset."
        raise Conflict(message, code="import.columns")
    if not columns.is_filled(work, dataset_id):
        imports.first(work, editable, file)
    return known


def _takes_files(work: Work, dataset_id: int) -> bool:
    """Whether the cells of files can be in all of its fields: in no place, list, file or object."""
    return all(one.type in IMPORTABLE and not one.multivalued for one in _table_fields(work, dataset_id))


def _table_fields(work: Work, dataset_id: int) -> tuple[Field, ...]:
    found = tables.currents(work, [dataset_id]).get(dataset_id)
    return () if found is None else found.schema.fields


def _key_field(known: Sequence[Column], wanted: str) -> str:
    named = [one.field for one in known if one.name == wanted]
    if not named and wanted.isdecimal() and 1 <= int(wanted) <= len(known):
        named = [known[int(wanted) - 1].field]
    if len(named) != 1:
        headers = ", ".join(one.name for one in known)
        message = f"The external ids must be in one column; there is no single {wanted} among {headers}."
        raise Invalid(message, code="import.key_column")
    return named[0]


def _delete_rows(work: Work, editable: EditableDataset, source: str) -> None:
    """Those of a source that may have been removed by another door, with all rows of the dataset or without."""
    try:
        records.delete_sources(work, editable, [source])
    except Conflict as error:
        if error.code != "table.empty":
            raise


def _imported_into(work: Work, file: ImportFile) -> EditableDataset | None:
    """Where its rows are, which the actor has to be allowed to change."""
    found = None if file.imported_into is None else datasets.by_id(work, file.imported_into)
    return None if found is None else datasets.editable(work, found.uid)


def _check_idle(work: Work, file: ImportFile) -> None:
    if file.imported_into is not None:
        jobs.check_idle(work, file.imported_into)
    if _is_under_way(work, file.id):
        raise Conflict("This file is being imported.", code="job.busy")


def _is_under_way(work: Work, file_id: int) -> bool:
    return any(
        one.kind == Kind.IMPORT and one.params.get("import_id") == file_id for one in jobs.active(work)
    )
