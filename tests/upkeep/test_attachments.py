"""Files beside the rows are checked, saved and restored as sources are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.house import AUTOMATION, House, opened
from tests.upkeep.support import Furnished, command

CONTENTS: Mapping[str, bytes] = {"attachments": b"about the rows", "alternative_exports": b"all of the rows"}
NAMES: Mapping[str, str] = {
    "attachments": "attachment notes.txt",
    "alternative_exports": "alternative export all.zip",
}


def _post(house: House, kind: str, **form: Any) -> str:
    answer = house.client.post(f"{AUTOMATION}/datasets/papers/{kind}/", headers=house.admin.headers, **form)
    assert answer.status_code == 201, answer.text
    uid: str = answer.json()["uid"]
    return uid


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """A portal with a dataset that has no rows, but a file of each kind and an address; closed. It names the blob of
    the attachment."""
    data = tmp_path_factory.mktemp("papers") / "data"
    with opened(data) as house:
        house.create(dataset_id="papers")
        _post(house, "attachments", files={"file": ("notes.txt", CONTENTS["attachments"])})
        (digest,) = house.running.portal.blobs.digests()
        described = {"title": "All", "type": "uploaded_file"}
        file = ("all.zip", CONTENTS["alternative_exports"])
        _post(house, "alternative_exports", data=described, files={"file": file})
        link = {"title": "All", "type": "url", "url": "https://files.example/"}
        _post(house, "alternative_exports", files={name: (None, value) for name, value in link.items()})
    return Furnished(data, "", "", digest)


def _blob(mine: Furnished, kind: str) -> Path:
    """Where a kind's content lies."""
    blobs = (mine.data / "blobs").rglob("?" * 64)
    return next(path for path in blobs if path.read_bytes() == CONTENTS[kind])


def test_a_sound_portal_is_well(mine: Furnished) -> None:
    result = command("doctor", "--data", mine.data)
    assert result.stdout == "All is well: 0 generations and 2 files were checked.\n"


@pytest.mark.parametrize("kind", CONTENTS)
def test_a_content_that_is_lost_or_spoilt_is_told(mine: Furnished, kind: str) -> None:
    path = _blob(mine, kind)
    where = f"papers, {NAMES[kind]}: Blob {path.name}:"
    path.write_bytes(b"spoilt")
    spoilt = command("doctor", "--data", mine.data)
    assert (spoilt.exit_code, spoilt.stdout.startswith(f"{where} its content has the SHA-256 ")) == (1, True)
    path.unlink()
    for arguments in ((), ("--repair",)):
        lost = command("doctor", "--data", mine.data, *arguments)
        assert (lost.exit_code, lost.stdout.splitlines()[0]) == (1, f"{where} missing. Upload it again.")


def test_a_repair_takes_no_content_that_has_a_use(mine: Furnished) -> None:
    (mine.data / "blobs" / "ff").mkdir(exist_ok=True)
    stray = mine.data / "blobs" / "ff" / ("f" * 64)
    stray.write_bytes(b"nobody's")
    result = command("doctor", "--data", mine.data, "--repair")
    assert result.exit_code == 0, result.output
    assert not stray.exists()
    assert [_blob(mine, kind).exists() for kind in CONTENTS] == [True, True]


def test_a_backup_holds_every_content_and_gives_it_back(mine: Furnished, tmp_path: Path) -> None:
    saved = command("backup", "--data", mine.data, tmp_path / "saved")
    assert "0 generations and 2 files are in" in saved.stdout, saved.output
    restored = command("restore", "--data", tmp_path / "again", tmp_path / "saved")
    assert "All is well: 0 generations and 2 files were checked." in restored.stdout, restored.output
    with opened(tmp_path / "again") as house:
        for kind, content in CONTENTS.items():
            path = f"{AUTOMATION}/datasets/papers/{kind}/"
            first = house.client.get(path, headers=house.admin.headers).json()["results"][0]["uid"]
            answer = house.client.get(f"{path}{first}/download/", headers=house.admin.headers)
            assert answer.content == content


def test_a_backup_names_the_content_that_it_lacks(mine: Furnished, tmp_path: Path) -> None:
    _blob(mine, "attachments").unlink()
    result = command("backup", "--data", mine.data, tmp_path / "saved")
    assert result.exit_code == 1
    assert "Left out: papers, attachment notes.txt, is missing." in result.stdout
