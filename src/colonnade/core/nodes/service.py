"""The doors to nodes, and lists of them. What reads or changes a node takes a type that only these functions make."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset, ReadableDataset
from colonnade.core.datasets.security import SEE_ALL, Access
from colonnade.core.nodes import asking, settling, store
from colonnade.core.nodes.model import Condition, EditableNode, Kind, Node, Ordering, ReadableNode
from colonnade.core.usage import service as usage
from colonnade.core.work import Actor, Portal, Work
from colonnade.errors import Denied, NotFound, Unauthenticated

log = logging.getLogger(__name__)

Parents = Sequence[tuple[int, Dataset]]

NO_ROWS = Access(data_visible=False)
GROUPS = "groups"
"""The key of `Node.items` for the groups of a node that is no dataset."""
MOST_DIGITS = 19
"""Of the number of a node."""
_MADE_BY_ALL = frozenset({Kind.DATASET, Kind.RESOURCE, Kind.DATA_DASHBOARD, Kind.DATA_STORY})
"""What whoever may make datasets may make; the rest is for who looks after the portal."""


def settle(portal: Portal) -> None:
    """Let the nodes be up to date with what happened through other doors; one question where they are."""
    settling.settle(portal)


def are_behind(db: Session) -> bool:
    """Whether there is something for `settle` to do, for who reads the catalogue anyway."""
    return settling.are_behind(db)


def settle_soon(portal: Portal) -> threading.Thread:
    """The same in the background, at the start of a server: the first of all may have much to do."""
    thread = threading.Thread(target=_settled, args=(portal,), name="nodes", daemon=True)
    thread.start()
    return thread


def _settled(portal: Portal) -> None:
    try:
        settle(portal)
    except Exception:  # the edge of a thread: the first request about nodes tries again
        log.exception("what happened to datasets could not be followed")


def administers(actor: Actor) -> bool:
    """Whether the actor looks after all nodes, published or not."""
    return actor.may("edit_domain") and actor.may("edit_dataset")


def readable(work: Work, nid: int) -> ReadableNode:
    """A node by its number. Raises `NotFound` also where the actor may not know that it exists, `Denied` for one that is
    not published, `QuotaReached` when a call of an API is one too many."""
    return _opened(work, store.by_id(work.db, nid), nid)


def readable_by_uuid(work: Work, uuid: str) -> ReadableNode:
    return _opened(work, store.by_uuid(work.db, uuid), uuid)


def by_alias(work: Work, path: str) -> ReadableNode:
    """A node by the path of its page (`alias`). Raises as `readable`."""
    first, _, rest = path.strip("/").partition("/")
    found: Node | None = None
    if "resource/" in path:
        found = store.by_uuid(work.db, path.rpartition("/")[2])
    elif first == "dataset":
        found = store.by_slug(work.db, rest) or store.by_alias(work.db, rest)
    elif first == "node" and rest.isdecimal() and len(rest) <= MOST_DIGITS:
        found = store.by_id(work.db, int(rest))
    elif first == "group":
        found = store.by_group_uid(work.db, rest)
    return _opened(work, found, path)


def alias(work: Work, one: ReadableNode) -> str:
    """The path of a node's page, without a slash before it."""
    node = one.node
    if node.kind == Kind.GROUP and node.group_id is not None:
        group = store.group(work.db, node.group_id)
        return f"node/{node.id}" if group is None else f"group/{group.uid}"
    if node.kind == Kind.DATASET and one.dataset is not None:
        return f"dataset/{node.alias or one.dataset.slug}"
    if node.kind == Kind.RESOURCE:
        parents = (parent for parent in datasets_of(work, one) if parent.dataset is not None)
        first = next((alias(work, parent) for parent in parents), None)
        return f"resource/{node.uuid}" if first is None else f"{first}/resource/{node.uuid}"
    return f"node/{node.id}"


def readables(work: Work, nids: Iterable[int]) -> list[ReadableNode]:
    """Those of these that the actor may see, in the order given, each once."""
    wanted = list(dict.fromkeys(nids))
    found = {one.node.id: one for one in _readables(work, store.by_ids(work.db, wanted))}
    return [found[nid] for nid in wanted if nid in found]


def editable(work: Work, nid: int) -> EditableNode:
    """Raises `NotFound` and `Denied`."""
    node = store.by_id(work.db, nid)
    if node is not None:
        known = _known(work, [node])
        if may_edit(work, node, known.parents[node.id]):
            seen = _seen(work, node, known)
            if seen is not None:
                return EditableNode(node, seen.dataset, seen.access)
    _opened(work, node, nid)
    raise Denied("You may not change this.", code="node.edit_denied")


def check_may_remove(work: Work, one: EditableNode) -> None:
    """Members of a group change what is the group's. Removing a dataset or a resource is for its author, for who may edit
    every dataset, and for who manages the dataset, or all datasets of the resource. Raises `Denied`."""
    node = one.node
    if node.kind not in (Kind.DATASET, Kind.RESOURCE) or work.actor.may("edit_dataset"):
        return
    if not _made(work.actor, node) and not _manages_all(work, node, one.dataset):
        raise Denied("You may change this, but not remove it.", code="node.remove_denied")


def check_may_create(work: Work, kind: Kind) -> None:
    """Raises `Denied`."""
    allowed = work.actor.may("create_dataset") if kind in _MADE_BY_ALL else administers(work.actor)
    if not allowed:
        raise Denied(f"You may not create nodes of type {kind}.", code="node.create_denied")


def index(
    work: Work,
    conditions: Sequence[Condition] = (),
    order: Sequence[Ordering] = (),
    *,
    offset: int,
    limit: int,
) -> Sequence[Node]:
    """Nodes of all kinds, pinned ones first and then the newest unless an order is given; without those that are not
    published, except for who administers. Raises `Invalid` for a column or an operator that there is none."""
    return store.page(
        work.db,
        work.actor,
        sees_all=administers(work.actor),
        sees_published=work.actor.may(SEE_ALL),
        conditions=[asking.condition(one) for one in conditions],
        order=asking.order(order),
        offset=offset,
        limit=limit,
    )


def resources_of(work: Work, one: ReadableNode) -> list[ReadableNode]:
    """Of a dataset, in order; those that the actor may see."""
    return readables(work, [pair.resource_node_id for pair in store.pairs_of_dataset(work.db, one.node.id)])


def datasets_of(work: Work, one: ReadableNode) -> list[ReadableNode]:
    """Of a resource, in order; those that the actor may see."""
    return readables(work, [pair.dataset_node_id for pair in store.pairs_of_resource(work.db, one.node.id)])


def of_dataset(work: Work, one: ReadableDataset) -> ReadableNode | None:
    """The node of a dataset that the actor may see; None until it has got one."""
    node = store.by_dataset(work.db, one.dataset.id)
    return None if node is None else ReadableNode(node, one.dataset, one.access)


def of_datasets(work: Work, dataset_ids: Sequence[int]) -> dict[int, int]:
    """The numbers that these datasets have as nodes."""
    return store.nids_of_datasets(work.db, dataset_ids)


def of_groups(work: Work, group_ids: Iterable[int]) -> list[int]:
    """The numbers that these groups have as nodes."""
    return store.nids_of_groups(work.db, group_ids)


def groups_of(work: Work, one: ReadableNode) -> list[ReadableNode]:
    """The groups that may edit a dataset, or the datasets of a resource; and those that a node without a dataset was said
    to be of. Those that the actor may see."""
    if one.node.kind == Kind.DATASET:
        some = [one.dataset.id] if one.dataset is not None else []
    else:
        some = [parent.dataset.id for parent in datasets_of(work, one) if parent.dataset is not None]
    held = store.groups_with(work.db, some)
    ids = [
        group.id
        for rules in held.values()
        for group, rule in rules
        if "edit_dataset" in rule.permissions and not group.is_built_in
    ]
    said = [] if some else one.node.items.get(GROUPS, [])
    known = store.groups_by_nids(work.db, said) if said else {}
    nids = [*store.nids_of_groups(work.db, ids), *(nid for nid in said if nid in known)]
    return readables(work, nids) if nids else []


def groups_of_person(work: Work, person_id: int) -> list[int]:
    """The numbers of the groups that somebody joined."""
    return store.nids_of_person(work.db, person_id)


def may_edit(work: Work, node: Node, parents: Parents) -> bool:
    """`parents`: the datasets of a resource; of a dataset's node, this one."""
    actor = work.actor
    if node.dataset_id is not None:
        return any(edits(work, dataset) for _, dataset in parents if dataset.deleted_at is None)
    if node.kind == Kind.RESOURCE:
        if not node.is_foreign and (actor.may("edit_dataset") or _is_author(actor, node)):
            return True
        some = [(nid, dataset) for nid, dataset in parents if edits(work, dataset)]
        return bool(some) and not store.rightful_parents(work.db, node.id).isdisjoint(nid for nid, _ in some)
    return administers(actor) or (Kind(node.kind) in _MADE_BY_ALL and _is_author(actor, node))


def edits(work: Work, dataset: Dataset) -> bool:
    """Whether the actor may edit a dataset."""
    if work.actor.may("edit_dataset"):  # as `datasets.editable` has it, without asking for rulesets
        return dataset.deleted_at is None
    try:
        datasets.editable(work, dataset.uid)
    except (Denied, NotFound, Unauthenticated):
        return False
    return True


def _manages_all(work: Work, node: Node, own: Dataset | None) -> bool:
    """Whether the actor says who sees what of a dataset's node, or of all datasets of a resource that has some."""
    some = [own] if own is not None else [one for _, one in store.parents(work.db, [node.id])[node.id]]
    living = [one for one in some if one.deleted_at is None]
    return bool(living) and all(_manages(work, one) for one in living)


def _manages(work: Work, dataset: Dataset) -> bool:
    try:
        datasets.securable(work, dataset.uid)
    except (Denied, NotFound, Unauthenticated):
        return False
    return True


def _is_author(actor: Actor, node: Node) -> bool:
    """Who made a node may change it, as long as they may make any."""
    return _made(actor, node) and actor.may("create_dataset")


def _made(actor: Actor, node: Node) -> bool:
    return actor.person_id is not None and node.author_id == actor.person_id


def _is_member(work: Work, node: Node) -> bool:
    """Whether the node is a group that the actor joined."""
    group = None if node.group_id is None else store.group(work.db, node.group_id)
    return group is not None and group.uid in work.actor.groups


@dataclass(frozen=True)
class _Known:
    """What is needed to decide about nodes: of each its datasets (of a dataset's node, this one), also deleted ones; and
    those datasets that the actor may read, by their ids."""

    parents: Mapping[int, Parents]
    open: Mapping[int, ReadableDataset]


def _known(work: Work, nodes: Sequence[Node]) -> _Known:
    resources = [one.id for one in nodes if one.kind == Kind.RESOURCE]
    parents: dict[int, Parents] = {one.id: () for one in nodes}
    if resources:
        parents |= store.parents(work.db, resources)
    ids = [one.dataset_id for one in nodes if one.dataset_id is not None]
    rows = {one.id: one for one in store.datasets(work.db, ids)}
    parents |= {one.id: ((one.id, rows[one.dataset_id]),) for one in nodes if one.dataset_id in rows}
    wanted = {dataset.id for some in parents.values() for _, dataset in some if dataset.is_published}
    found = datasets.readable_by_ids(work, sorted(wanted)) if wanted else ()
    return _Known(parents, {one.dataset.id: one for one in found})


def _readables(work: Work, nodes: Sequence[Node]) -> Iterator[ReadableNode]:
    known = _known(work, nodes)
    for node in nodes:
        seen = _seen(work, node, known)
        if seen is not None:
            yield seen


def _seen(work: Work, node: Node, known: _Known) -> ReadableNode | None:
    living = [dataset for _, dataset in known.parents[node.id] if dataset.deleted_at is None]
    if node.is_own_resource:
        return _seen_resource(work, node, known)
    if node.dataset_id is None and not node.is_foreign:
        is_known = node.is_published or _made(work.actor, node) or administers(work.actor)
        return ReadableNode(node) if is_known or _is_member(work, node) else None
    for dataset in living:
        found = known.open.get(dataset.id)
        if found is not None:
            return ReadableNode(node, dataset, found.access)
        if edits(work, dataset):
            return ReadableNode(node, dataset, NO_ROWS)
    return None


def _seen_resource(work: Work, node: Node, known: _Known) -> ReadableNode | None:
    parents = known.parents[node.id]
    found = [known.open[one.id].access for _, one in parents if one.id in known.open]
    if node.is_published and (not parents or any(one.shows_all for one in found)):
        return ReadableNode(node)
    if _made(work.actor, node) or may_edit(work, node, parents):
        return ReadableNode(node)
    return ReadableNode(node, access=found[0]) if node.is_published and found else None


def _opened(work: Work, node: Node | None, name: object) -> ReadableNode:
    """Raises what `readable` does. `name`: how the node was asked for."""
    if node is not None:
        known = _known(work, [node])
        seen = _seen(work, node, known)
        if seen is not None:
            for one in list(known.open.values())[:1]:
                usage.count_call(work, one.dataset.id, one.access.quota)
            return seen
        if _is_merely_unpublished(node, known):
            raise Denied("This is not published.", code="node.unpublished")
    raise NotFound(f"Node {name} could not be found", code="node.unknown", name=name)


def _is_merely_unpublished(node: Node, known: _Known) -> bool:
    """Nothing but that keeps the actor from seeing it."""
    parents = [one for _, one in known.parents[node.id] if one.deleted_at is None]
    if node.dataset_id is None and not parents:
        return not node.is_published
    hidden = [one for one in parents if not one.is_restricted]
    return bool(hidden) and not (node.is_published and any(one.is_published for one in hidden))
