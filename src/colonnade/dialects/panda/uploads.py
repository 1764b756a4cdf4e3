"""Files that are sent: by a form or as the body itself, to the root of the site (sections 3.4 and 3.5 of the reference).

Every answer is 200 and HTML by name, and JSON in truth: what became of the file stands in it.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from colonnade import errors
from colonnade.core import uploads
from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.imports import service as imports
from colonnade.core.work import Work
from colonnade.dialects.panda import access, csrf, filed
from colonnade.dialects.panda.answers import HARMLESS, json_bytes, text
from colonnade.http import sessions
from colonnade.http.edge import portal_of, reading, writing
from colonnade.http.forms import of_utf8

MOST_FIELDS, MOST_FILES = 20, 2
SPOOL_BYTES = 1 << 20
NO_NAME = "AJAX request not valid"
BAD_UPLOAD = {"error_message": "Bad Upload"}
FORBIDDEN = {"success": False, "forbidden": True}
ENCODING = (
    "This CSV file contains characters that are not {} encoded. You need to input the correct encoding in order to import "
    "data from this file."
)
TEXTS: Mapping[str, str] = {
    "import.encoding": ENCODING,
    "import.codec": "unknown encoding: {}",
    "import.dialect": "CSV dialect could not be automatically inferred.",
    "import.cell": "CSV contains fields longer than maximum length of 131072 characters.",
    "dataset.unknown": "Dataset matching query does not exist.",
}
"""Code of an error -> what is said; the encoding stands in it."""


@dataclass(frozen=True)
class Sent:
    """One file, and what was said of it."""

    filename: str
    content: IO[bytes]
    encoding: str | None
    dataset: str | None


Take = Callable[[Request, Sent], dict[str, Any]]


class UploadPage:
    """One address that takes files. `take`: makes of a file what is answered."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await (await self._answered(request))(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        if request.method != "POST":
            return Response("POST", 405, {"Allow": "POST"}, media_type="text/html")
        # Who is nobody whatever stands in the form is told before it is read.
        if not await run_in_threadpool(_may_be_somebody, request):
            return _answer(FORBIDDEN)
        if request.headers.get("x-requested-with", "").lower() == "xmlhttprequest":
            return await self._raw(request)
        return await self._form(request)

    async def _raw(self, request: Request) -> Response:
        if not csrf.is_proven(request):
            return csrf.refusal()
        name = request.query_params.get("qqfile")
        if not name:
            return text(NO_NAME, 400)
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as content:
            async for piece in request.stream():
                await run_in_threadpool(content.write, piece)
            content.seek(0)
            return await run_in_threadpool(self._taken, request, _sent(request, name, content, {}))

    async def _form(self, request: Request) -> Response:
        try:
            form = await of_utf8(request).form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
        except (HTTPException, errors.Invalid):
            return _answer(BAD_UPLOAD)
        try:
            proof = form.get(sessions.CSRF_FIELD)
            if not csrf.is_proven(request, proof if isinstance(proof, str) else None):
                return csrf.refusal()
            files = [one for one in form.values() if isinstance(one, UploadFile)]
            if len(files) != 1:
                return _answer(BAD_UPLOAD)
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            sent = _sent(request, files[0].filename or "file", files[0].file, fields)
            return await run_in_threadpool(
                self._taken, request, sent, proof if isinstance(proof, str) else None
            )
        finally:
            await form.close()

    def _taken(self, request: Request, sent: Sent, proof: str | None = None) -> Response:
        try:
            request.state.actor = access.actor_of(request, proof=proof)
            return _answer({"success": True, **self._take(request, sent)})
        except errors.Unauthenticated:
            return _answer(FORBIDDEN)
        except errors.Denied:
            return _answer(FORBIDDEN)
        except errors.PortalError as error:
            return _answer({"success": False, "filename": sent.filename, "error_message": _said(error, sent)})


def take_data(request: Request, sent: Sent) -> dict[str, Any]:
    """A file of rows is looked at, and belongs to a dataset if one is named."""
    with reading(request) as work:
        _editable(work, sent)
    stored = uploads.keep(portal_of(request), sent.content, filename=sent.filename)
    look = imports.look(portal_of(request), stored, sent.encoding)
    with writing(request) as work:
        added = imports.add(work, look, _editable(work, sent))
        (shown,) = filed.data_uploads(work, [added])
        return {**shown, "creation_date": filed.exactly(added.created_at)}


def take_related(request: Request, sent: Sent) -> dict[str, Any]:
    """A file beside the rows of the dataset that has to be named."""
    with reading(request) as work:
        _named(work, sent)
    stored = uploads.keep(portal_of(request), sent.content, filename=sent.filename)
    with writing(request) as work:
        added = attachments.add(work, _named(work, sent), stored, title=stored.filename)
        (shown,) = filed.related_uploads(work, [added])
        return {**shown, "creation_date": filed.exactly(added.created_at)}


def _editable(work: Work, sent: Sent) -> EditableDataset | None:
    return None if sent.dataset is None else datasets.editable(work, sent.dataset)


def _named(work: Work, sent: Sent) -> EditableDataset:
    if sent.dataset is None:
        raise errors.Invalid("dataset_slug is needed: to which dataset does this file belong?")
    return datasets.editable(work, sent.dataset)


def _may_be_somebody(request: Request) -> bool:
    """Whether the key is right, or there may be a session: the proof of one can stand in the form."""
    if not access.has_key(request):
        return bool(sessions.token_of(request))
    try:
        access.actor_of(request)
    except errors.Unauthenticated:
        return False
    return True


def _sent(request: Request, name: str, content: IO[bytes], fields: Mapping[str, str]) -> Sent:
    """Parameters stand in the address or in the form."""

    def parameter(key: str) -> str | None:
        return request.query_params.get(key) or fields.get(key) or None

    return Sent(uploads.safe_filename(name), content, parameter("encoding"), parameter("dataset_slug"))


def _said(error: errors.PortalError, sent: Sent) -> str:
    found = TEXTS.get(error.code)
    return (
        error.message
        if found is None
        else found.format(error.facts.get("encoding", sent.encoding or "utf-8"))
    )


def _answer(body: Mapping[str, Any]) -> Response:
    return Response(json_bytes(body), 200, HARMLESS, media_type="text/html")
