"""What is counted over the groups of an analysis (section 12.4 of the reference): `agg.S.func`, `agg.S.expr`."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from colonnade.dialects.search.series import QUANTILES, fitting, function_of, said_of, subsets_of
from colonnade.http.parameters import wrong

Numbers = Sequence[float]


def aggregations(request: Request, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """By name: a number, or for several functions (`MIN,MAX`) an object of them. Raises `Invalid`."""
    return {name: _of(name, said, results) for name, said in said_of(request, "agg").items()}


def _of(name: str, said: Mapping[str, str], results: Sequence[Mapping[str, Any]]) -> Any:
    source = said.get("expr", name).removeprefix("y.")
    if results and source not in results[0]:
        raise wrong(f"agg.{name}.expr", source, "the name of a series")
    called = f"agg.{name}"
    values = [one[source] for one in results if isinstance(one.get(source), int | float)]
    asked = (function_of(called, one.strip()) for one in said.get("func", "").split(","))
    functions = list(dict.fromkeys(asked))
    subsets = subsets_of(called, said.get("subsets"))
    found = {one.lower(): _value(one, values, subsets) for one in functions}
    return found if len(functions) > 1 else next(iter(found.values()))


def _value(function: str, values: Numbers, subsets: Numbers) -> Any:
    if function == QUANTILES:
        return {str(one): _quantile(sorted(values), one) if values else None for one in subsets}
    if function == "COUNT":
        return len(values)
    try:
        return fitting(_FUNCTIONS[function](values)) if values else None
    except OverflowError:
        return None


def _mean(values: Numbers) -> float:
    return math.fsum(values) / len(values)


def _deviation(values: Numbers) -> float:
    mean = _mean(values)
    return math.sqrt(math.fsum((one - mean) ** 2 for one in values) / len(values))


def _squares(values: Numbers) -> float:
    return math.fsum(one * one for one in values)


def _quantile(values: Numbers, percent: float) -> float:
    """Between the two values beside it, as the engine has it."""
    place = (len(values) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


_FUNCTIONS: Mapping[str, Callable[[Numbers], float]] = {
    "AVG": _mean,
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "STDDEV": _deviation,
    "SUMSQUARES": _squares,
}
