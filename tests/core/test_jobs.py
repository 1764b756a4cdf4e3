"""Jobs: the states that they go through, and one at a time on a dataset."""

import threading
from itertools import product

import pytest
from tests.core.support import ADMIN, dataset

from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs import telling
from colonnade.core.jobs.model import ACTIVE, ENDED, TRANSITIONS, Job, JobQueued, Kind, State
from colonnade.core.jobs.traces import told
from colonnade.core.work import Portal
from colonnade.errors import Conflict, Invalid, LimitReached, NotFound, Unavailable
from colonnade.net.guard import checked_url


def _queued(portal: Portal, dataset_id: int | None) -> Job:
    with portal.writing(ADMIN) as work:
        return jobs.queue(work, Kind.PUBLISH, dataset_id)


def _dataset_id(portal: Portal) -> int:
    uid = dataset(portal)
    with portal.reading(ADMIN) as work:
        return datasets.viewable(work, uid).dataset.id


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_a_job_goes_where_its_state_allows_and_nowhere_else(before: State, after: State) -> None:
    job = Job(uid="j", kind=Kind.PUBLISH.value, state=before.value, params={}, progress={})
    if after in TRANSITIONS.get(before, frozenset()):
        jobs.advance(job, after, message="so")
        assert (job.state, job.previous, job.message) == (after.value, before.value, "so")
        assert (job.ended_at is not None) == (after in ENDED)
    else:
        with pytest.raises(Conflict) as caught:
            jobs.advance(job, after)
        assert caught.value.facts["state"] == before.value
        assert job.state == before.value


def test_every_active_state_can_end_and_no_ended_one_goes_on() -> None:
    assert all(TRANSITIONS[state] & ENDED for state in ACTIVE)
    assert not set(TRANSITIONS) & ENDED


@pytest.mark.parametrize("state", sorted(ACTIVE))
def test_an_error_ends_a_job_in_any_active_state(state: State) -> None:
    job = Job(uid="j", kind=Kind.PUBLISH.value, state=state.value, params={}, progress={})
    jobs.fail(job, Invalid("Row 7 makes no sense."))
    assert (job.state, job.message) == (State.FAILED.value, "Row 7 makes no sense.")


def test_a_limit_is_told_with_its_numbers() -> None:
    job = Job(uid="j", kind=Kind.PUBLISH.value, state=State.PROCESSING.value, params={"a": 1}, progress={})
    jobs.fail(job, LimitReached("Too much.", limit_type="fields", limit=5, value=6))
    assert job.state == State.LIMIT_REACHED.value
    assert job.params == {"a": 1, "error": {"limit_type": "fields", "limit": 5, "value": 6}}


def test_a_job_is_told_of_when_it_is_written_down(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        job = jobs.queue(work, Kind.CHECK, None, params={"deep": True})
        assert work.events == [JobQueued(job.uid, Kind.CHECK)]
    with portal.reading(ADMIN) as work:
        found = jobs.get(work, job.uid)
        assert (found.created_by, found.params, found.state) == ("admin", {"deep": True}, "queued")
        assert found.uid in [one.uid for one in jobs.active(work)]
        assert jobs.recent(work, 1)[0].uid == found.uid
        assert jobs.counts(work)["check", "queued"] == 1
        with pytest.raises(NotFound):
            jobs.get(work, "nobody")


def test_jobs_without_a_dataset_do_not_wait_for_each_other(portal: Portal) -> None:
    assert _queued(portal, None).uid != _queued(portal, None).uid


def test_the_next_job_of_a_dataset_waits_for_the_end_of_the_last(portal: Portal) -> None:
    dataset_id = _dataset_id(portal)
    first = _queued(portal, dataset_id)
    with pytest.raises(Conflict) as caught:
        _queued(portal, dataset_id)
    assert caught.value.code == "job.busy"
    assert caught.value.facts["state"] == "queued"
    with portal.writing(ADMIN) as work:
        job = jobs.get(work, first.uid)
        jobs.advance(job, State.PROCESSING)
        jobs.progress(work, job, rows=1)
        jobs.progress(work, job, files=2)
        jobs.advance(job, State.DONE)
    second = _queued(portal, dataset_id)
    assert second.previous == "done"
    with portal.reading(ADMIN) as work:
        latest = jobs.latest(work, dataset_id)
        assert latest is not None
        assert latest.uid == second.uid
        assert jobs.get(work, first.uid).progress == {"rows": 1, "files": 2}


def test_many_threads_queue_one_job_of_a_dataset(portal: Portal) -> None:
    dataset_id = _dataset_id(portal)
    outcomes: list[str] = []
    start = threading.Barrier(8)

    def queue() -> None:
        start.wait()
        try:
            outcomes.append(_queued(portal, dataset_id).uid)
        except Conflict as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=queue) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes)[-7:] == ["job.busy"] * 7
    with portal.reading(ADMIN) as work:
        assert [job.dataset_id for job in jobs.active(work)].count(dataset_id) == 1


def test_jobs_that_only_read_hold_nothing_up(portal: Portal) -> None:
    uid = dataset(portal)
    with portal.writing(ADMIN) as work:
        dataset_id = datasets.editable(work, uid).dataset.id
        reading = [jobs.queue(work, Kind.EXTRACT, dataset_id) for _ in range(2)]
        changing = jobs.queue(work, Kind.REINDEX, dataset_id)
        assert jobs.latest(work, dataset_id) is changing
        assert [one.uid for one in jobs.active_of(work, dataset_id)] == [
            one.uid for one in (*reading, changing)
        ]
        with pytest.raises(Conflict):
            jobs.queue(work, Kind.IMPORT, dataset_id)
        for one in (*reading, changing):
            jobs.ask_to_stop(one)
            jobs.ask_to_stop(one)  # it is over
        assert not jobs.is_busy(work, dataset_id)
        assert jobs.latest_of(work, [dataset_id], [Kind.EXTRACT]) == {dataset_id: reading[-1]}


def test_a_failure_is_told_with_its_places_in_the_program_and_none_of_the_machine() -> None:
    try:
        try:
            checked_url("nonsense")
        except Invalid as error:
            raise Unavailable("It broke.") from error
    except Unavailable as error:
        lines = told(error).splitlines()
    assert lines[-1] == "Unavailable: It broke."
    assert any(one.startswith("  colonnade/net/guard.py, line ") for one in lines)
    assert "which caused" in lines
    assert not any(one.lstrip().startswith("/") for one in lines)


@pytest.mark.parametrize(
    ("kind", "params", "messages"),
    [
        (
            Kind.IMPORT,
            {"type": "csv"},
            ["Preparing to import", "7% complete (estimated)", "Aborted after importing 7% (estimated)"],
        ),
        (
            Kind.IMPORT,
            {"type": "xlsx"},
            ["Preparing to import", "7% complete", "Aborted after importing 7%"],
        ),
        (Kind.REINDEX, {}, ["Preparing to reindex", "7% complete", "Aborted after reindexing 7%"]),
        (Kind.EXTRACT, {}, ["0% complete", "7% complete", "Aborted after exporting 7%"]),
        (Kind.PUBLISH, {}, [None, None, None]),
    ],
)
def test_jobs_that_people_wait_for_say_how_far_they_are(
    portal: Portal, kind: Kind, params: dict[str, str], messages: list[str | None]
) -> None:
    """panda 5.2 to 5.4."""
    with portal.writing(ADMIN) as work:
        job = jobs.queue(work, kind, None, params=params)
        telling.begun(work, job)
        seen = [job.message]
    share = iter([0.07, 0.071])
    tell = telling.percentage(portal, job.uid, lambda: next(share))
    for _ in range(2):
        tell()
    with portal.writing(ADMIN) as work:
        job = jobs.get(work, job.uid)
        seen.append(job.message)
        telling.aborted(work, job)
        seen.append(job.message)
    assert seen == messages
