"""What the catalogue's page asks of the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records.facets import Facet, Filter, Wanted, condition, facets
from colonnade.core.work import Work
from colonnade.query.facets import FacetSort
from colonnade.query.refine import Refinement
from colonnade.query.tree import (
    Aggregate,
    And,
    Expr,
    FieldRef,
    MatchMode,
    Named,
    Not,
    Order,
    Query,
    TextMatch,
)

RELEVANCE, MODIFIED, TITLE = "relevance", "modified", "title"
REFINABLE = ("theme", "keyword", "publisher")
MOST_VALUES = 12
"""Values of a facet that are offered."""

_BY_TITLE = (Order(FieldRef("title")), Order(FieldRef("dataset_id")))
_BY_DATE = (Order(FieldRef("modified"), descending=True), *_BY_TITLE)
ORDERS: Mapping[str, tuple[Order, ...]] = {RELEVANCE: _BY_DATE, MODIFIED: _BY_DATE, TITLE: _BY_TITLE}
"""Ways to sort. Relevance: those with the words in their title come first."""

_SEARCHED = ("title", "description", "keyword", "theme", "publisher", "dataset_id")


@dataclass(frozen=True)
class Search:
    """What is looked for. `refinements`: values by field."""

    text: str
    refinements: Mapping[str, tuple[str, ...]]
    sort: str

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text) or any(self.refinements.values())

    @property
    def filter(self) -> Filter:
        refine = tuple(Refinement(name, value) for name, some in self.refinements.items() for value in some)
        return Filter(where=_match(self.text, _SEARCHED) if self.text else None, refine=refine)


@dataclass(frozen=True)
class Totals:
    """Of everything that the actor may see. `records` leaves out datasets whose number is not told."""

    datasets: int
    records: int


def totals(work: Work) -> Totals:
    select = (
        Named(Aggregate("count"), "datasets", is_alias=True),
        Named(Aggregate("sum", FieldRef("records_count")), "records", is_alias=True),
    )
    rows = catalogue.select(work, Query(select=select, limit=1)).table.to_pylist()
    return Totals(rows[0]["datasets"], int(rows[0]["records"] or 0)) if rows else Totals(0, 0)


def found(work: Work, search: Search, *, limit: int, offset: int) -> tuple[list[ReadableDataset], int]:
    """The datasets of one page, and how many there are in all. Raises `Invalid`."""
    query = Query(
        where=condition(search.filter, PUBLIC), order_by=ORDERS[search.sort], limit=limit, offset=offset
    )
    if search.sort != RELEVANCE or not search.text:
        return catalogue.search(work, query)
    in_title = _match(search.text, ("title",))
    first, before = catalogue.search(work, _narrowed(query, in_title))
    others = replace(query, offset=max(0, offset - before))
    second, after = catalogue.search(work, _narrowed(others, Not(in_title)))
    return [*first, *second][:limit], before + after


def values(work: Work, search: Search) -> list[Facet]:
    """The values of each field of `REFINABLE`, among what is found."""
    wanted = [Wanted(name, sort=FacetSort.MOST_FIRST, limit=MOST_VALUES) for name in REFINABLE]
    return facets(PUBLIC, wanted, search.filter, catalogue.answerer(work))


def match(text: str) -> TextMatch:
    """Every word of a text, which may go on, somewhere in a record."""
    return TextMatch(text, mode=MatchMode.PREFIXES)


def _match(text: str, fields: Sequence[str]) -> Expr:
    return replace(match(text), fields=tuple(fields))


def _narrowed(query: Query, term: Expr) -> Query:
    return replace(query, where=term if query.where is None else And((query.where, term)))
