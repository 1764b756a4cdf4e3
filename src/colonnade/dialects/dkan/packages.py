"""The catalogue as CKAN tells of one: packages, resources, groups, revisions (section 12.2 of the reference)."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.templates import CUSTOM, Custom
from colonnade.core.feeds import texts
from colonnade.core.nodes import listing, tags
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Condition, Kind, ReadableNode, Tags
from colonnade.core.records.streams import primed
from colonnade.core.work import Work
from colonnade.dialects.dkan import bodies, entries, mapping_metadata
from colonnade.dialects.dkan.catalogue import listed
from colonnade.dialects.dkan.endpoints import at_root
from colonnade.dialects.dkan.entries import Entry, File
from colonnade.errors import Denied, Invalid, NotFound
from colonnade.http.answers import JSON
from colonnade.http.edge import portal_of, reading
from colonnade.http.forms import MULTIPART
from colonnade.http.pagination import site_of
from colonnade.http.streaming import Streamed
from colonnade.http.validators import KEEPING

PREFIX = "/api/3/action"
HEADERS = {"Cache-Control": KEEPING, "X-Content-Type-Options": "nosniff"}
MOST_GROUPS = 10_000
ADDITIONAL = "field_additional_info"
UNKNOWN: Mapping[str, object] = {"__type": "Not Found Error", "message": "Not Found"}
_KNOWN = frozenset(one.value for one in Custom)
"""Fields of `custom` that have a place of their own in catalogues."""

HELP: Mapping[str, str] = {
    "site_read": "Return true.",
    "package_list": "Return a list of the names of the site's datasets (packages).",
    "package_show": "Return the metadata of a dataset (package) and its resources. :param id: the id or name of the dataset.",
    "current_package_list_with_resources": "Return a list of the site's datasets (packages) and their resources. The list"
    " is sorted most-recently-modified first. :param limit: how many. :param offset: from which on.",
    "resource_show": "Return the metadata of a resource. :param id: the id of the resource.",
    "group_list": "Return a list of the names of the site's groups.",
    "group_package_show": "Return the datasets (packages) of a group. :param id: the id or name of the group.",
    "revision_list": "Return a list of the IDs of the site's revisions.",
    "package_revision_list": "Return a dataset (package)'s revisions as a list of dictionaries. :param id: the id or name"
    " of the dataset.",
}

Answer = Callable[[Request], object]


def site_read(_request: Request) -> object:
    return True


def package_list(request: Request) -> object:
    nids = sorted(listed(request))
    with reading(request) as work:
        return listing.slugs(work, nids)


def package_show(request: Request) -> object:
    nid = _named(request, Kind.DATASET).node.id
    found = list(_packages(request, [nid]))
    if not found:  # who may edit it knows of it, and need not see what readers see
        raise NotFound("Not found.", code="package.unknown")
    return found[0] if _as_in_ckan(request) else found


def current_package_list_with_resources(request: Request) -> Response:
    """The one answer that grows with the portal: it is sent as it is made."""
    name = "current_package_list_with_resources"
    listed(request)
    limit, offset = _count(request, "limit"), _count(request, "offset") or 0
    with reading(request) as work:
        nids = listing.last_changed(work)[offset:]
    packages = _packages(request, nids if limit is None else nids[:limit])
    chunks = _written(name, packages, is_nested=not _as_in_ckan(request))
    return Streamed(primed(chunks), JSON, HEADERS)


def resource_show(request: Request) -> object:
    found = _named(request, Kind.RESOURCE)
    with reading(request) as work:
        return resource(entries.file_of(work, found, site_of(request)))


def group_list(request: Request) -> object:
    with reading(request) as work:
        found = nodes.index(work, [Condition("kind", "=", (Kind.GROUP.value,))], offset=0, limit=MOST_GROUPS)
        names = [one.title for one in found]
        return names if _as_in_ckan(request) else [{"name": one} for one in names]


def group_package_show(request: Request) -> object:
    group = _named(request, Kind.GROUP)
    with reading(request) as work:
        nids = listing.of_group(work, group)
    found = list(_packages(request, nids))
    return found if _as_in_ckan(request) else [found]


def revision_list(request: Request) -> object:
    with reading(request) as work:
        return listing.last_revisions(work)


def package_revision_list(request: Request) -> object:
    found = _named(request, Kind.DATASET)
    with reading(request) as work:
        return [
            {"id": one.uuid, "timestamp": _iso(one.at), "message": one.log}
            for one in listing.revisions(work, found)
        ]


ACTIONS: Mapping[str, Answer] = {
    one.__name__: one
    for one in (
        site_read,
        package_list,
        package_show,
        current_package_list_with_resources,
        resource_show,
        group_list,
        group_package_show,
        revision_list,
        package_revision_list,
    )
}


def package(one: Entry, tids: Mapping[str, int]) -> dict[str, Any]:
    node, told = one.node, one.described
    contact = told.contact
    return {
        "id": node.uuid,
        "revision_id": node.vuuid,
        "name": told.slug,
        "title": told.title,
        "author": told.creator.name if told.creator else None,
        "author_email": None,
        "maintainer": contact.name if contact else None,
        "maintainer_email": contact.mail if contact else None,
        "license_title": entries.licence(one),
        "notes": told.written,
        "url": told.page,
        "state": "Active",
        "log_message": node.log or None,
        "private": False,
        "revision_timestamp": _iso(node.revised_at),
        "metadata_created": _iso(node.created),
        "metadata_modified": _iso(node.changed),
        "creator_user_id": str(node.author_id or 0),
        "type": "Dataset",
        "resources": [resource(file) for file in one.files],
        "tags": [
            {"id": str(tids[name]) if name in tids else None, "vocabulary_id": Tags.TAGS.value, "name": name}
            for name in told.keywords
        ],
        "groups": [
            {
                "id": None,
                "title": told.publisher.name,
                "name": told.publisher.name,
                "description": "",
                "image_display_url": "",
            }
        ]
        if told.publisher
        else [],
        "extras": [{"key": key, "value": text} for key, text in _extras(one)],
    }


def resource(file: File) -> dict[str, Any]:
    node = file.node
    return {
        "id": node.uuid,
        "revision_id": node.vuuid,
        "url": file.address,
        "description": file.summary,
        "format": file.format,
        "state": "Active",
        "revision_timestamp": _iso(node.revised_at),
        "name": node.title,
        "mimetype": file.media_type,
        "size": file.size,
        "created": _iso(node.created),
        "resource_group_id": None,
        "last_modified": _iso(node.changed),
    }


def _extras(one: Entry) -> Iterable[tuple[str, str]]:
    """What was said additionally here, and what else only this portal says."""
    dataset = one.readable.dataset
    shown = {} if dataset is None else dataset.metadata_published or {}
    said = meta.effective({CUSTOM: shown.get(CUSTOM, {})})
    for item in mapping_metadata.items(ADDITIONAL, one.node.items.get(ADDITIONAL) or (), said):
        if item["first"]:
            yield item["first"], item["second"]
    for name, value in said[CUSTOM].items():
        if name not in _KNOWN:
            yield from ((name, text) for text in texts.texts(value))


def _packages(request: Request, nids: Sequence[int]) -> Generator[dict[str, Any]]:
    for batch in entries.all_of(request, nids):
        words = {name for one in batch for name in one.described.keywords}
        with reading(request) as work:
            tids = tags.known(work, Tags.TAGS, words)
        for one in batch:
            yield package(one, tids)


def _named(request: Request, kind: Kind) -> ReadableNode:
    """What `id` names: a uuid, a number, a name. Raises `Invalid` where it is missing, `NotFound`."""
    name = (request.query_params.get("id") or "").strip()
    if not name:
        raise Invalid("id is missing.", code="package.unnamed")
    with reading(request) as work:
        found = _found(work, name, kind)
        if found is None or found.node.kind != kind or not found.node.is_published:
            raise NotFound("Not found.", code="package.unknown")
        return found


def _found(work: Work, name: str, kind: Kind) -> ReadableNode | None:
    ways: list[Callable[[], ReadableNode]] = [lambda: nodes.readable_by_uuid(work, name.lower())]
    if name.isascii() and name.isdecimal() and len(name) < 19:
        ways.append(lambda: nodes.readable(work, int(name)))
    if kind is Kind.DATASET:
        ways.append(lambda: nodes.by_alias(work, f"dataset/{name}"))
    if kind is Kind.GROUP:
        ways.append(lambda: nodes.by_alias(work, f"group/{name}"))
        ways.append(lambda: _group_called(work, name))
    for way in ways:
        try:
            return way()
        except (NotFound, Denied):
            continue
    return None


def _group_called(work: Work, title: str) -> ReadableNode:
    wanted = [Condition("kind", "=", (Kind.GROUP.value,)), Condition("title", "=", (title,))]
    found = nodes.index(work, wanted, offset=0, limit=1)
    if not found:
        raise NotFound("Not found.", code="package.unknown")
    return nodes.readable(work, found[0].id)


def _count(request: Request, name: str) -> int | None:
    text = request.query_params.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid(f"{name} is a whole number from 0 on.", code="parameter.invalid", parameter=name)
    return int(text)


def _iso(seconds: int) -> str:
    return entries.moment(seconds).isoformat().replace("+00:00", "Z")


def _as_in_ckan(request: Request) -> bool:
    """Results have the shapes that CKAN gives them, without the lists around them that DKAN adds."""
    return portal_of(request).settings.ckan_result_shapes


def _written(name: str, packages: Iterable[Mapping[str, Any]], *, is_nested: bool) -> Generator[bytes]:
    """The list of all packages, or a list that holds that alone."""
    yield orjson.dumps(_envelope(name, None))[: -len(b"null}")] + (b"[[" if is_nested else b"[")
    separator = b""
    for one in packages:
        yield separator + orjson.dumps(one)
        separator = b",\n"
    yield b"]]}" if is_nested else b"]}"


def _envelope(name: str, result: object) -> dict[str, Any]:
    return {"help": HELP[name], "success": True, "result": result}


def _answered(name: str, action: Answer) -> Callable[[Request], Response]:
    """What is wrong is said in the body, beside a fitting status."""

    def handle(request: Request) -> Response:
        try:
            found = action(_with_arguments(request))
        except NotFound:
            return _failed(HELP[name], 404, UNKNOWN)
        except Invalid as error:
            if error.code == "package.unnamed":
                missing = {"__type": "Validation Error", "name_or_id": ["Missing Value"]}
                return _failed(HELP[name], 400, missing)
            parameter = str(error.facts.get("parameter", "message"))
            return _failed(HELP[name], 400, {"__type": "Validation Error", parameter: [error.message]})
        if isinstance(found, Response):
            return found
        return Response(orjson.dumps(_envelope(name, found)), 200, HEADERS, media_type=JSON)

    return handle


def _with_arguments(request: Request) -> Request:
    """What a POST holds, JSON or a form, as if it stood in the address: so clients of CKAN ask. Raises `Invalid`."""
    if request.method != "POST":
        return request
    kind = bodies.kind_of(request.headers.get("content-type"))
    if kind == MULTIPART:
        raise Invalid("Arguments are a JSON object, or a form without files.", code="body.kind")
    sent = bodies.parsed(kind, request.state.content)
    told = urlencode({name: str(value) for name, value in sent.items() if value is not None})
    query = b"&".join(filter(None, (request.scope["query_string"], told.encode())))
    return Request({**request.scope, "query_string": query})


def _unknown(request: Request) -> Response:
    name = request.path_params["name"][:100]
    return _failed(f"There is no action {name}. There are {', '.join(ACTIONS)}.", 404, UNKNOWN)


def _failed(help_: str, status: int, error: Mapping[str, object]) -> Response:
    content = orjson.dumps({"help": help_, "success": False, "error": error})
    return Response(content, status, HEADERS, media_type=JSON)


ROOT = [
    *(
        at_root(f"{PREFIX}/{name}", _answered(name, action), "GET", "POST", takes_body=True)
        for name, action in ACTIONS.items()
    ),
    at_root(f"{PREFIX}/{{name:path}}", _unknown, "GET", "POST", settles=False),
]
