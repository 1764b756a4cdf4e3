"""Which datasets are marked as drafts, so that a list of datasets need not read their metadata."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("dataset", sa.Column("is_draft", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_dataset_listed", "dataset", ["is_draft", "created_by", "deleted_at"])
    _mark()


def _mark() -> None:
    dataset = sa.table(
        "dataset",
        sa.column("id", sa.Integer()),
        sa.column("is_draft", sa.Boolean()),
        sa.column("metadata_draft", sa.JSON()),
    )
    connection = op.get_bind()
    found = connection.execute(sa.select(dataset.c.id, dataset.c.metadata_draft)).all()
    drafts = [one.id for one in found if _is_draft(one.metadata_draft)]
    for dataset_id in drafts:
        connection.execute(dataset.update().where(dataset.c.id == dataset_id).values(is_draft=True))


def _is_draft(metadata: dict[str, Any]) -> bool:
    value = metadata.get("internal", {}).get("draft", {})
    is_local = value.get("override_remote_value") or value.get("remote_value") is None
    return (value.get("value") if is_local else value.get("remote_value")) is True
