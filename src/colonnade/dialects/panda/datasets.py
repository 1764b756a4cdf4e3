"""Datasets: lists, creation, changes, their end (section 3.6 of the reference)."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from colonnade.core.catalogue import library
from colonnade.core.categories import service as categories
from colonnade.core.columns import service as columns
from colonnade.core.columns.model import Column
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import EditableDataset
from colonnade.core.imports import service as imports
from colonnade.core.publishing import service as publishing
from colonnade.core.work import Work
from colonnade.dialects.panda import described, listing
from colonnade.dialects.panda.answers import empty, json, location
from colonnade.dialects.panda.bodies import REQUIRED, Body, kept_in, list_in, text_in, wrong
from colonnade.dialects.panda.endpoints import Asked, not_implemented, route
from colonnade.dialects.panda.filters import filters_of
from colonnade.dialects.panda.parameters import listed
from colonnade.dialects.panda.uris import named, number, unknown, uri
from colonnade.errors import NotFound
from colonnade.http.edge import reading, writing

PAGE = 50
"""Datasets of a list, if nothing else is asked for."""
NAME_LENGTH = 256
KEPT = "slug"


def get_list(asked: Asked) -> Response:
    filters_of(asked.request, "dataset", is_found=True)
    page = listing.found_page_of(asked.request, PAGE)
    with reading(asked.request) as work:
        found, total = library.search(
            work,
            words=asked.parameter("q"),
            category=asked.parameter("category"),
            creator=asked.parameter("creator_email"),
            limit=page.limit,
            offset=page.offset,
        )
        shown = described.simple if asked.is_set("simple") else described.whole
        return listing.answer(asked.request, page, total, shown(work, found))


def post_list(asked: Asked) -> Response:
    body = asked.body()
    sent = text_in(body, "dataset", "slug")
    return _created(asked, body, sent or None)


def get_one(asked: Asked) -> Response:
    with reading(asked.request) as work:
        return json(asked.request, described.one(work, datasets.readable(work, asked.name)))


def put_one(asked: Asked) -> Response:
    """Changes what is there, or makes it. What is not sent stays; but categories and uploads that are not sent go, unless
    it is called a patch."""
    body = asked.body()
    is_patch = asked.is_set("patch")
    try:
        return _changed(asked, body, is_patch=is_patch)
    except NotFound as error:
        if error.code != "dataset.unknown" or is_patch:
            raise
    return _created(asked, body, asked.name)


def delete_one(asked: Asked) -> Response:
    with writing(asked.request) as work:
        publishing.remove(work, datasets.editable(work, asked.name))
    return empty()


def _created(asked: Asked, body: Body, slug: str | None) -> Response:
    name = _name(body, is_needed=True) or ""
    planned = _planned(asked)
    with writing(asked.request) as work:
        editable = columns.create(
            work,
            title=name,
            description=text_in(body, "dataset", "description") or "",
            slug=slug,
            columns=planned,
            links=kept_in(body, "dataset", "related_links"),
        )
        _relate(work, editable, body, is_whole=False)
        work.db.flush()
        created = datasets.readable(work, editable.dataset.uid)
        address = location(asked.request, uri("dataset", editable.dataset.slug))
        return json(asked.request, described.one(work, created), 201, address)


def _changed(asked: Asked, body: Body, *, is_patch: bool) -> Response:
    with writing(asked.request) as work:
        editable = datasets.editable(work, asked.name)
        if is_patch and body.get(KEPT, editable.dataset.slug) != editable.dataset.slug:
            raise wrong("dataset", KEPT, "The slug of a dataset cannot be changed.")
        columns.describe(
            work,
            editable,
            title=_name(body, is_needed=not is_patch),
            description=text_in(body, "dataset", "description"),
            **({"links": kept_in(body, "dataset", "related_links")} if "related_links" in body else {}),
        )
        _relate(work, editable, body, is_whole=not is_patch)
        work.db.flush()
        return json(asked.request, described.one(work, datasets.readable(work, asked.name)), 202)


def _name(body: Body, *, is_needed: bool) -> str | None:
    name = text_in(body, "dataset", "name")
    if (name is None and is_needed) or (name is not None and not name.strip()):
        raise wrong("dataset", "name", REQUIRED)
    if name is not None and len(name) > NAME_LENGTH:
        raise wrong("dataset", "name", f"A name has at most {NAME_LENGTH} characters.")
    return name


def _planned(asked: Asked) -> tuple[Column, ...] | None:
    """The columns that the parameters say."""
    return columns.planned(*(listed(asked, name) for name in ("columns", "typed_columns", "column_types")))


def _relate(work: Work, editable: EditableDataset, body: Body, *, is_whole: bool) -> None:
    """Categories and uploads that are sent take the place of those before. `is_whole`: what is not sent is none."""
    terms = list_in(body, "dataset", "categories")
    if terms is not None or is_whole:
        categories.put(work, editable, [_category(work, one) for one in terms or ()])
    files = list_in(body, "dataset", "data_uploads")
    if files is not None or is_whole:
        imports.attach(work, editable, [_file(work, one) for one in files or ()])


def _category(work: Work, sent: Any) -> Any:
    name = named("category", sent)
    try:
        return categories.by_slug(work, name)
    except NotFound:
        raise unknown(_address(sent)) from None


def _file(work: Work, sent: Any) -> int:
    name = named("data_upload", sent)
    try:
        return imports.one(work, number(name)).id
    except NotFound:
        raise unknown(_address(sent)) from None


def _address(sent: Any) -> Any:
    return sent.get("resource_uri") if isinstance(sent, Mapping) else sent


ROUTES: list[Route] = [
    route("/dataset/", GET=get_list, POST=post_list),
    route("/dataset/{slug}/", GET=get_one, POST=not_implemented, PUT=put_one, DELETE=delete_one),
]
