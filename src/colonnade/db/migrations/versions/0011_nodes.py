"""Nodes: a number for everything, revisions, references; tables of rows that belong to a node alone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from colonnade.db.base import UtcDateTime

revision = "0011"
down_revision = "0010"

FORMATS = [
    "csv",
    "html",
    "xls",
    "json",
    "xlsx",
    "doc",
    "docx",
    "rdf",
    "txt",
    "jpg",
    "png",
    "gif",
    "tiff",
    "pdf",
    "odf",
    "ods",
    "odt",
    "tsv",
    "tab",
    "geojson",
    "xml",
    "zip",
    "kml",
    "kmz",
    "shp",
    "esri-rest",
    "arcgis",
    "api",
]

# Nodes go in many ways, some with what they stand for. Whoever makes the table `node` anew makes this anew, too.
_GONE = """
    CREATE TRIGGER node_gone AFTER DELETE ON node BEGIN
        INSERT OR REPLACE INTO gone_node (id, uuid) VALUES (old.id, old.uuid);
    END
"""


def upgrade() -> None:
    _nodes()
    _files()
    _tables()
    _origins()


def _nodes() -> None:
    op.create_table("node", *_node_columns(), *_node_constraints(), sqlite_autoincrement=True)
    op.create_index(op.f("ix_node_author_id"), "node", ["author_id"])
    op.create_index("ix_node_listed", "node", ["sticky", "created"])
    op.create_index("ix_node_open", "node", ["is_open", "sticky", "created"])
    op.create_index("ix_node_kind", "node", ["kind", "sticky", "created"])
    op.create_index("ix_node_title", "node", ["title"])
    op.create_table(
        "gone_node",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gone_node")),
    )
    op.execute(_GONE)
    _revisions()
    _references()
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vocabulary", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("vocabulary", "name", name=op.f("uq_tag_vocabulary")),
        sqlite_autoincrement=True,
    )
    tag = sa.table("tag", sa.column("vocabulary"), sa.column("name"), sa.column("is_open"))
    op.bulk_insert(tag, [{"vocabulary": "format", "name": name, "is_open": True} for name in FORMATS])
    op.create_table(
        "node_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_progress")),
    )
    op.bulk_insert(sa.table("node_progress", sa.column("id"), sa.column("seq")), [{"id": 1, "seq": 0}])


def _node_columns() -> list[sa.Column[Any]]:
    numbers = ("dataset_id", "resource_id", "attachment_id", "group_id", "author_id", "vid", "revised_by")
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("kind", "uuid", "title", "language", "log")
        ),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("vuuid", "alias")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in numbers),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("is_published", "is_open", "promote", "sticky")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("created", "changed", "revised_at")),
        sa.Column("items", sa.JSON(), nullable=False),
    ]


def _node_constraints() -> list[sa.Constraint]:
    links = ("dataset_id", "resource_id", "attachment_id", "group_id")
    return [
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node")),
        *(sa.UniqueConstraint(name, name=op.f(f"uq_node_{name}")) for name in ("uuid", "alias", *links)),
        _belongs("node", "dataset_id", "dataset", None),
        _belongs("node", "resource_id", "resource", "CASCADE"),
        _belongs("node", "attachment_id", "attachment", "CASCADE"),
        _belongs("node", "group_id", "group", "CASCADE"),
        _belongs("node", "author_id", "person", "SET NULL"),
    ]


def _revisions() -> None:
    op.create_table(
        "node_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("log", sa.String(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        _belongs("node_revision", "node_id", "node", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_node_revision_node_id"), "node_revision", ["node_id"])


def _references() -> None:
    op.create_table(
        "node_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dataset_node_id", sa.Integer(), nullable=False),
        sa.Column("resource_node_id", sa.Integer(), nullable=False),
        sa.Column("resource_place", sa.Integer(), nullable=False),
        sa.Column("dataset_place", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("attachment_id", sa.Integer(), nullable=True),
        sa.Column("gives_rights", sa.Boolean(), nullable=False),
        _belongs("node_reference", "dataset_node_id", "node", "CASCADE"),
        _belongs("node_reference", "resource_node_id", "node", "CASCADE"),
        _belongs("node_reference", "resource_id", "resource", "SET NULL"),
        _belongs("node_reference", "attachment_id", "attachment", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_reference")),
        sa.UniqueConstraint(
            "dataset_node_id", "resource_node_id", name=op.f("uq_node_reference_dataset_node_id")
        ),
    )
    for column in ("resource_node_id", "resource_id", "attachment_id"):
        op.create_index(op.f(f"ix_node_reference_{column}"), "node_reference", [column])


def _belongs(table: str, column: str, owner: str, ondelete: str | None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{owner}.id"], name=name, ondelete=ondelete)


def _files() -> None:
    """Files of nodes, their datastores, and datasets whose rows are to follow."""
    op.create_table(
        "managed_file",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("uuid", "uri", "filename", "place")),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("mimetype", "digest", "copy_digest", "created_by")
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("copy_size", "node_id", "created_by_id")),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_managed_file")),
        sa.UniqueConstraint("uuid", name=op.f("uq_managed_file_uuid")),
        sqlite_autoincrement=True,
    )
    for column in ("uri", "digest", "copy_digest", "node_id"):
        op.create_index(op.f(f"ix_managed_file_{column}"), "managed_file", [column])
    no = sa.false()
    op.add_column("resource", sa.Column("place", sa.Integer(), nullable=True))
    op.add_column("attachment", sa.Column("holds_rows", sa.Boolean(), server_default=no, nullable=False))
    op.create_table(
        "datastore",
        sa.Column("node_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("configuration", sa.JSON(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("job_uid", "digest", "message")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("file_id", "rows")),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_datastore")),
    )
    op.create_table(
        "due_refresh",
        sa.Column("dataset_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", name=op.f("pk_due_refresh")),
    )


def _tables() -> None:
    """A table may be a node's alone. SQLite makes a table anew to change it, which no other may point to meanwhile."""
    reference = op.f("fk_generation_table_uid")
    with op.batch_alter_table("generation") as generation:
        generation.drop_constraint(reference, type_="foreignkey")
    with op.batch_alter_table("data_table") as table:
        table.alter_column("dataset_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("node_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_data_table_node_id"), "data_table", ["node_id"])
    with op.batch_alter_table("generation") as generation:
        generation.create_foreign_key(reference, "data_table", ["table_uid"], ["uid"])


def _origins() -> None:
    """What was brought in from other portals."""
    op.create_table(
        "origin_site",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("address", "stage")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("run", "page")),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin_site")),
        sa.UniqueConstraint("address", name=op.f("uq_origin_site_address")),
    )
    op.create_table(
        "origin",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("site_id", "run")),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("key", "kind", "title", "changed", "state")
        ),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("uuid", "digest")),
        sa.Column("node_id", sa.Integer(), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        _belongs("origin", "site_id", "origin_site", "CASCADE"),
        _belongs("origin", "node_id", "node", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_origin_site_id")),
    )
    op.create_index(op.f("ix_origin_state"), "origin", ["state"])
