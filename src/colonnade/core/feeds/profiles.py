"""What the profiles of DCAT-AP in single countries add to the European one, or ask for in their own words.

Only what is known is said: an identifier that a country gives to its publishers (`contributorID`, DIR3, IPA) is not made up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from colonnade.core.feeds import dcat, licences, vocabularies
from colonnade.core.feeds.model import Agent, Described, Distribution, Openness, Site
from colonnade.core.feeds.rdf import Link, Text, Thing

SPAIN = "http://datos.gob.es/kos/sector-publico/sector/"
_SPANISH_SECTORS: Mapping[str, tuple[str, str]] = {
    "AGRI": ("medio-rural-pesca", "Medio Rural"),
    "ECON": ("economia", "Economía"),
    "EDUC": ("educacion", "Educación"),
    "ENER": ("energia", "Energía"),
    "ENVI": ("medio-ambiente", "Medio ambiente"),
    "GOVE": ("sector-publico", "Sector público"),
    "HEAL": ("salud", "Salud"),
    "JUST": ("legislacion-justicia", "Legislación y justicia"),
    "REGI": ("urbanismo-infraestructuras", "Urbanismo e infraestructuras"),
    "SOCI": ("sociedad-bienestar", "Sociedad y bienestar"),
    "TECH": ("ciencia-tecnologia", "Ciencia y tecnología"),
    "TRAN": ("transporte", "Transporte"),
}
_SPAIN = "http://datos.gob.es/recurso/sector-publico/territorio/Pais/Espa%C3%B1a"
_FLEMISH = "https://metadata.vlaanderen.be/id/GDI-Vlaanderen-Trefwoorden"
_PROVISIONAL = "OP_DATPRO"
"""The European tables' term for what is not known yet, which Italy asks for then."""
_UNKNOWN = "UNKNOWN"


def _nothing_of_dataset(_thing: Thing, _one: Described) -> None: ...


def _nothing_of_distribution(_thing: Thing, _one: Described, _file: Distribution) -> None: ...


def _as_it_is(one: Described) -> Described:
    return one


def _nothing_of_catalogue(_thing: Thing, _site: Site) -> None: ...


@dataclass(frozen=True)
class Profile:
    """`standard`: its name on the web. `prepared` changes what is told before DCAT tells it; `dataset`, `distribution`
    and `catalogue` change what it has told. `has_records`: each dataset has a record in the catalogue, too."""

    standard: str
    prepared: Callable[[Described], Described] = _as_it_is
    dataset: Callable[[Thing, Described], None] = _nothing_of_dataset
    distribution: Callable[[Thing, Described, Distribution], None] = _nothing_of_distribution
    catalogue: Callable[[Thing, Site], None] = _nothing_of_catalogue
    has_records: bool = False


def catalogue(profile: Profile, site: Site) -> Thing:
    found = dcat.catalogue(site)
    found.say("dcterms:conformsTo", _standard(profile))
    profile.catalogue(found, site)
    return found


def dataset(profile: Profile, described: Described) -> Thing:
    one = profile.prepared(described)
    found = dcat.dataset(one)
    files = [value for name, value in found.said if name == "dcat:distribution"]
    for thing, file in zip(files, one.distributions, strict=True):
        assert isinstance(thing, Thing)
        profile.distribution(thing, one, file)
    profile.dataset(found, one)
    return found


def record(profile: Profile, one: Described) -> Thing | None:
    """The catalogue's record of a dataset, for the profiles that ask for one."""
    if not profile.has_records:
        return None
    found = Thing(("dcat:CatalogRecord",), f"{one.address}#record")
    found.say("foaf:primaryTopic", Link(one.address))
    found.say("dcterms:identifier", Text(one.uid))
    found.say("dcterms:modified", dcat.moment(one.changed))
    found.say("dcterms:language", dcat.language(one.language))
    found.say("dcterms:conformsTo", _standard(profile))
    return found


def _standard(profile: Profile) -> Thing:
    return Thing(("dcterms:Standard",), profile.standard)


def _put(thing: Thing, name: str, *values: Link | Text | Thing) -> None:
    """Say this alone of the thing under the name."""
    thing.said = [(one, value) for one, value in thing.said if one != name]
    thing.say(name, *values)


def _has(thing: Thing, name: str) -> bool:
    return any(one == name for one, _ in thing.said)


def _licence(iri: str) -> Thing:
    return Thing(("dcterms:LicenseDocument",), iri)


def _unknown_frequency() -> Thing:
    return Thing(("dcterms:Frequency",), vocabularies.authority("frequency", _UNKNOWN))


def _swiss(one: Described) -> Described:
    """Identifiers end with the organisation's name at opendata.swiss."""
    domain = one.profiles.get("dcat_ap_ch", {}).get("domain")
    return replace(one, identifier=f"{one.slug}@{domain}") if isinstance(domain, str) and domain else one


def _swiss_distribution(thing: Thing, one: Described, _file: Distribution) -> None:
    """The terms of use of opendata.swiss are the licence; another licence is a statement of rights beside it."""
    said = one.profiles.get("dcat_ap_ch", {})
    written = [said.get("license"), said.get("rights")]
    terms = licences.swiss(*written, one.licence.address if one.licence else None)
    if terms is not None:
        _put(thing, "dcterms:license", _licence(terms))
    if one.licence is not None and one.licence.address is not None and one.licence.address != terms:
        thing.say("dcterms:rights", Thing(("dcterms:RightsStatement",), one.licence.address))
    if not _has(thing, "dcterms:issued"):
        thing.say("dcterms:issued", dcat.moment(one.created or one.modified))


def _german_distribution(thing: Thing, one: Described, _file: Distribution) -> None:
    known = licences.german(one.licence.address if one.licence else None)
    if known is not None:
        _put(thing, "dcterms:license", _licence(known))
    thing.say("dcatde:licenseAttributionByText", *(Text(text, one.language) for text in one.attributions))


def _german_dataset(thing: Thing, one: Described) -> None:
    thing.say("dcatde:originator", dcat.agent(one.creator))
    thing.say(
        "dcatde:geocodingDescription", *(Text(place.name, one.language) for place in one.places if place.name)
    )


def _swedish_dataset(thing: Thing, one: Described) -> None:
    """Themes are of the European list alone, licences are said of distributions alone."""
    themes = {theme.address for theme in one.themes}
    thing.said = [
        ("dcterms:subject" if isinstance(value, Thing) and value.iri in themes else name, value)
        for name, value in thing.said
        if name != "dcterms:license"
    ]


def _spanish_dataset(thing: Thing, one: Described) -> None:
    """Themes are sectors of datos.gob.es, too, and Spain is a place of its own list."""
    sectors = [_SPANISH_SECTORS[code] for code in one.codes if code in _SPANISH_SECTORS]
    thing.say("dcat:theme", *(dcat.concept(SPAIN + name, label, "es") for name, label in sectors))
    if any(place.country == "es" for place in one.places):
        thing.say("dcterms:spatial", Thing(("dcterms:Location",), _SPAIN))


def _spanish_catalogue(thing: Thing, _site: Site) -> None:
    sectors = Thing(("skos:ConceptScheme",), SPAIN.rstrip("/"))
    sectors.say("dcterms:title", Text("Sectores", "es"))
    thing.say("dcat:themeTaxonomy", sectors)


def _italian_dataset(thing: Thing, one: Described) -> None:
    thing.types = (*thing.types, "dcatapit:Dataset")
    holder = one.creator or one.publisher
    if holder is not None:
        thing.say("dcterms:rightsHolder", _italian_agent(holder))
    for name in ("dcterms:publisher", "dcterms:creator"):
        for value in [value for said, value in thing.said if said == name]:
            assert isinstance(value, Thing)
            value.types = ("foaf:Agent", "dcatapit:Agent")
    if not one.codes:
        iri = vocabularies.authority("data-theme", _PROVISIONAL)
        thing.say("dcat:theme", dcat.concept(iri, "Provisional data", "en"))
    if not _has(thing, "dcterms:accrualPeriodicity"):
        thing.say("dcterms:accrualPeriodicity", _unknown_frequency())
    if not _has(thing, "dcterms:modified"):
        thing.say("dcterms:modified", dcat.moment(one.changed))


def _italian_agent(one: Agent) -> Thing:
    found = Thing(("foaf:Agent", "dcatapit:Agent"), one.address)
    found.say("foaf:name", Text(one.name))
    return found


def _italian_distribution(thing: Thing, one: Described, _file: Distribution) -> None:
    thing.types = (*thing.types, "dcatapit:Distribution")
    if not _has(thing, "dcterms:format"):
        iri = vocabularies.authority("file-type", _PROVISIONAL)
        thing.say("dcterms:format", Thing(("dcterms:MediaTypeOrExtent",), iri))
    for value in [value for said, value in thing.said if said == "dcterms:license"]:
        assert isinstance(value, Thing)
        value.types = ("dcterms:LicenseDocument", "dcatapit:LicenseDocument")
        if one.licence is not None:
            value.say("foaf:name", Text(one.licence.name or one.licence.address or ""))
            type_ = licences.type_of(one.licence.address)
            value.say("dcterms:type", Link(type_) if type_ else None)


def _italian_catalogue(thing: Thing, _site: Site) -> None:
    thing.types = (*thing.types, "dcatapit:Catalog")


def _flemish_dataset(thing: Thing, one: Described) -> None:
    """What is open is Flemish open data."""
    if one.openness is Openness.PUBLIC:
        statute = dcat.concept(f"{_FLEMISH}/VLOPENDATA", "Vlaamse Open data", "nl")
        statute.say("skos:inScheme", Link(_FLEMISH))
        thing.say("mdcat:statuut", statute)


def _mobility_dataset(thing: Thing, one: Described) -> None:
    """Places are regions of NUTS as well, and how often data is renewed has to be said."""
    if any(place.country == "be" for place in one.places):
        thing.say("dcterms:spatial", Thing(("dcterms:Location",), "http://data.europa.eu/nuts/code/BE"))
    if not _has(thing, "dcterms:accrualPeriodicity"):
        thing.say("dcterms:accrualPeriodicity", _unknown_frequency())


def _mobility_distribution(thing: Thing, one: Described, _file: Distribution) -> None:
    rights = Thing(("dcterms:RightsStatement",))
    if one.licence is not None:
        rights.say("rdfs:label", Text(one.licence.name or one.licence.address or ""))
        thing.say("dcterms:rights", rights)


DCAT_AP = Profile("http://data.europa.eu/r5r/")

PROFILES: Mapping[str, Profile] = {
    "ch": Profile("https://www.dcat-ap.ch/", prepared=_swiss, distribution=_swiss_distribution),
    "de": Profile(
        "http://dcat-ap.de/def/dcatde/3.0/spec/", dataset=_german_dataset, distribution=_german_distribution
    ),
    "se": Profile("https://docs.dataportal.se/dcat/", dataset=_swedish_dataset),
    "sp": Profile(
        "https://datosgobes.github.io/DCAT-AP-ES/", dataset=_spanish_dataset, catalogue=_spanish_catalogue
    ),
    "it": Profile(
        "http://dati.gov.it/onto/dcatapit",
        dataset=_italian_dataset,
        distribution=_italian_distribution,
        catalogue=_italian_catalogue,
    ),
    "vl": Profile(
        "https://data.vlaanderen.be/doc/applicatieprofiel/DCAT-AP-VL/",
        dataset=_flemish_dataset,
        has_records=True,
    ),
    "benap": Profile(
        "https://w3id.org/mobilitydcat-ap",
        dataset=_mobility_dataset,
        distribution=_mobility_distribution,
        has_records=True,
    ),
}
"""By the name that stands behind `dcat_ap_`."""
