"""Datasets, their rulesets, and the log of what changed for readers, as tables; and the types that prove permission."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from colonnade.core.datasets.metadata import effective
from colonnade.core.datasets.security import Access
from colonnade.core.work import now
from colonnade.db.base import Base
from colonnade.errors import Invalid

MAX_METADATA_BYTES = 4_000_000
"""Every list of datasets loads them."""
DATASET_PERMISSIONS = ("explore_restricted_dataset", "edit_dataset", "publish_dataset", "manage_dataset")


class Dataset(Base):
    """A row stays after its dataset was deleted (`deleted_at`), so that no id is ever used twice."""

    __tablename__ = "dataset"
    __table_args__ = (
        # What a list and its count ask about: without it they would read through all metadata. Not `deleted_at` first:
        # SQLite would take it for the quickest way to any dataset.
        Index("ix_dataset_listed", "is_draft", "created_by", "deleted_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    uuid: Mapped[str] = mapped_column(unique=True, default=lambda: str(uuid.uuid4()))
    slug: Mapped[str | None] = mapped_column(unique=True)
    """The public identifier (`dataset_id`); None once deleted."""
    metadata_draft: Mapped[dict[str, Any]]
    """Template -> field -> {value, remote_value, override_remote_value}, as publishers edit it."""
    metadata_published: Mapped[dict[str, Any] | None]
    """The same as readers see it; None while unpublished."""
    is_draft: Mapped[bool] = mapped_column(default=False)
    """`internal.draft` of the metadata as publishers edit it: listed for its creator alone, and not to be published."""
    is_published: Mapped[bool] = mapped_column(default=False)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    default_security: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    created_by: Mapped[str | None]
    updated_by: Mapped[str | None]
    data_processed_at: Mapped[dt.datetime | None]
    metadata_processed_at: Mapped[dt.datetime | None]
    deleted_at: Mapped[dt.datetime | None]

    @validates("metadata_draft")
    def _note_draft(self, _name: str, metadata: dict[str, Any]) -> dict[str, Any]:
        if len(orjson.dumps(metadata)) > MAX_METADATA_BYTES:
            message = f"The metadata of a dataset have at most {MAX_METADATA_BYTES:,} bytes as JSON."
            raise Invalid(message, fields={"metadata": [message]})
        internal = effective({"internal": metadata.get("internal", {})})["internal"]
        self.is_draft = internal.get("draft") is True
        return metadata


class Ruleset(Base):
    """What one person or one group may do with a dataset and see of it."""

    __tablename__ = "ruleset"
    __table_args__ = (
        UniqueConstraint("dataset_id", "person_id"),
        UniqueConstraint("dataset_id", "group_id", name="uq_ruleset_dataset_id_group_id"),
        CheckConstraint("(person_id IS NULL) != (group_id IS NULL)", name="one_holder"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    security: Mapped[dict[str, Any]]
    permissions: Mapped[list[str]]


class CatalogueChange(Base):
    """A dataset changed in a way that readers can notice. The queryable catalogue reads this log."""

    __tablename__ = "catalogue_change"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    seq: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int]


@dataclass(frozen=True)
class ReadableDataset:
    """A published dataset that the actor may see, and how much of it. Only `service.readable` makes one."""

    dataset: Dataset
    access: Access


@dataclass(frozen=True)
class ViewableDataset:
    """A dataset whose configuration the actor may see. Only `service.viewable` and its stricter kin make one."""

    dataset: Dataset


@dataclass(frozen=True)
class EditableDataset(ViewableDataset):
    """A dataset that the actor may change. Only `service.editable` and `service.create` make one."""


@dataclass(frozen=True)
class SecurableDataset(EditableDataset):
    """A dataset of which the actor may say who sees what. Only `service.securable` makes one."""


@dataclass(frozen=True)
class PublishableDataset(ViewableDataset):
    """A dataset that the actor may publish, unpublish, or stop publishing. Only `service.publishable` makes one."""


@dataclass(frozen=True)
class Audience:
    """Who knows of a dataset besides those who see all, and what each of them sees at least. `principals`: holders of
    rulesets, as `Actor.principals` names them; everybody knows of a dataset that is not restricted."""

    principals: tuple[str, ...]
    access: Access
