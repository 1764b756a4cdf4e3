"""The parent's side of a build: start the child, watch it, and say what became of it."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import colonnade
from colonnade.builder import verdicts, wire
from colonnade.builder.job import BuildJob, Manifest

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_FIRST_POLL_SECONDS = 0.01
_MEASURE_SECONDS = 1.0
_LOG_FILE = "builder.log"
_LOG_BYTES = 4_000


def build(job: BuildJob, *, poll: Callable[[], None]) -> Manifest:
    """Run a build in a child process and return its manifest; `job.out` is then a whole generation.

    `poll` is called about five times a second and may raise to abort: the child is killed and the exception goes on.
    Raises `Invalid` for inputs that cannot be read, `LimitReached` beyond a limit of the job, and `Unavailable` if the
    child or the disk failed. After an error `job.out` is gone. `job.scratch` is the caller's to remove.
    """
    job.scratch.mkdir(parents=True, exist_ok=True)
    job_file, result_file = job.scratch / wire.JOB_FILE, job.scratch / wire.RESULT_FILE
    job_file.write_text(json.dumps(wire.job_to_json(job)), encoding="utf-8")
    result_file.unlink(missing_ok=True)
    is_done = False
    try:
        with _child(job_file, job.scratch) as child:
            _watch(child, job, poll)
        manifest = _outcome(child, job, result_file)
        is_done = True
    finally:
        if not is_done:
            shutil.rmtree(job.out, ignore_errors=True)
    return manifest


@contextmanager
def _child(job_file: Path, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child, in a process group of its own that does not outlive the block."""
    command = [sys.executable, "-P", "-s", "-m", "colonnade.builder", str(job_file), str(os.getpid())]
    with (scratch / _LOG_FILE).open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=scratch,
            env=_environment(),
            start_new_session=True,
        )
    try:
        yield child
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _environment() -> dict[str, str]:
    """Nothing of the server's environment but what finds programs and modules: it may hold secrets."""
    package = Path(colonnade.__file__).parent.parent
    kept = {
        name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ
    }
    # Each arena of glibc's allocator reserves address space, which is bounded.
    return {**kept, "PYTHONPATH": str(package), "LANG": "C.UTF-8", "TZ": "UTC", "MALLOC_ARENA_MAX": "4"}


def _watch(child: subprocess.Popen[bytes], job: BuildJob, poll: Callable[[], None]) -> None:
    """Wait for the child's end. Raises what `poll` raises, and `LimitReached` for too long or too large a build."""
    start = measured = time.monotonic()
    wait = _FIRST_POLL_SECONDS
    while True:
        try:
            child.wait(wait)
        except subprocess.TimeoutExpired:
            wait = min(_POLL_SECONDS, 2 * wait)
        else:
            return
        poll()
        now = time.monotonic()
        if now - start > job.limits.wall_seconds:
            raise verdicts.too_long(job.limits)
        if now - measured >= _MEASURE_SECONDS:
            measured = now
            size = _size(job.out) + _size(job.scratch)
            if size > job.limits.folder_bytes:
                raise verdicts.too_much_disk(job.limits, size)


def _size(folder: Path) -> int:
    """Bytes of all files in a folder, while others come and go."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(parent, name)).st_blocks * 512
            except FileNotFoundError:
                continue
    return total


def _outcome(child: subprocess.Popen[bytes], job: BuildJob, result_file: Path) -> Manifest:
    result = _result(result_file)
    if child.returncode == 0 and "manifest" in result:
        return Manifest.from_json(result["manifest"])
    if log := _tail(job.scratch / _LOG_FILE):
        _log.error("The builder ended with %s: %s", child.returncode, log)
    if child.returncode == 1 and "error" in result:
        raise wire.error_from_json(result["error"])
    raise verdicts.ended(child.returncode, job.limits)


def _result(file: Path) -> dict[str, Any]:
    """What the child wrote; nothing if it died before or while it did."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _tail(file: Path) -> str:
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - _LOG_BYTES))
        return log.read().decode("utf-8", "replace")
