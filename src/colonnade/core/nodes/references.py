"""Which resources are of which datasets: one row a pair, so that both sides say the same."""

from collections.abc import Sequence

from colonnade.core.datasets.model import Dataset
from colonnade.core.nodes import service, store
from colonnade.core.nodes.model import (
    FILES,
    EditableNode,
    Kind,
    Mirror,
    Node,
    NodeReference,
    Pair,
    ReferencesChanged,
    shows_all,
)
from colonnade.core.work import Work
from colonnade.errors import Denied, Invalid

Other = tuple[Node, Dataset | None]
"""A node, and the dataset that it stands for."""
MOST = 1_000
"""Resources of a dataset, and datasets of a resource."""


def pairs_of_resource(work: Work, nid: int) -> Sequence[NodeReference]:
    """In the order of the datasets."""
    return store.pairs_of_resource(work.db, nid)


def pairs_of_dataset(work: Work, nid: int) -> Sequence[NodeReference]:
    """In the order of the resources."""
    return store.pairs_of_dataset(work.db, nid)


def mirrored(
    pair: NodeReference, *, resource_id: int | None = None, attachment_id: int | None = None
) -> None:
    """Write down what other doors see of a pair; None: nothing. `pair`: as this work read it."""
    pair.resource_id, pair.attachment_id = resource_id, attachment_id


def resource_ids(work: Work, nid: int) -> Sequence[int]:
    """The resources that other doors know, of those of a dataset, in its order."""
    return store.resource_ids(work.db, nid)


def put(work: Work, one: EditableNode, wanted: Sequence[int], *, is_new: bool = False) -> list[Other]:
    """Let a dataset have these resources, or a resource be of these datasets, in this order, and no others. Returns the
    nodes on the other side that came or went. `is_new`: it has none yet.

    Raises `Invalid` for what is no such node, or none that the actor may see; `Denied` where the actor may not change the
    dataset or show the resource to whom the dataset is shown, and for resources that another door keeps.
    """
    nids = list(dict.fromkeys(wanted))
    if len(nids) > MOST:
        raise Invalid(f"At most {MOST:,} references.", code="node.references")
    before = {} if is_new else _pairs(work, one.node)
    gone = _known(work, [nid for nid in before if nid not in nids])
    nids += [nid for nid in before if nid not in nids and nid not in gone]
    new = [nid for nid in nids if nid not in before]
    others, shown = _others(work, one.node, new, gone)
    removed = tuple(_mirror(work, before[nid]) for nid in gone)
    if gone:
        store.remove_pairs(work.db, [before[nid].id for nid in gone])
    pairs = {**before, **_added(work, one.node, new, shown)}
    is_dataset = one.node.kind == Kind.DATASET
    for place, nid in enumerate(nids):
        setattr(pairs[nid], "resource_place" if is_dataset else "dataset_place", place)
    if is_dataset or not is_new:  # what is asked next is asked of the pairs
        work.db.flush()
    here = one.node.id
    reordered = here if is_dataset and _is_reordered(list(before), nids) else None
    # What a new resource without a file is of, no other door can see.
    is_quiet = is_new and not is_dataset and FILES.isdisjoint(one.node.items)
    if (new and not is_quiet) or removed or reordered is not None:
        added = tuple(Pair(here, nid) if is_dataset else Pair(nid, here) for nid in new)
        work.happened(ReferencesChanged(added, removed, reordered))
    return others


def _is_reordered(before: Sequence[int], after: Sequence[int]) -> bool:
    """Whether some that were there stay, in another order, or one came before one of them."""
    there = frozenset(after)
    kept = [nid for nid in before if nid in there]
    return kept != list(after[: len(kept)])


def mirrors_of(work: Work, node: Node) -> tuple[Mirror, ...]:
    """What other doors see of a node's pairs."""
    return tuple(_mirror(work, pair) for pair in _pairs(work, node).values())


def _pairs(work: Work, node: Node) -> dict[int, NodeReference]:
    """By the number of the node on the other side, in order."""
    if node.kind == Kind.DATASET:
        return {one.resource_node_id: one for one in store.pairs_of_dataset(work.db, node.id)}
    return {one.dataset_node_id: one for one in store.pairs_of_resource(work.db, node.id)}


def _known(work: Work, nids: Sequence[int]) -> list[int]:
    """Those that the actor may see. Whoever sends back what was shown does not mean the others to go."""
    return [found.node.id for found in service.readables(work, nids)] if nids else []


def _others(
    work: Work, node: Node, new: Sequence[int], gone: Sequence[int]
) -> tuple[list[Other], frozenset[int]]:
    """And the numbers of those that the actor may show, and not change."""
    if not new and not gone:
        return [], frozenset()
    found = store.with_datasets(work.db, [*new, *gone])
    shown: set[int] = set()
    for nid in (*new, *gone):
        if nid not in found:
            raise _unknown(node, nid)
        if not _may_link(work, node, *found[nid]):
            shown.add(nid)
    return [found[nid] for nid in (*new, *gone)], frozenset(shown)


def _may_link(work: Work, node: Node, other: Node, dataset: Dataset | None) -> bool:
    """Who changes one side changes the other. A resource of which everybody may see everything may be shown anywhere: False
    for one that the actor may not change. `dataset`: what the other stands for. Raises `Denied`, `Invalid`."""
    wanted = Kind.RESOURCE if node.kind == Kind.DATASET else Kind.DATASET
    if other.kind != wanted:
        raise _unknown(node, other.id)
    resource = other if wanted is Kind.RESOURCE else node
    if resource.is_foreign:
        message = "This resource is kept by another API of the portal: add or remove it there."
        raise Denied(message, code="node.foreign")
    own = () if dataset is None else ((other.id, dataset),)
    parents = own or store.parents(work.db, [other.id])[other.id]
    if service.may_edit(work, other, parents):
        return True
    if wanted is Kind.RESOURCE and other.is_open and _is_anybodys(parents):
        return False
    if not service.readables(work, [other.id]):
        raise _unknown(node, other.id)
    raise Denied("You may not change what is to be referred to.", code="node.edit_denied")


def _is_anybodys(parents: service.Parents) -> bool:
    """Whether one of the datasets of an open resource shows all of it to everybody, or there is none."""
    living = (one for _, one in parents if one.is_published and one.deleted_at is None)
    return not parents or any(shows_all(one) for one in living)


def _unknown(node: Node, nid: int) -> Invalid:
    wanted = Kind.RESOURCE if node.kind == Kind.DATASET else Kind.DATASET
    return Invalid(f"Node {nid} is no {wanted} that you may see.", code="node.references", nid=nid)


def _mirror(work: Work, pair: NodeReference) -> Mirror:
    dataset_id = store.dataset_id_of(work.db, pair.dataset_node_id)
    return Mirror(dataset_id, pair.resource_id, pair.attachment_id)


def _added(work: Work, node: Node, new: Sequence[int], shown: frozenset[int]) -> dict[int, NodeReference]:
    """On the other side each comes last. The places on this side are set by the caller. `shown`: resources that the actor
    may not change."""
    if not new:
        return {}
    is_dataset = node.kind == Kind.DATASET
    last = store.last_places(work.db, new, of_datasets=not is_dataset)
    found: dict[int, NodeReference] = {}
    for nid in new:
        place = last.get(nid, -1) + 1
        dataset, resource = (node.id, nid) if is_dataset else (nid, node.id)
        pair = NodeReference(dataset_node_id=dataset, resource_node_id=resource)
        pair.resource_place = pair.dataset_place = place
        pair.gives_rights = nid not in shown
        found[nid] = pair
    work.db.add_all(found.values())
    return found
