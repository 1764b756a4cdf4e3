"""The catalogue's file: one state to read, all or nothing to write, and the tables that the models declare."""

import datetime as dt
import importlib
import pkgutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

import colonnade.core
from colonnade.core.datasets.model import Dataset
from colonnade.core.people.model import ApiKey, Person
from colonnade.db import database as module
from colonnade.db.base import Base
from colonnade.db.database import Database
from colonnade.errors import Unavailable


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    one = Database(tmp_path / "catalogue.sqlite")
    one.migrate()
    yield one
    one.close()


def _person(name: str) -> Person:
    return Person(username=name, email=f"{name}@example.org", permissions=[])


def _names(database: Database) -> list[str]:
    with database.read() as db:
        return sorted(db.scalars(select(Person.username)))


def test_migrations_bring_an_empty_file_to_what_the_models_declare(database: Database) -> None:
    for found in pkgutil.walk_packages(colonnade.core.__path__, "colonnade.core."):
        if found.name.endswith(".model"):
            importlib.import_module(found.name)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert set(Base.metadata.tables) <= set(inspect(connection).get_table_names())


def test_constraints_have_names_so_that_later_migrations_can_change_them(database: Database) -> None:
    with database.engine.connect() as connection:
        inspector = inspect(connection)
        for table in Base.metadata.tables:
            keys = [*inspector.get_foreign_keys(table), *inspector.get_unique_constraints(table)]
            assert all(one["name"] for one in keys), table


def test_a_start_knows_the_newest_of_the_migrations_without_running_them(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(module.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == module.NEWEST
    with database.read() as db:
        assert db.scalar(text("SELECT version_num FROM alembic_version")) == module.NEWEST


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.write() as db:
        db.add(_person("ann"))
    database.migrate()
    assert _names(database) == ["ann"]


@pytest.mark.parametrize("_trial", range(8))
def test_several_that_migrate_at_once_do_it_once(tmp_path: Path, _trial: int) -> None:
    path = tmp_path / "catalogue.sqlite"
    ones = [Database(path) for _ in range(6)]
    problems: list[BaseException] = []
    start = threading.Barrier(len(ones))

    def migrate(one: Database) -> None:
        start.wait()
        try:
            one.migrate()
        except BaseException as error:  # noqa: BLE001 - told by the test
            problems.append(error)

    threads = [threading.Thread(target=migrate, args=(one,)) for one in ones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in ones:
        one.close()
    assert problems == []


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    with database.read() as before:
        assert list(before.scalars(select(Person.username))) == []
        with database.write() as db:
            db.add(_person("ann"))
        assert list(before.scalars(select(Person.username))) == []
        assert _names(database) == ["ann"]


def test_a_writer_that_breaks_leaves_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as db:
        db.add_all([_person("bob"), _person("bob")])
    assert _names(database) == []


def test_a_reader_keeps_nothing_that_it_wrote(database: Database) -> None:
    with database.read() as db:
        db.add(_person("ann"))
        db.flush()
    assert _names(database) == []


def test_writers_wait_for_each_other_and_lose_nothing(database: Database) -> None:
    with database.write() as db:
        db.add(Person(username="n", email="0", permissions=[]))

    def add() -> None:
        for _ in range(10):
            with database.write() as db:
                one = db.scalars(select(Person)).one()
                one.email = str(int(one.email) + 1)

    threads = [threading.Thread(target=add) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as db:
        assert db.scalars(select(Person.email)).one() == "60"


def test_a_catalogue_that_stays_busy_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    one = Database(tmp_path / "catalogue.sqlite")
    one.migrate()
    with one.write(), pytest.raises(Unavailable) as caught, one.write():
        pass
    assert caught.value.code == "catalogue.busy"
    one.close()


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as db:
        db.add(ApiKey(uid="ak_1", person_id=99, digest="d", ending="d"))
    with database.write() as db:
        ann = _person("ann")
        db.add(ann)
        db.flush()
        db.add(ApiKey(uid="ak_1", person_id=ann.id, digest="d", ending="d"))
    with database.write() as db:
        db.delete(db.scalars(select(Person)).one())
    with database.read() as db:
        assert list(db.scalars(select(ApiKey))) == []


def test_ids_are_never_used_twice(database: Database) -> None:
    seen = []
    for name in ("ann", "bob", "cid"):
        with database.write() as db:
            one = _person(name)
            db.add(one)
            db.flush()
            seen.append(one.id)
        with database.write() as db:
            db.delete(db.scalars(select(Person)).one())
    assert seen == [1, 2, 3]


def test_moments_are_kept_in_utc_and_a_naive_one_is_refused(database: Database) -> None:
    east = dt.timezone(dt.timedelta(hours=5, minutes=30))
    at = dt.datetime(2024, 2, 29, 1, 2, 3, 456789, tzinfo=east)
    with database.write() as db:
        one = _person("ann")
        one.joined_at = at
        db.add(one)
    with database.read() as db:
        found = db.scalars(select(Person.joined_at)).one()
        assert (found, found.tzinfo) == (at, dt.UTC)
        assert db.execute(text("SELECT joined_at FROM person")).scalar() == "2024-02-28 19:32:03.456789"
    two = _person("bob")
    two.joined_at = dt.datetime(2024, 2, 29)
    with pytest.raises(StatementError, match="naive"), database.write() as db:
        db.add(two)


def test_json_columns_keep_any_json(database: Database) -> None:
    value = {"a": [1, 2.5, None, True, {"é": "東京"}], "": ""}
    with database.write() as db:
        db.add(Dataset(uid="da_1", slug="one", metadata_draft=value, default_security={}))
    with database.read() as db:
        assert db.scalars(select(Dataset.metadata_draft)).one() == value


def test_a_copy_is_one_whole_state(database: Database, tmp_path: Path) -> None:
    with database.write() as db:
        db.add(_person("ann"))
    with database.write() as db:
        db.add(_person("bob"))
        db.flush()
        database.copy_to(tmp_path / "copy.sqlite")
    copy = Database(tmp_path / "copy.sqlite")
    assert _names(copy) == ["ann"]
    assert copy.check() == database.check() == []
    copy.close()


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    one = Database(path)
    one.migrate()
    with one.write() as db:
        db.add_all([_person(f"person{n}") for n in range(2000)])
    one.close()
    content = bytearray(path.read_bytes())
    middle = len(content) * 3 // 4
    content[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(content)
    damaged = Database(path)
    assert damaged.check() != []
    damaged.close()
