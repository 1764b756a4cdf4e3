"""A stored file as the answer to a request: byte for byte, never shown or run by a browser as a page of this portal."""

import re
from collections.abc import Generator
from typing import IO
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.uploads import StoredFile
from colonnade.http.methods import HEAD_ONLY
from colonnade.http.streaming import Streamed
from colonnade.http.validators import DEPENDS_ON, KEEPING, is_known

CHUNK_BYTES = 1 << 18
UNKNOWN = "application/octet-stream"

INERT = frozenset(
    {
        "application/geo+json",
        "application/geopackage+sqlite3",
        "application/gzip",
        "application/json",
        "application/jsonl",
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/vnd.apache.parquet",
        "application/vnd.google-earth.kmz",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/x-7z-compressed",
        "application/x-bzip2",
        "application/x-tar",
        "application/x-xz",
        "application/zip",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/calendar",
        "text/csv",
        "text/markdown",
        "text/plain",
        "text/tab-separated-values",
    }
)
"""Types that a file is sent as: in no browser does one of them run a script. Every other type (HTML, SVG, XML, scripts,
style sheets, whatever comes up later) is sent as `UNKNOWN`."""
INERT_FAMILIES = (
    "audio/",
    "video/",
    "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.",
)

FOR_WHOM = {"Cache-Control": KEEPING, "Vary": DEPENDS_ON}
"""Who asks decides whether there is a file."""
_UNQUOTABLE = re.compile(r'[^\x20-\x7e]|["\\]')
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


def download(request: Request, file: StoredFile, content: IO[bytes]) -> Response:
    """Streams the content, or the one range of it that is asked for (RFC 9110, section 14), and closes it. 304 if the
    client has it."""
    etag = f'"{file.digest}"'
    if is_known(request.headers.get("if-none-match", ""), etag):
        content.close()
        return Response(status_code=304, headers={"ETag": etag, **FOR_WHOM})
    headers = {
        **FOR_WHOM,
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(file.filename),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "ETag": etag,
        "X-Content-Type-Options": "nosniff",
    }
    if HEAD_ONLY in request.scope:
        content.close()
        headers |= {"Content-Length": str(file.size), "Content-Type": served_type(file.mimetype)}
        return Response(headers=headers)
    wanted = _wanted(request, etag, file.size)
    if wanted is None:
        return _streamed(content, file, range(file.size), headers)
    headers["Content-Range"] = f"bytes {_written(wanted) if wanted else '*'}/{file.size}"
    if not wanted:
        content.close()
        return Response(status_code=416, headers=headers)
    answer = _streamed(content, file, wanted, headers)
    answer.status_code = 206
    return answer


def disposition(filename: str) -> str:
    """The name twice: in ASCII for old clients, in UTF-8 for the others."""
    plain = _UNQUOTABLE.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def served_type(mimetype: str | None) -> str:
    """The type that a file of this type is sent as: its own, if nothing can run by it."""
    known = (mimetype or "").lower()
    return known if known in INERT or known.startswith(INERT_FAMILIES) else UNKNOWN


def _streamed(content: IO[bytes], file: StoredFile, part: range, headers: dict[str, str]) -> Response:
    headers["Content-Length"] = str(len(part))
    return Streamed(_pieces(content, part), served_type(file.mimetype), headers)


def _wanted(request: Request, etag: str, size: int) -> range | None:
    """The part that is asked for, empty if there is no such part; None: the whole, also for what is not understood."""
    if request.headers.get("if-range", etag) != etag:
        return None
    asked = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or asked[0].endswith("=-"):
        return None
    first, last = asked[1], asked[2]
    if not first:  # the last so many
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _written(part: range) -> str:
    return f"{part.start}-{part.stop - 1}"


def _pieces(content: IO[bytes], part: range) -> Generator[bytes]:
    with content:
        content.seek(part.start)
        left = len(part)
        while left and (piece := content.read(min(CHUNK_BYTES, left))):
            left -= len(piece)
            yield piece
