"""The child process: its answer, its bounds, its end."""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.builder.support import SMALL, Bench, Built, field_step, processor

import colonnade
from colonnade.builder import wire
from colonnade.builder.job import BuildJob, FileInput, Limits
from colonnade.builder.process import build
from colonnade.errors import Invalid, LimitReached, PortalError, Unavailable
from colonnade.generation import GenerationRef
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import TextMatch

CsvFile = Callable[..., FileInput]


def _go_on() -> None:
    pass


LONG = 1_000_000
"""Rows: no machine loads so many within the bounds of these tests, and a build that is stopped costs no more for them."""


@functools.cache
def _large() -> str:
    return "n,text\n" + "".join(f"{number},some words to index in row {number}\n" for number in range(LONG))


def _children() -> list[int]:
    """The builders that this process started; other tests may have left it other children."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return [one for one in found if b"colonnade.builder" in _command(one)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it is over
        return b""


def _stopped_at(job: BuildJob, family: type[PortalError], poll: Callable[[], None] = _go_on) -> PortalError:
    """The error of a build, which leaves nothing and tells no path."""
    with pytest.raises(family) as caught:
        build(job, poll=poll)
    assert not job.out.exists()
    assert not _children()
    assert str(job.out.parent) not in f"{caught.value.message} {caught.value.facts}"
    return caught.value


def test_a_build_in_a_child_is_a_build(bench: Bench, csv_file: CsvFile) -> None:
    job = bench.job(csv_file("a,b\n1,x\n2,y\n"), counter=3)
    built = Built(build(job, poll=_go_on), job)
    assert built.rows("_id, a, b") == [(1, 1, "x"), (2, 2, "y")]
    isolation = built.manifest.isolation
    assert isolation["cpu_seconds"] == SMALL.cpu_seconds
    assert isolation["dies_with_parent"] is True
    assert {"address_space_bytes", "file_bytes", "network", "niceness"} <= set(isolation)


def test_words_are_found_in_the_index_that_was_built(bench: Bench, csv_file: CsvFile) -> None:
    ref = GenerationRef("t", 1)
    job = replace(bench.job(csv_file("a,b\n1,Éléphant rose\n2,souris\n")), out=ref.folder(bench.folder))
    manifest = build(job, poll=_go_on)
    store = TantivyStore(bench.folder)
    try:
        searcher = store.searcher(ref)
        assert searcher.mark == manifest.mark
        assert searcher.ids(TextMatch("elephant", ("b",))).to_pylist() == [1]
    finally:
        store.close()


def test_a_job_travels_whole(bench: Bench, csv_file: CsvFile) -> None:
    schema = Schema((Field("a", "A", FieldType.INT, keeps_raw=True),))
    job = bench.job(
        csv_file("a\n", separator=";"),
        bench.rows_input(schema, [], fresh_ids=True),
        key_fields=("a",),
        identity=bench.folder / "identity.parquet",
        processors=(processor("split", uid="pr_a", field="a", separator=";", index=1, output_field="b"),),
        field_steps=(field_step("order", uid="pr_b", order=["b", "a"]),),
    )
    assert wire.job_from_json(wire.job_to_json(job)) == job


def test_a_fault_in_a_file_is_told(bench: Bench, csv_file: CsvFile) -> None:
    error = _stopped_at(bench.job(csv_file("a,b\n1,2\n1,2,3\n")), Invalid)
    assert error.message.startswith("The file data.csv cannot be read: row 2 (line 3 of the file) is wrong")
    assert (error.code, error.facts) == ("file.csv", {"row": 2, "line": 3})


def test_ten_thousand_columns_are_a_limit(bench: Bench, csv_file: CsvFile) -> None:
    header = ",".join(f"c{number}" for number in range(10_000))
    error = _stopped_at(bench.job(csv_file(f"{header}\n")), LimitReached)
    assert error.facts == {"limit_type": "fields", "limit": 2_000, "value": 10_000}


def test_a_cell_of_50_mb_is_refused_in_little_memory(bench: Bench, csv_file: CsvFile) -> None:
    peaks = [0]

    def measure() -> None:
        for child in _children():
            status = Path(f"/proc/{child}/status").read_text()
            peaks.extend(
                int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")
            )

    job = bench.job(csv_file(b"a,b\n1," + b"x" * (50 << 20) + b"\n"), limits=Limits())
    error = _stopped_at(job, Invalid, measure)
    assert "row 1 (line 2 of the file) is wrong, it is larger than" in error.message
    assert max(peaks) < 400 << 20


def test_a_large_cell_within_the_limit_is_loaded(bench: Bench, csv_file: CsvFile) -> None:
    job = bench.job(csv_file(b"a,b\n1," + b"x" * (10 << 20) + b"\n"), limits=Limits())
    assert Built(build(job, poll=_go_on), job).rows("length(b)") == [(10 << 20,)]


def test_a_million_rows_of_one_column_load_quickly(bench: Bench, csv_file: CsvFile) -> None:
    job = bench.job(csv_file("n\n" + "\n".join(str(number) for number in range(1_000_000)) + "\n"))
    assert build(job, poll=_go_on).rows == 1_000_000


@pytest.mark.parametrize(
    ("limits", "limit_type"),
    [
        ({"wall_seconds": 0}, "wall_seconds"),
        ({"cpu_seconds": 1}, "cpu_seconds"),
        ({"folder_bytes": 4 << 20}, "folder_bytes"),
        ({"memory_bytes": 24 << 20}, "memory_bytes"),
        ({"address_space_bytes": 500 << 20}, "memory_bytes"),
    ],
)
def test_each_bound_is_told_as_a_limit(
    bench: Bench, csv_file: CsvFile, limits: dict[str, int], limit_type: str
) -> None:
    error = _stopped_at(bench.job(csv_file(_large()), limits=replace(SMALL, **limits)), LimitReached)
    assert error.facts["limit_type"] == limit_type


def test_a_child_that_is_killed_is_told(bench: Bench, csv_file: CsvFile) -> None:
    def kill() -> None:
        for child in _children():
            os.kill(child, signal.SIGKILL)

    assert _stopped_at(bench.job(csv_file(_large())), Unavailable, kill).code == "build.killed"


def test_a_build_can_be_aborted(bench: Bench, csv_file: CsvFile) -> None:
    class Aborted(PortalError):
        """The caller's own exception."""

    polls: list[float] = []

    def abort_later() -> None:
        polls.append(time.monotonic())
        if len(polls) > 8:
            raise Aborted("Stop")

    assert _stopped_at(bench.job(csv_file(_large())), Aborted, abort_later).message == "Stop"
    assert polls[-1] - polls[0] < 5


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into the child by /proc")
def test_no_secret_of_the_server_reaches_the_child(
    bench: Bench, csv_file: CsvFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLONNADE_ADMIN_PASSWORD", "hunter2")
    seen: list[bytes] = []

    def look() -> None:
        seen.extend(Path(f"/proc/{child}/environ").read_bytes() for child in _children())

    build(bench.job(csv_file("a\n1\n")), poll=look)
    assert any(seen)
    assert not any(b"hunter2" in one for one in seen)


def test_the_child_dies_with_its_parent(bench: Bench, csv_file: CsvFile) -> None:
    job = bench.job(csv_file(_large()))
    program = """
import json, sys
from colonnade.builder import process, wire
process.build(wire.job_from_json(json.loads(sys.stdin.read())), poll=lambda: print("at work", flush=True))
"""
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(Path(colonnade.__file__).parent.parent)},
        text=True,
    )
    assert parent.stdin
    assert parent.stdout
    with parent:
        parent.stdin.write(json.dumps(wire.job_to_json(job)))
        parent.stdin.close()
        for _ in range(8):
            assert parent.stdout.readline() == "at work\n"
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.kill()
    assert children
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{child}").exists() for child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(
        Path(f"/proc/{child}/cmdline").read_bytes() for child in children if Path(f"/proc/{child}").exists()
    )
