"""The catalogue as files (section 6 of the reference): documents about its datasets, and tables of their metadata."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.catalogue.naming import own_name
from colonnade.core.feeds import formats
from colonnade.core.feeds import service as feeds
from colonnade.core.feeds.describing import Wanted
from colonnade.core.feeds.documents import DOCUMENTS
from colonnade.core.records.streams import primed
from colonnade.dialects.explore import sources
from colonnade.dialects.explore.links import links
from colonnade.dialects.explore.parameters import export_query_of, flag, one, wrong
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import actor, portal_of, reading
from colonnade.http.pagination import site_of
from colonnade.http.streaming import Streamed
from colonnade.query.tree import Query

router = APIRouter(prefix="/catalog/exports", tags=["Catalog"])

TABLES = ("csv", "json", "xlsx")
FORMATS = (*TABLES, *DOCUMENTS)
FILENAME = "catalog"


@router.get("")
def get_list(request: Request) -> Response:
    actor(request)
    exports = f"{sources.path_of(request)}/exports"
    return links(request, {"self": exports, **{name: f"{exports}/{name}" for name in FORMATS}})


@router.get("/{format}")
def get_file(request: Request, format: str) -> Response:  # noqa: A002 - the path's own word
    name = _format(format)
    with reading(request) as work:
        query = export_query_of(request, lambda: PUBLIC, own_name)
        return _document(request, name, query, feeds.matching(work, query))


def _document(request: Request, name: str, query: Query, uids: list[str]) -> Response:
    """A document is written as its datasets are read, some at a time; no work stays open meanwhile."""
    if query.group_by:
        raise wrong("group_by", one(request, "group_by") or "", "nothing for this format")
    portal, addresses = portal_of(request), PortalAddresses(site_of(request))
    wanted = Wanted(_exports(request), flag(request, "use_labels_in_exports", default=True), query.zone)
    document = DOCUMENTS[name]
    batches = feeds.batches(portal, actor(request), uids, addresses, wanted)
    chunks = document.write(feeds.site(portal, addresses), batches)
    return Streamed(primed(chunks), document.media_type, _headers(document.extension))


def _headers(extension: str) -> Mapping[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{FILENAME}.{extension}"',
        "Cache-Control": "no-cache, no-store",
    }


def _format(name: str) -> str:
    """Some clients write `dcat-ap-ch`."""
    known = name.replace("-", "_")
    if known not in FORMATS:
        raise wrong("format", name, f"one of {' '.join(FORMATS)}")
    return known


def _exports(request: Request) -> frozenset[str] | None:
    """The files of each dataset that are to be told of; None: all."""
    texts = request.query_params.getlist("include_exports")
    names = [name.strip().lower() for text in texts for name in text.split(",") if name.strip()]
    for name in names:
        if name not in formats.KNOWN:
            raise wrong("include_exports", name, f"one of {' '.join(formats.KNOWN)}")
    return frozenset(names) if names else None
