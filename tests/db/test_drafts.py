"""The migration that marks drafts, on a catalogue that has some."""

import json
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from colonnade.db.database import MIGRATIONS, Database

VALUES: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing": ({}, False),
    "no": ({"value": False, "remote_value": None, "override_remote_value": False}, False),
    "yes": ({"value": True, "remote_value": None, "override_remote_value": False}, True),
    "elsewhere": ({"value": False, "remote_value": True, "override_remote_value": False}, True),
    "here": ({"value": False, "remote_value": True, "override_remote_value": True}, False),
}
"""A draft's triple, and whether it is one."""


def test_datasets_that_are_drafts_are_marked(tmp_path: Path) -> None:
    database = Database(tmp_path / "catalogue.sqlite")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        for name, (triple, _) in VALUES.items():
            metadata = {"default": {}, "internal": {"draft": triple} if triple else {}}
            connection.execute(
                text(
                    "INSERT INTO dataset (uid, uuid, slug, metadata_draft, is_published, is_restricted, "
                    "default_security, created_at, updated_at) "
                    "VALUES (:name, :name, :name, :metadata, 0, 0, '{}', '2026-01-01', '2026-01-01')"
                ),
                {"name": name, "metadata": json.dumps(metadata)},
            )
    database.migrate()
    with database.engine.connect() as connection:
        found = {
            uid: bool(is_draft)
            for uid, is_draft in connection.execute(text("SELECT uid, is_draft FROM dataset"))
        }
    assert found == {name: is_draft for name, (_, is_draft) in VALUES.items()}
    database.close()
