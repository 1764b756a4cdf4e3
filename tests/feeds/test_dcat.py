"""Linked data about datasets: by DCAT-AP 3.0's rules, and what the profiles of countries add."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DC, DCAT, DCTERMS, FOAF, RDF, SKOS
from tests.feeds.support import BARE_METADATA, FULL_METADATA, broken_rules, document, graph, told

from colonnade.core.attachments.model import AlternativeExport, Attachment
from colonnade.core.datasets.security import Access
from colonnade.core.feeds.describing import Wanted
from colonnade.core.feeds.profiles import PROFILES
from colonnade.core.records.export_formats import ExportFormat

LINKED = ("rdf", "ttl", "dcat", *(f"dcat_ap_{name}" for name in PROFILES))
TREES = URIRef("https://data.example.org/api/explore/v2.1/catalog/datasets/trees")
EU = "http://publications.europa.eu/resource/authority"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATDE = Namespace("http://dcat-ap.de/def/dcatde/")
DCATAPIT = Namespace("http://dati.gov.it/onto/dcatapit#")
MDCAT = Namespace("http://data.vlaanderen.be/ns/metadata-dcat#")
ANY = st.text(max_size=30) | st.sampled_from(
    ["]]>", "<!--", "&amp;", '"""', "\\", "\x00\ud800\ufffe", "a\r\nb"]
)


@pytest.fixture(scope="module")
def full() -> Graph:
    return graph("dcat", told(FULL_METADATA))


@pytest.mark.parametrize("name", [pytest.param(one, id=f"explore-6.1-{one}") for one in LINKED])
def test_a_catalogue_keeps_the_rules_of_dcat_ap(name: str) -> None:
    hidden = told(FULL_METADATA, slug="hidden", is_restricted=True)
    empty = told(FULL_METADATA, slug="empty", has_records=False)
    found = graph(name, told(FULL_METADATA), told(BARE_METADATA, slug="bare"), hidden, empty)
    assert broken_rules(found) == []
    datasets = set(found.objects(None, DCAT.dataset))
    assert {str(one).rpartition("/")[2] for one in datasets} == {"trees", "bare", "hidden", "empty"}


def test_the_rules_see_what_is_wrong() -> None:
    found = graph("dcat", told(FULL_METADATA))
    found.remove((None, DCAT.accessURL, None))
    found.add((TREES, DCTERMS.modified, Literal("yesterday")))
    assert len(list(broken_rules(found))) >= 2


def test_a_catalogue_without_datasets_is_one() -> None:
    found = graph("dcat")
    assert broken_rules(found) == []
    assert list(found.objects(None, DCAT.dataset)) == []


def test_turtle_says_what_xml_says() -> None:
    some = [told(FULL_METADATA), told(BARE_METADATA, slug="bare")]
    assert isomorphic(graph("ttl", *some), graph("rdf", *some))


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        (DCTERMS.identifier, Literal("trees@data.example.org")),
        (DCTERMS.title, Literal("Arbres d'alignement", lang="fr")),
        (DCTERMS.description, Literal("<p>Tous les <i>arbres</i> &amp; arbustes.</p>", lang="fr")),
        (DCAT.landingPage, URIRef("https://data.example.org/explore/dataset/trees/")),
        (DCAT.keyword, Literal("R&D", lang="fr")),
        (DCAT.theme, URIRef(f"{EU}/data-theme/ENVI")),
        (DCAT.theme, URIRef(f"{EU}/data-theme/TRAN")),
        (DCAT.theme, URIRef("https://data.example.org/explore/?refine.theme=Environnement")),
        (DCTERMS.publisher, URIRef("https://data.example.org/explore/?refine.publisher=Ville+de+Lyon")),
        (DCTERMS.creator, URIRef("https://data.example.org/explore/?refine.dcat.creator=Une+%C3%A9quipe")),
        (DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")),
        (DCTERMS.language, URIRef(f"{EU}/language/FRA")),
        (DCTERMS.accrualPeriodicity, URIRef(f"{EU}/frequency/DAILY")),
        (DCTERMS.accessRights, URIRef(f"{EU}/access-right/PUBLIC")),
        (DCTERMS.spatial, URIRef(f"{EU}/country/FRA")),
        (FOAF.page, URIRef("https://example.org/a")),
        (DCTERMS.relation, URIRef("https://example.org/other")),
    ],
    ids=lambda one: str(one).rpartition("/")[2].rpartition("#")[2][:40],
)
def test_what_is_known_of_a_dataset_is_said(full: Graph, property_: URIRef, value: Any) -> None:
    assert (TREES, property_, value) in full


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        (DCTERMS.issued, "2021-02-03"),
        (DCTERMS.created, "2020-01-01"),
        (DCTERMS.modified, "2024-05-06T05:08:09+00:00"),
    ],
    ids=["issued", "created", "modified"],
)
def test_moments_are_dates(full: Graph, property_: URIRef, value: str) -> None:
    (found,) = full.objects(TREES, property_)
    assert str(found) == value
    assert isinstance(found, Literal)
    assert str(found.datatype).endswith("#dateTime" if "T" in value else "#date")


def test_people_places_and_times_are_things(full: Graph) -> None:
    (contact,) = full.objects(TREES, DCAT.contactPoint)
    assert (contact, VCARD.fn, Literal("Ada")) in full
    assert (contact, VCARD.hasEmail, URIRef("mailto:ada@example.org")) in full
    (period,) = full.objects(TREES, DCTERMS.temporal)
    assert [str(full.value(period, one)) for one in (DCAT.startDate, DCAT.endDate)] == [
        "2013-02-01",
        "2014-12-31",
    ]
    boxes = [
        str(box) for place in full.objects(TREES, DCTERMS.spatial) for box in full.objects(place, DCAT.bbox)
    ]
    assert boxes == ["POLYGON((4.7 45.8, 4.9 45.8, 4.9 45.7, 4.7 45.7, 4.7 45.8))"]
    assert (None, SKOS.prefLabel, Literal("Lyon et environs", lang="fr")) in full
    publisher = full.value(TREES, DCTERMS.publisher)
    assert full.value(publisher, DCTERMS.type) == URIRef("http://purl.org/adms/publishertype/LocalAuthority")


def test_each_file_is_a_distribution(full: Graph) -> None:
    csv = URIRef(f"{TREES}#csv")
    assert (TREES, DCAT.distribution, csv) in full
    address = URIRef(f"{TREES}/exports/csv?use_labels=true")
    assert (csv, DCAT.accessURL, address) in full
    assert (csv, DCAT.downloadURL, address) in full
    assert (csv, DCTERMS.format, URIRef(f"{EU}/file-type/CSV")) in full
    assert (csv, DCAT.mediaType, URIRef("http://www.iana.org/assignments/media-types/text/csv")) in full
    assert (csv, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in full


def test_attachments_and_what_was_made_elsewhere_are_distributions() -> None:
    attachment = Attachment(
        uid="at_000001", filename="note <1>.pdf", mimetype="application/pdf; x=y", size=12
    )
    elsewhere = AlternativeExport(
        uid="ae_000001", title="Map", description="A map", url="https://example.org/m"
    )
    harmful = AlternativeExport(uid="ae_000002", title="Map", description="", url="javascript:alert(1)")
    found = graph("dcat", told(FULL_METADATA, attached=[attachment], made=[elsewhere, harmful]))
    file, other = URIRef(f"{TREES}#at_000001"), URIRef(f"{TREES}#ae_000001")
    assert str(found.value(file, DCAT.downloadURL)) == f"{TREES}/attachments/at_000001"
    assert str(found.value(file, DCAT.byteSize)) == "12"
    assert found.value(file, DCTERMS.format) == URIRef(f"{EU}/file-type/PDF")
    assert str(found.value(other, DCAT.downloadURL)) == "https://example.org/m"
    assert (URIRef(f"{TREES}#ae_000002"), None, None) not in found
    assert broken_rules(found) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(
            Wanted(frozenset({ExportFormat.CSV})), {"csv?use_labels=true"}, id="explore-6.2-include_exports"
        ),
        pytest.param(
            Wanted(frozenset({ExportFormat.CSV, ExportFormat.JSON}), use_labels=False),
            {"csv", "json"},
            id="explore-6.2-use_labels_in_exports",
        ),
    ],
)
def test_the_reader_says_which_files_are_told_of(wanted: Wanted, expected: set[str]) -> None:
    found = graph("dcat", told(FULL_METADATA, wanted=wanted))
    assert {str(one).rpartition("/")[2] for one in found.objects(None, DCAT.accessURL)} == expected


@pytest.mark.parametrize(
    ("options", "right"),
    [
        ({"is_restricted": True}, "NON_PUBLIC"),
        ({"access": Access(data_visible=False)}, "RESTRICTED"),
        ({}, "PUBLIC"),
    ],
    ids=["restricted", "records-hidden", "open"],
)
def test_who_may_have_the_data_is_said(options: Mapping[str, Any], right: str) -> None:
    found = graph("dcat", told(FULL_METADATA, **options))
    assert found.value(TREES, DCTERMS.accessRights) == URIRef(f"{EU}/access-right/{right}")
    assert bool(list(found.objects(TREES, DCAT.distribution))) == (right != "RESTRICTED")


def _distribution(found: Graph, name: URIRef) -> set[str]:
    return {str(one) for one in found.objects(URIRef(f"{TREES}#csv"), name)}


def test_switzerland_has_terms_of_use_of_its_own() -> None:
    found = graph("dcat_ap_ch", told(FULL_METADATA))
    assert (TREES, DCTERMS.identifier, Literal("trees@ville-de-lyon")) in found
    assert _distribution(found, DCTERMS.license) == {"http://dcat-ap.ch/vocabulary/licenses/terms_by_ask"}
    assert _distribution(found, DCTERMS.rights) == {"https://creativecommons.org/licenses/by/4.0/"}
    plain = graph("dcat_ap_ch", told({"default": FULL_METADATA["default"]}))
    assert _distribution(plain, DCTERMS.license) == {"http://dcat-ap.ch/vocabulary/licenses/terms_by"}
    assert len(_distribution(plain, DCTERMS.issued)) == 1


def test_germany_has_licences_of_its_own_and_wants_names_named() -> None:
    found = graph("dcat_ap_de", told(FULL_METADATA))
    assert _distribution(found, DCTERMS.license) == {"http://dcat-ap.de/def/licenses/cc-by/4.0"}
    assert _distribution(found, DCATDE.licenseAttributionByText) == {"Service des arbres"}
    assert (TREES, DCATDE.geocodingDescription, Literal("Lyon et environs", lang="fr")) in found
    assert str(found.value(TREES, DCATDE.originator)).endswith("refine.dcat.creator=Une+%C3%A9quipe")


def test_sweden_takes_european_themes_alone_and_licences_on_files() -> None:
    found = graph("dcat_ap_se", told(FULL_METADATA))
    assert {str(one) for one in found.objects(TREES, DCAT.theme)} == {
        f"{EU}/data-theme/{x}" for x in ("ENVI", "TRAN")
    }
    assert len(list(found.objects(TREES, DCTERMS.subject))) == 2
    assert list(found.objects(TREES, DCTERMS.license)) == []
    assert _distribution(found, DCTERMS.license) == {"https://creativecommons.org/licenses/by/4.0/"}


def test_spain_has_sectors_and_territories() -> None:
    found = graph("dcat_ap_sp", told(FULL_METADATA))
    assert (
        TREES,
        DCAT.theme,
        URIRef("http://datos.gob.es/kos/sector-publico/sector/medio-ambiente"),
    ) in found
    place = URIRef("http://datos.gob.es/recurso/sector-publico/territorio/Pais/Espa%C3%B1a")
    assert (TREES, DCTERMS.spatial, place) in found
    assert (None, DCAT.themeTaxonomy, URIRef("http://datos.gob.es/kos/sector-publico/sector")) in found


def test_italy_has_classes_of_its_own_and_terms_for_what_is_not_known() -> None:
    found = graph("dcat_ap_it", told(FULL_METADATA), told(BARE_METADATA, slug="bare"))
    for class_, of in ((DCATAPIT.Dataset, DCAT.Dataset), (DCATAPIT.Distribution, DCAT.Distribution)):
        assert set(found.subjects(RDF.type, class_)) == set(found.subjects(RDF.type, of))
    bare = URIRef(str(TREES).replace("trees", "bare"))
    assert found.value(bare, DCAT.theme) == URIRef(f"{EU}/data-theme/OP_DATPRO")
    assert found.value(bare, DCTERMS.accrualPeriodicity) == URIRef(f"{EU}/frequency/UNKNOWN")
    assert found.value(bare, DCTERMS.modified) is not None
    holder = found.value(TREES, DCTERMS.rightsHolder)
    assert found.value(holder, FOAF.name) == Literal("Une équipe")
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert (licence, RDF.type, DCATAPIT.LicenseDocument) in found
    assert (licence, DCTERMS.type, URIRef("http://purl.org/adms/licencetype/Attribution")) in found


def test_flanders_marks_open_data_and_keeps_records_of_the_catalogue() -> None:
    found = graph("dcat_ap_vl", told(FULL_METADATA), told(BARE_METADATA, slug="hidden", is_restricted=True))
    (marked,) = found.subjects(MDCAT.statuut, None)
    assert marked == TREES
    records = {str(found.value(one, FOAF.primaryTopic)) for one in found.objects(None, DCAT.record)}
    assert records == {str(TREES), str(TREES).replace("trees", "hidden")}


def test_mobility_in_belgium_has_regions_and_rights() -> None:
    found = graph("dcat_ap_benap", told(FULL_METADATA))
    assert (TREES, DCTERMS.spatial, URIRef("http://data.europa.eu/nuts/code/BE")) in found
    assert len(_distribution(found, DCTERMS.rights)) == 1
    assert len(list(found.objects(None, DCAT.record))) == 1


@pytest.mark.parametrize("name", [pytest.param("dublin_core", id="explore-6.1-dublin_core")])
def test_dublin_core_has_its_elements(name: str) -> None:
    found = graph(name, told(FULL_METADATA), told(BARE_METADATA, slug="bare"))
    page = URIRef("https://data.example.org/explore/dataset/trees/")
    said = {str(element).removeprefix(str(DC)) for _, element, _ in found if str(element).startswith(str(DC))}
    assert said == {
        *("identifier", "title", "description", "type", "publisher", "creator", "contributor", "subject"),
        *("date", "language", "rights", "coverage", "source", "relation", "format"),
    }
    assert (page, DC.title, Literal("Arbres d'alignement", lang="fr")) in found
    assert (page, DC.type, URIRef("http://purl.org/dc/dcmitype/Dataset")) in found


@settings(max_examples=50)
@given(
    texts=st.fixed_dictionaries(
        dict.fromkeys(
            ("title", "description", "publisher", "license", "language", "references", "modified"), ANY
        )
        | {
            name: st.lists(ANY, max_size=2)
            for name in ("keyword", "theme", "attributions", "geographic_reference")
        }
    ),
    dcat=st.dictionaries(
        st.sampled_from(
            [
                "spatial",
                "temporal",
                "creator",
                "contact_name",
                "contact_email",
                "accrualperiodicity",
                "issued",
            ]
        ),
        ANY,
    ),
    name=st.sampled_from([*LINKED, "dublin_core"]),
)
def test_any_metadata_makes_well_formed_linked_data(
    texts: dict[str, Any], dcat: dict[str, str], name: str
) -> None:
    found = graph(name, told({"default": texts, "dcat": dcat}), told(BARE_METADATA, slug="bare"))
    assert len(found) > 20
    if name == "dcat":
        assert broken_rules(found) == []


def test_documents_are_written_as_they_are_read() -> None:
    assert document("dcat").startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF ')
