"""What a table's rows look like: fields, their types, and the columns that every table has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

ID = "_id"
"""Stable number of a row inside its table; `recordid` derives from it."""
KEY = "_key"
"""The row's external key, or null."""
SOURCE = "_source"
"""The uid of the resource that the row came from."""
SEQ = "_seq"
"""Insertion order; a rewritten row moves last."""
MODIFIED = "_modified"
"""When the row was last written, naive UTC."""

SYSTEM_COLUMNS = (ID, KEY, SOURCE, SEQ, MODIFIED)

RAW_SUFFIX = "$raw"
"""`<field>$raw` keeps, as text, what was sent where the typed column could not say it."""


class FieldType(StrEnum):
    """The types of the core, in the words of Explore 2.1."""

    TEXT = "text"
    INT = "int"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    GEO_POINT = "geo_point_2d"
    GEO_SHAPE = "geo_shape"
    JSON = "json_blob"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Field:
    """One column as people see it.

    `keeps_raw`: the table has a text column `<name>$raw` beside it. `lenient`: a value that does not fit becomes
    null (and its raw text is kept) instead of being refused. `multivalued`: a list of texts in each row. `origin`: what it
    was called before steps renamed it, so that its rows are known again whatever the steps say by then; None: made before
    this was told. It is not a part of what the field is.
    """

    name: str
    label: str
    type: FieldType
    description: str | None = None
    keeps_raw: bool = False
    lenient: bool = False
    multivalued: bool = False
    annotations: Mapping[str, Sequence[str | int]] = field(default_factory=dict, hash=False)
    origin: str | None = field(default=None, compare=False)

    @property
    def raw_name(self) -> str:
        return self.name + RAW_SUFFIX

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "type": self.type.value,
            "description": self.description,
            "keeps_raw": self.keeps_raw,
            "lenient": self.lenient,
            "multivalued": self.multivalued,
            "annotations": {name: list(args) for name, args in self.annotations.items()},
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        return cls(**{**value, "type": FieldType(value["type"])})


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of a table, in order. Names are unique; system columns are not listed."""

    fields: tuple[Field, ...]

    def get(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.fields)

    def only(self, names: Sequence[str]) -> Self:
        """The same schema without the fields that are not in `names`; order is kept."""
        wanted = frozenset(names)
        return replace(self, fields=tuple(one for one in self.fields if one.name in wanted))

    def as_new(self) -> Self:
        """The same schema of a table that begins with it: its fields are called what they are called first."""
        return replace(self, fields=tuple(replace(one, origin=one.name) for one in self.fields))

    def to_json(self) -> list[dict[str, Any]]:
        return [one.to_json() for one in self.fields]

    @classmethod
    def from_json(cls, value: Sequence[Mapping[str, Any]]) -> Self:
        return cls(tuple(Field.from_json(one) for one in value))
