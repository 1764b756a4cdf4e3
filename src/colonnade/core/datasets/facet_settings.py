"""Which fields are facets: as metadata say it (`asset_content_configuration.facets`), and the same as annotations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from colonnade.core.datasets import metadata as meta
from colonnade.query.schema import Field, Schema

TEMPLATE, FIELD = "asset_content_configuration", "facets"
FACET, SORT, DISJUNCTIVE, TIMERANGE = "facet", "facetsort", "disjunctive", "timerangeFilter"
ANNOTATIONS = (FACET, SORT, DISJUNCTIVE, TIMERANGE)
"""The names of the annotations that say the same as an entry of the metadata."""


@dataclass(frozen=True)
class FacetSetting:
    """A field that is a facet. `facetsort` None: as facets of its type are sorted."""

    field_name: str
    facetsort: str | None = None
    disjunctive: bool = False
    timerange_filter: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        sort = value.get("facetsort")
        return cls(
            field_name=str(value["field_name"]),
            facetsort=sort if isinstance(sort, str) and sort else None,
            disjunctive=value.get("disjunctive") is True,
            timerange_filter=value.get("timerange_filter") is True,
        )

    @property
    def said(self) -> dict[str, str | bool | None]:
        """What is said of the field, by the names that metadata have for it."""
        return {
            "facetsort": self.facetsort,
            "disjunctive": self.disjunctive,
            "timerange_filter": self.timerange_filter,
        }

    @property
    def annotations(self) -> dict[str, tuple[str, ...]]:
        flags = {DISJUNCTIVE: self.disjunctive, TIMERANGE: self.timerange_filter}
        sort = {SORT: (self.facetsort,)} if self.facetsort else {}
        return {FACET: (), **sort, **{name: () for name, is_set in flags.items() if is_set}}


def declared(metadata: Mapping[str, Any] | None) -> tuple[FacetSetting, ...]:
    """The facets that metadata declare, in their order, each field once."""
    found = (FacetSetting.from_json(one) for one in _entries(metadata or {}))
    return tuple({one.field_name: one for one in found}.values())


def annotated(schema: Schema, settings: Iterable[FacetSetting]) -> Schema:
    """The schema with these facets as annotations of its fields. What is said of a field here counts in the place of
    its own annotations of this kind; a field of which nothing is said keeps them."""
    said = {one.field_name: one for one in settings}
    return replace(schema, fields=tuple(_annotated(one, said.get(one.name)) for one in schema.fields))


def followed(
    metadata: Mapping[str, Any], before: Sequence[FacetSetting], after: Sequence[FacetSetting]
) -> dict[str, Any]:
    """The metadata once what steps declare has gone from `before` to `after`. Only what the steps changed is changed:
    facets that publishers wrote into the metadata, and what they wrote beside, stay."""
    was, is_now = ({one.field_name: one for one in some} for some in (before, after))
    entries = {
        str(one["field_name"]): dict(one)
        for one in _entries(metadata)
        if one["field_name"] in is_now or one["field_name"] not in was
    }
    for name, setting in is_now.items():
        if setting == was.get(name) and name not in entries:
            continue  # publishers took it out
        known = was.get(name, FacetSetting(name)).said
        changed = {key: value for key, value in setting.said.items() if value != known[key]}
        entry = {"field_name": name, **entries.get(name, {}), **changed}
        entries[name] = {key: value for key, value in entry.items() if key not in changed or value}
    return _with_entries(metadata, list(entries.values()))


def _annotated(field: Field, setting: FacetSetting | None) -> Field:
    if setting is None:
        return field
    others = {name: args for name, args in field.annotations.items() if name not in ANNOTATIONS}
    return replace(field, annotations={**others, **setting.annotations})


def _entries(metadata: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    triple = metadata.get(TEMPLATE, {}).get(FIELD)
    value = None if triple is None else meta.in_force(triple)
    listed = value if isinstance(value, list) else []
    return [one for one in listed if isinstance(one, Mapping) and isinstance(one.get("field_name"), str)]


def _with_entries(metadata: Mapping[str, Any], entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Nothing is left where nothing is said; a list that another server has is then overridden by an empty one."""
    fields = dict(metadata.get(TEMPLATE, {}))
    triple = meta.local(entries, fields.pop(FIELD, {}))
    if entries or triple[meta.REMOTE]:
        fields[FIELD] = triple
    others = {name: value for name, value in metadata.items() if name != TEMPLATE}
    return {**others, TEMPLATE: fields} if fields else others
