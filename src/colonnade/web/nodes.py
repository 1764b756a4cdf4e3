"""The page of what has a number and is no published dataset: groups with their datasets, pages, stories, dashboards,
sources; and, for those who made them, what is not published yet."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore.listing import description_of
from colonnade.core.managedfiles import service as managedfiles
from colonnade.core.nodes import listing, owners, tags
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Condition, Kind, Node, ReadableNode
from colonnade.core.work import Work
from colonnade.errors import Denied, NotFound
from colonnade.http.edge import portal_of, reading
from colonnade.web import links, parameters, printing, resources
from colonnade.web.described import Described, Piece, described
from colonnade.web.pages import page
from colonnade.web.paging import Pager, pager
from colonnade.web.resources import Resource

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 20
LISTS: Mapping[str, tuple[Kind, str]] = {
    links.GROUPS: (Kind.GROUP, "Groups"),
    links.STORIES: (Kind.DATA_STORY, "Data stories"),
    links.DASHBOARDS: (Kind.DATA_DASHBOARD, "Dashboards"),
}
_LISTED = {kind: Piece(title, path) for path, (kind, title) in LISTS.items()}
WORDS: Mapping[Kind, str] = {
    Kind.DATASET: "Dataset",
    Kind.RESOURCE: "Resource",
    Kind.GROUP: "Group",
    Kind.HARVEST_SOURCE: "Harvest source",
    Kind.DATA_DASHBOARD: "Dashboard",
    Kind.DATA_STORY: "Data story",
}
"""What a node is called above its title; a page is nothing else."""
DATED = frozenset({Kind.DATA_STORY})
"""Of which readers want to know when it was written."""
SUMMARY = 220
"""Characters of a short description."""
_LONGEST_NUMBER = 18
"""Digits."""
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
IMAGE = "field_image"
_TERMS = (("field_topic", "theme"), ("field_tags", "keyword"))
_HARVEST = "field_dkan_harvest_source_uri"


@dataclass(frozen=True)
class Line:
    """A node in a list."""

    path: str
    title: str
    summary: str
    written: dt.datetime | None
    is_published: bool


@dataclass(frozen=True)
class Picture:
    src: str
    alt: str


@dataclass(frozen=True)
class Shown:
    """`word`: what it is, empty for a page; `all`: where all of them are listed, if that is anywhere. `written`: None where nobody asks when. `terms`: what it is about, and where
    that leads. `parts`: what is read of a resource, or the resources of a dataset. `parents`: the datasets of a resource
    that readers find elsewhere."""

    nid: int
    word: str
    all: Piece | None
    title: str
    language: str | None
    description: Markup
    summary: str
    is_published: bool
    is_open: bool
    written: dt.datetime | None
    picture: Picture | None
    terms: tuple[Piece, ...]
    source: Piece | None
    parts: tuple[Resource, ...]
    parents: tuple[Piece, ...]


@router.get(f"{links.NODES}{{number}}")
def get_node(request: Request, number: str) -> Response:
    nodes.settle(portal_of(request))
    with reading(request) as work:
        readable = _seen(work, number)
        elsewhere = better(work, readable)
        if elsewhere is not None:
            return RedirectResponse(elsewhere, 302, {"Cache-Control": "no-cache"})
        asked = parameters.page_of(request, PAGE_SIZE)
        values: dict[str, Any] = {"node": _shown(work, readable), "results": [], "pager": None}
        if readable.node.kind == Kind.GROUP:
            found = listing.of_group(work, readable)
            values["pager"] = _pager(readable.node.id, asked, len(found))
            values["results"] = _datasets(work, found[asked.offset : asked.offset + asked.size])
    return page(request, "node.html", values)


@router.get(links.GROUPS.rstrip("/"))
@router.get(links.STORIES.rstrip("/"))
@router.get(links.DASHBOARDS.rstrip("/"))
def get_list(request: Request) -> Response:
    """Pinned ones first, then the newest."""
    nodes.settle(portal_of(request))
    asked = parameters.page_of(request, PAGE_SIZE)
    path = f"{request.scope['path'].rstrip('/')}/"
    kind, title = LISTS[path]
    wanted = [Condition("kind", "=", (kind.value,))]
    with reading(request) as work:
        found = nodes.index(work, wanted, offset=asked.offset, limit=asked.size + 1)
        some = nodes.readables(work, [one.id for one in found[: asked.size]])
        values = {
            "title": title,
            "path": path,
            "results": [_line(work, one) for one in some],
            "number": asked.number,
            "previous": _of_list(path, asked.number - 1),
            "next": _of_list(path, asked.number + 1) if len(found) > asked.size else None,
        }
    return page(request, "nodes.html", values)


def _of_list(path: str, number: int) -> str | None:
    """A page of a list; None: there is none before the first."""
    found = "" if number == 1 else str(number)
    return links.with_query(path, [("page", found)]) if number else None


def _line(work: Work, readable: ReadableNode) -> Line:
    node = readable.node
    summary = printing.summary(_body(work, readable), SUMMARY)
    return Line(links.node(node.id), node.title, summary, _written(node), node.is_published)


def _written(node: Node) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(node.created, dt.UTC) if node.kind in DATED else None


def better(work: Work, readable: ReadableNode) -> str | None:
    """The page of the portal that tells more: that of a published dataset, or of one that has the resource."""
    node = readable.node
    if node.kind == Kind.DATASET and node.is_published and readable.dataset is not None:
        return links.dataset(readable.dataset.slug or readable.dataset.uid)
    if node.kind == Kind.RESOURCE and node.is_published:
        for one in nodes.datasets_of(work, readable):
            if one.node.is_published and one.dataset is not None:
                anchor = f"#{links.resource_anchor(node.id)}" if node.is_own_resource else ""
                return links.dataset(one.dataset.slug or one.dataset.uid) + anchor
    return None


def _seen(work: Work, number: str) -> ReadableNode:
    """What is not published is as unknown as what there is not."""
    is_number = number.isascii() and number.isdecimal() and len(number) <= _LONGEST_NUMBER
    try:
        return nodes.readable(work, int(number) if is_number else 0)
    except Denied:
        raise NotFound("Not found.", code="node.unknown") from None


def _pager(nid: int, asked: parameters.PageAsked, total: int) -> Pager:
    path = links.node(nid)
    found = pager(asked, total, lambda n: links.with_query(path, [("page", "" if n == 1 else str(n))]))
    if found.is_beyond:
        raise NotFound("There are not that many pages.", code="page.unknown")
    return found


def _datasets(work: Work, nids: Sequence[int]) -> list[Described]:
    ids = [one.dataset.id for one in nodes.readables(work, nids) if one.dataset is not None]
    readables = {one.dataset.id: one for one in datasets.readable_by_ids(work, ids)}
    return described(work, [readables[one] for one in ids if one in readables])


def _shown(work: Work, readable: ReadableNode) -> Shown:
    node = readable.node
    kind, text = Kind(node.kind), _body(work, readable)
    return Shown(
        nid=node.id,
        word=WORDS.get(kind, ""),
        all=_LISTED.get(kind),
        title=node.title,
        language=node.language if _LANGUAGE.fullmatch(node.language) and node.language != "und" else None,
        description=printing.cleaned(text),
        summary=printing.summary(text, SUMMARY),
        is_published=node.is_published,
        is_open=node.is_open,
        written=_written(node),
        picture=_picture(work, node),
        terms=_terms(work, node),
        source=_source(node),
        parts=resources.of_node(work, readable),
        parents=_parents(work, readable),
    )


def _body(work: Work, readable: ReadableNode) -> str:
    """HTML that others wrote, not made safe."""
    if readable.dataset is not None and readable.node.kind == Kind.DATASET:
        said = meta.effective(readable.dataset.metadata_draft).get(meta.DEFAULT, {})
        return str(said.get("description") or "")
    return owners.description_of(work, readable.node) or description_of(readable.node)


def _picture(work: Work, node: Node) -> Picture | None:
    for item in node.items.get(IMAGE) or ():
        held = managedfiles.of_nodes(work, [node.id])[node.id]
        file = next((one for one in held if one.id == item.get("fid") and one.place == IMAGE), None)
        if file is not None and not file.is_remote and file.mimetype in _PICTURES:
            return Picture(links.public_file(file.name), str(item.get("alt") or ""))
    return None


def _terms(work: Work, node: Node) -> tuple[Piece, ...]:
    said = [(facet, item.get("tid")) for field, facet in _TERMS for item in node.items.get(field) or ()]
    known = tags.by_ids(work, [tid for _, tid in said if isinstance(tid, int)])
    names = [(facet, known[tid].name) for facet, tid in said if tid in known]
    return tuple(
        Piece(name, links.with_query(links.HOME, [(f"refine.{facet}", name)])) for facet, name in names
    )


def _source(node: Node) -> Piece | None:
    """Where a harvest source is."""
    for item in node.items.get(_HARVEST) or ():
        text = str(item.get("value") or "").strip()
        return Piece(text, text if links.is_web(text) else None) if text else None
    return None


def _parents(work: Work, readable: ReadableNode) -> tuple[Piece, ...]:
    if readable.node.kind != Kind.RESOURCE:
        return ()
    some = [one for one in nodes.datasets_of(work, readable) if one.dataset is not None]
    return tuple(Piece(one.node.title, _path(one)) for one in some)


def _path(one: ReadableNode) -> str:
    if one.node.is_published and one.dataset is not None:
        return links.dataset(one.dataset.slug or one.dataset.uid)
    return links.node(one.node.id)
