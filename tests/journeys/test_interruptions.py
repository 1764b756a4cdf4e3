"""What people do to a publication while it runs: stop it, ask for another, remove the dataset."""

import time
from pathlib import Path

import pytest
from tests.journeys.content import counts
from tests.journeys.dooms import Doom
from tests.journeys.processes import PortalProcess
from tests.journeys.support import at_rest, job

from colonnade.errors import Conflict

ROWS = 4_000


def _processing(portal: PortalProcess, uid: str) -> str:
    """Publish, and return when the job is at work."""
    published: str = portal.ask("publish", uid=uid)
    while portal.ask("state", uid=uid) == "queued":
        time.sleep(0.005)
    return published


def _published(portal: PortalProcess) -> str:
    uid: str
    uid, _ = portal.ask("found", name="interrupted", owned=0, rows=ROWS)
    portal.ask("publish", uid=uid)
    portal.ask("rest")
    portal.ask("edit", uid=uid, number=1, rows=ROWS)
    return uid


def test_an_aborted_publication_leaves_the_one_before(tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid = _published(portal)
        published = _processing(portal, uid)
        portal.ask("abort", uid=uid)
        seen = at_rest(portal, uid)
        assert job(seen, published).state == "aborted"
        assert seen.editions == counts(0, ROWS)
        portal.ask("publish", uid=uid)
        assert at_rest(portal, uid).editions == counts(1, ROWS)
        portal.close()


def test_an_abort_outlives_the_portal(tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid = _published(portal)
        published = _processing(portal, uid)
        portal.ask("abort", uid=uid)
        portal.kill()
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert job(seen, published).state == "aborted"
        assert seen.editions == counts(0, ROWS)
        portal.close()


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_dataset_removed_during_its_publication_leaves_nothing(tmp_path: Path, *, is_killed: bool) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid = _published(portal)
        published = _processing(portal, uid)
        portal.ask("remove", uid=uid)
        if is_killed:
            portal.kill()
        else:
            portal.ask("rest")
            portal.close()
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert job(seen, published).state == "aborted"
        assert [one.state for one in seen.jobs if one.kind == "delete"] == ["done"]
        assert [one.name for one in (tmp_path / "generations").iterdir()] == ["catalogue"]
        portal.close()


def test_a_second_publication_at_once_is_refused(tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid = _published(portal)
        published = _processing(portal, uid)
        refusal = portal.ask("publish", uid=uid)
        assert isinstance(refusal, Conflict)
        assert refusal.code == "job.busy"
        seen = at_rest(portal, uid)
        assert next(one.uid for one in seen.jobs if one.state == "done") == published
        assert len(seen.jobs) == 2
        assert seen.editions == counts(1, ROWS)
        portal.close()


def test_a_workflow_that_fell_behind_the_catalogue_harms_no_publication(tmp_path: Path) -> None:
    """A power cut may take back what the jobs' database wrote last, and not what the catalogue did: the build is begun
    again although its generation counts already."""
    jobs_file = tmp_path / "jobs.sqlite"
    with PortalProcess.opened(tmp_path, Doom("before", "colonnade.builder.process:build")) as portal:
        uid, _ = portal.ask("found", name="interrupted", owned=0, rows=ROWS)
        portal.tell("publish", uid=uid)
        portal.died()
    copies = {path.name: path.read_bytes() for path in tmp_path.glob("jobs.sqlite*")}
    with PortalProcess.opened(tmp_path) as portal:
        before = at_rest(portal, uid)
        portal.close()
    for path in tmp_path.glob("jobs.sqlite*"):
        path.unlink()
    for name, content in copies.items():
        jobs_file.with_name(name).write_bytes(content)
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert seen.jobs[0].state == "done"
        assert (seen.editions, seen.constant) == (before.editions, before.constant)
        portal.close()
