"""Files that were fetched from other servers, beside those that were uploaded."""

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("uploaded_file", sa.Column("fetched_at", UtcDateTime(), nullable=True))
