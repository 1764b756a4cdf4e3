"""Describing datasets for others: each as its reader may see it, many of them bit by bit."""

from collections.abc import Generator, Sequence
from dataclasses import replace

from colonnade.core.attachments import exports as alternatives
from colonnade.core.attachments import service as attachments
from colonnade.core.catalogue import service as catalogue
from colonnade.core.catalogue.published import published
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import ReadableDataset
from colonnade.core.feeds import describing
from colonnade.core.feeds.describing import Wanted
from colonnade.core.feeds.model import Addresses, Described, Site
from colonnade.core.work import Actor, Portal, Work
from colonnade.query.tree import FieldRef, Named, Order, Query

BATCH = 100
"""Datasets that are described at once."""
NEWEST = 50
"""Datasets of a feed of what is new."""
LOOKED_AT = 200
"""Of those that were published last, among which are the new ones."""

DEFAULT = Wanted()
_UID = Named(FieldRef("dataset_uid"), "dataset_uid")
_MODIFIED = Order(FieldRef("modified"), descending=True)
_PUBLISHED = Order(FieldRef("metadata_processed"), descending=True)


def site(portal: Portal, addresses: Addresses) -> Site:
    settings = portal.settings
    return Site(
        settings.title, settings.description, settings.default_language, addresses, settings.contact_mail
    )


def matching(work: Work, query: Query) -> list[str]:
    """The uids of all datasets that a query is about and that the actor may see, in its order; what it selects does not
    matter. Raises as `catalogue.select`."""
    return _uids(work, replace(query, group_by=()))


def newest(work: Work, addresses: Addresses) -> list[Described]:
    """The datasets that are new or changed last, the latest first.

    What was changed long ago may have been made just now: so those are looked at, too, that were published last.
    """
    changed = _uids(work, Query(order_by=(_MODIFIED,), limit=NEWEST))
    shown = _uids(work, Query(order_by=(_PUBLISHED,), limit=LOOKED_AT))
    readables = datasets.readable_by_uids(work, list(dict.fromkeys([*changed, *shown])))
    latest = sorted(readables, key=lambda one: describing.changed(one.dataset), reverse=True)
    return described(work, latest[:NEWEST], addresses)


def batches(
    portal: Portal, actor: Actor, uids: Sequence[str], addresses: Addresses, wanted: Wanted = DEFAULT
) -> Generator[list[Described]]:
    """These datasets, described some at a time; each time with work of its own, so that a slow reader holds nothing. What
    the actor may not see any more by then is left out."""
    for start in range(0, len(uids), BATCH):
        with portal.reading(actor) as work:
            readables = datasets.readable_by_uids(work, uids[start : start + BATCH])
            found = described(work, readables, addresses, wanted)
        yield found


def described(
    work: Work, readables: Sequence[ReadableDataset], addresses: Addresses, wanted: Wanted = DEFAULT
) -> list[Described]:
    """These datasets, in their order."""
    parts = zip(
        published(work, readables),
        attachments.of_readables(work, readables),
        alternatives.of_readables(work, readables),
        strict=True,
    )
    language = work.settings.default_language
    return [
        describing.described(one, attached, made, addresses, wanted, language)
        for one, attached, made in parts
    ]


def _uids(work: Work, query: Query) -> list[str]:
    page = catalogue.select(work, replace(query, select=(_UID,)))
    uids: list[str] = page.table.column("dataset_uid").to_pylist()
    return uids
