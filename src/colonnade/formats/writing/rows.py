"""Rows on their way to a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from colonnade.query.schema import FieldType

TEXT, GEOMETRY = "text", "geometry"
"""The columns of rows that are texts already, with the geometry to which each belongs."""


@dataclass(frozen=True)
class Attribute:
    """A column of a file. `label`: what people call it."""

    name: str
    type: FieldType
    multivalued: bool = False
    label: str = ""

    @property
    def is_text(self) -> bool:
        return self.multivalued or self.type not in _PLAIN


@dataclass(frozen=True)
class Rows:
    """Arrow record batches of one schema, in the order of which the columns stand, whatever they are called."""

    schema: Any  # pa.Schema
    batches: Iterator[Any]  # of pa.RecordBatch

    def numbered(self) -> "Rows":
        """The same with columns `c0`, `c1`, ...: names may be the same but for their case."""
        names = [f"c{at}" for at in range(len(self.schema))]
        schema = pa.schema([one.with_name(name) for one, name in zip(self.schema, names, strict=True)])
        return Rows(schema, (one.rename_columns(names) for one in self.batches))


def texts(batches: Iterator[Any]) -> Iterator[bytes]:
    """The text of each batch, which lies in the buffer of its first column as it is wanted."""
    return (text for batch in batches if batch.num_rows and (text := joined(batch.column(0))))


def joined(column: Any) -> bytes:
    """The texts of an Arrow column, one after the other."""
    if column.type != pa.string() or column.null_count:
        column = column.cast(pa.string()).fill_null("")
    _, offsets, data = column.buffers()
    if data is None:
        return b""
    places = memoryview(offsets).cast("i")
    text: bytes = data[places[column.offset] : places[column.offset + len(column)]].to_pybytes()
    return text


def unique(names: Sequence[str], longest: int | None = None) -> list[str]:
    """Names that differ in more than their case, numbered where they would not; of at most so many bytes."""
    taken: set[str] = set()
    found = []
    for name in names:
        number, tried = 1, _cut(name, longest)
        while tried.lower() in taken:
            number += 1
            end = f"_{number}"
            tried = _cut(name, None if longest is None else longest - len(end)) + end
        taken.add(tried.lower())
        found.append(tried)
    return found


def _cut(name: str, longest: int | None) -> str:
    return name if longest is None else name.encode()[:longest].decode(errors="ignore")


_PLAIN = frozenset(
    {
        FieldType.INT,
        FieldType.DOUBLE,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.DATETIME,
        FieldType.TIME,
        FieldType.GEO_POINT,
    }
)
