"""JSON in its three shapes: values keep what they are, and a fault is told with its place."""

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.formats.support import BOUNDS, Desk

from colonnade.errors import Invalid, LimitReached


def test_values_keep_their_types(desk: Desk) -> None:
    read = desk.read(
        "jsonfile",
        '[{"i": 1, "d": 12.50, "b": true, "t": "x", "n": null, "e": ""}, {"i": -2, "d": 3, "b": false, "t": "02134"}]',
    )
    assert read.types == {"i": "int", "d": "double", "b": "boolean", "t": None, "n": None, "e": None}
    assert read.rows == [
        ("1", "12.5", "true", "x", None, None),
        ("-2", "3", "false", "02134", None, None),
    ]


def test_keys_may_come_late_and_in_any_order(desk: Desk) -> None:
    read = desk.read("jsonfile", '[{}, {"b": 1}, {"a": 2, "b": 3}]')
    assert ([one.label for one in read.columns], read.rows) == (
        ["b", "a"],
        [(None, None), ("1", None), ("3", "2")],
    )


def test_texts_in_lists_are_multivalued(desk: Desk) -> None:
    read = desk.read("jsonfile", '[{"t": ["a", "b;c"]}, {"t": "d"}, {"t": []}, {"t": [""]}]')
    (column,) = read.columns
    assert (column.type, column.multivalued) == ("text", True)
    assert read.rows == [("a\x1fb;c",), ("d",), (None,), ("",)]


@pytest.mark.parametrize(
    ("values", "type_", "texts"),
    [
        (['{"a": [1, {"b": 2.50}]}', "[1, 2]"], "json_blob", ['{"a":[1,{"b":2.5}]}', "[1,2]"]),
        (['["a", "b"]', '{"é": "ü"}'], "json_blob", ['["a","b"]', '{"é":"ü"}']),
        (['["a"]', "1"], None, ['["a"]', "1"]),
        (["1", '"x"', "true", "1.50"], None, ["1", "x", "true", "1.5"]),
        (["9007199254740993", "1"], "int", ["9007199254740993", "1"]),
        (["9007199254740993", "1.5"], None, ["9007199254740993", "1.5"]),
        (["123456789012345678901234"], None, ["123456789012345678901234"]),
        (["0.1234567890123456789"], None, ["0.1234567890123456789"]),
        (["1e3", "1E400"], None, ["1000", "1E+400"]),
        (["-0.0", "1e-7"], "double", ["-0", "1e-07"]),
        (["48.053808600000004"], "double", ["48.0538086"]),
    ],
)
@pytest.mark.parametrize("extractor", ["jsonfile", "jsonlines"])
def test_a_column_has_the_type_that_all_its_values_have(
    desk: Desk, extractor: str, values: list[str], type_: str | None, texts: list[str]
) -> None:
    records = [f'{{"v": {one}}}' for one in values]
    content = f"[{', '.join(records)}]" if extractor == "jsonfile" else "\n".join(records)
    read = desk.read(extractor, content)
    assert read.columns[0].type == type_
    assert [text for (text,) in read.rows] == texts


DEEP = {"result": {"records": [{"row": {"a": 1}}, {"row": {"a": 2}}, {}]}}


@pytest.mark.parametrize(
    ("document", "params", "rows"),
    [
        ({"items": [{"a": 1}], "total": 1}, {}, [("1",)]),
        ({"a": 1, "b": 2}, {}, [("1", "2")]),
        (DEEP, {"json_root": "result.records", "json_object": "row"}, [("1",), ("2",)]),
        (DEEP, {"json_root": "result.records.item", "json_object": "row"}, [("1",), ("2",)]),
        ([1, "x", None], {}, [("1",), ("x",), (None,)]),
        ([{"o": [{"a": 1}, {"a": 2}]}], {"json_object": "o"}, [("1",), ("2",)]),
        ([], {}, []),
    ],
)
def test_records_are_found_where_they_are(
    desk: Desk, document: Any, params: dict[str, Any], rows: Any
) -> None:
    assert desk.read("jsonfile", json.dumps(document), **params).rows == rows


def test_a_dictionary_of_records_keeps_its_keys(desk: Desk) -> None:
    content = '{"meta": 1, "data": {"x": {"a": 1, "key": "own"}, "y": 5}}'
    read = desk.read("jsondict", content, json_root="data", key_column="key")
    assert [one.label for one in read.columns] == ["key", "a", "key_2", "value"]
    assert read.rows == [("x", "1", "own", None), ("y", None, None, "5")]


def test_lines_may_be_blank_or_hold_the_record_deeper(desk: Desk) -> None:
    read = desk.read("jsonlines", '\ufeff{"r": {"a": 1}}\r\n\r\n{"r": {"a": 2}}', json_object="r")
    assert read.rows == [("1",), ("2",)]


def test_other_encodings_are_read(desk: Desk) -> None:
    text = '[{"ville": "Orléans"}]'
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le"):
        assert desk.read("jsonfile", text.encode(encoding)).rows == [("Orléans",)]


@pytest.mark.parametrize(
    ("extractor", "content", "params", "reason"),
    [
        ("jsonfile", '[{"a": 1}, {"a": }]', {}, r"after row 1, .*unallowed token"),
        ("jsonfile", '[{"a": 1}, {"a"', {}, r"after row 1, .*premature EOF"),
        ("jsonfile", '[{"a": NaN}]', {}, r"before its first row, .*invalid char"),
        ("jsonfile", "<html>", {}, r"cannot be read as JSON"),
        ("jsonfile", "", {}, r"u\.json is empty"),
        ("jsonfile", "3", {}, r"has no array or object at its top"),
        ("jsonfile", '{"a": []}', {"json_root": "b"}, r"has no array or object at b"),
        ("jsonfile", '[{"a": 1}]', {"json_object": "b"}, r"No item of the file u\.json has anything at b"),
        ("jsonfile", '[{"a": "\\u0000"}]', {}, r"the column “a” of row 1 holds a NUL"),
        (
            "jsonfile",
            '[{"a": 1}, {"a": ' + "[" * 2_000 + "]" * 2_000 + "}]",
            {},
            r"row 2 is nested too deeply",
        ),
        ("jsondict", "[1]", {}, r"has no object at its top"),
        ("jsonlines", '{"a": 1}\n\n{"a": }\n', {}, r"row 2 \(line 3 of the file\) is wrong, it is no JSON"),
        ("jsonlines", '{"a": 1}\n{"a": Infinity}\n', {}, r"row 2 is wrong, .*Infinity is no value of JSON"),
        ("jsonlines", '{"a": "\\ud800"}', {}, r"the column “a” of row 1 holds half a character"),
        ("jsonlines", "[" * 100_000, {}, r"row 1 is wrong, it is nested too deeply"),
        ("jsonlines", '{"a": "' + "x" * (2 << 20) + '"}', {}, r"row 1 is wrong, it is larger than 1,048,576"),
        ("jsonfile", '[{"a": "' + "x" * (2 << 20) + '"}]', {}, r"row 1 is larger than 1,048,576"),
    ],
)
def test_what_cannot_be_read_is_named(
    desk: Desk, extractor: str, content: str, params: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read(extractor, content, "u.json", **params)
    assert "u.json" in caught.value.message


def test_too_many_keys_are_a_limit(desk: Desk) -> None:
    with pytest.raises(LimitReached, match="more than 100 columns"):
        desk.read("jsonlines", json.dumps({f"k{number}": number for number in range(101)}))


def test_a_look_stops_where_it_has_enough(desk: Desk) -> None:
    lines = "".join(f'{{"n": {number}, "text": "{"x" * 1_000}"}}\n' for number in range(6_000))
    broken = f"[{lines.replace(chr(10), ',')} broken"
    look = replace(BOUNDS, rows=3)
    for extractor, content in (("jsonlines", f"{lines}broken"), ("jsonfile", broken)):
        assert [row[0] for row in desk.read(extractor, content, bounds=look).rows] == ["0", "1", "2"]
    many = replace(BOUNDS, rows=5_500)
    assert 4_000 < len(desk.read("jsonfile", broken, bounds=many).rows) < 4_200
