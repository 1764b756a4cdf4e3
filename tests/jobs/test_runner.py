"""The runner: steps in order, once each, and every end told."""

import datetime as dt
import logging
import pickle
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from colonnade import errors
from colonnade.errors import Invalid, LimitReached, PortalError, QuotaReached
from colonnade.jobs.dbos import DbosRunner
from colonnade.jobs.port import Done, Plan, Step


class Diary:
    """Plans that write down what happens to them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.seen: dict[str, Any] = {}
        self.error: PortalError | None = None
        self.gate = threading.Event()

    def plan(self, kind: str, *steps: Callable[[], object]) -> Plan:
        return Plan(
            kind,
            tuple(Step(f"step{n}", self._noted(n, step)) for n, step in enumerate(steps)),
            failed=self._failed,
            ended=lambda _uid: self.lines.append("ended"),
        )

    def _noted(self, n: int, step: Callable[[], object]) -> Callable[[str, Done], Any]:
        def run(_uid: str, done: Done) -> Any:
            self.lines.append(f"step{n}")
            self.seen = dict(done)
            return step()

        return run

    def _failed(self, _uid: str, error: PortalError) -> None:
        self.lines.append("failed")
        self.error = error


def _raised(error: BaseException) -> Callable[[], object]:
    def step() -> object:
        raise error

    return step


@pytest.fixture(scope="module")
def diary() -> Diary:
    return Diary()


@pytest.fixture(scope="module")
def runner(diary: Diary, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DbosRunner]:
    plans = (
        diary.plan("plain", lambda: {"rows": 5}, lambda: [1, None, "é"], lambda: None),
        diary.plan("wrong", lambda: 1, _raised(Invalid("Row 7.", fields={"a": ["b"]})), lambda: 3),
        diary.plan(
            "large", _raised(LimitReached("Too much.", limit_type="fields", limit=1, value=2)), lambda: 2
        ),
        diary.plan("bug", _raised(ZeroDivisionError("oops")), lambda: 2),
        diary.plan("long", lambda: diary.gate.wait(20)),
    )
    one = DbosRunner(tmp_path_factory.mktemp("jobs") / "jobs.sqlite", plans, workers=2)
    yield one
    one.close()


@pytest.fixture
def lines(diary: Diary) -> list[str]:
    diary.lines.clear()
    diary.error = None
    return diary.lines


def _run(runner: DbosRunner, kind: str) -> str:
    job = str(uuid.uuid4())
    assert not runner.is_over(job)
    runner.start(kind, job)
    runner.wait(job)
    assert runner.is_over(job)
    return job


def test_steps_run_in_order_and_are_given_what_was_done(
    runner: DbosRunner, diary: Diary, lines: list[str]
) -> None:
    _run(runner, "plain")
    assert lines == ["step0", "step1", "step2", "ended"]
    assert diary.seen == {"step0": {"rows": 5}, "step1": [1, None, "é"]}


def test_a_job_is_run_once_however_often_it_is_started(runner: DbosRunner, lines: list[str]) -> None:
    job = _run(runner, "plain")
    for _ in range(3):
        runner.start("plain", job)
    runner.wait(job)
    assert lines.count("step0") == 1


def test_an_error_ends_a_job_and_is_told(runner: DbosRunner, diary: Diary, lines: list[str]) -> None:
    _run(runner, "wrong")
    assert lines == ["step0", "step1", "failed", "ended"]
    assert isinstance(diary.error, Invalid)
    assert (diary.error.message, diary.error.fields) == ("Row 7.", {"a": ["b"]})


def test_a_limit_is_told_with_its_numbers(runner: DbosRunner, diary: Diary, lines: list[str]) -> None:
    _run(runner, "large")
    assert lines == ["step0", "failed", "ended"]
    assert isinstance(diary.error, LimitReached)
    assert diary.error.facts == {"limit_type": "fields", "limit": 1, "value": 2}


def test_a_bug_ends_a_job_with_a_reason_and_its_trace_in_the_log(
    runner: DbosRunner, diary: Diary, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="colonnade.jobs"):
        job = _run(runner, "bug")
    assert lines == ["step0", "failed", "ended"]
    assert diary.error is not None
    assert diary.error.code == "job.broken"
    assert "oops" not in diary.error.message
    (record,) = [one for one in caplog.records if one.name == "colonnade.jobs.dbos"]
    assert job in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


def test_a_job_that_runs_is_not_over(runner: DbosRunner, diary: Diary, lines: list[str]) -> None:
    job = str(uuid.uuid4())
    runner.start("long", job)
    assert not runner.is_over(job)
    diary.gate.set()
    runner.wait(job)
    assert runner.is_over(job)
    assert lines[-1] == "ended"


def _families() -> list[type[PortalError]]:
    found = [PortalError]
    for family in found:
        found += family.__subclasses__()
    return [one for one in found if one.__module__ == errors.__name__]


def _made(family: type[PortalError]) -> PortalError:
    if family is LimitReached:
        return LimitReached("So.", limit_type="rows", limit=1, value=2)
    if family is QuotaReached:
        return QuotaReached("So.", limit=1, unit="day", resets_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    if family is Invalid:
        return Invalid("So.", code="a.b", fields={"x": ["y"]}, row=7)
    return family("So.", code="a.b", state="queued")


@pytest.mark.parametrize("family", _families())
def test_an_error_is_the_same_after_it_was_kept(family: type[PortalError]) -> None:
    """The runner keeps what ended a step, and reads it again when it goes on after a crash."""
    error = _made(family)
    kept = pickle.loads(pickle.dumps(error))
    assert type(kept) is family
    assert kept.__dict__ == error.__dict__
    assert str(kept) == str(error)
