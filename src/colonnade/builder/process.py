"""The parent's side of a build, or of a look at a file: start the child, watch it, and say what became of it."""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import colonnade
from colonnade.builder import verdicts, wire
from colonnade.builder.job import BuildJob, Guess, Limits, LookJob, Manifest, Preview
from colonnade.formats.surveyed import Survey

_log = logging.getLogger(__name__)

_POLL_SECONDS = 0.2
_FIRST_POLL_SECONDS = 0.01
_MEASURE_SECONDS = 1.0
_LOG_FILE = "builder.log"
_LOG_BYTES = 4_000


Way = Callable[[Mapping[str, Any], Path, Limits, Sequence[Path], Callable[[], None]], Any]
"""How a job is asked of the builder: the job as JSON, its scratch folder, its limits, the folders whose sizes together are
bounded, and what to call now and then; the answer as JSON."""


def build(job: BuildJob, *, poll: Callable[[], None], way: Way | None = None) -> Manifest:
    """Run a build in a child process and return its manifest; `job.out` is then a whole generation. `way`: another way to
    ask than a child.

    `poll` is called about five times a second and may raise to abort: the child is killed and the exception goes on.
    Raises `Invalid` for inputs that cannot be read, `LimitReached` beyond a limit of the job, and `Unavailable` if the
    child or the disk failed. After an error `job.out` is gone. `job.scratch` is the caller's to remove.
    """
    is_done = False
    try:
        ask = way or in_a_child
        answer = ask(wire.job_to_json(job), job.scratch, job.limits, (job.out, job.scratch), poll)
        manifest = Manifest.from_json(answer)
        is_done = True
    finally:
        if not is_done:
            shutil.rmtree(job.out, ignore_errors=True)
    return manifest


def progress(job: BuildJob) -> float:
    """How much of a build is done, from 0 to 1; for who polls."""
    return wire.told(job.scratch)


def guess(job: LookJob, way: Way | None = None) -> tuple[Guess, ...]:
    """Which extractors may read a file, the likeliest first; see `look.guess`. Raises what `build` raises.

    This and the other two looks run in a child too, and take a second. `job.scratch` is the caller's to remove.
    """
    return tuple(Guess(**one) for one in _looked(job, "guess", way))


def suggest(job: LookJob, way: Way | None = None) -> Mapping[str, Any]:
    """Parameters for a file's extractor, found in it; see `look.suggest`. Raises what `build` raises."""
    found: Mapping[str, Any] = _looked(job, "suggest", way)
    return found


def survey(job: LookJob, way: Way | None = None) -> Survey:
    """What a data file says of itself; see `look.survey`. Raises what `build` raises."""
    return wire.survey_from_json(_looked(job, "survey", way))


def preview(job: LookJob, way: Way | None = None) -> Preview:
    """The first rows of a file, typed; see `look.preview`. Raises what `build` raises."""
    return wire.preview_from_json(_looked(job, "preview", way))


def _looked(job: LookJob, what: str, way: Way | None) -> Any:
    ask = way or in_a_child
    return ask(wire.look_to_json(job, what), job.scratch, job.limits, (job.scratch,), _nothing)


def _nothing() -> None:
    """Nobody aborts a look: it is short."""


def in_a_child(
    job: Mapping[str, Any], scratch: Path, limits: Limits, folders: Sequence[Path], poll: Callable[[], None]
) -> Any:
    """The answer of a child process to a job, as a `Way`."""
    scratch.mkdir(parents=True, exist_ok=True)
    job_file, result_file = scratch / wire.JOB_FILE, scratch / wire.RESULT_FILE
    job_file.write_text(json.dumps(job), encoding="utf-8")
    result_file.unlink(missing_ok=True)
    with _child(job_file, scratch) as child:
        _watch(child, limits, folders, poll)
    return _outcome(child, scratch, limits)


@contextmanager
def _child(job_file: Path, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The child, in a process group of its own that does not outlive the block."""
    command = [
        sys.executable,
        "-P",
        "-s",
        "-m",
        "colonnade.builder",
        str(job_file.absolute()),
        str(os.getpid()),
    ]
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
    # Each arena of glibc's allocator reserves address space, which is bounded; so does each thread of OpenBLAS, which comes
    # with numpy, begins one a processor, and has nothing to do here.
    bounds = {"MALLOC_ARENA_MAX": "4", "OPENBLAS_NUM_THREADS": "1"}
    return {**kept, **bounds, "PYTHONPATH": str(package), "LANG": "C.UTF-8", "TZ": "UTC"}


def _watch(
    child: subprocess.Popen[bytes], limits: Limits, folders: Sequence[Path], poll: Callable[[], None]
) -> None:
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
        if now - start > limits.wall_seconds:
            raise verdicts.too_long(limits)
        if now - measured >= _MEASURE_SECONDS:
            measured = now
            size = sum(map(_size, folders))
            if size > limits.folder_bytes:
                raise verdicts.too_much_disk(limits, size)


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


def _outcome(child: subprocess.Popen[bytes], scratch: Path, limits: Limits) -> Any:
    result = _result(scratch / wire.RESULT_FILE)
    if child.returncode == 0 and "answer" in result:
        return result["answer"]
    if log := _tail(scratch / _LOG_FILE):
        _log.error("The builder ended with %s: %s", child.returncode, log)
    if child.returncode == 1 and "error" in result:
        raise wire.error_from_json(result["error"])
    raise verdicts.ended(child.returncode, limits, wire.was_reading(scratch))


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
