"""What a reader of a file format is given, and what it hands back.

Every reader fills a table of texts. Where the format itself says what a value is (a number of JSON, a date of a
spreadsheet), the column has a type, and its texts are in the one form of that type (`CELL_FORMS`); where cells are
only texts, the type is left open and the whole of them decides. So staging, keys and row identities know one kind
of cell, and the same table keeps its ids when it is published in another format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

from colonnade.query.schema import FieldType

CELL_FORMS: Mapping[FieldType, str] = {
    FieldType.TEXT: "itself; the values of a multivalued one are joined by `VALUE_SEPARATOR`",
    FieldType.INT: "digits, within 64 bits",
    FieldType.DOUBLE: "the shortest text that reads back as the same double, whole numbers without `.0`",
    FieldType.BOOLEAN: "`true` or `false`",
    FieldType.DATE: "`YYYY-MM-DD`, of the years 1 to 9999",
    FieldType.DATETIME: "`YYYY-MM-DD[ HH:MM:SS[.ffffff]]`, UTC, of the years 1 to 9999",
    FieldType.TIME: "`HH:MM:SS[.ffffff]`",
    FieldType.GEO_POINT: "`lat, lon`, each as a double",
    FieldType.GEO_SHAPE: "a GeoJSON geometry in WGS 84",
    FieldType.JSON: "JSON, an object or an array",
    FieldType.FILE: "a JSON object with `id`, `filename`, `format`, `mimetype`, `thumbnail`, and of a picture `width` and `height`",
}

VALUE_SEPARATOR = "\x1f"
"""Between the values of one multivalued cell: ASCII's unit separator, which no reader lets into a value."""


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's file. `name` is what messages call it, never its path; `filename` is its own name, without that of
    an archive around it."""

    path: Path
    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read.

    `cell_bytes` bounds a whole row, and so each of its cells. `rows`: stop after so many, having read no more of the
    file than they take: a look at the file. `unpacked_bytes` and `files` bound what one archive holds.
    """

    fields: int
    cell_bytes: int
    rows: int | None = None
    unpacked_bytes: int = 8 << 30
    files: int = 500


@dataclass(frozen=True, slots=True)
class Column:
    """`label`: empty where the file gives none. `type`: what the format says; None where its cells decide. `name`: of its
    field, where the format has rules for it; all columns of a file have one, or none."""

    label: str
    type: FieldType | None = None
    multivalued: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Extract:
    """What was read. `notes`: sentences for the publisher about what was left out or changed on the way."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(one.label for one in self.columns)


class Reader(Protocol):
    def __call__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        target: str,
        scratch: Path,
        bounds: Bounds,
    ) -> Extract:
        """Read a file into a new table `target` of text columns `c0`, `c1`, ..., one row a record, in file order.

        An empty cell is null. `scratch` is a folder for temporary files, which the reader may leave there. Raises
        `Invalid` with a sentence that names the file, the row and the reason, and `LimitReached`.
        """
        ...
