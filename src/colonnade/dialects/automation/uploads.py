"""Forms with a file in them: the permission first, then the body, then the file to the disk."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core import uploads
from colonnade.core.datasets import service as datasets
from colonnade.core.uploads import StoredFile
from colonnade.errors import Invalid
from colonnade.http.edge import portal_of, reading

MAX_PARTS = 20
"""Parts of a form beside its file."""
FILE = {"type": "string", "format": "binary"}
REQUIRED = "This field is required"

Take = Callable[[Request, str, FormData], Response]


def described(parts: Mapping[str, Mapping[str, Any]], required: Sequence[str]) -> dict[str, Any]:
    """A form in the words of OpenAPI."""
    schema = {"type": "object", "required": list(required), "properties": dict(parts)}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


FILE_BODY = described({"file": FILE}, ["file"])


async def form_of(request: Request, dataset_uid: str, take: Take) -> Response:
    """Answers with what is made of a form by somebody who may edit the dataset. Who may not is told before the first
    byte of the body is read."""
    await run_in_threadpool(_check_editable, request, dataset_uid)
    try:
        form = await request.form(max_files=1, max_fields=MAX_PARTS)
    except UnicodeError as error:  # the form names a character set in which it is not written
        raise HTTPException(400, "The form cannot be read in its character set.") from error
    try:
        return await run_in_threadpool(take, request, dataset_uid, form)
    finally:
        await form.close()


def has_file(form: FormData) -> bool:
    return isinstance(form.get("file"), UploadFile)


def file_of(form: FormData) -> UploadFile:
    """Raises `Invalid` without a part `file` that is one."""
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Invalid(REQUIRED, fields={"file": [REQUIRED]})
    return file


def text_of(form: FormData, name: str) -> str | None:
    """A part that is a text; None without one. Raises `Invalid` for a file."""
    value = form.get(name)
    if isinstance(value, UploadFile):
        message = "This must be a text."
        raise Invalid(message, fields={name: [message]})
    # Half characters, which some character sets can write, are none that could be kept.
    return None if value is None else value.encode(errors="replace").decode()


def stored(request: Request, file: UploadFile) -> StoredFile:
    """The file in the store of blobs. Raises `LimitReached`."""
    return uploads.keep(portal_of(request), file.file, filename=file.filename or "file")


def _check_editable(request: Request, dataset_uid: str) -> None:
    with reading(request) as work:
        datasets.editable(work, dataset_uid)
