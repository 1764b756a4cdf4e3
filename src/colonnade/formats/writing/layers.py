"""Layers of geographic systems, written by GDAL inside DuckDB: shapefiles and FlatGeobuf.

GDAL writes some values as others without a word: dates before 1900, doubles that need more digits than a column of a
shapefile has, microseconds. So the rows are staged, looked through, and what a layer has no type for is a text.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from colonnade.errors import Invalid
from colonnade.formats.writing import geographic
from colonnade.formats.writing.geographic import Instance
from colonnade.formats.writing.room import Folder, Room, opened, pieces
from colonnade.formats.writing.rows import Attribute, Rows, unique
from colonnade.query.schema import FieldType

_TEXT_BYTES = 254
_NAME_BYTES = 10
_MOST_COLUMNS = 255
_FILE_BYTES = (1 << 31) - 1
"""Of a shapefile; the last, of each of its files."""

_SHAPE = '"$shape"'
"""The column of the geometry, whose name is not written."""
_FULL_SHAPE = "coalesce(ST_GeomFromWKB(shape), ST_GeomFromText('GEOMETRYCOLLECTION EMPTY'))"
"""Where readers of FlatGeobuf stumble over none."""

_FITS: Mapping[FieldType, str] = {
    FieldType.INT: "abs({0}::HUGEINT) < 1000000000000000000",
    FieldType.DOUBLE: "printf('%.15f', {0})::DOUBLE = {0} AND abs({0}) < 1e15",
    FieldType.DATE: "year({0}) BETWEEN 1901 AND 9999",
}
"""What a column of a shapefile holds as it is."""
_TYPED: Mapping[FieldType, str] = {FieldType.BOOLEAN: "{0}", **dict.fromkeys(_FITS, "{0}")}
_FGB_FITS: Mapping[FieldType, str] = {
    FieldType.DATETIME: "year({0}) BETWEEN 1901 AND 9999 AND microsecond({0}) % 1000 = 0",
}
_FGB_TYPED: Mapping[FieldType, str] = {
    FieldType.INT: "{0}",
    FieldType.DOUBLE: "{0}",
    FieldType.BOOLEAN: "{0}",
    FieldType.DATETIME: "{0}::TIMESTAMPTZ",
}
_CLASSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "points": ("POINT", ("POINT",)),
    "multipoints": ("MULTIPOINT", ("MULTIPOINT",)),
    "lines": ("LINESTRING", ("LINESTRING", "MULTILINESTRING")),
    "polygons": ("POLYGON", ("POLYGON", "MULTIPOLYGON")),
}
"""What one shapefile can hold: the type of its layer, and those of its geometries."""


def shapefile(
    rows: Rows, attributes: Sequence[Attribute], geometry: int, epsg: int, name: str, room: Room
) -> Iterator[bytes]:
    """The bytes of an archive with a shapefile for each kind of geometry. `geometry`: the place of its column, which
    is no attribute then. Raises `Invalid` before the first byte for what a shapefile cannot hold."""
    if len(attributes) - 1 > _MOST_COLUMNS:
        raise _unfit(f"{len(attributes) - 1} fields, and it takes {_MOST_COLUMNS}; select fewer")
    with opened(room) as folder:
        with geographic.opened(rows, folder) as instance:
            _stage(instance, rows, geometry, epsg)
            kinds = _shapefile_kinds(instance)
            columns = _shapefile_columns(instance, attributes, geometry)
            for kind in kinds:
                layer = folder.path / "layers" / (name if len(kinds) == 1 else f"{name}_{kind}")
                _write_shapes(instance, layer, kind, columns, epsg, is_first=kind == kinds[0])
        path = folder.path / "archive"
        _pack(folder, path, name, attributes, geometry)
        yield from pieces(path)


def flatgeobuf(
    rows: Rows, attributes: Sequence[Attribute], geometry: int, epsg: int, name: str, room: Room
) -> Iterator[bytes]:
    """The bytes of a FlatGeobuf file. It has a spatial index unless a row has no geometry, which is an empty one then."""
    with opened(room) as folder:
        path = folder.path / f"{name}.fgb"
        with geographic.opened(rows, folder) as instance:
            _stage(instance, rows, geometry, epsg)
            others = [at for at in range(len(attributes)) if at != geometry]
            fits = _fitting(instance, attributes, others, _FGB_FITS)
            names = unique([attributes[at].name for at in others])
            columns = [
                f"{_value(attributes[at], at, _FGB_TYPED if at in fits else {})} AS {_quoted(one)}"
                for at, one in zip(others, names, strict=True)
            ]
            _copy(instance, columns, "TRUE", path, epsg, _flat_options(instance), shape=_FULL_SHAPE)
        folder.check()
        yield from pieces(path)


def _flat_options(instance: Instance) -> dict[str, str]:
    """There is an index of what has a place; and if there are no other rows, one type of geometry may be said."""
    kinds = {one[0] for one in instance.run("SELECT DISTINCT kind FROM staged")}
    has_index = "NO" if None in kinds else "YES"
    told = {"DRIVER": "'FlatGeobuf'", "LAYER_CREATION_OPTIONS": f"('SPATIAL_INDEX={has_index}')"}
    return (
        {**told, "GEOMETRY_TYPE": f"'{kinds.pop()}'"}
        if kinds and len(kinds) == 1 and None not in kinds
        else told
    )


def _stage(instance: Instance, rows: Rows, geometry: int, epsg: int) -> None:
    """The rows as a view `staged`: `c0`, ..., the geometry as `shape` (WKB), what it is as `kind`."""
    if epsg != geographic.WGS84:
        geographic.checked_system(instance, epsg)
    others = "".join(f"c{at}, " for at in range(len(rows.schema)) if at != geometry)
    made = geographic.transformed(geographic.geometry(rows.schema, geometry), epsg)
    path = geographic.literal(instance.folder.path / "stage.parquet")
    instance.run(
        f"COPY (SELECT {others}ST_AsWKB(g) AS shape, kind_of(g) AS kind FROM"  # noqa: S608
        f" (SELECT {others}{made} AS g FROM feed)) TO '{path}' (FORMAT parquet)"
    )
    instance.run(f"CREATE VIEW staged AS FROM read_parquet('{path}')")
    instance.folder.check()


def _shapefile_kinds(instance: Instance) -> list[str]:
    found = {one[0] for one in instance.run("SELECT DISTINCT kind FROM staged")} - {None}
    kinds = [name for name, (_, held) in _CLASSES.items() if found & set(held)]
    if found - {one for _, held in _CLASSES.values() for one in held}:
        raise _unfit("a collection of geometries; take geojson")
    return kinds or ["points"]


def _shapefile_columns(instance: Instance, attributes: Sequence[Attribute], geometry: int) -> list[str]:
    others = [at for at in range(len(attributes)) if at != geometry]
    fits = _fitting(instance, attributes, others, _FITS)
    names = unique([attributes[at].name for at in others], _NAME_BYTES)
    values = [_value(attributes[at], at, _TYPED if at in fits else {}) for at in others]
    if values:
        longest = instance.run(
            f"SELECT {', '.join(f'max(strlen({one}::VARCHAR))' for one in values)} FROM staged"  # noqa: S608
        )[0]
        for at, size in zip(others, longest, strict=True):
            if (size or 0) > _TEXT_BYTES:
                raise _unfit(
                    f"a text of more than {_TEXT_BYTES} bytes in {attributes[at].name}, which it takes;"
                    " leave the field out of select, or take geojson"
                )
    return [f"{value} AS {_quoted(name)}" for value, name in zip(values, names, strict=True)]


def _fitting(
    instance: Instance,
    attributes: Sequence[Attribute],
    others: Sequence[int],
    checks: Mapping[FieldType, str],
) -> set[int]:
    """The columns whose every value can be of its own type."""
    asked = [at for at in others if attributes[at].type in checks and not attributes[at].multivalued]
    fits = set(others) - set(asked)
    if asked:
        terms = (f"coalesce(bool_and({checks[attributes[at].type].format(f'c{at}')}), true)" for at in asked)
        found = instance.run(f"SELECT {', '.join(terms)} FROM staged")[0]  # noqa: S608
        fits.update(at for at, is_fit in zip(asked, found, strict=True) if is_fit)
    return fits


def _value(attribute: Attribute, at: int, typed: Mapping[FieldType, str]) -> str:
    """SQL of an attribute's value, as a text unless there is a type for it."""
    name = f"c{at}"
    if attribute.multivalued:
        return f"array_to_string({name}, ', ')"
    if attribute.type in typed:
        return typed[attribute.type].format(name)
    match attribute.type:
        case FieldType.GEO_POINT:
            return f"({name}.lat || ', ' || {name}.lon)"
        case FieldType.DATETIME:
            return f"(replace({name}::VARCHAR, ' ', 'T') || '+00:00')"
        case _:
            return f"{name}::VARCHAR"


def _write_shapes(
    instance: Instance, layer: Path, kind: str, columns: Sequence[str], epsg: int, *, is_first: bool
) -> None:
    """Rows without a geometry stand in the first of the layers."""
    type_, held = _CLASSES[kind]
    condition = f"kind IN {tuple(held)}" if len(held) > 1 else f"kind = '{held[0]}'"
    if is_first:
        condition = f"({condition} OR kind IS NULL)"
    layer.parent.mkdir(exist_ok=True)
    options = {
        "DRIVER": "'ESRI Shapefile'",
        "GEOMETRY_TYPE": f"'{type_}'",
        "LAYER_CREATION_OPTIONS": "('ENCODING=UTF-8')",
    }
    # A shapefile has at least one column.
    _copy(instance, columns or ["0 AS id"], condition, layer.with_name(f"{layer.name}.shp"), epsg, options)
    layer.with_name(f"{layer.name}.cpg").write_text("UTF-8", encoding="ascii")
    instance.folder.check()
    if any(one.stat().st_size > _FILE_BYTES for one in layer.parent.iterdir()):
        raise _unfit("more than 2 GiB, which it takes; set limit, or take fgb")


def _copy(
    instance: Instance,
    columns: Sequence[str],
    condition: str,
    path: Path,
    epsg: int,
    options: Mapping[str, str],
    *,
    shape: str = "ST_GeomFromWKB(shape)",
) -> None:
    told = "".join(f", {name} {value}" for name, value in options.items())
    selected = ", ".join([*columns, f"{shape} AS {_SHAPE}"])
    instance.run(
        f"COPY (SELECT {selected} FROM staged WHERE {condition})"  # noqa: S608
        f" TO '{geographic.literal(path)}' (FORMAT GDAL, SRS 'EPSG:{epsg:d}'{told})"
    )


def _pack(folder: Folder, path: Path, name: str, attributes: Sequence[Attribute], geometry: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted((folder.path / "layers").iterdir()):
            archive.write(one, one.name)
            folder.check()
        told = folder.path / "fields.csv"
        told.write_text(_told(attributes, geometry), encoding="utf-8", newline="")
        archive.write(told, f"{name}_fields.csv")


def _told(attributes: Sequence[Attribute], geometry: int) -> str:
    """Which field each column is, whose names are short here."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["column", "field", "label"])
    others = [one for at, one in enumerate(attributes) if at != geometry]
    columns = unique([one.name for one in others], _NAME_BYTES)
    writer.writerows((column, one.name, one.label) for column, one in zip(columns, others, strict=True))
    return text.getvalue()


def _unfit(reason: str) -> Invalid:
    message = f"These records do not fit a shapefile: {reason}."
    return Invalid(message, code="parameter.invalid", parameter="format")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
