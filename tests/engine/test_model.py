"""The contract: any sequence of writes leaves what a plain list of rows would hold."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.support import AT, NEXT, REF, SCHEMA, put, stored

from colonnade.engine.port import Delete, Engine
from colonnade.generation import LIVE_IDS_FROM, START, Mark

Sent = tuple[str | None, str]


@dataclass
class Model:
    """Rows as (id, key, source, seq, name), in order."""

    rows: list[tuple[int, str | None, str, int, str]] = field(default_factory=list)
    last_id: int = LIVE_IDS_FROM
    mark: Mark = START

    def upsert(self, sent: list[Sent], source: str) -> list[int]:
        last = {key: at for at, (key, _) in enumerate(sent) if key is not None}
        ids: dict[int, int] = {}
        seq = self.mark.seq
        for at, (key, name) in enumerate(sent):
            if key is not None and last[key] != at:
                continue
            old = next((one for one in self.rows if key is not None and one[1] == key), None)
            if old is None:
                self.last_id += 1
            else:
                self.rows.remove(old)
            ids[at] = self.last_id if old is None else old[0]
            seq += 1
            self.rows.append((ids[at], key, source, seq, name))
        if sent:
            self.mark = Mark(self.mark.counter + 1, seq)
        return [ids[at if key is None else last[key]] for at, (key, _) in enumerate(sent)]

    def delete(self, going: list[int]) -> int:
        before = len(self.rows)
        self.rows = [one for one in self.rows if one[0] not in going]
        if len(self.rows) < before:
            self.mark = Mark(self.mark.counter + 1, self.mark.seq)
        return before - len(self.rows)


KEYS = st.sampled_from(["a", "b", "c", "d", "e", "A"])
SOURCES = st.sampled_from(["re_1", "re_2"])
UPSERT = st.tuples(st.lists(st.tuples(st.none() | KEYS, st.text(max_size=3)), max_size=6), SOURCES)
STEP = st.one_of(
    UPSERT,
    UPSERT,
    st.lists(KEYS, min_size=1, max_size=3),
    st.sets(st.integers(1, 12), min_size=1, max_size=4),
    SOURCES,
)


def _do(engine: Engine, model: Model, step: object) -> None:
    match step:
        case tuple():
            sent, source = step
            written = put(engine, *({"_key": key, "name": name} for key, name in sent), source=source)
            assert written.ids.to_pylist() == model.upsert(sent, source)
        case str():
            going = [one[0] for one in model.rows if one[2] == step]
            assert _deleted(engine, Delete(sources=[step])) == model.delete(going)
        case set():
            ids = [LIVE_IDS_FROM + one for one in step]
            assert _deleted(engine, Delete(ids=ids)) == model.delete(ids)
        case list():
            going = [one[0] for one in model.rows if one[1] in step]
            assert _deleted(engine, Delete(keys=step)) == model.delete(going)


def _deleted(engine: Engine, change: Delete) -> int:
    return engine.write(REF, SCHEMA, change, AT).count


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=12), half=st.integers(0, 12))
def test_writes_leave_what_a_list_would_hold(empty: Engine, steps: list[object], half: int) -> None:
    engine = empty
    for ref in (REF, NEXT):
        engine.create(ref, SCHEMA)
    model, since = Model(), START
    for at, step in enumerate(steps):
        if at == half:
            engine.apply(NEXT, SCHEMA, engine.changes_since(REF, START))
            since = engine.mark(REF)
        _do(engine, model, step)
    assert [_row(one) for one in stored(engine)] == model.rows
    assert (engine.mark(REF), engine.live_ids(REF)) == (model.mark, model.last_id)
    assert engine.check(REF, SCHEMA) == []
    engine.apply(NEXT, SCHEMA, engine.changes_since(REF, since))
    assert [_row(one)[:3] for one in stored(engine, NEXT)] == [one[:3] for one in model.rows]
    assert engine.live_ids(NEXT) == model.last_id


def _row(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[one] for one in ("_id", "_key", "_source", "_seq", "name"))
