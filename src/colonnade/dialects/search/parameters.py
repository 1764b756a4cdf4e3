"""Parameters of Search (section 12.1 of the reference): unknown ones are ignored, empty ones are absent."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from colonnade.core.datasets.facet_settings import DISJUNCTIVE
from colonnade.core.records.facets import Filter, Wanted, condition
from colonnade.errors import Invalid
from colonnade.http.parameters import (
    MOST_FACETS,
    MOST_REFINEMENTS,
    YES_AND_NO,
    asked_settings,
    check_number,
    one,
    wrong,
)
from colonnade.query.facets import FacetSort
from colonnade.query.refine import Refinement
from colonnade.query.schema import Field, Schema
from colonnade.query.tree import (
    And,
    Call,
    Compare,
    CompareOp,
    Expr,
    FieldRef,
    Literal,
    Named,
    Or,
    Order,
    Query,
)
from colonnade.query.types import GEO, TEXTS
from colonnade.query.v1 import MOST_PLACES, Bounds, parse_q, places

METHODS = ["GET", "POST"]
DEFAULT_ROWS = 10
MOST_ROWS = REACH = 10_000
SECRETS = frozenset({"apikey"})
"""Parameters that are never told back."""
TOLD_APART = frozenset({"rows", "start", "facet", "sort", "dataset", "format", "timezone", "callback"})

DISTANCE = "dist"
"""What records have besides, if they are asked for by their distance."""
NEVER = Literal(value=False)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")

Naming = Callable[[str], str]


@dataclass(frozen=True)
class Asker:
    """What the parameters of a request are read for. `schema`: the fields that may be asked about. `own_name`: what a
    field is called there that is asked for by another name. `wordless`: as `parse_q` has it."""

    request: Request
    schema: Schema
    own_name: Naming = str
    wordless: Sequence[Field] = ()

    def field(self, name: str) -> Field | None:
        found = self.schema.get(self.own_name(name))
        return found or next((one for one in self.wordless if one.name == name), None)


def dataset_of(request: Request) -> str:
    """Raises `Invalid`."""
    name = one(request, "dataset")
    if name is None:
        raise Invalid("The parameter dataset is missing.", code="parameter.invalid", parameter="dataset")
    return name


def query_of(asker: Asker) -> Query:
    """A page of what the parameters ask for, whole rows. Raises `Invalid`."""
    rows, start = page_of(asker.request)
    return replace(narrowed(asker), order_by=orders_of(asker), limit=rows, offset=start)


def file_query_of(asker: Asker) -> Query:
    """The same for a file, which has all rows unless so many are asked for. Raises `Invalid`."""
    rows = _integer(asker.request, "rows", -1)
    if rows < -1:
        raise wrong("rows", str(rows), "-1 <= rows")
    start = _start(asker.request)
    return replace(
        narrowed(asker), order_by=orders_of(asker), limit=None if rows == -1 else rows, offset=start
    )


def narrowed(asker: Asker) -> Query:
    """A query for the records that the parameters leave, with the zone, the language and the fields that they name."""
    asked = filter_of(asker)
    return replace(
        asked_settings(asker.request),
        select=_fields(asker),
        where=condition(asked, faceted(asker)),
    )


def filter_of(asker: Asker) -> Filter:
    """Which records count. Raises `Invalid`."""
    terms = [*_texts(asker), *_places(asker), *_digests(asker)]
    refine, exclude = _refinements(asker, "refine."), _refinements(asker, "exclude.")
    check_number("refine and exclude", len(refine) + len(exclude), MOST_REFINEMENTS)
    return Filter(
        where=And(tuple(terms)) if len(terms) > 1 else terms[0] if terms else None,
        refine=refine,
        exclude=exclude,
        zone=asked_settings(asker.request).zone,
    )


def faceted(asker: Asker) -> Schema:
    """The schema with those fields disjunctive that are to be so in this request."""
    chosen = {
        asker.own_name(name): _truth(f"disjunctive.{name}", text)
        for name, text in _dotted(asker, "disjunctive.")
    }
    return replace(
        asker.schema, fields=tuple(_as_chosen(one, chosen.get(one.name)) for one in asker.schema.fields)
    )


def facets_of(asker: Asker) -> list[tuple[str, Wanted]]:
    """The facets that are asked for, each with the name by which it is. Raises `Invalid`."""
    sorts = dict(_dotted(asker, "facetsort."))
    told = asker.request.query_params.getlist("facet")
    names = [name for name in dict.fromkeys(told) if name.strip()]
    check_number("facet", len(names), MOST_FACETS)
    return [(name, Wanted(asker.own_name(name), sort=_facet_sort(name, sorts.get(name)))) for name in names]


def orders_of(asker: Asker) -> tuple[Order, ...]:
    """`sort=f`: numbers and dates from the largest, texts from A; `sort=-f` the other way round. Raises `Invalid`."""
    names = [name.strip() for text in asker.request.query_params.getlist("sort") for name in text.split(",")]
    return tuple(_order(asker, name) for name in dict.fromkeys(names) if name)


def distance_of(asker: Asker) -> Expr | None:
    """How far a record is from the place of `geofilter.distance`, in metres; None if that is not asked for. Raises
    `Invalid`."""
    text = one(asker.request, "geofilter.distance")
    if text is None or asker.schema.get(DISTANCE) is not None:
        return None
    return _place(
        asker,
        "geofilter.distance",
        text,
        lambda field, told: places.distance(field, *places.numbers(told, 3)[:2]),
    )


def page_of(request: Request) -> tuple[int, int]:
    """How many rows, and from which one. Raises `Invalid`."""
    rows, start = _integer(request, "rows", DEFAULT_ROWS), _start(request)
    if not 0 <= rows <= MOST_ROWS:
        raise wrong("rows", str(rows), f"0 <= rows <= {MOST_ROWS}")
    if start + rows > REACH:
        raise wrong("sum of start + rows", str(start + rows), f"<= {REACH}")
    return rows, start


def told(request: Request, format_: str, **besides: Any) -> dict[str, Any]:
    """The parameters as an answer repeats them: names before a dot as objects, without keys."""
    rows, start = page_of(request)
    found: dict[str, Any] = {
        **besides,
        "timezone": one(request, "timezone") or "UTC",
        "rows": rows,
        "start": start,
        "format": format_,
    }
    for name in ("facet", "sort"):
        if values := [value for value in request.query_params.getlist(name) if value]:
            found[name] = values
    for name in dict.fromkeys(request.query_params):
        values = [value for value in request.query_params.getlist(name) if value]
        group, dot, field = name.partition(".")
        if not values or name in TOLD_APART or name in SECRETS:
            continue
        value: Any = values[0] if len(values) == 1 else values
        if dot and group in {"refine", "exclude", "disjunctive", "facetsort"}:
            found.setdefault(group, {})[field] = value == "true" if group == "disjunctive" else value
        else:
            found[name] = value
    return found


def number_of(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    """A whole number. Raises `Invalid`."""
    found = _integer(request, name, default)
    if not least <= found <= most:
        raise wrong(name, str(found), f"{least} <= {name} <= {most}")
    return found


def _texts(asker: Asker) -> Iterator[Expr]:
    """Every `q`, `rq` and `q.something`: all must hold."""
    bounds = Bounds()
    for name, text in asker.request.query_params.multi_items():
        if name.partition(".")[0] in {"q", "rq"}:
            found = parse_q(
                text, asker.schema, own_name=asker.own_name, wordless=asker.wordless, bounds=bounds
            )
            if found is not None:
                yield found


def _places(asker: Asker) -> Iterator[Expr]:
    params = asker.request.query_params
    asked = [(name, text) for name in _GEO_FILTERS for text in params.getlist(name) if text.strip()]
    check_number("geofilter", len(asked), MOST_PLACES)
    for name, text in asked:
        yield _place(asker, name, text, _GEO_FILTERS[name])


def _place(asker: Asker, name: str, text: str, read: Callable[[Field, str], Expr]) -> Expr:
    field = places.shapes_first(asker.schema)
    if field is None:
        raise Invalid(f"There is no geographic field that {name} could be about.", code="parameter.invalid")
    try:
        return read(field, text)
    except ValueError:
        raise wrong(name, text, _EXPECTED[name]) from None


def _digests(asker: Asker) -> Iterator[Expr]:
    """The records in a place that a map has told the digest of."""
    fields = [FieldRef(one.name) for one in asker.schema.fields if one.type in GEO]
    texts = [text for text in asker.request.query_params.getlist("geo_digest") if text]
    check_number("geo_digest", len(texts), MOST_PLACES)
    for text in texts:
        digests = (Call("place_digest", (one,)) for one in fields)
        yield Or(tuple(Compare(CompareOp.EQ, one, Literal(text)) for one in digests)) if fields else NEVER


def _refinements(asker: Asker, prefix: str) -> tuple[Refinement, ...]:
    return tuple(Refinement(asker.own_name(name), value) for name, value in _dotted(asker, prefix))


def _dotted(asker: Asker, prefix: str) -> Iterator[tuple[str, str]]:
    """The parameters `prefix.name`, as name and value."""
    for name, value in asker.request.query_params.multi_items():
        if name.startswith(prefix) and len(name) > len(prefix) and value:
            yield name.removeprefix(prefix), value


def _fields(asker: Asker) -> tuple[Named, ...] | None:
    names = [
        name.strip() for text in asker.request.query_params.getlist("fields") for name in text.split(",")
    ]
    chosen = [name for name in dict.fromkeys(names) if name]
    return tuple(Named(FieldRef(name), name) for name in chosen) if chosen else None


def _order(asker: Asker, text: str) -> Order:
    is_reversed, name = text.startswith("-"), text.removeprefix("-")
    distance = distance_of(asker) if name == DISTANCE else None
    if distance is not None:
        return Order(distance, descending=not is_reversed)
    field = asker.field(name)
    if field is None:
        raise Invalid(f"Unknown field: {name}. (parameter sort)", code="parameter.invalid")
    return Order(FieldRef(field.name), descending=(field.type not in TEXTS) is not is_reversed)


def _facet_sort(name: str, text: str | None) -> FacetSort | None:
    if text is None:
        return None
    if text not in set(FacetSort):
        raise wrong(f"facetsort.{name}", text, f"one of {' '.join(FacetSort)}")
    return FacetSort(text)


def _as_chosen(field: Field, is_disjunctive: bool | None) -> Field:
    """Here the question says it, whatever the publisher declared (section 12.1)."""
    others = {name: said for name, said in field.annotations.items() if name != DISJUNCTIVE}
    return replace(field, annotations={**others, DISJUNCTIVE: ()} if is_disjunctive else others)


def _truth(name: str, text: str) -> bool:
    if text.lower() not in YES_AND_NO:
        raise wrong(name, text, "true or false")
    return YES_AND_NO[text.lower()]


def _start(request: Request) -> int:
    start = _integer(request, "start", 0)
    if start < 0:
        raise wrong("start", str(start), "0 <= start")
    return start


def _integer(request: Request, name: str, default: int) -> int:
    text = one(request, name)
    if text is None:
        return default
    if not _INTEGER.fullmatch(text.strip()):
        raise wrong(name, text, "a whole number")
    return int(text)


def _distance(field: Field, text: str) -> Expr:
    return places.near(field, *places.numbers(text, 3))


def _polygon(field: Field, text: str) -> Expr:
    return places.inside(field, places.corners(text))


def _box(field: Field, text: str) -> Expr:
    return places.in_box(field, *places.numbers(text, 4))


_GEO_FILTERS: Mapping[str, Callable[[Field, str], Expr]] = {
    "geofilter.distance": _distance,
    "geofilter.polygon": _polygon,
    "geofilter.bbox": _box,
}
_EXPECTED: Mapping[str, str] = {
    "geofilter.distance": "latitude,longitude,metres",
    "geofilter.polygon": "(latitude,longitude),(latitude,longitude),... with three corners or more",
    "geofilter.bbox": "latitude,longitude,latitude,longitude",
}
