"""A table of a newsroom's, and what the Lucene language finds in it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engine.support import Setup, Sizes, table

from colonnade.core.rowstore import RowStore
from colonnade.engine.port import Upsert
from colonnade.generation import LIVE_IDS_FROM, GenerationRef
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query import lucene
from colonnade.query.bind import bind
from colonnade.query.schema import ID, SEQ, Field, FieldType, Schema
from colonnade.query.tree import FieldRef, Named, Order, Query

NOW = dt.datetime(2026, 3, 7, 15, 4, 5, tzinfo=dt.UTC)
WRITTEN = dt.datetime(2026, 3, 7, 12)
REF = GenerationRef("tb_newsroom", 1)
SECRET = "secret"

_FIELDS = {
    **dict.fromkeys(("first", "middle", "last", "note", SECRET), ("unicode", FieldType.TEXT)),
    "age": ("int", FieldType.INT),
    "fee": ("float", FieldType.DOUBLE),
    "paid": ("bool", FieldType.BOOLEAN),
    "seen": ("datetime", FieldType.DATETIME),
    "day": ("date", FieldType.DATE),
    "at": ("time", FieldType.TIME),
}
SCHEMA = Schema(tuple(Field(name, name, type_) for name, (_, type_) in _FIELDS.items()))
VISIBLE = SCHEMA.only([name for name in SCHEMA.names if name != SECRET])
"""`secret` is hidden from whoever asks here."""

_COLUMNS = ("_key", "first", "middle", "last", "note", SECRET, "age", "fee", "paid", "seen", "day", "at")
_ROWS = (
    ("p-1", "William", None, "Hart", "The Spokesman-Review bought WiFi for B52s", "hush", 30, 18.5, True,
     dt.datetime(2026, 3, 1, 10), dt.date(2026, 3, 1), dt.time(4, 14)),
    ("p-2", "Robert", "Q", "Smith", "coffee with Ms. O'Neil at Coffman's", "hush", 41, 20.0, False,
     dt.datetime(2026, 3, 2, 11, 30), dt.date(2026, 3, 2), dt.time(16, 30)),
    ("q-3", "John", "", "Smith", "petrel and marlin, 50% off; not AND", None, 52, None, None, None, None, None),
    ("q-4", "Ærøskøbing", "Łódź", "Müller", "marlin http://example.org/a?b Wi-Fi B-52 caf\u00e9s", None, -3, -0.5, True,
     dt.datetime(2026, 3, 7, 15), dt.date(2026, 3, 7), dt.time(0, 0)),
    (None, None, None, None, "spokesman a*b", None, None, 9.99, False, None, None, None),
)  # fmt: skip


class Newsroom:
    def __init__(self, rows: RowStore) -> None:
        self._rows = rows

    def found(self, text: str, target: lucene.Target | None = None) -> list[int]:
        """The numbers of the rows that a text finds, from 1."""
        node = lucene.parse(text)
        where = None if node is None else lucene.condition(node, target or seen(), NOW)
        return self._asked(Query(where=where, order_by=(Order(FieldRef(SEQ)),)))

    def ordered(self, text: str) -> list[int]:
        return self._asked(Query(order_by=(*lucene.order(text, seen()), Order(FieldRef(SEQ)))))

    def _asked(self, query: Query) -> list[int]:
        number = Named(lucene.system(ID), "number")
        bound = bind(
            Query(select=(number,), where=query.where, order_by=query.order_by),
            visible=VISIBLE,
            table=SCHEMA,
            system=(SEQ,),
            moment=NOW,
        )
        page = self._rows.select(REF, SCHEMA, bound, 60.0)
        return [one - LIVE_IDS_FROM for one in page.table.column(0).to_pylist()]


def seen() -> lucene.Target:
    names = {f"column_{told}_{name}": name for name, (told, _) in _FIELDS.items() if name != SECRET}
    return lucene.Target("harbor-permits", VISIBLE, names, {9: "re_1"}, {"abc": LIVE_IDS_FROM + 1}.get)


@contextmanager
def opened(setup: Setup, folder: Path) -> Iterator[Newsroom]:
    engine = setup.open(folder, Sizes())
    index = TantivyStore(folder / "index")
    rows = RowStore(engine, index)
    try:
        rows.create(REF, SCHEMA)
        rows.write(REF, SCHEMA, Upsert(_table(_ROWS), "re_1"), WRITTEN)
        yield Newsroom(rows)
    finally:
        index.close()
        engine.close()


def _table(rows: Sequence[Sequence[object]]) -> object:
    return table([dict(zip(_COLUMNS, row, strict=True)) for row in rows], SCHEMA)
