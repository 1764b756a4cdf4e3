"""Groups: whose datasets are, and the groups themselves as nodes."""

from collections.abc import Collection, Mapping, Sequence

from colonnade.core.datasets import amending
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.model import Dataset, EditableDataset, SecurableDataset
from colonnade.core.datasets.security import Security
from colonnade.core.nodes import service, settling, store
from colonnade.core.nodes.model import Kind, Node, shows_all
from colonnade.core.people.model import Group
from colonnade.core.work import Work
from colonnade.errors import Denied, Invalid

PERMISSIONS = ("edit_dataset", "explore_restricted_dataset")
"""What the members of a group may do with its datasets."""
CHOOSING = "node.groups_denied"
"""The code of the error for who may not choose them."""


def groups(work: Work, nids: Sequence[int], before: Collection[int] = ()) -> dict[int, Group]:
    """The groups that are meant by these nodes, by their numbers, in order; after them those that were there `before` and
    that the actor may not see: whoever sends back what was shown does not mean them to go. Raises `Invalid` for what is
    no group, or a new one that the actor may not see."""
    known = store.groups_by_nids(work.db, [*nids, *before]) if nids or before else {}
    seen = {one.node.id for one in service.readables(work, known)} if known else set()
    for nid in nids:
        if nid not in seen and not (nid in before and nid in known):
            raise Invalid(f"Node {nid} is no group that you may see.", code="node.references", nid=nid)
    kept = [nid for nid in before if nid in known and nid not in seen]
    return {nid: known[nid] for nid in (*nids, *kept)}


def put_groups(work: Work, editable: EditableDataset, nids: Sequence[int]) -> None:
    """Let these groups edit a dataset, and no others that the actor may see; the first of which everybody knows is its
    publisher, if it had one of the groups before or none. Raises `Denied` for who may not say whose it is, and as `groups`."""
    dataset = editable.dataset
    held = store.groups_with(work.db, [dataset.id]).get(dataset.id, [])
    rules = {one.id: rule for one, rule in held if "edit_dataset" in rule.permissions and not one.is_built_in}
    before = store.groups_by_nids(work.db, store.nids_of_groups(work.db, rules)) if rules else {}
    wanted = groups(work, nids, before)
    if wanted.keys() == before.keys():  # they are shown by number, not in the order in which they came
        return
    securable = _securable(work, dataset)
    for nid, group in before.items():
        if nid not in wanted:
            work.db.delete(rules[group.id])
    for nid, group in wanted.items():
        if nid not in before:
            datasets.put_ruleset(work, securable, group, Security(), PERMISSIONS)
    said = meta.effective(dataset.metadata_draft).get(meta.DEFAULT, {}).get("publisher")
    if said is None or said in {one.title for one in before.values()}:
        amending.amend(work, editable, {meta.DEFAULT: {"publisher": _publisher(work, wanted)}})
    datasets.note_change(work, dataset)


def _publisher(work: Work, wanted: Mapping[int, Group]) -> str | None:
    """The title of a group that is not everybody's business must not become a part of what everybody reads."""
    is_open = {node.id: node.is_open for node in store.by_ids(work.db, list(wanted))}
    return next((group.title for nid, group in wanted.items() if is_open[nid]), None)


def _securable(work: Work, dataset: Dataset) -> SecurableDataset:
    """Who may edit every dataset may choose the groups of one of which everybody sees everything anyway; else whoever may say
    who sees what of it."""
    if work.actor.may("edit_dataset") and shows_all(dataset):
        return SecurableDataset(dataset)
    try:
        return datasets.securable(work, dataset.uid)
    except Denied:
        message = (
            "the groups of this dataset are chosen by who may edit every dataset, if everybody may see all of it, and by "
            "who manages it"
        )
        raise Denied(message, code=CHOOSING) from None


def rename_group(work: Work, group_id: int, title: str) -> None:
    group = store.group(work.db, group_id)
    if group is not None:
        group.title = title


def describe_group(work: Work, group_id: int, text: str) -> None:
    group = store.group(work.db, group_id)
    if group is not None:
        group.description = text


def description_of(work: Work, node: Node) -> str:
    """What is said of the group that a node is; empty for other nodes."""
    group = None if node.group_id is None else store.group(work.db, node.group_id)
    return "" if group is None else group.description


def publish_group(work: Work, group: Group) -> Node:
    """Let everybody know of a group that has no number yet. Returns its node."""
    work.db.flush()
    node = Node(kind=Kind.GROUP.value, group_id=group.id, title=group.title, is_published=True, is_open=True)
    work.db.add(node)
    work.db.flush()
    settling.revise(work, node)
    return node


def remove_group(work: Work, group_id: int) -> None:
    """With its node, its memberships, and what it was allowed on datasets."""
    for dataset in datasets.by_ids(work, store.datasets_of_group(work.db, group_id)):
        datasets.note_change(work, dataset)
    group = store.group(work.db, group_id)
    if group is not None:
        work.db.delete(group)
        work.db.flush()
