"""Which facets are asked for: a field's name, or `facet(name="f", sort="-count", limit=20, ...)`."""

import re
from collections.abc import Mapping

from starlette.requests import Request

from colonnade.core.records.facets import Wanted
from colonnade.http.parameters import MOST_FACETS, check_number
from colonnade.query.facets import MOST, FacetSort
from colonnade.query.malformed import malformed

MOST_ASKED = 1_000
"""Values of one facet that may be asked for."""

_CALL = re.compile(r"\s*facet\s*\((?P<inside>.*)\)\s*", re.DOTALL | re.IGNORECASE)
_ARGUMENT = re.compile(
    r"\s*(?P<name>\w+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^,\s\"']+))\s*(?:,|$)"
)
_NUMBERED = re.compile(r"[0-9]{1,9}")
_TRUTH: Mapping[str, bool] = {"true": True, "false": False}


def wanted_of(request: Request) -> list[Wanted]:
    """The facets that the parameters name, in their order. Raises `Invalid`."""
    texts = [text.strip() for text in request.query_params.getlist("facet")]
    asked = [text for text in texts if text]
    check_number("facet", len(asked), MOST_FACETS)
    return [_wanted(text) for text in asked]


def _wanted(text: str) -> Wanted:
    called = _CALL.fullmatch(text)
    if called is None:
        return Wanted(text.strip("`"))
    arguments = _arguments(called["inside"])
    if "name" not in arguments:
        raise malformed("facet", "facet() needs the name of a field.")
    return Wanted(
        arguments["name"],
        sort=_sort(arguments.get("sort")),
        limit=_limit(arguments.get("limit")),
        levels=_levels(arguments),
        is_disjunctive=_truth("disjunctive", arguments.get("disjunctive")),
    )


def _arguments(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text.rstrip()):
        one = _ARGUMENT.match(text, at)
        if one is None:
            raise malformed("facet", f"Unexpected text in facet(): {text[at:].strip()}.")
        found[one["name"].lower()] = next(
            value for value in (one["double"], one["single"], one["bare"]) if value is not None
        )
        at = one.end()
    return found


def _sort(text: str | None) -> FacetSort | None:
    if text is None:
        return None
    if text not in set(FacetSort):
        raise malformed("facet", f"Unknown sort: {text}.")
    return FacetSort(text)


def _limit(text: str | None) -> int:
    if text is None:
        return MOST
    if not _NUMBERED.fullmatch(text) or not 1 <= int(text) <= MOST_ASKED:
        raise malformed("facet", f"The limit of a facet is a number from 1 to {MOST_ASKED}.")
    return int(text)


def _levels(arguments: Mapping[str, str]) -> str | None:
    """The separator, which says by itself that there are levels; empty: there are none."""
    is_hierarchical = _truth("hierarchical", arguments.get("hierarchical"))
    separator = arguments.get("separator") or None
    if is_hierarchical is False:
        return ""
    return separator or "/" if is_hierarchical or separator else None


def _truth(name: str, text: str | None) -> bool | None:
    if text is None:
        return None
    if text.lower() not in _TRUTH:
        raise malformed("facet", f"{name} is true or false.")
    return _TRUTH[text.lower()]
