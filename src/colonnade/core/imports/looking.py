"""A look at an uploaded data file: how it is written, its header, its first rows, what its columns may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from colonnade.builder import process
from colonnade.core.columns.inference import guessed_types
from colonnade.core.imports.model import FileKind
from colonnade.core.resources import looking
from colonnade.core.resources.looking import Content
from colonnade.core.uploads import ContentDropped, StoredFile
from colonnade.core.work import SYSTEM, Portal
from colonnade.errors import Invalid, PortalError
from colonnade.formats import encoding as encodings
from colonnade.formats import sent
from colonnade.formats.port import Source
from colonnade.formats.surveyed import Survey

SAMPLE_ROWS = 5
DEFAULT_ENCODING = "utf-8"

EXTRACTORS: Mapping[FileKind, str] = {FileKind.CSV: "csvfile", FileKind.XLS: "excel", FileKind.XLSX: "excel"}
_CODES = {
    "file.encoding": "import.encoding",
    "file.csv": "import.dialect",
    "file.empty": "import.dialect",
    "file.parameters": "import.dialect",
}


@dataclass(frozen=True)
class Look:
    """What is known of a file before it is written down; see `model.ImportFile`."""

    stored: StoredFile
    kind: FileKind
    encoding: str
    params: Mapping[str, Any] = field(default_factory=dict)
    dialect: Mapping[str, Any] | None = None
    columns: Sequence[str] | None = None
    sample: Sequence[Sequence[str]] | None = None
    guessed_types: Sequence[str | None] | None = None


def look(portal: Portal, stored: StoredFile, encoding: str | None = None) -> Look:
    """`encoding`: of the texts of a CSV file, by the word of who sends it; any codec of Python. Outside every
    transaction, for it takes a process and a second.

    Raises `Invalid`: `import.codec` for an encoding that there is not, `import.encoding` for a file that is not in it
    (both with the fact `encoding`), `import.dialect` for one that is no table, `import.unreadable` for a spreadsheet
    that is none; `LimitReached`, and `Unavailable` when too many look at once. The content of such a file is not kept.
    """
    try:
        return _look(portal, stored, encoding)
    except PortalError:
        with portal.reading(SYSTEM) as work:
            work.happened(ContentDropped((stored.digest,)))
        raise


def _look(portal: Portal, stored: StoredFile, encoding: str | None) -> Look:
    kind = kind_of(stored.filename)
    wanted = (encoding or "").strip() or DEFAULT_ENCODING
    if kind is FileKind.OTHER:
        return Look(stored, kind, wanted)
    if kind is FileKind.CSV:
        _check_codec(wanted)
        survey = _survey(portal, stored, kind, {"encoding": wanted}, wanted)
        guessed: list[str | None] = [*guessed_types(survey.rows, len(survey.columns))]
    else:
        cells = sent.WANTED if kind is FileKind.XLSX else sent.AS_TEXTS
        survey = _survey(portal, stored, kind, {sent.PARAMETER: cells}, wanted)
        guessed = [*(survey.kinds or ())]
    return Look(stored, kind, wanted, survey.params, survey.dialect, survey.columns, survey.rows, guessed)


def kind_of(filename: str) -> FileKind:
    """By the ending of its name, in whatever case."""
    suffix = PurePosixPath(filename).suffix.lower().removeprefix(".")
    return FileKind(suffix) if suffix in {*FileKind} else FileKind.OTHER


def _check_codec(name: str) -> None:
    try:
        encodings.known(Source(Path(), ""), name)
    except Invalid:
        raise Invalid(f"There is no encoding {name}.", code="import.codec", encoding=name) from None


def _survey(
    portal: Portal, stored: StoredFile, kind: FileKind, params: Mapping[str, Any], encoding: str
) -> Survey:
    content = Content(stored.filename, stored.digest)
    try:
        return looking.look(portal, content, EXTRACTORS[kind], params, process.survey, rows=SAMPLE_ROWS)
    except Invalid as error:
        code = _CODES.get(error.code, "import.unreadable")
        raise Invalid(error.message, code=code, encoding=encoding) from error
