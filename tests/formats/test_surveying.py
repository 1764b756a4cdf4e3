"""What data files say of themselves: dialects, headers, first rows, kinds of cells."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.support.saying import says

from colonnade.errors import Invalid, LimitReached
from colonnade.formats import csv, sent, surveying
from colonnade.formats.port import Bounds, Source
from colonnade.formats.surveyed import Survey
from colonnade.query import raw

FIXTURES = Path(__file__).parents[1] / "fixtures" / "panda"
BOUNDS = Bounds(fields=100, cell_bytes=1 << 20, rows=5)


def _csv(tmp_path: Path, content: bytes, encoding: str = "utf-8") -> Survey:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    return surveying.of_csv(Source(path, "data.csv", {"encoding": encoding}), tmp_path, BOUNDS, 5)


def _sheet(tmp_path: Path, name: str, cells: str) -> Survey:
    source = Source(FIXTURES / name, name, {sent.PARAMETER: cells})
    return surveying.of_sheet(source, tmp_path, BOUNDS, 5)


@pytest.mark.parametrize(
    ("content", "delimiter", "columns", "first"),
    [
        pytest.param(b"a,b\n1,2\n", ",", ("a", "b"), ("1", "2"), id="panda-4.4-comma"),
        pytest.param(b"a\tb\n1\t2\n", "\t", ("a", "b"), ("1", "2"), id="panda-4.4-tab"),
        pytest.param(b"a;b\n1;2\n", ";", ("a", "b"), ("1", "2"), id="panda-4.4-semicolon"),
        pytest.param(b"a|b\n1|2\n", "|", ("a", "b"), ("1", "2"), id="panda-4.4-bar"),
        pytest.param(b"a:b:c\n1:2:3\n4:5:6\n", ":", ("a", "b", "c"), ("1", "2", "3"), id="panda-4.4-colon"),
        pytest.param(b"a b c\n1 2 3\n4 5 6\n", " ", ("a", "b", "c"), ("1", "2", "3"), id="panda-4.4-space"),
        pytest.param(b"name\nAda Okafor\nBo\n", ",", ("name",), ("Ada Okafor",), id="panda-4.4-one-column"),
        pytest.param(b"a,a,\n1,2,3\n", ",", ("a", "a", ""), ("1", "2", "3"), id="panda-4.1-headers-repeat"),
        pytest.param(b"a,b\r1,2\r", ",", ("a", "b"), ("1", "2"), id="panda-4.4-carriage-returns"),
        pytest.param(b"\xef\xbb\xbfa,b\n1,2\n", ",", ("a", "b"), ("1", "2"), id="panda-4.4-byte-order-mark"),
    ],
)
def test_the_dialect_is_found(
    tmp_path: Path, content: bytes, delimiter: str, columns: tuple[str, ...], first: tuple[str, ...]
) -> None:
    found = _csv(tmp_path, content)
    assert found.dialect["delimiter"] == delimiter
    assert (found.columns, found.rows[0]) == (columns, first)


@pytest.mark.parametrize(
    ("content", "name", "value"),
    [
        pytest.param(b"a,b\n1,2\n", "doublequote", False, id="panda-4.4-no-doubled-quote"),
        pytest.param(b'a,b\n"1""2",3\n', "doublequote", True, id="panda-4.4-doubled-quote"),
        pytest.param(b"a, b\n1, 2\n", "skipinitialspace", True, id="panda-3.4-skipinitialspace"),
        pytest.param(b"a,b\n1,2\n", "skipinitialspace", False, id="panda-3.4-no-initial-space"),
        pytest.param(b"a,b\n1,2\n", "lineterminator", "\r\n", id="panda-3.4-lineterminator"),
        pytest.param(b"a,b\n1,2\n", "quotechar", '"', id="panda-3.4-quotechar"),
        pytest.param(b"a,b\n1,2\n", "quoting", 0, id="panda-3.4-quoting"),
    ],
)
def test_the_dialect_is_told_in_the_words_of_pythons_csv(
    tmp_path: Path, content: bytes, name: str, value: Any
) -> None:
    assert _csv(tmp_path, content).dialect[name] == value


@says("panda-4.6-short")
def test_five_rows_are_shown_as_long_as_they_are(tmp_path: Path) -> None:
    found = _csv(tmp_path, b"a,b\n1,2,3\n\n4\n" + b"5,6\n" * 9)
    assert found.rows == (("1", "2", "3"), ("4",), ("5", "6"), ("5", "6"), ("5", "6"))


def test_an_encoding_is_insisted_on_as_far_as_the_first_rows_go(tmp_path: Path) -> None:
    assert _csv(tmp_path, "a\né\n".encode("latin-1"), "latin1").rows == (("é",),)
    with pytest.raises(Invalid) as refused:
        _csv(tmp_path, (FIXTURES / "test_not_unicode_sample.csv").read_bytes())
    assert (refused.value.code, refused.value.facts["line"]) == ("file.encoding", 2)
    assert len(_csv(tmp_path, (FIXTURES / "test_not_unicode_data.csv").read_bytes()).rows) == 5


@pytest.mark.parametrize("content", [b"", b"\n\n", b"  \n"])
def test_a_file_of_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Invalid, match="empty"):
        _csv(tmp_path, content)


TYPES = ("unicode", "date", "int", "bool", "float", "time", "datetime", None, "unicode")


@says("panda-4.5-xls-dates")
@pytest.mark.parametrize(
    ("name", "cells", "boolean"),
    [
        pytest.param("test_types.xls", sent.AS_TEXTS, "1", id="panda-4.5-xls-1904"),
        pytest.param("test_types.xlsx", sent.WANTED, "True", id="panda-4.5-xlsx"),
    ],
)
def test_a_spreadsheet_says_what_its_cells_are(tmp_path: Path, name: str, cells: str, boolean: str) -> None:
    found = _sheet(tmp_path, name, cells)
    assert found.kinds == TYPES
    assert found.columns[:3] == ("text", "date", "integer")
    moments = ("04:14:00", "1971-01-01T04:14:00", "", "")
    assert found.rows[0] == ("Chicago Reader", "1971-01-01", "40", boolean, "1", *moments)


@pytest.mark.parametrize("name", ["contributors.excel.xlsx", "contributors.oo.xlsx"])
def test_texts_of_workbooks_are_texts(tmp_path: Path, name: str) -> None:
    found = _sheet(tmp_path, name, sent.WANTED)
    assert found.rows[0] == ("1", "Brian", "Boyer", "Chicago Tribune")
    assert found.kinds == ("int", "unicode", "unicode", "unicode")


def test_a_file_has_so_many_columns_and_no_more(tmp_path: Path) -> None:
    with pytest.raises(LimitReached):
        _csv(tmp_path, b",".join([b"a"] * 101) + b"\n")


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.xlsx"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(Invalid) as refused:
        surveying.of_sheet(Source(path, "data.xlsx"), tmp_path, BOUNDS, 5)
    assert refused.value.code == "file.excel"


@pytest.mark.parametrize(
    ("content", "columns", "rows"),
    [
        pytest.param("a,b\n1, 2\n 3,\n", ("a", "b"), [("1", " 2"), (" 3", None)], id="panda-5.3-blanks"),
        pytest.param("a,b\n1, 2\n 3\n", ("a", "b"), [("1", " 2"), (" 3", raw.ABSENT)], id="panda-4.6-short"),
        pytest.param('a, b\n1, 2\n3, "x, y"\n', ("a", "b"), [("1", "2"), ("3", "x, y")], id="panda-3.4-skip"),
        pytest.param('a,b\n1,"2\r\n3"\n', ("a", "b"), [("1", "2\r\n3")], id="panda-5.3-line-ends"),
        pytest.param("a,b\n\x012,3\n", ("a", "b"), [('\x01"\\u00012"', "3")], id="mark"),
        pytest.param("a,b\n1,2,,\n", ("a", "b"), [("1", "2")], id="panda-4.6-empty-beyond"),
    ],
)
def test_a_file_is_read_as_it_was_understood(
    tmp_path: Path, content: str, columns: tuple[str, ...], rows: list[tuple[str | None, ...]]
) -> None:
    """Whichever reader does it."""
    found = _csv(tmp_path, content.encode())
    assert found.columns == columns
    with duckdb.connect() as connection:
        source = Source(tmp_path / "data.csv", "data.csv", found.params)
        extract = csv.read(connection, source, "t", tmp_path, Bounds(fields=100, cell_bytes=1 << 20))
        assert extract.labels == columns
        read = connection.execute("FROM t").fetchall()
    assert [tuple(map(_plain, row)) for row in read] == [tuple(map(_plain, row)) for row in rows]


def _plain(cell: str | None) -> Any:
    return raw.came(None, cell) if cell and cell != raw.ABSENT and cell.startswith(raw.MARK) else cell
