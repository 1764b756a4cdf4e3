"""Ugly files of our own making, each with what a publisher is told: the fields and rows that come of it, with notes, or
why it cannot be loaded."""

import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.formats.ods import ods
from tests.formats.support import features, shapefile, sheet_rows, tarred, workbook, zipped


@dataclass(frozen=True)
class Ugly:
    """`content` makes the file. `guess`: the extractor that is proposed; None: the file is not recognised, or refused
    already then. `known`: the extractor that a publisher then takes who knows better. `types` and `rows`: what comes of it, rows from the first. `notes`: words of the notes. `misfit`: a
    field, the row and the cell that made it a text. `error`: words of the refusal, in the place of all of that.
    `params`: what a publisher would set besides what is suggested."""

    name: str
    content: Callable[[], bytes]
    guess: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[tuple[Any, ...]] = ()
    notes: Sequence[str] = ()
    misfit: tuple[str, int, str] | None = None
    error: str = ""
    known: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def _text(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding)


def _nested_bomb() -> bytes:
    inner = zipped({"zeros.csv": b"0" * (8 << 20)})
    return zipped({f"{number}.zip": inner for number in range(10)})


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("zeros.csv", "w") as file,
    ):
        file.write(b"a\n")
        for _ in range(600):
            file.write(b"0\n" * (1 << 19))
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(1_000))}), buffer)
    return buffer.getvalue()


def _lying_parquet() -> bytes:
    """Its footer says that it is 2 GB long."""
    return _parquet()[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1"


def _point(*at: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": list(at)}


_ENTITIES = '<!DOCTYPE r [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(9)
)
_KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>A</name>'
    "<Point><coordinates> 2.5,48 </coordinates></Point></Placemark><Placemark><name/></Placemark></Document></kml>"
)
_DAY = dt.date(2020, 6, 18)
_LONG = "long " * 40_000
"""200 KB."""
_SHAPES = {
    f"commune{ending}": content
    for ending, content in shapefile(
        [(2.5, 48.0), None], [("NOM", "C", 10, 0), ("POP", "N", 8, 0)], [("Évry", 12), ("", "")], encoding="cp1252"
    ).items()
}  # fmt: skip

UGLY: tuple[Ugly, ...] = (
    Ugly(
        "utf-16 with tabs, as Excel writes “Unicode text”",
        _text("ville\tn\r\nBesançon\t1\r\nŁódź\t2\r\n", "utf-16"),
        "csvfile",
        {"ville": "text", "n": "int"},
        [("Besançon", 1), ("Łódź", 2)],
    ),
    Ugly(
        "windows-1252 with semicolons and decimal commas",
        _text("désignation;prix\nCafé à la “crème”;2,50\nThé « noir »;3,00\n", "cp1252"),
        "csvfile",
        {"designation": "text", "prix": "text"},
        [("Café à la “crème”", "2,50"), ("Thé « noir »", "3,00")],
    ),
    Ugly(
        "carriage returns alone, from an old Macintosh",
        _text("a,b\r1,x\r2,y\r"),
        "csvfile",
        {"a": "int", "b": "text"},
        [(1, "x"), (2, "y")],
    ),
    Ugly(
        "all three line ends, one of them in a cell",
        _text('a,b\r\n1,"x\ry"\n2,z\r3,w'),
        "csvfile",
        {"a": "int", "b": "text"},
        [(1, "x\ry"), (2, "z"), (3, "w")],
    ),
    Ugly(
        "a byte order mark, and blank lines everywhere",
        _text("\ufeffa,b\n\n1,x\n\n\n2,y\n\n"),
        "csvfile",
        {"a": "int", "b": "text"},
        [(1, "x"), (2, "y")],
    ),
    Ugly(
        "a row that is longer than the header",
        _text("a,b\n1,2\n3,4,5\n"),
        "csvfile",
        error="row 2 (line 3 of the file) is wrong, it has 3 cells where 2 are expected",
    ),
    Ugly(
        "a row that is shorter than the header, deep in the file",
        _text("a,b\n" + "1,2\n" * 5_000 + "3\n"),
        "csvfile",
        error="row 5001 (line 5002 of the file) is wrong, it has 1 cells where 2 are expected",
    ),
    Ugly(
        "a quote that is never closed",
        _text('name,n\nAda,1\n"Bob,2\nCyd,3\n'),
        "csvfile",
        error="row 2 (line 3 of the file) is wrong, a quoted cell is never closed",
    ),
    Ugly(
        "a cell of 200 KB with lines in it",
        _text(f'n,text\n1,"{_LONG}\n{_LONG}"\n2,short\n'),
        "csvfile",
        {"n": "int", "text": "text"},
        [(1, f"{_LONG}\n{_LONG}"), (2, "short")],
    ),
    Ugly("a NUL character", _text("a,b\n1,2\n3,\0\n"), None, error="line 3 holds a NUL character", known="csvfile"),
    Ugly(
        "headers that are empty, the same, reserved or longer than a name may be",
        _text(f"Name,name,,_id,Select *,{'x' * 150},2020,Größe (m²)\n1,2,3,4,5,6,7,8\n"),
        "csvfile",
        dict.fromkeys(
            ("name", "name_2", "column_3", "id", "select", "x" * 100, "column_2020", "grosse_m2"), "int"
        ),
        [(1, 2, 3, 4, 5, 6, 7, 8)],
    ),
    Ugly("a header without any row", _text("a;b;c\n"), "csvfile", {"a": "text", "b": "text", "c": "text"}),
    Ugly("nothing at all", bytes, None, error="is empty", known="csvfile"),
    Ugly("blank lines alone", _text("\n\r\n \n"), None, error="is empty", known="csvfile"),
    Ugly(
        "one column of sentences with commas",
        _text("remark\nWell, yes\nNo; or so\n"),
        "csvfile",
        {"remark": "text"},
        [("Well, yes",), ("No; or so",)],
    ),
    Ugly(
        "numbers that are none: codes with zeros before, a percentage, the word for nothing",
        _text("code,share,n\n02134,5 %,1\n10115,7 %,n/a\n20095,9 %,3\n"),
        "csvfile",
        {"code": "text", "share": "text", "n": "text"},
        [("02134", "5 %", "1"), ("10115", "7 %", "n/a"), ("20095", "9 %", "3")],
        misfit=("n", 2, "n/a"),
    ),
    Ugly(
        "a page of a website that calls itself CSV",
        _text("<!DOCTYPE html><html><body>Sign in</body></html>"),
        None,
        error="",
    ),
    Ugly(
        "a title and a blank row above the header",
        lambda: workbook({"S": sheet_rows([["Budget 2020"], [], ["item", "sum"], ["a", 1], ["b", 2.5]])}),
        "excel",
        {"item": "text", "sum": "double"},
        [("a", 1.0), ("b", 2.5)],
        params={"first_row_no": 3},
    ),
    Ugly(
        "a workbook that counts its days from 1904",
        lambda: workbook({"S": sheet_rows([["day"], [(42538, 's="1"')]])}, is_1904=True),
        "excel",
        {"day": "date"},
        [(_DAY,)],
    ),
    Ugly(
        "formulas that failed, hidden sheets first",
        lambda: workbook(
            {"old": sheet_rows([["x"]]), "new": sheet_rows([["a", "b"], [("#REF!", 't="e"'), "x"], [2, "y"]])},
            hidden=["old"],
        ),
        "excel",
        {"a": "int", "b": "text"},
        [(None, "x"), (2, "y")],
        ["1 cells with errors instead of values in the sheet new of the file ugly are left empty: A2"],
    ),
    Ugly(
        "a sheet with a stray cell in its last corner",
        lambda: workbook({"S": '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>'}),
        "excel",
        error="spreads over 17,179,869,184 cells",
    ),
    Ugly(
        "OpenDocument with dates, times, lines in cells and a name with an accent",
        lambda: ods(
            {
                "Données": [
                    ["jour", "heure", "texte", "vrai", "n"],
                    [_DAY, dt.time(12, 30), "deux\nlignes", True, 1],
                    [None, None, None, False, 2],
                ]
            }
        ),
        "excel",
        {"jour": "date", "heure": "time", "texte": "text", "vrai": "boolean", "n": "int"},
        [(_DAY, dt.time(12, 30), "deux\nlignes", True, 1), (None, None, None, False, 2)],
    ),
    Ugly(
        "OpenDocument that repeats a cell to the end of the sheet",
        lambda: ods(
            {
                "S": '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
                ' table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
                "</table:table-row>"
            }
        ),
        "excel",
        error="is no spreadsheet, or damaged",
    ),
    Ugly(
        "objects of which each has other keys, some nested, one with a key twice",
        _text('[{"a": 1, "a": 2}, {"b": {"c": [1, {"d": null}]}}, {"A": "x", "": true}]'),
        "jsonfile",
        {"a": "int", "b": "json_blob", "a_2": "text", "column_4": "boolean"},
        [
            (2, None, None, None),
            (None, '{"c":[1,{"d":null}]}', None, None),
            (None, None, "x", True),
        ],
    ),
    Ugly(
        "records deep in an answer of a service, numbers among words",
        lambda: json.dumps(
            {"meta": {"n": 2}, "data": {"rows": [{"v": 1}, {"v": "n/a"}]}}
        ).encode(),
        "jsonfile",
        {"v": "text"},
        [("1",), ("n/a",)],
    ),
    Ugly(
        "lines of JSON of which the last was cut off",
        _text('{"a": 1}\n{"a": 2}\n{"a":'),
        "jsonlines",
        error="row 3",
    ),
    Ugly(
        "an entity that unfolds to a billion words",
        _text(f"{_ENTITIES}]><r><row><a>&j;</a></row><row><a>1</a></row></r>"),
        "xml",
        error="entit",
    ),
    Ugly(
        "a feature without a place",
        lambda: features(_point(2.5, 48), None, _point(2.5, 48.5)).encode(),
        "geojson",
        {"geo_point_2d": "geo_point_2d", "geo_shape": "geo_shape", "n": "int"},
        [
            ({"lon": 2.5, "lat": 48.0}, '{"type":"Point","coordinates":[2.5,48]}', 1),
            (None, None, 2),
            ({"lon": 2.5, "lat": 48.5}, '{"type":"Point","coordinates":[2.5,48.5]}', 3),
        ],
    ),
    Ugly(
        "a latitude of 480 degrees",
        lambda: features(_point(2.5, 48), _point(2.5, 480)).encode(),
        "geojson",
        error="the geometry of row 2 has coordinates that are no",
    ),
    Ugly(
        "a shapefile in a folder of a zip, with a null shape and a Latin table",
        lambda: zipped({f"export/{name}": content for name, content in _SHAPES.items()}),
        "shapefile",
        {"geo_point_2d": "geo_point_2d", "geo_shape": "geo_shape", "nom": "text", "pop": "int"},
        [
            ({"lon": 2.5, "lat": 48.0}, '{"type":"Point","coordinates":[2.5,48.0]}', "Évry", 12),
            (None, None, None, None),
        ],
    ),
    Ugly(
        "a shapefile without its table",
        lambda: zipped({name: content for name, content in _SHAPES.items() if not name.endswith(".dbf")}),
        "shapefile",
        error=".dbf",
    ),
    Ugly(
        "KML with a placemark that is nowhere and nothing",
        _text(_KML),
        "kml",
        {"geo_point_2d": "geo_point_2d", "geo_shape": "geo_shape", "name": "text"},
        [
            ({"lon": 2.5, "lat": 48.0}, '{"type":"Point","coordinates":[2.5,48.0]}', "A"),
            (None, None, None),
        ],
    ),
    Ugly("Parquet whose footer lies about its length", _lying_parquet, "parquet", error="cannot be read as Parquet"),
    Ugly("Parquet that was cut off", lambda: _parquet()[:-100], "parquet", error="is cut off"),
    Ugly(
        "a zip of tables whose columns differ, beside what a Macintosh leaves",
        lambda: zipped(
            {
                "__MACOSX/._a.csv": b"\0\5\26\7",
                "2020/a.csv": "n,ville\n1,Évry\n".encode(),
                "2021/b.csv": "n;pays\n2;Italie\n".encode("cp1252"),
                "lisez-moi.txt": b"hello",
            }
        ),
        "csvfile",
        {"n": "int", "ville": "text", "pays": "text"},
        [(1, "Évry", None), (2, None, "Italie")],
        params={"separator": "", "encoding": ""},
    ),
    Ugly(
        "a table packed twice over",
        lambda: gzip.compress(tarred({"a.csv": b"a\n1\n"}, mode="w:gz")),
        None,
        error="holds another archive",
        known="csvfile",
    ),
    Ugly("zips of zeros in a zip", _nested_bomb, None, error="holds archives alone", known="csvfile"),
    Ugly("600 MB of zeros in a zip of 600 KB", _bomb, "csvfile", error="holds more than 536,870,912 bytes"),
    Ugly(
        "a name that leads out of its folder",
        lambda: zipped({"../../x.csv": b"a\n1\n"}),
        None,
        error="leads out of its folder",
        known="csvfile",
    ),
)  # fmt: skip
