"""A stored file as the answer to a request: byte for byte, never shown or run by a browser."""

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

CHUNK_BYTES = 1 << 18
UNKNOWN = "application/octet-stream"

_MIMETYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNQUOTABLE = re.compile(r'[^\x20-\x7e]|["\\]')


def download(content: IO[bytes], filename: str, mimetype: str | None, size: int) -> Response:
    """Streams the content and closes it. A mimetype that a header cannot have is as none."""
    is_fit = mimetype is not None and _MIMETYPE.fullmatch(mimetype)
    headers = {
        "Content-Type": mimetype if mimetype is not None and is_fit else UNKNOWN,
        "Content-Length": str(size),
        "Content-Disposition": disposition(filename),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_pieces(content), headers=headers)


def disposition(filename: str) -> str:
    """The name twice: in ASCII for old clients, in UTF-8 for the others."""
    plain = _UNQUOTABLE.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(CHUNK_BYTES):
            yield piece
