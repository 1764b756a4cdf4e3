"""The files in cells of records: pictures, documents. Who may see a cell may have its file, and nobody else."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.tables import service as tables
from colonnade.core.uploads import StoredFile
from colonnade.core.work import Work
from colonnade.errors import NotFound
from colonnade.generation import FILES_FOLDER
from colonnade.query.schema import FieldType
from colonnade.query.tree import Call, Compare, CompareOp, Expr, FieldRef, Literal, Named, Or, Query

_ID = re.compile(r"[0-9a-f]{32}")
_PNG_MAGIC = b"\x89PNG"


@dataclass(frozen=True)
class FoundFile:
    """A file in a cell. `content` is open: whoever takes it closes it."""

    stored: StoredFile
    content: IO[bytes]


def find(work: Work, readable: ReadableDataset, file_id: str, *, size: int | None = None) -> FoundFile:
    """A file by its id. `size`: of a picture, the smallest copy whose longer side has so many pixels or more, the
    picture itself if there is none.

    `NotFound` if no cell that the actor may see holds it; `Denied` when only the metadata may be seen.
    """
    told = _told(work, readable, file_id)
    generation = tables.currents(work, [readable.dataset.id]).get(readable.dataset.id)
    newest = None if generation is None else tables.newest(work, generation.table_uid)
    for one in (generation, newest):  # the former may have been removed since this work began
        if one is None:
            continue
        path = tables.folder(work.portal, one.ref) / FILES_FOLDER / file_id
        try:
            return _opened(path, told, size)
        except FileNotFoundError:
            continue
    raise _unknown(file_id)


def _opened(path: Path, told: dict[str, Any], size: int | None) -> FoundFile:
    smaller = _smaller(path, size)
    content = (smaller or path).open("rb")
    mimetype = str(told["mimetype"])
    if smaller is not None:
        mimetype = "image/png" if content.read(4) == _PNG_MAGIC else "image/jpeg"
        content.seek(0)
    digest = path.name if smaller is None else smaller.name
    length = (smaller or path).stat().st_size
    return FoundFile(StoredFile(str(told["filename"]), mimetype, length, digest), content)


def _smaller(path: Path, size: int | None) -> Path | None:
    if size is None:
        return None
    found = sorted((int(one.suffix[1:]), one) for one in path.parent.glob(f"{path.name}.*"))
    return next((one for pixels, one in found if pixels >= size), None)


def _told(work: Work, readable: ReadableDataset, file_id: str) -> dict[str, Any]:
    """What the first cell with this file says of it."""
    fields = [one.name for one in records.visible_fields(work, readable).fields if one.type is FieldType.FILE]
    if not fields or not _ID.fullmatch(file_id):
        raise _unknown(file_id)
    terms: list[Expr] = [
        Compare(CompareOp.EQ, Call("file_id", (FieldRef(name),)), Literal(file_id)) for name in fields
    ]
    where = terms[0] if len(terms) == 1 else Or(tuple(terms))
    asked = Query(select=tuple(Named(FieldRef(name), name) for name in fields), where=where, limit=1)
    for row in records.select(work, readable, asked).table.to_pylist():
        for cell in row.values():
            told: dict[str, Any] = orjson.loads(cell) if cell else {}
            if told.get("id") == file_id:
                return told
    raise _unknown(file_id)


def _unknown(file_id: str) -> NotFound:
    return NotFound(f"Unknown file: {file_id}", code="file.unknown")
