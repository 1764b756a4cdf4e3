"""What an actor sees of all datasets at once."""

from collections.abc import Mapping

from colonnade.core.datasets import store
from colonnade.core.datasets.security import SEE_ALL, Access, decided
from colonnade.core.work import Work


def of_all(work: Work) -> Mapping[int, Access]:
    """What the actor sees of every dataset that `service.readable` would open for them, by its id, in order of creation.

    Remembered until a dataset changes for readers, so that thousands of them cost nothing: whatever changes it is in the
    catalogue's log of changes, which the work's own state of the catalogue has or has not.
    """
    actor = work.actor
    key = (actor.person_id, actor.groups, actor.may(SEE_ALL), actor.key_allows(SEE_ALL))
    version = store.last_change(work.db)
    found: Mapping[int, Access] = work.portal.accesses.get(key, version, lambda: _made(work))
    return found


def _made(work: Work) -> Mapping[int, Access]:
    rules = store.rules_held(work.db, work.actor)
    found = (
        (number, decided(work.actor, is_restricted, default, rules.get(number, ())))
        for number, is_restricted, default in store.openness(work.db)
    )
    return {number: seen for number, seen in found if seen is not None}
