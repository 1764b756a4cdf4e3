"""The public catalogue: data.json, CKAN's actions, DCAT (section 12 of the reference)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from tests.dialects.dkan.catalogues import ACTION, HOST, action, got
from tests.dialects.dkan.support import Cast, Client
from tests.support.house import House
from tests.support.saying import says

from colonnade.core.datasets import service as datasets
from colonnade.core.nodes import service as nodes

DCT = "{http://purl.org/dc/terms/}"
TODAY = dt.datetime.now(dt.UTC).date().isoformat()


@dataclass(frozen=True)
class Shown:
    """A published dataset of another door, and one that only its makers know of."""

    uuid: str
    slug: str
    nid: int
    resource: str
    resource_nid: int
    hidden: str
    hidden_slug: str


@pytest.fixture(scope="module")
def shown(house: House) -> Shown:
    default = {
        "title": {"value": "Trees & <shrubs>"},
        "description": {"value": "<p>All <b>trees</b> of the town.</p>"},
        "keyword": {"value": ["green", "town"]},
        "theme": {"value": ["Environment"]},
        "publisher": {"value": "Parks"},
        "license": {"value": "CC BY 4.0"},
    }
    dcat = {
        "contact_name": {"value": "Ada"},
        "contact_email": {"value": "ada@example.org"},
        "temporal": {"value": "2020-01-01/2020-12-31"},
        "accrualperiodicity": {"value": "R/P1Y"},
        "created": {"value": "2019-01-01"},
    }
    open_ = house.published("name,height\nOak,20\nElm,15\n", metadata={"default": default, "dcat": dcat})
    hidden = house.published("a\n1\n", is_restricted=True)
    nodes.settle(house.running.portal)
    with house.running.portal.reading(house.actor(house.admin)) as work:
        one, other = (
            nodes.of_dataset(work, datasets.readable(work, made["uid"])) for made in (open_, hidden)
        )
        assert one is not None
        assert other is not None
        (resource,) = nodes.resources_of(work, one)
        slug, hidden_slug = open_["dataset_id"], hidden["dataset_id"]
        return Shown(
            one.node.uuid,
            slug,
            one.node.id,
            resource.node.uuid,
            resource.node.id,
            other.node.uuid,
            hidden_slug,
        )


def pod(client: Client, shown: Shown, **params: str) -> dict[str, Any]:
    some = got(client, "/data.json", **params).json()["dataset"]
    (found,) = (one for one in some if one["identifier"] == shown.uuid)
    return dict(found)


@says("dkan-12.1-root dkan-12-answered-directly")
def test_data_json_is_a_catalogue_of_project_open_data(people: Cast, shown: Shown) -> None:
    answer = got(people.stranger, "/data.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    found = answer.json()
    assert {key: value for key, value in found.items() if key != "dataset"} == {
        "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
        "@id": f"{HOST}/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "describedBy": "https://project-open-data.cio.gov/v1.1/schema/catalog.json",
    }
    assert got(people.stranger, "/data.json", page="0").json() == found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("@type", "dcat:Dataset", id="dkan-12.1-type"),
        pytest.param("title", "Trees & <shrubs>", id="dkan-12.1-title"),
        pytest.param("description", "All trees of the town.", id="dkan-12.1-description"),
        pytest.param("keyword", ["green", "town"], id="dkan-12.1-keyword"),
        pytest.param("theme", ["Environment"], id="dkan-12.1-theme"),
        pytest.param("modified", TODAY, id="dkan-12.1-modified"),
        pytest.param("issued", TODAY, id="dkan-12.1-issued"),
        pytest.param("publisher", {"@type": "org:Organization", "name": "Parks"}, id="dkan-12.1-publisher"),
        pytest.param(
            "contactPoint",
            {"@type": "vcard:Contact", "fn": "Ada", "hasEmail": "mailto:ada@example.org"},
            id="dkan-12.1-contactPoint",
        ),
        pytest.param("accessLevel", "public", id="dkan-12.1-accessLevel"),
        pytest.param("license", "https://creativecommons.org/licenses/by/4.0/", id="dkan-12.1-license"),
        pytest.param("accrualPeriodicity", "R/P1Y", id="dkan-12.1-accrualPeriodicity"),
        pytest.param("temporal", "2020-01-01/2020-12-31", id="dkan-12.1-temporal"),
        pytest.param("language", ["en"], id="dkan-12.1-language"),
        pytest.param("rights", None, id="dkan-12.1-empty"),
    ],
)
def test_a_dataset_in_data_json(people: Cast, shown: Shown, key: str, value: object) -> None:
    assert pod(people.stranger, shown).get(key) == value


def test_a_dataset_leads_to_its_page(people: Cast, shown: Shown) -> None:
    assert pod(people.stranger, shown)["landingPage"] == f"{HOST}/explore/dataset/{shown.slug}/"


@says("dkan-12.1-distribution")
def test_the_resources_of_a_dataset_are_its_distributions(people: Cast, shown: Shown) -> None:
    (found,) = pod(people.stranger, shown)["distribution"]
    assert found == {
        "@type": "dcat:Distribution",
        "title": found["title"],
        "format": "csv",
        "mediaType": "text/csv",
        "downloadURL": f"{HOST}/node/{shown.resource_nid}/download",
    }


@says("dkan-12.1-identifier dkan-12.1-identifier-argument")
def test_one_dataset_is_asked_for_by_its_uuid(people: Cast, shown: Shown) -> None:
    (found,) = got(people.stranger, "/data.json", identifier=shown.uuid).json()["dataset"]
    assert found["identifier"] == shown.uuid
    for unknown in (shown.hidden, shown.resource, "nothing"):
        answer = people.stranger.ask("GET", "root:/data.json", params={"identifier": unknown})
        assert answer.status_code == 404


@says("dkan-12-published")
def test_what_may_not_be_seen_is_in_no_catalogue(house: House, people: Cast, shown: Shown) -> None:
    for path in ("/data.json", "/catalog.xml", "/catalog.json", "/catalog/dataset.xml"):
        text = got(people.stranger, path).text
        assert shown.uuid in text, path
        assert shown.hidden not in text, path
        assert shown.hidden in got(people.admin, path).text, path
    for name in ("package_list", "current_package_list_with_resources", "revision_list"):
        text = str(action(people.stranger, name))
        assert shown.hidden not in text
        assert shown.hidden_slug not in text
    for name in ("package_show", "package_revision_list"):
        action(people.stranger, name, 404, id=shown.hidden)
        action(people.stranger, name, 404, id=shown.hidden_slug)
    knowing = Client(house.client, house.person(["edit_dataset"]))
    action(knowing, "package_show", 404, id=shown.hidden)
    hidden = next(
        one for one in got(people.admin, "/data.json").json()["dataset"] if one["identifier"] == shown.hidden
    )
    assert hidden["accessLevel"] == "non-public"
    assert hidden["keyword"] == ["No keyword provided"]
    assert hidden["contactPoint"]["hasEmail"] == "mailto:noemailprovided@usa.gov"
    assert hidden["publisher"]["name"] == "testserver"


@says("dkan-12.3-catalog.xml")
def test_the_catalogue_is_dcat_in_xml(people: Cast, shown: Shown) -> None:
    answer = got(people.stranger, "/catalog.xml")
    assert answer.headers["content-type"] == "application/rdf+xml; charset=utf-8"
    found = ET.fromstring(answer.text)
    assert shown.uuid in [one.text for one in found.iter(f"{DCT}identifier")]


@says("dkan-12.3-catalog.json")
def test_the_catalogue_is_dcat_in_json(people: Cast, shown: Shown) -> None:
    answer = got(people.stranger, "/catalog.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    found = answer.json()
    assert found["@type"] == "dcat:Catalog"
    one = next(one for one in found["dcat:dataset"] if one["dcterms:identifier"] == shown.uuid)
    assert one["@type"] == "dcat:Dataset"
    assert one["dcterms:title"]["@value"] == "Trees & <shrubs>"
    address = f"{HOST}/node/{shown.resource_nid}/download"
    assert one["dcat:distribution"]["dcat:accessURL"] == {"@id": address}


@says("dkan-12.3-dataset.xml dkan-12.3-alias.xml")
def test_one_dataset_is_dcat_in_xml(people: Cast, shown: Shown) -> None:
    answer = got(people.stranger, "/catalog/dataset.xml", **{"dct:identifier": shown.uuid})
    found = ET.fromstring(answer.text)
    assert [one.text for one in found.iter(f"{DCT}identifier")] == [shown.uuid]
    path = f"root:/catalog/dataset.xml?dct:identifier={shown.hidden}"
    assert people.stranger.ask("GET", path).status_code == 404
    alias = people.stranger.ask("GET", f"root:/dataset/{shown.slug}.xml")
    assert alias.status_code == 302
    assert alias.headers["location"] == f"/catalog/dataset.xml?dct%3Aidentifier={shown.uuid}"


@says("dkan-12.2-site_read")
def test_ckans_site_may_be_read(people: Cast) -> None:
    assert action(people.stranger, "site_read") is True


@says("dkan-12.2-package_list")
def test_packages_are_listed_by_their_names(people: Cast, shown: Shown) -> None:
    assert shown.slug in action(people.stranger, "package_list")


@says("dkan-12.2-package_show dkan-12.2-package")
def test_a_package_is_shown_by_its_uuid_its_number_and_its_name(people: Cast, shown: Shown) -> None:
    (found,) = action(people.stranger, "package_show", id=shown.uuid)
    assert action(people.stranger, "package_show", id=str(shown.nid)) == [found]
    assert action(people.stranger, "package_show", id=shown.slug) == [found]
    moments = [found.pop(name) for name in ("revision_timestamp", "metadata_created", "metadata_modified")]
    assert all(dt.datetime.fromisoformat(one).tzinfo is not None for one in moments)
    assert found.pop("revision_id")
    assert [one["name"] for one in found.pop("tags")] == ["green", "town"]
    assert [one["title"] for one in found.pop("groups")] == ["Parks"]
    assert [one["id"] for one in found.pop("resources")] == [shown.resource]
    assert found == {
        "id": shown.uuid,
        "name": shown.slug,
        "title": "Trees & <shrubs>",
        "author": None,
        "author_email": None,
        "maintainer": "Ada",
        "maintainer_email": "ada@example.org",
        "license_title": "https://creativecommons.org/licenses/by/4.0/",
        "notes": "<p>All <b>trees</b> of the town.</p>",
        "url": f"{HOST}/explore/dataset/{shown.slug}/",
        "state": "Active",
        "log_message": None,
        "private": False,
        "creator_user_id": "1",
        "type": "Dataset",
        "extras": [],
    }


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(lambda id_: {"json": {"id": id_, "use_default_schema": None}}, id="dkan-12.2-post-json"),
        pytest.param(lambda id_: {"data": {"id": id_}}, id="dkan-12.2-post-form"),
        pytest.param(lambda id_: {"params": {"id": id_}, "json": {}}, id="dkan-12.2-post-address"),
    ],
)
def test_arguments_are_sent_by_post_too(people: Cast, shown: Shown, sent: Any) -> None:
    for id_ in (shown.uuid, shown.nid):
        answer = people.stranger.ask("POST", f"{ACTION}/package_show", **sent(id_))
        assert answer.json() == got(people.stranger, "/api/3/action/package_show", id=shown.uuid).json()
    assert people.stranger.ask("POST", f"{ACTION}/package_show", **sent(shown.hidden)).status_code == 404


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param({"content": b"{"}, "Invalid JSON.", id="dkan-12.2-post-no-json"),
        pytest.param(
            {"files": {"a": b"x"}},
            "Arguments are a JSON object, or a form without files.",
            id="dkan-12.2-post-file",
        ),
    ],
)
def test_what_is_no_arguments_is_told(people: Cast, sent: Any, message: str) -> None:
    headers = {"Content-Type": "application/json"} if "content" in sent else {}
    answer = people.stranger.ask("POST", f"{ACTION}/package_list", headers=headers, **sent)
    assert answer.status_code == 400
    assert answer.json()["error"] == {"__type": "Validation Error", "message": [message]}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_action_is_told_as_ckan_does(people: Cast, method: str) -> None:
    answer = people.stranger.ask(method, f"{ACTION}/tag_list")
    assert (answer.status_code, answer.json()) == (
        404,
        {
            "help": answer.json()["help"],
            "success": False,
            "error": {"__type": "Not Found Error", "message": "Not Found"},
        },
    )
    assert answer.json()["help"].startswith("There is no action tag_list. There are site_read, package_list,")


@says("dkan-12.2-current_package_list_with_resources")
def test_the_packages_that_changed_last_are_listed_with_their_resources(people: Cast, shown: Shown) -> None:
    name = "current_package_list_with_resources"
    (whole,) = action(people.admin, name)
    assert {shown.uuid, shown.hidden} <= {one["id"] for one in whole}
    changed = [one["metadata_modified"] for one in whole]
    assert changed == sorted(changed, reverse=True)
    assert action(people.admin, name, limit="1", offset="1") == [whole[1:2]]
    error = action(people.admin, name, 400, limit="x")
    assert error == {"__type": "Validation Error", "limit": ["limit is a whole number from 0 on."]}


@says("dkan-12.2-resource_show dkan-12.2-resource")
def test_a_resource_is_shown(people: Cast, shown: Shown) -> None:
    found = action(people.stranger, "resource_show", id=shown.resource)
    wanted = {"id": shown.resource, "format": "csv", "mimetype": "text/csv", "state": "Active", "size": None}
    assert found == {**found, **wanted, "url": f"{HOST}/node/{shown.resource_nid}/download"}
    assert list(found) == [
        *("id", "revision_id", "url", "description", "format", "state", "revision_timestamp", "name"),
        *("mimetype", "size", "created", "resource_group_id", "last_modified"),
    ]
    action(people.stranger, "resource_show", 404, id=shown.uuid)


@says("dkan-12.2-group_list dkan-12.2-group_package_show")
def test_groups_and_their_packages_are_shown(people: Cast) -> None:
    group = people.admin.node("group", "Foresters")
    dataset = people.admin.node("dataset", "Woods", og_group_ref={"und": [{"target_id": group}]})
    uuid = people.admin.shown(f"/node/{dataset}")["uuid"]
    assert {"name": "Foresters"} in action(people.stranger, "group_list")
    for name in ("Foresters", group, people.admin.shown(f"/node/{group}")["uuid"]):
        (found,) = action(people.stranger, "group_package_show", id=name)
        assert [one["id"] for one in found] == [uuid]
    action(people.stranger, "group_package_show", 404, id="Nobody")


@says("dkan-12.2-revision_list dkan-12.2-package_revision_list")
def test_revisions_are_listed(people: Cast, shown: Shown) -> None:
    (latest, *_) = action(people.stranger, "package_revision_list", id=shown.uuid)
    assert latest["id"] in action(people.stranger, "revision_list")
    assert dt.datetime.fromisoformat(latest["timestamp"]).tzinfo is not None


@pytest.mark.parametrize(
    ("name", "status", "params", "error"),
    [
        pytest.param(
            name,
            status,
            params,
            {"__type": "Not Found Error", "message": "Not Found"}
            if status == 404
            else {"__type": "Validation Error", "name_or_id": ["Missing Value"]},
            id=f"dkan-12.2-{'missing' if status == 400 else 'unknown'}-{name}",
        )
        for name in ("package_show", "resource_show", "group_package_show", "package_revision_list")
        for status, params in ((400, {}), (404, {"id": "nothing"}))
    ],
)
def test_what_is_missing_or_unknown_is_no_success(
    people: Cast, name: str, status: int, params: Mapping[str, str], error: object
) -> None:
    assert action(people.stranger, name, status, **params) == error
