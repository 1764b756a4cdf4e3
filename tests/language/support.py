"""The cases of the language, and the portals that they are proven on."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
from tests.engine.support import Setup, Sizes
from tests.language.table import MOMENT, ROWS, SCHEMA

from colonnade.core.rowstore import RowStore
from colonnade.engine.layout import arrow_schema, field_columns
from colonnade.engine.port import JsonText, Upsert
from colonnade.generation import GenerationRef
from colonnade.http.values import shown
from colonnade.index.tantivy_store import TantivyStore
from colonnade.query import odsql
from colonnade.query.bind import bind
from colonnade.query.refine import excluded, parse_refinement, refined
from colonnade.query.tree import And, BoundQuery, Expr, Query
from colonnade.query.zones import named_zone

CASES = Path(__file__).parent / "cases"
REF = GenerationRef("tb_language", 1)


@dataclass(frozen=True)
class Answer:
    """`rows`: one list a row, in the order of `names`; dates as ISO texts."""

    names: list[str]
    rows: list[list[Any]]
    total: int


@dataclass(frozen=True)
class Case:
    """`asked`: the clauses, by their parameter; repeated ones in order. `expected`: see `cases/README.md`."""

    name: str
    asked: Mapping[str, Sequence[str]]
    expected: Mapping[str, Sequence[str]]


_EXPECTED = ("ids", "row", "total", "names", "error")


@dataclass
class _Draft:
    name: str
    lines: dict[str, list[str]] = field(default_factory=dict)

    def case(self) -> Case:
        asked = {key: values for key, values in self.lines.items() if key not in _EXPECTED}
        expected = {key: values for key, values in self.lines.items() if key in _EXPECTED}
        return Case(self.name, asked, expected)


def all_cases() -> list[Case]:
    return [case for path in sorted(CASES.glob("*.txt")) for case in cases(path)]


def cases(path: Path) -> Iterator[Case]:
    draft: _Draft | None = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            if draft is not None:
                yield draft.case()
            draft = _Draft(line[3:].strip())
        elif line.strip() and not line.startswith("#"):
            assert draft is not None, line
            key, _, value = line.partition(" ")
            draft.lines.setdefault(key, []).append(value.strip())
    if draft is not None:
        yield draft.case()


def query_of(asked: Mapping[str, Sequence[str]]) -> Query:
    """The query of a case, as the Explore door would make it. Without `select` the rows are told by their `id`."""
    one = {key: values[0] for key, values in asked.items()}
    wheres: list[Expr | None] = [odsql.parse_where(text) for text in asked.get("where", ())]
    wheres.append(refined([parse_refinement(text) for text in asked.get("refine", ())], SCHEMA))
    wheres.append(excluded([parse_refinement(text, "exclude") for text in asked.get("exclude", ())], SCHEMA))
    terms = tuple(term for term in wheres if term is not None)
    group_by = odsql.parse_group_by(one["group_by"]) if "group_by" in one else ()
    return Query(
        select=odsql.parse_select(one["select"]) if "select" in one else None if group_by else _ID,
        where=And(terms) if terms else None,
        group_by=group_by,
        order_by=odsql.parse_order_by(one["order_by"]) if "order_by" in one else (),
        limit=int(one["limit"]) if "limit" in one else None,
        offset=int(one.get("offset", "0")),
        zone=named_zone(one.get("timezone", "UTC")),
        language=one.get("lang", "en"),
    )


_ID = odsql.parse_select("id")


def bound(query: Query) -> BoundQuery:
    return bind(query, visible=SCHEMA, moment=MOMENT)


class Portal:
    """Rows and index, with the rows of `table.py` in them."""

    def __init__(self, rows: RowStore) -> None:
        self._rows = rows

    def ask(self, query: Query) -> Answer:
        known = bound(query)
        selection = self._rows.select(REF, SCHEMA, known, 60.0)
        table = selection.table
        outputs = known.outputs
        rows = [
            [_plain(shown(one, value)) for one, value in zip(outputs, row.values(), strict=True)]
            for row in table.to_pylist()
        ]
        return Answer(table.column_names, rows, selection.total)

    def lines(self, query: Query) -> list[Any]:
        """The rows of the answer as a file of JSON lines has them."""
        batches = self._rows.stream(REF, SCHEMA, bound(query), form=JsonText(), seconds=60.0)
        return [json.loads(text) for batch in batches for text in batch.column(0).to_pylist()]


@contextmanager
def opened(setup: Setup, folder: Path) -> Iterator[Portal]:
    """A portal on one of the engines that the engine contract is proven on."""
    engine = setup.open(folder, Sizes())
    index = TantivyStore(folder / "index")
    rows = RowStore(engine, index)
    try:
        rows.create(REF, SCHEMA)
        rows.write(REF, SCHEMA, Upsert(_table(), "re_1"), MOMENT.replace(tzinfo=None))
        yield Portal(rows)
    finally:
        index.close()
        engine.close()


def _table() -> Any:
    columns = field_columns(SCHEMA)
    values = {one.name: [row[one.name] for row in ROWS] for one in columns}
    keys = pa.array([str(row["id"]) for row in ROWS], pa.string())
    table = pa.table(values, schema=arrow_schema([replace(one, nullable=True) for one in columns]))
    return table.add_column(0, "_key", keys)


def _plain(value: Any) -> Any:
    """As the doors show it: dates as texts, JSON as what it says."""
    if isinstance(value, orjson.Fragment):
        return json.loads(orjson.dumps(value))
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def read_json(text: str) -> Any:
    return json.loads(text)
