"""Live rows survive SIGKILL: what was acknowledged is there, what was not is there whole or not at all."""

import time
from pathlib import Path

import pytest
from tests.journeys.processes import PortalProcess
from tests.journeys.support import at_rest, chance


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.drill)])
def test_no_acknowledged_row_is_lost_when_the_portal_is_killed(kills: int, tmp_path: Path) -> None:
    random = chance()
    portal = PortalProcess.opened(tmp_path)
    uid, sources = portal.ask("found", name="live", owned=3, rows=None)
    ledger = portal.ledger
    ledger.follow(sources)
    for round_number in range(kills):
        before = ledger.acknowledged
        with portal:
            portal.start_writers(uid, sources)
            while (
                portal.ledger.acknowledged == before
            ):  # the first write of a process opens what the others use
                time.sleep(0.01)
            time.sleep(random.uniform(0.05, 1.5))
            portal.kill()
        portal = PortalProcess.opened(tmp_path, ledger=ledger)
        at_rest(portal, uid)
        print(f"kill {round_number + 1}: {ledger.acknowledged - before} writes acknowledged")
    portal.close()
    with PortalProcess.opened(tmp_path, ledger=ledger) as again:
        at_rest(again, uid)
