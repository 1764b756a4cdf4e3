"""The first catalogue: people, datasets, sources, tables of rows, jobs."""

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0001"
down_revision = None


def upgrade() -> None:
    _people()
    _datasets()
    _resources()
    _tables()
    _jobs()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("is_built_in", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group")),
        sa.UniqueConstraint("uid", name=op.f("uq_group_uid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_membership_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "group_id", name=op.f("uq_membership_person_id")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_api_key_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_key_digest")),
        sa.UniqueConstraint("uid", name=op.f("uq_api_key_uid")),
        sqlite_autoincrement=True,
    )


def _datasets() -> None:
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("metadata_draft", sa.JSON(), nullable=False),
        sa.Column("metadata_published", sa.JSON(), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column("default_security", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("updated_by", sa.String(), nullable=True),
        sa.Column("data_processed_at", UtcDateTime(), nullable=True),
        sa.Column("metadata_processed_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        sa.UniqueConstraint("slug", name=op.f("uq_dataset_slug")),
        sa.UniqueConstraint("uid", name=op.f("uq_dataset_uid")),
        sa.UniqueConstraint("uuid", name=op.f("uq_dataset_uuid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "ruleset",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("security", sa.JSON(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) != (group_id IS NULL)", name=op.f("ck_ruleset_one_holder")),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_ruleset_dataset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group.id"], name=op.f("fk_ruleset_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ruleset_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset")),
        sa.UniqueConstraint("dataset_id", "group_id", name="uq_ruleset_dataset_id_group_id"),
        sa.UniqueConstraint("dataset_id", "person_id", name=op.f("uq_ruleset_dataset_id")),
    )
    op.create_index(op.f("ix_ruleset_group_id"), "ruleset", ["group_id"], unique=False)
    op.create_index(op.f("ix_ruleset_person_id"), "ruleset", ["person_id"], unique=False)
    op.create_table(
        "catalogue_change",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_catalogue_change")),
        sqlite_autoincrement=True,
    )


def _resources() -> None:
    op.create_table(
        "uploaded_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_uploaded_file_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploaded_file")),
        sa.UniqueConstraint("dataset_id", "uid", name=op.f("uq_uploaded_file_dataset_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_uploaded_file_dataset_id"), "uploaded_file", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_uploaded_file_digest"), "uploaded_file", ["digest"], unique=False)
    op.create_table(
        "resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("ownership", sa.String(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_resource_dataset_id")),
        sa.ForeignKeyConstraint(["file_id"], ["uploaded_file.id"], name=op.f("fk_resource_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
        sa.UniqueConstraint("uid", name=op.f("uq_resource_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_resource_dataset_id"), "resource", ["dataset_id"], unique=False)


def _tables() -> None:
    op.create_table(
        "data_table",
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("current", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("last_built_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_data_table_dataset_id")),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"], name=op.f("fk_data_table_resource_id")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_data_table")),
    )
    op.create_index(op.f("ix_data_table_dataset_id"), "data_table", ["dataset_id"], unique=False)
    op.create_index(op.f("ix_data_table_resource_id"), "data_table", ["resource_id"], unique=False)
    op.create_table(
        "generation",
        sa.Column("table_uid", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_ready", sa.Boolean(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["table_uid"], ["data_table.uid"], name=op.f("fk_generation_table_uid")),
        sa.PrimaryKeyConstraint("table_uid", "number", name=op.f("pk_generation")),
    )


def _jobs() -> None:
    op.create_table(
        "job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("records_errors", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_job")),
        sa.UniqueConstraint("uid", name=op.f("uq_job_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_dataset_number", "job", ["dataset_id", "number"], unique=False)
    op.create_index(
        "uq_job_active_dataset",
        "job",
        ["dataset_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('queued', 'processing', 'aborting', 'deleting')"),
        postgresql_where=sa.text("state IN ('queued', 'processing', 'aborting', 'deleting')"),
    )
