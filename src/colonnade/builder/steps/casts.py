"""From a text to a value of a type that somebody asked for: more forms are taken than where types are found, and what
has none of them becomes null.

| Type | Forms |
|---|---|
| int | `12`, `+12`, `012`, `12.0` |
| double | `12`, `1.5`, `.5`, `1e5` |
| date | `2022`, `2022-03`, `2022-03-04`, and the day of an ISO date and time |
| datetime | the same; without an offset, UTC; without a time, midnight |
| geo_point_2d | `lat,lon`, `[lat, lon]`, `{"lat": ..., "lon": ...}`, a GeoJSON point |
| geo_shape | a GeoJSON geometry, or a feature with one |
"""

from collections.abc import Callable, Mapping

from colonnade.builder import typing
from colonnade.engine.layout import literal
from colonnade.query.schema import FieldType

_INT = r"[+-]?[0-9]+(\.0*)?"
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_PAIR = rf"\[?\s*({_NUMBER})\s*,\s*({_NUMBER})\s*\]?"
_NUMBERS = r"[-+0-9.eE,\[\]\s]*"
_NO_NUMBER = r"[Nn]a[Nn]|[Ii]nf|[0-9.][eE][+-]?[0-9]{3}"
_SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def cast_sql(type_: FieldType, text: str) -> str:
    """SQL of the value of a text; null where the text has no form of the type."""
    return _CASTS[type_](text)


def values_sql(text: str, separator: str) -> str:
    """SQL of the list of a text's values, without the blanks around them and without empty ones."""
    trimmed = f"[trim(one) FOR one IN string_split({text}, {literal(separator)}) IF trim(one) <> '']"
    return f"CASE WHEN len({trimmed}) > 0 THEN {trimmed} END"


def _int(text: str) -> str:
    cell = f"trim({text})"
    return f"CASE WHEN regexp_full_match({cell}, '{_INT}') THEN TRY_CAST(split_part({cell}, '.', 1) AS BIGINT) END"


def _double(text: str) -> str:
    cell = f"trim({text})"
    value = f"TRY_CAST({cell} AS DOUBLE)"
    return f"CASE WHEN regexp_full_match({cell}, '{_NUMBER}') AND isfinite({value}) THEN {value} END"


def _date(text: str) -> str:
    cell = f"trim({text})"
    return (
        f"CASE WHEN starts_with({cell}, '0000') THEN NULL"
        f" WHEN regexp_full_match({cell}, '[0-9]{{4}}') THEN TRY_CAST({cell} || '-01-01' AS DATE)"
        f" WHEN regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}') THEN TRY_CAST({cell} || '-01' AS DATE)"
        f" WHEN regexp_full_match({cell}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') OR {typing.is_instant(cell)}"
        f" THEN TRY_CAST({cell}[1:10] AS DATE) END"
    )


def _datetime(text: str) -> str:
    cell = f"trim({text})"
    moment = typing.lenient_sql(FieldType.DATETIME, cell)
    return f"CASE WHEN length({cell}) <= 10 THEN CAST({_date(text)} AS TIMESTAMP) ELSE {moment} END"


def _point(text: str) -> str:
    cell = f"trim({text})"
    lat = _coordinate(cell, 1, ("$.lat", "$.latitude", "$.coordinates[1]"))
    lon = _coordinate(cell, 2, ("$.lon", "$.lng", "$.longitude", "$.coordinates[0]"))
    return (
        f"CASE WHEN abs({lat}) <= 90 AND abs({lon}) <= 180 THEN struct_pack(lon := {lon}, lat := {lat}) END"
    )


def _coordinate(cell: str, number: int, paths: tuple[str, ...]) -> str:
    named = ", ".join(f"json_extract_string({_json(cell)}, '{one}')" for one in paths)
    return (
        f"TRY_CAST(CASE WHEN starts_with({cell}, '{{') THEN coalesce({named})"
        f" WHEN regexp_full_match({cell}, '{_PAIR}') THEN regexp_extract({cell}, '{_PAIR}', {number}) END AS DOUBLE)"
    )


def _json(text: str) -> str:
    """Null for what is none. A guard around it is not enough: the engine may compute a part of a CASE for all rows."""
    return f"TRY_CAST({text} AS JSON)"


def _shape(text: str) -> str:
    whole = _json(text)
    is_feature = f"json_extract_string({whole}, '$.type') = 'Feature'"
    geometry = f"CASE WHEN {is_feature} THEN json_extract({whole}, '$.geometry') ELSE {whole} END"
    kind = f"json_extract_string({geometry}, '$.type')"
    kinds = ", ".join(literal(one) for one in _SHAPES)
    places, parts = (f"json_extract({geometry}, '$.{one}')" for one in ("coordinates", "geometries"))
    # Made anew from its parts, without what DuckDB takes for JSON and others do not: NaN, a comma too many.
    return (
        f"CASE WHEN {kind} IN ({kinds}) AND json_type({places}) = 'ARRAY'"
        f" AND regexp_full_match(CAST({places} AS VARCHAR), '{_NUMBERS}')"
        f" AND NOT regexp_matches(CAST({places} AS VARCHAR), '{_NO_NUMBER}')"
        f" THEN CAST(json_object('type', {kind}, 'coordinates', {places}) AS VARCHAR)"
        f" WHEN {kind} = 'GeometryCollection' AND json_type({parts}) = 'ARRAY'"
        f" AND NOT regexp_matches(CAST({parts} AS VARCHAR), '{_NO_NUMBER}')"
        f" THEN CAST(json_object('type', {kind}, 'geometries', {parts}) AS VARCHAR) END"
    )


def _text(text: str) -> str:
    return text


_CASTS: Mapping[FieldType, Callable[[str], str]] = {
    FieldType.TEXT: _text,
    FieldType.INT: _int,
    FieldType.DOUBLE: _double,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.GEO_POINT: _point,
    FieldType.GEO_SHAPE: _shape,
}
