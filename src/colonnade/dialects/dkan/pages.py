"""DKAN's addresses of pages, which lead to the portal's own (sections 8.6 and 11 of the reference).

Every target is made of what the portal knows; of a request it holds words to search for, and nothing else.
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.attachments import service as attachments
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import exporting
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind, Node, ReadableNode
from colonnade.core.work import Work
from colonnade.dialects.dkan import entries
from colonnade.dialects.dkan.endpoints import PREFIX, at_root, number
from colonnade.dialects.dkan.searching import PATH as SEARCH
from colonnade.errors import Denied, NotFound
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import reading
from colonnade.http.streaming import Streamed, begun
from colonnade.http.validators import KEEPING

EXPLORE, ACCOUNT = "/explore/", "/account/"
SIGN_IN = f"{ACCOUNT}sign-in/"
WORDS = ("query", "q", "keys", "search_api_views_fulltext")
"""What DKAN's pages call the words that somebody looks for."""
FIRST_ROWS = 5


def get_node(request: Request) -> Response:
    name, _, extension = request.path_params["nid"].partition(".")
    nid = number(name)
    if extension in {"json", "xml"}:
        return _to(f"{PREFIX}/node/{nid}.{extension}")
    with reading(request) as work:
        return _to(_page(work, _seen(work, nid)))


def get_download(request: Request) -> Response:
    """The file of a resource, wherever it is. What is on another server is got from there."""
    with reading(request) as work:
        readable = _resource(work, request)
        if readable.node.attachment_id is not None:
            return _to(_attachment(work, readable))
        if readable.node.resource_id is None:
            address = entries.file_of(work, readable, "").address
            if address is None:
                raise _missing()
            return _to(address)
        file = exporting.as_csv(work, readable)
    disposition = f"attachment; filename*=UTF-8''{quote(file.filename)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-cache, no-store"}
    return Streamed(begun(request, file.chunks), file.media_type, headers)


def get_api(request: Request) -> Response:
    """The first rows, as a program gets them."""
    with reading(request) as work:
        uuid = _resource(work, request).node.uuid
    return _to(f"{SEARCH}?{urlencode({'resource_id': uuid, 'limit': FIRST_ROWS})}")


def get_alias(request: Request) -> Response:
    """`/dataset/{slug}`, `/dataset/{slug}/resource/{uuid}`, `/resource/{uuid}`, `/group/{uid}`."""
    path = _path(request)
    with reading(request) as work:
        if path.endswith(".xml"):
            found = _opened(lambda: nodes.by_alias(work, path.removesuffix(".xml")))
            return _to(f"/catalog/dataset.xml?{urlencode({'dct:identifier': found.node.uuid})}")
        return _to(_page(work, _opened(lambda: nodes.by_alias(work, path))))


def get_list(request: Request) -> Response:
    words = next((text for name in WORDS if (text := request.query_params.get(name))), "")
    return _to(f"{EXPLORE}?{urlencode({'q': words})}" if words else EXPLORE)


def get_kind(request: Request) -> Response:
    """All groups, stories, dashboards."""
    return _to(f"{EXPLORE}{_path(request)}/")


def _path(request: Request) -> str:
    """Without slashes around it. Not of `request.url`: it reads the query too, and breaks on bytes that are no text."""
    path: str = request.scope["path"]
    return path.strip("/")


def get_user(_request: Request) -> Response:
    return _to(ACCOUNT)


def get_sign_in(_request: Request) -> Response:
    return _to(SIGN_IN)


def _page(work: Work, readable: ReadableNode) -> str:
    """What people read about it: of a resource that is its dataset's."""
    node = readable.node
    if node.kind == Kind.DATASET and node.is_published and readable.dataset is not None:
        return _explored(readable.dataset.slug or readable.dataset.uid)
    if node.kind == Kind.RESOURCE:
        for one in nodes.datasets_of(work, readable):
            if one.node.is_published and one.dataset is not None:
                return _explored(one.dataset.slug or one.dataset.uid) + _anchor(node)
    return f"{EXPLORE}node/{node.id}/"


def _anchor(node: Node) -> str:
    """Where the page of a dataset tells of a resource that was made here."""
    return f"#resource-{node.id}" if node.is_own_resource and node.is_published else ""


def _explored(slug: str) -> str:
    return f"{EXPLORE}dataset/{quote(slug, safe='')}/"


def _attachment(work: Work, readable: ReadableNode) -> str:
    dataset = readable.dataset
    found = datasets.readable_by_ids(work, [] if dataset is None else [dataset.id])
    some = attachments.of_readables(work, found)
    uid = next((one.uid for files in some for one in files if one.id == readable.node.attachment_id), None)
    if uid is None or dataset is None:
        raise _missing()
    return PortalAddresses("").attachment(dataset.slug or dataset.uid, uid)


def _resource(work: Work, request: Request) -> ReadableNode:
    found = _seen(work, number(request.path_params["nid"]))
    if found.node.kind != Kind.RESOURCE:
        raise _missing()
    return found


def _seen(work: Work, nid: int) -> ReadableNode:
    return _opened(lambda: nodes.readable(work, nid))


def _opened(look: Callable[[], ReadableNode]) -> ReadableNode:
    """What is not published is as unknown here as what there is not."""
    try:
        return look()
    except Denied:
        raise _missing() from None


def _to(address: str) -> Response:
    return RedirectResponse(address, 302, {"Cache-Control": KEEPING})


def _missing() -> NotFound:
    return NotFound("Not found.", code="node.unknown")


ROOT = [
    at_root("/node/{nid}", get_node),
    at_root("/node/{nid}/download", get_download),
    at_root("/node/{nid}/data", get_download),
    at_root("/node/{nid}/api", get_api),
    at_root("/dataset", get_list),
    at_root("/dataset/{alias:path}", get_alias),
    at_root("/resource/{uuid}", get_alias),
    at_root("/group/{uid}", get_alias),
    at_root("/search", get_list),
    at_root("/search/{rest:path}", get_list),
    *(at_root(f"/{kind}", get_kind) for kind in ("groups", "stories", "dashboards")),
    at_root("/user", get_user),
    at_root("/user/login", get_sign_in),
    at_root("/user/register", get_sign_in),
    at_root("/user/password", get_sign_in),
]
