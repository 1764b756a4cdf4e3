"""One file's rows while processors change them: a stack of SELECTs over the staged table, run as one statement."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from colonnade.builder.job import Step
from colonnade.builder.staging import MULTIVALUED_SEPARATOR, Part, Trouble
from colonnade.builder.typing import shown_sql
from colonnade.engine.layout import literal
from colonnade.formats.port import VALUE_SEPARATOR
from colonnade.query.schema import Field, FieldType

NO_TEXT = "CAST(NULL AS VARCHAR)"
LINE = "_line"
CONTENT = "_content"
"""Columns with a row's number in its file, and with the hash of what it was there."""
_LAYERS = 20
_VALUES = 300
"""About so many SELECTs stand in one statement, with so many columns that they compute, each of which takes memory.
What they make is written out, then the next ones begin."""
_SHOWN_CHARACTERS = 100
_NO_STEP = Step("", "")


@dataclass(frozen=True, slots=True)
class Failure:
    """`condition`: SQL that says where a step fails on a cell of the field `name`."""

    name: str
    condition: str
    cell: str


@dataclass(slots=True)
class Sheet:
    """The columns that processors see of a part, by field. Steps read cells as SQL and put SQL in their place; what they
    read is what the steps before them left."""

    connection: duckdb.DuckDBPyConnection
    part: Part
    folder: Path
    """For the files of a step, which removes them."""
    step: Step = _NO_STEP
    columns: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    table: str = ""
    _present: set[str] = field(default_factory=set)
    """The columns of the relation beneath `_values`, the SELECT that is being made."""
    _values: dict[str, str] = field(default_factory=dict)
    _gone: set[str] = field(default_factory=set)
    _layers: list[tuple[str, str]] = field(default_factory=list)
    """What stands before and after each SELECT that another one is made of."""
    _marks: str = ""
    """Makes the columns `LINE` and `CONTENT` in the first statement."""
    _computed: int = 0
    """How many columns they compute."""
    _tables: int = 0
    _columns: int = 0

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, part: Part, folder: Path) -> "Sheet":
        sheet = cls(connection, part, folder)
        sheet.columns, sheet.labels, sheet.fields = dict(part.columns), dict(part.labels), dict(part.fields)
        sheet.table = part.table
        sheet._present = set(part.columns.values())
        sheet._columns = len(part.columns)
        sheet._present |= {LINE, CONTENT}
        sheet._marks = f", CAST({part.line} AS BIGINT) AS {LINE}, {part.content} AS {CONTENT}"
        return sheet

    def begin(self, step: Step) -> None:
        """What follows belongs to this step."""
        self.step = step
        if len(self._layers) >= _LAYERS or self._computed >= _VALUES:
            self.write_out()

    def cell(self, name: str) -> str:
        """SQL of a field's cells as texts, several values in one; or of nothing but nulls."""
        column = self._column(name)
        if not self.has_values(name):
            return column
        return shown_sql(self.fields[name], column, MULTIVALUED_SEPARATOR)

    def has_values(self, name: str) -> bool:
        """Whether the file itself has several values in each cell of a field."""
        return name in self.fields and self.fields[name].multivalued

    def put_each(self, name: str, value: Callable[[str], str], condition: str) -> None:
        """In the rows that fulfil a condition, put another text in the place of each of the values of such a field;
        an empty one goes. `value`: SQL of it, by SQL of what it was."""
        was, column, separator = self.fields[name], self._column(name), f"chr({ord(VALUE_SEPARATOR)})"
        values = f"[{value('one')} FOR one IN string_split({column}, {separator})]"
        joined = f"nullif(array_to_string(list_filter({values}, lambda one: one <> ''), {separator}), '')"
        self.put(name, f"CASE WHEN {condition} THEN {joined} ELSE {column} END")
        self.fields[name] = was

    def _column(self, name: str) -> str:
        column = self.columns.get(name)
        if column is None:
            return NO_TEXT
        if column in self._values:
            self._close()
        return column

    def is_text(self, name: str) -> bool:
        """Whether the file holds texts there, for all that it says itself."""
        return name in self.columns and (name not in self.fields or self.fields[name].type is FieldType.TEXT)

    def put(self, name: str, value: str, declared: FieldType | None = None) -> None:
        """Give a field other cells; all rows then decide on its type, unless it is `declared`. `value`: SQL that reads
        what `cell` or `aside` gave for this step."""
        if name not in self.columns:
            self.columns[name] = self._new()
            self.labels[name] = name
        self.fields.pop(name, None)
        if declared:
            self.fields[name] = Field(name, self.labels[name], declared)
        self._set(self.columns[name], value)

    def aside(self, value: str) -> str:
        """A column for a value that a step needs more than once; it goes after the step."""
        column = self._new()
        self._set(column, value)
        self._close()
        self._gone.add(column)
        return column

    def tell(self, *failures: Failure) -> None:
        """Where a step fails. Of a row the first failure is told."""
        told = [
            f"CASE WHEN {one.condition} THEN {literal(one.name + VALUE_SEPARATOR)}"
            f" || {one.cell}[1:{_SHOWN_CHARACTERS}] END"
            for one in failures
        ]
        column = self._new()
        self._set(column, told[0] if len(told) == 1 else f"coalesce({', '.join(told)})")
        self.troubles.append(Trouble(column, self.step))

    def keep(self, condition: str) -> None:
        """Drop the rows for which `condition` is not true."""
        self._close()
        self._layers.append(("SELECT * FROM (", f") WHERE {condition}"))

    def write_out(self) -> None:
        """Make the changes real in a table."""
        self._close()
        if self._gone:
            self._layers.append((f"SELECT * EXCLUDE ({', '.join(sorted(self._gone))}) FROM (", ")"))  # noqa: S608
            self._present -= self._gone
            self._gone = set()
        if not self._layers:
            return
        query = f"SELECT *{self._marks} FROM {self.table}"  # noqa: S608
        for before, after in self._layers:
            query = before + query + after
        target = f"{self.part.table}_{self._tables}"
        self._tables += 1
        self.connection.execute(f"CREATE TABLE {target} AS {query}")
        self.connection.execute(f"DROP TABLE {self.table}")
        self.table, self._layers, self._marks, self._computed = target, [], "", 0
        self._forget_none()

    def _forget_none(self) -> None:
        """Drop the columns of troubles of which there are none: mostly all."""
        if not self.troubles:
            return
        counts = ", ".join(f"count({one.column})" for one in self.troubles)
        found = self.connection.execute(f"SELECT {counts} FROM {self.table}").fetchone() or ()  # noqa: S608
        self._gone |= {one.column for one, count in zip(self.troubles, found, strict=True) if not count}
        self.troubles = [one for one in self.troubles if one.column not in self._gone]

    def write_out_with(self, *columns: str) -> None:
        """The same, with columns of `aside`, which go at the next time."""
        self._gone -= set(columns)
        self.write_out()
        self._gone |= set(columns)

    def finished(self, first: int) -> Part:
        """The part with what was made of it; its first row has the position `first`."""
        self._close()
        if self._layers:
            self.write_out()
        if self._marks:
            return replace(self.part, first=first)
        (rows,) = self.connection.execute(f"SELECT count(*) FROM {self.table}").fetchone() or (0,)  # noqa: S608
        return replace(
            self.part,
            table=self.table,
            first=first,
            rows=rows,
            columns=self.columns,
            labels=self.labels,
            fields=self.fields,
            line=LINE,
            content_column=CONTENT,
            troubles=tuple(self.troubles),
        )

    def _new(self) -> str:
        self._columns += 1
        return f"s{self._columns}"

    def _set(self, column: str, value: str) -> None:
        if column in self._values:
            self._close()
        self._values[column] = value

    def _close(self) -> None:
        """Whatever comes reads what was put."""
        if not self._values:
            return
        replaced = [f"{sql} AS {name}" for name, sql in self._values.items() if name in self._present]
        added = [f"{sql} AS {name}" for name, sql in self._values.items() if name not in self._present]
        first = f"* REPLACE ({', '.join(replaced)})" if replaced else "*"
        self._layers.append((f"SELECT {', '.join([first, *added])} FROM (", ")"))  # noqa: S608
        self._present |= set(self._values)
        self._computed += len(self._values)
        self._values = {}
