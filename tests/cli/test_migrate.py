"""`colonnade migrate dkan`, from a site that is played on loopback."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.cli.support import TREES, city
from tests.core import support as core
from tests.support import house as houses
from tests.support.dkan7 import PASSWORD, USER, Dkan7, und
from tests.support.dkan7_server import played
from tests.support.house import House
from tests.support.inside import built_inside, told

from colonnade import app
from colonnade.cli import migrate
from colonnade.cli.main import colonnade
from colonnade.config import Settings
from colonnade.core.datasets import service as datasets
from colonnade.core.datastore import service as datastore
from colonnade.core.nodes import service as nodes
from colonnade.core.nodes import writing
from colonnade.core.nodes.model import Changes, Kind
from colonnade.core.records import service as records

NO_ROWS = "They are in the datastore there, but not here: This is no resource with a file of rows."


@pytest.fixture(autouse=True)
def _loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A site on loopback may be asked."""
    monkeypatch.setenv("COLONNADE_ALLOW_PRIVATE_FETCH", "1")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What is built is beside the point."""
    with built_inside(), houses.opened(tmp_path_factory.mktemp("house"), allow_private_fetch=True) as one:
        yield one


@pytest.fixture
def site() -> Iterator[Dkan7]:
    with played() as one:
        yield one


def run(data: Path, url: str, *options: str) -> Result:
    return CliRunner().invoke(
        colonnade, ["migrate", "dkan", url, "--patience", "0", *options, "--data", str(data)]
    )


def migrated(house: House, site: Dkan7, *options: str) -> Result:
    return run(house.running.portal.settings.data, site.base, *options)


def shown(house: House, path: str, **params: Any) -> Any:
    answer = house.client.get(
        path, params=params, headers={"Accept": "application/json", **house.admin.headers}
    )
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def by_uuid(house: House, uuid: str) -> Any:
    found = shown(house, "/api/dataset/node", **{"parameters[uuid]": uuid})
    return shown(house, f"/api/dataset/node/{found[0]['nid']}") if found else None


def names(house: House, node: Any, field: str) -> list[str]:
    numbers = [one["tid"] for one in node[field]["und"]]
    return [shown(house, f"/api/dataset/taxonomy_term/{one}")["name"] for one in numbers]


def test_a_site_moves_in_and_moves_once(house: House, site: Dkan7, tmp_path: Path) -> None:
    numbers = city(site)
    report = tmp_path / "report.csv"
    result = migrated(house, site, "--report", str(report))
    assert result.exit_code == 1, result.output
    assert "1 datasets are here." in result.stdout or "1 datasets are here" in result.stdout
    assert f"resource {numbers['lost']} (Lost): lost.pdf: The server answered 404 Not Found." in result.stderr
    rows = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8"))))
    assert [(one["type"], one["part"]) for one in rows] == [("resource", "lost.pdf")]
    _dataset_is_here(house, site, numbers)
    _resources_are_here(house, site, numbers)
    asked, before = len(site.asked), shown(house, "/api/dataset/node")
    again = migrated(house, site)
    assert again.exit_code == 1
    assert shown(house, "/api/dataset/node") == before
    # The list and what did not come whole.
    repeated = [one for one in site.asked[asked:] if "/node/" in one]
    assert repeated == [f"/api/dataset/node/{numbers['lost']}.json"]
    _takes_up_changes(house, site, numbers)


def _dataset_is_here(house: House, site: Dkan7, numbers: dict[str, int]) -> None:
    theirs = site.nodes[numbers["dataset"]]
    ours = by_uuid(house, theirs["uuid"])
    for name in ("title", "created", "changed", "status", "name", "field_contact_name", "field_license"):
        same = theirs[name]["und"][0]["value"] if isinstance(theirs[name], dict) else theirs[name]
        found = ours[name]["und"][0]["value"] if isinstance(ours[name], dict) else ours[name]
        assert found == same, name
    body = ours["body"]["und"][0]
    assert (body["value"], body["summary"]) == ("<p>All trees</p>", "Trees")
    assert names(house, ours, "field_tags") == ["oak", "Élm & co"]
    assert names(house, ours, "field_topic") == ["Environment"]
    group = by_uuid(house, site.nodes[numbers["group"]]["uuid"])
    assert (group["title"], group["type"]) == ("Parks", "group")
    (picture,) = group["field_image"]["und"]
    assert (picture["uri"], picture["alt"]) == ("public://pictures/logo.png", "Our logo")
    assert house.client.get("/sites/default/files/pictures/logo.png").content == b"a picture"
    assert names(house, by_uuid(house, site.nodes[numbers["story"]]["uuid"]), "field_tags") == ["oak"]
    assert ours["og_group_ref"] == {"und": [{"target_id": group["nid"]}]}
    order = [
        by_uuid(house, site.nodes[int(one["target_id"])]["uuid"])["nid"]
        for one in theirs["field_resources"]["und"]
    ]
    assert [one["target_id"] for one in ours["field_resources"]["und"]] == order
    page = by_uuid(house, site.nodes[numbers["page"]]["uuid"])
    assert page["body"]["und"][0]["value"] == "<p>About us</p>"


def _resources_are_here(house: House, site: Dkan7, numbers: dict[str, int]) -> None:
    trees = by_uuid(house, site.nodes[numbers["trees"]]["uuid"])
    (upload,) = trees["field_upload"]["und"]
    assert (upload["uri"], upload["filename"], upload["grid"]) == (
        "public://2019/trees.csv",
        "trees.csv",
        "1",
    )
    assert names(house, trees, "field_format") == ["csv"]
    assert house.client.get("/sites/default/files/2019/trees.csv").content == TREES
    link = by_uuid(house, site.nodes[numbers["link"]]["uuid"])
    assert link["field_link_remote_file"]["und"][0]["uri"] == "https://example.org/x.csv"
    status = f"/api/dataset/datastore/{trees['nid']}"
    while shown(house, status)["data_import"] == 4:
        pass
    assert shown(house, status)["data_import"] == 6
    found = shown(house, "/api/action/datastore/search.json", resource_id=trees["uuid"])
    assert [one["species"] for one in found["result"]["records"]] == ["oak", "elm"]


def _takes_up_changes(house: House, site: Dkan7, numbers: dict[str, int]) -> None:
    site.files["/sites/default/files/lost.pdf"] = b"%PDF-1.4"
    site.change(numbers["dataset"], title="Trees, all", field_tags=und(site.term("ash")))
    site.nodes[numbers["page"]]["status"] = "0"
    result = migrated(house, site)
    ours = by_uuid(house, site.nodes[numbers["dataset"]]["uuid"])
    assert (ours["title"], names(house, ours, "field_tags")) == ("Trees, all", ["ash"])
    lost = by_uuid(house, site.nodes[numbers["lost"]]["uuid"])
    assert lost["field_upload"]["und"][0]["uri"] == "public://lost.pdf"
    assert f"page {numbers['page']} (About): It is not there any more; it stays here." in result.stderr


IMPORTED = und({"value": "1"})


def _tables(site: Dkan7) -> dict[str, int]:
    """Resources whose rows are there; the keys tell what is odd of them."""
    made = {
        "semicolons": site.resource("S", "s.csv", b"a;b\n1,5;2\n3;4\n"),
        "one": site.resource("O", "o.csv", b"a;b\n1;2\n"),
        "fewer": site.resource("F", "f.csv", b"a,b\n1,2\n"),
        "other": site.resource("W", "w.csv", b"a b\n1 2\n"),
        "book": site.resource("B", "b.xlsx", b"PK"),
        "link": _link(site, "pipes", b"a|b\n1|2\n"),
    }
    for name, number in made.items():
        site.nodes[number]["field_datastore_status"] = IMPORTED
        total = {"semicolons": 2, "fewer": 3}.get(name, 1)
        site.rows[site.nodes[number]["uuid"]] = (["a", "b"], total)
    return made


def _link(site: Dkan7, name: str, content: bytes | None = None) -> int:
    if content is not None:
        site.files[f"/{name}"] = content
    item = und({"uri": f"{site.base}/{name}", "fid": "9", "filename": name})
    return site.resource(name, field_link_remote_file=item, field_datastore_status=IMPORTED)


def test_rows_that_do_not_come_as_they_are_there_are_told(
    tmp_path: Path, site: Dkan7, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other delimiters are tried, and what is lost is told."""
    reach = app.reach

    def reach_inside(settings: Settings, cleanup: ExitStack) -> app.Reached:
        reached = reach(settings, cleanup)
        told(reached.portal)
        return reached

    monkeypatch.setattr(app, "reach", reach_inside)
    monkeypatch.setattr(migrate, "POLL_SECONDS", 0.01)
    data, made = tmp_path / "data", _tables(site)
    houses.found(data)
    with built_inside():
        result = run(data, site.base)
    assert result.exit_code == 1
    titles = {name: f"resource {number} ({site.nodes[number]['title']})" for name, number in made.items()}
    assert result.stderr.splitlines()[:-1] == [
        f"{titles['fewer']}: rows: There are 3 of them there, and 1 here.",
        f"{titles['other']}: rows: There are 2 columns there, and 1 here.",
        f"{titles['book']}: rows: {NO_ROWS}",
    ]
    assert "6 resources are here, 3 of them not whole." in result.stdout
    with core.opened(data) as portal, portal.reading(core.ADMIN) as work:
        read = {
            name: datastore.status(work, nodes.editable(work, number)).configuration["delimiter"]
            for name, number in made.items()
            if name != "book"
        }
        assert read == {"semicolons": ";", "one": ";", "fewer": ",", "other": ",", "link": "|"}


def test_the_imports_of_a_server_are_waited_for(house: House, site: Dkan7) -> None:
    ragged = site.resource("R", "r.csv", b"a,b\n1\n", field_datastore_status=IMPORTED)
    nowhere = _link(site, "nowhere.csv")
    result = migrated(house, site)
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f"resource {ragged} (R): rows: They could not be imported: ")
    assert lines[1] == (
        f"resource {nowhere} (nowhere.csv): rows: They could not be imported: The server answered 404 Not Found."
    )
    site.files["/sites/default/files/r.csv"] = b"a,b\n1,2\n"
    again = migrated(house, site)
    assert again.stderr.splitlines()[:-1] == [lines[1]]
    found = shown(house, "/api/action/datastore/search.json", resource_id=site.nodes[ragged]["uuid"])
    assert found["result"]["total"] == 1


def test_who_signs_in_is_told_how_files_are_read(house: House, site: Dkan7) -> None:
    number = site.resource("Stars", "stars.csv", b"a*b\n1*2\n", field_datastore_status=und({"value": "1"}))
    site.delimiters[number] = "*"
    assert migrated(house, site, "--user", USER, "--password", PASSWORD).exit_code == 0
    found = shown(house, "/api/action/datastore/search.json", resource_id=site.nodes[number]["uuid"])
    assert [one["a"] for one in found["result"]["records"]] == ["1"]


def test_datasets_keep_their_names_and_numbers(house: House, site: Dkan7) -> None:
    """But for a name that another has, and the number of another that was removed here."""
    number = site.dataset("By number")
    with house.running.portal.writing(core.ADMIN) as work:
        writing.remove(work, writing.create(work, Kind.PAGE, Changes(title="Gone", nid=number)))
    kept = site.dataset("Renamed later", path=f"{site.base}/dataset/city-mess")
    taken = site.dataset("Another", path=f"{site.base}/dataset/city-mess")
    result = migrated(house, site)
    fresh = by_uuid(house, site.nodes[number]["uuid"])["nid"]
    why = f"It is {fresh} here: another one had that number, and was removed."
    told = [
        f"dataset {number} (By number): node/{number}: {why}",
        f"dataset {taken} (Another): dataset/city-mess: It is another here.",
    ]
    assert (result.exit_code, result.stderr.splitlines()[:2]) == (1, told)
    assert by_uuid(house, site.nodes[taken]["uuid"])["nid"] == str(taken)
    assert by_uuid(house, site.nodes[kept]["uuid"])["path"].endswith("/dataset/city-mess")
    found = shown(house, "/api/3/action/package_show", id="city-mess")
    assert found["result"][0]["title"] == "Renamed later"


def test_a_run_that_is_cut_off_goes_on_where_it_was(house: House, site: Dkan7) -> None:
    for number in range(12):
        site.dataset(f"Dataset {number}", site.resource(f"Resource {number}"))
    site.stops_after = 18
    result = migrated(house, site)
    assert result.exit_code == 2
    assert "does not answer any more" in result.stderr
    assert "Run this again to go on." in result.stderr
    asked, site.stops_after = len(site.asked), None
    result = migrated(house, site)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "12 datasets are here." in result.stdout
    assert "12 resources are here." in result.stdout
    assert not [one for one in site.asked[asked:] if "node.json?page=1" in one]
    assert all(by_uuid(house, one["uuid"]) is not None for one in site.nodes.values())


def test_what_the_site_hides_is_brought_in_by_who_may_see_it(house: House, site: Dkan7) -> None:
    draft = site.dataset("Draft", status="0")
    assert migrated(house, site).exit_code == 0
    assert by_uuid(house, site.nodes[draft]["uuid"]) is None
    assert migrated(house, site, "--user", USER, "--password", PASSWORD).exit_code == 0
    ours = by_uuid(house, site.nodes[draft]["uuid"])
    assert ours["status"] == "0"
    assert house.client.get(f"/api/dataset/node/{ours['nid']}").status_code in {403, 404}
    refused = migrated(house, site, "--user", USER, "--password", "wrong")
    assert refused.exit_code == 2
    assert "does not let admin in" in refused.stderr


def test_a_site_without_its_node_api_is_read_by_its_catalogue(house: House, site: Dkan7) -> None:
    numbers = city(site)
    site.has_nodes = False
    result = migrated(house, site)
    assert result.exit_code == 1  # the lost file
    ours = by_uuid(house, site.nodes[numbers["dataset"]]["uuid"])
    assert ours["title"] == "Trees of the city"
    assert names(house, ours, "field_tags") == ["oak", "Élm & co"]
    assert ours["field_license"]["und"][0]["value"] == "cc-by"
    first, *_ = [
        shown(house, f"/api/dataset/node/{one['target_id']}") for one in ours["field_resources"]["und"]
    ]
    assert first["field_upload"]["und"][0]["filename"] == "trees.csv"
    before = shown(house, "/api/dataset/node")
    migrated(house, site)
    assert shown(house, "/api/dataset/node") == before


def test_answers_that_are_odd_stop_nothing(house: House, site: Dkan7) -> None:
    """Errors that pass, nodes that cannot be had, types and values that are not known."""
    fine = site.dataset("Fine", created="0", changed="")
    hidden = site.dataset("Hidden")
    site.hidden.add(hidden)
    broken = site.dataset("Broken")
    site.broken[f"/api/dataset/node/{fine}.json"] = [500, 503]
    site.broken[f"/api/dataset/node/{broken}.json"] = [500] * 9
    strange = site.node("feed_item", "A feed")
    odd = site.dataset("Odd", field_license=und({"value": "our-own"}), field_tags=und({"tid": "77777"}))
    result = migrated(house, site)
    assert result.exit_code == 1
    assert by_uuid(house, site.nodes[fine]["uuid"])["title"] == "Fine"
    assert by_uuid(house, site.nodes[odd]["uuid"])["title"] == "Odd"
    assert by_uuid(house, site.nodes[hidden]["uuid"])["title"] == "Hidden"  # the catalogue shows it
    assert by_uuid(house, site.nodes[broken]["uuid"]) is not None
    assert by_uuid(house, site.nodes[strange]["uuid"]) is None
    for line in (
        f"dataset {hidden} (Hidden): It came from data.json",
        f"dataset {odd} (Odd): field_license: Invalid option for field field_license: 'our-own'.",
        "feed_item (1 of them): Things of this type are not taken.",
    ):
        assert line in result.stderr


def test_an_address_that_is_no_site_is_told(house: House, site: Dkan7) -> None:
    site.has_nodes = site.has_catalogue = False
    for url, reason in (
        (site.base, f"There is no DKAN 7 site at {site.base}"),
        ("data.example.org", "Write the address with https:// or http:// in front"),
    ):
        result = run(house.running.portal.settings.data, url)
        assert result.exit_code == 2
        assert reason in result.stderr


def test_it_moves_in_while_no_server_runs(
    tmp_path: Path, site: Dkan7, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, too, also those that a run that was cut off had asked for; and the numbers are what they were."""
    data, numbers = tmp_path / "data", tmp_path / "numbers.csv"
    houses.found(data)
    ours = city(site)
    with monkeypatch.context() as cut:
        cut.setattr(migrate._Queue, "begin_some", lambda _: None)
        cut.setattr(migrate._Queue, "finish", lambda *_: None)
        result = run(data, site.base)
    assert (
        f"resource {ours['trees']} (Trees.csv): rows: They were not in yet when the command ended."
        in result.stderr
    )
    result = run(data, site.base, "--numbers", str(numbers))
    assert result.exit_code == 1, result.output
    rows = list(csv.DictReader(io.StringIO(numbers.read_text(encoding="utf-8"))))
    assert {one["there"]: one["here"] for one in rows} == {str(one): str(one) for one in ours.values()}
    with core.opened(data) as portal, portal.reading(core.ADMIN) as work:
        node = nodes.readable(work, ours["dataset"])
        assert node.dataset is not None
        readable = datasets.readable(work, node.dataset.uid)
        assert records.about(work, [readable])[0].count == 2
