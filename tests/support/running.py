"""What makes a run of many tests short, and changes nothing in any of them."""

import contextlib
import importlib
import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 << 30
"""Of free memory. A run has some hundred megabytes of files at a time."""
TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
"""How pytest is told where temporary folders are to be."""


def keep_files_in_memory() -> None:
    """Let the folders of tests be in memory where there is enough of it: half of what a small build takes is waiting for a
    disk. What a test has at hand is a file system all the same; that files outlive a power cut is shown by none."""
    if _has_room(MEMORY):
        os.environ.setdefault(TEMPORARY, str(MEMORY))


def _has_room(folder: Path) -> bool:
    try:
        free = shutil.disk_usage(folder).free
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        available = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return False
    return os.access(folder, os.W_OK) and min(free, available) >= ENOUGH_BYTES


def import_in_turn(config: pytest.Config) -> None:
    """Let each worker import the files of tests from another place on. The first that imports a file compiles it, which is
    kept for the others: so they share that work on a tree that is new."""
    worker = getattr(config, "workerinput", None)
    if worker is None or [ROOT / one for one in config.args] != [ROOT / "tests"]:
        return
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    first = len(files) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
    for path in (*files[first:], *files[:first]):
        with contextlib.suppress(Exception, pytest.skip.Exception):  # pytest imports it again, and tells
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
