"""Queries over nodes, their references and tags."""

import uuid as uuids
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, insert, or_, select, true, update
from sqlalchemy.orm import Session, aliased, defer
from sqlalchemy.orm.attributes import set_committed_value

from colonnade.core.datasets.model import Dataset, Ruleset
from colonnade.core.nodes.model import Kind, Node, NodeReference, NodeRevision, Tag
from colonnade.core.people.model import Group, Membership, Person
from colonnade.core.work import Actor
from colonnade.db.base import LARGEST_ID, row_by_id, row_ids

AT_ONCE = 10_000  # ids in one question to the catalogue

_Parent = aliased(Node)


def by_id(db: Session, nid: int) -> Node | None:
    return row_by_id(db, Node, nid)


def by_ids(db: Session, nids: Iterable[int]) -> Sequence[Node]:
    wanted = row_ids(nids)
    parts = (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
    return [one for part in parts for one in db.scalars(select(Node).where(Node.id.in_(part)))]


_WITH_DATASETS = (
    select(Node, Dataset)
    .outerjoin(Dataset, Dataset.id == Node.dataset_id)
    .where(Node.id.in_(bindparam("nids", expanding=True)))
)


def with_datasets(db: Session, nids: Iterable[int]) -> dict[int, tuple[Node, Dataset | None]]:
    """Nodes by their numbers, each with the dataset that it stands for."""
    rows = db.execute(_WITH_DATASETS, {"nids": row_ids(nids)})
    return {node.id: (node, dataset) for node, dataset in rows}


_BY_UUID = select(Node).where(Node.uuid == bindparam("uuid"))


def by_uuid(db: Session, uuid: str) -> Node | None:
    return db.scalar(_BY_UUID, {"uuid": uuid.lower()})


_BY_DATASET = select(Node).where(Node.dataset_id == bindparam("dataset_id"))


def by_dataset(db: Session, dataset_id: int) -> Node | None:
    return db.scalar(_BY_DATASET, {"dataset_id": dataset_id})


def uuid_taken(db: Session, uuid: str) -> bool:
    """A deleted dataset gives its own up."""
    gone = update(Dataset).where(Dataset.uuid == uuid, Dataset.deleted_at.is_not(None))
    db.execute(gone.values(uuid=str(uuids.uuid4())))
    known = select(Dataset.id).where(Dataset.uuid == uuid).exists() | exists().where(Node.uuid == uuid)
    return bool(db.scalar(select(known)))


def taken_uuids(db: Session, some: Sequence[str]) -> frozenset[str]:
    """Those of these that nodes have."""
    parts = (some[start : start + AT_ONCE] for start in range(0, len(some), AT_ONCE))
    return frozenset(
        one for part in parts for one in db.scalars(select(Node.uuid).where(Node.uuid.in_(part)))
    )


def nids_of_datasets(db: Session, dataset_ids: Sequence[int]) -> dict[int, int]:
    query = select(Node.dataset_id, Node.id).where(Node.dataset_id.in_(dataset_ids))
    return {dataset_id: nid for dataset_id, nid in db.execute(query) if dataset_id is not None}


def dataset_id_of(db: Session, nid: int) -> int:
    """Of a node that stands for a dataset."""
    return db.scalars(select(Node.dataset_id).where(Node.id == nid, Node.dataset_id.is_not(None))).one() or 0


def nids_of_groups(db: Session, group_ids: Iterable[int]) -> list[int]:
    wanted = list(group_ids)
    if not wanted:
        return []
    return list(db.scalars(select(Node.id).where(Node.group_id.in_(wanted)).order_by(Node.id)))


def by_slug(db: Session, slug: str) -> Node | None:
    """The node of the dataset that is called so."""
    return db.scalar(select(Node).join(Dataset, Dataset.id == Node.dataset_id).where(Dataset.slug == slug))


_ALIASED = select(Node.id).where(Node.alias == bindparam("alias"))


def by_alias(db: Session, alias: str) -> Node | None:
    nid = db.connection().execute(_ALIASED, {"alias": alias}).scalar()
    return None if nid is None else by_id(db, nid)


def by_group_uid(db: Session, uid: str) -> Node | None:
    return db.scalar(select(Node).join(Group, Group.id == Node.group_id).where(Group.uid == uid))


def nids_of_person(db: Session, person_id: int) -> list[int]:
    """The groups that a person joined, as nodes."""
    query = select(Node.id).join(Membership, Membership.group_id == Node.group_id)
    return list(db.scalars(query.where(Membership.person_id == person_id).order_by(Node.id)))


def groups_by_nids(db: Session, nids: Sequence[int]) -> dict[int, Group]:
    query = select(Node.id, Group).join(Group, Group.id == Node.group_id).where(Node.id.in_(row_ids(nids)))
    return dict(db.execute(query).all())


def group(db: Session, group_id: int) -> Group | None:
    return db.get(Group, group_id)


def dataset(db: Session, dataset_id: int) -> Dataset | None:
    """None once it was deleted."""
    found = db.get(Dataset, dataset_id)
    return None if found is None or found.deleted_at is not None else found


def datasets(db: Session, dataset_ids: Sequence[int]) -> Sequence[Dataset]:
    """With deleted ones."""
    return db.scalars(select(Dataset).where(Dataset.id.in_(dataset_ids))).all() if dataset_ids else ()


_PARENTS = (
    select(NodeReference.resource_node_id, _Parent.id, Dataset)
    .join(_Parent, _Parent.id == NodeReference.dataset_node_id)
    .join(Dataset, Dataset.id == _Parent.dataset_id)
    .where(NodeReference.resource_node_id.in_(bindparam("nids", expanding=True)))
    .order_by(NodeReference.dataset_place, NodeReference.id)
    .options(defer(Dataset.metadata_draft), defer(Dataset.metadata_published))
)


def parents(db: Session, nids: Sequence[int]) -> dict[int, list[tuple[int, Dataset]]]:
    """Of each resource its datasets, also deleted ones, in order: the number of each as a node, and itself."""
    found: dict[int, list[tuple[int, Dataset]]] = {one: [] for one in nids}
    for nid, parent, one in db.execute(_PARENTS, {"nids": list(nids)}):
        found[nid].append((parent, one))
    return found


_PAIRS_OF_DATASET = (
    select(NodeReference)
    .where(NodeReference.dataset_node_id == bindparam("nid"))
    .order_by(NodeReference.resource_place, NodeReference.id)
)
_PAIRS_OF_RESOURCE = (
    select(NodeReference)
    .where(NodeReference.resource_node_id == bindparam("nid"))
    .order_by(NodeReference.dataset_place, NodeReference.id)
)


def pairs_of_dataset(db: Session, nid: int) -> Sequence[NodeReference]:
    return db.scalars(_PAIRS_OF_DATASET, {"nid": nid}).all()


def resource_ids(db: Session, nid: int) -> Sequence[int]:
    """Those that resources of a dataset are mirrored by, or stand for, in order."""
    known = func.coalesce(NodeReference.resource_id, Node.resource_id)
    query = select(known).join(Node, Node.id == NodeReference.resource_node_id)
    query = query.where(NodeReference.dataset_node_id == nid, known.is_not(None))
    return db.scalars(query.order_by(NodeReference.resource_place, NodeReference.id)).all()


def pairs_of_resource(db: Session, nid: int) -> Sequence[NodeReference]:
    return db.scalars(_PAIRS_OF_RESOURCE, {"nid": nid}).all()


def rightful_parents(db: Session, nid: int) -> frozenset[int]:
    """The datasets of a resource, by their numbers as nodes, that give who may edit them the right to edit it."""
    of_it = (NodeReference.resource_node_id == nid, NodeReference.gives_rights)
    return frozenset(db.scalars(select(NodeReference.dataset_node_id).where(*of_it)))


_LAST_OF_DATASETS = (
    select(NodeReference.dataset_node_id, func.max(NodeReference.resource_place))
    .where(NodeReference.dataset_node_id.in_(bindparam("nids", expanding=True)))
    .group_by(NodeReference.dataset_node_id)
)
_LAST_OF_RESOURCES = (
    select(NodeReference.resource_node_id, func.max(NodeReference.dataset_place))
    .where(NodeReference.resource_node_id.in_(bindparam("nids", expanding=True)))
    .group_by(NodeReference.resource_node_id)
)


def last_places(db: Session, nids: Sequence[int], *, of_datasets: bool) -> dict[int, int]:
    """The last place that is taken among the resources of each dataset, or the datasets of each resource."""
    query = _LAST_OF_DATASETS if of_datasets else _LAST_OF_RESOURCES
    return dict(db.execute(query, {"nids": list(nids)}).all())


def page(
    db: Session,
    actor: Actor,
    *,
    sees_all: bool,
    sees_published: bool,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[object]],
    offset: int,
    limit: int,
) -> Sequence[Node]:
    """Nodes that the actor may see, without those that are not published unless `sees_all`."""
    seen = _seen(actor, sees_all=sees_all, sees_published=sees_published)
    listed = (
        select(Node).where(seen, *conditions).order_by(*order).limit(limit).offset(min(offset, LARGEST_ID))
    )
    return db.scalars(listed).all()


def newest_datasets(
    db: Session, actor: Actor, *, sees_published: bool, by_change: bool = False
) -> Sequence[int]:
    """The numbers of all published datasets that the actor may see, the newest first, or those that were changed last."""
    seen = _seen(actor, sees_all=False, sees_published=sees_published)
    listed = select(Node.id).where(seen, Node.is_published, Node.kind == Kind.DATASET)
    first = Node.changed if by_change else Node.created
    return db.scalars(listed.order_by(first.desc(), Node.id.desc())).all()


def slugs(db: Session, nids: Sequence[int]) -> Sequence[str]:
    """Of the datasets that these nodes stand for, in the order of the nodes' numbers."""
    query = select(Dataset.slug).join(Node, Node.dataset_id == Dataset.id).order_by(Node.id)
    parts = (nids[start : start + AT_ONCE] for start in range(0, len(nids), AT_ONCE))
    found = (one for part in parts for one in db.scalars(query.where(Node.id.in_(part))))
    return [one for one in found if one is not None]


def last_revisions(db: Session, nids: Sequence[int]) -> dict[int, str | None]:
    """What the last revision of each of these nodes is called."""
    parts = (nids[start : start + AT_ONCE] for start in range(0, len(nids), AT_ONCE))
    query = select(Node.id, Node.vuuid)
    return {nid: vuuid for part in parts for nid, vuuid in db.execute(query.where(Node.id.in_(part)))}


def pairs_of_datasets(db: Session, nids: Sequence[int]) -> dict[int, list[int]]:
    """The numbers of the resources of each of these datasets, in order."""
    query = select(NodeReference.dataset_node_id, NodeReference.resource_node_id)
    ordered = query.order_by(NodeReference.resource_place, NodeReference.id)
    found: dict[int, list[int]] = {one: [] for one in nids}
    for dataset, resource in db.execute(ordered.where(NodeReference.dataset_node_id.in_(nids))):
        found[dataset].append(resource)
    return found


def refresh_open(db: Session, nids: Sequence[int]) -> None:
    """Let resources say whether everybody may see them: if they are published, and one of their datasets is open to
    everybody, or they have none."""
    pairs = select(NodeReference.id).where(NodeReference.resource_node_id == Node.id)
    in_open = pairs.join(_Parent, _Parent.id == NodeReference.dataset_node_id).where(_Parent.is_open)
    is_open = Node.is_published & or_(~exists(pairs), exists(in_open))
    for start in range(0, len(nids), AT_ONCE):
        part = nids[start : start + AT_ONCE]
        refresh = update(Node).where(Node.id.in_(part)).values(is_open=is_open)
        db.execute(refresh, execution_options={"synchronize_session": "fetch"})


def resources_of(db: Session, nids: Sequence[int]) -> Sequence[int]:
    """The resources of these datasets, by their numbers as nodes."""
    query = select(NodeReference.resource_node_id).where(NodeReference.dataset_node_id.in_(nids))
    return db.scalars(query.distinct()).all()


def remove(db: Session, nids: Sequence[int]) -> None:
    """With their revisions and references."""
    db.execute(delete(Node).where(Node.id.in_(nids)))


def remove_pairs(db: Session, ids: Sequence[int]) -> None:
    db.execute(delete(NodeReference).where(NodeReference.id.in_(ids)))


def revisions(db: Session, nid: int) -> Sequence[NodeRevision]:
    return db.scalars(select(NodeRevision).where(NodeRevision.node_id == nid).order_by(NodeRevision.id)).all()


_TAGS = select(Tag.name, Tag.id).where(
    Tag.vocabulary == bindparam("vocabulary"), Tag.name.in_(bindparam("names", expanding=True))
)


def tags(db: Session, vocabulary: str, names: Iterable[str]) -> dict[str, int]:
    """The numbers of those words that have one."""
    return dict(db.execute(_TAGS, {"vocabulary": vocabulary, "names": list(names)}).all())


def nids_by(db: Session, link: Any, ids: Sequence[int]) -> dict[int, int]:
    """The nodes that stand for these things; `link`: the column that says for which."""
    return dict(db.execute(select(link, Node.id).where(link.in_(ids))).all())


def add_nodes(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add many nodes, each with its first revision."""
    last = db.scalar(select(func.max(Node.id))) or 0
    db.execute(insert(Node), [dict(one) for one in rows])
    fresh = db.execute(select(Node.id, Node.changed, Node.author_id).where(Node.id > last))
    first = [{"node_id": nid, "at": at, "by": by} for nid, at, by in fresh]
    db.execute(insert(NodeRevision), first)
    of_it = NodeRevision.node_id == Node.id
    values = {
        "vid": select(NodeRevision.id).where(of_it).scalar_subquery(),
        "vuuid": select(NodeRevision.uuid).where(of_it).scalar_subquery(),
        "revised_at": Node.changed,
        "revised_by": Node.author_id,
    }
    made = update(Node).where(Node.id > last).values(**values)
    db.execute(made, execution_options={"synchronize_session": False})


def open_tags(db: Session, tids: Sequence[int]) -> None:
    closed = update(Tag).where(Tag.id.in_(tids), Tag.is_open.is_(False))
    db.execute(closed.values(is_open=True), execution_options={"synchronize_session": False})


_NEW_REVISION = insert(NodeRevision)


def add_revision(db: Session, nid: int, uuid: str, log: str, at: int, by: int | None) -> int:
    """Its number. Not by way of an object: a node is written once its revision has one."""
    values = {"node_id": nid, "uuid": uuid, "log": log, "at": at, "by": by}
    key = db.connection().execute(_NEW_REVISION, values).inserted_primary_key
    assert key is not None
    return int(key[0])


_PUT_VID = update(Node).where(Node.id == bindparam("nid")).values(vid=bindparam("number"))


def put_vid(db: Session, node: Node, vid: int) -> None:
    """Let a node that was written say which its revision is, without writing the rest of it again."""
    db.connection().execute(_PUT_VID, {"nid": node.id, "number": vid})
    set_committed_value(node, "vid", vid)


def tags_by_ids(db: Session, tids: Iterable[int]) -> dict[int, Tag]:
    return {one.id: one for one in db.scalars(select(Tag).where(Tag.id.in_(row_ids(tids))))}


def all_tags(db: Session, vocabulary: str | None) -> Sequence[Tag]:
    query = select(Tag).order_by(Tag.id)
    return db.scalars(query if vocabulary is None else query.where(Tag.vocabulary == vocabulary)).all()


def groups_with(db: Session, dataset_ids: Sequence[int]) -> Mapping[int, list[tuple[Group, Ruleset]]]:
    """The groups that hold a ruleset on each of these datasets, in the order in which they were given it."""
    query = select(Group, Ruleset).join(Ruleset, Ruleset.group_id == Group.id)
    found: dict[int, list[tuple[Group, Ruleset]]] = {}
    for group, rule in db.execute(query.where(Ruleset.dataset_id.in_(dataset_ids)).order_by(Ruleset.id)):
        found.setdefault(rule.dataset_id, []).append((group, rule))
    return found


def datasets_of_group(db: Session, group_id: int) -> Sequence[int]:
    return db.scalars(select(Ruleset.dataset_id).where(Ruleset.group_id == group_id)).all()


def person_ids(db: Session, usernames: Iterable[str]) -> dict[str, int]:
    query = select(Person.username, Person.id).where(Person.username.in_(sorted(set(usernames))))
    return dict(db.execute(query).all())


def _seen(actor: Actor, *, sees_all: bool, sees_published: bool) -> ColumnElement[bool]:
    if sees_all:
        return true()
    if sees_published:
        return Node.is_published.is_(True)
    if not actor.is_signed_in:
        return Node.is_open.is_(True)
    groups = select(Group.id).where(Group.uid.in_(sorted(actor.groups)))
    held = select(Ruleset.dataset_id).where(
        or_(Ruleset.person_id == actor.person_id, Ruleset.group_id.in_(groups))
    )
    parents = (
        select(NodeReference.resource_node_id)
        .join(_Parent, _Parent.id == NodeReference.dataset_node_id)
        .where(_Parent.is_published, _Parent.dataset_id.in_(held))
    )
    # Of what stands for something else the author may have lost the right to see it.
    is_own = Node.dataset_id.is_(None) & Node.resource_id.is_(None) & Node.attachment_id.is_(None)
    is_known = or_(
        Node.dataset_id.in_(held),
        (Node.kind == Kind.RESOURCE) & Node.id.in_(parents),
        is_own & (Node.author_id == actor.person_id),
    )
    return Node.is_published & or_(Node.is_open, is_known)
