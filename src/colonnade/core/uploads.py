"""Files as people send them: taken up without holding them in memory, called by a harmless name, known by a type."""

import mimetypes
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from colonnade.core.work import Event, Portal, Work

MAX_NAME = 200
"""Characters of a file's name."""
MAX_SUFFIX = 20

_HEAD_BYTES = 16

# Of an object of its own: the module's functions also read what the machine happens to have installed.
_BY_NAME = mimetypes.MimeTypes()
_OWN_TYPES: Mapping[str, str] = {
    ".7z": "application/x-7z-compressed",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".geojson": "application/geo+json",
    ".gpkg": "application/geopackage+sqlite3",
    ".gpx": "application/gpx+xml",
    ".gz": "application/gzip",
    ".js": "text/javascript",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".kmz": "application/vnd.google-earth.kmz",
    ".md": "text/markdown",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".parquet": "application/vnd.apache.parquet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
_PACKED: Mapping[str, str] = {
    "bzip2": "application/x-bzip2",
    "compress": "application/x-compress",
    "gzip": "application/gzip",
    "xz": "application/x-xz",
    "br": "application/x-brotli",
}
_MAGIC: Mapping[bytes, str] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"PK\x03\x04": "application/zip",
    b"\x1f\x8b": "application/gzip",
    b"PAR1": "application/vnd.apache.parquet",
}


@dataclass(frozen=True)
class ContentDropped(Event):
    """Something went that had a stored content; `digests`: of the blobs, which others may use."""

    digests: tuple[str, ...]


@dataclass(frozen=True)
class StoredFile:
    """A file whose bytes are the blob `digest`. `mimetype` None: unknown. `size`: bytes."""

    filename: str
    mimetype: str | None
    size: int
    digest: str


def keep(portal: Portal, content: IO[bytes], *, filename: str, limit: int | None = None) -> StoredFile:
    """Store what is sent, under a harmless name and with the type that name or content say: never by the word of who
    sent it. Outside every transaction, for it may take long: whoever takes the file up calls `check_kept` then.
    `limit`: bytes, where it is not that of uploads. Raises `LimitReached`, and nothing is stored then."""
    head = content.read(_HEAD_BYTES)
    content.seek(0)
    blob = portal.blobs.put(content, limit=limit or portal.settings.max_upload_bytes)
    name = safe_filename(filename)
    return StoredFile(name, mimetype_of(name, head), blob.size, blob.digest)


def check_kept(work: Work, digest: str) -> None:
    """In the transaction that writes down a use of a blob. Raises `NotFound` when it went meanwhile: the same content
    was another file's, which was removed just now."""
    work.blobs.open(digest).close()


def safe_filename(name: str) -> str:
    """The last part of a name, without anything that a file system or a header could misread."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(char for char in last if char.isprintable() and char not in '"<>|:*?').strip(" .")
    if len(shown) > MAX_NAME:
        suffix = PurePosixPath(shown).suffix
        suffix = suffix if len(suffix) <= MAX_SUFFIX else ""
        shown = shown[: MAX_NAME - len(suffix)] + suffix
    return shown or "file"


def mimetype_of(name: str, head: bytes = b"") -> str | None:
    """By the last suffix of a name, else by the first bytes of a content. A packed file is of its packing's type."""
    known = _OWN_TYPES.get(PurePosixPath(name).suffix.lower())
    if known is not None:
        return known
    guessed, packing = _BY_NAME.guess_type(f"x{PurePosixPath(name).suffix.lower()}")
    found = guessed if packing is None else _PACKED.get(packing)
    return found or next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
