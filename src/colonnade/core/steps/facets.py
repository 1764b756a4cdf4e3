"""The facets that field steps declare, as clients of the older form write them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from colonnade.core.datasets.facet_settings import (
    ANNOTATIONS,
    DISJUNCTIVE,
    FACET,
    SORT,
    TIMERANGE,
    FacetSetting,
)

CHANGING = ("annotate", "rename", "delete")
"""The types of the steps that have a part in it."""

_Said = dict[str, Sequence[Any]]
"""The arguments of annotations, by their names."""


def declared(steps: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[FacetSetting, ...]:
    """The facets after all steps, by the names that their fields have then. `steps`: their types and parameters."""
    found: dict[str, _Said] = {}
    for type_, params in steps:
        if type_ == "annotate" and params["annotation"] in ANNOTATIONS:
            found.setdefault(params["field"], {})[params["annotation"]] = params.get("args") or ()
        elif type_ == "rename" and params["from_name"] in found:
            found = {
                params["to_name"] if name == params["from_name"] else name: said
                for name, said in found.items()
            }
        elif type_ == "delete":
            found.pop(params["field"], None)
    return tuple(_setting(name, said) for name, said in found.items() if FACET in said)


def _setting(name: str, said: _Said) -> FacetSetting:
    return FacetSetting(
        field_name=name,
        facetsort=next((str(one) for one in said.get(SORT, ())), None),
        disjunctive=DISJUNCTIVE in said,
        timerange_filter=TIMERANGE in said,
    )
