"""Following what happens to datasets through other doors: whatever is published has a number, and its node says what it
says. Nothing else needs to know of nodes for that: the log of what changed for readers is read."""

import logging
import uuid as uuids
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, defer

from colonnade.core.attachments.model import Attachment
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets.model import CatalogueChange, Dataset
from colonnade.core.nodes import store, tags
from colonnade.core.nodes.model import Kind, Node, NodeProgress, NodeReference, Tags, shows_all
from colonnade.core.people.model import Group
from colonnade.core.resources.model import Resource
from colonnade.core.work import SYSTEM, Portal, Work
from colonnade.errors import PortalError

log = logging.getLogger(__name__)

Row = dict[str, Any]
"""Columns of a node."""
AT_ONCE = 500
"""Changes that are followed in one transaction: other writers wait for it."""

_LAST = select(func.max(CatalogueChange.seq)).scalar_subquery()
_DONE = select(NodeProgress.seq).where(NodeProgress.id == 1).scalar_subquery()
_NEW_GROUPS = exists().where(
    Group.is_built_in.is_(False), ~exists().where(Node.group_id == Group.id, Node.title == Group.title)
)
_BEHIND = select(func.coalesce(_LAST, 0) > _DONE, _NEW_GROUPS)
_IS_CURRENT = select(func.coalesce(_LAST, 0) <= _DONE)
_CATCH_UP = (
    update(NodeProgress).where(NodeProgress.id == 1).values(seq=func.coalesce(_LAST, NodeProgress.seq))
)
_CHANGES = (
    select(CatalogueChange.seq, CatalogueChange.dataset_id)
    .where(CatalogueChange.seq > _DONE)
    .order_by(CatalogueChange.seq)
    .limit(bindparam("most"))
)
_DATASETS = (
    select(Dataset)
    .where(Dataset.id.in_(bindparam("ids", expanding=True)))
    .options(defer(Dataset.metadata_draft))
)
_NODES_OF = select(Node).where(Node.dataset_id.in_(bindparam("ids", expanding=True)))


def are_behind(db: Session) -> bool:
    return any(db.connection().execute(_BEHIND).one())


def settle(portal: Portal) -> None:
    """Let the nodes be up to date. Where they are, this is one question."""
    with portal.database.read() as db:
        behind = are_behind(db)
    most = AT_ONCE
    while behind:
        try:
            with portal.writing(SYSTEM) as work:
                behind = _step(work, most)
        except (OperationalError, PortalError):  # the catalogue is busy, or gone
            raise
        except Exception as error:  # whatever it is: every request of the door comes by here
            if most == 1 and not _pass_over(portal, error):
                raise
            most = AT_ONCE if most == 1 else most // 2


@contextmanager
def followed(work: Work) -> Iterator[None]:
    """What is written inside says by itself what `settle` would: nobody need follow it."""
    connection = work.db.connection()
    is_current = connection.execute(_IS_CURRENT).scalar_one()
    yield
    if is_current:
        work.db.flush()
        connection.execute(_CATCH_UP)


def revise(work: Work, node: Node, log: str = "") -> None:
    """Write down a new revision of a node that has its number."""
    say_who(work, node, log)
    node.vid = _add_revision(work, node)


def say_who(work: Work, node: Node, log: str) -> None:
    """Who changes a node, and why: what its next revision says."""
    node.vuuid, node.log = str(uuids.uuid4()), log
    node.revised_at, node.revised_by = node.changed, work.actor.person_id


def begin_revisions(work: Work, node: Node) -> None:
    """Write down the first revision of a node that was written as `say_who` left it; nothing else of it is written again."""
    store.put_vid(work.db, node, _add_revision(work, node))


def _add_revision(work: Work, node: Node) -> int:
    assert node.vuuid is not None
    return store.add_revision(work.db, node.id, node.vuuid, node.log, node.revised_at, node.revised_by)


def mirror(node: Node, dataset: Dataset) -> None:
    """What a dataset says of itself that its node says, too."""
    for name, value in _said_of(dataset).items():
        setattr(node, name, value)


def note_words(work: Work, some: Sequence[Dataset]) -> None:
    """Give keywords and themes of datasets a number each, and note which of them everybody may know."""
    open_ = [one for one in some if one.is_published and not one.is_restricted]
    shown = [one.metadata_published or {} for one in open_]
    others = [one.metadata_published or one.metadata_draft for one in some if one not in open_]
    for vocabulary, field in ((Tags.TAGS, "keyword"), (Tags.TOPICS, "theme")):
        tags.tids(work, vocabulary, _words(shown, field), is_open=True)
        tags.tids(work, vocabulary, _words(others, field))


def _words(metadata: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    said = (one.get(meta.DEFAULT, {}).get(field) for one in metadata)
    return [name for one in said if one is not None for name in meta.in_force(one) or []]


def buried(work: Work, gone: Sequence[tuple[Node, Dataset]]) -> None:
    """Forget the nodes of datasets that were removed. Resources of other doors go with their dataset; those that were
    made here stay."""
    nids = [node.id for node, _ in gone]
    secret = store.resources_of(work.db, [node.id for node, dataset in gone if not shows_all(dataset)])
    resources = store.by_ids(work.db, store.resources_of(work.db, nids))
    store.remove(work.db, [*nids, *(one.id for one in resources if one.is_foreign)])
    left = [one.id for one in resources if not one.is_foreign]
    free_lonely(work, left, secret=frozenset(secret))


def free_lonely(work: Work, nids: Sequence[int], *, secret: frozenset[int] = frozenset()) -> None:
    """Resources that may have lost their last dataset: one of which not everybody could see everything stays hidden, the
    rest stands alone. `secret`: those of datasets that did not show all to everybody."""
    alone = [nid for nid, found in store.parents(work.db, nids).items() if not found]
    for node in store.by_ids(work.db, alone):
        if not node.is_open or node.id in secret:
            node.is_published = False
    work.db.flush()
    store.refresh_open(work.db, nids)


def _pass_over(portal: Portal, error: Exception) -> bool:
    """Leave out the next change, which cannot be followed; the next one of the same dataset is tried again. Returns
    whether there was one."""
    with portal.writing(SYSTEM) as work:
        change = work.db.execute(_CHANGES, {"most": 1}).first()
        if change is None:
            return False
        uid = work.db.scalar(select(Dataset.uid).where(Dataset.id == change.dataset_id))
        log.error("a change of the dataset %s cannot be followed", uid, exc_info=error)
        work.db.execute(update(NodeProgress).values(seq=change.seq))
    return True


def _step(work: Work, most: int) -> bool:
    """Follow the next changes. Returns whether there may be more to do."""
    _groups(work)
    changes = work.db.execute(_CHANGES, {"most": most}).all()
    ids = sorted({one.dataset_id for one in changes})
    some = {one.id: one for one in work.db.scalars(_DATASETS, {"ids": ids})}
    nodes = {one.dataset_id: one for one in work.db.scalars(_NODES_OF, {"ids": ids})}
    buried(work, [(nodes[key], one) for key, one in some.items() if key in nodes and one.deleted_at])
    living = [one for one in some.values() if not one.deleted_at and (one.is_published or one.id in nodes)]
    _datasets(work, living, nodes)
    _resources(work, living)
    nids = list(store.nids_of_datasets(work.db, [one.id for one in living]).values())
    store.refresh_open(work.db, store.resources_of(work.db, nids))
    if changes:
        work.db.execute(update(NodeProgress).values(seq=changes[-1].seq))
    return len(changes) == most


def _datasets(work: Work, living: Sequence[Dataset], nodes: Mapping[int | None, Node]) -> None:
    authors = _authors(work, living)
    added: list[Row] = []
    for one in living:
        if one.id in nodes:
            mirror(nodes[one.id], one)
        else:
            author = authors.get(one.created_by or "")
            row = {"kind": Kind.DATASET.value, "dataset_id": one.id, "author_id": author}
            added.append({**row, **_said_of(one)})
    _add(work, added)
    note_words(work, living)


def _said_of(dataset: Dataset) -> Row:
    said = (dataset.metadata_published if dataset.is_published else dataset.metadata_draft) or {}
    return {
        "title": meta.title({meta.DEFAULT: said.get(meta.DEFAULT, {})}) or dataset.uid,
        "uuid": dataset.uuid,
        "is_published": dataset.is_published,
        "is_open": dataset.is_published and not dataset.is_restricted,
        "created": int(dataset.created_at.timestamp()),
        "changed": int(dataset.updated_at.timestamp()),
    }


def _authors(work: Work, some: Iterable[Dataset]) -> dict[str, int]:
    return store.person_ids(work.db, {one.created_by for one in some if one.created_by})


def _add(work: Work, rows: Sequence[Row]) -> None:
    """New nodes, each with its first revision. There may be very many: no object is made of one."""
    if rows:
        work.db.flush()
        store.add_nodes(work.db, rows)


def _resources(work: Work, living: Sequence[Dataset]) -> None:
    """The resources and attachments of these datasets that other doors made."""
    by_id = {one.id: one for one in living}
    kinds: tuple[tuple[type[Resource | Attachment], Any, Any], ...] = (
        (Resource, Node.resource_id, NodeReference.resource_id),
        (Attachment, Node.attachment_id, NodeReference.attachment_id),
    )
    for table, link, mirrors in kinds:
        made_here = exists().where(mirrors == table.id)
        query: Any = select(table).where(table.dataset_id.in_(by_id), table.removed_at.is_(None), ~made_here)
        there: Iterator[Resource | Attachment] = work.db.scalars(query)
        found = [one for one in there if _is_known(one, by_id[one.dataset_id])]
        known = _known(work.db, table, link, by_id)
        kept = {one.id for one in found}
        store.remove(work.db, [node.id for key, node in known.items() if key not in kept])
        for one in found:
            if one.id in known:
                for name, value in _said_of_resource(one, by_id[one.dataset_id]).items():
                    setattr(known[one.id], name, value)
        _new_resources(work, [one for one in found if one.id not in known], by_id, link)


def _is_known(one: Resource | Attachment, dataset: Dataset) -> bool:
    """Readers know of a resource once its rows were published, of an attachment at once."""
    if isinstance(one, Attachment) or one.is_owned:
        return True
    return dataset.data_processed_at is not None and one.created_at <= dataset.data_processed_at


def _known(
    db: Session, table: type[Resource | Attachment], link: Any, by_id: Mapping[int, Dataset]
) -> dict[int, Node]:
    query = select(link, Node).join(table, table.id == link).where(table.dataset_id.in_(by_id))
    return dict(db.execute(query).all())


def _new_resources(
    work: Work, found: Sequence[Resource | Attachment], by_id: Mapping[int, Dataset], link: Any
) -> None:
    if not found:
        return
    authors = _authors(work, by_id.values())
    rows: list[Row] = []
    made = {one: str(uuids.uuid5(uuids.UUID(by_id[one.dataset_id].uuid), one.uid)) for one in found}
    taken = store.taken_uuids(work.db, list(made.values()))
    for one in found:
        dataset = by_id[one.dataset_id]
        row = {
            "kind": Kind.RESOURCE.value,
            link.key: one.id,
            "author_id": authors.get(dataset.created_by or ""),
        }
        # Somebody may have given this one to a node of theirs before.
        uuid = str(uuids.uuid4()) if made[one] in taken else made[one]
        rows.append({**row, "uuid": uuid, **_said_of_resource(one, dataset)})
    _add(work, rows)
    parents = store.nids_of_datasets(work.db, sorted({one.dataset_id for one in found}))
    places = store.last_places(work.db, list(parents.values()), of_datasets=True)
    nids = store.nids_by(work.db, link, [one.id for one in found])
    for one in found:
        nid = parents[one.dataset_id]
        places[nid] = places.get(nid, -1) + 1
        pair = NodeReference(dataset_node_id=nid, resource_node_id=nids[one.id], resource_place=places[nid])
        pair.dataset_place = 0
        work.db.add(pair)
    work.db.flush()


def _said_of_resource(one: Resource | Attachment, dataset: Dataset) -> Row:
    changed = one.updated_at if isinstance(one, Resource) else one.created_at
    return {
        "title": one.title or (one.filename if isinstance(one, Attachment) else one.uid),
        "is_published": dataset.is_published,
        "created": int(one.created_at.timestamp()),
        "changed": int(changed.timestamp()),
    }


def _groups(work: Work) -> None:
    query = select(Group, Node).outerjoin(Node, Node.group_id == Group.id).where(Group.is_built_in.is_(False))
    new: list[Row] = []
    found: Any = work.db.execute(query)
    for group, node in found:
        if node is None:
            made = int(group.created_at.timestamp())
            row = {"kind": Kind.GROUP.value, "group_id": group.id, "title": group.title}
            # What groups there are is nobody's business until somebody publishes them here.
            new.append({**row, "is_published": False, "created": made, "changed": made})
        else:
            node.title = group.title
    _add(work, new)
