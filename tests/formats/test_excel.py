"""Spreadsheets: typed cells, the chosen sheet, errors, and those that cannot be read."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.formats.ods import ods
from tests.formats.support import BOUNDS, Desk, sheet_rows, workbook

from colonnade.errors import Invalid, LimitReached

FIXTURES = Path(__file__).parent.parent / "fixtures" / "panda"
TYPES = [
    ("Chicago Reader", "1971-01-01", "40", "true", "1", "04:14:00", "1971-01-01 04:14:00", None, None),
    (
        *("Chicago Sun-Times", "1948-01-01", "63", "true", "1.27", "14:57:13", "1948-01-01 14:57:13", None),
        "Extra data beyond headers will be trimmed",
    ),
    ("Chicago Tribune", "1920-01-01", "164", "false", "41800000.01", "00:00:00", "1920-01-01", None, None),
    ("This row has blanks", *[None] * 8),
    ("Unicode! Σ", *[None] * 8),
]


@pytest.mark.parametrize("name", ["test_types.xls", "test_types.xlsx"])
def test_cells_have_their_types_in_both_date_systems(desk: Desk, name: str) -> None:
    read = desk.read("excel", (FIXTURES / name).read_bytes())
    assert read.rows == TYPES
    assert read.types == {
        "text": None,
        "date": "date",
        "integer": "int",
        "boolean": "boolean",
        "float": "double",
        "time": "time",
        "datetime": "datetime",
        "empty_column": None,
        "": None,
    }


@pytest.mark.parametrize("name", ["contributors.xls", "contributors.excel.xlsx", "contributors.oo.xlsx"])
def test_contributors_load_from_every_program(desk: Desk, name: str) -> None:
    read = desk.read("excel", (FIXTURES / name).read_bytes())
    assert read.types == {"id": "int", "first_name": None, "last_name": None, "employer": None}
    assert read.rows[0] == ("1", "Brian", "Boyer", "Chicago Tribune")
    assert len(read.rows) == 4


DAY = (44000, 's="1"')


@pytest.mark.parametrize(("is_1904", "day"), [(False, "2020-06-18"), (True, "2024-06-19")])
def test_days_are_counted_from_1900_or_1904(desk: Desk, is_1904: bool, day: str) -> None:
    content = workbook({"S": sheet_rows([["day"], [DAY]])}, is_1904=is_1904)
    assert desk.read("excel", content).rows == [(day,)]


def test_dates_with_and_without_a_time_are_moments(desk: Desk) -> None:
    read = desk.read("excel", workbook({"S": sheet_rows([["at"], [DAY], [(44000.5, 's="2"')]])}))
    assert (read.types, read.rows) == ({"at": "datetime"}, [("2020-06-18",), ("2020-06-18 12:00:00",)])


def test_mixed_cells_are_left_to_the_whole_column_as_texts(desk: Desk) -> None:
    rows = [["a", "b", "c"], [1, True, (1.5, 's="3"')], ["n/a", 2.5, (0.25, 's="4"')]]
    read = desk.read("excel", workbook({"S": sheet_rows(rows)}))
    assert read.types == {"a": None, "b": None, "c": None}
    assert read.rows == [("1", "true", "36:00:00"), ("n/a", "2.5", "06:00:00")]


def test_formulas_are_their_results_and_errors_are_empty_with_a_note(desk: Desk) -> None:
    rows = [["a", "b"], [("#DIV/0!", 't="e"'), ("done", 't="str"')], [3, None], [("#N/A", 't="e"'), "x"]]
    read = desk.read("excel", workbook({"Sales": sheet_rows(rows)}), "sales.xlsx")
    assert read.rows == [(None, "done"), ("3", None), (None, "x")]
    (note,) = read.notes
    assert note == (
        "2 cells with errors instead of values in the sheet Sales of the file sales.xlsx are left empty: A2, A4"
    )


def test_the_sheet_is_chosen_by_name_or_number(desk: Desk) -> None:
    sheets = {name: sheet_rows([["a"], [name]]) for name in ("Notes", "Data 1", "3")}
    content = workbook(sheets, hidden=["Notes"])
    chosen = {
        given: desk.read("excel", content, sheet=given).rows[0][0]
        for given in ("", "Data 1", "Notes", "1", "3")
    }
    assert chosen == {"": "Data 1", "Data 1": "Data 1", "Notes": "Notes", "1": "Data 1", "3": "3"}
    with pytest.raises(Invalid, match=r"The file b\.xlsx has no sheet Sheet9; its sheets: Data 1, 3, Notes"):
        desk.read("excel", content, "b.xlsx", sheet="Sheet9")


def test_data_may_begin_lower_with_or_without_a_header(desk: Desk) -> None:
    rows = [["A title"], [], ["a", "b"], [1, 2], [], [None, 3]]
    content = workbook({"S": sheet_rows(rows)})
    assert desk.read("excel", content, first_row_no=2).rows == [("1", "2"), (None, "3")]
    read = desk.read("excel", content, first_row_no="4", headers_first_row="false")
    assert ([one.label for one in read.columns], read.rows) == (["", ""], [("1", "2"), (None, "3")])


def test_headers_of_any_type_are_labels(desk: Desk) -> None:
    read = desk.read("excel", workbook({"S": sheet_rows([[2020, True, DAY, " a "], [1, 1, 1, 1]])}))
    assert [one.label for one in read.columns] == ["2020", "true", "2020-06-18", "a"]


def test_a_stray_cell_far_away_is_refused_before_it_costs_memory(desk: Desk) -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(
        LimitReached, match=r"The sheet S of the file far\.xlsx spreads over 17,179,869,184 cells"
    ):
        desk.read("excel", workbook({"S": far}), "far.xlsx")


def test_a_sheet_that_only_claims_to_be_large_is_read(desk: Desk) -> None:
    content = workbook({"S": sheet_rows([["a"], [1]])}, claim="A1:XFD1048576")
    assert desk.read("excel", content).rows == [("1",)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"is no spreadsheet, or damaged"),
        (b"a,b\n1,2\n", r"is no spreadsheet, or damaged"),
        (
            (FIXTURES / "test_types.xlsx").read_bytes()[:3_000],
            r"is no spreadsheet, or damaged|damaged, cut off",
        ),
        ((FIXTURES / "test_types.xls").read_bytes()[:3_000], r"is no spreadsheet, or damaged"),
        (workbook({"S": ""}), r"The sheet S of the file u\.xlsx has no cell"),
        (workbook({"S": sheet_rows([["a"]])})[:-200], r"is no spreadsheet, or damaged|damaged, cut off"),
    ],
)
def test_what_is_no_spreadsheet_is_refused(desk: Desk, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read("excel", content, "u.xlsx")
    assert "u.xlsx" in caught.value.message


def test_too_many_columns_are_a_limit(desk: Desk) -> None:
    with pytest.raises(LimitReached, match=r"more than 2 columns"):
        desk.read("excel", workbook({"S": sheet_rows([["a", "b", "c"]])}), bounds=replace(BOUNDS, fields=2))


def test_a_look_at_a_large_sheet_reads_its_start_alone(desk: Desk) -> None:
    rows = sheet_rows([["n", "text"], *[[number, f"some text {number}"] for number in range(60_000)]])
    read = desk.read("excel", workbook({"S": rows}), bounds=replace(BOUNDS, rows=20))
    assert len(read.rows) == 20
    assert read.rows[19] == ("19", "some text 19")


def test_a_look_at_a_large_opendocument_sheet_reads_its_start_alone(desk: Desk) -> None:
    rows: list[list[Any]] = [["n", "text"], *[[n, f"some text {n}"] for n in range(40_000)]]
    content = ods({"Première & une": rows, "2": [["other"], [1]], "3": rows})
    assert len(content) < 4 << 20
    look = replace(BOUNDS, rows=20)
    read = desk.read("excel", content, bounds=look)
    assert read.rows[19] == ("19", "some text 19")
    assert {"n": "int", "text": None}.items() <= read.types.items()
    assert desk.read("excel", content, bounds=look, sheet="2").rows == [("1",)]
    assert desk.read("excel", content, bounds=look, sheet="3").rows[19] == ("19", "some text 19")
    assert (desk.folder / "scratch" / "head.ods").stat().st_size < 6 << 20
    with pytest.raises(Invalid, match="has no sheet 9; its sheets: Première & une, 2, 3"):
        desk.read("excel", content, bounds=look, sheet="9")
    assert len(desk.read("excel", content, sheet="3").rows) == 40_000
