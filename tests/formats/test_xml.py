"""XML: elements as records, and the documents that are refused."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.formats.support import Desk

from colonnade.errors import Invalid

ROWS = """<rows>
  <data attribute="attribute value" other_attribute="other attribute value">
    <indicator>GDP per capita</indicator><country>Andean Region</country><decimal>0</decimal>
  </data>
  <data attribute="2nd data tag">Text only</data>
</rows>"""


def test_attributes_tags_and_content_become_fields(desk: Desk) -> None:
    read = desk.read("xml", ROWS)
    assert read.types == dict.fromkeys(
        ["attribute", "other_attribute", "indicator", "country", "decimal", "content"]
    )
    assert read.rows == [
        ("attribute value", "other attribute value", "GDP per capita", "Andean Region", "0", None),
        ("2nd data tag", None, None, None, None, "Text only"),
    ]


def test_complex_data_becomes_json_and_repeated_texts_a_list(desk: Desk) -> None:
    content = '<r><i><p u="€">1 <q>2</q></p><t>a</t><t>b</t></i><i><t>c</t><p><q>3</q><q>4</q></p></i></r>'
    read = desk.read("xml", content)
    assert read.rows == [
        ('{"@u":"€","q":"2","#text":"1"}', "a\x1fb"),
        ('{"q":["3","4"]}', "c"),
    ]
    assert [(one.type, one.multivalued) for one in read.columns] == [("json_blob", False), ("text", True)]


NESTED = """<a year="2020" v="1"><head>x</head><b code="Z"><item n="1"/><note/><item n="2"/></b>
<b code="Y"><x:item xmlns:x="urn:x" x:n="3"/></b></a>"""


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({"tag_depth": 2, "tag_name": "item"}, [("1",), ("2",), ("3",)]),
        ({"tag_name": "item"}, [("1",), ("2",), ("3",)]),
        ({"tag_name": "item", "parent_tags": "1"}, [("Z", "1"), ("Z", "2"), ("Y", "3")]),
        (
            {"tag_name": "item", "parent_tags": "9"},
            [("2020", "1", "Z", "1"), ("2020", "1", "Z", "2"), ("2020", "1", "Y", "3")],
        ),
        (
            {"tag_depth": "0"},
            [
                (
                    "2020",
                    "1",
                    "x",
                    '[{"@code":"Z","item":[{"@n":"1"},{"@n":"2"}],"note":null},{"@code":"Y","item":{"@n":"3"}}]',
                )
            ],
        ),
    ],
)
def test_records_are_chosen_by_depth_and_tag(desk: Desk, params: Mapping[str, Any], rows: object) -> None:
    assert desk.read("xml", NESTED, **params).rows == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_read(desk: Desk, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><r><i><v>Orléans</v></i></r>'.encode(encoding)
    assert desk.read("xml", content).rows == [("Orléans",)]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]><r><i>&l9;</i></r>'


@pytest.mark.parametrize(
    ("content", "params", "reason"),
    [
        (BOMB, {}, "it declares an entity, l0"),
        (
            '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><i>&x;</i></r>',
            {},
            "it declares an entity, x",
        ),
        ("<r><i>1</i><i>", {}, r"cannot be read as XML: line 1, no element found|unclosed"),
        ("<r>\n<i>1</j></r>", {}, "line 2, mismatched tag"),
        ("<r><i>&nbsp;</i></r>", {}, "undefined entity"),
        ("", {}, "no element found"),
        ("a,b\n1,2\n", {}, "line 1, syntax error"),
        ("<r/>", {}, "has no element at the depth 1"),
        ("<r><i/></r>", {"tag_name": "j"}, "has no element with the tag j"),
        ("<i>" * 300, {}, "nested too deeply"),
        ("<r><i>" + "x" * (2 << 20) + "</i></r>", {}, "one of its elements is larger than 1,048,576"),
        ("<r><i>" + "<x/>" * 20_000 + "</i></r>", {}, "one of its elements is larger than"),
        ('<?xml version="1.0" encoding="klingon"?><r/>', {}, "cannot be read as XML"),
    ],
)
def test_what_cannot_be_read_is_named(
    desk: Desk, content: str, params: Mapping[str, Any], reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as caught:
        desk.read("xml", content, "u.xml", **params)
    assert "u.xml" in caught.value.message
