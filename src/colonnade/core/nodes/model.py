"""Nodes: everything of the portal that has a number in one space (datasets, resources, groups, pages ...), as tables; and
the types that prove permission."""

import uuid as uuids
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.datasets.model import Dataset
from colonnade.core.datasets.security import FULL, Access, decided
from colonnade.core.work import ANONYMOUS, Event, now
from colonnade.db.base import Base


class Kind(StrEnum):
    DATASET = "dataset"
    RESOURCE = "resource"
    GROUP = "group"
    PAGE = "page"
    HARVEST_SOURCE = "harvest_source"
    DATA_DASHBOARD = "data_dashboard"
    DATA_STORY = "dkan_data_story"


class Tags(StrEnum):
    """The vocabularies whose terms have a number: free words of datasets, their themes, formats of files."""

    TAGS = "tags"
    TOPICS = "dkan_topics"
    FORMATS = "format"


def shows_all(dataset: Dataset) -> bool:
    """Whether a dataset, once it is published, shows every field of every row to everybody."""
    access = decided(ANONYMOUS, dataset.is_restricted, dataset.default_security, ())
    return access is not None and access.shows_all


def seconds() -> int:
    """Now, as nodes keep times."""
    return int(now().timestamp())


FILES = frozenset({"field_upload", "field_link_remote_file", "field_image"})
"""The keys of `Node.items` whose items are files."""


class Node(Base):
    """A thing with a number. With a link it stands for something that the core keeps, which is then the truth: the
    columns mirror it (`settling`). Without one it is all there is of a resource, a page ... Times are seconds since
    1970, since questions about nodes compare them so."""

    __tablename__ = "node"
    __table_args__ = (
        # The order of lists: pinned, then new ones; read from the end. Within a second they are sorted.
        Index("ix_node_listed", "sticky", "created"),
        Index("ix_node_open", "is_open", "sticky", "created"),
        Index("ix_node_kind", "kind", "sticky", "created"),
        Index("ix_node_title", "title"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuids.uuid4()))
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("dataset.id"), unique=True)
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="CASCADE"), unique=True
    )
    """A resource of a dataset that was made through another door."""
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="CASCADE"), unique=True
    )
    """A file beside the rows of a dataset, made through another door."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), unique=True)
    title: Mapped[str]
    alias: Mapped[str | None] = mapped_column(unique=True)
    """What a dataset is called in the address of its page since its title changed here; None: as it is called everywhere."""
    language: Mapped[str] = mapped_column(default="und")
    is_published: Mapped[bool] = mapped_column(default=True)
    is_open: Mapped[bool] = mapped_column(default=False)
    """Everybody may see it. Lists ask this; who opens one node is told by its dataset."""
    promote: Mapped[bool] = mapped_column(default=False)
    sticky: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created: Mapped[int] = mapped_column(default=seconds)
    changed: Mapped[int] = mapped_column(default=seconds)
    vid: Mapped[int | None]
    """The number of its latest revision; given in the transaction that makes the node."""
    vuuid: Mapped[str | None]
    log: Mapped[str] = mapped_column(default="")
    revised_at: Mapped[int] = mapped_column(default=seconds)
    revised_by: Mapped[int | None]
    items: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Field -> list of items, as the door that has fields keeps them."""

    @property
    def is_foreign(self) -> bool:
        """A resource that another door made, and keeps."""
        return self.resource_id is not None or self.attachment_id is not None

    @property
    def is_own_resource(self) -> bool:
        return self.kind == Kind.RESOURCE and not self.is_foreign


class GoneNode(Base):
    """A node that was removed, however it was: a trigger of the catalogue writes it down. Its number is never another's."""

    __tablename__ = "gone_node"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uuid: Mapped[str]


class NodeRevision(Base):
    """A change of a node; what the node said before is not kept."""

    __tablename__ = "node_revision"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("node.id", ondelete="CASCADE"), index=True)
    uuid: Mapped[str] = mapped_column(default=lambda: str(uuids.uuid4()))
    log: Mapped[str] = mapped_column(default="")
    at: Mapped[int] = mapped_column(default=seconds)
    by: Mapped[int | None]


class NodeReference(Base):
    """A resource is one of a dataset's. One row a pair, so that both sides always say the same. For other doors, a
    resource that was made here is mirrored in each of its datasets: as a resource or as an attachment."""

    __tablename__ = "node_reference"
    __table_args__ = (UniqueConstraint("dataset_node_id", "resource_node_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_node_id: Mapped[int] = mapped_column(ForeignKey("node.id", ondelete="CASCADE"))
    resource_node_id: Mapped[int] = mapped_column(ForeignKey("node.id", ondelete="CASCADE"), index=True)
    resource_place: Mapped[int]
    """Of the resource among those of the dataset."""
    dataset_place: Mapped[int]
    """Of the dataset among those of the resource."""
    resource_id: Mapped[int | None] = mapped_column(
        ForeignKey("resource.id", ondelete="SET NULL"), index=True
    )
    attachment_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL"), index=True
    )
    gives_rights: Mapped[bool] = mapped_column(default=True)
    """Who may edit the dataset may edit the resource: so it is if whoever put them together could. Anybody may show an open
    resource in a dataset of theirs."""


class Tag(Base):
    """The number of a word."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("vocabulary", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    vocabulary: Mapped[str]
    name: Mapped[str]
    is_open: Mapped[bool] = mapped_column(default=False)
    """A dataset that everybody may see said it once."""
    made_by: Mapped[int | None]
    """The person who said it first."""


class NodeProgress(Base):
    """How far the nodes have followed the log of what changed. One row."""

    __tablename__ = "node_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]


@dataclass(frozen=True)
class ReadableNode:
    """A node that the actor may see. Only `service` makes one. `dataset`: what it stands for, or is a part of (a resource
    that another door made). `access`: how much the actor sees of its rows; of a resource that was made here, the most
    that one of its datasets allows."""

    node: Node
    dataset: Dataset | None = None
    access: Access = FULL


@dataclass(frozen=True)
class EditableNode(ReadableNode):
    """A node that the actor may change. Only `service` makes one."""


@dataclass(frozen=True)
class Changes:
    """What somebody says of a node; None, or no key: that stays as it is. `metadata`: template -> field -> value, of a
    dataset; `items`: field -> its items, an empty list for none; the rest are numbers of nodes, in order. `created`,
    `changed`, `author_id` and `uuid` are for who moves nodes from elsewhere; so are `nid`, a number that a new node gets
    if no other has it or had it, `author_name`, of an author who has no account here, and `name`, which a new dataset gets in
    addresses if it is one and no other has it."""

    title: str | None = None
    is_published: bool | None = None
    promote: bool | None = None
    sticky: bool | None = None
    language: str | None = None
    log: str | None = None
    uuid: str | None = None
    author_id: int | None = None
    created: int | None = None
    changed: int | None = None
    nid: int | None = None
    author_name: str | None = None
    name: str | None = None
    metadata: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    items: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    resources: Sequence[int] | None = None
    datasets: Sequence[int] | None = None
    groups: Sequence[int] | None = None


@dataclass(frozen=True)
class Condition:
    """A question about a column of nodes; `operator` as SQL writes it, `values` as texts."""

    column: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Ordering:
    column: str
    descending: bool = False


@dataclass(frozen=True)
class Pair:
    """A dataset and a resource of it, by their numbers as nodes."""

    dataset: int
    resource: int


@dataclass(frozen=True)
class Mirror:
    """What other doors see of a resource in one of its datasets; both None: nothing yet."""

    dataset_id: int
    resource_id: int | None
    attachment_id: int | None


@dataclass(frozen=True)
class NodeChanged(Event):
    """A resource or another node says something else of itself."""

    nid: int


@dataclass(frozen=True)
class NodeRemoved(Event):
    """A node is gone; what it had (files, rows, mirrors) can go."""

    nid: int
    kind: Kind
    items: Mapping[str, Any]
    mirrors: tuple[Mirror, ...] = ()


@dataclass(frozen=True)
class ReferencesChanged(Event):
    """`reordered`: a dataset, as a node, whose resources stand in another order."""

    added: tuple[Pair, ...] = ()
    removed: tuple[Mirror, ...] = ()
    reordered: int | None = None
