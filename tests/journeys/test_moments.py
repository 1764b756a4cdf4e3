"""Moments that a random kill rarely meets: between two commits that belong together."""

from pathlib import Path

import pytest
from tests.journeys.content import counts
from tests.journeys.dooms import Doom
from tests.journeys.processes import PortalProcess
from tests.journeys.support import at_rest, job

ROWS = 400
JOBS = "colonnade.core.publishing.jobs"
TABLES = "colonnade.core.tables.service"
ROW_STORE = "colonnade.core.rowstore:RowStore"
ENGINE = "colonnade.engine.embedded.store:EmbeddedEngine"
INDEX = "colonnade.index.tantivy_store:TantivyStore"
MIGRATING = Doom("before", "alembic.script.base:ScriptDirectory.run_env")
drill = pytest.mark.drill


def _drilled(*dooms: Doom) -> list[object]:
    return [pytest.param(one, marks=drill) for one in dooms]


OF_A_PUBLICATION = [
    Doom("after", f"{ENGINE}.apply"),  # replayed into the rows, not into the index
    Doom("after", f"{JOBS}:swap"),  # committed, the step not recorded
    *_drilled(
        Doom("after", f"{JOBS}:begin"),
        Doom("after", "colonnade.core.publishing.inputs:gather"),
        Doom("after", f"{JOBS}:fetch"),
        Doom("before", "pathlib:Path.rename"),  # built, not yet in its place
        Doom("after", "pathlib:Path.rename"),
        Doom("after", f"{JOBS}:build"),
        Doom("before", f"{ROW_STORE}.replay"),
        Doom("before", "colonnade.engine.embedded.replay:apply"),
        Doom("after", f"{TABLES}:swap"),  # replayed, the pointer not committed
        Doom("before", f"{TABLES}:abandon"),
        Doom("before", f"{TABLES}:retire"),
        Doom("before", f"{TABLES}:remove_folder"),
        Doom("after", f"{TABLES}:remove_folder"),
        Doom("after", f"{TABLES}:retire"),
        Doom("after", f"{JOBS}:ended"),
    ),
]


@pytest.mark.parametrize("doom", OF_A_PUBLICATION, ids=str)
def test_a_publication_that_dies_at_this_moment_comes_to_its_end(doom: Doom, tmp_path: Path) -> None:
    """Killed there, killed there again while it resumes, and then let alone. Nothing old is kept, so that generations
    are retired, too."""
    with PortalProcess.opened(tmp_path, keep_generations=1) as portal:
        uid, sources = portal.ask("found", name="moment", owned=2, rows=ROWS)
        ledger = portal.ledger
        ledger.follow(sources)
        portal.ask("publish", uid=uid)
        portal.ask("rest")
        constant = at_rest(portal, uid).constant
        portal.close()
    with PortalProcess.opened(tmp_path, doom, ledger=ledger, keep_generations=1) as portal:
        portal.ask("edit", uid=uid, number=1, rows=ROWS)
        portal.start_writers(uid, sources)
        portal.tell("publish", uid=uid)
        portal.died()
    with PortalProcess(tmp_path, doom, ledger=ledger, keep_generations=1) as portal:
        portal.start_writers(uid, sources)
        portal.died_or_rests()
    with PortalProcess.opened(tmp_path, ledger=ledger, keep_generations=1) as portal:
        seen = at_rest(portal, uid)
        portal.close()
    assert seen.jobs[0].state == "done"
    assert seen.editions == counts(1, ROWS)
    assert seen.constant == constant


@pytest.mark.parametrize(
    "doom",
    [
        Doom("after", f"{ENGINE}.write", 5),  # in the rows, not in the index
        *_drilled(
            Doom("before", f"{ENGINE}.write", 4),
            Doom("after", f"{INDEX}.apply", 3),
            Doom("before", "colonnade.engine.embedded.writing:compact"),
            Doom("after", "colonnade.engine.embedded.writing:compact"),
        ),
    ],
    ids=str,
)
def test_a_live_write_that_dies_at_this_moment_happened_whole_or_not_at_all(
    doom: Doom, tmp_path: Path
) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid, sources = portal.ask("found", name="moment", owned=2, rows=None)
        ledger = portal.ledger
        ledger.follow(sources)
        portal.ask("lay", doom=doom)
        portal.start_writers(uid, sources)
        portal.died()
    with PortalProcess.opened(tmp_path, ledger=ledger) as portal:
        at_rest(portal, uid)
        portal.start_writers(uid, sources)
        portal.ask("stop_writers")
        at_rest(portal, uid)
        portal.close()


@pytest.mark.parametrize(
    "doom",
    [
        Doom("before", f"{ROW_STORE}.create"),  # the catalogue's folder is there, its rows are not
        *_drilled(
            MIGRATING,
            Doom("before", "colonnade.db.database:Database.migrate"),
            Doom("after", "colonnade.db.database:Database.migrate"),
            Doom("after", "colonnade.core.people.service:ensure_first_administrator"),
            Doom("before", "colonnade.core.catalogue.service:start"),
            Doom("after", f"{ENGINE}.create"),
            Doom("after", f"{ROW_STORE}.create"),
            Doom("before", "colonnade.jobs.dbos:DbosRunner.__init__"),
            Doom("after", "colonnade.jobs.dbos:DbosRunner.__init__"),
        ),
    ],
    ids=str,
)
def test_a_start_that_dies_at_this_moment_can_be_made_again(doom: Doom, tmp_path: Path) -> None:
    """The first start of all, and a later one with a job to resume. That has no tables to make."""
    with PortalProcess(tmp_path, doom) as portal:
        portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        uid, _ = portal.ask("found", name="moment", owned=1, rows=ROWS)
        published = portal.ask("publish", uid=uid)
        portal.kill()
    with PortalProcess(tmp_path, doom) as portal:
        portal.died_or_rests() if doom == MIGRATING else portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert job(seen, published).state == "done"
        assert seen.editions == counts(0, ROWS)
        portal.close()


@drill
@pytest.mark.parametrize(
    "doom", [Doom("before", f"{ROW_STORE}.create"), Doom("after", f"{ROW_STORE}.create")], ids=str
)
def test_a_table_that_dies_at_this_moment_of_its_making_can_be_made_again(doom: Doom, tmp_path: Path) -> None:
    """The table's first generation is made, the catalogue does not know it yet."""
    with PortalProcess.opened(tmp_path) as portal:
        portal.ask("lay", doom=doom)
        portal.tell("found", name="first", owned=1, rows=None)
        portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        uid, sources = portal.ask("found_again", name="first")
        portal.ledger.follow(sources)
        portal.start_writers(uid, sources)
        portal.ask("stop_writers")
        at_rest(portal, uid)
        portal.close()


@drill
@pytest.mark.parametrize(
    "doom",
    [
        Doom("before", f"{TABLES}:drop_rows"),
        Doom("before", f"{TABLES}:remove_folder"),
        Doom("after", f"{TABLES}:drop_rows"),
        Doom("after", f"{JOBS}:withdraw"),
    ],
    ids=str,
)
def test_a_withdrawal_that_dies_at_this_moment_comes_to_its_end(doom: Doom, tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid, _ = portal.ask("found", name="moment", owned=0, rows=ROWS)
        portal.ask("publish", uid=uid)
        portal.ask("rest")
        portal.close()
    with PortalProcess.opened(tmp_path, doom) as portal:
        portal.tell("unpublish", uid=uid)
        portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert seen.jobs[0].state == "done"
        assert seen.editions == {}
        portal.ask("publish", uid=uid)
        assert at_rest(portal, uid).editions == counts(0, ROWS)
        portal.close()


@drill
@pytest.mark.parametrize(
    "doom",
    [
        Doom("before", f"{TABLES}:remove"),
        Doom("after", f"{TABLES}:remove"),
        Doom("before", "colonnade.core.resources.service:remove_all"),
        Doom("before", "colonnade.files.disk:DiskBlobs.remove"),
        Doom("after", "colonnade.core.publishing.removal:remove"),
    ],
    ids=str,
)
def test_a_removal_that_dies_at_this_moment_comes_to_its_end(doom: Doom, tmp_path: Path) -> None:
    with PortalProcess.opened(tmp_path) as portal:
        uid, _ = portal.ask("found", name="moment", owned=0, rows=ROWS)
        portal.ask("publish", uid=uid)
        portal.ask("rest")
        portal.close()
    with PortalProcess.opened(tmp_path, doom) as portal:
        portal.tell("remove", uid=uid)
        portal.died()
    with PortalProcess.opened(tmp_path) as portal:
        seen = at_rest(portal, uid)
        assert {one.state for one in seen.jobs} == {"done"}
        portal.close()
