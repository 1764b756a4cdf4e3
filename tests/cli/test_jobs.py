"""`colonnade jobs`, beside a portal that serves."""

from click.testing import CliRunner, Result
from tests.support.house import House

from colonnade.cli.main import colonnade
from colonnade.core.jobs import service as jobs
from colonnade.core.jobs.model import Job, Kind, State
from colonnade.core.upkeep import service as upkeep
from colonnade.core.work import SYSTEM


def run(house: House, *arguments: str) -> Result:
    data = str(house.running.portal.settings.data)
    return CliRunner().invoke(colonnade, ["jobs", *arguments, "--data", data])


def latest(house: House) -> Job:
    with house.running.portal.reading(SYSTEM) as work:
        return jobs.recent(work, 1)[0]


def test_jobs_are_listed_newest_first_with_their_dataset_and_reason(house: House) -> None:
    house.published("a\n1\n", dataset_id="first")
    made = house.create(dataset_id="second")
    house.add_csv(made["uid"], b"\x00\x01\x02")
    house.publish(made["uid"])
    lines = run(house, "list").stdout.splitlines()
    assert lines[0].split("\t")[1:4] == ["publish", "second", "failed"]
    assert lines[1].startswith("\t")
    assert lines[2].split("\t")[1:4] == ["publish", "first", "done"]
    assert run(house, "list", "--active").stdout == ""
    assert run(house, "list", "--kind", "delete").stdout == ""
    assert len(run(house, "list", "--limit", "1").stdout.splitlines()) == 2


def test_a_job_is_shown_with_all_that_is_known_of_it(house: House) -> None:
    house.published("a\n1\n", dataset_id="shown")
    shown = dict(line.split(maxsplit=1) for line in run(house, "show", latest(house).uid).stdout.splitlines())
    assert shown["kind"] == "publish"
    assert shown["dataset"] == "shown"
    assert shown["state"] == "done"
    assert shown["generation"] == "1"
    with house.running.portal.writing(SYSTEM) as work:
        job = jobs.get(work, latest(house).uid)
        job.params, job.progress = {"into": [{}]}, {"percent": 99, "columns": [{"name": "a"}]}
    told = run(house, "show", latest(house).uid).stdout
    assert 'columns     [{"name": "a"}]' in told
    assert "percent" not in told
    assert "into" not in told


def test_a_job_that_does_not_exist_is_told_in_a_line(house: House) -> None:
    result = run(house, "show", "nothing")
    assert result.exit_code == 1
    assert str(result.exception) == "There is no job nothing."


def test_a_job_that_is_over_cannot_be_stopped(house: House) -> None:
    house.published("a\n1\n")
    result = run(house, "abort", latest(house).uid)
    assert result.exit_code == 1
    assert "cannot go from done" in str(result.exception)


def test_a_queued_job_is_stopped_at_once_and_does_nothing(house: House) -> None:
    with house.running.portal.database.write() as db:
        job = Job(uid="11111111-1111-4111-8111-111111111111", kind=Kind.CHECK.value, params={})
        db.add(job)
    assert run(house, "abort", job.uid).exit_code == 0
    assert latest(house).state == State.ABORTED
    waited = run(house, "wait", job.uid)
    assert waited.exit_code == 1
    assert str(waited.exception) == "The job is aborted."


def test_waiting_returns_when_a_job_is_done(house: House) -> None:
    with house.running.portal.writing(SYSTEM) as work:
        job = upkeep.check(work)
    waited = run(house, "wait", job.uid)
    assert (waited.exit_code, waited.stdout) == (0, "done\n")


def test_waiting_ends_when_it_takes_too_long(house: House) -> None:
    with house.running.portal.database.write() as db:
        job = Job(uid="22222222-2222-4222-8222-222222222222", kind=Kind.CHECK.value, params={})
        db.add(job)
    late = run(house, "wait", job.uid, "--seconds", "0")
    assert str(late.exception) == "The job is still queued."
    run(house, "abort", job.uid)


def test_the_doctor_finds_a_job_that_nobody_began_and_has_it_begun(house: House) -> None:
    uid = "33333333-3333-4333-8333-333333333333"
    with house.running.portal.database.write() as db:
        db.add(Job(uid=uid, kind=Kind.DELETE.value, params={"dataset_id": 0}))
    data = str(house.running.portal.settings.data)
    found = CliRunner().invoke(colonnade, ["doctor", "--data", data])
    assert f"job {uid} (delete, queued): It was written down and never begun." in found.stdout
    mended = CliRunner().invoke(colonnade, ["doctor", "--data", data, "--repair"])
    assert f"Tried to mend: job {uid}" in mended.stdout
    house.running.runner.wait(uid)
    assert run(house, "wait", uid).stdout == "done\n"
