"""Connections to other servers, who may use them, and what resources fetch from them."""

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _connections()
    _rulesets()
    _sources()


def _connections() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("header_names", sa.JSON(), nullable=False),
        sa.Column("auth_username", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("is_reusable", sa.Boolean(), nullable=False),
        sa.Column("is_inline", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_connection_owner_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint("uid", name=op.f("uq_connection_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_connection_owner_id"), "connection", ["owner_id"], unique=False)


def _rulesets() -> None:
    op.create_table(
        "connection_ruleset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) != (group_id IS NULL)", name=op.f("ck_connection_ruleset_one_holder")
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
            name=op.f("fk_connection_ruleset_connection_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_connection_ruleset_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_connection_ruleset_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_ruleset")),
        sa.UniqueConstraint("connection_id", "group_id", name="uq_connection_ruleset_connection_id_group_id"),
        sa.UniqueConstraint("connection_id", "person_id", name=op.f("uq_connection_ruleset_connection_id")),
    )
    for holder in ("person_id", "group_id"):
        name = op.f(f"ix_connection_ruleset_{holder}")
        op.create_index(name, "connection_ruleset", [holder], unique=False)


def _sources() -> None:
    op.create_table(
        "http_source",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("relative_url", sa.String(), nullable=False),
        sa.Column("header_names", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("etag", sa.String(), nullable=True),
        sa.Column("last_modified", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_http_source_connection_id")
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_http_source_dataset_id")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_http_source_resource_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_http_source")),
    )
    for column in ("dataset_id", "connection_id"):
        op.create_index(op.f(f"ix_http_source_{column}"), "http_source", [column], unique=False)
