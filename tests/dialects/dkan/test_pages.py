"""DKAN's addresses of pages, which lead to the portal's own (sections 8.6 and 11 of the reference)."""

from dataclasses import dataclass

import pytest
from tests.dialects.dkan.support import Cast, Client
from tests.support.house import AUTOMATION, House
from tests.support.saying import says

from colonnade.core.datasets import service as datasets
from colonnade.core.nodes import service as nodes


@dataclass(frozen=True)
class Known:
    """Numbers of nodes. `dataset` has `file`, `remote` and `link`; `foreign` is a resource of another door."""

    dataset: str
    file: str
    remote: str
    link: str
    draft: str
    hidden: str
    hidden_resource: str
    foreign: str
    foreign_slug: str
    uuid: str


def und(value: str, key: str = "value") -> dict[str, object]:
    return {"und": [{key: value}]}


@pytest.fixture(scope="module")
def known(house: House, people: Cast) -> Known:
    creator = people.creator
    dataset = creator.node("dataset", "Polling places")
    part_of = {"field_dataset_ref": und(dataset, "target_id")}
    file = creator.node("resource", "A file", **part_of)
    sent = {"files[1]": ("a b.csv", b"a\n1\n", "text/csv")}
    attached = creator.ask(
        "POST", f"/node/{file}/attach_file", data={"field_name": "field_upload"}, files=sent
    )
    assert attached.status_code == 200, attached.text
    remote = {"field_link_remote_file": und("http://remote.example/x.csv", "uri")}
    hidden, foreign = house.published("a\n1\n", is_restricted=True), house.published("a,b\n1,x\n2,y\n")
    nodes.settle(house.running.portal)
    with house.running.portal.reading(house.actor(house.admin)) as work:
        found = []
        for one in (hidden, foreign):
            node = nodes.of_dataset(work, datasets.readable(work, one["uid"]))
            assert node is not None
            found += [str(node.node.id), str(nodes.resources_of(work, node)[0].node.id)]
    return Known(
        dataset=dataset,
        file=file,
        remote=creator.node("resource", "Elsewhere", **part_of, **remote),
        link=creator.node("resource", "An API", **part_of, field_link_api=und("http://api.example/x", "url")),
        draft=creator.node("dataset", "A draft", status=0),
        hidden=found[0],
        hidden_resource=found[1],
        foreign=found[3],
        foreign_slug=foreign["dataset_id"],
        uuid=creator.shown(f"/node/{file}")["uuid"],
    )


def led(client: Client, path: str) -> str | int:
    """Where an address leads to, or its status."""
    answer = client.ask("GET", f"root:{path}")
    return answer.headers["location"] if answer.status_code == 302 else answer.status_code


PAGE = "/explore/dataset/polling-places/"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        pytest.param("/node/{dataset}", PAGE, id="dkan-8.6-node-dataset"),
        pytest.param("/node/{file}", PAGE + "#resource-{file}", id="dkan-8.6-node-resource"),
        pytest.param("/node/{dataset}.json", "/api/dataset/node/{dataset}.json", id="dkan-12.3-node-json"),
        pytest.param("/dataset/polling-places", PAGE, id="dkan-8.6-dataset"),
        pytest.param("/dataset//polling-places/", PAGE, id="dkan-8.6-dataset-slashes"),
        pytest.param(
            "/dataset/polling-places/resource/{uuid}", PAGE + "#resource-{file}", id="dkan-8.6-resource"
        ),
        pytest.param("/dataset/nothing", 404, id="dkan-8.6-unknown"),
        pytest.param("/node/999999", 404, id="dkan-8.6-node-unknown"),
        pytest.param("/node/x", 404, id="dkan-8.6-node-no-number"),
        pytest.param("/node/{file}/download", "/sites/default/files/a%20b.csv", id="dkan-11-download"),
        pytest.param("/node/{remote}/download", "http://remote.example/x.csv", id="dkan-11-download-remote"),
        pytest.param("/node/{remote}/data", "http://remote.example/x.csv", id="dkan-11-data"),
        pytest.param("/node/{link}/download", "http://api.example/x", id="dkan-11-download-link"),
        pytest.param("/node/{dataset}/download", 404, id="dkan-11-download-of-dataset"),
        pytest.param(
            "/node/{file}/api",
            "/api/action/datastore/search.json?resource_id={uuid}&limit=5",
            id="dkan-11-node-api",
        ),
        pytest.param("/node/{dataset}/api", 404, id="dkan-11-node-api-of-dataset"),
        pytest.param("/dataset", "/explore/", id="dkan-1-dataset"),
        pytest.param("/search", "/explore/", id="dkan-1-search"),
        pytest.param("/search/type/dataset?query=a+%26b", "/explore/?q=a+%26b", id="dkan-1-search-words"),
        pytest.param(
            "/search?query=//evil.example/", "/explore/?q=%2F%2Fevil.example%2F", id="dkan-1-search-evil"
        ),
        pytest.param("/stories", "/explore/stories/", id="dkan-1-stories"),
        pytest.param("/user", "/account/", id="dkan-1-user"),
        pytest.param("/user/login?destination=//evil.example", "/account/sign-in/", id="dkan-1-user-login"),
        pytest.param("/dataset/%2F%2Fevil.example", 404, id="dkan-1-no-open-redirect"),
    ],
)
def test_addresses_lead_into_the_portal(people: Cast, known: Known, path: str, target: str | int) -> None:
    parts = vars(known)
    wanted = target.format(**parts) if isinstance(target, str) else target
    assert led(people.stranger, path.format(**parts)) == wanted


@says("dkan-11-download")
def test_rows_that_another_door_made_are_downloaded_as_csv(people: Cast, known: Known) -> None:
    answer = people.stranger.ask("GET", f"root:/node/{known.foreign}/download")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''data.csv"
    assert answer.text == "a,b\r\n1,x\r\n2,y\r\n"


def test_who_may_not_see_a_node_is_not_led_to_it(people: Cast, known: Known) -> None:
    for nid in (known.hidden, known.hidden_resource, known.draft):
        for path in ("", "/download", "/data", "/api"):
            assert led(people.stranger, f"/node/{nid}{path}") == 404
    assert led(people.creator, f"/node/{known.draft}") == f"/explore/node/{known.draft}/"
    assert isinstance(led(people.admin, f"/node/{known.hidden}"), str)


def test_rows_are_downloaded_as_far_as_they_may_be_seen(house: House, people: Cast) -> None:
    made = house.published("name,town,salary\nAda,Ulm,10\nBen,Bonn,20\n")
    rules = {"visible_fields": ["name", "town"], "filter_query": "town = 'Ulm'"}
    house.restrict(made["uid"], is_restricted=False, **rules)
    nodes.settle(house.running.portal)
    with house.running.portal.reading(house.actor(house.admin)) as work:
        node = nodes.of_dataset(work, datasets.readable(work, made["uid"]))
        assert node is not None
        nid = nodes.resources_of(work, node)[0].node.id
    answer = people.stranger.ask("GET", f"root:/node/{nid}/download")
    assert answer.text == "name,town\r\nAda,Ulm\r\n"


@says("dkan-11-download")
def test_a_file_beside_the_rows_is_downloaded_where_it_is(house: House, people: Cast) -> None:
    made = house.published("a\n1\n")
    path = f"{AUTOMATION}/datasets/{made['uid']}/attachments/"
    sent = {"file": ("notes.txt", b"Notes")}
    answer = house.client.post(path, files=sent, headers=house.admin.headers)
    assert answer.status_code == 201, answer.text
    house.publish(made["uid"])
    nodes.settle(house.running.portal)
    with house.running.portal.reading(house.actor(house.admin)) as work:
        node = nodes.of_dataset(work, datasets.readable(work, made["uid"]))
        assert node is not None
        (nid,) = (one.node.id for one in nodes.resources_of(work, node) if one.node.attachment_id is not None)
    target = led(people.stranger, f"/node/{nid}/download")
    assert house.client.get(str(target)).text == "Notes"
    assert led(people.stranger, f"/node/{nid}") == f"/explore/dataset/{made['dataset_id']}/"


@says("dkan-8.6-new-title")
def test_the_path_of_a_dataset_follows_its_title_and_the_old_one_leads_on(people: Cast) -> None:
    nid, other = (
        people.creator.node("dataset", "The first name"),
        people.creator.node("dataset", "Second name"),
    )
    for title, alias in (
        ("The new name", "new-name"),
        ("Second name", "second-name-0"),
        ("A second name", "second-name-0"),
        ("First name", "first-name"),
        ("Third name", "third-name"),
    ):
        assert people.creator.put(f"/node/{nid}", {"title": title}).status_code == 200
        assert people.stranger.shown(f"/node/{nid}")["path"].endswith(f"/dataset/{alias}")
        for path in (f"/dataset/{alias}", "/dataset/first-name"):
            assert led(people.stranger, path) == "/explore/dataset/first-name/"
    assert led(people.stranger, "/dataset/new-name") == 404
    assert people.stranger.shown(f"/node/{other}")["path"].endswith("/dataset/second-name")
    assert people.stranger.shown(f"/node/{people.creator.node('dataset', 'Third name')}")["path"].endswith(
        "third-name-0"
    )
    resource = people.creator.node("resource", "R", field_dataset_ref=[{"target_id": nid}])
    shown = people.stranger.shown(f"/node/{resource}")
    assert shown["path"].endswith(f"/dataset/third-name/resource/{shown['uuid']}")
    assert (
        led(people.stranger, shown["path"].removeprefix("http://testserver"))
        == f"/explore/dataset/first-name/#resource-{resource}"
    )
