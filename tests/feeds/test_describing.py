"""What is read out of metadata: terms of controlled vocabularies, periods, places, addresses."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph
from tests.feeds.support import FULL_METADATA, PUBLISHED, SITE, told

from colonnade.core.feeds import licences, schema_org, texts, vocabularies
from colonnade.core.feeds.describing import Wanted
from colonnade.query.zones import named_zone


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Environment", ("ENVI",)),
        ("envi", ("ENVI",)),
        ("http://publications.europa.eu/resource/authority/data-theme/TRAN", ("TRAN",)),
        ("Education, culture and sport", ("EDUC",)),
        ("Economie, Entreprise, PME, Développement économique, Emploi", ("ECON",)),
        ("Santé", ("HEAL",)),
        ("Bevölkerung und Gesellschaft", ("SOCI",)),
        ("Trasporti", ("TRAN",)),
        ("Something else", ()),
        ("", ()),
    ],
)
def test_themes_of_the_portal_are_known_in_europe(name: str, codes: tuple[str, ...]) -> None:
    assert vocabularies.themes(name) == codes


@pytest.mark.parametrize(
    ("written", "code", "interval"),
    [
        ("Quotidien", "DAILY", "R/P1D"),
        ("monthly", "MONTHLY", "R/P1M"),
        ("R/P1Y", "ANNUAL", "R/P1Y"),
        ("R/P3D", None, "R/P3D"),
        ("http://purl.org/cld/freq/weekly", "WEEKLY", "R/P1W"),
        ("http://publications.europa.eu/resource/authority/frequency/QUARTERLY", "QUARTERLY", "R/P3M"),
        ("En continu", "CONT", "R/PT1S"),
        ("jährlich", "ANNUAL", "R/P1Y"),
        ("semimonthly", "MONTHLY_2", None),
        ("now and then", None, None),
    ],
)
def test_how_often_data_is_renewed_is_understood(
    written: str, code: str | None, interval: str | None
) -> None:
    assert (vocabularies.frequency(written), vocabularies.interval(written)) == (code, interval)


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2013", "2013-01-01/2013-12-31"),
        ("2012-02", "2012-02-01/2012-02-29"),
        ("2013-02-03", "2013-02-03/2013-02-03"),
        ("2013-01/2014-06", "2013-01-01/2014-06-30"),
        ("2013-2015", "2013-01-01/2015-12-31"),
        ("2013 - 2015", "2013-01-01/2015-12-31"),
        ("2013 to 2015", "2013-01-01/2015-12-31"),
        ("2013-01-01T00:00:00Z/2013-01-02T00:00:00Z", "2013-01-01T00:00:00Z/2013-01-02T00:00:00Z"),
        ("2013-13/2014", None),
        ("0000", None),
        ("in the last century", None),
    ],
)
def test_periods_are_understood(written: str, period: str | None) -> None:
    found = told({"dcat": {"temporal": written}}).period
    assert found is not None
    assert found.text == written
    ends = [one.isoformat().replace("+00:00", "Z") for one in (found.start, found.end) if one]
    assert ("/".join(ends) or None) == period


@pytest.mark.parametrize(
    ("default", "dcat", "expected"),
    [
        ({"geographic_reference": ["world_fr", "fr_80_75056", "world", "xx"]}, {}, "country FRA"),
        ({}, {"spatial": "https://example.org/place"}, "address https://example.org/place"),
        ({}, {"spatial": "-5, 42,9.5,51"}, "box -5.0 42.0 9.5 51.0"),
        ({}, {"spatial": "-500, 42,9.5,51"}, "name -500, 42,9.5,51"),
        ({}, {"spatial": "Somewhere"}, "name Somewhere"),
        (
            {"bbox": {"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 4], [1, 2]]]}},
            {},
            "box 1.0 2.0 3.0 4.0",
        ),
        ({"bbox": {"type": "Polygon", "coordinates": []}}, {}, None),
        ({"bbox": "x"}, {}, None),
    ],
)
def test_places_are_understood(default: dict[str, Any], dcat: dict[str, Any], expected: str | None) -> None:
    places = told({"default": default, "dcat": dcat}).places
    if expected is None:
        assert places == ()
        return
    (place,) = places
    box = place.box and f"box {place.box.west} {place.box.south} {place.box.east} {place.box.north}"
    country = place.country and f"country {(place.address or '').rpartition('/')[2]}"
    assert (
        country or box or (f"name {place.name}" if place.name else f"address {place.address}")
    ) == expected


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://example.org", "https://example.org"),
        ("https://example.org/é b?c=<d>#e#f", "https://example.org/%C3%A9%20b?c=%3Cd%3E#e%23f"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/%C3%A9", "https://example.org/%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("http://a b/", None),
        ("http://x:99999/", None),
        ("//example.org", None),
        ("example.org", None),
        ("", None),
    ],
)
def test_only_addresses_of_the_web_are_addresses(written: str, address: str | None) -> None:
    assert texts.address(written) == address


@settings(max_examples=100)
@given(written=st.text(max_size=40) | st.builds("http://{}".format, st.text(max_size=40)))
def test_an_address_has_nothing_that_ends_it(written: str) -> None:
    found = texts.address(texts.text(written))
    assert found is None or (found.isascii() and not set(found) & set(' <>"{}|\\^`'))


@pytest.mark.parametrize(
    ("address", "german", "swiss"),
    [
        ("https://creativecommons.org/publicdomain/zero/1.0/", "cc-zero", "terms_open"),
        ("http://creativecommons.org/licenses/by/4.0/deed.de", "cc-by/4.0", "terms_by"),
        ("https://creativecommons.org/licenses/by-sa/4.0/", "cc-by-sa/4.0", None),
        ("https://creativecommons.org/licenses/by-nc/4.0/", None, None),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "odbl", None),
        ("https://www.govdata.de/dl-de/by-2-0", "dl-by-de/2.0", "terms_by"),
        ("https://www.etalab.gouv.fr/licence-ouverte-open-licence/", None, None),
        (None, None, None),
    ],
)
def test_licences_are_known_by_their_address(
    address: str | None, german: str | None, swiss: str | None
) -> None:
    found = (licences.german(address), licences.swiss(address))
    assert tuple(one and one.partition("licenses/")[2] for one in found) == (german, swiss)


def test_moments_are_told_in_the_zone_that_is_asked_for() -> None:
    zone = named_zone("Europe/Paris")
    found = told({"default": {"modified": "2024-05-06T07:08:09Z"}}, wanted=Wanted(zone=zone))
    assert str(found.modified) == "2024-05-06 09:08:09+02:00"
    # Clocks had an offset of minutes and seconds, which a document cannot say.
    long_ago = told({"default": {"modified": "1850-05-06T07:08:09Z"}}, wanted=Wanted(zone=zone))
    assert str(long_ago.modified) == "1850-05-06 07:08:09+00:00"


@pytest.mark.parametrize(
    ("modified", "changed"),
    [
        ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09+00:00"),
        ("2010-01-01T00:00:00Z", "2024-01-02T03:04:05+00:00"),
        ("2099-01-01T00:00:00Z", PUBLISHED.isoformat()),
        (None, "2024-01-02T03:04:05+00:00"),
    ],
    ids=["after-it-was-made", "before-it-was-made", "in-the-future", "unknown"],
)
def test_a_change_is_no_older_than_the_dataset_and_no_newer_than_its_publication(
    modified: str | None, changed: str
) -> None:
    assert told({"default": {"modified": modified}}).changed.isoformat() == changed


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_schema_org_is_linked_data() -> None:
    found = schema_org.dataset(SITE, told(FULL_METADATA))
    # The context would be fetched: the vocabulary alone does as well here.
    known = Graph().parse(
        data=json.dumps({**found, "@context": {"@vocab": "https://schema.org/"}}), format="json-ld"
    )
    said = {str(name).rpartition("/")[2] for name in known.predicates()}
    assert said >= {
        *(
            "name",
            "description",
            "url",
            "identifier",
            "keywords",
            "license",
            "creator",
            "publisher",
            "distribution",
        ),
        *(
            "spatialCoverage",
            "temporalCoverage",
            "dateModified",
            "datePublished",
            "dateCreated",
            "encodingFormat",
        ),
        *(
            "contentUrl",
            "box",
            "includedInDataCatalog",
            "isAccessibleForFree",
            "variableMeasured",
            "inLanguage",
        ),
    }
    assert found["temporalCoverage"] == "2013-02-01/2014-12-31"
    assert found["creator"]["name"] == "Une équipe"
    assert {"@type": "Place", "geo": {"@type": "GeoShape", "box": "45.7 4.7 45.8 4.9"}} in found[
        "spatialCoverage"
    ]
    assert (
        len(schema_org.dataset(SITE, told({"default": {"description": "x " * 9_000}}))["description"])
        == 5_000
    )
