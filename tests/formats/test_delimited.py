"""Delimited text, read by the rules of DKAN 7's datastore (section 10 of its reference)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.formats.support import BOUNDS, Desk, Read

from colonnade.errors import Invalid, LimitReached
from colonnade.formats.column_names import column_name, column_names
from colonnade.formats.port import Bounds

Rows = list[tuple[str | None, ...]]


def _read(desk: Desk, content: str | bytes, bounds: Bounds = BOUNDS, **params: Any) -> Read:
    return desk.read("delimited", content, "x.csv", bounds, texts=True, **params)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        pytest.param("a,b\n1,2\n", [("1", "2")], id="dkan-10-parser-plain"),
        pytest.param("a,b\n1,2", [("1", "2")], id="dkan-10-parser-no-last-line-end"),
        pytest.param("a,b\n 1 ,\t2\t\n", [("1", "2")], id="dkan-10-parser-bare-cells-are-trimmed"),
        pytest.param('a,b\n" 1 "," 2"\n', [(" 1 ", " 2")], id="dkan-10-parser-quoted-cells-are-kept"),
        pytest.param('a,b\n  "1"  , "2,3"\n', [("1", "2,3")], id="dkan-10-parser-blanks-around-quotes"),
        pytest.param('a,b\n"say ""1""",2\n', [('say "1"', "2")], id="dkan-10-parser-doubled-quotes"),
        pytest.param('a,b\n5" pipe,2\n', [('5" pipe', "2")], id="dkan-10-parser-quote-inside-a-bare-cell"),
        pytest.param("a,b\n1\\,x,2\n", [("1,x", "2")], id="dkan-10-parser-escape-outside-quotes"),
        pytest.param('a,b\n"1\\"x","\\\\"\n', [('1"x', "\\")], id="dkan-10-parser-escape-inside-quotes"),
        pytest.param("a,b\n1\\\nx,2\n", [("1\nx", "2")], id="dkan-10-parser-escaped-line-end"),
        pytest.param("a,b\n\n\n1,2\r\n\r\r3,4", [("1", "2"), ("3", "4")], id="dkan-10-parser-empty-lines"),
        pytest.param("\n\r\na,b\n1,2\n", [("1", "2")], id="dkan-10-parser-empty-lines-first"),
        pytest.param("a\n1\n  \n2\n", [("1",), (None,), ("2",)], id="dkan-10-parser-line-of-blanks"),
        pytest.param('a,b\n"x\r\n\r\ny",2\n', [("x\r\n\r\ny", "2")], id="dkan-10-parser-line-ends-in-quotes"),
        pytest.param('"a\nx",b\n1,2\n', [("1", "2")], id="dkan-10-parser-line-end-in-the-header"),
        pytest.param("a,b\n,\n", [(None, None)], id="dkan-10-empty-cells"),
        pytest.param('a,b\n"",2\n', [(None, "2")], id="dkan-10-empty-quoted-cells"),
        pytest.param("a,b\n", [], id="dkan-10-header-alone"),
        pytest.param("\ufeffa,b\n1,2\n", [("1", "2")], id="dkan-10-byte-order-mark"),
    ],
)
def test_cells(desk: Desk, content: str, rows: Rows) -> None:
    assert _read(desk, content).rows == rows


@pytest.mark.parametrize(
    ("content", "params", "rows"),
    [
        pytest.param("a;b\n1,5;2\n", {"delimiter": ";"}, [("1,5", "2")], id="dkan-10-delimiter"),
        pytest.param("a\tb\n1 \t2\n", {"delimiter": "\\t"}, [("1", "2")], id="dkan-10-delimiter-tab"),
        pytest.param("a,b\n'x,y',\"\n", {"quote": "'"}, [("x,y", '"')], id="dkan-10-quote"),
        pytest.param("a,b\n1!,x,\\\n", {"escape": "!"}, [("1,x", "\\")], id="dkan-10-escape"),
        pytest.param("a,b\nC:\\x,2\n", {"escape": ""}, [("C:\\x", "2")], id="dkan-10-escape-none"),
        pytest.param(
            "a,b,\n1,2,\n3,4\n,,\n",
            {"trailing_delimiter": True},
            [("1", "2"), ("3", "4"), (None, None)],
            id="dkan-10-trailing-delimiter",
        ),
        pytest.param(
            "a\ncaf\xe9\n".encode("cp1252"), {"encoding": "Windows-1252"}, [("café",)], id="dkan-10-encoding"
        ),
    ],
)
def test_parameters(desk: Desk, content: str | bytes, params: dict[str, Any], rows: Rows) -> None:
    assert _read(desk, content, **params).rows == rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            "a,b\n1,2\n3\n",
            "The number of values (1) does not match the number of columns (2). Invalid line 3 in x.csv",
            id="dkan-10-ragged-short",
        ),
        pytest.param(
            "a,b\n1,2\n\n3,4,5\n",
            "The number of values (3) does not match the number of columns (2). Invalid line 4 in x.csv",
            id="dkan-10-ragged-long",
        ),
        pytest.param(
            "a,b\n   \n",
            "The number of values (1) does not match the number of columns (2). Invalid line 2 in x.csv",
            id="dkan-10-ragged-line-of-blanks",
        ),
        pytest.param('a,b\n"x\n,2\n', "line 2 is wrong", id="dkan-10-quote-never-closed"),
        pytest.param('a,b\n"x"y,2\n', "line 2 is wrong", id="dkan-10-text-behind-a-quote"),
        pytest.param("", "is empty", id="dkan-10-empty-file"),
        pytest.param("\n\n", "is empty", id="dkan-10-empty-lines-only"),
    ],
)
def test_what_cannot_be_read(desk: Desk, content: str, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        _read(desk, content)
    assert message in refused.value.message


@pytest.mark.parametrize(
    "params",
    [{"delimiter": "ab"}, {"delimiter": "\n"}, {"quote": ","}, {"delimiter": "\\\\"}, {"escape": ","}],
)
def test_parameters_that_read_nothing(desk: Desk, params: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        _read(desk, "a,b\n1,2\n", **params)


def test_files_are_bounded(desk: Desk) -> None:
    with pytest.raises(LimitReached):
        _read(desk, "a,b,c\n1,2,3\n", Bounds(fields=2, cell_bytes=1 << 20))
    with pytest.raises(Invalid):
        _read(desk, 'a\n"' + "x" * 100_000, Bounds(fields=2, cell_bytes=1 << 10))


@pytest.mark.parametrize(
    ("label", "name"),
    [
        pytest.param("Name", "name", id="dkan-10-name-lower"),
        pytest.param(" Home town ", "home_town", id="dkan-10-name-spaces"),
        pytest.param("GDP ($) 2019!", "gdp__2019", id="dkan-10-name-signs-go"),
        pytest.param("Größe", "gre", id="dkan-10-name-letters-beyond-ascii-go"),
        pytest.param("2019", "__num_2019", id="dkan-10-name-number"),
        pytest.param("2019a", "2019a", id="dkan-10-name-not-a-number"),
        pytest.param("x" * 70, "x" * 64, id="dkan-10-name-cut"),
        *(
            pytest.param(one, f"{one}_", id=f"dkan-10-name-reserved-{one}")
            for one in ("group", "order", "key", "index", "desc", "to", "from", "read", "condition")
        ),
        pytest.param("rank", "rank", id="dkan-10-name-rank-is-not-reserved"),
        pytest.param("entry_id", "entry_id_", id="dkan-10-name-of-the-serial"),
        pytest.param("_id", "_id_", id="dkan-10-name-of-a-column-of-ours"),
        pytest.param("éß", "", id="dkan-10-name-nothing-left"),
    ],
)
def test_names_of_columns(label: str, name: str) -> None:
    assert column_name(label) == name


def test_names_are_all_different(desk: Desk) -> None:
    assert column_names(["a", "A ", "", "é", "a_2"]) == ("a", "a_2", "column_3", "column_4", "a_2_2")
    found = _read(desk, "Town,,town\n1,2,3\n").columns
    assert [(one.name, one.label) for one in found] == [
        ("town", "Town"),
        ("column_2", "column_2"),
        ("town_2", "town"),
    ]


_TEXT = st.text(alphabet=' \t",\\\n\rab\u00e9;', max_size=40)
_CELL = st.sampled_from(
    ["1", " 2", "3 ", '"a"', '"b,c"', '" d"', '"e "', ' "f"', '""', "", '"g""h"', 'i"j', '"k\nl"', "\\,"]
)
_LINES = st.lists(st.lists(_CELL, min_size=2, max_size=2), min_size=1, max_size=4)
_FILES = _LINES.map(lambda lines: "\n".join(map(",".join, lines)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=_TEXT | _FILES, delimiter=st.sampled_from(",;"))
@example(content='a,b\n"x, y","z"\n', delimiter=",")
@example(content='a, "b"\n1, 2\n', delimiter=",")
@example(content='a\n" x"\n', delimiter=",")
def test_a_quick_reading_is_the_exact_one(desk: Desk, content: str, delimiter: str) -> None:
    """What DuckDB is trusted with, it reads as the pattern does, to which an empty line at the start leaves the file."""

    def told(content: str) -> object:
        try:
            found = _read(desk, content, delimiter=delimiter)
        except Invalid:
            return None
        return [one.label for one in found.columns], found.rows

    assert told(content) == told("\n" + content)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(_TEXT, min_size=2, max_size=2), max_size=4))
def test_what_is_quoted_comes_back(desk: Desk, rows: list[list[str]]) -> None:
    lines = [
        ",".join('"' + cell.replace("\\", "\\\\").replace('"', '""') + '"' for cell in row) for row in rows
    ]
    found = _read(desk, "\n".join(["a,b", *lines]))
    assert found.rows == [tuple(cell or None for cell in row) for row in rows]
