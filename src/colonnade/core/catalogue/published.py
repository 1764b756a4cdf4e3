"""A dataset as its readers are told of it, whatever the door: its metadata by template, with what the portal knows of it
by itself."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.builder.extent import Extent
from colonnade.core.catalogue import territories
from colonnade.core.catalogue.model import features
from colonnade.core.counting import Usage
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.records import service as records
from colonnade.core.records.service import About
from colonnade.core.usage import service as usage
from colonnade.core.work import Work

DEFAULT_KEYS = (
    "title",
    "description",
    "theme",
    "keyword",
    "license",
    "license_url",
    "language",
    "metadata_languages",
    "timezone",
    "modified",
    "modified_updates_on_metadata_change",
    "modified_updates_on_data_change",
    "data_processed",
    "metadata_processed",
    "geographic_reference",
    "geographic_reference_auto",
    "geographic_area",
    "geographic_area_mode",
    "geometry_types",
    "bbox",
    "territory",
    "references",
    "publisher",
    "attributions",
    "records_count",
    "source_domain",
    "source_domain_title",
    "source_domain_address",
    "source_dataset",
    "parent_domain",
    "shared_catalog",
    "oauth_scope",
    "federated",
)
"""Of the template `default`, those that are there even when unset, as null (Explore 2.1, section 4.1 of its reference)."""


@dataclass(frozen=True)
class Published:
    """`metas`: template -> field -> value in force; `default` has every one of `DEFAULT_KEYS`. Moments are datetimes with
    an offset. `features` in Explore's words."""

    readable: ReadableDataset
    about: About
    metas: Mapping[str, Mapping[str, Any]]
    features: Sequence[str]
    usage: Usage


def published(work: Work, readables: Sequence[ReadableDataset]) -> list[Published]:
    """What the actor may know of each dataset, in the order given."""
    used = usage.of(work, [one.dataset.id for one in readables])
    return [
        Published(
            one,
            about,
            metas(one.dataset, about),
            features(about.schema, one.dataset.metadata_published),
            used[one.dataset.id],
        )
        for one, about in zip(readables, records.about(work, readables), strict=True)
    ]


def metas(dataset: Dataset, about: About) -> dict[str, dict[str, Any]]:
    """The published metadata. `about`: what may be told of the records."""
    templates = meta.public(dataset.metadata_published or {})
    default = templates.pop(meta.DEFAULT, {})
    places = default.get("geographic_reference")
    told = {
        "modified": _moment(default.get("modified")),
        "data_processed": dataset.data_processed_at,
        "metadata_processed": dataset.metadata_processed_at,
        "territory": None if places is None else territories.named(places),
        **_located(about.extent),
        "records_count": about.count,
        "federated": False,
    }
    return {meta.DEFAULT: {**dict.fromkeys(DEFAULT_KEYS), **default, **told}, **templates}


def _located(extent: Extent | None) -> dict[str, Any]:
    """The box around all places, as GeoJSON, and of which kinds they are."""
    if extent is None:
        return {}
    west, south, east, north = extent.west, extent.south, extent.east, extent.north
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"bbox": {"type": "Polygon", "coordinates": [ring]}, "geometry_types": list(extent.types)}


def _moment(value: object) -> object:
    """As a datetime; what is none stays as it is."""
    try:
        found = dt.datetime.fromisoformat(str(value))
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # the latter: the offset leads out of the years that there are
        return value
