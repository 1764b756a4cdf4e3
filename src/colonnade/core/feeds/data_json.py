"""Datasets by the metadata schema of Project Open Data, version 1.1: what `data.json` holds."""

import datetime as dt
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any

import orjson

from colonnade.core.feeds import vocabularies
from colonnade.core.feeds.model import (
    Box,
    Described,
    Distribution,
    Moment,
    Openness,
    Period,
    Place,
    ProjectOpenData,
    Site,
)

MEDIA_TYPE = "application/json; charset=utf-8"
SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"

_LEVELS: Mapping[Openness, str] = {
    Openness.PUBLIC: "public",
    Openness.RESTRICTED: "restricted public",
    Openness.NON_PUBLIC: "non-public",
}
_RIGHTS = "The data can be had by those who were given access."
_NO_KEYWORD = "dataset"
"""The schema wants one."""


def document(site: Site, batches: Iterable[Sequence[Described]]) -> Generator[bytes]:
    return written(site.addresses.catalogue(), ([dataset(site, one) for one in batch] for batch in batches))


def written(address: str, batches: Iterable[Sequence[Mapping[str, Any]]]) -> Generator[bytes]:
    """A catalogue that has this address, of datasets as `dataset` makes them."""
    yield orjson.dumps(_head(address))[:-1] + b',"dataset":['
    separator = b""
    for batch in batches:
        if batch:
            yield separator + b",\n".join(map(orjson.dumps, batch))
            separator = b",\n"
    yield b"]}"


def _head(address: str) -> dict[str, Any]:
    return {
        "@context": f"{SCHEMA}/catalog.jsonld",
        "@id": address,
        "@type": "dcat:Catalog",
        "conformsTo": SCHEMA,
        "describedBy": f"{SCHEMA}/catalog.json",
    }


def dataset(site: Site, one: Described) -> dict[str, Any]:
    """One dataset, without the keys that nothing is known of."""
    is_public = one.openness is Openness.PUBLIC
    told = {
        "@type": "dcat:Dataset",
        "identifier": one.identifier,
        "title": one.title,
        "description": one.summary,
        "keyword": list(one.keywords or [theme.name for theme in one.themes] or [_NO_KEYWORD]),
        "modified": _moment(one.modified or one.changed),
        "issued": _moment(one.issued),
        "publisher": {
            "@type": "org:Organization",
            "name": one.publisher.name if one.publisher else site.title,
        },
        "contactPoint": _contact(site, one),
        "accessLevel": _LEVELS[one.openness],
        "rights": one.pod.rights or (None if is_public else _RIGHTS),
        "license": one.licence.address if one.licence else None,
        "spatial": _spatial(one.places),
        "temporal": _temporal(one.period),
        "accrualPeriodicity": vocabularies.interval(one.frequency) if one.frequency else None,
        "theme": list(one.pod.themes) or [theme.name for theme in one.themes],
        "language": [one.language],
        "landingPage": one.pod.landing_page or one.page,
        "references": list(one.references),
        "conformsTo": next(iter(one.standards), None),
        **_project(one.pod),
        "distribution": [_distribution(file) for file in one.distributions],
    }
    return known(told)


def _project(pod: ProjectOpenData) -> dict[str, Any]:
    return {
        "isPartOf": pod.part_of,
        "describedBy": pod.dictionary,
        "describedByType": pod.dictionary_type,
        "bureauCode": list(pod.bureaus),
        "programCode": list(pod.programs),
        "dataQuality": pod.meets_quality,
        "primaryITInvestmentUII": pod.investment,
        "systemOfRecords": pod.records,
    }


def _contact(site: Site, one: Described) -> dict[str, Any]:
    name = one.contact.name if one.contact else None
    mail = (one.contact.mail if one.contact else None) or site.mail
    publisher = one.publisher.name if one.publisher else site.title
    return known(
        {"@type": "vcard:Contact", "fn": name or publisher, "hasEmail": f"mailto:{mail}" if mail else None}
    )


def _distribution(file: Distribution) -> dict[str, Any]:
    return known(
        {
            "@type": "dcat:Distribution",
            "title": file.title,
            "description": file.description,
            "format": file.file_type or file.title,
            "mediaType": file.media_type or "application/octet-stream",
            "downloadURL" if file.is_file else "accessURL": file.address,
        }
    )


def _spatial(places: Sequence[Place]) -> str | None:
    """One text: a box if there is any, else the first place's name or address."""
    box = next((place.box for place in places if place.box), None)
    if box is not None:
        return _box(box)
    return next((place.name or place.address for place in places if place.name or place.address), None)


def _box(box: Box) -> str:
    return f"{box.west},{box.south},{box.east},{box.north}"


def _temporal(period: Period | None) -> str | None:
    if period is None or period.start is None or period.end is None:
        return None
    return f"{_moment(period.start)}/{_moment(period.end)}"


def _moment(value: Moment | None) -> str | None:
    """To the second: the schema's pattern knows no fractions."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return None if value is None else value.isoformat()


def known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without the keys that say nothing."""
    return {key: value for key, value in told.items() if value not in (None, "", [])}
