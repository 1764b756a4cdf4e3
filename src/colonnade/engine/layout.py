"""The layout of a generation's rows file, for the builder that makes it and the engine that serves it.

One DuckDB file with three tables. `rows`: the system columns, then a column per field and, beside each field that
keeps what was sent, its raw column; at last, for each field of shapes, what `prepared_name` tells of. `meta`: one row with the counters. `deleted`: one row per id that a write took
away, with the counter of that write.

A build makes a unique index on `_id` after the load, and the first live write drops it. Not for its cost: DuckDB 1.5
loses what its log holds for an index if a file is opened after a crash and closed again before anything used the
index. Then point reads find nothing and later writes fail or do harm. What is never written to has no log.

DuckDB's names know no case: a schema whose fields differ only in case cannot be laid out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from colonnade.engine.shapes import PREPARED, PREPARED_ARROW
from colonnade.generation import LIVE_IDS_FROM, Mark
from colonnade.query import raw
from colonnade.query.schema import ID, KEY, MODIFIED, SEQ, SOURCE, Field, FieldType, Schema

ROWS = "rows"
META = "meta"
DELETED = "deleted"
ID_INDEX = "rows_by_id"

SMALL_BLOCKS = 16_384
"""Bytes. Makes the smallest table a file of 110 KB; with DuckDB's own choice it is 1.3 MB."""
LARGE_BLOCKS = 262_144
"""Bytes. DuckDB's own choice: a table of 1 M rows loads in 0.9 s instead of 1.6 s and takes 71 MB instead of 99."""
_LARGE_FROM = 16 << 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column of `rows`: its name, its type in SQL and in Arrow."""

    name: str
    sql: str
    arrow: Any  # pa.DataType
    nullable: bool = True

    @property
    def definition(self) -> str:
        return f"{quoted(self.name)} {self.sql}" + ("" if self.nullable else " NOT NULL")


_TYPES: dict[FieldType, tuple[str, Any]] = {
    FieldType.TEXT: ("VARCHAR", pa.string()),
    FieldType.INT: ("BIGINT", pa.int64()),
    FieldType.DOUBLE: ("DOUBLE", pa.float64()),
    FieldType.BOOLEAN: ("BOOLEAN", pa.bool_()),
    FieldType.DATE: ("DATE", pa.date32()),
    FieldType.DATETIME: ("TIMESTAMP", pa.timestamp("us")),
    FieldType.TIME: ("TIME", pa.time64("us")),
    FieldType.GEO_POINT: (
        "STRUCT(lon DOUBLE, lat DOUBLE)",
        pa.struct([("lon", pa.float64()), ("lat", pa.float64())]),
    ),
    FieldType.GEO_SHAPE: ("VARCHAR", pa.string()),
    FieldType.JSON: ("VARCHAR", pa.string()),
    FieldType.FILE: ("VARCHAR", pa.string()),
}
_MULTIVALUED = ("VARCHAR[]", pa.list_(pa.string()))

SYSTEM = (
    Column(ID, "BIGINT", pa.int64(), nullable=False),
    Column(KEY, "VARCHAR", pa.string()),
    Column(SOURCE, "VARCHAR", pa.string(), nullable=False),
    Column(SEQ, "BIGINT", pa.int64(), nullable=False),
    Column(MODIFIED, "TIMESTAMP", pa.timestamp("us"), nullable=False),
)


_PREPARED_SUFFIX = "$geometry"

_META_COLUMNS = "counter BIGINT NOT NULL, last_seq BIGINT NOT NULL, last_live_id BIGINT NOT NULL"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal; for statements that take no parameters, as ATTACH."""
    return "'" + text.replace("'", "''") + "'"


def relation(catalog: str, table: str = ROWS) -> str:
    """A table of an attached rows file, fully qualified."""
    return f"{quoted(catalog)}.main.{quoted(table)}"


def prepared_name(field: str) -> str:
    """The column beside a field of shapes that holds them as `colonnade.engine.shapes` works with them. A file that
    an older version made has none."""
    return field + _PREPARED_SUFFIX


def is_prepared(column: str) -> bool:
    return column.endswith(_PREPARED_SUFFIX)


def block_size(data_bytes: int) -> int:
    """The size of the blocks of a new file that will hold about so much data. It can never be changed."""
    return LARGE_BLOCKS if data_bytes >= _LARGE_FROM else SMALL_BLOCKS


def attach(path: Path, catalog: str, *, blocks: int | None = None) -> str:
    """The statement that opens a rows file under a name, for reading and writing.

    `blocks`: the block size of a file that is to be made; an existing file knows its own.
    """
    options = "" if blocks is None else f" (BLOCK_SIZE {blocks})"
    return f"ATTACH {literal(str(path))} AS {quoted(catalog)}{options}"


def sql_type(field: Field) -> str:
    return _MULTIVALUED[0] if field.multivalued else _TYPES[field.type][0]


def arrow_type(field: Field) -> Any:
    return _MULTIVALUED[1] if field.multivalued else _TYPES[field.type][1]


def field_columns(schema: Schema) -> tuple[Column, ...]:
    """The columns of the fields, each followed by its raw column if it has one."""
    found: list[Column] = []
    for field in schema.fields:
        found.append(Column(field.name, sql_type(field), arrow_type(field)))
        if field.keeps_raw:
            found.append(Column(field.raw_name, "VARCHAR", pa.string()))
    return tuple(found)


def shape_columns(schema: Schema) -> tuple[Column, ...]:
    """The columns of `prepared_name`."""
    return tuple(
        Column(prepared_name(one.name), PREPARED, PREPARED_ARROW)
        for one in schema.fields
        if one.type is FieldType.GEO_SHAPE
    )


def columns(schema: Schema) -> tuple[Column, ...]:
    """All columns of `rows`, in order."""
    return SYSTEM + field_columns(schema) + shape_columns(schema)


def arrow_schema(some: Sequence[Column]) -> Any:
    """The Arrow schema of these columns."""
    return pa.schema([pa.field(one.name, one.arrow, nullable=one.nullable) for one in some])


def create_tables(catalog: str, schema: Schema) -> tuple[str, ...]:
    """The statements that make the three tables, without the index on `_id` and without the row in `meta`."""
    return create_tables_of(catalog, [one.definition for one in columns(schema)])


def create_tables_of(catalog: str, definitions: Sequence[str]) -> tuple[str, ...]:
    """The same for columns of `rows` that are written out in SQL."""
    return (
        create_rows(catalog, definitions),
        f"CREATE TABLE {relation(catalog, META)} ({_META_COLUMNS})",
        f"CREATE TABLE {relation(catalog, DELETED)} (counter BIGINT NOT NULL, id BIGINT NOT NULL)",
    )


def create_rows(catalog: str, definitions: Sequence[str], *, table: str = ROWS) -> str:
    return f"CREATE TABLE {relation(catalog, table)} ({', '.join(definitions)})"


def insert_meta(catalog: str, mark: Mark, last_live_id: int = LIVE_IDS_FROM) -> str:
    """The statement that writes the one row of `meta`: the state that a build hands over."""
    return f"INSERT INTO {relation(catalog, META)} VALUES ({mark.counter}, {mark.seq}, {last_live_id})"


def create_id_index(catalog: str) -> str:
    """For a file that is complete. It must be closed, which folds in its log, before it is served."""
    return f"CREATE UNIQUE INDEX {quoted(ID_INDEX)} ON {relation(catalog)} ({quoted(ID)})"


def drop_id_index(catalog: str) -> str:
    return f"DROP INDEX IF EXISTS {relation(catalog, ID_INDEX)}"


def text_of(field: Field, table: str = "") -> str:
    """The SQL expression of a field's text for the full-text index; null where there is nothing to find.

    What was sent wins over what was made of it. Numbers are printed as people write them (`3`, not `3.0`), points
    as `lat, lon`; the coordinates of a shape are not words. `table`: the alias of the rows, if they have one.
    """
    start = f"{quoted(table)}." if table else ""
    text = printed(field, start + quoted(field.name))
    if field.lenient and field.type is FieldType.TEXT:
        return f"nfc_normalize({text})"  # what is beside it says nothing that it does not say
    if field.keeps_raw:
        sent = start + quoted(field.raw_name)
        if field.lenient:
            sent = f"nullif(nullif({sent}, {literal(raw.NULL)}), {literal(raw.ABSENT)})"
        text = f"coalesce({sent}, {text})"
    return f"nfc_normalize({text})"


def printed(field: Field, column: str) -> str:
    """The SQL expression of what is printed of a typed value. `column`: SQL of the value."""
    if field.multivalued:
        return f"array_to_string({column}, ' ')"
    match field.type:
        case FieldType.DOUBLE:
            return _double_text(column)
        case FieldType.GEO_POINT:
            return f"({_double_text(column + '.lat')} || ', ' || {_double_text(column + '.lon')})"
        case FieldType.GEO_SHAPE:
            return "CAST(NULL AS VARCHAR)"
        case FieldType.FILE:
            return f"json_extract_string({column}, '$.filename')"
        case _:
            return f"CAST({column} AS VARCHAR)"


def _double_text(expression: str) -> str:
    return f"regexp_replace(CAST({expression} AS VARCHAR), '\\.0$', '')"


def text_columns(schema: Schema) -> str:
    """The select list of what an index takes: `_id`, then the text of each field under the field's name."""
    texts = [f"{text_of(one)} AS {quoted(one.name)}" for one in schema.fields]
    return ", ".join([quoted(ID), *texts])
