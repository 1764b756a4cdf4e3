"""What only the embedded engine promises: a locked instance, bounded open files, files that stay in shape."""

import itertools
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.engine.support import AT, LATER, NEXT, REF, SCHEMA, Sizes, put

from colonnade.engine import layout
from colonnade.engine.embedded import EmbeddedEngine
from colonnade.engine.embedded.instance import Instance, translated
from colonnade.engine.embedded.snapshots import reader_snapshot
from colonnade.engine.port import Upsert
from colonnade.errors import Invalid, NotFound, Unavailable
from colonnade.generation import ROWS_FILE, GenerationRef, Mark
from colonnade.query.schema import Field, FieldType, Schema


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    engine = _open(tmp_path)
    engine.create(REF, SCHEMA)
    yield engine
    engine.close()


def _open(folder: Path, open_tables: int = Sizes().open_tables) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder / "generations",
        scratch=folder / "scratch",
        memory_bytes=256 << 20,
        threads=2,
        open_tables=open_tables,
    )


def _file(folder: Path, ref: GenerationRef = REF) -> Path:
    return ref.folder(folder / "generations") / ROWS_FILE


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{outside}/x.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('{outside}/*')",
        "ATTACH '{outside}/x.duckdb' AS x",
        "ATTACH '{inside}/../../x.duckdb' AS x",
        "COPY (SELECT 1) TO '{outside}/x.csv'",
        "EXPORT DATABASE '{outside}/x'",
        "INSTALL spatial",
        "LOAD spatial",
        "SET enable_external_access = true",
        "SET memory_limit = '10GB'",
        "SET allowed_directories = ['/']",
        "SELECT * FROM secret_table",
    ],
)
def test_the_instance_reaches_nothing_outside(tmp_path: Path, sql: str) -> None:
    secret_table = pa.table({"a": [1]})
    assert secret_table.num_rows == 1
    inside, outside = tmp_path / "in", tmp_path / "out"
    for folder in (inside, outside):
        folder.mkdir()
    (outside / "x.csv").write_text("a\n1\n")
    instance = Instance(inside, scratch=inside, memory_bytes=64 << 20, threads=1)
    with instance.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(sql.format(inside=inside, outside=outside))
    instance.close()
    assert [one.name for one in outside.iterdir()] == ["x.csv"]


def test_only_so_many_files_stay_open(tmp_path: Path) -> None:
    engine = _open(tmp_path, open_tables=3)
    refs = [GenerationRef(f"ta_{at}", 1) for at in range(8)]
    for ref in refs:
        engine.create(ref, SCHEMA)
        put(engine, {"name": ref.table}, ref=ref)
        assert engine.attached <= 3
    with engine.read(refs[0]), engine.read(refs[1]), engine.read(refs[2]), engine.read(refs[3]) as last:
        assert engine.attached == 4
        assert last.rows == 1
    assert engine.attached == 3
    engine.drop(refs[0])
    assert engine.attached == 2
    engine.close()


def test_a_file_in_use_is_never_closed(tmp_path: Path) -> None:
    engine = _open(tmp_path, open_tables=1)
    refs = [GenerationRef(f"ta_{at}", 1) for at in range(4)]
    for ref in refs:
        engine.create(ref, SCHEMA)
    with engine.read(refs[0]) as reading:
        for ref in refs * 3:
            put(engine, {"name": "x"}, ref=ref)
        assert reading.rows == 0
        assert engine.mark(refs[0]) == Mark(3, 3)
    engine.close()


def test_the_log_is_folded_in_although_somebody_always_reads(tmp_path: Path, engine: EmbeddedEngine) -> None:
    rows = pa.table({"_key": [f"k{at}" for at in range(400)], "name": ["x" * 2_000] * 400})
    log = _file(tmp_path).with_name(ROWS_FILE + ".wal")
    largest = 0
    for _ in range(30):
        with engine.read(REF):
            engine.write(REF, SCHEMA, Upsert(rows, "re_1"), AT)
            largest = max(largest, log.stat().st_size if log.exists() else 0)
    assert largest < 20 << 20


def test_a_table_of_dead_places_is_written_anew_under_its_readers(
    tmp_path: Path, engine: EmbeddedEngine
) -> None:
    count = 60_000
    rows = pa.table({"_key": [f"k{at}" for at in range(count)], "size": pa.array(range(count), pa.int64())})
    for _ in range(4):
        ids = engine.write(REF, SCHEMA, Upsert(rows, "re_1"), AT).ids
    with engine.read(REF) as reading:
        engine.write(REF, SCHEMA, Upsert(rows, "re_1"), AT)
        assert (reading.rows, reading.mark.counter) == (count, 4)
    engine.drop(REF)
    assert _places(_file(tmp_path)) < 2 * count
    assert engine.check(REF, SCHEMA) == []
    assert engine.write(REF, SCHEMA, Upsert(rows.slice(0, 5), "re_1"), LATER).ids == ids.slice(0, 5)
    engine.drop(REF)
    assert engine.mark(REF) == Mark(6, 5 * count + 5)
    assert engine.check(REF, SCHEMA) == []


def _places(file: Path) -> int:
    """How many places the rows have, dead ones included."""
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute("SELECT max(rowid) + 1 FROM rows").fetchone()
    assert found is not None
    return int(found[0])


def test_an_empty_generation_is_a_small_file(tmp_path: Path, engine: EmbeddedEngine) -> None:
    assert _file(tmp_path).stat().st_size < 300_000


def test_large_data_has_large_blocks() -> None:
    assert layout.block_size(0) == layout.block_size(1 << 20) == layout.SMALL_BLOCKS
    assert layout.block_size(1 << 30) == layout.LARGE_BLOCKS


def _build(folder: Path, rows: int) -> None:
    """A generation as a build leaves it."""
    _file(folder).parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(layout.attach(_file(folder), "g", blocks=layout.SMALL_BLOCKS))
        for statement in layout.create_tables("g", SCHEMA):
            connection.execute(statement)
        connection.execute(
            f"INSERT INTO g.rows SELECT i, 'k' || i, 're_1', i, TIMESTAMP '2024-01-01', 'built', i, NULL "
            f"FROM range(1, {rows} + 1) AS r(i)"
        )
        connection.execute(layout.insert_meta("g", Mark(0, rows)))
        connection.execute(layout.create_id_index("g"))
        connection.execute("DETACH g")


def _indexes(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as connection:
        return len(connection.execute("SELECT * FROM duckdb_indexes()").fetchall())


def test_a_built_generation_keeps_its_index_until_it_is_written_to(tmp_path: Path) -> None:
    _build(tmp_path, 1_000)
    engine = _open(tmp_path)
    assert engine.check(REF, SCHEMA) == []
    with engine.read(REF) as reading:
        assert reading.rows == 1_000
    engine.copy(REF, tmp_path)
    engine.drop(REF)
    assert _indexes(_file(tmp_path)) == _indexes(tmp_path / ROWS_FILE) == 1
    with engine.read(REF) as reading:
        assert put(engine, {"_key": "k7", "name": "live"}).ids.to_pylist() == [7]
        assert reading.rows == 1_000
    engine.drop(REF)
    assert _indexes(_file(tmp_path)) == 0
    assert engine.check(REF, SCHEMA) == []
    engine.close()


def test_a_log_may_be_replayed_and_folded_in_unread(tmp_path: Path) -> None:
    """With an index this lost rows: see `layout`."""
    folders = [tmp_path / str(at) for at in range(6)]
    _build(folders[0], 300)
    for at, (folder, following) in enumerate(itertools.pairwise(folders)):
        engine = _open(folder)
        if at % 2:
            engine.mark(REF)
            engine.drop(REF)
        for turn in range(3):
            rows = ({"_key": f"k{one}", "name": "x" * 200, "size": at} for one in range(1, 301))
            assert put(engine, *rows).ids.to_pylist() == list(range(1, 301)), turn
        _file(following).parent.mkdir(parents=True)
        for path in _file(folder).parent.iterdir():
            shutil.copy(path, _file(following).parent)
        engine.close()
    engine = _open(folders[-1])
    assert engine.mark(REF) == Mark(15, 300 * 16)
    assert engine.check(REF, SCHEMA) == []
    engine.close()


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO rows SELECT * REPLACE (_id + 1 AS _id) FROM rows",
        "INSERT INTO rows SELECT * REPLACE (_seq + 9 AS _seq) FROM rows",
        "UPDATE rows SET _seq = 99",
        "UPDATE meta SET last_live_id = 1",
        "DELETE FROM meta",
        "INSERT INTO meta SELECT * FROM meta",
        "INSERT INTO deleted VALUES (99, 1)",
        "ALTER TABLE rows DROP COLUMN name",
        "ALTER TABLE rows ADD COLUMN stray BIGINT",
        "DROP TABLE deleted",
    ],
)
def test_damage_is_found(tmp_path: Path, engine: EmbeddedEngine, damage: str) -> None:
    put(engine, {"_key": "a", "name": "a"})
    engine.drop(REF)
    with duckdb.connect(str(_file(tmp_path))) as connection:
        connection.execute(damage)
    assert engine.check(REF, SCHEMA) != []


def test_a_broken_file_is_found(tmp_path: Path, engine: EmbeddedEngine) -> None:
    put(engine, *({"name": f"{at} " * 100} for at in range(2_000)))
    engine.drop(REF)
    path = _file(tmp_path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(len(whole) - middle))
    assert engine.check(REF, SCHEMA) != []
    engine.drop(REF)
    path.write_bytes(b"no database at all")
    with pytest.raises(Unavailable):
        engine.mark(REF)
    path.unlink()
    assert engine.check(REF, SCHEMA) != []


def test_a_file_that_another_process_holds_is_unavailable(tmp_path: Path, engine: EmbeddedEngine) -> None:
    engine.drop(REF)
    holder = duckdb.connect(str(_file(tmp_path)))
    with pytest.raises(Unavailable):
        engine.mark(REF)
    holder.close()
    assert engine.mark(REF) == Mark(0, 0)


def test_two_readers_open_one_file_at_once(tmp_path: Path) -> None:
    engine = _open(tmp_path, open_tables=1)
    for ref in (REF, NEXT):
        engine.create(ref, SCHEMA)
    failures: list[BaseException] = []

    def work(at: int) -> None:
        try:
            for turn in range(25):
                engine.mark((REF, NEXT)[(at + turn) % 2])
        except (Unavailable, Invalid) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failures == []
    assert engine.attached == 1
    engine.close()


@pytest.mark.parametrize(
    ("error", "family", "code"),
    [
        (duckdb.InterruptException(), Unavailable, "query.deadline"),
        (duckdb.OutOfMemoryException(), Unavailable, "query.memory"),
        (duckdb.FatalException(), Unavailable, "rows.failed"),
        (duckdb.IOException(), Unavailable, "rows.failed"),
        (duckdb.TransactionException(), Unavailable, "rows.failed"),
        (duckdb.OutOfRangeException(), Invalid, "rows.invalid"),
        (pa.ArrowInvalid(), Invalid, "rows.invalid"),
    ],
)
def test_errors_of_duckdb_stay_inside(error: Exception, family: type[Exception], code: str) -> None:
    with pytest.raises(family) as caught, translated():
        raise error
    assert getattr(caught.value, "code", None) == code
    assert caught.value.__cause__ is error


def test_the_text_of_a_double_has_no_needless_zero() -> None:
    text = layout.text_of(Field("n", "N", FieldType.DOUBLE))
    with duckdb.connect() as connection:
        for number, printed in ((3.0, "3"), (12.5, "12.5"), (-0.25, "-0.25"), (100.0, "100"), (None, None)):
            found = connection.execute(
                f"SELECT {text} FROM (SELECT CAST(? AS DOUBLE) AS n)", [number]
            ).fetchone()
            assert found == (printed,)


def test_names_are_quoted() -> None:
    schema = Schema((Field('a"b', "", FieldType.TEXT, keeps_raw=True),))
    with duckdb.connect() as connection:
        for statement in layout.create_tables("memory", schema):
            connection.execute(statement)
        names = [one[0] for one in connection.execute("DESCRIBE rows").fetchall()]
    assert names[5:] == ['a"b', 'a"b$raw']


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_table_that_is_dropped_before_its_first_statement_is_gone(
    engine: EmbeddedEngine, is_settled: bool
) -> None:
    if is_settled:
        with engine.read(REF):
            pass
    with engine._tables.pinned(REF) as table:
        engine.drop(REF)
        with pytest.raises(NotFound), reader_snapshot(engine._instance, table):
            pass
