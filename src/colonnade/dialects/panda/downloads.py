"""Files as they are given out: by the name that they had, not quoted where old clients can read it so (section 3.4)."""

import re
from typing import IO

from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.uploads import StoredFile
from colonnade.http.downloads import download

_PLAIN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~:-]{1,200}")


def sent(request: Request, file: StoredFile, content: IO[bytes]) -> Response:
    answer = download(request, file, content)
    if _PLAIN.fullmatch(file.filename) and "content-disposition" in answer.headers:
        answer.headers["Content-Disposition"] = f"attachment; filename={file.filename}"
    return answer
