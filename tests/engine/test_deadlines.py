"""Deadlines: what they interrupt, and what they refuse although nobody interrupted it."""

import time
from dataclasses import dataclass

import pytest

from colonnade.engine.embedded.deadlines import Watcher
from colonnade.engine.embedded.instance import translated
from colonnade.errors import Unavailable


@dataclass
class Idle:
    """A cursor that runs nothing."""

    interrupted: int = 0

    def interrupt(self) -> None:
        self.interrupted += 1


def test_work_that_ends_after_its_time_is_late_also_when_nobody_came_to_interrupt_it() -> None:
    watcher, cursor = Watcher(), Idle()
    watcher.close()  # a thread that never comes
    with pytest.raises(Unavailable) as raised, watcher.within(cursor, 0.01):  # type: ignore[arg-type]
        time.sleep(0.02)
    assert (raised.value.code, cursor.interrupted) == ("query.deadline", 0)


def test_overdue_work_is_interrupted_until_it_is_over() -> None:
    watcher, cursor = Watcher(), Idle()

    def wait() -> None:
        until = time.monotonic() + 10
        while cursor.interrupted < 2 and time.monotonic() < until:
            time.sleep(0.01)

    with pytest.raises(Unavailable), watcher.within(cursor, 0.01):  # type: ignore[arg-type]
        wait()
    watcher.close()
    assert cursor.interrupted >= 2


def test_an_error_of_the_work_itself_is_not_covered_by_its_deadline() -> None:
    watcher = Watcher()
    with pytest.raises(ZeroDivisionError), watcher.within(Idle(), 0.0):  # type: ignore[arg-type]
        raise ZeroDivisionError
    watcher.close()


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("INTERRUPT Error: Interrupted!", "query.deadline"),
        ("Out of Memory Error: failed to allocate", "query.memory"),
    ],
)
def test_what_arrow_tells_of_an_answer_that_is_read_means_the_same(told: str, code: str) -> None:
    with pytest.raises(Unavailable) as caught, translated():
        raise OSError(told)
    assert caught.value.code == code


def test_an_error_of_the_disk_is_no_answer() -> None:
    with pytest.raises(OSError, match="No space"), translated():
        raise OSError(28, "No space left on device")
