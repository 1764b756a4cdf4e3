"""Groups of points that are near each other on a map.

On the plane of Web Mercator, whose width is 1, points fall into square cells whose side is the radius. Each cell has
the mean place of its points. Then, twice: a cell that has fewer points than another whose mean place is nearer than
the radius goes to the fullest of those that themselves go to none; the rest stays. Mean places are of whole numbers of
degrees / 10^7, so that they are the same whatever the order in which rows are read (docs/decisions/0017).
"""

from collections.abc import Iterable

from sqlglot import exp

from colonnade.engine.layout import quoted
from colonnade.engine.sql.parts import identifier, named, select
from colonnade.engine.sql.pieces import column, text_of

_ROUNDS = 2
_UNITS = 10_000_000
"""In a degree: about a centimetre."""
_FARTHEST_NORTH = 85.05112878
_POINTS = "p"


def clustered(rows: exp.Select, name: str, side: float, names: Iterable[str]) -> exp.Select:
    """The rows, in whose column `name` points have given way to the struct of `lat` and `lon` of their cluster's mean
    place. `side`: of a cell, as a part of the width of the map."""
    table = exp.Var(this=_replaced(text_of(rows), quoted(name), repr(side)))
    items = [named(column(one, _POINTS), one) for one in names]
    whole = exp.Subquery(this=table, alias=exp.TableAlias(this=identifier(_POINTS)))
    return select(*items).from_(whole, copy=False)


def _replaced(rows: str, name: str, side: str) -> str:
    """`rows` stands in it once, so that the order of its values is kept."""
    steps = [
        (
            f"points AS MATERIALIZED (SELECT *, {_cell(_x(f'{name}.lon'), side)} AS gx, {_cell(_y(f'{name}.lat'), side)} AS gy"
            f" FROM ({rows}))"
        ),
        (
            f"cells AS MATERIALIZED (SELECT gx, gy, row_number() OVER (ORDER BY gx, gy) AS k, count(*) AS n,"
            f" {_sum(f'{name}.lon')} AS lon, {_sum(f'{name}.lat')} AS lat FROM points"
            " WHERE gx IS NOT NULL AND gy IS NOT NULL GROUP BY gx, gy)"
        ),
        "c0 AS MATERIALIZED (SELECT k, n, lon, lat FROM cells)",
        *(step for number in range(_ROUNDS) for step in _round(number, side)),
    ]
    roots, joins = "k", []
    for number in range(_ROUNDS):
        joins.append(
            f"JOIN m{number} ON m{number}.k = {'cells' if number == 0 else f'm{number - 1}'}.{roots}"
        )
        roots = "root"
    last = f"c{_ROUNDS}"
    return (
        f"WITH {', '.join(steps)}, found AS MATERIALIZED (SELECT cells.gx, cells.gy, struct_pack("
        f"lat := {last}.lat / {last}.n / {_UNITS}, lon := {last}.lon / {last}.n / {_UNITS}) AS centre FROM cells"
        f" {' '.join(joins)} JOIN {last} ON {last}.k = m{_ROUNDS - 1}.root)"
        f" SELECT points.* REPLACE (found.centre AS {name}) FROM points"
        " LEFT JOIN found ON found.gx = points.gx AND found.gy = points.gy"
    )


def _round(number: int, side: str) -> list[str]:
    """From the clusters `c<number>` to those of the next: `near`, who is near whom and fuller; `m`, where each goes."""
    at = str(number)
    x, y = _x(f"lon / n / {_UNITS}"), _y(f"lat / n / {_UNITS}")
    return [
        (
            f"w{at} AS MATERIALIZED (SELECT *, {_cell('x', side)} AS gx, {_cell('y', side)} AS gy"
            f" FROM (SELECT *, {x} AS x, {y} AS y FROM c{at}))"
        ),
        (
            f"near{at} AS MATERIALIZED (SELECT a.k, b.k AS other, b.n FROM"
            f" (SELECT *, unnest([-1, 0, 1]) AS dx FROM (SELECT *, unnest([-1, 0, 1]) AS dy FROM w{at})) a"
            f" JOIN w{at} b ON b.gx = a.gx + a.dx AND b.gy = a.gy + a.dy AND (b.n > a.n OR (b.n = a.n AND b.k > a.k))"
            f" AND (a.x - b.x) ** 2 + (a.y - b.y) ** 2 < CAST({side} AS DOUBLE) ** 2)"
        ),
        (
            f"m{at} AS MATERIALIZED (SELECT c{at}.k, coalesce(best.root, c{at}.k) AS root FROM c{at} LEFT JOIN"
            f" (SELECT k, arg_max(other, (n, other)) AS root FROM near{at}"
            f" WHERE other NOT IN (SELECT k FROM near{at}) GROUP BY k) best ON best.k = c{at}.k)"
        ),
        (
            f"c{number + 1} AS MATERIALIZED (SELECT m{at}.root AS k, sum(n) AS n, sum(lon) AS lon, sum(lat) AS lat"
            f" FROM m{at} JOIN c{at} ON c{at}.k = m{at}.k GROUP BY m{at}.root)"
        ),
    ]


def _x(lon: str) -> str:
    return f"(({lon}) + 180) / 360"


def _y(lat: str) -> str:
    bounded = f"greatest(-{_FARTHEST_NORTH}, least({_FARTHEST_NORTH}, {lat}))"
    return f"CASE WHEN ({lat}) IS NOT NULL THEN 0.5 - ln(tan(pi() / 4 + radians({bounded}) / 2)) / (2 * pi()) END"


def _cell(value: str, side: str) -> str:
    return f"TRY_CAST(floor(({value}) / CAST({side} AS DOUBLE)) AS BIGINT)"


def _sum(degrees: str) -> str:
    return f"sum(TRY_CAST(round({degrees} * {_UNITS}) AS BIGINT))"
