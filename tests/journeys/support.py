"""What the journeys share: chance that can be had again, and what must hold when a portal is at rest."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random, SystemRandom

from click.testing import CliRunner
from tests.journeys.looking import JobSeen, Look
from tests.journeys.processes import PortalProcess

from colonnade.cli.main import colonnade


def chance() -> Random:
    """A source of random moments. Its seed is printed, which pytest shows for a test that fails; `JOURNEY_SEED`
    chooses it."""
    seed = os.environ.get("JOURNEY_SEED") or str(SystemRandom().randrange(1 << 32))
    print(f"JOURNEY_SEED={seed}")
    return Random(seed)


def at_rest(portal: PortalProcess, uid: str) -> Look:
    """Look at a portal whose jobs are over: everything agrees, and every acknowledged write is there."""
    portal.ask("rest")
    portal.ask("stop_writers")
    words = list(portal.ledger.words)
    seen: Look = portal.ask("look", uid=uid, words=words[:: 1 + len(words) // 20])
    wrong = [*portal.broken, *seen.problems, *portal.ledger.settle(seen.live)]
    assert not wrong, "\n".join(wrong)
    return seen


def job(seen: Look, uid: str) -> JobSeen:
    return next(one for one in seen.jobs if one.uid == uid)


def which(editions: Mapping[str, int], allowed: Sequence[Mapping[str, int]]) -> int:
    """The place of the edition that stands, whole, among those that may."""
    assert editions in allowed, f"{editions} is none of {allowed}"
    return [*allowed].index(editions)


def is_well(folder: Path) -> None:
    """`colonnade doctor` finds nothing, beside a server or without one."""
    told = CliRunner().invoke(colonnade, ["doctor", "--data", str(folder)])
    assert told.exit_code == 0, told.output
