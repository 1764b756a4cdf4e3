"""Filters of lists: those that there are, and what is said of all others (section 1.4 of the reference)."""

from collections.abc import Mapping

from starlette.requests import Request

from colonnade.dialects.panda.errors import parameter
from colonnade.dialects.panda.fields import KINDS, Kind

CREDENTIALS = frozenset({"email", "api_key"})
"""Who asks: no filters, whatever else is called so."""
LOOKUPS = frozenset(
    {
        *("exact", "iexact", "contains", "icontains", "gt", "gte", "lt", "lte", "in", "startswith"),
        *("istartswith", "endswith", "iendswith", "range", "year", "month", "day", "week_day", "isnull"),
        *("search", "regex", "iregex"),
    }
)
ORDERS = ("order_by", "sort_by")
MISMATCHED = "Invalid resource lookup data provided (mismatched type)."
YES_AND_NO: Mapping[str, bool] = {"true": True, "True": True, "false": False, "False": False}


def filters_of(request: Request, name: str, *, is_found: bool = False) -> dict[str, str]:
    """`field__lookup` -> value. `is_found`: the list is what a search finds, whose order nobody chooses. Raises
    `Invalid` for what cannot be filtered by."""
    kind = KINDS[name]
    found: dict[str, str] = {}
    for sent, value in request.query_params.multi_items():
        if sent in CREDENTIALS:
            continue
        if sent in ORDERS and not is_found:
            raise parameter(f"No matching '{value}' field for ordering on.")
        field, *rest = sent.split("__")
        if field in kind.facts:
            found[f"{field}__{_lookup(kind, field, rest)}"] = value
    return found


def is_true(text: str) -> bool:
    """Raises `Invalid`."""
    if text not in YES_AND_NO:
        raise parameter(MISMATCHED)
    return YES_AND_NO[text]


def number(text: str, first: int, last: int) -> int:
    """Raises `Invalid` for anything but a whole number in these bounds."""
    if len(text) > 9 or not (text.isascii() and text.isdecimal()) or not first <= int(text) <= last:
        raise parameter(MISMATCHED)
    return int(text)


def _lookup(kind: Kind, field: str, rest: list[str]) -> str:
    lookup = rest.pop() if rest and rest[-1] in LOOKUPS else "exact"
    if field not in kind.filters:
        raise parameter(f"The '{field}' field does not allow filtering.")
    if lookup not in kind.filters[field]:
        raise parameter(f"'{lookup}' is not an allowed filter on the '{field}' field.")
    if rest:
        raise parameter(f"The '{field}' field does not support relations.")
    return lookup
