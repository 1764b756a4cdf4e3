"""How much datasets are used, and how much of their quotas callers have used up."""

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "dataset_use",
        sa.Column("dataset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("download_count", sa.Integer(), nullable=False),
        sa.Column("api_call_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_dataset_use")),
    )
    op.create_table(
        "calls_spent",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("caller", "dataset_id", "unit", name=op.f("pk_calls_spent")),
    )
