"""Datasets as a site's data.json describes them (Project Open Data 1.1), for what its node API does not show. Pure."""

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from colonnade.moving import said
from colonnade.moving.names import NONE_GIVEN, text_of, texts
from colonnade.moving.pieces import Key, Piece, Upload
from colonnade.moving.site import Record, Site

LICENCES: Mapping[str, str] = {
    "creativecommons.org/licenses/by/": "cc-by",
    "creativecommons.org/licenses/by-sa/": "cc-by-sa",
    "creativecommons.org/publicdomain/zero/": "cc-zero",
    "creativecommons.org/licenses/by-nc/": "cc-nc",
    "gnu.org/licenses/fdl": "gfdl",
    "opendatacommons.org/licenses/by/": "odc-by",
    "opendatacommons.org/licenses/odbl/": "odc-odbl",
    "opendefinition.org/licenses/odc-pddl": "odc-pddl",
}
"""Beginnings of addresses, without scheme and www: the keys that sites know licences by."""
KEYS = frozenset(
    {
        *LICENCES.values(),
        "notspecified",
        "other-at",
        "other-nc",
        "other-closed",
        "other-open",
        "other-pd",
        "uk-ogl",
    }
)
LEVELS = {"public": "public", "restricted public": "restricted", "non-public": "private"}
NO_TEXT = frozenset({"No description provided", "No title provided"})
NO_MAIL = "noemailprovided@usa.gov"
SAME = {
    "field_rights": "rights",
    "field_spatial_geographical_cover": "spatial",
    "field_frequency": "accrualPeriodicity",
    "field_is_part_of": "isPartOf",
    "field_data_dictionary": "describedBy",
    "field_data_dictionary_type": "describedByType",
}
"""Fields whose one value stands there as it is."""
LINKS = {"field_landing_page": "landingPage", "field_conforms_to": "conformsTo"}


def pieces(site: Site, record: Record, key: str | None = None) -> tuple[Piece, list[Piece]]:
    """A dataset and its resources. `key`: what it is called in the index, where it is there."""
    identifier = text_of(record, "identifier")
    dataset = Piece(
        key=key or identifier,
        kind="dataset",
        uuid=_uuid(identifier),
        title=text_of(record, "title"),
        body=_body(record),
        created=said.moment(record.get("issued")),
        changed=said.moment(record.get("modified")),
        digest=said.digest(record),
    )
    dataset.terms = {
        "field_tags": [one for one in texts(record.get("keyword")) if one != NONE_GIVEN],
        "field_topic": texts(record.get("theme")),
    }
    publisher = record.get("publisher")
    name = text_of(publisher, "name") if isinstance(publisher, dict) else ""
    if name and name not in {site.host, site.host.partition(":")[0]}:  # so is called what is of no group
        dataset.groups = [Key(f"group/{name}", name)]
    found = record.get("distribution")
    distributions = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    resources = [_resource(site, identifier, one) for one in distributions]
    resources = list({one.key: one for one in resources}.values())
    dataset.resources = [one.key for one in resources]
    return dataset, resources


def _body(record: Record) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if text := _given(record, "description"):
        body["body"] = _und({"value": text, "format": "html"})
    for field, name in SAME.items():
        if text_of(record, name):
            body[field] = _und({"value": text_of(record, name)})
    for field, name in LINKS.items():
        if text_of(record, name):
            body[field] = _und({"url": text_of(record, name), "title": "", "attributes": []})
    languages = texts(record.get("language"))
    if languages:
        body["field_language"] = _und(*({"value": one} for one in languages))
    references = texts(record.get("references"))
    if references:
        body["field_related_content"] = _und(
            *({"url": one, "title": "", "attributes": []} for one in references)
        )
    return {**body, **_contact(record), **_conditions(record), **_period(record)}


def _contact(record: Record) -> dict[str, Any]:
    contact = record.get("contactPoint")
    if not isinstance(contact, dict):
        return {}
    name = text_of(contact, "fn")
    mail = text_of(contact, "hasEmail").removeprefix("mailto:")
    found = {
        "field_contact_name": "" if name == "unknown" else name,
        "field_contact_email": "" if mail == NO_MAIL else mail,
    }
    return {field: _und({"value": value}) for field, value in found.items() if value}


def _conditions(record: Record) -> dict[str, Any]:
    level = LEVELS.get(text_of(record, "accessLevel"))
    licence = licence_key(text_of(record, "license"))
    return {
        **({} if level is None else {"field_public_access_level": _und({"value": level})}),
        **({} if licence is None else {"field_license": _und({"value": licence})}),
    }


def _period(record: Record) -> dict[str, Any]:
    """`start/end`, where both are dates."""
    start, _, end = text_of(record, "temporal").partition("/")
    dates = [re.match(r"\d{4}-\d\d-\d\d", one) for one in (start, end or start)]
    if not all(dates):
        return {}
    value, value2 = (f"{one[0]} 00:00:00" for one in dates if one)
    return {"field_temporal_coverage": _und({"value": value, "value2": value2})}


def licence_key(written: str) -> str | None:
    """The key of a licence by its address, or as it stands; None: it is none that a site knows."""
    plain = re.sub(r"^https?://(www\.)?", "", written)
    for begin, key in LICENCES.items():
        if plain.startswith(begin):
            return key
    return written if written in KEYS else None


def _resource(site: Site, identifier: str, record: Record) -> Piece:
    file, page = text_of(record, "downloadURL"), text_of(record, "accessURL")
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{identifier}#{file or page or text_of(record, 'title')}"))
    piece = Piece(
        key=key,
        kind="resource",
        uuid=key,
        title=text_of(record, "title") or unquote(file.rsplit("/", 1)[-1]) or "Data",
        body={"body": _und({"value": text, "format": "html"})}
        if (text := _given(record, "description"))
        else {},
        digest=said.digest(record),
    )
    if text_of(record, "format"):
        piece.terms = {"field_format": [text_of(record, "format").lower()]}
    uri = site.own_name(file)
    if uri is not None:
        piece.upload = Upload(said.FileSaid(uri, unquote(uri.rsplit("/", 1)[-1]), {}), file)
    elif file:
        piece.body["field_link_remote_file"] = _und({"uri": file})
    elif page:
        piece.body["field_link_api"] = _und({"url": page, "title": "", "attributes": []})
    return piece


def _given(record: Record, name: str) -> str:
    found = text_of(record, name)
    return "" if found in NO_TEXT else found


def _uuid(identifier: str) -> str:
    """An identifier that is a uuid, or one that is made of it."""
    try:
        return str(uuid.UUID(identifier))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, identifier))


def _und(*found: Mapping[str, Any]) -> dict[str, Sequence[Mapping[str, Any]]]:
    return {"und": list(found)}
