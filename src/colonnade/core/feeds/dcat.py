"""A described dataset as DCAT says it, by the European profile DCAT-AP 3.0. `profiles` adds what countries ask for."""

import datetime as dt

from colonnade.core.feeds import vocabularies
from colonnade.core.feeds.model import (
    Agent,
    Box,
    Contact,
    Described,
    Distribution,
    Kind,
    Licence,
    Moment,
    Period,
    Place,
    Site,
    Theme,
)
from colonnade.core.feeds.rdf import Link, Text, Thing

MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
TAXONOMY = "http://publications.europa.eu/resource/authority/data-theme"


def catalogue(site: Site) -> Thing:
    """The catalogue without its datasets."""
    addresses = site.addresses
    found = Thing(("dcat:Catalog",), addresses.catalogue())
    found.say("dcterms:title", Text(site.title, site.language))
    found.say("dcterms:description", Text(site.description, site.language))
    publisher = Thing(("foaf:Agent",), f"{addresses.home()}#publisher")
    publisher.say("foaf:name", Text(site.title))
    publisher.say("foaf:homepage", _document(addresses.home()))
    found.say("dcterms:publisher", publisher)
    found.say("dcterms:language", language(site.language))
    found.say("foaf:homepage", _document(addresses.home()))
    scheme = Thing(("skos:ConceptScheme",), TAXONOMY)
    scheme.say("dcterms:title", Text("Data theme", "en"))
    found.say("dcat:themeTaxonomy", scheme)
    return found


def dataset(one: Described) -> Thing:
    found = Thing(("dcat:Dataset",), one.address)
    found.say("dcterms:identifier", Text(one.identifier))
    found.say("dcterms:title", Text(one.title, one.language))
    found.say("dcterms:description", Text(one.description, one.language))
    found.say("dcterms:issued", moment(one.issued))
    found.say("dcterms:created", moment(one.created))
    found.say("dcterms:modified", moment(one.modified))
    found.say("dcterms:publisher", agent(one.publisher))
    found.say("dcterms:creator", agent(one.creator))
    found.say("dcterms:contributor", agent(one.contributor))
    found.say("dcat:contactPoint", _contact(one.contact))
    found.say("dcat:landingPage", *map(_document, filter(None, (one.page, one.pod.landing_page))))
    found.say("dcterms:language", language(one.language))
    found.say("dcat:keyword", *(Text(word, one.language) for word in one.keywords))
    found.say("dcat:theme", *(_data_theme(code) for code in one.codes))
    found.say("dcat:theme", *(_theme(theme, one.language) for theme in one.themes))
    found.say("dcterms:accessRights", _access(one))
    found.say("dcterms:license", licence(one.licence))
    found.say("dcterms:accrualPeriodicity", _frequency(one.frequency))
    found.say("dcterms:spatial", *(_place(place, one.language) for place in one.places))
    found.say("dcterms:temporal", _period(one.period))
    found.say("foaf:page", *(_document(address) for address in one.references))
    found.say("dcterms:relation", *map(Link, one.relations))
    found.say("dcterms:conformsTo", *(Thing(("dcterms:Standard",), address) for address in one.standards))
    found.say("dcterms:provenance", _provenance(one))
    found.say("dcat:distribution", *(distribution(one, file) for file in one.distributions))
    return found


def distribution(one: Described, file: Distribution) -> Thing:
    # By a name of its own: the address changes with the options of the file.
    found = Thing(("dcat:Distribution",), f"{one.address}#{file.key}")
    found.say("dcterms:title", Text(file.title, None if file.kind is Kind.EXPORT else one.language))
    told = file.description or f"{one.title} ({file.title})"
    found.say("dcterms:description", Text(told, one.language))
    found.say("dcat:accessURL", Link(file.address))
    found.say("dcat:downloadURL", Link(file.address) if file.is_file else None)
    if file.file_type is not None:
        iri = vocabularies.authority("file-type", file.file_type)
        found.say("dcterms:format", Thing(("dcterms:MediaTypeOrExtent",), iri))
    if file.media_type is not None:
        found.say("dcat:mediaType", Thing(("dcterms:MediaType",), MEDIA_TYPES + file.media_type))
    if file.size is not None:
        found.say("dcat:byteSize", Text(str(file.size), type_="xsd:nonNegativeInteger"))
    found.say("dcterms:license", licence(one.licence))
    found.say("dcterms:issued", moment(one.issued))
    found.say("dcterms:modified", moment(one.modified))
    found.say("dcterms:language", language(one.language))
    return found


def agent(one: Agent | None) -> Thing | None:
    if one is None:
        return None
    found = Thing(("foaf:Agent",), one.address)
    found.say("foaf:name", Text(one.name))
    if one.type_ is not None:
        found.say("dcterms:type", concept(one.type_, one.type_.rpartition("/")[2], "en"))
    return found


def licence(one: Licence | None) -> Thing | None:
    if one is None:
        return None
    found = Thing(("dcterms:LicenseDocument",), one.address)
    if one.name is not None:
        found.say("rdfs:label", Text(one.name))
    return found


def language(code: str) -> Thing | None:
    iri = vocabularies.language(code)
    return None if iri is None else Thing(("dcterms:LinguisticSystem",), iri)


def moment(value: Moment | None) -> Text | None:
    if value is None:
        return None
    is_datetime = isinstance(value, dt.datetime)
    return Text(value.isoformat(), type_="xsd:dateTime" if is_datetime else "xsd:date")


def _document(address: str) -> Thing:
    return Thing(("foaf:Document",), address)


def concept(iri: str, label: str, language: str) -> Thing:
    found = Thing(("skos:Concept",), iri)
    found.say("skos:prefLabel", Text(label, language))
    return found


def _theme(theme: Theme, language: str) -> Thing:
    return concept(theme.address, theme.name, language)


def _data_theme(code: str) -> Thing:
    found = concept(vocabularies.authority("data-theme", code), vocabularies.THEMES[code][0], "en")
    found.say("skos:inScheme", Link(TAXONOMY))
    return found


def _access(one: Described) -> Thing:
    return Thing(("dcterms:RightsStatement",), vocabularies.authority("access-right", one.openness))


def _contact(one: Contact | None) -> Thing | None:
    if one is None:
        return None
    found = Thing(("vcard:Organization", "vcard:Kind"))
    found.say("vcard:fn", Text(one.name or one.mail or ""))
    if one.mail is not None:
        found.say("vcard:hasEmail", Link(f"mailto:{one.mail}"))
    return found


def _frequency(written: str | None) -> Thing | None:
    if written is None:
        return None
    code = vocabularies.frequency(written)
    if code is not None:
        return Thing(("dcterms:Frequency",), vocabularies.authority("frequency", code))
    found = Thing(("dcterms:Frequency",))
    found.say("rdfs:label", Text(written))
    return found


def _place(place: Place, language: str) -> Thing:
    found = Thing(("dcterms:Location",), place.address)
    if place.name is not None:
        found.say("skos:prefLabel", Text(place.name, language))
    if place.box is not None:
        found.say("dcat:bbox", Text(_wkt(place.box), type_="gsp:wktLiteral"))
    return found


def _wkt(box: Box) -> str:
    corners = (
        (box.west, box.north),
        (box.east, box.north),
        (box.east, box.south),
        (box.west, box.south),
        (box.west, box.north),
    )
    return f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"


def _period(period: Period | None) -> Thing | None:
    if period is None:
        return None
    found = Thing(("dcterms:PeriodOfTime",))
    found.say("dcat:startDate", moment(period.start))
    found.say("dcat:endDate", moment(period.end))
    if period.start is None:
        found.say("rdfs:label", Text(period.text))
    return found


def _provenance(one: Described) -> Thing | None:
    """Who is to be named beside the publisher."""
    if not one.attributions:
        return None
    found = Thing(("dcterms:ProvenanceStatement",))
    found.say("rdfs:label", *(Text(text, one.language) for text in one.attributions))
    return found
