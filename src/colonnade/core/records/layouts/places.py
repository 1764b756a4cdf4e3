"""Records as places: KML, GPX and OV2. Geometries come to their texts later, by `formats.writing.marked_up`."""

from colonnade.core.records.export_formats import WGS84, ExportFormat, Options, wrong
from colonnade.core.records.layouts.naming import (
    first_text,
    label,
    local_name,
    place_of,
    the_geometry,
    xml,
)
from colonnade.engine.port import Cell, LineText, Way
from colonnade.query.tree import BoundQuery

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_OGR = "http://osgeo.org/gdal"
"""By this name GDAL, and what is built with it, knows the fields in the extensions of GPX."""

KML_FOOT = "</Document></kml>\n"
GPX_HEAD = f'{_XML}<gpx version="1.1" creator="Colonnade" xmlns="http://www.topografix.com/GPX/1/1" xmlns:ogr="{_OGR}">\n'
GPX_FOOT = "</gpx>\n"


def kml_head(name: str) -> str:
    return f'{_XML}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>{xml(name)}</name>\n'


def kml(query: BoundQuery, options: Options) -> LineText:
    """All fields as extended data. A place is named by `name_field`, or by the first text."""
    geometry = _geometry(query, options, ExportFormat.KML)
    name = _name(query, options)
    if name is None:
        name = first_text(query)
    data = (
        Cell(
            at,
            Way.XML,
            f'<Data name="{xml(one.name)}"><displayName>{xml(label(query, one))}</displayName><value>',
            "</value></Data>",
        )
        for at, one in enumerate(query.outputs)
        if at != geometry
    )
    parts = (
        *_named(name),
        *_described(query, options, "description"),
        "<ExtendedData>",
        *data,
        "</ExtendedData>",
    )
    return _lines(options, parts, geometry)


def gpx(query: BoundQuery, options: Options) -> LineText:
    """All fields in extensions, if `use_extension` says so."""
    geometry = _geometry(query, options, ExportFormat.GPX)
    parts: tuple[str | Cell, ...] = (
        *_named(_name(query, options)),
        *_described(query, options, "desc"),
    )
    if options.use_extension:
        fields = (
            Cell(at, Way.XML, f"<ogr:{local_name(one.name)}>", f"</ogr:{local_name(one.name)}>")
            for at, one in enumerate(query.outputs)
            if at != geometry
        )
        parts = (*parts, "<extensions>", *fields, "</extensions>")
    return _lines(options, parts, geometry)


def ov2(query: BoundQuery, options: Options) -> LineText:
    """The name of a place alone: `name_field`, or the first text."""
    geometry = _geometry(query, options, ExportFormat.OV2)
    name = _name(query, options)
    if name is None:
        name = first_text(query)
    return _lines(options, () if name is None else (Cell(name, Way.PLAIN),), geometry)


def _lines(options: Options, parts: tuple[str | Cell, ...], geometry: int) -> LineText:
    return LineText(parts, zone=options.zone, files=f"{options.dataset_url}/files/", beside=geometry)


def _geometry(query: BoundQuery, options: Options, format_: ExportFormat) -> int:
    """Raises `Invalid` for another system: that of these formats is fixed."""
    if options.epsg != WGS84:
        raise wrong("epsg", str(options.epsg), f"{WGS84}, the one that {format_} has,")
    return the_geometry(query, format_)


def _name(query: BoundQuery, options: Options) -> int | None:
    return None if options.name_field is None else place_of(query, options.name_field, "name_field")


def _named(at: int | None) -> tuple[Cell, ...]:
    return () if at is None else (Cell(at, Way.XML, "<name>", "</name>"),)


def _described(query: BoundQuery, options: Options, element: str) -> tuple[str | Cell, ...]:
    """A line a field."""
    if not options.description_fields:
        return ()
    places = [place_of(query, one, "description_field_list") for one in options.description_fields]
    lines = (Cell(at, Way.XML, f"{xml(label(query, query.outputs[at]))}: ", "\n") for at in places)
    return (f"<{element}>", *lines, f"</{element}>")
