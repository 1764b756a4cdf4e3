"""Columns that DuckDB reads with a type, as the texts of `port.CELL_FORMS`."""

import re
from dataclasses import dataclass

from colonnade.formats.port import VALUE_SEPARATOR, Column
from colonnade.query.schema import FieldType

_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_MAYBE_WHOLE = ("UBIGINT", "HUGEINT", "UHUGEINT")
_MOMENTS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
_FIRST_DAY, _LAST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"
_FIRST, _LAST = "TIMESTAMP '0001-01-01'", "TIMESTAMP '9999-12-31 23:59:59.999999'"


@dataclass(frozen=True, slots=True)
class Texts:
    """How a typed column becomes texts. `text`: SQL of a cell's text, null for an empty one. `holds`: SQL that says of
    a cell whether the type can say it; the column is a text if it does not of every cell. Empty: always."""

    column: Column
    text: str
    holds: str = ""


def texts(label: str, sql_type: str, cell: str) -> Texts:
    """`sql_type`: as DESCRIBE names it. `cell`: SQL of the column."""
    plain = f"CAST({cell} AS VARCHAR)"
    if sql_type in _WHOLE:
        return Texts(Column(label, FieldType.INT), plain)
    if sql_type in _MAYBE_WHOLE:
        return Texts(Column(label, FieldType.INT), plain, f"TRY_CAST({cell} AS BIGINT) IS NOT NULL")
    if sql_type in ("FLOAT", "DOUBLE"):
        return Texts(Column(label, FieldType.DOUBLE), rf"regexp_replace({plain}, '\.0$', '')")
    if sql_type.startswith("DECIMAL"):
        return _decimal(label, sql_type, cell)
    if sql_type == "BOOLEAN":
        return Texts(Column(label, FieldType.BOOLEAN), plain)
    if sql_type == "DATE":
        return Texts(Column(label, FieldType.DATE), plain, f"{cell} BETWEEN {_FIRST_DAY} AND {_LAST_DAY}")
    if sql_type in _MOMENTS:
        moment = (
            f"CAST(timezone('UTC', {cell}) AS TIMESTAMP)"
            if sql_type.endswith("ZONE")
            else f"CAST({cell} AS TIMESTAMP)"
        )
        holds = f"{moment} BETWEEN {_FIRST} AND {_LAST}"
        return Texts(Column(label, FieldType.DATETIME), f"CAST({moment} AS VARCHAR)", holds)
    if sql_type in ("TIME", "TIME_NS"):
        return Texts(Column(label, FieldType.TIME), f"CAST(CAST({cell} AS TIME) AS VARCHAR)")
    if sql_type == "VARCHAR[]":
        return _list(label, cell)
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP", "UNION")):
        return Texts(Column(label, FieldType.JSON), f"CAST(to_json({cell}) AS VARCHAR)")
    if sql_type == "BLOB":
        return Texts(Column(label, FieldType.TEXT), f"base64({cell})")
    return Texts(Column(label, FieldType.TEXT), f"nullif({plain}, '')")


def _decimal(label: str, sql_type: str, cell: str) -> Texts:
    """A number, if every value reads back from the double nearest to it."""
    number = f"CAST({cell} AS DOUBLE)"
    found = re.fullmatch(r"DECIMAL\(([0-9]+),([0-9]+)\)", sql_type)
    is_sure = found is not None and int(found[1]) <= 15
    text = rf"regexp_replace(CAST({number} AS VARCHAR), '\.0$', '')"
    if found and found[2] == "0":
        return Texts(
            Column(label, FieldType.INT),
            f"CAST({cell} AS VARCHAR)",
            f"TRY_CAST({cell} AS BIGINT) IS NOT NULL",
        )
    holds = "" if is_sure else f"TRY_CAST({number} AS {sql_type}) IS NOT DISTINCT FROM {cell}"
    return Texts(Column(label, FieldType.DOUBLE), text, holds)


def _list(label: str, cell: str) -> Texts:
    """Texts in a list are a multivalued text; a list with gaps in it stays JSON."""
    separator = f"chr({ord(VALUE_SEPARATOR)})"
    text = f"CASE WHEN len({cell}) > 0 THEN array_to_string({cell}, {separator}) END"
    holds = f"(list_count({cell}) = len({cell}) AND NOT contains(array_to_string({cell}, ''), {separator}))"
    return Texts(Column(label, FieldType.TEXT, multivalued=True), text, holds)


def as_text(label: str, sql_type: str, cell: str) -> Texts:
    """The same for a column whose type cannot hold all its cells."""
    if sql_type == "VARCHAR[]":
        return Texts(Column(label, FieldType.JSON), f"CAST(to_json({cell}) AS VARCHAR)")
    return Texts(Column(label, FieldType.TEXT), f"CAST({cell} AS VARCHAR)")
