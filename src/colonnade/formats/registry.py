"""Every format that files are read from: how it is called, which parameters it takes, who reads it.

One literal list: what an extractor is stands here and nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from colonnade.errors import Invalid
from colonnade.formats import (
    archives,
    csv,
    delimited,
    excel,
    geojson,
    json,
    jsonlines,
    kml,
    media,
    media_csv,
    parquet,
    shapefile,
    xml,
)
from colonnade.formats.port import Bounds, Reader, Source


@dataclass(frozen=True, slots=True)
class Parameter:
    """`default` is a text, as clients of the catalogue of extractors expect; None where there is none, or where the
    file tells."""

    name: str
    type: str
    label: str
    description: str
    default: str | None = None
    is_mandatory: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extractor:
    """`type`: its name in the API. `suffixes`: the endings of its files, in tiers (`archives.Suffixes`); none where a
    whole archive is read at once."""

    type: str
    label: str
    read: Reader
    suffixes: Sequence[Sequence[str]]
    parameters: tuple[Parameter, ...] = ()
    is_offered: bool = True
    """Publishers may choose it. One that they may not is the portal's own way to read a file."""


_FILENAME = Parameter(
    "extract_filename",
    "boolean",
    "Extract file name",
    "Add a column with the name of the source file",
    "false",
)
_FIRST_ROW = Parameter("first_row_no", "integer", "First row", "The number of the row to begin with", "1")
_HEADERS = Parameter(
    "headers_first_row", "boolean", "Headers", "The first row holds the names of the columns", "true"
)
_ENCODING = Parameter(
    "encoding", "string", "Encoding", "The encoding of the texts, if the one found is wrong"
)
_JSON_OBJECT = Parameter(
    "json_object", "string", "JSON object", "The path, separated by dots, of the record inside each item"
)
_COORDINATES = Parameter(
    "coordinate_system", "integer", "Coordinate system", "The EPSG number of the coordinates' system"
)

_CSV = (
    Parameter("separator", "string", "Separator", "The character between cells", ","),
    _ENCODING,
    Parameter("doublequote", "boolean", "Doubled quotes", "A quote in a quoted cell is doubled", "true"),
    Parameter(
        "escapechar",
        "string",
        "Escape character",
        "The character before a quote in a quoted cell",
        "",
    ),
    _FIRST_ROW,
    _HEADERS,
)
_META = Parameter(
    "extract_meta", "boolean", "Extract metadata", "Add columns with what pictures say of themselves", "false"
)
_GEOPOINT = Parameter(
    "extract_geopoint",
    "boolean",
    "Extract place",
    "Add a column with the places where pictures were taken",
    "false",
)

_DELIMITED = (
    Parameter("delimiter", "string", "Delimiter", "The character between cells", ","),
    Parameter("quote", "string", "Quote", "The character around cells", '"'),
    Parameter("escape", "string", "Escape", "What follows this character stands for itself", "\\"),
    Parameter(
        "trailing_delimiter", "boolean", "Trailing delimiter", "Every row ends with a delimiter", "false"
    ),
    Parameter(
        "texts", "boolean", "Texts", "Every cell stays a text, and columns are named for a database", "false"
    ),
    _ENCODING,
)

DELIMITED = "delimited"
"""What a datastore is made by, and the rows of a dataset that come from the same file: both have the same cells."""

_ALL = (
    Extractor(
        "csvfile",
        "CSV file",
        csv.read,
        ((".csv", ".tsv"), (".txt", ".dat", ".tab")),
        (
            *_CSV,
            _FILENAME,
        ),
    ),
    Extractor(
        "excel",
        "Spreadsheet",
        excel.read,
        ((".xlsx", ".xls", ".ods", ".xlsm", ".xlsb"),),
        (
            Parameter(
                "sheet",
                "string",
                "Sheet",
                "The name or number of the sheet; the first one that is shown if empty",
            ),
            _FIRST_ROW,
            _HEADERS,
            _FILENAME,
        ),
    ),
    Extractor(
        "jsonfile",
        "JSON file",
        json.read,
        ((".json",), (".txt",)),
        (
            Parameter(
                "json_root", "string", "JSON root", "The path, separated by dots, of the array of records"
            ),
            _JSON_OBJECT,
            _FILENAME,
        ),
    ),
    Extractor(
        "jsonlines",
        "JSON Lines file",
        jsonlines.read,
        ((".jsonl", ".ndjson"), (".json", ".txt")),
        (_JSON_OBJECT, _FILENAME),
    ),
    Extractor(
        "jsondict",
        "JSON dictionary",
        json.read_dictionary,
        ((".json",), (".txt",)),
        (
            Parameter(
                "json_root", "string", "JSON root", "The path, separated by dots, of the object of records"
            ),
            Parameter(
                "key_column", "string", "Key column", "The name of the column that the keys become", "key"
            ),
            _FILENAME,
        ),
    ),
    Extractor(
        "geojson",
        "GeoJSON file",
        geojson.read,
        ((".geojson",), (".json",)),
        (_COORDINATES, _FILENAME),
    ),
    Extractor(
        "xml",
        "XML file",
        xml.read,
        ((".xml",), (".rdf", ".txt")),
        (
            Parameter(
                "parent_tags",
                "integer",
                "Parent tags",
                "Of how many elements around a record to take the attributes",
                "0",
            ),
            Parameter("tag_name", "string", "Tag", "The tag of the records' elements; all if empty"),
            Parameter(
                "tag_depth",
                "integer",
                "Depth",
                "How deep the records' elements are; directly in the outermost one: 1",
            ),
            _FILENAME,
        ),
    ),
    Extractor(
        "shapefile",
        "Shapefile",
        shapefile.read,
        (shapefile.PARTS,),
        (_ENCODING, _COORDINATES, _FILENAME),
    ),
    Extractor(
        "kml",
        "KML file",
        kml.read,
        ((".kml",),),
        (_FILENAME,),
    ),
    Extractor("parquet", "Parquet file", parquet.read, ((".parquet", ".pq"),), (_FILENAME,)),
    Extractor(
        "files_csv",
        "Archive of files with a CSV file",
        media_csv.read,
        (),
        (
            Parameter(
                "media",
                "string",
                "Columns of files",
                "The columns whose cells name files, separated by commas; if empty, those all of whose cells do",
                "",
            ),
            _META,
            _GEOPOINT,
            *_CSV,
        ),
    ),
    Extractor("file", "Files", media.read, (), (_META, _GEOPOINT)),
    Extractor(
        DELIMITED,
        "CSV file, exactly",
        delimited.read,
        ((".csv", ".tsv", ".txt", ".tab"),),
        (*_DELIMITED, _FILENAME),
        is_offered=False,
    ),
)

EXTRACTORS: Mapping[str, Extractor] = {one.type: one for one in _ALL}


def extractor(type_: str) -> Extractor:
    """Raises `Invalid` for a format that this portal does not read."""
    try:
        return EXTRACTORS[type_]
    except KeyError:
        known = ", ".join(sorted(EXTRACTORS))
        message = f"Files of the format “{type_}” cannot be read; these can: {known}"
        raise Invalid(message, code="file.format") from None


def reader(type_: str) -> Reader:
    """Raises `Invalid` for a format that this portal does not read."""
    return extractor(type_).read


def data_files(type_: str, source: Source, scratch: Path, bounds: Bounds) -> Iterator[Source]:
    """What the format's reader is given for a source: the files in an archive one by one, or the file itself. Raises
    `Invalid` and `LimitReached`."""
    found = extractor(type_)
    if not found.suffixes:
        return media.whole(source)
    if type_ == "shapefile":
        return shapefile.sets(source, scratch, bounds)
    return archives.unpacked(source, found.suffixes, scratch, bounds, reads_workbooks=type_ == "excel")
