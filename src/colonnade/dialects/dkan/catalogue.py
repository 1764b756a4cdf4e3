"""The public catalogue as documents: data.json and DCAT (sections 12.1 and 12.3 of the reference)."""

import datetime as dt
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.feeds import data_json, jsonld, linked, rdfxml, texts
from colonnade.core.feeds import service as feeds
from colonnade.core.feeds.model import Described, Site
from colonnade.core.feeds.profiles import DCAT_AP
from colonnade.core.nodes import listing
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes.model import Kind, Node
from colonnade.core.records.streams import primed
from colonnade.dialects.dkan import entries
from colonnade.dialects.dkan.endpoints import at_root
from colonnade.dialects.dkan.entries import Entry, File, value
from colonnade.errors import NotFound
from colonnade.http.addresses import PortalAddresses
from colonnade.http.edge import portal_of, reading
from colonnade.http.pagination import site_of
from colonnade.http.streaming import Streamed
from colonnade.http.validators import KEEPING

NO_MAIL = "mailto:noemailprovided@usa.gov"
"""What harvesters know as no address, where the schema wants one."""
NO_DESCRIPTION, NO_KEYWORD = "No description provided", "No keyword provided"
HEADERS = {"Cache-Control": KEEPING, "X-Content-Type-Options": "nosniff"}

Written = Callable[[Site, Generator[Sequence[Described]]], Generator[bytes]]


def get_data_json(request: Request) -> Response:
    batches = entries.all_of(request, _asked(request, "identifier"))
    site = _site(request)
    told = ([dataset(site, one) for one in batch] for batch in batches)
    chunks = data_json.written(f"{site.addresses.site}/data.json", told)
    return Streamed(primed(chunks), data_json.MEDIA_TYPE, HEADERS)


def get_catalog_xml(request: Request) -> Response:
    return _linked(request, listed(request))


def get_catalog_json(request: Request) -> Response:
    batches = ([one.described for one in batch] for batch in entries.all_of(request, listed(request)))
    chunks = jsonld.document(_site(request), batches, profile=DCAT_AP)
    return Streamed(primed(chunks), jsonld.MEDIA_TYPE, HEADERS)


def get_dataset_xml(request: Request) -> Response:
    """Of the one dataset that is named, or of all."""
    return _linked(request, _asked(request, "dct:identifier"))


def listed(request: Request) -> Sequence[int]:
    """All datasets that may be told of."""
    with reading(request) as work:
        return listing.newest(work)


def _linked(request: Request, nids: Sequence[int]) -> Response:
    batches = ([one.described for one in batch] for batch in entries.all_of(request, nids))
    chunks = linked.dcat_xml(_site(request), batches, profile=DCAT_AP)
    return Streamed(primed(chunks), rdfxml.MEDIA_TYPE, HEADERS)


def _asked(request: Request, parameter: str) -> Sequence[int]:
    """The one dataset that a parameter names by its uuid, or all. Raises `NotFound`."""
    name = request.query_params.get(parameter)
    if not name:
        return listed(request)
    with reading(request) as work:
        found = nodes.readable_by_uuid(work, name.strip().lower())
        if found.node.kind != Kind.DATASET or not found.node.is_published:
            raise NotFound(f"There is no dataset {name[:100]}.", code="node.unknown")
        return [found.node.id]


def _site(request: Request) -> Site:
    return feeds.site(portal_of(request), PortalAddresses(site_of(request)))


def dataset(site: Site, one: Entry) -> dict[str, Any]:
    """As every catalogue tells of it, with what this door knows besides."""
    node, described = one.node, one.described
    host = site.addresses.site.partition("://")[2]
    told_by_all = data_json.dataset(site, described)
    told = {
        **told_by_all,
        "description": texts.words(described.written) or NO_DESCRIPTION,
        "keyword": list(described.keywords) or [NO_KEYWORD],
        "modified": _told_day(node, "field_harvest_source_modified") or _day(node.changed),
        "issued": (told_by_all.get("issued") or "")[:10] or _day(node.created),
        "publisher": {
            "@type": "org:Organization",
            "name": described.publisher.name if described.publisher else host,
        },
        "license": entries.licence(one),
        "spatial": _area(told_by_all, described),
        "references": list(dict.fromkeys((*described.references, *described.relations))),
        "distribution": [distribution(file) for file in one.files if file.address is not None],
    }
    told["contactPoint"] = {"hasEmail": NO_MAIL, **told["contactPoint"]}
    return data_json.known(told)


def distribution(file: File) -> dict[str, Any]:
    return data_json.known(
        {
            "@type": "dcat:Distribution",
            "title": file.node.title,
            "description": file.summary,
            "format": file.format,
            "mediaType": media_type(file),
            "downloadURL": file.download,
            "accessURL": file.access,
        }
    )


def media_type(file: File) -> str | None:
    """A link without a type is a page; a file without one is told of without."""
    return file.media_type or ("text/html" if file.download is None else None)


def _area(told: Mapping[str, Any], described: Described) -> str | None:
    """What is said of it in words comes before a box."""
    named = (place.name or place.address for place in described.places if place.country is None)
    return next(filter(None, named), told.get("spatial"))


def _day(seconds: int) -> str:
    return entries.moment(seconds).date().isoformat()


def _told_day(node: Node, field: str) -> str | None:
    try:
        return dt.date.fromisoformat((value(node, field) or "")[:10]).isoformat()
    except ValueError:
        return None


ROOT = [
    at_root("/data.json", get_data_json),
    at_root("/catalog.xml", get_catalog_xml),
    at_root("/catalog.json", get_catalog_json),
    at_root("/catalog/dataset.xml", get_dataset_xml),
]
