"""The table of records on a dataset's page: what is asked for, and what is shown."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request

from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.work import Work
from colonnade.errors import Invalid, NotFound
from colonnade.query import odsql
from colonnade.query.schema import Field, FieldType
from colonnade.query.tree import And, Expr, FieldRef, Named, Query
from colonnade.query.zones import named_zone, zone_name
from colonnade.web import cells, links, parameters
from colonnade.web.cells import Cell
from colonnade.web.described import Described
from colonnade.web.paging import Pager, pager
from colonnade.web.parameters import PageAsked
from colonnade.web.searching import match

PAGE_SIZE = 20
MOST_COLUMNS = 50


@dataclass(frozen=True)
class Asked:
    """`text`: words to be found in a record; `where`: an ODSQL condition."""

    text: str
    where: str
    page: PageAsked

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.where)


@dataclass(frozen=True)
class Column:
    label: str
    name: str
    is_number: bool


@dataclass(frozen=True)
class Table:
    """`left_out`: fields that have no column. `zone`: whose clocks the datetimes are of, if there are any. `problem`:
    what is wrong with the condition; then there are no rows."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    pager: Pager | None
    left_out: int
    zone: str | None
    problem: str | None = None


def asked_of(request: Request) -> Asked:
    """Raises `Invalid`."""
    return Asked(
        parameters.text_of(request, "q", parameters.LONGEST_SEARCH),
        parameters.text_of(request, "where", parameters.LONGEST_CONDITION),
        parameters.page_of(request, PAGE_SIZE),
    )


def table(work: Work, readable: ReadableDataset, dataset: Described, asked: Asked) -> Table | None:
    """None where there are no records to be seen. Raises `NotFound` for a page behind the last one."""
    shown = dataset.fields[:MOST_COLUMNS]
    if not shown:
        return None
    zone = _zone(dataset.timezone)
    pages, rows, problem = None, [], None
    try:
        found = records.select(work, readable, _query(shown, asked, zone))
    except Invalid as error:
        if not asked.where:
            raise
        problem = error.message
    else:
        pages = pager(asked.page, found.total, lambda number: _href(dataset, asked, number))
        rows = cells.rows(found, zone, dataset.slug)
        if pages.is_beyond:
            raise NotFound("There are not that many pages.", code="page.unknown")
    return Table(
        columns=tuple(Column(one.label, one.name, cells.is_number(one)) for one in shown),
        rows=rows,
        pager=pages,
        left_out=len(dataset.fields) - len(shown),
        zone=(zone_name(zone) or "UTC") if any(one.type is FieldType.DATETIME for one in shown) else None,
        problem=problem,
    )


def _query(shown: Sequence[Field], asked: Asked, zone: dt.tzinfo) -> Query:
    terms: list[Expr] = []
    if asked.text:
        terms.append(match(asked.text))
    if asked.where:
        terms.append(odsql.parse_where(asked.where))
    return Query(
        select=tuple(Named(FieldRef(one.name), one.name) for one in shown),
        where=And(tuple(terms)) if len(terms) > 1 else next(iter(terms), None),
        limit=asked.page.size,
        offset=asked.page.offset,
        zone=zone,
    )


def _href(dataset: Described, asked: Asked, number: int) -> str:
    page = "" if number == 1 else str(number)
    path = links.with_query(dataset.path, [("q", asked.text), ("where", asked.where), ("page", page)])
    return f"{path}#records"


def _zone(name: str | None) -> dt.tzinfo:
    """The dataset's own; what is no zone's name counts as none."""
    try:
        return named_zone(name or "UTC")
    except Invalid:
        return dt.UTC
