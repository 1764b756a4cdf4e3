"""Counting calls and downloads, refusing those above a quota, and telling how much datasets are used.

To show numbers: `of`. To query them: the rows of the queryable catalogue hold what `of` said when they were taken up,
and `take_changed` tells which of them are behind. It need be asked only by queries that name these numbers.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable, Sequence

from colonnade.core.counting import WHOLE_PORTAL, Account, Caller, Quota, Standing, Usage, network_of
from colonnade.core.secrets import Secrets
from colonnade.core.usage import store
from colonnade.core.work import SYSTEM, Actor, Portal, Work
from colonnade.errors import QuotaReached, Unavailable

BATCH = 1_000
"""Accounts that are written in one transaction."""


def of(work: Work, dataset_ids: Sequence[int]) -> dict[int, Usage]:
    """How much each of these datasets was used, up to this moment. Asks nothing of the catalogue."""
    uses = work.portal.counters.uses
    return {one: uses.of(one) for one in dataset_ids}


def take_changed(portal: Portal) -> set[int]:
    """The ids of the datasets whose numbers changed since this was asked last. Whoever asks takes them up, or gives
    them back by `put_back`."""
    return portal.counters.uses.take_unseen()


def put_back(portal: Portal, dataset_ids: Iterable[int]) -> None:
    """They are to be taken up the next time."""
    portal.counters.uses.put_back_unseen(dataset_ids)


def count_call(work: Work, dataset_id: int, quota: Quota | None) -> None:
    """One call about a dataset, whatever its size; counted once a request. Of pages, commands and jobs nobody is the
    caller, and nothing is counted. Raises `QuotaReached` when the caller has had all that the dataset's quota allows."""
    caller = work.caller
    if caller is None or dataset_id in caller.counted:
        return
    if quota is not None:
        account = Account(caller.name, dataset_id, quota.unit)
        caller.standing = _spent(work.portal, account, quota)
    caller.counted.add(dataset_id)
    work.portal.counters.uses.add(dataset_id, calls=1)


def count_download(work: Work, dataset_id: int) -> None:
    """A file of the dataset is given out: an export, an attachment."""
    if work.caller is not None and work.caller.takes_body:
        work.portal.counters.uses.add(dataset_id, downloads=1)


def caller_of(portal: Portal, actor: Actor, address: str, *, takes_body: bool = True) -> Caller:
    """Who is counted: persons with all their keys as one, others by the network address that they call from."""
    if actor.is_signed_in:
        return Caller(f"person:{actor.person_id}", takes_body)
    digest = hashlib.blake2b(network_of(address).encode(), key=portal.counters.key, digest_size=12)
    return Caller(f"address:{digest.hexdigest()}", takes_body)


def admit(portal: Portal, actor: Actor, caller: Caller) -> Standing:
    """One call of the portal; says where the caller stands now. Raises `QuotaReached` when it is one too many for
    today, which ends at midnight UTC; such a call is not counted."""
    return _spent(
        portal, Account(caller.name, WHOLE_PORTAL, _quota(portal, actor).unit), _quota(portal, actor)
    )


def standing(portal: Portal, actor: Actor, caller: Caller) -> Standing:
    """Where the caller stands, without a call."""
    quota = _quota(portal, actor)
    account = Account(caller.name, WHOLE_PORTAL, quota.unit)
    return portal.counters.calls.stand(account, quota, time.time())


def start(portal: Portal) -> None:
    """Go on from what was written down last. For the one process that serves."""
    counters = portal.counters
    try:
        counters.key = Secrets(portal.settings.secret_file).derived("addresses")
    except Unavailable:  # reading passwords says what is wrong with the key; counting goes on without it
        counters.key = secrets.token_bytes(32)
    with portal.reading(SYSTEM) as work:
        counters.uses.restore(store.totals(work.db))
        counters.calls.restore(store.spent(work.db), time.time())


def flush(portal: Portal) -> None:
    """Write down what was counted since the last time, in short transactions; in none if there is nothing new."""
    counters, at = portal.counters, time.time()
    totals, spent = counters.uses.take_unwritten(), counters.calls.take_unwritten(at)
    if not totals and not spent:
        return
    try:
        with portal.writing(SYSTEM) as work:
            store.write_totals(work.db, totals)
            store.forget_ended(work.db, at)
        for first in range(0, len(spent), BATCH):  # others want to write, too
            with portal.writing(SYSTEM) as work:
                store.write_spent(work.db, spent[first : first + BATCH])
    except BaseException:
        counters.uses.put_back_unwritten(totals)
        counters.calls.put_back_unwritten(spent)
        raise


def _spent(portal: Portal, account: Account, quota: Quota) -> Standing:
    at = time.time()
    calls = portal.counters.calls
    found = calls.spend(account, quota, at)
    if found is None:
        raise _too_many(account, calls.stand(account, quota, at))
    return found


def _too_many(account: Account, standing: Standing) -> QuotaReached:
    whose = "portal" if account.dataset_id == WHOLE_PORTAL else "dataset"
    is_person = account.caller.startswith("person:")
    limit, unit = standing.quota.limit, standing.quota.unit
    return QuotaReached(
        f"More than {limit} calls of this {whose} in one {unit}.",
        code=f"quota.{whose if whose == 'dataset' or is_person else 'anonymous'}",
        limit=limit,
        unit=unit.value,
        resets_at=standing.resets_at,
    )


def _quota(portal: Portal, actor: Actor) -> Quota:
    settings = portal.settings
    return Quota(settings.user_calls_per_day if actor.is_signed_in else settings.anonymous_calls_per_day)
