"""Parameters of Explore's reads (section 3 of the reference): unknown ones are ignored, empty ones are absent."""

from collections.abc import Mapping

from starlette.requests import Request

from colonnade.query import limits, odsql
from colonnade.query.tree import And, Expr, Named, Order, Query

ALIASES: Mapping[str, tuple[str, ...]] = {"limit": ("limit", "rows"), "offset": ("offset", "start")}


def query_of(request: Request, *, grouped: bool = True) -> Query:
    """The query that the parameters say. `grouped`: `group_by` and `select` are honoured here."""
    select = _joined(request, "select") if grouped else None
    group_by = _joined(request, "group_by") if grouped else None
    order_by = _joined(request, "order_by")
    groups: tuple[Named, ...] = () if group_by is None else odsql.parse_group_by(group_by)
    orders: tuple[Order, ...] = () if order_by is None else odsql.parse_order_by(order_by)
    page = limits.page(_one(request, "limit"), _one(request, "offset"), grouped=bool(groups))
    return Query(
        select=None if select is None else odsql.parse_select(select),
        where=_where(request),
        group_by=groups,
        order_by=orders,
        limit=page.limit,
        offset=page.offset,
    )


def _where(request: Request) -> Expr | None:
    """Several conditions are parsed one by one and all must hold."""
    terms = tuple(odsql.parse_where(text) for text in request.query_params.getlist("where") if text.strip())
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else And(terms)


def _joined(request: Request, name: str) -> str | None:
    """A clause that was sent in parts is one clause with commas between."""
    parts = [text for text in request.query_params.getlist(name) if text.strip()]
    return ",".join(parts) if parts else None


def _one(request: Request, name: str) -> str | None:
    for alias in ALIASES[name]:
        if value := request.query_params.get(alias):
            return value
    return None
