"""Managed files as Drupal has them (sections 1.1, 7.2 and 9 of the reference)."""

import base64
from collections.abc import Mapping
from typing import IO, Any
from urllib.parse import quote

from colonnade.core.managedfiles.model import ManagedFile
from colonnade.core.work import Work
from colonnade.errors import LimitReached

SERVED = "/sites/default/files"
"""Where the files of `public://` are."""
MAX_CONTENT = 32 << 20
"""Bytes of a file that an answer holds as a text."""
UNKNOWN_TYPE = "application/octet-stream"
_KINDS = ("image", "video", "audio")
_DOCUMENTS = frozenset({"text/plain", "application/pdf", "application/msword", "application/rtf"})
_DOCUMENT_FAMILIES = (
    "application/vnd.ms-",
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-",
)


def shown(file: ManagedFile) -> dict[str, Any]:
    """A file as an object; every number is a text."""
    return {
        "fid": str(file.id),
        "uid": str(file.created_by_id or 0),
        "filename": file.filename,
        "uri": file.uri,
        "filemime": file.mimetype or UNKNOWN_TYPE,
        "filesize": str(file.copy_size or file.size),
        "status": "1",
        "timestamp": str(int(file.created_at.timestamp())),
        "type": kind_of(file.mimetype),
        "uuid": file.uuid,
        "rdf_mapping": [],
        "metadata": [],
        "alt": "",
        "title": "",
    }


def kind_of(mimetype: str | None) -> str:
    """What Drupal calls a file of a type."""
    known = mimetype or UNKNOWN_TYPE
    if known.partition("/")[0] in _KINDS:
        return known.partition("/")[0]
    is_document = known in _DOCUMENTS or known.startswith(_DOCUMENT_FAMILIES)
    return "document" if is_document else "undefined"


def address(file: ManagedFile, site: str) -> str:
    """Where anybody who may see it gets a file."""
    return file.uri if file.is_remote else f"{site}{SERVED}/{quote(file.name)}"


def whole(
    work: Work, file: ManagedFile, site: str, *, has_content: bool, has_styles: bool
) -> Mapping[str, Any]:
    """A file as Services shows one. Raises `LimitReached` for a content that is too long."""
    where = address(file, site)
    found = {**shown(file), "uri_full": where, "target_uri": file.name or file.uri}
    stored = file.copy
    if has_content and stored is not None:
        if stored.size > MAX_CONTENT:
            message = f"The file {file.filename} is too large for this answer: ask with file_contents=0, and get it at {where}"
            raise LimitReached(message, limit_type="file", limit=MAX_CONTENT, value=stored.size)
        with work.blobs.open(stored.digest) as content:
            found["file"] = _encoded(content)
    return {**found, "image_styles": []} if has_styles else found


def _encoded(content: IO[bytes]) -> str:
    return base64.b64encode(content.read()).decode()
