"""Records as RDF, the same statements in four ways of writing them.

A record is a resource, `{dataset}/records/{record_id}`, of the class `{dataset}#Record`. Each of its values is a statement with
the property `{dataset}#{field}`; a multivalued field gives one statement a value, a null none. Points are WKT, shapes GeoJSON,
in the types of GeoSPARQL. A group, which has no name, is a blank node of the class `{dataset}#Group`.
"""

import json
from collections.abc import Mapping

from colonnade.core.records.export_formats import Options
from colonnade.core.records.layouts.naming import local_name, xml
from colonnade.engine.port import Cell, LineText, Way
from colonnade.query.schema import FieldType
from colonnade.query.tree import BoundQuery, Output

_XSD = "http://www.w3.org/2001/XMLSchema#"
_GEO = "http://www.opengis.net/ont/geosparql#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPES: Mapping[FieldType, tuple[str, str]] = {
    FieldType.INT: ("xsd", "integer"),
    FieldType.DOUBLE: ("xsd", "double"),
    FieldType.BOOLEAN: ("xsd", "boolean"),
    FieldType.DATE: ("xsd", "date"),
    FieldType.DATETIME: ("xsd", "dateTime"),
    FieldType.TIME: ("xsd", "time"),
    FieldType.GEO_POINT: ("geo", "wktLiteral"),
    FieldType.GEO_SHAPE: ("geo", "geoJSONLiteral"),
}
"""The other types are texts."""
_PARTIAL: Mapping[str, tuple[str, str]] = {"year": ("xsd", "gYear"), "month": ("xsd", "gYearMonth")}
_SPACES = {"xsd": _XSD, "geo": _GEO}
_NATIVE = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.BOOLEAN})
"""What JSON has a form for."""

TURTLE_FOOT = ""
RDFXML_FOOT = "</rdf:RDF>\n"
JSONLD_FOOT = "]}\n"


def turtle_head(query: BoundQuery, options: Options) -> str:
    """The same for N3, of which Turtle is a part."""
    spaces = {"": f"{options.dataset_url}#", **_SPACES}
    prefixes = "".join(f"@prefix {name}: <{space}> .\n" for name, space in spaces.items())
    return f"@base <{options.dataset_url}/records/> .\n{prefixes}"


def turtle(query: BoundQuery, options: Options) -> LineText:
    identified, class_ = _identified(query)
    head: tuple[str | Cell, ...] = (
        ("[] ",) if identified is None else (Cell(identified, Way.PLAIN, "<", "> "),)
    )
    cells = (
        Cell(at, Way.STRING, f" ; :{local_name(one.name)} ", _turtle_type(one), each=one.multivalued)
        for at, one in _values(query)
    )
    return _lines(options, (*head, f"a :{class_}", *cells, " .\n"))


def rdfxml_head(query: BoundQuery, options: Options) -> str:
    address = xml(options.dataset_url)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:rdf="{_RDF}" xmlns="{address}#"'
        f' xml:base="{address}/records/">\n'
    )


def rdfxml(query: BoundQuery, options: Options) -> LineText:
    identified, class_ = _identified(query)
    head: tuple[str | Cell, ...] = (f"<{class_}>",)
    if identified is not None:
        head = (f'<{class_} rdf:about="', Cell(identified, Way.PLAIN), '">')
    cells = (
        Cell(
            at,
            Way.XML,
            f"<{local_name(one.name)}{_xml_type(one)}>",
            f"</{local_name(one.name)}>",
            each=one.multivalued,
        )
        for at, one in _values(query)
    )
    return _lines(options, (*head, *cells, f"</{class_}>\n"))


def jsonld_head(query: BoundQuery, options: Options) -> str:
    terms: dict[str, object] = {"@base": f"{options.dataset_url}/records/", "f": f"{options.dataset_url}#"}
    for _, one in _values(query):
        name, type_ = local_name(one.name), _type_of(one)
        term = {"@id": f"{options.dataset_url}#{name}"}
        terms[name] = term if type_ is None else {**term, "@type": _SPACES[type_[0]] + type_[1]}
    return f'{{"@context":{json.dumps(terms, ensure_ascii=False)},"@graph":['


def jsonld(query: BoundQuery, options: Options) -> LineText:
    """Each object begins with a comma, which the first has to lose."""
    identified, class_ = _identified(query)
    head: tuple[str | Cell, ...] = (f',{{"@type":"f:{class_}"',)
    if identified is not None:
        head = (*head, Cell(identified, Way.STRING, ',"@id":'))
    cells = (
        Cell(
            at,
            Way.JSON if one.multivalued or one.type in _NATIVE else Way.STRING,
            f',"{local_name(one.name)}":',
        )
        for at, one in _values(query)
    )
    return _lines(options, (*head, *cells, "}\n"))


def _identified(query: BoundQuery) -> tuple[int | None, str]:
    """The place of the records' ids, which stand last, and the class of the rows; groups have no ids."""
    return (None, "Group") if query.group_by else (len(query.outputs) - 1, "Record")


def _values(query: BoundQuery) -> list[tuple[int, Output]]:
    ids = _identified(query)[0]
    return [(at, one) for at, one in enumerate(query.outputs) if at != ids]


def _type_of(output: Output) -> tuple[str, str] | None:
    if output.multivalued:
        return None
    return _PARTIAL[output.precision] if output.precision else _TYPES.get(output.type)


def _turtle_type(output: Output) -> str:
    type_ = _type_of(output)
    return "" if type_ is None else f"^^{type_[0]}:{type_[1]}"


def _xml_type(output: Output) -> str:
    type_ = _type_of(output)
    return "" if type_ is None else f' rdf:datatype="{_SPACES[type_[0]]}{type_[1]}"'


def _lines(options: Options, parts: tuple[str | Cell, ...]) -> LineText:
    return LineText(parts, zone=options.zone, files=f"{options.dataset_url}/files/", as_wkt=True)
