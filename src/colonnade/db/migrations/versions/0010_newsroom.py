"""What a newsroom's library keeps: sign-ins, notices, alerts, columns, uploaded data files, kept exports."""

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _people()
    _rows()
    _imports()


def _people() -> None:
    """Sign-ins, mailed keys, notices, alerts, activity, categories."""
    op.add_column("person", sa.Column("last_login", UtcDateTime(), nullable=True))
    op.add_column("term", sa.Column("slug", sa.String(), nullable=True))
    op.create_index("ix_term_slug", "term", ["vocabulary", "slug"], unique=True)
    _sign_ins()
    _notices()
    _activity()
    _alerts()
    op.create_table(
        "dataset_category",
        sa.Column("dataset_id", sa.Integer(), nullable=False),
        sa.Column("term_id", sa.Integer(), nullable=False),
        _belongs("dataset_category", "dataset"),
        _belongs("dataset_category", "term"),
        sa.PrimaryKeyConstraint("dataset_id", "term_id", name=op.f("pk_dataset_category")),
    )
    op.create_index(op.f("ix_dataset_category_term_id"), "dataset_category", ["term_id"])


def _sign_ins() -> None:
    for table in ("web_session", "mailed_key"):
        has_one = [sa.UniqueConstraint("person_id", name=op.f("uq_mailed_key_person_id"))]
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("person_id", sa.Integer(), nullable=False),
            sa.Column("digest", sa.String(), nullable=False),
            sa.Column("created_at", UtcDateTime(), nullable=False),
            sa.Column("ends_at", UtcDateTime(), nullable=False),
            _belongs(table, "person"),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("digest", name=op.f(f"uq_{table}_digest")),
            *(has_one if table == "mailed_key" else []),
        )
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"])


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("job_uid", sa.String(), nullable=True),
        _belongs("notice", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("job_uid", name=op.f("uq_notice_job_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])


def _activity() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        _belongs("activity", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("person_id", "day", name=op.f("uq_activity_person_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("query", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_at"), "search", ["at"])


def _alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("query_url", sa.String(), nullable=False),
        sa.Column("query_human", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_run", UtcDateTime(), nullable=False),
        sa.Column("key_permissions", sa.JSON(), nullable=True),
        _belongs("alert", "person"),
        _belongs("alert", "dataset"),
        _belongs("alert", "term", "category_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sqlite_autoincrement=True,
    )
    for column in ("person_id", "dataset_id", "category_id"):
        op.create_index(op.f(f"ix_alert_{column}"), "alert", [column])


def _belongs(table: str, owner: str, column: str | None = None) -> sa.ForeignKeyConstraint:
    """What goes with its owner."""
    name = column or f"{owner}_id"
    return sa.ForeignKeyConstraint(
        [name], [f"{owner}.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE"
    )


def _rows() -> None:
    """Columns, and what was last done to a dataset's rows."""
    op.create_table(
        "dataset_columns",
        sa.Column("dataset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_declared", sa.Boolean(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=True),
        sa.Column("sample", sa.JSON(), nullable=True),
        sa.Column("is_filled", sa.Boolean(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_columns_dataset_id_dataset")
        ),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_dataset_columns")),
    )


def _imports() -> None:
    """Uploaded data files, kept exports, what jobs say of themselves."""
    _import_files()
    _extracts()
    for column in (
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("trace", sa.String(), nullable=True),
    ):
        op.add_column("job", column)
    is_active = "state IN ('queued', 'processing', 'aborting', 'deleting') AND kind != 'extract'"
    op.drop_index("uq_job_active_dataset", table_name="job")
    op.create_index(
        "uq_job_active_dataset",
        "job",
        ["dataset_id"],
        unique=True,
        sqlite_where=sa.text(is_active),
        postgresql_where=sa.text(is_active),
    )
    for column in (
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
    ):
        op.add_column("attachment", column)


def _import_files() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("original_name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("dialect", sa.JSON(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=True),
        sa.Column("sample", sa.JSON(), nullable=True),
        sa.Column("guessed_types", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=True),
        sa.Column("imported_into", sa.Integer(), nullable=True),
        sa.Column("first_of", sa.Integer(), nullable=True),
        sa.Column("let_go_from", sa.Integer(), nullable=True),
        sa.Column("resource_uid", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["first_of"], ["dataset.id"], name=op.f("fk_import_file_first_of")),
        sa.ForeignKeyConstraint(["let_go_from"], ["dataset.id"], name=op.f("fk_import_file_let_go_from")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_import_file_dataset_id")),
        sa.ForeignKeyConstraint(["imported_into"], ["dataset.id"], name=op.f("fk_import_file_imported_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("filename", name=op.f("uq_import_file_filename")),
        sqlite_autoincrement=True,
    )
    for column in ("dataset_id", "digest", "first_of", "imported_into"):
        op.create_index(op.f(f"ix_import_file_{column}"), "import_file", [column], unique=False)


def _extracts() -> None:
    op.create_table(
        "extract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_uid", sa.String(), nullable=False),
        sa.Column("dataset_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("mimetype", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_extract_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract")),
        sa.UniqueConstraint("job_uid", name=op.f("uq_extract_job_uid")),
        sqlite_autoincrement=True,
    )
    for column in ("dataset_id", "digest", "created_by_id"):
        op.create_index(op.f(f"ix_extract_{column}"), "extract", [column], unique=False)
