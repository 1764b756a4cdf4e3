"""Tables and files of nodes are checked, mended, saved and restored as those of datasets are."""

import shutil
from pathlib import Path

import pytest
from tests.dialects.dkan.support import cast
from tests.dialects.dkan.test_files import attached
from tests.support.house import House, opened
from tests.upkeep.support import Furnished, command

from colonnade.core.tables import service as tables
from colonnade.core.work import SYSTEM


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """A portal with a resource in no dataset, whose rows are in; closed. It names its table and its file."""
    data = tmp_path_factory.mktemp("nodes") / "data"
    with opened(data) as house:
        creator = cast(house).creator
        nid = creator.node("resource", "Names")
        attached(creator, nid, "names.csv", "name\nAda\nGrace\n")
        assert creator.post(f"/datastore/{nid}/import").json() == [True]
        (digest,) = house.running.portal.blobs.digests()
        return Furnished(data, _table(house, nid), nid, digest)


def _table(house: House, nid: str) -> str:
    with house.running.portal.reading(SYSTEM) as work:
        found = tables.of_node(work, int(nid))
    assert found is not None
    return found.uid


def _names(data: Path, nid: str) -> tuple[list[str], int]:
    """The rows of the resource as readers get them, and the status of its file."""
    with opened(data) as house:
        people = cast(house)
        shown = people.stranger.shown(f"/node/{nid}")
        path = "root:/api/action/datastore/search.json"
        found = people.stranger.shown(path, resource_id=shown["uuid"])["result"]["records"]
        name = shown["field_upload"]["und"][0]["uri"].removeprefix("public://")
        file = people.stranger.get(f"root:/sites/default/files/{name}")
        return [one["name"] for one in found], file.status_code


def test_a_sound_portal_is_well(mine: Furnished) -> None:
    result = command("doctor", "--data", mine.data)
    assert result.stdout == "All is well: 1 generations and 1 files were checked.\n"


def test_a_lost_table_is_told_and_the_datastore_can_be_filled_again(mine: Furnished) -> None:
    shutil.rmtree(mine.data / "generations" / mine.derived)
    told = command("doctor", "--data", mine.data)
    assert told.exit_code == 1
    assert f"the datastore of node {mine.live}, generation 1: Its folder is missing." in told.stdout
    given_up = command("doctor", "--data", mine.data, "--fall-back", mine.derived, "--repair")
    assert given_up.exit_code == 0, given_up.output
    with opened(mine.data) as house:
        admin = cast(house).admin
        assert admin.shown(f"/datastore/{mine.live}")["storage"] == 0
        assert admin.post(f"/datastore/{mine.live}/import").json() == [True]
        assert admin.shown(f"/datastore/{mine.live}")["storage"] == 1


def test_a_backup_holds_files_and_rows(mine: Furnished, tmp_path: Path) -> None:
    saved = command("backup", tmp_path / "saved", "--data", mine.data)
    assert saved.exit_code == 0, saved.output
    restored = command("restore", tmp_path / "saved", "--data", tmp_path / "restored")
    assert restored.exit_code == 0, restored.output
    assert _names(tmp_path / "restored", mine.live) == (["Ada", "Grace"], 200)
