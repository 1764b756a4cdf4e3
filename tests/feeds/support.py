"""A described dataset without a portal: metadata in, a description out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pyshacl import validate
from rdflib import Graph

from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.catalogue.model import features
from colonnade.core.catalogue.published import Published, metas
from colonnade.core.counting import Usage
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.datasets.security import FULL, Access
from colonnade.core.feeds.describing import Wanted, described
from colonnade.core.feeds.documents import DOCUMENTS
from colonnade.core.feeds.model import Described, Site
from colonnade.core.records.service import About
from colonnade.http.addresses import PortalAddresses
from colonnade.query.schema import Field, FieldType, Schema

FOLDER = Path(__file__).parent
ADDRESSES = PortalAddresses("https://data.example.org")
SITE = Site("Data of <Harbour>", 'All that is "known".', "en", ADDRESSES, "data@example.org")
MADE = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
PUBLISHED = dt.datetime(2025, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
SCHEMA = Schema((Field("name", "The name", FieldType.TEXT), Field("place", "Place", FieldType.GEO_POINT)))

FULL_METADATA: Mapping[str, Mapping[str, Any]] = {
    "default": {
        "title": "Arbres d'alignement",
        "description": "<p>Tous les <i>arbres</i> &amp; arbustes.</p>",
        "publisher": "Ville de Lyon",
        "keyword": ["arbre", "R&D"],
        "theme": ["Environnement", "Transports, Déplacements"],
        "license": "CC BY 4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "language": "fr",
        "modified": "2024-05-06T07:08:09+02:00",
        "references": "https://example.org/a, https://example.org/é",
        "attributions": ["Service des arbres"],
        "geographic_reference": ["world_fr", "es_10_28", "world_be"],
    },
    "dcat": {
        "created": "2020-01-01",
        "issued": "2021-02-03",
        "creator": "Une équipe",
        "contributor": "Un stagiaire",
        "contact_name": "Ada",
        "contact_email": "ada@example.org",
        "accrualperiodicity": "Quotidien",
        "spatial": "Lyon et environs",
        "temporal": "2013-02/2014",
        "publisher_type": "LocalAuthority",
        "relation": ["https://example.org/other"],
    },
    "dcat_ap_ch": {"domain": "ville-de-lyon", "license": "terms_by_ask"},
    "inspire": {
        "extend_bounding_box_westbound_longitude": 4.7,
        "extend_bounding_box_eastbound_longitude": 4.9,
        "extend_bounding_box_southbound_latitude": 45.7,
        "extend_bounding_box_northbound_latitude": 45.8,
    },
}
BARE_METADATA: Mapping[str, Mapping[str, Any]] = {"default": {"title": "Bare"}}


def told(
    metadata: Mapping[str, Mapping[str, Any]],
    *,
    slug: str = "trees",
    wanted: Wanted | None = None,
    access: Access = FULL,
    is_restricted: bool = False,
    has_records: bool = True,
    attached: Sequence[Attachment] = (),
    made: Sequence[AlternativeExport] = (),
) -> Described:
    """What is told of a dataset with these published metadata: template -> field -> value."""
    triples = {
        template: {name: meta.triple(value) for name, value in fields.items()}
        for template, fields in metadata.items()
    }
    dataset = Dataset(
        uid="da_abc123",
        slug=slug,
        metadata_published=triples,
        is_restricted=is_restricted,
        created_at=MADE,
        updated_at=MADE,
        metadata_processed_at=PUBLISHED,
    )
    schema = SCHEMA if has_records else Schema(())
    about = About(has_records=has_records, schema=schema, count=3 if has_records else 0)
    one = Published(ReadableDataset(dataset, access), about, metas(dataset, about), features(schema), Usage())
    return described(one, attached, made, ADDRESSES, wanted or Wanted(), "en")


def document(name: str, *some: Described, site: Site = SITE) -> bytes:
    """A document about these datasets, of which two come at once."""
    batches = [list(some[at : at + 2]) for at in range(0, len(some), 2)]
    return b"".join(DOCUMENTS[name].write(site, batches))


def graph(name: str, *some: Described) -> Graph:
    return Graph().parse(data=document(name, *some), format="turtle" if name == "ttl" else "xml")


def broken_rules(found: Graph) -> Iterable[str]:
    """What DCAT-AP 3.0 demands and the graph does not keep, one text each."""
    conforms, _, report = validate(found, shacl_graph=_shapes())
    return (
        [] if conforms else [one for one in report.split("\nConstraint Violation") if "Source Shape" in one]
    )


@cache
def _shapes() -> Graph:
    return Graph().parse(FOLDER / "shapes.ttl")
