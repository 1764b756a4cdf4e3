"""Backups and what becomes of them, without a server."""

import json
import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.support.house import opened, settings
from tests.upkeep.support import Furnished, command

from colonnade import app
from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.publishing import service as publishing
from colonnade.core.tables import service as tables
from colonnade.core.upkeep import service as upkeep
from colonnade.core.work import SYSTEM, Actor

EDITOR = Actor(permissions=frozenset({"edit_dataset", "publish_dataset"}))


@pytest.fixture
def saved(mine: Furnished, tmp_path: Path) -> Path:
    result = command("backup", "--data", mine.data, tmp_path / "saved")
    assert result.exit_code == 0, result.output
    assert "3 generations and 2 files are in" in result.stdout
    return tmp_path / "saved"


def test_a_backup_becomes_a_portal_that_serves_the_same(saved: Path, tmp_path: Path) -> None:
    result = command("restore", "--data", tmp_path / "again", saved)
    assert result.exit_code == 0, result.output
    assert "All is well: 3 generations and 2 files were checked." in result.stdout
    with opened(tmp_path / "again") as house:
        assert house.records("derived").json()["total_count"] == 350
        found = house.records("live", where="search('town7') and amount > 0").json()["results"]
        assert [row["amount"] for row in found if row["word"] == "town7"] == [7]


def test_a_backup_holds_the_other_things_of_the_folder_but_no_running_state(
    mine: Furnished, tmp_path: Path
) -> None:
    (mine.data / "demo-credentials.txt").write_text("secret")
    command("backup", "--data", mine.data, tmp_path / "saved")
    names = {path.name for path in (tmp_path / "saved").iterdir()}
    files = {"backup.json", "catalogue.sqlite", "secret.key", "demo-credentials.txt"}
    assert names == {*files, "generations", "blobs"}
    assert (tmp_path / "saved").stat().st_mode & 0o077 == 0, "it holds secrets"


def test_every_file_of_a_backup_is_described(saved: Path) -> None:
    described = set(json.loads((saved / "backup.json").read_text())["files"])
    present = {path.relative_to(saved).as_posix() for path in saved.rglob("*") if path.is_file()}
    assert present - described == {"backup.json"}
    assert described <= present


def test_a_backup_does_not_replace_anything(mine: Furnished, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    result = command("backup", "--data", mine.data, tmp_path / "saved")
    assert result.exit_code == 2
    assert "is there already" in result.stderr


def test_a_backup_needs_a_place_outside_the_portal(mine: Furnished, tmp_path: Path) -> None:
    inside = command("backup", "--data", mine.data, mine.data / "saved")
    nowhere = command("backup", "--data", mine.data, tmp_path / "no" / "saved")
    assert (inside.exit_code, nowhere.exit_code) == (2, 2)
    assert "would go with it" in inside.stderr
    assert "There is no folder" in nowhere.stderr


def test_what_an_interrupted_backup_left_is_replaced(mine: Furnished, tmp_path: Path) -> None:
    (tmp_path / "saved.partial").mkdir()
    (tmp_path / "saved.partial" / "half").write_text("half")
    assert command("backup", "--data", mine.data, tmp_path / "saved").exit_code == 0
    assert not (tmp_path / "saved.partial").exists()
    assert not (tmp_path / "saved" / "half").exists()


def test_there_is_no_backup_of_broken_rows_that_readers_see(mine: Furnished, tmp_path: Path) -> None:
    (mine.generation(mine.derived, 2) / "rows.duckdb").write_bytes(b"nothing")
    result = command("backup", "--data", mine.data, tmp_path / "saved")
    assert result.exit_code == 2
    assert "the rows of derived, generation 2, cannot be copied" in result.stderr
    assert not list(tmp_path.glob("saved*"))


def test_broken_things_that_nobody_sees_are_left_out_and_named(mine: Furnished, tmp_path: Path) -> None:
    (mine.generation(mine.derived, 1) / "rows.duckdb").write_bytes(b"nothing")
    mine.blob().unlink()
    result = command("backup", "--data", mine.data, tmp_path / "saved")
    assert result.exit_code == 1
    assert "Left out: derived, generation 1" in result.stdout
    assert "Left out: derived, file data.csv, is missing." in result.stdout
    restored = command("restore", "--data", tmp_path / "again", tmp_path / "saved")
    found = [line for line in restored.stdout.splitlines() if line.startswith("derived")]
    assert [line.startswith("derived, file data.csv") for line in found] == [True]


def test_a_restore_needs_an_empty_folder(saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "again"
    target.mkdir()
    (target / "mine").write_text("mine")
    result = command("restore", "--data", target, saved)
    assert result.exit_code == 2
    assert [path.name for path in target.iterdir()] == ["mine"]
    (target / "mine").unlink()
    assert command("restore", "--data", target, saved).exit_code == 0


def _missing(saved: Path) -> str:
    next((saved / "blobs").rglob("?" * 64)).unlink()
    return "is missing"


def _changed(saved: Path) -> str:
    path = saved / "catalogue.sqlite"
    path.write_bytes(path.read_bytes() + b"x")
    return "catalogue.sqlite is not what was saved"


def _undescribed(saved: Path) -> str:
    (saved / "backup.json").unlink()
    return "is no backup"


def _cut(saved: Path) -> str:
    (saved / "backup.json").write_text("{")
    return "cannot be read"


def _foreign(saved: Path) -> str:
    described = json.loads((saved / "backup.json").read_text())
    (saved / "backup.json").write_text(json.dumps({**described, "format": 99}))
    return "in a form unknown here"


def _escaping(saved: Path) -> str:
    described = json.loads((saved / "backup.json").read_text())
    described["files"]["../escaped"] = described["files"]["catalogue.sqlite"]
    (saved / "backup.json").write_text(json.dumps(described))
    return "names a file outside the backup"


@pytest.mark.parametrize("damage", [_missing, _changed, _undescribed, _cut, _foreign, _escaping])
def test_a_damaged_backup_is_refused_and_leaves_nothing(saved: Path, tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    expected = damage(saved)
    result = command("restore", "--data", tmp_path / "again", saved)
    assert result.exit_code == 2
    assert expected in result.stderr
    assert not (tmp_path / "again").exists()


def _queued(mine: Furnished, *, remove: bool) -> None:
    """A job that the server has no time to begin: the portal is opened without its jobs."""
    with ExitStack() as cleanup:
        portal = app.open_portal(settings(mine.data), cleanup)
        with portal.writing(EDITOR) as work:
            if remove:
                publishing.remove(work, datasets.editable(work, "derived"))
                return
            job = publishing.publish(work, datasets.publishable(work, "derived"))
            table = tables.table(work, mine.derived)
            reserved = tables.reserve(work, table)
            jobs.advance(job, State.PROCESSING)
            jobs.progress(work, job, table=table.uid, generation=reserved.number)


def _job_of(data: Path, kind: Kind) -> Job:
    with ExitStack() as cleanup:
        portal = app.parts(settings(data), cleanup)
        with portal.reading(SYSTEM) as work:
            return jobs.recent(work, kind=kind.value)[0]


def test_a_publication_that_was_under_way_has_failed_in_the_backup(mine: Furnished, tmp_path: Path) -> None:
    _queued(mine, remove=False)
    assert command("backup", "--data", mine.data, tmp_path / "saved").exit_code == 0
    assert command("restore", "--data", tmp_path / "again", tmp_path / "saved").exit_code == 0
    job = _job_of(tmp_path / "again", Kind.PUBLISH)
    assert job.state == State.FAILED
    assert "restored from a backup" in (job.message or "")
    assert _job_of(mine.data, Kind.PUBLISH).state == State.PROCESSING, "the original is as it was"
    with opened(tmp_path / "again") as house:
        assert house.publish("derived")["status"] == "idle"


def test_a_removal_that_was_under_way_goes_on_after_the_restore(mine: Furnished, tmp_path: Path) -> None:
    _queued(mine, remove=True)
    assert command("backup", "--data", mine.data, tmp_path / "saved").exit_code == 0
    assert command("restore", "--data", tmp_path / "again", tmp_path / "saved").exit_code == 0
    job = _job_of(tmp_path / "again", Kind.DELETE)
    with opened(tmp_path / "again") as house:
        house.running.runner.wait(job.uid)
    assert not (tmp_path / "again" / "generations" / mine.derived).exists()
    assert command("doctor", "--data", tmp_path / "again").stdout.startswith(
        "All is well: 1 generations and 0"
    )


def test_what_is_removed_while_a_backup_runs_stays_until_its_end(mine: Furnished) -> None:
    with opened(mine.data) as house:
        portal = house.running.portal
        with portal.retention.hold():
            tables.drop_rows(portal, mine.live)
            house.client.delete(
                "/api/automation/v1.0/datasets/derived/", headers=house.admin.headers
            ).raise_for_status()
            house.running.runner.wait(_job_of(mine.data, Kind.DELETE).uid)
            assert (mine.generation(mine.live, 1) / "rows.duckdb").exists()
            assert (mine.generation(mine.derived, 2) / "rows.duckdb").exists()
            assert mine.blob().exists()
        assert not mine.generation(mine.live, 1).exists()
        assert not mine.generation(mine.derived, 2).exists()
        assert not mine.blob().exists()


def test_the_copied_catalogue_is_one_file_that_sqlite_finds_sound(saved: Path) -> None:
    shutil.copy(saved / "catalogue.sqlite", saved.parent / "alone.sqlite")
    with closing(sqlite3.connect(saved.parent / "alone.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM dataset").fetchone() == (2,)


def test_a_backup_that_was_cut_off_with_its_server_is_made_at_the_next_start(
    mine: Furnished, tmp_path: Path
) -> None:
    with opened(mine.data), ExitStack() as cleanup:
        beside = app.reach(settings(mine.data), cleanup)
        assert beside.is_served
        with beside.portal.writing(SYSTEM) as work:
            job = upkeep.backup(work, tmp_path / "saved")
        beside.sender.send(job.kind, job.uid)
    with opened(mine.data) as house:
        house.running.runner.wait(job.uid)
    assert _job_of(mine.data, Kind.BACKUP).state == State.DONE
    assert command("restore", "--data", tmp_path / "again", tmp_path / "saved").exit_code == 0


def test_a_backup_that_is_stopped_leaves_nothing(mine: Furnished, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        reached = app.reach(settings(mine.data), cleanup)
        with reached.portal.writing(SYSTEM) as work:
            job = upkeep.backup(work, tmp_path / "saved")
            jobs.advance(job, State.PROCESSING)
            jobs.advance(job, State.ABORTING)
        reached.sender.send(job.kind, job.uid)
    assert _job_of(mine.data, Kind.BACKUP).state == State.ABORTED
    assert not list(tmp_path.glob("saved*"))


def test_two_backups_of_one_portal_into_one_place_make_one(mine: Furnished, tmp_path: Path) -> None:
    with ExitStack() as cleanup:
        reached = app.reach(settings(mine.data), cleanup)
        with reached.portal.writing(SYSTEM) as work:
            both = [upkeep.backup(work, tmp_path / "saved") for _ in range(2)]
        for job in both:
            reached.sender.send(job.kind, job.uid)
    with ExitStack() as cleanup:
        portal = app.parts(settings(mine.data), cleanup)
        with portal.reading(SYSTEM) as work:
            ended = sorted(jobs.get(work, job.uid).state for job in both)
    assert ended == ["done", "failed"]
    assert command("restore", "--data", tmp_path / "again", tmp_path / "saved").exit_code == 0
