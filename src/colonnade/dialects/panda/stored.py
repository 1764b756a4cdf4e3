"""Files that were sent and exports that were made: their lists, titles, ends and downloads (sections 3.4, 3.5 and 3.9)."""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.attachments import service as attachments
from colonnade.core.extracts import service as extracts
from colonnade.core.imports import service as imports
from colonnade.core.publishing import importing
from colonnade.core.uploads import StoredFile
from colonnade.core.work import Work
from colonnade.dialects.panda import filed, listing
from colonnade.dialects.panda.answers import empty, json
from colonnade.dialects.panda.bodies import text_in
from colonnade.dialects.panda.downloads import sent
from colonnade.dialects.panda.endpoints import Asked, Endpoint, Handler, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.sets import set_of
from colonnade.dialects.panda.uris import number
from colonnade.http.edge import actor, portal_of, reading, writing

METHODS = "GET,PUT,DELETE"

Listed = Callable[[Work, listing.Page], tuple[list[dict[str, Any]], int]]
Some = Callable[[Work, Sequence[int]], dict[int, dict[str, Any]]]
One = Callable[[Work, int], dict[str, Any]]


def list_of(name: str, listed: Listed) -> Handler:
    def get_list(asked: Asked) -> Response:
        filters_of(asked.request, name)
        page = listing.page_of(asked.request)
        with reading(asked.request) as work:
            found, total = listed(work, page)
            return listing.answer(asked.request, page, total, found)

    return get_list


def one_of(shown: One) -> Handler:
    def get_one(asked: Asked) -> Response:
        with reading(asked.request) as work:
            return json(asked.request, shown(work, number(asked.name)))

    return get_one


def download_of(stored: Callable[[Work, int], StoredFile]) -> Handler:
    """By GET, and by the form of a page that sends the proof of its session."""

    def download(asked: Asked) -> Response:
        with reading(asked.request) as work:
            found = stored(work, number(asked.name))
            return sent(asked.request, found, work.blobs.open(found.digest))

    return download


def _data_uploads(work: Work, page: listing.Page) -> tuple[list[dict[str, Any]], int]:
    found, total = imports.page(work, limit=page.length, offset=page.offset)
    return filed.data_uploads(work, found), total


def _data_upload(work: Work, file_id: int) -> dict[str, Any]:
    (found,) = filed.data_uploads(work, [imports.one(work, file_id)])
    return found


def _some_data_uploads(work: Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = imports.some(work, ids)
    return {one.id: shown for one, shown in zip(found, filed.data_uploads(work, found), strict=True)}


def put_data_upload(asked: Asked) -> Response:
    title = text_in(asked.body(), "data_upload", "title")
    with writing(asked.request) as work:
        found = imports.one(work, number(asked.name))
        if title is not None:
            imports.retitle(work, found.id, title)
        return json(asked.request, _data_upload(work, found.id), 202)


def delete_data_upload(asked: Asked) -> Response:
    importing.remove(portal_of(asked.request), actor(asked.request), number(asked.name))
    return empty()


def _related_uploads(work: Work, page: listing.Page) -> tuple[list[dict[str, Any]], int]:
    found, total = attachments.everywhere(work, limit=page.length, offset=page.offset)
    return filed.related_uploads(work, found), total


def _related_upload(work: Work, file_id: int) -> dict[str, Any]:
    (found,) = filed.related_uploads(work, [attachments.by_id(work, file_id)])
    return found


def _some_related_uploads(work: Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = attachments.some(work, ids)
    return {one.id: shown for one, shown in zip(found, filed.related_uploads(work, found), strict=True)}


def put_related_upload(asked: Asked) -> Response:
    title = text_in(asked.body(), "related_upload", "title")
    with writing(asked.request) as work:
        attachments.retitle_by_id(work, number(asked.name), title)
    return empty()


def delete_related_upload(asked: Asked) -> Response:
    with writing(asked.request) as work:
        attachments.remove_by_id(work, number(asked.name))
    return empty()


def _exports(work: Work, page: listing.Page) -> tuple[list[dict[str, Any]], int]:
    found, total = extracts.page(work, limit=page.length, offset=page.offset)
    return filed.exports(work, found), total


def _export(work: Work, extract_id: int) -> dict[str, Any]:
    (found,) = filed.exports(work, [extracts.one(work, extract_id)])
    return found


def _some_exports(work: Work, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = extracts.some(work, ids)
    return {one.id: shown for one, shown in zip(found, filed.exports(work, found), strict=True)}


def _routes(
    name: str,
    listed: Listed,
    one: One,
    some: Some,
    stored: Callable[[Work, int], StoredFile],
    **others: Handler,
) -> list[Route]:
    methods = METHODS if others else "GET"
    download = download_of(stored)
    return [
        route(f"/{name}/", methods, GET=list_of(name, listed)),
        route(f"/{name}/set/{{ids}}/", "GET", GET=set_of(some)),
        Route(f"/{name}/{{id}}/", Endpoint({"GET": one_of(one), **others}, methods)),
        route(f"/{name}/{{id}}/download/", "GET,POST", takes_forms=True, GET=download, POST=download),
    ]


ROUTES: list[Route] = [
    *_routes(
        "data_upload",
        _data_uploads,
        _data_upload,
        _some_data_uploads,
        lambda work, file_id: imports.downloaded(work, file_id).stored,
        PUT=put_data_upload,
        DELETE=delete_data_upload,
    ),
    *_routes(
        "related_upload",
        _related_uploads,
        _related_upload,
        _some_related_uploads,
        lambda work, file_id: attachments.downloaded(work, file_id).stored,
        PUT=put_related_upload,
        DELETE=delete_related_upload,
    ),
    *_routes(
        "export",
        _exports,
        _export,
        _some_exports,
        lambda work, extract_id: extracts.downloaded(work, extract_id).stored,
    ),
]
