"""Parameters of Explore's reads (section 3 of the reference): unknown ones are ignored, empty ones are absent."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from starlette.requests import Request

from colonnade.core.records import technical
from colonnade.core.records.facets import Filter, condition
from colonnade.dialects.explore import sources
from colonnade.http.parameters import MOST_REFINEMENTS, asked_settings, caps_of, check_number
from colonnade.http.parameters import choice as choice
from colonnade.http.parameters import flag as flag
from colonnade.http.parameters import one as first_of
from colonnade.http.parameters import wrong as wrong
from colonnade.query import limits, odsql
from colonnade.query.limits import Page
from colonnade.query.refine import Refinement, parse_refinement
from colonnade.query.schema import Schema
from colonnade.query.tree import And, Expr, Named, Order, Query
from colonnade.query.v1 import Bounds, parse_q

Naming = Callable[[str], str]

ALIASES: Mapping[str, tuple[str, ...]] = {"limit": ("limit", "rows"), "offset": ("offset", "start")}


def query_of(request: Request, schema: Callable[[], Schema], own_name: Naming = str) -> Query:
    """The query that the parameters say. `schema` is asked for what refinements may name, only if there are any;
    `own_name`: what a field is called there that is refined by another name."""
    group_by = groups_of(request)
    asked = one(request, "limit"), one(request, "offset")
    page = limits.page(*asked, grouped=bool(group_by), caps=caps_of(request))
    return _query(request, _narrowed(filter_of(request, schema, own_name), schema), group_by, page)


def export_query_of(request: Request, schema: Callable[[], Schema], own_name: Naming = str) -> Query:
    """The same for a file, whose length has no bounds."""
    page = limits.export_page(one(request, "limit"), one(request, "offset"))
    return _query(request, _narrowed(filter_of(request, schema, own_name), schema), groups_of(request), page)


def groups_of(request: Request) -> tuple[Named, ...]:
    text = _joined(request, "group_by")
    return () if text is None else odsql.parse_group_by(text)


def selection_of(request: Request) -> Query:
    """What the parameters say that stand beside one record."""
    return replace(asked_settings(request), select=_select(request))


def filter_of(request: Request, schema: Callable[[], Schema], own_name: Naming = str) -> Filter:
    """Which records count in facets. `schema`, `own_name` as in `query_of`."""
    refine, exclude = (_refinements(request, clause, own_name) for clause in ("refine", "exclude"))
    check_number("refine and exclude", len(refine) + len(exclude), MOST_REFINEMENTS)
    settings = asked_settings(request)
    return Filter(
        where=sources.narrowed(request, _where(request, schema, own_name)),
        refine=refine,
        exclude=exclude,
        zone=settings.zone,
        language=settings.language,
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


def _where(request: Request, schema: Callable[[], Schema], own_name: Naming) -> Expr | None:
    """Several conditions are parsed one by one and all must hold."""
    texts = [text for text in request.query_params.getlist("where") if text.strip()]
    terms = (*(odsql.parse_where(text) for text in texts), *_words(request, schema, own_name))
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else And(terms)


def _words(request: Request, schema: Callable[[], Schema], own_name: Naming) -> Iterator[Expr]:
    """`qv1`: what widgets of the older Search API pass on, in its language."""
    bounds = Bounds("qv1")
    for text in request.query_params.getlist("qv1"):
        if text.strip():
            wordless = technical.FIELDS if own_name is str else ()  # of records, not of datasets
            found = parse_q(text, schema(), own_name=own_name, wordless=wordless, bounds=bounds)
            assert found is not None, "only a blank text says nothing"
            yield found


def _refinements(request: Request, clause: str, own_name: Naming) -> tuple[Refinement, ...]:
    texts = request.query_params.getlist(clause)
    found = (parse_refinement(text, clause) for text in texts if text.strip())
    return tuple(replace(one, field=own_name(one.field)) for one in found)


def _joined(request: Request, name: str) -> str | None:
    """A clause that was sent in parts is one clause with commas between."""
    parts = [text for text in request.query_params.getlist(name) if text.strip()]
    return ",".join(parts) if parts else None
