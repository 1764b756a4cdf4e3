"""A described dataset as schema.org tells of it, for search engines."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.core.feeds.model import (
    Agent,
    Box,
    Described,
    Distribution,
    Moment,
    Openness,
    Period,
    Place,
    Site,
)

CONTEXT = "https://schema.org"
LONGEST = 5_000
"""Characters of a description that search engines take."""
MOST_FIELDS = 100


def dataset(site: Site, one: Described) -> dict[str, Any]:
    addresses = site.addresses
    told = {
        "@context": CONTEXT,
        "@type": "Dataset",
        "@id": one.page,
        "url": one.page,
        "identifier": [one.identifier, one.uid],
        "name": one.title,
        "description": _clipped(one.summary),
        "inLanguage": one.language,
        "keywords": [*(theme.name for theme in one.themes), *one.keywords],
        "dateCreated": _moment(one.created),
        "datePublished": _moment(one.issued),
        "dateModified": _moment(one.modified),
        "license": one.licence and (one.licence.address or one.licence.name),
        "creator": _organisation(one.creator or one.publisher),
        "publisher": _organisation(one.publisher),
        "contributor": _organisation(one.contributor),
        "creditText": "; ".join(one.attributions),
        "isAccessibleForFree": one.openness is Openness.PUBLIC,
        "spatialCoverage": [_place(place) for place in one.places],
        "temporalCoverage": _period(one.period),
        "isBasedOn": list(one.references),
        "variableMeasured": list(one.fields[:MOST_FIELDS]),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": site.title, "url": addresses.home()},
        "distribution": [_download(file) for file in one.distributions],
    }
    return _known(told)


def catalogue(site: Site) -> dict[str, Any]:
    home = site.addresses.home()
    return {
        "@context": CONTEXT,
        "@type": "DataCatalog",
        "@id": home,
        "url": home,
        "name": site.title,
        "description": site.description,
        "inLanguage": site.language,
    }


def _organisation(agent: Agent | None) -> dict[str, Any] | None:
    return None if agent is None else {"@type": "Organization", "name": agent.name, "url": agent.address}


def _download(file: Distribution) -> dict[str, Any]:
    return _known(
        {
            "@type": "DataDownload",
            "name": file.title,
            "description": file.description,
            "encodingFormat": file.media_type,
            "contentUrl": file.address,
            "contentSize": None if file.size is None else f"{file.size} B",
        }
    )


def _place(place: Place) -> dict[str, Any]:
    shape = None if place.box is None else {"@type": "GeoShape", "box": _box(place.box)}
    return _known({"@type": "Place", "@id": place.address, "name": place.name, "geo": shape})


def _box(box: Box) -> str:
    """South-west and north-east, latitude first."""
    return f"{box.south} {box.west} {box.north} {box.east}"


def _period(period: Period | None) -> str | None:
    if period is None:
        return None
    return f"{_moment(period.start)}/{_moment(period.end)}" if period.start and period.end else period.text


def _moment(value: Moment | None) -> str | None:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    return None if value is None else value.isoformat()


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def _known(told: Mapping[str, Any]) -> dict[str, Any]:
    empty: Sequence[Any] = (None, "", [])
    return {key: value for key, value in told.items() if value not in empty}
