"""What is kept of a dataset's columns and of what was last done to its rows; and the values that go in and out."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final, Literal, Self

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from colonnade.db.base import Base
from colonnade.query.schema import FieldType

SAMPLE_ROWS = 5


class Label(StrEnum):
    """What a column's type is called. It is a label until the column is indexed."""

    UNICODE = "unicode"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATETIME = "datetime"
    DATE = "date"
    TIME = "time"


FIELD_TYPES: Mapping[Label, FieldType] = {
    Label.UNICODE: FieldType.TEXT,
    Label.INT: FieldType.INT,
    Label.FLOAT: FieldType.DOUBLE,
    Label.BOOL: FieldType.BOOLEAN,
    Label.DATETIME: FieldType.DATETIME,
    Label.DATE: FieldType.DATE,
    Label.TIME: FieldType.TIME,
}
LABELS: Mapping[FieldType, Label] = {type_: label for label, type_ in FIELD_TYPES.items()}
"""Fields of any other type are shown as texts."""


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT
"""The client did not send this."""
Absent = Literal[_Absent.ABSENT]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as people see it. `name`: its header, which may repeat or be empty. `field`: the field that holds it.
    `indexed_name`: what queries over all datasets call it; None unless it is indexed and has a type. `least` and
    `greatest`: of the values that were ever in it, numbers, or moments as `YYYY-MM-DDTHH:MM:SS`."""

    name: str
    type: Label | None
    is_indexed: bool
    field: str
    indexed_name: str | None = None
    least: int | float | str | None = None
    greatest: int | float | str | None = None

    @property
    def field_type(self) -> FieldType:
        """Of the field that holds it."""
        return FIELD_TYPES[self.type] if self.is_indexed and self.type else FieldType.TEXT

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "is_indexed": self.is_indexed,
            "field": self.field,
            "indexed_name": self.indexed_name,
            "least": self.least,
            "greatest": self.greatest,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "type": None if value["type"] is None else Label(value["type"])})


@dataclass(frozen=True, slots=True)
class Change:
    """What was last done to rows. `kind`: `one` (a row was sent), `many` (a batch was), `deleted` (one row was),
    `emptied` (all rows were deleted)."""

    kind: str
    added: int = 0
    updated: int = 0
    deleted: int = 0

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "added": self.added, "updated": self.updated, "deleted": self.deleted}


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row as a client sends it, not looked at yet, or as it comes back: then `values` is a list of JSON values and
    `key` a text or None."""

    values: object = ABSENT
    key: object = ABSENT


@dataclass(frozen=True, slots=True)
class SentPage:
    """`total`: how many rows there are in all. `is_whole`: every row of the dataset is among them."""

    rows: tuple[SentRow, ...]
    total: int
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """What may be told of a dataset's rows. `columns` None: it has none yet. `row_count` None: no data ever came, or the
    actor may not see all rows; then `sample` is None, and so are the bounds of the columns. `changed_at` and what
    follows tell of rows that were written one by one or in batches. `locked_at`: when rows were last held."""

    columns: tuple[Column, ...] | None
    row_count: int | None
    sample: list[list[Any]] | None
    change: Change | None
    changed_at: dt.datetime | None
    changed_by: str | None
    is_locked: bool
    locked_at: dt.datetime | None


class DatasetColumns(Base):
    """`is_declared`: the columns decide on the fields of the table, as in every dataset of a newsroom; else only what
    was done to rows is kept here."""

    __tablename__ = "dataset_columns"

    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id"), primary_key=True, autoincrement=False)
    is_declared: Mapped[bool]
    columns: Mapped[list[Any] | None]
    """`Column.to_json` of each, in order; None: not known yet."""
    sample: Mapped[list[Any] | None]
    """The first rows that came, at most `SAMPLE_ROWS`."""
    is_filled: Mapped[bool] = mapped_column(default=False)
    """Data came, although they may be gone again."""
    change: Mapped[dict[str, Any] | None]
    changed_at: Mapped[dt.datetime | None]
    changed_by: Mapped[str | None]
    written_at: Mapped[dt.datetime | None]
    """When a row was last written or deleted."""

    @property
    def declared(self) -> tuple[Column, ...] | None:
        return None if self.columns is None else tuple(Column.from_json(one) for one in self.columns)
