"""Jobs: the states that they go through, and one at a time on a dataset."""

import threading
from itertools import product

import pytest
from tests.core.support import ADMIN, dataset

from colonnade.core.datasets import service as datasets
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import ACTIVE, ENDED, TRANSITIONS, Job, JobQueued, Kind, State
from colonnade.core.work import Portal
from colonnade.errors import Conflict, Invalid, LimitReached, NotFound


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
