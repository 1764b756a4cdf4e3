"""Datasets by Project Open Data's metadata schema 1.1."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.feeds.support import BARE_METADATA, FOLDER, FULL_METADATA, SITE, document, told

from colonnade.core.datasets.security import Access

VALID = jsonschema_rs.validator_for(
    json.loads((FOLDER / "data_json.schema.json").read_text()), validate_formats=True
)


def _problems(found: Any) -> list[str]:
    return [f"{one.instance_path}: {one.message}" for one in VALID.iter_errors(found)]


@pytest.mark.parametrize("count", [pytest.param(0, id="none"), pytest.param(4, id="explore-6.1-data.json")])
def test_a_catalogue_keeps_the_schema(count: int) -> None:
    some = (
        told(FULL_METADATA),
        told(BARE_METADATA, slug="bare"),
        told(FULL_METADATA, slug="hidden", is_restricted=True),
        told(FULL_METADATA, slug="closed", access=Access(data_visible=False)),
    )
    found = json.loads(document("data.json", *some[:count]))
    assert _problems(found) == []
    assert [one["accessLevel"] for one in found["dataset"]] == [
        *("public", "public", "non-public", "restricted public")
    ][:count]


def test_what_is_known_is_said() -> None:
    (found,) = json.loads(document("data.json", told(FULL_METADATA)))["dataset"]
    files = found.pop("distribution")
    assert found == {
        "@type": "dcat:Dataset",
        "identifier": "trees@data.example.org",
        "title": "Arbres d'alignement",
        "description": "Tous les arbres & arbustes.",
        "keyword": ["arbre", "R&D"],
        "modified": "2024-05-06T05:08:09Z",
        "issued": "2021-02-03",
        "publisher": {"@type": "org:Organization", "name": "Ville de Lyon"},
        "contactPoint": {"@type": "vcard:Contact", "fn": "Ada", "hasEmail": "mailto:ada@example.org"},
        "accessLevel": "public",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "spatial": "4.7,45.7,4.9,45.8",
        "temporal": "2013-02-01/2014-12-31",
        "accrualPeriodicity": "R/P1D",
        "theme": ["Environnement", "Transports, Déplacements"],
        "language": ["fr"],
        "landingPage": "https://data.example.org/explore/dataset/trees/",
        "references": ["https://example.org/a", "https://example.org/%C3%A9"],
    }
    assert files[0] == {
        "@type": "dcat:Distribution",
        "title": "csv",
        "format": "CSV",
        "mediaType": "text/csv",
        "downloadURL": "https://data.example.org/api/explore/v2.1/catalog/datasets/trees/exports/csv?use_labels=true",
    }


def test_what_nobody_said_is_the_portals() -> None:
    (found,) = json.loads(document("data.json", told(BARE_METADATA)))["dataset"]
    assert found["publisher"]["name"] == SITE.title
    assert found["contactPoint"] == {
        "@type": "vcard:Contact",
        "fn": SITE.title,
        "hasEmail": "mailto:data@example.org",
    }
    (nobody,) = json.loads(document("data.json", told(BARE_METADATA), site=replace(SITE, mail=None)))[
        "dataset"
    ]
    assert "hasEmail" not in nobody["contactPoint"]


@settings(max_examples=50)
@given(
    default=st.dictionaries(
        st.sampled_from(
            [
                "title",
                "description",
                "publisher",
                "license",
                "license_url",
                "language",
                "modified",
                "references",
            ]
        ),
        st.text(max_size=30),
    ),
    lists=st.dictionaries(st.sampled_from(["keyword", "theme"]), st.lists(st.text(max_size=10), max_size=3)),
    dcat=st.dictionaries(
        st.sampled_from(["temporal", "contact_email", "issued", "accrualperiodicity", "spatial"]),
        st.text(max_size=20) | st.sampled_from(["2013", "2013/2014", "daily", "R/P1Y", "a@b", "1,2,3,4"]),
    ),
)
def test_any_metadata_keeps_the_schema(
    default: Mapping[str, str], lists: Mapping[str, Any], dcat: Mapping[str, str]
) -> None:
    found = json.loads(document("data.json", told({"default": {**default, **lists}, "dcat": dcat})))
    assert _problems(found) == []
