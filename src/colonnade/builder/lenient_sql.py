"""What `colonnade.builder.lenient` says, of whole columns: the common forms in SQL, the others by its own functions."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL

from colonnade.builder import lenient, typing
from colonnade.engine.layout import literal, sql_type
from colonnade.query.schema import Field, FieldType

_BLANKS = " || ".join(["' '", *(f"chr({ord(one)})" for one in lenient.BLANKS[1:])])
_FUNCTIONS: Mapping[FieldType, tuple[str, str, Any]] = {
    FieldType.DATE: ("lenient_date", "DATE", pa.date32()),
    FieldType.DATETIME: ("lenient_datetime", "TIMESTAMP", pa.timestamp("us")),
    FieldType.TIME: ("lenient_time", "TIME", pa.time64("us")),
}


def value_sql(type_: FieldType, text: str) -> str:
    """SQL for the value of a text; null where there is none. `text`: SQL of it, which has `register`ed functions where the
    type is one of moments."""
    return _VALUES[type_](text)


def is_known(type_: FieldType) -> bool:
    return type_ in _VALUES


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


def _trimmed(text: str) -> str:
    return f"trim({text}, {_BLANKS})"


def _plain(text: str) -> str:
    return _trimmed(f"translate({text}, {literal(lenient.LEFT_OUT)}, '')")


def _int(text: str) -> str:
    cell = _plain(text)
    return f"CASE WHEN regexp_full_match({cell}, '{lenient.WHOLE}') THEN TRY_CAST({cell} AS BIGINT) END"


def _double(text: str) -> str:
    cell = _plain(text)
    value = f"TRY_CAST({cell} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({cell}, '{lenient.NUMBER}') AND isfinite({value}) THEN {value} END"


def _boolean(text: str) -> str:
    word = f"lower({_trimmed(text)})"
    yes, no = (", ".join(map(literal, words)) for words in (lenient.TRUE, lenient.FALSE))
    return f"CASE WHEN {word} IN ({yes}) THEN true WHEN {word} IN ({no}) THEN false END"


def _date(text: str) -> str:
    cell = _trimmed(text)
    iso = typing.lenient_sql(FieldType.DATE, cell)
    return _or_asked(FieldType.DATE, f"coalesce({iso}, {_slashed(cell)})", text)


def _datetime(text: str) -> str:
    cell = _trimmed(text)
    iso = typing.lenient_sql(FieldType.DATETIME, cell)
    day = f"CAST(coalesce({typing.lenient_sql(FieldType.DATE, cell)}, {_slashed(cell)}) AS TIMESTAMP)"
    return _or_asked(FieldType.DATETIME, f"coalesce({iso}, {day})", text)


def _time(text: str) -> str:
    return _or_asked(FieldType.TIME, f"CAST(NULL AS {sql_type(Field('', '', FieldType.TIME))})", text)


def _slashed(cell: str) -> str:
    """Of a month, a day and a year, or of a day above 12, a month and a year."""
    first, second, year = (f"split_part({cell}, '/', {at})" for at in (1, 2, 3))
    month = f"CASE WHEN TRY_CAST({first} AS INT) > 12 THEN {second} ELSE {first} END"
    day = f"CASE WHEN TRY_CAST({first} AS INT) > 12 THEN {first} ELSE {second} END"
    iso = f"{year} || '-' || lpad({month}, 2, '0') || '-' || lpad({day}, 2, '0')"
    is_one = f"regexp_full_match({cell}, '[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}') AND {year} <> '0000'"
    return f"CASE WHEN {is_one} THEN TRY_CAST({iso} AS DATE) END"


def _or_asked(type_: FieldType, value: str, text: str) -> str:
    """The value that SQL knows, or that of the function, which is given no text where SQL knows one."""
    name, *_ = _FUNCTIONS[type_]
    return f"coalesce({value}, {name}(CASE WHEN {value} IS NULL THEN {text} END))"


_VALUES: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: lambda text: text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.TIME: _time,
}
