"""Files of nodes: sending them, looking at them, getting them (section 9 of the reference)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core import blobs, uploads
from colonnade.core.datastore import files
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import EditableNode
from colonnade.dialects.dkan import managed
from colonnade.dialects.dkan.endpoints import Asked, Sent, at_root, number, route
from colonnade.dialects.dkan.errors import said
from colonnade.errors import Conflict, Invalid
from colonnade.http.downloads import download
from colonnade.http.edge import reading

EXTRAS = frozenset(
    {"alt", "delimiter", "description", "display", "embed", "graph", "grid", "map", "service_id", "title"}
)
"""What may be said of a file beside what it is."""
NO_FILE = "Missing data the file upload can not be completed"


def post_attach(asked: Asked) -> object:
    nid = number(asked.part("nid"))
    replaces = str(asked.body.get("attach", "1")) in {"0", ""}
    with asked.reading() as work:
        editable = nodes.editable(work, nid)
        field = str(asked.needed("field_name"))
        files.check_field(editable, field)
    if not asked.files:
        raise said(406, NO_FILE)
    for one in asked.files:
        _check_extension(one)
    with asked.reading() as work:
        _check_room(nodes.editable(work, nid), field, asked, replaces=replaces)
    with _stored(asked) as stored, asked.writing() as work:
        editable = nodes.editable(work, nid)
        _check_room(editable, field, asked, replaces=replaces)
        added = files.attach(work, editable, stored, field=field, replaces=replaces)
        told = [{"fid": str(one.id), "uri": asked.uri("file", one.id)} for one in added]
    is_one = len(told) == 1 and not asked.portal.settings.attach_answers_list
    return told[0] if is_one else told


def get_file(asked: Asked) -> object:
    with asked.reading() as work:
        file = files.readable_file(work, number(asked.part("fid")))
        has_content = _is_wanted(asked.query.get("file_contents", "1"))
        has_styles = _is_wanted(asked.query.get("image_styles", "0"))
        return managed.whole(work, file, asked.site, has_content=has_content, has_styles=has_styles)


def get_files(asked: Asked) -> object:
    """Those that a field of files holds; what was uploaded to a resource is in a field of another kind (section 9.1)."""
    given = asked.request.path_params
    has_content, has_styles = _is_wanted(given.get("contents", "1")), _is_wanted(given.get("styles", "0"))
    with asked.reading() as work:
        readable = nodes.readable(work, number(asked.part("nid")))
        found = [one for one in files.of_node(work, readable) if one.place != files.UPLOAD]
        return [
            managed.whole(work, one, asked.site, has_content=has_content, has_styles=has_styles)
            for one in found
        ]


def download_file(request: Request) -> Response:
    with reading(request) as work:
        file = files.served(work, request.path_params["name"])
        stored = file.stored
        if stored is None:
            return RedirectResponse(file.uri, 302)
        return download(request, stored, work.blobs.open(stored.digest))


def _check_room(editable: EditableNode, field: str, asked: Asked, *, replaces: bool) -> None:
    try:
        files.check_room(editable, field, len(asked.files), replaces=replaces)
    except Conflict as full:
        raise said(500, full.message) from full


@contextmanager
def _stored(asked: Asked) -> Iterator[Sequence[files.Sent]]:
    """The files that were sent, with what is said of each. What is not taken up in the end is not kept."""
    kept: list[files.Sent] = []
    try:
        for place, one in enumerate(asked.files):
            stored = uploads.keep(asked.portal, one.content, filename=one.filename)
            kept.append((stored, _extras(asked, one, place)))
        yield kept
    except BaseException:
        blobs.clear(asked.portal, [stored.digest for stored, _ in kept])
        raise


def _check_extension(sent: Sent) -> None:
    try:
        managedfiles.check_extension(sent.filename)
    except Invalid as error:
        raise said(406, f"Failed to upload file. {sent.key}") from error


def _extras(asked: Asked, sent: Sent, place: int) -> Mapping[str, Any]:
    """Under the key of the file, or at its place."""
    given = asked.body.get("field_values")
    found: Any = None
    if isinstance(given, dict):
        found = given.get(sent.key, given.get(str(place)))
    elif isinstance(given, list) and place < len(given):
        found = given[place]
    texts = found if isinstance(found, dict) else {}
    return {
        name: str(value)
        for name, value in texts.items()
        if name in EXTRAS and not isinstance(value, dict | list)
    }


def _is_wanted(value: object) -> bool:
    return str(value).lower() not in {"0", "", "false"}


ROUTES = [
    route("/node/{nid}/attach_file", POST=post_attach, takes_files=True),
    route("/node/{nid}/files", GET=get_files),
    route("/node/{nid}/files/{contents}", GET=get_files),
    route("/node/{nid}/files/{contents}/{styles}", GET=get_files),
    route("/file/{fid}", GET=get_file),
]
ROOT = [at_root(f"{managed.SERVED}/{{name:path}}", download_file)]
