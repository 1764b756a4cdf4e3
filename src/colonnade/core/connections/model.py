"""Connections, who may use them, and the sources that do, as tables; and the types that prove permission."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.core.work import now
from colonnade.db.base import Base

CONNECTION_PERMISSIONS = ("manage_connection",)


class Connection(Base):
    """A row stays after its connection was removed (`removed_at`), without its secrets, so that no uid is used twice.

    An inline connection was given with a resource: it is that resource's alone and goes with it.
    """

    __tablename__ = "connection"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    url: Mapped[str]
    header_names: Mapped[list[str]] = mapped_column(default=list)
    auth_username: Mapped[str | None]
    """None: without authentication."""
    sealed: Mapped[str | None]
    """The values of the headers, in order, and the password."""
    is_reusable: Mapped[bool] = mapped_column(default=False)
    is_inline: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_by: Mapped[str | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    removed_at: Mapped[dt.datetime | None]


class ConnectionRuleset(Base):
    """One person or one group may use a reusable connection; with `manage_connection`, change, share and remove it."""

    __tablename__ = "connection_ruleset"
    __table_args__ = (
        UniqueConstraint("connection_id", "person_id"),
        UniqueConstraint("connection_id", "group_id", name="uq_connection_ruleset_connection_id_group_id"),
        CheckConstraint("(person_id IS NULL) != (group_id IS NULL)", name="one_holder"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("group.id", ondelete="CASCADE"), index=True)
    permissions: Mapped[list[str]] = mapped_column(default=list)


class HttpSource(Base):
    """What a resource fetches, and what the server said of the content that came last."""

    __tablename__ = "http_source"

    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), index=True)
    connection_id: Mapped[int] = mapped_column(ForeignKey("connection.id"), index=True)
    relative_url: Mapped[str] = mapped_column(default="")
    header_names: Mapped[list[str]] = mapped_column(default=list)
    sealed: Mapped[str | None]
    updated_at: Mapped[dt.datetime] = mapped_column(default=now)
    asked_at: Mapped[dt.datetime | None]
    """When the settings of the last successful fetch were read: what it brought counts until they change."""
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    digest: Mapped[str | None]
    """SHA-256 of the content that came last."""


@dataclass(frozen=True)
class SeenConnection:
    """A connection that the actor may use or manage. Only `service` makes one."""

    connection: Connection
    can_reuse: bool
    can_manage: bool


@dataclass(frozen=True)
class ManageableConnection(SeenConnection):
    """A connection that the actor may change, share and remove. Only `service.manageable` and `create` make one."""


@dataclass(frozen=True)
class Counts:
    """How many datasets use a connection, how many people and groups hold a ruleset on it."""

    datasets: int = 0
    people: int = 0
    groups: int = 0
