"""The contract: what was acknowledged survives the process, and nothing half done does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.engine.crash_writer import KEYS
from tests.engine.support import REF, SCHEMA, Setup, Sizes, stored

ROOT = Path(__file__).resolve().parents[2]


def _killed_after(setup: Setup, folder: Path, writes: int, pause_seconds: float) -> int:
    """The last write that a killed process acknowledged."""
    command = [sys.executable, "-m", "tests.engine.crash_writer", setup.name, str(folder)]
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(writes)]
        time.sleep(pause_seconds)
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return max(int(one) for one in lines if one.endswith("\n") and one.strip())


def test_a_killed_writer_leaves_all_or_nothing_of_each_write(setup: Setup, tmp_path: Path) -> None:
    engine = setup.open(tmp_path, Sizes())
    engine.create(REF, SCHEMA)
    engine.close()
    for round_number in range(5):
        acknowledged = _killed_after(setup, tmp_path, 3 + 4 * round_number, 0.013 * round_number)
        engine = setup.open(tmp_path, Sizes())
        counter = engine.mark(REF).counter
        assert counter in {acknowledged, acknowledged + 1}
        rows = stored(engine)
        last_upsert = counter if counter % 2 else counter - 1
        assert {one["size"] for one in rows} == {last_upsert}
        assert len(rows) == (KEYS if counter % 2 else KEYS - 1)
        assert engine.check(REF, SCHEMA) == []
        engine.close()
