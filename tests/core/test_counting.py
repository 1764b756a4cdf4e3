"""Counting calls in memory: periods, quotas, many threads, too many callers."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest

from colonnade.core.counting import (
    WHOLE_PORTAL,
    Account,
    CallCounter,
    Quota,
    Unit,
    Usage,
    UseCounter,
    period_of,
)

THREADS, EACH = 40, 250


def _at(text: str) -> float:
    return dt.datetime.fromisoformat(f"{text}+00:00").timestamp()


def _account(caller: str = "person:1", unit: Unit = Unit.DAY, dataset_id: int = WHOLE_PORTAL) -> Account:
    return Account(caller, dataset_id, unit)


def _together(work: Callable[[], object]) -> None:
    start = threading.Barrier(THREADS)

    def run() -> None:
        start.wait()
        for _ in range(EACH):
            work()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize(
    ("unit", "at", "start", "end"),
    [
        (Unit.SECOND, "2026-02-28T23:59:59.900", "2026-02-28T23:59:59", "2026-03-01T00:00:00"),
        (Unit.MINUTE, "2026-02-28T23:59:59", "2026-02-28T23:59:00", "2026-03-01T00:00:00"),
        (Unit.HOUR, "2026-02-28T23:59:59", "2026-02-28T23:00:00", "2026-03-01T00:00:00"),
        pytest.param(
            Unit.DAY,
            "2026-02-28T23:59:59",
            "2026-02-28T00:00:00",
            "2026-03-01T00:00:00",
            id="explore-7.2-day-ends-at-midnight-utc",
        ),
        (Unit.DAY, "2026-03-01T00:00:00", "2026-03-01T00:00:00", "2026-03-02T00:00:00"),
        (Unit.MONTH, "2024-02-29T12:00:00", "2024-02-01T00:00:00", "2024-03-01T00:00:00"),
        (Unit.MONTH, "2025-12-31T23:59:59", "2025-12-01T00:00:00", "2026-01-01T00:00:00"),
        (Unit.MONTH, "2026-01-01T00:00:00", "2026-01-01T00:00:00", "2026-02-01T00:00:00"),
    ],
)
def test_periods_are_those_of_the_calendar_of_utc(unit: Unit, at: str, start: str, end: str) -> None:
    assert period_of(unit, _at(at)) == (_at(start), _at(end))


def test_a_quota_is_used_up_by_calls_and_new_in_the_next_period() -> None:
    counter, quota = CallCounter(), Quota(2)
    today, tomorrow = _at("2026-03-01T23:59:59"), _at("2026-03-02T00:00:00")
    standings = [counter.spend(_account(), quota, today) for _ in range(3)]
    assert [one and one.remaining for one in standings] == [1, 0, None]
    assert counter.stand(_account(), quota, today).calls == 2  # the third was refused, and is not counted
    after = counter.spend(_account(), quota, tomorrow)
    assert after is not None
    assert (after.calls, after.resets_at) == (1, dt.datetime(2026, 3, 3, tzinfo=dt.UTC))


def test_accounts_are_apart_by_caller_dataset_and_unit() -> None:
    counter, at = CallCounter(), _at("2026-03-01T12:00:00")
    for account in (
        _account(),
        _account("person:2"),
        _account(unit=Unit.HOUR),
        _account(dataset_id=7),
    ):
        standing = counter.spend(account, Quota(1, account.unit), at)
        assert standing is not None
        assert standing.calls == 1


def test_what_is_new_is_taken_once_and_goes_on_in_its_period_alone() -> None:
    counter, noon = CallCounter(), _at("2026-03-01T12:00:00")
    for unit in (Unit.MINUTE, Unit.DAY, Unit.MONTH):
        counter.spend(_account(unit=unit), Quota(9, unit), noon)
    taken = counter.take_unwritten(noon + 60)  # the minute has ended
    assert {one.account.unit for one in taken} == {Unit.DAY, Unit.MONTH}
    assert counter.take_unwritten(noon + 60) == []
    counter.put_back_unwritten(taken)
    assert sorted(counter.take_unwritten(noon + 60)) == sorted(taken)
    for later, calls in ((noon + 120, 1), (noon + 86_400, 0)):
        restored = CallCounter()
        restored.restore(taken, later)
        assert restored.stand(_account(), Quota(9), later).calls == calls
        assert restored.stand(_account(unit=Unit.MONTH), Quota(9, Unit.MONTH), later).calls == 1


def test_callers_beyond_the_number_that_is_kept_share_an_account() -> None:
    counter, quota, at = CallCounter(most=2), Quota(2), _at("2026-03-01T12:00:00")
    for name in "abcdef":
        counter.spend(_account(name), quota, at)
    assert len(counter.take_unwritten(at)) == 3
    assert counter.spend(_account("g"), quota, at) is None
    assert counter.stand(_account("a"), quota, at).calls == 1


@pytest.mark.parametrize("limit", [THREADS * EACH, THREADS * EACH // 3])
def test_forty_threads_get_exactly_what_there_is(limit: int) -> None:
    counter, at = CallCounter(), _at("2026-03-01T12:00:00")
    quota, allowed = Quota(limit), UseCounter()

    def call() -> None:
        if counter.spend(_account(), quota, at) is not None:
            allowed.add(1, calls=1, downloads=2)

    _together(call)
    assert allowed.of(1) == Usage(download_count=2 * limit, api_call_count=limit)
    assert counter.stand(_account(), quota, at).remaining == 0


def test_what_is_taken_while_others_count_is_taken_once() -> None:
    uses, seen = UseCounter(), []

    def count() -> None:
        uses.add(1, calls=1)
        seen.append(len(uses.take_unseen()))

    _together(count)
    assert uses.of(1).api_call_count == THREADS * EACH
    assert uses.take_unseen() == set()
    assert uses.take_unwritten() == {1: uses.of(1)}
    assert uses.take_unwritten() == {}


def test_popularity_counts_a_download_as_ten_calls() -> None:
    assert Usage(download_count=3, api_call_count=4).popularity_score == 34
