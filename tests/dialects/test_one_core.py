"""What one door writes, every other door reads."""

from typing import Any

import pytest
from tests.dialects.dkan.support import Client as SiteClient
from tests.dialects.panda.support import Cast, cast, settled, told
from tests.support.house import ANONYMOUS, AUTOMATION, EXPLORE, House
from tests.support.saying import says

HARBOR = "/api/1.0/dataset/harbor/"
SEARCH = "/api/records/1.0/search"


@pytest.fixture(scope="module")
def people(house: House) -> Cast:
    return cast(house)


@pytest.fixture(scope="module")
def harbor(people: Cast) -> str:
    """A dataset that was made by PANDA's door, with rows."""
    made = people.ada.put(
        HARBOR,
        {
            "name": "Harbor permits",
            "description": "Weekly <b>pull</b>",
            "categories": ["/api/1.0/category/crime/"],
        },
        columns="permit,Vessel Name,fee,day",
        column_types="int,,float,date",
        typed_columns="true,,true,true",
    )
    assert made.status_code == 201, made.text
    rows = [
        {"data": [17, "Petrel", "$18.50", "03/07/2024"], "external_id": "p-17"},
        {"data": ["x18", 18, "n/a", None], "external_id": "p-18"},
    ]
    assert people.ada.put(f"{HARBOR}data/", {"objects": rows}).status_code == 202
    return "harbor"


def _explore(house: House, people: Cast, path: str, **params: Any) -> Any:
    assert people.bob.person is not None
    answer = house.client.get(f"{EXPLORE}/{path}", params=params, headers=people.bob.person.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _automation(house: House, method: str, path: str, **sent: Any) -> Any:
    answer = house.client.request(method, f"{AUTOMATION}{path}", headers=house.admin.headers, **sent)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def _uid(house: House, dataset_id: str) -> str:
    (found,) = _automation(house, "GET", "/datasets/", params={"dataset_id": dataset_id})["results"]
    uid: str = found["uid"]
    return uid


@says("panda-9-explore")
def test_rows_of_a_newsroom_are_records(house: House, people: Cast, harbor: str) -> None:
    """Typed where they are indexed, and what does not fit its type is null there."""
    found = _explore(house, people, f"{harbor}/records", order_by="vessel_name desc")
    assert found["results"] == [
        {"permit": 17, "vessel_name": "Petrel", "fee": 18.5, "day": "2024-03-07"},
        {"permit": None, "vessel_name": "18", "fee": None, "day": None},
    ]
    summed = _explore(
        house, people, f"{harbor}/records", select="sum(fee) as total", where="search('petrel')"
    )
    assert summed["results"] == [{"total": 18.5}]
    shown = _explore(house, people, harbor)
    assert [(one["label"], one["type"]) for one in shown["fields"]] == [
        ("permit", "int"),
        ("Vessel Name", "text"),
        ("fee", "double"),
        ("day", "date"),
    ]
    metas = shown["metas"]["default"]
    assert (metas["title"], metas["description"]) == ("Harbor permits", "Weekly <b>pull</b>")
    assert metas["records_count"] == 2


def test_they_are_found_by_the_older_search(house: House, people: Cast, harbor: str) -> None:
    assert people.bob.person is not None
    params = {"dataset": harbor, "q": "petrel"}
    found = house.client.get(SEARCH, params=params, headers=people.bob.person.headers).json()
    assert [one["fields"]["fee"] for one in found["records"]] == [18.5]


def test_they_are_for_those_who_are_signed_in(house: House, harbor: str) -> None:
    for path in (harbor, f"{harbor}/records"):
        assert house.client.get(f"{EXPLORE}/{path}").status_code == 404
    assert harbor not in {one["dataset_id"] for one in house.client.get(EXPLORE).json()["results"]}


def test_a_change_is_seen_at_once(house: House, people: Cast, harbor: str) -> None:
    people.bob.put(HARBOR, {"description": "Daily pull"}, patch="true")
    people.bob.put(f"{HARBOR}data/p-19/", {"data": [19, "Gull", "7", None]})
    assert _explore(house, people, harbor)["metas"]["default"]["description"] == "Daily pull"
    assert _explore(house, people, f"{harbor}/records", where="permit = 19")["total_count"] == 1
    people.bob.delete(f"{HARBOR}data/p-19/")
    assert _explore(house, people, f"{harbor}/records", where="permit = 19")["total_count"] == 0


def test_publishing_carries_them_over(house: House, people: Cast, harbor: str) -> None:
    before = people.ada.shown(f"{HARBOR}data/")["objects"]
    status = house.publish(_uid(house, harbor))
    assert status["status"] == "idle", status
    assert people.ada.shown(f"{HARBOR}data/")["objects"] == before
    assert people.ada.shown(f"{HARBOR}data/p-17/")["data"] == [17, "Petrel", "$18.50", "03/07/2024"]


def test_a_newsrooms_dataset_can_be_opened(house: House, people: Cast) -> None:
    people.ada.put("/dataset/opened/", {"name": "Opened"}, columns="a")
    people.ada.put("/dataset/opened/data/", {"objects": [{"data": ["x"]}]})
    house.restrict(_uid(house, "opened"), is_restricted=False)
    assert house.records("opened", ANONYMOUS).json()["results"] == [{"a": "x"}]
    # Whoever is nobody still gets nothing by PANDA's door.
    assert told(people.stranger.get("/dataset/opened/")) == (401, "")


@pytest.fixture(scope="module")
def flights(house: House) -> str:
    """An open dataset that was published by Automation."""
    content = "carrier,delay,at,on_time\nAA,5,2024-03-07T15:04:05,true\nUA,-3.5,2024-03-08T00:00:00,false\n"
    house.published(content, dataset_id="flights", metadata={"default": {"title": {"value": "Flights"}}})
    return "/api/1.0/dataset/flights/"


@says("panda-1.7-other-doors")
def test_records_are_rows_of_a_newsroom(people: Cast, flights: str) -> None:
    """With the fields as columns."""
    shown = people.bob.shown(flights)
    assert (shown["name"], shown["row_count"], shown["locked"]) == ("Flights", 2, False)
    columns = [
        (one["name"], one["type"], one["indexed"], one["indexed_name"]) for one in shown["column_schema"]
    ]
    assert columns == [
        ("carrier", "unicode", False, None),
        ("delay", "float", True, "column_float_delay"),
        ("at", "datetime", True, "column_datetime_at"),
        ("on_time", "bool", True, "column_bool_on_time"),
    ]
    rows = people.bob.shown(f"{flights}data/", q="column_float_delay:[0 TO *]")["objects"]
    assert [one["external_id"] for one in rows] == [None]
    assert rows[0]["data"][:2] == ["AA", 5]
    (group,) = people.bob.shown("/data/", q="carrier UA")["objects"]
    assert (group["slug"], group["meta"]["total_count"]) == ("flights", 1)
    assert "flights" in [one["slug"] for one in people.bob.shown("/dataset/", q="flights")["objects"]]


def test_records_are_exported_by_a_newsroom(house: House, people: Cast, flights: str) -> None:
    assert people.bob.get(f"{flights}export/", q="ua").status_code == 200
    settled(house)
    made = people.bob.shown("/export/", limit=0)["objects"][-1]
    text = people.bob.get(f"{made['resource_uri']}download/").text
    assert text.splitlines()[0] == "carrier,delay,at,on_time"
    assert text.splitlines()[1].startswith("UA,-3.5,")


def test_a_dataset_that_ends_ends_everywhere(house: House, people: Cast) -> None:
    people.ada.put("/dataset/ending/", {"name": "Ending"}, columns="a")
    _automation(house, "DELETE", f"/datasets/{_uid(house, 'ending')}/")
    assert told(people.ada.get("/dataset/ending/")) == (404, "")
    people.ada.put("/dataset/ending/", {"name": "Ending"}, columns="a")
    uid = _uid(house, "ending")
    assert people.bob.delete("/dataset/ending/").status_code == 204
    assert house.client.get(f"{AUTOMATION}/datasets/{uid}/", headers=house.admin.headers).status_code == 404
    settled(house)


# DKAN's door, and each of the others.

QUERY = "root:/api/action/datastore/search.json"


@pytest.fixture(scope="module")
def site(house: House) -> SiteClient:
    """The administrator, at DKAN's door."""
    return SiteClient(house.client, house.admin)


@pytest.fixture(scope="module")
def nobody(house: House) -> SiteClient:
    return SiteClient(house.client)


@pytest.fixture(scope="module")
def trees(house: House, site: SiteClient) -> Any:
    """The node of a dataset that was made by DKAN's door, with the rows of one resource."""
    nid = site.node(
        "dataset", "Trees", body={"und": [{"value": "<p>All of <b>them</b></p>"}]}, **_tagged("oak")
    )
    resource = site.node("resource", "Trees.csv", field_dataset_ref={"und": [{"target_id": nid}]})
    content = b"Species,Height\nOak,12\nElm,9\n"
    attached = site.ask(
        "POST",
        f"/node/{resource}/attach_file",
        data={"field_name": "field_upload", "attach": "0"},
        files={"files[1]": ("trees.csv", content)},
    )
    assert attached.status_code == 200, attached.text
    assert site.post(f"/datastore/{resource}/import").json() == [True]
    settled(house)
    return site.shown(f"/node/{nid}")


def _tagged(*names: str) -> dict[str, Any]:
    return {"field_tags": {"und": [{"name": one} for one in names]}}


def _slug(node: Any) -> str:
    return str(node["path"].rpartition("/")[2])


def _node_of(site: SiteClient, title: str) -> Any:
    """What a dataset is at DKAN's door; None: it is not listed."""
    found = site.shown("/node", **{"parameters[title]": title, "parameters[type]": "dataset"})
    return site.shown(f"/node/{found[0]['nid']}") if found else None


def _rows(client: SiteClient, site: SiteClient, node: Any, **params: Any) -> Any:
    """The answer of the datastore about a dataset's first resource."""
    resource = site.shown(f"/node/{node['field_resources']['und'][0]['target_id']}")
    return client.shown(QUERY, resource_id=resource["uuid"], **params)


@says("dkan-1-datastore-explore")
def test_a_sites_rows_are_records(house: House, trees: Any) -> None:
    """Typed, as those of every file."""
    found = house.records(_slug(trees), ANONYMOUS, order_by="height").json()
    assert found["results"] == [{"species": "Elm", "height": 9}, {"species": "Oak", "height": 12}]
    metas = house.client.get(f"{EXPLORE}/{_slug(trees)}").json()["metas"]["default"]
    assert (metas["title"], metas["description"]) == ("Trees", "<p>All of <b>them</b></p>")


def test_they_are_found_by_search_and_newsroom(house: House, people: Cast, trees: Any) -> None:
    found = house.client.get(SEARCH, params={"dataset": _slug(trees), "q": "oak"}).json()
    assert [one["fields"] for one in found["records"]] == [{"species": "Oak", "height": 12}]
    shown = people.bob.shown(f"/dataset/{_slug(trees)}/")
    assert (shown["name"], shown["row_count"]) == ("Trees", 2)
    rows = people.bob.shown(f"/dataset/{_slug(trees)}/data/", q="elm")["objects"]
    assert [one["data"] for one in rows] == [["Elm", 9]]


def test_a_sites_dataset_is_edited_by_automation(house: House, site: SiteClient) -> None:
    nid = site.node("dataset", "To be edited", **_tagged("oak"))
    uid = _uid(house, _slug(site.shown(f"/node/{nid}")))
    _automation(house, "PUT", f"/datasets/{uid}/metadata/default/title/", json={"value": "Edited"})
    _automation(house, "PUT", f"/datasets/{uid}/metadata/default/keyword/", json={"value": ["ash"]})
    assert site.shown(f"/node/{nid}")["title"] == "To be edited"  # a draft is nobody's but its editors'
    house.publish(uid)
    shown = site.shown(f"/node/{nid}")
    assert shown["title"] == "Edited"
    (tag,) = shown["field_tags"]["und"]
    assert site.shown(f"/taxonomy_term/{tag['tid']}")["name"] == "ash"


def test_a_sites_dataset_is_edited_by_a_newsroom(people: Cast, site: SiteClient) -> None:
    nid = site.node("dataset", "For a newsroom")
    slug = _slug(site.shown(f"/node/{nid}"))
    assert people.admin.put(f"/dataset/{slug}/", {"name": "By a newsroom"}, patch="true").status_code == 202
    assert site.shown(f"/node/{nid}")["title"] == "By a newsroom"


def test_an_edit_of_a_site_is_seen_at_once(house: House, people: Cast, site: SiteClient, trees: Any) -> None:
    assert site.put(f"/node/{trees['nid']}", {"title": "Trees, all"}).status_code == 200
    for title in (
        house.client.get(f"{EXPLORE}/{_slug(trees)}").json()["metas"]["default"]["title"],
        people.bob.shown(f"/dataset/{_slug(trees)}/")["name"],
        _automation(house, "GET", f"/datasets/{_uid(house, _slug(trees))}/")["metadata"]["default"]["title"][
            "value"
        ],
        house.client.get(f"/api/datasets/1.0/{_slug(trees)}").json()["metas"]["title"],
    ):
        assert title == "Trees, all"
    assert site.put(f"/node/{trees['nid']}", {"title": "Trees"}).status_code == 200


@says("dkan-12-published-explore")
def test_records_are_a_sites_datastore(
    house: House, site: SiteClient, nobody: SiteClient, flights: str
) -> None:
    """What Automation published is a node with a resource, and in the public catalogue."""
    del flights
    node = _node_of(site, "Flights")
    answer = _rows(nobody, site, node, **{"filters[carrier]": "UA"})
    assert [one["carrier"] for one in answer["result"]["records"]] == ["UA"]
    listed = nobody.shown("root:/data.json", identifier=node["uuid"])["dataset"]
    assert [one["title"] for one in listed] == ["Flights"]
    assert nobody.shown(f"/node/{node['nid']}")["title"] == "Flights"
    house.restrict(_uid(house, "flights"), is_restricted=True)
    resource = node["field_resources"]["und"][0]["target_id"]
    assert (
        nobody.get(f"/node/{node['nid']}").status_code == nobody.get(f"/node/{resource}").status_code == 404
    )
    assert _node_of(nobody, "Flights") is None
    assert "error" in _rows(nobody, site, node)
    assert nobody.get("root:/data.json", identifier=node["uuid"]).status_code == 404
    house.restrict(_uid(house, "flights"), is_restricted=False)


def test_a_newsrooms_dataset_is_a_sites_for_those_who_are_signed_in(
    house: House, people: Cast, site: SiteClient, nobody: SiteClient, harbor: str
) -> None:
    del harbor
    assert people.bob.person is not None
    bob = SiteClient(house.client, people.bob.person)
    node = _node_of(bob, "Harbor permits")
    assert "vessel" in str(_rows(bob, site, node)["result"]["fields"]).lower()
    assert nobody.get(f"/node/{node['nid']}").status_code == 404
    assert _node_of(nobody, "Harbor permits") is None


def test_what_ends_at_one_door_ends_at_a_sites(house: House, people: Cast, site: SiteClient) -> None:
    nids = [site.node("dataset", f"Ends {number}") for number in range(3)]
    slugs = [_slug(site.shown(f"/node/{nid}")) for nid in nids]
    uids = [_uid(house, one) for one in slugs]
    _automation(house, "DELETE", f"/datasets/{uids[0]}/")
    assert people.admin.delete(f"/dataset/{slugs[1]}/").status_code == 204
    assert site.delete(f"/node/{nids[2]}").json() == [True]
    settled(house)
    for nid, slug, uid in zip(nids, slugs, uids, strict=True):
        assert site.get(f"/node/{nid}").status_code == 404
        assert house.client.get(f"{EXPLORE}/{slug}").status_code == 404
        gone = house.client.get(f"{AUTOMATION}/datasets/{uid}/", headers=house.admin.headers)
        assert gone.status_code == 404
        assert people.bob.get(f"/dataset/{slug}/").status_code == 404
