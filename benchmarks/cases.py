"""What is asked in the benchmarks of reads: each question as we take it, as raw DuckDB takes it and as Datasette does, and
what their answers must have in common.

Raw DuckDB has no index of words, so beside full text it scans the columns of text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from colonnade.query.geometries import EARTH_METRES

PAGE = {"limit": "100"}
ITS_PAGE = {"_size": "100", "_shape": "objects"}
FACETED = ("category", "status", "district", "agent")
TEXTS = ("category", "status", "description", "address", "agent")
PLACES = "places"
PLACED = ({"type": "create_geopoint", "latitude": "lat", "longitude": "lon", "output_field": "place"},)
"""The processors of `PLACES`."""
FOUND = "rowid IN (SELECT rowid FROM rows_fts WHERE rows_fts MATCH 'alpha')"

Params = Mapping[str, str | Sequence[str]]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Case:
    """`path`, `params`: of our request; `its_path`, `its_params`: of Datasette's. `facts`, `its_facts`, `raw_facts`:
    what the answers say that must be the same, from the two bodies and from the rows of each statement."""

    name: str
    path: str
    params: Params
    statements: tuple[str, ...]
    its_path: str
    its_params: Params
    facts: Callable[[Any], object]
    its_facts: Callable[[Any], object]
    raw_facts: Callable[[list[Rows]], object]
    dataset: str = "table"
    """Which of ours is asked; `PLACES` has a column of places besides, and Datasette has nothing like it."""


def _page(name: str, params: Params, where: str, order: str, its_params: Params) -> Case:
    """A page of 100 records and their exact total; the facts are the total and the amounts of the page."""
    condition = f"WHERE {where}" if where else ""
    return Case(
        name,
        "/records",
        {**PAGE, **params},
        (f"SELECT * FROM rows {condition} {order}", f"SELECT count(*) FROM rows {condition}"),
        "/rows.json",
        {**ITS_PAGE, **its_params},
        lambda body: (body["total_count"], sorted(one["amount"] for one in body["results"])),
        lambda body: (body["filtered_table_rows_count"], sorted(one["amount"] for one in body["rows"])),
        lambda answers: (answers[1][0][0], sorted(one[8] for one in answers[0])),
    )


def _totalled(case: Case) -> Case:
    """Which 100 of the records come first is each one's own choice: the fact is the total."""
    return replace(
        case,
        facts=lambda body: body["total_count"],
        its_facts=lambda body: body["filtered_table_rows_count"],
        raw_facts=lambda answers: answers[1][0][0],
    )


def _contained(word: str) -> str:
    any_of = " OR ".join(f"contains({one}, '{word}')" for one in TEXTS)
    return f"({any_of})"


def _words(name: str, text: str, words: Sequence[str], also: str = "", **its: str) -> Case:
    """A page and the exact total of a full text, `also` with a condition."""
    where = f'"{text}"' + (f" and {also}" if also else "")
    found = " AND ".join([*map(_contained, words), *([also.replace('"', "'")] if also else [])])
    return _totalled(_page(name, {"where": where}, found, "LIMIT 100", {"_search": text, **its}))


def _grouped(name: str, asked: Params, where: str, its_where: str, *sums: str) -> Case:
    aggregates = ", ".join(f"{one} AS a{at}" for at, one in enumerate(sums))
    select = ", ".join(f"{one} as a{at}" for at, one in enumerate(sums))

    def sql(condition: str) -> str:
        return f"SELECT category, {aggregates} FROM rows {condition} GROUP BY category ORDER BY category"

    def facts(body: Any) -> object:
        found = body["results"] if "results" in body else body["rows"]
        return [(one["category"], *(round(one[f"a{at}"]) for at in range(len(sums)))) for one in found]

    return Case(
        name,
        "/records",
        {"group_by": "category", "select": select, "limit": "100", **asked},
        (sql(where),),
        ".json",
        {"sql": sql(its_where), "_shape": "objects"},
        facts,
        facts,
        lambda answers: [(name, *map(round, values)) for name, *values in answers[0]],
    )


def _facets(name: str, fields: Sequence[str], asked: Params, where: str, its_params: Params) -> Case:
    counted = (
        f"SELECT {one}, count(*) FROM rows {where} GROUP BY {one} ORDER BY 2 DESC, 1 LIMIT 100"
        for one in fields
    )
    return Case(
        name,
        "/facets",
        {"facet": fields, **asked},
        tuple(counted),
        "/rows.json",
        {"_facet": fields, "_facet_size": "100", "_size": "0", "_nocount": "1", **its_params},
        lambda body: [[one["count"] for one in facet["facets"]] for facet in body["facets"]],
        lambda body: [[one["count"] for one in body["facet_results"][name]["results"]] for name in fields],
        lambda answers: [[count for _, count in answer] for answer in answers],
    )


def _near() -> Case:
    """Places within a kilometre, by the haversine formula on a sphere."""
    half = "sin(radians({0} - {1}) / 2) ** 2"
    angle = (
        f"{half.format('lat', 48.9)} + cos(radians(48.9)) * cos(radians(lat)) * {half.format('lon', 2.35)}"
    )
    page = _page(
        "places within 1 km, page and exact total",
        {"where": "within_distance(place, geom'POINT(2.35 48.9)', 1km)"},
        f"2 * {EARTH_METRES} * asin(sqrt({angle})) <= 1000",
        "LIMIT 100",
        {},
    )
    return replace(page, dataset=PLACES)


_ALPHA = f"WHERE {_contained('alpha')}"
_NOISE = 'category="noise"'

CASES = (
    _page("first page of 100", {}, "", "LIMIT 100", {}),
    _page("filter, page and exact total", {"where": _NOISE}, "category = 'noise'", "LIMIT 100", {"category": "noise"}),
    _page("sort by a number", {"order_by": "-amount"}, "", "ORDER BY amount DESC LIMIT 100", {"_sort_desc": "amount"}),
    _page("sort by a number without an index there", {"order_by": "-lat,id"}, "", "ORDER BY lat DESC, id LIMIT 100", {"_sort_desc": "lat"}),
    # Datasette has no offsets here: it begins after the last id of the page before, which is the cheaper way.
    _page("offset 9,900", {"offset": "9900"}, "", "LIMIT 100 OFFSET 9900", {"_next": "9900"}),
    _grouped("group by with sum", {}, "", "", "sum(amount)"),
    _grouped("group by with three aggregates", {}, "", "", "count(*)", "sum(amount)", "avg(lat)"),
    _facets("four facets", FACETED, {}, "", {}),
    _words("full text, a rare word, page and exact total", "agent1234", ["agent1234"]),
    _words("full text, a common word, page and exact total", "alpha", ["alpha"]),
    _words("full text, two words, page and exact total", "alpha bravo", ["alpha", "bravo"]),
    _words("full text, a prefix, page and exact total", "agent12*", ["agent12"], _searchmode="raw"),
    _words("full text and a filter, page and exact total", "alpha", ["alpha"], _NOISE, category="noise"),
    _grouped("full text, group by with sum", {"where": '"alpha"'}, _ALPHA, f"WHERE {FOUND}", "sum(amount)"),
    _near(),
    _facets("full text, a facet", FACETED[:1], {"where": '"alpha"'}, _ALPHA, {"_search": "alpha"}),
)  # fmt: skip
