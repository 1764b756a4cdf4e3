"""Parameters of Explore's reads (section 3 of the reference): unknown ones are ignored, empty ones are absent."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request

from colonnade.core.records.facets import Filter, condition
from colonnade.dialects.explore import sources
from colonnade.http.parameters import asked_settings
from colonnade.http.parameters import choice as choice
from colonnade.http.parameters import flag as flag
from colonnade.http.parameters import one as first_of
from colonnade.http.parameters import wrong as wrong
from colonnade.query import limits, odsql
from colonnade.query.limits import Page
from colonnade.query.refine import Refinement, parse_refinement
from colonnade.query.schema import Schema
from colonnade.query.tree import And, Expr, Named, Order, Query

Naming = Callable[[str], str]

ALIASES: Mapping[str, tuple[str, ...]] = {"limit": ("limit", "rows"), "offset": ("offset", "start")}


def query_of(request: Request, schema: Callable[[], Schema], own_name: Naming = str) -> Query:
    """The query that the parameters say. `schema` is asked for what refinements may name, only if there are any;
    `own_name`: what a field is called there that is refined by another name."""
    group_by = groups_of(request)
    page = limits.page(one(request, "limit"), one(request, "offset"), grouped=bool(group_by))
    return _query(request, _narrowed(filter_of(request, own_name), schema), group_by, page)


def export_query_of(request: Request, schema: Callable[[], Schema]) -> Query:
    """The same for a file, whose length has no bounds."""
    page = limits.export_page(one(request, "limit"), one(request, "offset"))
    return _query(request, _narrowed(filter_of(request), schema), groups_of(request), page)


def groups_of(request: Request) -> tuple[Named, ...]:
    text = _joined(request, "group_by")
    return () if text is None else odsql.parse_group_by(text)


def selection_of(request: Request) -> Query:
    """What the parameters say that stand beside one record."""
    return replace(asked_settings(request), select=_select(request))


def filter_of(request: Request, own_name: Naming = str) -> Filter:
    """Which records count in facets."""
    return Filter(
        where=sources.narrowed(request, _where(request)),
        refine=_refinements(request, "refine", own_name),
        exclude=_refinements(request, "exclude", own_name),
        zone=asked_settings(request).zone,
    )


def one(request: Request, name: str) -> str | None:
    """A parameter that is sent once, by any of its names."""
    return first_of(request, *ALIASES.get(name, (name,)))


def _query(request: Request, where: Expr | None, group_by: tuple[Named, ...], page: Page) -> Query:
    order_by = _joined(request, "order_by")
    orders: tuple[Order, ...] = () if order_by is None else odsql.parse_order_by(order_by)
    return replace(
        asked_settings(request),
        select=_select(request),
        where=where,
        group_by=group_by,
        order_by=orders,
        limit=page.limit,
        offset=page.offset,
    )


def _narrowed(asked: Filter, schema: Callable[[], Schema]) -> Expr | None:
    return condition(asked, schema()) if asked.refine or asked.exclude else asked.where


def _select(request: Request) -> tuple[Named, ...] | None:
    text = _joined(request, "select")
    return None if text is None else odsql.parse_select(text)


def _where(request: Request) -> Expr | None:
    """Several conditions are parsed one by one and all must hold."""
    terms = tuple(odsql.parse_where(text) for text in request.query_params.getlist("where") if text.strip())
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else And(terms)


def _refinements(request: Request, clause: str, own_name: Naming) -> tuple[Refinement, ...]:
    texts = request.query_params.getlist(clause)
    found = (parse_refinement(text, clause) for text in texts if text.strip())
    return tuple(replace(one, field=own_name(one.field)) for one in found)


def _joined(request: Request, name: str) -> str | None:
    """A clause that was sent in parts is one clause with commas between."""
    parts = [text for text in request.query_params.getlist(name) if text.strip()]
    return ",".join(parts) if parts else None
