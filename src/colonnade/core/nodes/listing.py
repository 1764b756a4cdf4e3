"""All datasets with their resources: for catalogues of the whole portal."""

from collections.abc import Sequence
from dataclasses import dataclass

from colonnade.core.datasets.security import SEE_ALL
from colonnade.core.nodes import service, store
from colonnade.core.nodes.model import Kind, NodeRevision, ReadableNode
from colonnade.core.work import Work


@dataclass(frozen=True)
class Listed:
    """A dataset and those of its resources that the actor may see, in order."""

    dataset: ReadableNode
    resources: Sequence[ReadableNode]


def newest(work: Work) -> Sequence[int]:
    """The numbers of all published datasets that the actor may see, the newest first."""
    return store.newest_datasets(work.db, work.actor, sees_published=work.actor.may(SEE_ALL))


def last_changed(work: Work) -> Sequence[int]:
    """The same, those first that were changed last."""
    sees = work.actor.may(SEE_ALL)
    return store.newest_datasets(work.db, work.actor, sees_published=sees, by_change=True)


def slugs(work: Work, nids: Sequence[int]) -> Sequence[str]:
    """What these datasets are called, given in ascending order. They were listed for the actor."""
    return store.slugs(work.db, nids)


def last_revisions(work: Work) -> Sequence[str]:
    """What the last revision of each dataset is called that the actor may see, the latest first."""
    nids = last_changed(work)
    found = store.last_revisions(work.db, nids)
    return [vuuid for nid in nids if (vuuid := found.get(nid)) is not None]


def revisions(work: Work, one: ReadableNode) -> Sequence[NodeRevision]:
    """The last one first."""
    return list(reversed(store.revisions(work.db, one.node.id)))


def listed(work: Work, nids: Sequence[int]) -> list[Listed]:
    """These datasets, in the order given, without those that are not published or that the actor may not see."""
    found = [
        one
        for one in service.readables(work, nids)
        if one.node.kind == Kind.DATASET and one.node.is_published and one.dataset is not None
    ]
    pairs = store.pairs_of_datasets(work.db, [one.node.id for one in found])
    wanted = [nid for some in pairs.values() for nid in some]
    resources = {one.node.id: one for one in service.readables(work, wanted) if one.node.is_published}
    return [Listed(one, [resources[nid] for nid in pairs[one.node.id] if nid in resources]) for one in found]


def of_group(work: Work, group: ReadableNode) -> Sequence[int]:
    """The datasets that a group may edit, as `newest`."""
    if group.node.group_id is None:
        return ()
    held = store.nids_of_datasets(work.db, store.datasets_of_group(work.db, group.node.group_id))
    known = frozenset(held.values())
    return [nid for nid in newest(work) if nid in known]
