"""Publishing while rows are written: the replay brings every acknowledged write into the new generation, also when
the portal is killed on the way, and again while it resumes."""

import time
from pathlib import Path
from random import Random

import pytest
from tests.journeys.content import counts
from tests.journeys.looking import Look
from tests.journeys.processes import PortalProcess
from tests.journeys.support import at_rest, chance, job

ROWS = 5_000


def _opened(folder: Path) -> tuple[PortalProcess, str, tuple[str, ...], float]:
    """A portal with a published dataset of one file and three live sources; and how long a publication takes."""
    portal = PortalProcess.opened(folder)
    uid, sources = portal.ask("found", name="swapped", owned=3, rows=ROWS)
    portal.ledger.follow(sources)
    begun = time.monotonic()
    portal.ask("publish", uid=uid)
    portal.ask("rest")
    return portal, uid, sources, time.monotonic() - begun


def _checked(portal: PortalProcess, uid: str, editions: tuple[int, ...], constant: str | None) -> Look:
    """At rest one of the editions stands, and the rows that are in all of them have the ids that they had."""
    portal.ask("stop_writers")
    seen = at_rest(portal, uid)
    assert seen.editions in [counts(one, ROWS) for one in editions]
    assert constant in {None, seen.constant}
    return seen


def test_every_write_beside_publications_is_in_the_next_generation(tmp_path: Path) -> None:
    portal, uid, sources, _ = _opened(tmp_path)
    with portal:
        constant = at_rest(portal, uid).constant
        portal.start_writers(uid, sources)
        portal.ask("edit", uid=uid, number=1, rows=ROWS)
        portal.ask("publish", uid=uid)
        portal.ask("rest")
        assert portal.ledger.acknowledged > 3
        _checked(portal, uid, (1,), constant)
        portal.ask("restore_oldest", uid=uid)
        portal.ask("rest")
        _checked(portal, uid, (0,), constant)
        portal.close()


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.drill)])
def test_no_write_is_lost_when_a_swap_is_killed(kills: int, tmp_path: Path) -> None:
    random = chance()
    portal, uid, sources, seconds = _opened(tmp_path)
    constant = at_rest(portal, uid).constant
    stands, done = 0, 0
    number = 0
    while done < kills:
        number += 1
        portal.ask("edit", uid=uid, number=number, rows=ROWS)
        portal.start_writers(uid, sources)
        published = portal.ask("publish", uid=uid)
        portal, moments = _killed(portal, tmp_path, random, seconds, uid, sources)
        done += len(moments)
        seen = _checked(portal, uid, (stands, number), constant)
        ended = job(seen, published)
        print(f"kills after {moments} of {seconds:.2f} s: {ended.state}, {portal.ledger.acknowledged} writes")
        assert (seen.editions == counts(number, ROWS)) == (ended.state == "done")
        stands = number if ended.state == "done" else stands
    portal.close()


def _killed(
    portal: PortalProcess,
    folder: Path,
    random: Random,
    seconds: float,
    uid: str,
    sources: tuple[str, ...],
) -> tuple[PortalProcess, list[float]]:
    """Kill while the publication runs, once or also while it resumes; writers write all the time. Returns the portal
    that runs at last, and when it was killed."""
    moments: list[float] = []
    for _ in range(random.choice((1, 2))):
        with portal:
            moments.append(round(random.uniform(0, 1.3 * seconds), 2))
            time.sleep(moments[-1])
            portal.kill()
        portal = PortalProcess.opened(folder, ledger=portal.ledger)
        portal.start_writers(uid, sources)
    return portal, moments
