"""Doctor, backup and restore beside a portal that serves: real processes, a real lock, people at work."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.support.house import ANONYMOUS, EXPLORE, House, opened
from tests.upkeep.support import command, command_apart

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Served:
    data: Path
    log: Path
    process: subprocess.Popen[bytes]

    def acknowledged(self) -> dict[str, int]:
        """The last write of each dataset that was acknowledged by now."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return {
            slug: int(number) for slug, number in (line.split() for line in lines if line.count(" ") == 1)
        }

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    line = [sys.executable, "-m", "tests.upkeep.serving", str(folder / "data"), str(folder / "log")]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            line, stdout=output, stderr=output, env={**os.environ, "PYTHONPATH": paths}
        )
    one = Served(folder / "data", folder / "log", process)
    try:
        until = time.monotonic() + 60
        while min(one.acknowledged().values(), default=0) < 30 or len(one.acknowledged()) < 2:
            assert process.poll() is None, (folder / "output").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        yield one
    finally:
        one.kill()


def test_the_doctor_of_a_busy_portal_finds_nothing(served: Served) -> None:
    result = command("doctor", "--data", served.data)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("All is well")


def test_what_crashes_left_is_found_and_removed_while_serving(served: Served) -> None:
    (served.data / "generations" / "tb_stray" / "1").mkdir(parents=True)
    left = served.data / "scratch" / "00000000-0000-4000-8000-000000000000"
    left.mkdir()
    found = command("doctor", "--data", served.data)
    assert found.exit_code == 1
    assert found.stdout.splitlines()[:-1] == [
        "generations/tb_stray: The catalogue knows nothing of it.",
        f"scratch/{left.name}: It was left by a job that is over.",
    ]
    assert command("doctor", "--data", served.data, "--repair").exit_code == 0
    assert not (served.data / "generations" / "tb_stray").exists()
    assert not left.exists()


def test_a_backup_of_a_busy_portal_has_every_write_acknowledged_before_it(
    served: Served, tmp_path: Path
) -> None:
    before = served.acknowledged()
    saved = command_apart("backup", "--data", served.data, tmp_path / "saved")
    assert saved.returncode == 0, saved.stderr
    assert served.acknowledged()["busy0"] > before["busy0"], "people went on meanwhile"
    restored = command("restore", "--data", tmp_path / "again", tmp_path / "saved")
    assert restored.exit_code == 0, restored.output
    assert "All is well" in restored.stdout
    with opened(tmp_path / "again") as house:
        for slug, number in before.items():
            _expect_writes(house, slug, number)
        assert house.records("often").json()["total_count"] >= 2000
        assert house.publish("often")["status"] == "idle"
        listed = house.client.get(EXPLORE, headers=ANONYMOUS.headers).json()
        assert {one["dataset_id"] for one in listed["results"]} == {"busy0", "busy1", "often"}


def _expect_writes(house: House, slug: str, number: int) -> None:
    """All rows up to this write, each with its words in the index."""
    found = house.records(slug, where=f"amount <= {number} and search('new')", limit=0).json()
    assert found["total_count"] == number
    values = {
        row["word"]: row["amount"] for row in house.records(slug, where="word != 'new'").json()["results"]
    }
    assert len(values) == 5
    assert max(values.values()) >= number
    assert all(word == f"word{amount}" for word, amount in values.items())


def test_a_restored_portal_resumes_no_publication(served: Served, tmp_path: Path) -> None:
    saved = command("backup", "--data", served.data, tmp_path / "saved")
    assert saved.exit_code == 0, saved.output
    assert command("restore", "--data", tmp_path / "again", tmp_path / "saved").exit_code == 0
    assert command("jobs", "list", "--data", tmp_path / "again", "--active").stdout == ""
    listed = command("jobs", "list", "--data", tmp_path / "again", "--kind", "backup").stdout
    assert [line.split("\t")[3] for line in listed.splitlines()] == ["done", "done"]


def test_after_a_kill_the_doctor_finds_nothing(served: Served) -> None:
    served.kill()
    result = command("doctor", "--data", served.data)
    assert "generations" in result.stdout, result.output
    # Whoever was cut off goes on at the next start; until then nothing of it is wrong.
    assert result.exit_code == 0, result.output
    with opened(served.data) as house:
        assert house.settled("often")["status"] in {"idle", "error"}
        for slug, number in served.acknowledged().items():
            _expect_writes(house, slug, number)
    assert command("doctor", "--data", served.data).exit_code == 0
