"""Rows and index as one thing, on the real engine and the real index."""

import datetime as dt
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from colonnade.core.rowstore import RowStore
from colonnade.engine.embedded.store import EmbeddedEngine
from colonnade.engine.port import Delete, Upsert
from colonnade.errors import Conflict, NotFound, Unavailable
from colonnade.generation import INDEX_FOLDER, START, GenerationRef, Mark
from colonnade.index.tantivy_store import TantivyStore
from colonnade.latches import Latches
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import BoundQuery, FieldRef, Order, Output, TextMatch

ROOT = Path(__file__).parents[2]
REF = GenerationRef("tb_1", 1)
NEXT = GenerationRef("tb_1", 2)
AT = dt.datetime(2024, 5, 1, 12)
TITLE = Field("title", "Title", FieldType.TEXT)
AMOUNT = Field("amount", "Amount", FieldType.INT)
SCHEMA = Schema((TITLE, AMOUNT))


@dataclass
class House:
    """A row store and the two that it joins, on one folder."""

    root: Path

    def __post_init__(self) -> None:
        self.engine = EmbeddedEngine(
            self.root / "g", scratch=self.root / "s", memory_bytes=256 << 20, threads=2
        )
        self.index = TantivyStore(self.root / "g")
        self.rows = RowStore(self.engine, self.index)

    def close(self) -> None:
        self.index.close()
        self.engine.close()

    def harm(self, ref: GenerationRef = REF) -> None:
        """Lose the index, as a bad disk would."""
        self.index.drop(ref)
        shutil.rmtree(ref.folder(self.root / "g") / INDEX_FOLDER)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    house.rows.create(REF, SCHEMA)
    yield house
    house.close()


def upsert(rows: Mapping[str, str | None], **more: Sequence[object]) -> Upsert:
    """Titles by key."""
    columns = {"_key": pa.array(list(rows), pa.string()), "title": pa.array(list(rows.values()), pa.string())}
    return Upsert(pa.table({**columns, **{name: pa.array(values) for name, values in more.items()}}), "src")


def asking(text: str | None, schema: Schema = SCHEMA) -> BoundQuery:
    match = None if text is None else TextMatch(text, schema.names)
    return BoundQuery(
        schema=schema,
        outputs=(Output("title", FieldRef("title"), FieldType.TEXT),),
        where=match,
        group_by=(),
        order_by=(Order(FieldRef("title")),),
        limit=None,
        offset=0,
        matches=() if match is None else (match,),
    )


def titles(rows: RowStore, text: str | None, ref: GenerationRef = REF, schema: Schema = SCHEMA) -> list[str]:
    selection = rows.select(ref, schema, asking(text, schema), 20.0)
    found: list[str] = selection.table.column("title").to_pylist()
    assert selection.total == len(found)
    return found


def at_once(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for done in [pool.submit(task) for task in tasks]:
            done.result(timeout=60)


def test_what_was_written_is_read_and_found(house: House) -> None:
    written = house.rows.write(REF, SCHEMA, upsert({"a": "red door", "b": "blue door"}, amount=[17, 4]), AT)
    assert written.count == 2
    assert house.rows.count(REF) == 2
    assert titles(house.rows, "door") == ["blue door", "red door"]
    assert titles(house.rows, "17") == ["red door"]
    assert titles(house.rows, None) == ["blue door", "red door"]
    house.rows.write(REF, SCHEMA, upsert({"a": "green gate"}), AT)
    assert titles(house.rows, "door") == ["blue door"]
    house.rows.write(REF, SCHEMA, Delete(keys=["b"]), AT)
    assert titles(house.rows, "door") == []
    assert titles(house.rows, "") == ["green gate"]
    assert house.rows.check(REF, SCHEMA) == []


def test_a_write_that_changes_nothing_is_fine(house: House) -> None:
    before = house.rows.mark(REF)
    assert house.rows.write(REF, SCHEMA, Delete(keys=["nobody"]), AT).count == 0
    assert house.rows.mark(REF) == before
    assert house.rows.check(REF, SCHEMA) == []


def test_without_a_text_condition_no_index_is_needed(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.harm()
    assert titles(house.rows, None) == ["one"]
    assert not (REF.folder(house.root / "g") / INDEX_FOLDER).exists()


def test_an_index_that_is_behind_catches_up_when_it_is_asked(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one", "b": "two"}), AT)
    house.engine.write(REF, SCHEMA, upsert({"c": "three"}), AT)  # as if the process had died before the index
    house.engine.write(REF, SCHEMA, Delete(keys=["a"]), AT)
    assert house.rows.check(REF, SCHEMA) == ["The text index is at write 1, the rows at 3."]
    assert titles(house.rows, "three") == ["three"]
    assert titles(house.rows, "one") == []
    assert house.rows.check(REF, SCHEMA) == []


def test_an_index_that_is_behind_catches_up_with_the_next_write(house: House) -> None:
    house.engine.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.rows.write(REF, SCHEMA, upsert({"b": "two"}), AT)
    assert titles(house.rows, "") == ["one", "two"]


@pytest.mark.parametrize("how", ["asked", "written", "ensured"])
def test_a_lost_index_is_made_anew(house: House, how: str) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.harm()
    assert "cannot be read" in house.rows.check(REF, SCHEMA)[0]
    if how == "asked":
        assert titles(house.rows, "one") == ["one"]
    elif how == "written":
        house.rows.write(REF, SCHEMA, upsert({"b": "two"}), AT)
    else:
        house.rows.ensure_index(REF, SCHEMA)
    assert house.rows.check(REF, SCHEMA) == []
    assert titles(house.rows, "one") == ["one"]


def test_an_index_that_is_ahead_of_its_rows_is_made_anew(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.index.create(REF, SCHEMA, (), Mark(99, 99))
    assert titles(house.rows, "one") == ["one"]
    assert house.rows.check(REF, SCHEMA) == []


def test_an_index_that_lacks_rows_is_noticed_and_repaired(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one", "b": "two"}), AT)
    house.index.create(REF, SCHEMA, (), house.rows.mark(REF))
    assert house.rows.check(REF, SCHEMA) == ["The text index has 0 rows, the table 2."]
    house.rows.repair_index(REF, SCHEMA)
    assert house.rows.check(REF, SCHEMA) == []
    assert titles(house.rows, "one") == ["one"]


def test_an_index_with_another_number_of_rows_is_made_anew_when_it_is_asked(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one", "b": "two"}), AT)
    house.index.create(REF, SCHEMA, (), house.rows.mark(REF))
    assert titles(house.rows, "one") == ["one"]
    assert house.rows.check(REF, SCHEMA) == []


def test_a_new_house_on_the_same_folder_knows_all(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.close()
    again = House(house.root)
    assert titles(again.rows, "one") == ["one"]
    assert again.rows.check(REF, SCHEMA) == []
    again.close()


def test_a_dropped_generation_is_unknown(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.rows.drop(REF)
    house.rows.drop(REF)
    shutil.rmtree(REF.folder(house.root / "g"))
    for text in (None, "one"):
        with pytest.raises(NotFound):
            titles(house.rows, text)
    assert not REF.folder(house.root / "g").exists()


def test_late_writes_are_replayed_into_a_new_generation(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one", "b": "two"}), AT)
    house.rows.create(NEXT, SCHEMA)
    with house.rows.latch(REF.table):
        house.rows.replay(REF, START, SCHEMA, NEXT, SCHEMA)
    exported = house.rows.mark(REF)
    house.rows.write(REF, SCHEMA, upsert({"a": "one again", "c": "three"}), AT)
    house.rows.write(REF, SCHEMA, Delete(keys=["b"]), AT)
    with house.rows.latch(REF.table):
        assert house.rows.replay(REF, exported, SCHEMA, NEXT, SCHEMA) == SCHEMA
    assert titles(house.rows, None, NEXT) == titles(house.rows, "", NEXT) == ["one again", "three"]
    assert titles(house.rows, "two", NEXT) == []
    assert house.rows.check(NEXT, SCHEMA) == []


def test_a_replay_keeps_raw_texts_and_refuses_to_lose_a_field(house: House) -> None:
    old_schema = Schema((TITLE, Field("amount", "Amount", FieldType.INT, keeps_raw=True)))
    house.rows.create(REF, old_schema)
    raw: dict[str, Sequence[object]] = {"amount": [12], "amount$raw": ["$12"]}
    house.rows.write(REF, old_schema, upsert({"a": "one"}, **raw), AT)
    house.rows.create(NEXT, SCHEMA)
    widened = house.rows.replay(REF, START, SCHEMA, NEXT, SCHEMA)
    assert widened == old_schema
    assert house.rows.check(NEXT, widened) == []
    assert titles(house.rows, "12", NEXT, widened) == ["one"]
    house.rows.create(NEXT, SCHEMA.only(["title"]))
    with pytest.raises(Conflict):
        house.rows.replay(REF, START, SCHEMA, NEXT, SCHEMA.only(["title"]))


def test_a_replay_leaves_out_a_lost_field_that_says_nothing(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    narrow = SCHEMA.only(["title"])
    house.rows.create(NEXT, narrow)
    assert house.rows.replay(REF, START, SCHEMA, NEXT, narrow) == narrow
    assert titles(house.rows, "one", NEXT, narrow) == ["one"]


def test_the_latch_is_one_a_table_and_can_be_entered_again(house: House) -> None:
    with house.rows.latch("tb_1"), house.rows.latch("tb_1"), house.rows.latch("tb_2"):
        house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
        assert titles(house.rows, "one") == ["one"]


def test_latches_are_forgotten_when_nobody_uses_them() -> None:
    latches: Latches[str] = Latches()
    counts = {"a": 0, "b": 0}

    def work(name: str) -> None:
        for _ in range(200):
            with latches.hold(name):
                seen = counts[name]
                time.sleep(0)
                counts[name] = seen + 1

    at_once(*(lambda name=name: work(name) for name in "aabb"))
    assert counts == {"a": 400, "b": 400}
    with latches.hold("a"), latches.attempt("a", 0.0) as is_held:
        assert is_held
        at_once(lambda: _assert_held(latches, "a"))
    assert len(latches) == 0


def _assert_held(latches: Latches[str], key: str) -> None:
    with latches.attempt(key, 0.01) as is_held:
        assert not is_held


def test_a_search_that_waits_for_a_writer_keeps_its_deadline(house: House) -> None:
    house.rows.write(REF, SCHEMA, upsert({"a": "one"}), AT)
    house.engine.write(REF, SCHEMA, upsert({"b": "two"}), AT)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with house.rows.latch(REF.table):
            held.set()
            done.wait(20)

    def search() -> None:
        held.wait(20)
        try:
            with pytest.raises(Unavailable) as caught:
                house.rows.select(REF, SCHEMA, asking("two"), 0.1)
            assert caught.value.code == "query.deadline"
        finally:
            done.set()

    at_once(hold, search)


def test_many_threads_see_only_states_that_existed_and_their_own_writes(house: House) -> None:
    """Every write moves all three rows to its own word, so that any true state holds one word three times."""
    rounds, writers = 6, 3
    done = threading.Event()
    house.rows.write(REF, SCHEMA, upsert(dict.fromkeys("xyz", "shared w0n0")), AT)

    def write(writer: int) -> None:
        for number in range(rounds):
            word = f"w{writer}n{number}"
            with house.rows.latch(REF.table):
                house.rows.write(REF, SCHEMA, upsert(dict.fromkeys("xyz", f"shared {word}")), AT)
                assert titles(house.rows, word) == [f"shared {word}"] * 3
            house.rows.write(REF, SCHEMA, upsert({f"own {word}": f"single {word}x"}), AT)
            assert titles(house.rows, f"{word}x") == [f"single {word}x"]

    def search() -> None:
        seen = 0
        while not done.is_set():
            shared = titles(house.rows, "shared")
            assert len(shared) == 3
            assert len(set(shared)) == 1
            singles = len(titles(house.rows, "single"))
            assert singles >= seen
            seen = singles

    def write_all() -> None:
        at_once(*(lambda one=one: write(one) for one in range(writers)))
        done.set()

    try:
        at_once(write_all, search, search)
    finally:
        done.set()
    assert len(titles(house.rows, "single")) == rounds * writers
    assert house.rows.check(REF, SCHEMA) == []


def test_many_tables_are_written_and_searched_at_once(house: House) -> None:
    refs = [GenerationRef(f"tb_{number}", 1) for number in range(10, 18)]

    def work(ref: GenerationRef) -> None:
        house.rows.create(ref, SCHEMA)
        for number in range(5):
            house.rows.write(ref, SCHEMA, upsert({str(number): f"{ref.table} n{number}"}), AT)
            assert titles(house.rows, f"n{number}", ref) == [f"{ref.table} n{number}"]

    at_once(*(lambda ref=ref: work(ref) for ref in refs))
    assert [house.rows.check(ref, SCHEMA) for ref in refs] == [[]] * len(refs)


WRITER = """
import sys
from pathlib import Path
from tests.core.test_rowstore import AT, REF, SCHEMA, House, upsert

house = House(Path(sys.argv[1]))
number = house.rows.count(REF)
while True:
    house.rows.write(REF, SCHEMA, upsert({str(number): f"all n{number}"}), AT)
    number += 1
    print(number, flush=True)
"""


@pytest.mark.parametrize("delay_seconds", [0.0, 0.005, 0.013])
def test_a_killed_writer_loses_no_acknowledged_row(house: House, delay_seconds: float) -> None:
    house.close()
    environment: dict[str, Any] = {"PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(house.root)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(5)]
        time.sleep(delay_seconds)
        process.kill()
        said += [int(line) for line in process.stdout.read().split()]
    again = House(house.root)
    rows = again.rows.count(REF)
    assert rows in (said[-1], said[-1] + 1)
    assert len(titles(again.rows, "all")) == rows
    assert again.rows.check(REF, SCHEMA) == []
    again.close()
