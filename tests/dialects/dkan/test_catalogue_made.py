"""Datasets that were made here in the public catalogue (section 12 of the reference)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.dialects.dkan.catalogues import HOST, action, got
from tests.dialects.dkan.searching import uid_of
from tests.dialects.dkan.support import Cast
from tests.support.house import House
from tests.support.saying import says


@pytest.fixture(scope="module")
def made(people: Cast) -> Mapping[str, Any]:
    """In data.json, a dataset that was made here: with a file, a file elsewhere and an API."""

    def und(value: str, key: str = "value") -> dict[str, object]:
        return {"und": [{key: value}]}

    fields = {
        "field_license": und("odc-by"),
        "field_public_access_level": und("restricted"),
        "field_rights": und("Some rights"),
        "field_landing_page": und("http://example.org/landing", "url"),
        "field_conforms_to": und("http://example.org/standard", "url"),
        "field_is_part_of": und("A whole"),
        "field_data_dictionary": und("http://example.org/words"),
        "field_data_dictionary_type": und("text/html"),
        "field_related_content": und("http://example.org/related", "url"),
        "field_harvest_source_modified": und("2014-05-06"),
        "field_harvest_source_issued": und("2013-05-06 00:00:00"),
        "field_odfe_bureau_code": und("015:11"),
        "field_additional_info": {"und": [{"first": "Colour", "second": "green"}]},
    }
    nid = people.creator.node("dataset", "Polling places", **fields)
    part_of = {"field_dataset_ref": und(nid, "target_id")}
    file = people.creator.node("resource", "A file", body=und("<p>All rows</p>"), **part_of)
    sent = {"files[1]": ("places.csv", b"a,b\n1,2\n", "text/csv")}
    path = f"/node/{file}/attach_file"
    people.creator.ask("POST", path, data={"field_name": "field_upload"}, files=sent)
    remote = und("http://remote.example/x.json", "uri")
    people.creator.node("resource", "Elsewhere", field_link_remote_file=remote, **part_of)
    people.creator.node("resource", "An API", field_link_api=und("http://api.example/x", "url"), **part_of)
    people.creator.node("resource", "Nothing", **part_of)
    uuid = people.creator.shown(f"/node/{nid}")["uuid"]
    (found,) = got(people.stranger, "/data.json", identifier=uuid).json()["dataset"]
    return dict(found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("accessLevel", "restricted public", id="dkan-12.1-accessLevel-said"),
        pytest.param("license", "https://opendatacommons.org/licenses/by/1.0/", id="dkan-12.1-license-key"),
        pytest.param("rights", "Some rights", id="dkan-12.1-accrualPeriodicity-rights"),
        pytest.param("landingPage", "http://example.org/landing", id="dkan-12.1-landingPage"),
        pytest.param("conformsTo", "http://example.org/standard", id="dkan-12.1-conformsTo"),
        pytest.param("isPartOf", "A whole", id="dkan-12.1-isPartOf"),
        pytest.param("describedBy", "http://example.org/words", id="dkan-12.1-describedBy"),
        pytest.param("describedByType", "text/html", id="dkan-12.1-describedByType"),
        pytest.param("references", ["http://example.org/related"], id="dkan-12.1-references"),
        pytest.param("modified", "2014-05-06", id="dkan-12.1-modified-at-source"),
        pytest.param("issued", "2013-05-06", id="dkan-12.1-issued-at-source"),
        pytest.param("bureauCode", ["015:11"], id="dkan-12.1-bureauCode"),
        pytest.param("keyword", ["No keyword provided"], id="dkan-12.1-keyword-none"),
        pytest.param("description", "No description provided", id="dkan-12.1-description-none"),
    ],
)
def test_what_was_said_here_is_told(made: Mapping[str, Any], key: str, value: object) -> None:
    assert made[key] == value


@says("dkan-12.1-distribution")
def test_files_links_and_apis_are_distributions(made: Mapping[str, Any]) -> None:
    assert made["distribution"] == [
        {
            "@type": "dcat:Distribution",
            "title": "A file",
            "description": "All rows",
            "format": "csv",
            "mediaType": "text/csv",
            "downloadURL": f"{HOST}/sites/default/files/places.csv",
        },
        {
            "@type": "dcat:Distribution",
            "title": "Elsewhere",
            "format": "json",
            "mediaType": "application/json",
            "downloadURL": "http://remote.example/x.json",
        },
        {
            "@type": "dcat:Distribution",
            "title": "An API",
            "mediaType": "text/html",
            "accessURL": "http://api.example/x",
        },
    ]


@says("dkan-12.2-package")
def test_a_package_that_was_made_here_has_its_extras(people: Cast, made: Mapping[str, Any]) -> None:
    (found,) = action(people.stranger, "package_show", id=made["identifier"])
    assert found["notes"] == ""
    assert found["extras"] == [{"key": "Colour", "value": "green"}]
    assert [one["size"] for one in found["resources"]] == [8, None, None, None]
    assert [one["name"] for one in found["resources"]] == ["A file", "Elsewhere", "An API", "Nothing"]


@says("dkan-12.2-resource_show")
def test_a_resource_that_was_made_here_leads_to_its_file(people: Cast, made: Mapping[str, Any]) -> None:
    (found,) = action(people.stranger, "package_show", id=made["identifier"])
    resource = found["resources"][0]
    assert action(people.stranger, "resource_show", id=resource["id"]) == resource
    assert got(people.stranger, resource["url"].removeprefix(HOST)).text == "a,b\n1,2\n"


@says("dkan-12.2-group_package_show")
def test_results_may_have_the_shapes_of_ckan(
    house: House, people: Cast, made: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    group = people.manager.node("group", "Of CKAN")
    own = {"og_group_ref": {"und": [{"target_id": group}]}}
    people.creator.node("dataset", "In a group", **own)
    asked = {
        "package_show": {"id": made["identifier"]},
        "current_package_list_with_resources": {},
        "group_list": {},
        "group_package_show": {"id": "Of CKAN"},
    }
    before = {name: action(people.stranger, name, **params) for name, params in asked.items()}
    portal = house.running.portal
    monkeypatch.setattr(portal, "settings", replace(portal.settings, ckan_result_shapes=True))
    after = {name: action(people.stranger, name, **params) for name, params in asked.items()}
    for name in ("package_show", "current_package_list_with_resources", "group_package_show"):
        assert before[name] == [after[name]], name
    assert after["package_show"]["id"] == made["identifier"]
    assert [one["title"] for one in after["group_package_show"]] == ["In a group"]
    assert [one["name"] for one in before["group_list"]] == after["group_list"] == ["Of CKAN"]


def test_the_address_of_a_file_elsewhere_is_told_to_those_who_may_have_all_of_it(
    house: House, people: Cast
) -> None:
    url = "http://remote.example/kept-back.csv"
    dataset = people.creator.node("dataset", "Kept back")
    part_of = {"field_dataset_ref": {"und": [{"target_id": dataset}]}}
    nid = people.creator.node(
        "resource", "Elsewhere", field_link_remote_file={"und": [{"uri": url}]}, **part_of
    )
    uuid = people.creator.shown(f"/node/{nid}")["uuid"]
    uid = uid_of(house, dataset)
    house.settled(uid)
    assert url in got(people.stranger, "/data.json").text
    house.restrict(uid, is_restricted=False, visible_fields=["name"])
    for path in ("/data.json", "/catalog.xml", "/catalog.json"):
        found = got(people.stranger, path).text
        assert "Kept back" in found, path
        assert url not in found, path
    assert action(people.stranger, "resource_show", id=uuid)["url"] is None
    assert people.stranger.ask("GET", f"root:/node/{nid}/download").status_code == 404
    assert people.creator.ask("GET", f"root:/node/{nid}/download").headers["location"] == url
