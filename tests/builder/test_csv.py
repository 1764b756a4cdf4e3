"""CSV files of every kind: read as they are, or refused with the place and the reason."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from colonnade.errors import Invalid, LimitReached
from colonnade.formats.port import Bounds, Source
from colonnade.formats.registry import reader

Cells = list[tuple[str | None, ...]]
Read = Callable[..., tuple[tuple[str, ...], Cells]]
BOUNDS = Bounds(fields=100, cell_bytes=1 << 20)
FIXTURES = Path(__file__).parent.parent / "fixtures" / "panda"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Labels and rows of a file's bytes, or of a file."""

    def read_(
        content: bytes | Path, bounds: Bounds = BOUNDS, **params: object
    ) -> tuple[tuple[str, ...], Cells]:
        path = tmp_path / "data.csv"
        if isinstance(content, Path):
            path = content
        else:
            path.write_bytes(content)
        with duckdb.connect() as connection:
            source = Source(path, "data.csv", params)
            extract = reader("csvfile")(connection, source, "t", tmp_path, bounds)
            return extract.labels, connection.execute("SELECT * FROM t").fetchall()

    return read_


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r"])
def test_any_line_end_ends_a_row_and_may_stand_in_a_cell(read: Read, end: bytes, inside: str) -> None:
    cell = b'"x' + inside.encode() + b'y"'
    assert read(end.join([b"a,b", cell + b",2", b"3," + cell, b""])) == (
        ("a", "b"),
        [(f"x{inside}y", "2"), ("3", f"x{inside}y")],
    )


@pytest.mark.parametrize("inside", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_end_in_the_header_loses_no_row(read: Read, end: bytes, inside: bytes) -> None:
    labels, rows = read(end.join([b'"a' + inside + b'b",c', b"1,2", b"3,4", b""]))
    assert labels == (f"a{inside.decode()}b", "c")
    assert rows == [("1", "2"), ("3", "4")]


def test_mixed_line_ends_are_read(read: Read) -> None:
    _, rows = read(b'a,b\r\n1,2\n3,4\r5,"6\r\n7"\r\n')
    assert rows == [("1", "2"), ("3", "4"), ("5", "6\r\n7")]


def test_empty_cells_are_null_quoted_or_not(read: Read) -> None:
    assert read(b'a,b,c\n,"",x\n')[1] == [(None, None, "x")]


def test_quotes_are_doubled_or_escaped(read: Read) -> None:
    assert read(b'a,b\n1,"x""y"\n')[1] == [("1", 'x"y')]
    assert read(b'a,b\n1,"x\\"y"\n', escapechar="\\")[1] == [("1", 'x"y')]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(read: Read, separator: str) -> None:
    content = f"name{separator}amount\nSmith, J.{separator}1;5\n".encode()
    if separator in ",;":
        content = content.replace(b"Smith, J.", b'"Smith, J."').replace(b"1;5", b'"1;5"')
    assert read(content) == (("name", "amount"), [("Smith, J.", "1;5")])


def test_parameters_override_what_would_be_found(read: Read) -> None:
    assert read(b"a|b,c\n1|2,3\n", separator="|") == (("a", "b,c"), [("1", "2,3")])
    assert read(b"Title\n\nmore\na,b\n1,2\n", first_row_no="4") == (("a", "b"), [("1", "2")])
    assert read(b"1,2\n3,4\n", headers_first_row=False) == (("", ""), [("1", "2"), ("3", "4")])
    assert read(b"1,2\n3,4\n", headers_first_row="false", first_row_no=2) == (("", ""), [("3", "4")])


@pytest.mark.parametrize(
    "params",
    [
        {"separator": '"'},
        {"separator": "ab"},
        {"encoding": "klingon"},
        {"encoding": "zlib"},
        {"first_row_no": "x"},
    ],
)
def test_parameters_that_make_no_sense_are_refused(read: Read, params: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"data\.csv"):
        read(b"a,b\n1,2\n", **params)


def test_one_column_needs_no_separator(read: Read) -> None:
    assert read(b"title\nHello, world\nx;y\n") == (("title",), [("Hello, world",), ("x;y",)])


def test_a_header_alone_is_a_table_without_rows(read: Read) -> None:
    assert read(b"a,b\n") == (("a", "b"), [])
    assert read(b"a,b") == (("a", "b"), [])


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(Invalid, match=r"data\.csv is empty"):
        read(content)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_encodings_are_found(read: Read, encoding: str) -> None:
    text = "prénom,ville\nÉloïse,Besançon\nZoë,Orléans\nFrançois,Saint-Étienne\n"
    assert read(text.encode(encoding)) == (
        ("prénom", "ville"),
        [("Éloïse", "Besançon"), ("Zoë", "Orléans"), ("François", "Saint-Étienne")],
    )


def test_a_late_byte_that_is_not_utf_8_is_read_too(read: Read) -> None:
    content = b"a,b\n" + b"x,y\n" * 100_000 + "é,5€\n".encode("cp1252")
    assert read(content)[1][-1] == ("é", "5€")


def test_every_byte_but_nul_can_be_read_somehow(read: Read) -> None:
    content = b"a,b\n" + bytes(one for one in range(1, 256) if one not in b'\r\n",') + b",1\n"
    assert len(read(content)[1]) == 1


def test_a_given_encoding_that_is_wrong_is_refused(read: Read) -> None:
    with pytest.raises(Invalid, match=r"data\.csv cannot be read: line 3 holds a byte that is not UTF-8"):
        read(b"a,b\r\n1,2\r\n\xe9,3\r\n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"data\.csv is not in the encoding shift_jis"):
        read(b"a,b\n\xff\xff,3\n", encoding="shift_jis")
    assert read(b"a,b\n\x81\xe9,3\n", encoding="sloppy-windows-1252")[1] == [("\x81é", "3")]


REFUSED = [
    (b"a,b\n1,2\n4,5,6\n", r"row 2 \(line 3 of the file\) is wrong, it has 3 cells where 2 are expected"),
    (b'a,b\n1,2\n"x\ny",3\n\n4\n5,6\n', r"row 3 \(line 6 of the file\) is wrong, it has 1 cells where 2"),
    (b'a,b\n1,2\n"x,3\n4,5\n', r"row 2 \(line 3 of the file\) is wrong, a quoted cell is never closed"),
    (b'a,b\n1,2\n"x"y,3\n4,5\n', r"row 2 \(line 3 of the file\) is wrong, its quotes do not match"),
    (b"a,b\n1,2\n3,\x00\n", r"line 3 holds a NUL character"),
    (
        b"a,b\n1,2\n3," + b"x" * (2 << 20) + b"\n",
        r"row 2 \(line 3 of the file\) is wrong, it is larger than 1,048,576",
    ),
    (
        b'a,b\n1,2\n3,"' + b"x\n" * (2 << 20) + b'"\n',
        r"row 2 \(line 3 of the file\) is wrong, it is larger than",
    ),
]


@pytest.mark.parametrize(("content", "reason"), REFUSED)
def test_a_row_that_cannot_be_read_is_named_with_its_reason(read: Read, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=r"The file data\.csv cannot be read: .*" + reason):
        read(content)


@pytest.mark.parametrize(
    "cell",
    [
        b"x" * (40 << 20),
        b'"' + b"x" * (40 << 20) + b'"',
        b'"' + b"x\n" * (20 << 20) + b'"',
        b'"' + b"1,2\n" * (10 << 20) + b'"',
    ],
    ids=["plain", "quoted", "of lines", "of rows"],
)
@pytest.mark.parametrize("after", [b"", b"2,3\n" * 5])
def test_a_row_beyond_every_buffer_is_never_lost(read: Read, cell: bytes, after: bytes) -> None:
    with pytest.raises(Invalid, match=r"row 2 \(line 3 of the file\) is wrong, it is larger than 1,048,576"):
        read(b"a,b\n7,8\n1," + cell + b"\n" + after)


def test_a_row_of_many_long_cells_is_never_lost(read: Read) -> None:
    row = b",".join([b'"' + b"line\n" * 100_000 + b'"'] * 90) + b"\n"
    header = b",".join([b"c"] * 90) + b"\n"
    with pytest.raises(Invalid, match=r"row 1 \(line 2 of the file\) is wrong, it is larger than"):
        read(header + row + b",".join([b"1"] * 90) + b"\n")


def test_a_large_file_with_quotes_is_read_whole(read: Read) -> None:
    content = b"Title\n\na,b\n" + b'"x ""and"" y\nz",1\n\n' * 1_800_000
    labels, rows = read(content, first_row_no=2)
    assert (labels, len(rows), rows[-1]) == (("a", "b"), 1_800_000, ('x "and" y\nz', "1"))


def test_a_ragged_row_deep_in_a_file_is_found(read: Read) -> None:
    content = b"a,b\n" + b'"x\ny",1\n' * 200_000 + b"1,2,3\n" + b"1,2\n" * 200_000
    with pytest.raises(Invalid, match=r"row 200001 \(line 400002 of the file\)"):
        read(content)


def test_too_many_columns_are_a_limit(read: Read) -> None:
    with pytest.raises(LimitReached, match="10000 columns") as caught:
        read(",".join(f"c{number}" for number in range(10_000)).encode() + b"\n")
    assert caught.value.facts == {"limit_type": "fields", "limit": 100, "value": 10_000}


@pytest.mark.parametrize(
    ("name", "width", "rows", "last"),
    [
        ("contributors.csv", 4, 4, ("4", "Christopher", "Groskopf", "PANDA Project")),
        ("test_money.csv", 2, 8, ("Verizon Service", "$39.99")),
        ("test_types.csv", 9, 5, ("Unicode! Σ", *[None] * 8)),
        ("test_cell_too_long.csv", 11, 28_801, None),
        ("test_not_unicode_sample.csv", 8, 16, None),
        ("test_not_unicode_data.csv", 8, 16, None),
    ],
)
def test_the_files_of_panda_load(
    read: Read, name: str, width: int, rows: int, last: tuple[str | None, ...] | None
) -> None:
    labels, found = read(FIXTURES / name)
    assert (len(labels), len(found)) == (width, rows)
    assert last is None or found[-1] == last


def test_a_latin_sign_is_read_early_and_late(read: Read) -> None:
    assert read(FIXTURES / "test_not_unicode_sample.csv")[1][0][2] == "±"
    assert "±" in {row[2] for row in read(FIXTURES / "test_not_unicode_data.csv")[1]}


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(Invalid, match="csvfile"):
        reader("floppy")
