"""Statements about things, as a tree: what every form of RDF can be written from, a thing at a time.

No library's graph stands behind it: building one and writing it out takes three minutes for 20,000 datasets.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIXES: Mapping[str, str] = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcatapit": "http://dati.gov.it/onto/dcatapit#",
    "mdcat": "http://data.vlaanderen.be/ns/metadata-dcat#",
}
"""Of the names in a tree, all of which are written as `prefix:name`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A thing that is only named."""

    iri: str


@dataclass(frozen=True, slots=True)
class Text:
    """A literal. `type_`: a name such as `xsd:date`; with a `language` it has none."""

    value: str
    language: str | None = None
    type_: str | None = None


@dataclass(slots=True)
class Thing:
    """What is said of a thing, in order. `iri` None: it has no name. The first of the `types` is the one by which
    those look for it that read XML and not RDF."""

    types: tuple[str, ...]
    iri: str | None = None
    said: "list[tuple[str, Link | Text | Thing]]" = field(default_factory=list)

    def say(self, name: str, *values: "Link | Text | Thing | None") -> None:
        """Add what is known; None is nothing."""
        self.said += [(name, value) for value in values if value is not None]


Value = Link | Text | Thing
