"""What is counted of each group in an analysis (section 12.4 of the reference): `y.S.func`, `y.S.expr` and so on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from colonnade.dialects.search.parameters import Asker
from colonnade.errors import Invalid
from colonnade.http.parameters import YES_AND_NO, wrong
from colonnade.query import odsql
from colonnade.query.tree import Aggregate, Expr, FieldRef, Literal, Named

MOST_SERIES = 50
MOST_SUBSETS = 20
COUNT, QUANTILES = "COUNT", "QUANTILES"
FUNCTIONS: Mapping[str, str] = {
    "AVG": "avg",
    "SUM": "sum",
    "MIN": "min",
    "MAX": "max",
    "STDDEV": "stddev",
    "SUMSQUARES": "sum_squares",
}
ALL = (COUNT, *FUNCTIONS, QUANTILES)

_SAID = re.compile(r"(?P<letter>y|agg)\.(?P<name>.+)\.(?P<what>func|expr|subsets|cumulative)", re.DOTALL)


@dataclass(frozen=True)
class Series:
    """`key`: its name in the answer of the core. `expr` is a number where it is the same for all records, None in a
    count. `subsets`: of quantiles, from 0 to 100."""

    name: str
    key: str
    function: str
    expr: Expr | float | None = None
    subsets: tuple[float, ...] = ()
    is_cumulative: bool = False

    @property
    def columns(self) -> list[Named]:
        if self.expr is None or isinstance(self.expr, int | float):
            return [_named(Aggregate("count"), self.key)]
        if self.function == QUANTILES:
            percentiles = (Aggregate("percentile", self.expr, parameter=one) for one in self.subsets)
            return [_named(one, f"{self.key} {at}") for at, one in enumerate(percentiles)]
        return [_named(Aggregate(FUNCTIONS[self.function], self.expr), self.key)]

    @property
    def sorted_by(self) -> str:
        """The column whose order is the series' own."""
        return self.columns[0].name

    def value(self, row: Mapping[str, Any]) -> Any:
        if self.function == QUANTILES:
            return {str(one): self._quantile(row, at) for at, one in enumerate(self.subsets)}
        if isinstance(self.expr, int | float):
            return fitting(_of_constant(self.function, self.expr, row[self.key]))
        return row[self.key]

    def _quantile(self, row: Mapping[str, Any], at: int) -> Any:
        return self.expr if isinstance(self.expr, int | float) else row[f"{self.key} {at}"]


def series_of(asker: Asker) -> list[Series]:
    """The series that the parameters describe, in their order. Raises `Invalid`."""
    said = said_of(asker.request, "y")
    return [_series(asker, name, f"y {at}", parts) for at, (name, parts) in enumerate(said.items())]


def said_of(request: Request, letter: str) -> dict[str, dict[str, str]]:
    """What is said of each name: `y.S.func=AVG` as `{"S": {"func": "AVG"}}`. Raises `Invalid`."""
    found: dict[str, dict[str, str]] = {}
    for name, value in request.query_params.multi_items():
        part = _SAID.fullmatch(name)
        if part is not None and part["letter"] == letter and value:
            found.setdefault(part["name"], {})[part["what"]] = value
    if len(found) > MOST_SERIES:
        raise wrong(letter, f"{len(found)} series", f"at most {MOST_SERIES}")
    return found


def function_of(name: str, text: str | None) -> str:
    found = (text or COUNT).upper()
    if found not in ALL:
        raise wrong(f"{name}.func", str(text), f"one of {' '.join(ALL)}")
    return found


def fitting(number: Any) -> Any:
    """None for a whole number that does not fit into 64 bits, as sums of records have it."""
    return None if isinstance(number, int) and not -(2**63) <= number < 2**63 else number


def subsets_of(name: str, text: str | None) -> tuple[float, ...]:
    try:
        found = tuple(float(one) for one in (text or "50").split(","))
    except ValueError:
        found = ()
    if not 1 <= len(found) <= MOST_SUBSETS or not all(0 <= one <= 100 for one in found):
        raise wrong(f"{name}.subsets", str(text), "numbers from 0 to 100")
    return found


def _series(asker: Asker, name: str, key: str, said: Mapping[str, str]) -> Series:
    called = f"y.{name}"
    function = function_of(called, said.get("func"))
    is_cumulative = said.get("cumulative", "false").lower()
    if is_cumulative not in YES_AND_NO:
        raise wrong(f"{called}.cumulative", is_cumulative, "true or false")
    return Series(
        name,
        key,
        function,
        None if function == COUNT else _expr(asker, called, said.get("expr")),
        subsets_of(called, said.get("subsets")) if function == QUANTILES else (),
        YES_AND_NO[is_cumulative],
    )


def _expr(asker: Asker, name: str, text: str | None) -> Expr | float:
    """A field, a number, or arithmetic of both."""
    if text is None:
        raise Invalid(f"The parameter {name}.expr is missing.", code="parameter.invalid")
    if asker.schema.get(text.strip()) is not None:
        return FieldRef(text.strip())
    expected = "a field, or arithmetic of fields and numbers"
    try:
        items: Sequence[Named] = odsql.parse_select(text)
    except Invalid:
        raise wrong(f"{name}.expr", text, expected) from None
    if len(items) != 1 or items[0].is_alias:
        raise wrong(f"{name}.expr", text, expected)
    expr = items[0].expr
    if isinstance(expr, Literal) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool):
        return expr.value
    return expr


def _named(expr: Expr, key: str) -> Named:
    return Named(expr, key, is_alias=True)


def _of_constant(function: str, number: float, count: int) -> float | None:
    if not count:
        return None
    match function:
        case "SUM":
            return number * count
        case "SUMSQUARES":
            return number * number * count
        case "STDDEV":
            return 0.0
        case _:
            return number
