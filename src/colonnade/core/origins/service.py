"""Keeping the ledger of what is brought in from another portal: so that a run that was cut off goes on where it was, and
one that has nothing to do changes nothing."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict

from colonnade.core.origins import store
from colonnade.core.origins.model import (
    Known,
    Listed,
    Origin,
    OriginSite,
    Outcome,
    Problem,
    Stage,
    State,
    Trouble,
)
from colonnade.core.work import Work, now

STALE = dt.timedelta(hours=12)
"""A run that was cut off longer ago begins with a new list."""
AT_ONCE = 500
MAY_PASS = 2
"""Its place in a problem as it is kept; older ones are kept without."""


def begin(work: Work, address: str) -> OriginSite:
    """Go on with the run over a portal that was cut off, or begin a new one: its list is then read anew, and what did not
    come the last time waits again."""
    site = store.site(work.db, address)
    if site is None:
        site = OriginSite(address=address, run=0, stage=Stage.DONE, page=0, begun_at=now())
        work.db.add(site)
        work.db.flush()
    if site.stage == Stage.DONE or now() - site.begun_at > STALE:
        site.run, site.stage, site.page, site.begun_at = site.run + 1, Stage.LISTING, 0, now()
        store.retry(work.db, site.id)
    return site


def listed(work: Work, address: str, page: int, things: Sequence[Listed]) -> None:
    """Write down a page of the portal's list: what is new or changed waits."""
    site = _site(work, address)
    known = store.by_keys(work.db, site.id, [one.key for one in things])
    for thing in {one.key: one for one in things}.values():
        origin = known.get(thing.key)
        if origin is None:
            work.db.add(Origin(site_id=site.id, run=site.run, problems=[], **asdict(thing)))
            continue
        if origin.changed != thing.changed or origin.node_id is None:
            origin.state = State.WAITING
        origin.kind, origin.uuid, origin.title = thing.kind, thing.uuid, thing.title
        origin.changed, origin.run = thing.changed, site.run
    site.page = page + 1


def stage(work: Work, address: str, reached: Stage) -> None:
    _site(work, address).stage = reached


def largest_number(work: Work, address: str, most: int) -> int:
    """The largest number up to `most` that a thing there has; 0: none has one."""
    return store.largest_number(work.db, _site(work, address).id, most)


def is_waiting(work: Work, address: str, keys: Collection[str]) -> set[str]:
    """Those of the things that wait, or that no list had."""
    found = store.by_keys(work.db, _site(work, address).id, keys)
    return {one for one in keys if one not in found or found[one].state == State.WAITING}


def waiting(work: Work, address: str, kind: str, after: int) -> Sequence[tuple[int, Known]]:
    """The next things of a kind that wait, each with its place: ask for those after the last."""
    found = store.waiting(work.db, _site(work, address).id, kind, after, AT_ONCE)
    return [(one.id, _known(one)) for one in found]


def known(work: Work, address: str, keys: Collection[str]) -> Mapping[str, Known]:
    """What is known of these things."""
    found = store.by_keys(work.db, _site(work, address).id, keys)
    return {key: _known(one) for key, one in found.items()}


def became(work: Work, address: str, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of things."""
    site = _site(work, address)
    found = {**store.by_keys(work.db, site.id, [one.key for one in outcomes])}
    for outcome in outcomes:
        origin = found.get(outcome.key)
        if origin is None:
            origin = found[outcome.key] = _unlisted(site, outcome)
            work.db.add(origin)
        origin.state = outcome.state
        origin.problems = [_kept(one) for one in outcome.problems]
        if outcome.number is not None:
            origin.node_id = outcome.number
        if outcome.digest is not None:
            origin.digest = outcome.digest


def counts(work: Work, address: str) -> Mapping[tuple[str, State], int]:
    """How many things there are of each kind and state."""
    found = store.counts(work.db, _site(work, address).id)
    return {(kind, State(state)): count for (kind, state), count in found.items()}


def troubles(work: Work, address: str) -> Iterator[Trouble]:
    """What could not come, or not whole, in the order of the list."""
    site_id = _site(work, address).id
    for one in _all(lambda after: store.troubled(work.db, site_id, after, AT_ONCE)):
        for what, why, *_ in one.problems or [["", "It was not tried."]]:
            yield Trouble(one.kind, one.key, one.title, Problem(what, why))


def having(work: Work, address: str, problem: Problem) -> Sequence[Known]:
    """Those that came with a certain problem, in the order of the list."""
    site_id, wanted = _site(work, address).id, _kept(problem)
    found = _all(lambda after: store.troubled(work.db, site_id, after, AT_ONCE))
    return [_known(one) for one in found if one.node_id is not None and wanted in one.problems]


def solved(work: Work, address: str, key: str, problem: Problem, left: Problem | None) -> None:
    """One problem of a thing is over; `left`: what came in its place."""
    (origin,) = store.by_keys(work.db, _site(work, address).id, [key]).values()
    found = [one for one in origin.problems if one != _kept(problem)]
    origin.problems = found if left is None else [*found, _kept(left)]
    if origin.state in {State.PARTLY, State.LACKING}:
        origin.state = State.LACKING if origin.problems else State.HERE
        if any(len(one) > MAY_PASS and one[MAY_PASS] for one in origin.problems):
            origin.state = State.PARTLY


def vanished(work: Work, address: str) -> Iterator[Trouble]:
    """What came once and is not in the portal's list any more. It stays here."""
    site = _site(work, address)
    for one in _all(lambda after: store.vanished(work.db, site.id, site.run, after, AT_ONCE)):
        yield Trouble(one.kind, one.key, one.title, Problem("", "It is not there any more; it stays here."))


def here(work: Work, address: str) -> Iterator[Known]:
    """All that came, in the order of the list."""
    site_id = _site(work, address).id
    for one in _all(lambda after: store.here(work.db, site_id, after, AT_ONCE)):
        yield _known(one)


def _all(ask: Callable[[int], Sequence[Origin]]) -> Iterator[Origin]:
    after = 0
    while found := ask(after):
        yield from found
        after = found[-1].id


def _unlisted(site: OriginSite, outcome: Outcome) -> Origin:
    return Origin(
        site_id=site.id,
        key=outcome.key,
        kind=outcome.kind,
        uuid=outcome.uuid,
        title=outcome.title,
        changed="",
        run=site.run,
    )


def _kept(problem: Problem) -> list[str | bool]:
    return [problem.what, problem.why, problem.may_pass]


def _site(work: Work, address: str) -> OriginSite:
    site = store.site(work.db, address)
    assert site is not None, "a run was begun"
    return site


def _known(origin: Origin) -> Known:
    return Known(origin.key, origin.kind, origin.uuid, origin.digest, origin.node_id)
