"""The portal's front page: what it is, its datasets with a search."""

from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.records.facets import REFINED, Facet
from colonnade.errors import NotFound
from colonnade.http.edge import reading
from colonnade.web import linked_data, links, parameters, searching
from colonnade.web.described import described
from colonnade.web.pages import page
from colonnade.web.paging import Pager, pager
from colonnade.web.searching import REFINABLE, Search

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 20
SORTS = (
    (searching.RELEVANCE, "Relevance"),
    (searching.MODIFIED, "Last modified"),
    (searching.TITLE, "Title"),
)
TITLES = {"theme": "Theme", "keyword": "Keyword", "publisher": "Publisher"}


@dataclass(frozen=True)
class Choice:
    """A filter to lay on, or one that is laid on and can be taken off. `count` None: not known."""

    name: str
    href: str
    count: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Group:
    title: str
    choices: tuple[Choice, ...]


@router.get(links.HOME)
@router.get(links.EXPLORE.rstrip("/"))
def get_catalogue(request: Request) -> Response:
    search = _search(request)
    asked = parameters.page_of(request, PAGE_SIZE)
    with reading(request) as work:
        totals = searching.totals(work)
        readables, total = searching.found(work, search, limit=asked.size, offset=asked.offset)
        pages = pager(asked, total, lambda number: _href(search, page=number))
        _check_page(pages)
        values = {
            "search": search,
            "totals": totals,
            "results": described(work, readables),
            "pager": pages,
            "groups": [_group(search, one) for one in searching.values(work, search)],
            "chosen": list(_chosen(search)),
            "sorts": _sorts(search),
            "canonical": _href(search, page=asked.number),
            "linked_data": linked_data.catalogue(request, work),
        }
    return page(request, "catalogue.html", values)


def _search(request: Request) -> Search:
    text = parameters.text_of(request, "q", parameters.LONGEST_SEARCH)
    default = searching.RELEVANCE if text else searching.MODIFIED
    sort = parameters.choice(request, "sort", tuple(searching.ORDERS), default)
    return Search(text, parameters.refinements_of(request, REFINABLE), sort)


def _check_page(pages: Pager) -> None:
    if pages.is_beyond:
        raise NotFound("There are not that many pages.", code="page.unknown")


def _href(search: Search, *, page: int = 1) -> str:
    """The address of a search, one for each."""
    default = searching.RELEVANCE if search.text else searching.MODIFIED
    refined = [(f"refine.{name}", value) for name in REFINABLE for value in search.refinements.get(name, ())]
    others = [
        ("q", search.text),
        *refined,
        ("sort", "" if search.sort == default else search.sort),
        ("page", "" if page == 1 else str(page)),
    ]
    return links.with_query(links.HOME, others)


def _refined(search: Search, name: str, values: Iterable[str]) -> str:
    return _href(Search(search.text, {**search.refinements, name: tuple(values)}, search.sort))


def _group(search: Search, facet: Facet) -> Group:
    laid_on = search.refinements[facet.name]
    choices = [
        Choice(
            node.name,
            _refined(search, facet.name, _toggled(laid_on, node.path)),
            node.count,
            is_chosen=node.state == REFINED,
        )
        for node in facet.nodes
    ]
    return Group(TITLES[facet.name], tuple(choices))


def _toggled(values: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != one) if one in values else (*values, one)


def _chosen(search: Search) -> Iterable[tuple[str, Choice]]:
    """The filters that are laid on, each with its field's title."""
    for name in REFINABLE:
        for value in search.refinements[name]:
            others = _refined(search, name, _toggled(search.refinements[name], value))
            yield TITLES[name], Choice(value, others, None, is_chosen=True)


def _sorts(search: Search) -> list[Choice]:
    """Without words nothing is more relevant than anything else."""
    return [
        Choice(
            title,
            _href(Search(search.text, search.refinements, key)),
            None,
            is_chosen=key == search.sort,
        )
        for key, title in SORTS
        if search.text or key != searching.RELEVANCE
    ]
