"""Which type a column of texts has. A type is adopted only if every cell that is not null survives it: what is
printed from the typed value is what came in, up to trailing zeros of a number and the ISO form of a date.

The first rows rule types out; the survivors are then proven, the narrowest first, over all rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from colonnade.builder.job import ColumnReport
from colonnade.engine.layout import quoted
from colonnade.formats.port import VALUE_SEPARATOR
from colonnade.query.schema import Field, FieldType

ALL_EMPTY = "every cell is empty"
SAMPLE_ROWS = 20_000
_CHECKS_A_QUERY = 200
_MISFITS = 3
_SEPARATOR = f"chr({ord(VALUE_SEPARATOR)})"
_MISFIT_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """A type that a text can have. `fits`: SQL that says of a text whether it survives; never null for a text.
    `value`: SQL that makes the typed value of a text that survives, and null or nonsense of one that does not."""

    type: FieldType
    noun: str
    fits: Callable[[str], str]
    value: Callable[[str], str]


def _int_fits(cell: str) -> str:
    return f"coalesce(CAST(TRY_CAST({cell} AS BIGINT) AS VARCHAR) = {cell}, false)"


def _double_fits(cell: str) -> str:
    """Plain decimals only. Fifteen digits always survive a double; of sixteen and seventeen, those that the double
    prints back: in its shortest form, or with as many digits, as C and R print (docs/decisions/0008)."""
    value = f"TRY_CAST({cell} AS DOUBLE)"
    digits = f"ltrim(replace(ltrim({_trimmed(cell)}, '-'), '.', ''), '0')"
    return (
        rf"(regexp_full_match({cell}, '-?(0|[1-9][0-9]*)(\.[0-9]+)?') AND length({cell}) <= 60"
        f" AND (NOT starts_with({cell}, '-') OR {value} <> 0) AND (length({cell}) <= 15"
        f" OR length({digits}) <= 15 OR {_trimmed(f'CAST({value} AS VARCHAR)')} = {_trimmed(cell)}"
        f" OR (length({digits}) <= 17 AND printf('%.' || length({digits}) || 'g', {value}) = {_trimmed(cell)})))"
    )


def _trimmed(number: str) -> str:
    """A decimal without trailing zeros; a whole number as it is."""
    return f"(CASE WHEN contains({number}, '.') THEN rtrim(rtrim({number}, '0'), '.') ELSE {number} END)"


def _date_fits(cell: str) -> str:
    return f"coalesce(length({cell}) = 10 AND CAST(TRY_CAST({cell} AS DATE) AS VARCHAR) = {cell}, false)"


_ISO_INSTANT = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
    r"(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?"
)


def is_instant(cell: str) -> str:
    """SQL that says of a text whether it has the ISO form of a date and time; null for none."""
    return f"regexp_full_match({cell}, '{_ISO_INSTANT}')"


def with_seconds(cell: str) -> str:
    """SQL of such a text as DuckDB casts it: it asks for seconds where there is an offset."""
    return f"{cell}[1:16] || CASE WHEN {cell}[17] = ':' THEN '' ELSE ':00' END || {cell}[17:]"


def _datetime_value(cell: str) -> str:
    """DuckDB's TIMESTAMP drops an offset silently."""
    return f"make_timestamp(epoch_us(TRY_CAST({with_seconds(cell)} AS TIMESTAMPTZ)))"


def _datetime_fits(cell: str) -> str:
    years = (
        f"{_datetime_value(cell)} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59.999999'"
    )
    return f"({is_instant(cell)} AND coalesce({years}, false))"


def _cast(sql: str) -> Callable[[str], str]:
    return lambda cell: f"TRY_CAST({cell} AS {sql})"


RULES: tuple[Rule, ...] = (
    Rule(FieldType.INT, "a whole number", _int_fits, _cast("BIGINT")),
    Rule(FieldType.DOUBLE, "a number", _double_fits, _cast("DOUBLE")),
    Rule(FieldType.BOOLEAN, "true or false", lambda cell: f"({cell} IN ('true', 'false'))", _cast("BOOLEAN")),
    Rule(FieldType.DATE, "an ISO date", _date_fits, _cast("DATE")),
    Rule(FieldType.DATETIME, "an ISO date and time", _datetime_fits, _datetime_value),
)
"""Narrowest first: every whole number that survives is a number too."""

_RULES: Mapping[FieldType, Rule] = {one.type: one for one in RULES}


def value_sql(type_: FieldType, cell: str) -> str:
    """SQL for the typed value of a text cell that fits its column's type."""
    return _RULES[type_].value(cell) if type_ in _RULES else cell


def lenient_sql(type_: FieldType, cell: str) -> str:
    """The same, and null for a text that does not fit."""
    if type_ not in _RULES:
        return cell
    return f"CASE WHEN {_RULES[type_].fits(cell)} THEN {_RULES[type_].value(cell)} END"


_DECLARED: Mapping[FieldType, str] = {
    FieldType.INT: "CAST({cell} AS BIGINT)",
    FieldType.DOUBLE: "CAST({cell} AS DOUBLE)",
    FieldType.BOOLEAN: "CAST({cell} AS BOOLEAN)",
    FieldType.DATE: "CAST({cell} AS DATE)",
    FieldType.DATETIME: "CAST({cell} AS TIMESTAMP)",
    FieldType.TIME: "CAST({cell} AS TIME)",
    FieldType.GEO_POINT: (
        "CASE WHEN {cell} IS NOT NULL THEN struct_pack(lon := CAST(split_part({cell}, ', ', 2) AS DOUBLE),"
        " lat := CAST(split_part({cell}, ', ', 1) AS DOUBLE)) END"
    ),
}


def declared_sql(field: Field, cell: str) -> str:
    """SQL for the value of a cell whose column has a type by itself, in the form that `formats.port` gives it."""
    if field.multivalued:
        return f"string_split({cell}, {_SEPARATOR})"
    return _DECLARED.get(field.type, "{cell}").format(cell=cell)


def shown_sql(field: Field, cell: str, separator: str) -> str:
    """SQL for the text of such a cell, where it becomes a text."""
    return f"replace({cell}, {_SEPARATOR}, '{separator}')" if field.multivalued else cell


def is_cast_known(type_: FieldType) -> bool:
    """Whether texts can become values of this type."""
    return type_ in _RULES or type_ is FieldType.TEXT


@dataclass(frozen=True, slots=True)
class _Count:
    """Of one column under one rule: cells that are not null, and those of them that fit."""

    cells: int
    fitting: int

    @property
    def is_whole(self) -> bool:
        return self.fitting == self.cells


@dataclass(frozen=True, slots=True)
class Cells:
    """Text columns to type. `relation`: SQL with a column each, `_row` (from 1 in each file) and `_file`."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    names: tuple[str, ...]


_Counts = dict[tuple[str, FieldType], _Count]
_Left = Mapping[str, list[Rule]]


def infer(cells: Cells) -> tuple[ColumnReport, ...]:
    """The type of each column, with the reasons."""
    early = _counts(cells, [(name, rule) for name in cells.names for rule in RULES], is_sample=True)
    left = {name: [one for one in RULES if early[name, one.type].is_whole] for name in cells.names}
    counts = {**early, **_proven(cells, left)}
    rows, filled = _filled(cells)
    return tuple(
        _report(cells, name, next(iter(left[name]), None), counts, nulls=rows - filled[name])
        if filled[name]
        else ColumnReport(name, FieldType.TEXT, ALL_EMPTY, rows)
        for name in cells.names
    )


def _proven(cells: Cells, left: _Left) -> _Counts:
    """Strike from `left` what all rows rule out, until the first type of each column holds."""
    found: _Counts = {}
    unproven = [name for name in cells.names if left[name]]
    while unproven:
        found |= _counts(cells, [(name, left[name][0]) for name in unproven])
        failed = [name for name in unproven if not found[name, left[name][0].type].is_whole]
        for name in failed:
            del left[name][0]
        unproven = [name for name in failed if left[name]]
    return found


def _counts(cells: Cells, asked: Sequence[tuple[str, Rule]], *, is_sample: bool = False) -> _Counts:
    found: _Counts = {}
    where = f"WHERE _row <= {SAMPLE_ROWS}" if is_sample else ""
    for start in range(0, len(asked), _CHECKS_A_QUERY):
        some = asked[start : start + _CHECKS_A_QUERY]
        sums = ", ".join(
            f"count({cell}), count(*) FILTER (WHERE {cell} IS NOT NULL AND {rule.fits(cell)})"
            for cell, rule in ((quoted(name), rule) for name, rule in some)
        )
        row = cells.connection.execute(f"SELECT {sums} FROM {cells.relation} {where}").fetchone() or ()  # noqa: S608
        for number, (name, rule) in enumerate(some):
            found[name, rule.type] = _Count(row[2 * number], row[2 * number + 1])
    return found


def _filled(cells: Cells) -> tuple[int, Mapping[str, int]]:
    """How many rows there are, and how many cells of each column are not null."""
    counts = ", ".join(["count(*)", *(f"count({quoted(name)})" for name in cells.names)])
    row = cells.connection.execute(f"SELECT {counts} FROM {cells.relation}").fetchone()  # noqa: S608
    assert row is not None
    return row[0], dict(zip(cells.names, row[1:], strict=True))


def _report(cells: Cells, name: str, adopted: Rule | None, counts: _Counts, *, nulls: int) -> ColumnReport:
    close = [rule for rule in RULES if rule is not adopted and _is_close(counts[name, rule.type])]
    if adopted is None and len(close) > 1 and close[0].type is FieldType.INT:
        close = close[1:]  # what is no number is no whole number either
    misfits = tuple(cell for rule in close for cell in _misfits(cells, name, rule))
    if adopted:
        return ColumnReport(name, adopted.type, f"every cell is {adopted.noun}", nulls, misfits)
    nearly = " and ".join(f"some cells are not {rule.noun}" for rule in close)
    return ColumnReport(
        name, FieldType.TEXT, nearly or "its cells have no narrower type in common", nulls, misfits
    )


def _is_close(count: _Count) -> bool:
    """Ruled out, but by the smaller part of the cells: worth telling."""
    return not count.is_whole and 2 * count.fitting >= count.cells


def _misfits(cells: Cells, name: str, rule: Rule) -> Iterator[Mapping[str, Any]]:
    cell = quoted(name)
    found = cells.connection.execute(
        f"SELECT _file, _row, {cell}[1:{_MISFIT_CHARACTERS}] FROM {cells.relation}"  # noqa: S608
        f" WHERE {cell} IS NOT NULL AND NOT {rule.fits(cell)} LIMIT {_MISFITS}"
    ).fetchall()
    for file, row, text in sorted(found, key=lambda one: one[1]):
        yield {"file": file, "row": row, "cell": text, "type": rule.type.value}
