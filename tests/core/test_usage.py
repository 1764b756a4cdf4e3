"""Numbers of use and quotas of callers: who is counted, what is written down, what a restart keeps."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from colonnade.core.counting import WHOLE_PORTAL, Counters, Quota, Unit, Usage
from colonnade.core.usage import service as usage
from colonnade.core.usage.model import CallsSpent, DatasetUse
from colonnade.core.usage.writer import Writer
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal
from colonnade.errors import QuotaReached

ANN = Actor(username="ann", person_id=1)


@pytest.fixture
def fresh(portal: Portal) -> Portal:
    """The same portal with nothing counted yet."""
    with portal.writing(SYSTEM) as work:
        work.db.query(DatasetUse).delete()
        work.db.query(CallsSpent).delete()
    return restarted(portal)


def restarted(portal: Portal, **settings: int) -> Portal:
    started = replace(portal, counters=Counters(), settings=replace(portal.settings, **settings))  # type: ignore[arg-type]
    usage.start(started)
    return started


def _called(portal: Portal, actor: Actor = ANN, address: str = "192.0.2.1", dataset_id: int = 5) -> None:
    caller = usage.caller_of(portal, actor, address)
    with portal.reading(actor) as work:
        work.caller = caller
        usage.count_call(work, dataset_id, None)
        usage.count_call(work, dataset_id, None)  # once more in the same request
        usage.count_download(work, dataset_id)


def _of(portal: Portal, dataset_id: int = 5) -> Usage:
    with portal.reading(SYSTEM) as work:
        return usage.of(work, [dataset_id])[dataset_id]


def test_a_request_is_one_call_of_a_dataset_and_is_seen_at_once(fresh: Portal) -> None:
    _called(fresh)
    _called(fresh)
    assert _of(fresh) == Usage(download_count=2, api_call_count=2)
    assert _of(fresh, 6) == Usage()


def test_work_without_a_caller_counts_nothing(fresh: Portal) -> None:
    with fresh.reading(SYSTEM) as work:
        usage.count_call(work, 5, Quota(0))
        usage.count_download(work, 5)
    assert _of(fresh) == Usage()


def test_a_client_that_wants_the_head_alone_downloads_nothing(fresh: Portal) -> None:
    with fresh.reading(ANN) as work:
        work.caller = usage.caller_of(fresh, ANN, "", takes_body=False)
        usage.count_call(work, 5, None)
        usage.count_download(work, 5)
    assert _of(fresh) == Usage(api_call_count=1)


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
        ("", "testclient", False),
    ],
)
def test_callers_without_a_key_are_told_apart_by_their_address(
    portal: Portal, one: str, other: str, are_same: bool
) -> None:
    names = {usage.caller_of(portal, ANONYMOUS, address).name for address in (one, other)}
    assert (len(names) == 1) is are_same
    assert not any(address in name for name in names for address in (one, other) if address)


def test_a_person_is_one_caller_from_everywhere(portal: Portal) -> None:
    names = {usage.caller_of(portal, ANN, address).name for address in ("192.0.2.1", "192.0.2.2")}
    assert names == {"person:1"}


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        pytest.param(ANN, "quota.portal", id="explore-7.2-10002"),
        pytest.param(ANONYMOUS, "quota.anonymous", id="explore-7.2-10005"),
    ],
)
def test_what_is_used_up_survives_a_restart(fresh: Portal, actor: Actor, code: str) -> None:
    bounds = {"user_calls_per_day": 3, "anonymous_calls_per_day": 3}
    first = restarted(fresh, **bounds)
    caller = usage.caller_of(first, actor, "192.0.2.1")
    for left in (2, 1):
        assert usage.admit(first, actor, caller).remaining == left
    usage.flush(first)
    second = restarted(fresh, **bounds)
    again = usage.caller_of(second, actor, "192.0.2.1")
    assert usage.standing(second, actor, again).remaining == 1
    assert usage.admit(second, actor, again).remaining == 0
    with pytest.raises(QuotaReached) as refused:
        usage.admit(second, actor, again)
    assert (refused.value.code, refused.value.facts["limit"], refused.value.facts["unit"]) == (code, 3, "day")
    stranger = usage.caller_of(second, ANONYMOUS, "192.0.2.99")
    assert usage.admit(second, ANONYMOUS, stranger).remaining == 2


def test_the_quota_of_a_dataset_is_its_own(fresh: Portal) -> None:
    quota = Quota(1, Unit.MONTH)
    for dataset_id in (5, 6):
        with fresh.reading(ANN) as work:
            work.caller = usage.caller_of(fresh, ANN, "")
            usage.count_call(work, dataset_id, quota)
            assert work.caller.standing is not None
            assert work.caller.standing.remaining == 0
    with fresh.reading(ANN) as work:
        work.caller = usage.caller_of(fresh, ANN, "")
        with pytest.raises(QuotaReached) as refused:
            usage.count_call(work, 5, quota)
    assert (refused.value.code, refused.value.facts["unit"]) == ("quota.dataset", "month")
    assert _of(fresh) == Usage(api_call_count=1)


def test_numbers_are_written_in_one_go_and_only_if_there_are_new_ones(fresh: Portal) -> None:
    _called(fresh)
    usage.admit(fresh, ANN, usage.caller_of(fresh, ANN, ""))
    usage.flush(fresh)
    _called(fresh)
    usage.flush(fresh)
    usage.flush(fresh)
    with fresh.reading(SYSTEM) as work:
        (used,) = work.db.query(DatasetUse).all()
        (spent,) = work.db.query(CallsSpent).all()
    assert (used.dataset_id, used.download_count, used.api_call_count) == (5, 2, 2)
    assert (spent.caller, spent.dataset_id, spent.unit, spent.calls) == ("person:1", WHOLE_PORTAL, "day", 1)
    assert _of(restarted(fresh)) == Usage(download_count=2, api_call_count=2)


def test_what_has_ended_is_not_kept(fresh: Portal) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    with fresh.writing(SYSTEM) as work:
        for caller in ("person:7", "person:8"):
            work.db.add(
                CallsSpent(
                    caller=caller,
                    dataset_id=0,
                    unit="day",
                    starts_at=long_ago,
                    ends_at=long_ago + dt.timedelta(days=1),
                    calls=3,
                )
            )
    started = restarted(fresh)
    _called(started)
    usage.flush(started)
    with fresh.reading(SYSTEM) as work:
        assert work.db.query(CallsSpent).count() == 0


def test_what_could_not_be_written_is_written_later(fresh: Portal) -> None:
    usage.admit(fresh, ANN, usage.caller_of(fresh, ANN, ""))
    _called(fresh)
    with fresh.writing(SYSTEM) as work:
        work.db.execute(text("ALTER TABLE calls_spent RENAME TO away"))
    with pytest.raises(OperationalError):
        usage.flush(fresh)
    with fresh.writing(SYSTEM) as work:
        work.db.execute(text("ALTER TABLE away RENAME TO calls_spent"))
    usage.flush(fresh)
    again = restarted(fresh)
    assert _of(again).api_call_count == 1
    assert usage.standing(again, ANN, usage.caller_of(again, ANN, "")).calls == 1


def test_a_writer_writes_now_and_then_and_at_the_end(fresh: Portal) -> None:
    writer = Writer(fresh, seconds=3_600)
    _called(fresh)
    writer.close()
    assert _of(restarted(fresh)).api_call_count == 1


def test_who_follows_the_numbers_is_told_which_changed(fresh: Portal) -> None:
    _called(fresh)
    _called(fresh, dataset_id=6)
    assert usage.take_changed(fresh) == {5, 6}
    assert usage.take_changed(fresh) == set()
    usage.put_back(fresh, [6])
    assert usage.take_changed(fresh) == {6}
