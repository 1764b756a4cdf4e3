"""Analyses: records in groups, and what is counted of each group (section 12.4 of the reference)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from colonnade.core.datasets import service as datasets
from colonnade.core.records import service as records
from colonnade.dialects.search import rendering
from colonnade.dialects.search.axes import Axis, axes_of, x_of
from colonnade.dialects.search.parameters import METHODS, dataset_of, narrowed, number_of
from colonnade.dialects.search.records import asker_of
from colonnade.dialects.search.series import COUNT, Series, fitting, series_of
from colonnade.dialects.search.summing import aggregations
from colonnade.errors import Invalid
from colonnade.http.edge import reading
from colonnade.http.parameters import choice, wrong
from colonnade.query.tree import And, FieldRef, Order, Query

router = APIRouter()

MOST = 20_000
"""Groups of one answer."""

Results = list[dict[str, Any]]


@router.api_route("/analyze", methods=METHODS)
def analyze(request: Request) -> Response:
    with reading(request) as work:
        readable = datasets.readable(work, dataset_of(request))
        asker = asker_of(work, readable, request)
        axes, series = axes_of(asker), series_of(asker)
        _check(request, series)
        points = number_of(request, "maxpoints", 0, least=-1, most=10**9)
        limit = min(points, MOST) if points > 0 else MOST
        query = _query(narrowed(asker), axes, series, _orders(request, axes, series), limit)
        page = records.select(work, readable, query)
    results = _results(axes, series, rendering.rows(page, query.zone))
    summed = aggregations(request, results)
    body = {"results": results, "aggregations": summed} if summed else results
    format_ = choice(request, "format", ("json", "jsonp"), "json")
    is_cut = bool(axes) and limit == MOST < page.total
    return rendering.answer(request, body, format_=format_, is_cut=is_cut)


def _check(request: Request, series: Sequence[Series]) -> None:
    if any(name.startswith("join.") for name in request.query_params):
        raise Invalid("Datasets cannot be joined here. (parameter join)", code="parameter.invalid")
    if not series:
        raise Invalid("A parameter y.NAME.func is missing.", code="parameter.invalid")


def _query(
    narrowed: Query, axes: Sequence[Axis], series: Sequence[Series], orders: Sequence[Order], limit: int
) -> Query:
    """Records without a value on an axis are in no group."""
    known = [axis.is_known for axis in axes]
    terms = [*known, *([] if narrowed.where is None else [narrowed.where])]
    return replace(
        narrowed,
        select=tuple({one.name: one for one in _columns(series)}.values()),
        where=And(tuple(terms)) if terms else None,
        group_by=tuple(axis.named for axis in axes),
        order_by=tuple(orders),
        limit=limit if axes else 1,
    )


def _columns(series: Sequence[Series]) -> list[Any]:
    return [column for one in series for column in one.columns]


def _orders(request: Request, axes: Sequence[Axis], series: Sequence[Series]) -> list[Order]:
    """`x.f` from the least on, `y.S` from the most on; a minus turns it round. Nothing said: as `x` goes."""
    texts = [text.strip() for one in request.query_params.getlist("sort") for text in one.split(",")]
    asked = [order for text in dict.fromkeys(texts) if text for order in _order(text, axes, series)]
    return asked or [Order(FieldRef(axis.key)) for axis in axes]


def _order(text: str, axes: Sequence[Axis], series: Sequence[Series]) -> list[Order]:
    is_reversed, name = text.startswith("-"), text.removeprefix("-")
    for one in series:
        if name in {one.name, f"y.{one.name}"}:
            return [Order(FieldRef(one.sorted_by), descending=not is_reversed)]
    bare = name.removeprefix("x.")
    found = [axis for axis in axes if name == "x" or bare in {axis.written, axis.field.name}]
    if not found:
        raise wrong("sort", text, "x, x.FIELD or y.NAME")
    return [Order(FieldRef(axis.key), descending=is_reversed) for axis in found]


def _results(axes: Sequence[Axis], series: Sequence[Series], rows: Sequence[Mapping[str, Any]]) -> Results:
    if not axes and not rows:
        return [{one.name: 0 if one.function == COUNT else None for one in series}]
    results: Results = []
    running: dict[tuple[str, Any], Any] = {}
    for row in rows:
        result = {"x": x_of(axes, row)} if axes else {}
        for one in series:
            value = one.value(row)
            if one.is_cumulative and isinstance(value, int | float):
                value = _added(running, (one.name, _line(axes, row)), value)
            result[one.name] = value
        results.append(result)
    return results


def _line(axes: Sequence[Axis], row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The line of a chart that a group is on: its place on all axes but those of the first field."""
    return tuple(row[axis.key] for axis in axes if axis.field.name != axes[0].field.name)


def _added(running: dict[tuple[str, Any], Any], key: tuple[str, Any], value: float) -> Any:
    running[key] = running.get(key, 0) + value
    return fitting(running[key])
