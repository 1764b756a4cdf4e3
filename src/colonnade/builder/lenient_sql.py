"""What `colonnade.builder.lenient` says, of whole columns: the common forms in SQL, the others by its own functions."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL

from colonnade.builder import lenient, typing
from colonnade.engine.layout import literal
from colonnade.query.schema import Field, FieldType

_BLANKS = " || ".join(["' '", *(f"chr({ord(one)})" for one in lenient.BLANKS[1:])])
_FUNCTIONS: Mapping[FieldType, tuple[str, str, Any]] = {
    FieldType.DATE: ("lenient_date", "DATE", pa.date32()),
    FieldType.DATETIME: ("lenient_datetime", "TIMESTAMP", pa.timestamp("us")),
    FieldType.TIME: ("lenient_time", "TIME", pa.time64("us")),
}


CELL, KNOWN, ASKED = "cell", "known", "asked"
STEPS = (CELL, KNOWN, ASKED)
"""From a text to its value: the text as it is looked at, the value that SQL knows, and for moments the value that the
functions find where it knows none."""


def step_sql(type_: FieldType, step: str, made: Callable[[str], str]) -> str | None:
    """SQL of a step; None where a type has no such step. `made`: SQL of what the steps before made, and of the `text`,
    which has `register`ed functions where the type is one of moments."""
    sql = _SQL[type_].get(step)
    return None if sql is None else sql(made)


def value_sql(type_: FieldType, text: str) -> str:
    """SQL for the value of a text, all steps in one; null where there is none."""
    found = {"text": text}
    for step in STEPS:
        sql = step_sql(type_, step, found.__getitem__)
        if sql is not None:
            found[step] = sql
    return found[LAST_STEP[type_]]


def is_known(type_: FieldType) -> bool:
    return type_ in _SQL


def register(connection: duckdb.DuckDBPyConnection, fields: Iterable[Field]) -> None:
    """Make the functions known that the values of these fields need."""
    for type_ in sorted({one.type for one in fields if one.lenient} & _FUNCTIONS.keys()):
        name, sql, arrow = _FUNCTIONS[type_]
        connection.create_function(
            name,
            _of_texts(lenient.READERS[type_], arrow),
            [duckdb.type("VARCHAR")],
            duckdb.type(sql),
            type=ARROW,
            null_handling=SPECIAL,
        )


def _of_texts(read: Callable[[str], Any], arrow: Any) -> Callable[[Any], Any]:
    def values(texts: Any) -> Any:
        found = [None if one is None else read(one) for one in texts.to_pylist()]
        return pa.array(found, arrow)

    return values


def trimmed(text: str) -> str:
    return f"trim({text}, {_BLANKS})"


def _plain(text: str) -> str:
    """Of a number."""
    return trimmed(f"translate({text}, {literal(lenient.LEFT_OUT)}, '')")


def _int(cell: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, '{lenient.WHOLE}') THEN TRY_CAST({cell} AS BIGINT) END"


def _double(cell: str) -> str:
    value = f"TRY_CAST({cell} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({cell}, '{lenient.NUMBER}') AND isfinite({value}) THEN {value} END"


def _boolean(cell: str) -> str:
    yes, no = (", ".join(map(literal, words)) for words in (lenient.TRUE, lenient.FALSE))
    return f"CASE WHEN lower({cell}) IN ({yes}) THEN true WHEN lower({cell}) IN ({no}) THEN false END"


def _date(cell: str) -> str:
    return f"coalesce({typing.lenient_sql(FieldType.DATE, cell)}, {_slashed(cell)})"


def _datetime(cell: str) -> str:
    return f"coalesce({typing.lenient_sql(FieldType.DATETIME, cell)}, CAST({_date(cell)} AS TIMESTAMP))"


def _time(_cell: str) -> str:
    """All of them are asked for."""
    return "CAST(NULL AS TIME)"


def _slashed(cell: str) -> str:
    """Of a month, a day and a year, or of a day above 12, a month and a year."""
    first, second, year = (f"split_part({cell}, '/', {at})" for at in (1, 2, 3))
    month = f"CASE WHEN TRY_CAST({first} AS INT) > 12 THEN {second} ELSE {first} END"
    day = f"CASE WHEN TRY_CAST({first} AS INT) > 12 THEN {first} ELSE {second} END"
    iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
    is_one = f"regexp_full_match({cell}, '[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}') AND {year} <> '0000'"
    return f"CASE WHEN {is_one} THEN TRY_CAST({iso} AS DATE) END"


def _steps(
    cell: Callable[[str], str], known: Callable[[str], str], asked: str | None = None
) -> Mapping[str, Callable[[Callable[[str], str]], str]]:
    """`asked`: the function, which is given no text where SQL knows the value."""
    found: dict[str, Callable[[Callable[[str], str]], str]] = {
        CELL: lambda made: cell(made("text")),
        KNOWN: lambda made: known(made(CELL)),
    }
    if asked:
        found[ASKED] = lambda made: (
            f"coalesce({made(KNOWN)}, {asked}(CASE WHEN {made(KNOWN)} IS NULL THEN {made(CELL)} END))"
        )
    return found


_SQL: Mapping[FieldType, Mapping[str, Callable[[Callable[[str], str]], str]]] = {
    FieldType.TEXT: {},
    FieldType.INT: _steps(_plain, _int),
    FieldType.DOUBLE: _steps(_plain, _double),
    FieldType.BOOLEAN: _steps(trimmed, _boolean),
    FieldType.DATE: _steps(trimmed, _date, _FUNCTIONS[FieldType.DATE][0]),
    FieldType.DATETIME: _steps(trimmed, _datetime, _FUNCTIONS[FieldType.DATETIME][0]),
    FieldType.TIME: _steps(trimmed, _time, _FUNCTIONS[FieldType.TIME][0]),
}
LAST_STEP: Mapping[FieldType, str] = {type_: ["text", *steps][-1] for type_, steps in _SQL.items()}
"""Which of them makes the value."""
