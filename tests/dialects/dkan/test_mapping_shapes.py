"""Whatever form a field is sent in, as a list of items: pure (section 8.1 of the reference)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colonnade.dialects.dkan import mapping_items, mapping_metadata
from colonnade.dialects.dkan.mapping_fields import FIELDS, Shape
from colonnade.dialects.dkan.shapes import items_of, number_of, numbers_of, texts_of, und
from colonnade.errors import Invalid

FORMS: list[Any] = [
    pytest.param(
        {"und": [{"value": "a"}, {"value": "b"}]}, [{"value": "a"}, {"value": "b"}], id="dkan-8.1-und"
    ),
    pytest.param(
        {"und": {"1": {"value": "b"}, "0": {"value": "a"}}}, [{"value": "a"}, {"value": "b"}], id="keys"
    ),
    pytest.param({"und": {"10": "c", "2": "b", "add_more": "x"}}, ["b", "c"], id="keys-of-forms"),
    pytest.param({"und": {"value": "a"}}, [{"value": "a"}], id="one"),
    pytest.param({"value": "a"}, [{"value": "a"}], id="bare-one"),
    pytest.param([{"value": "a"}], [{"value": "a"}], id="list"),
    pytest.param({"und": "294"}, ["294"], id="scalar"),
    pytest.param("294", ["294"], id="bare-scalar"),
    pytest.param({"en": [{"value": "a"}]}, [{"value": "a"}], id="language"),
    pytest.param({"en": ["a"], "und": ["b"]}, ["b"], id="und-of-several"),
    pytest.param({"und": [None, "", "_none", {}, [], "a"]}, ["a"], id="nothing-is-left-out"),
    pytest.param({}, [], id="empty-map"),
    pytest.param([], [], id="empty-list"),
    pytest.param(None, [], id="null"),
    pytest.param(0, [0], id="zero"),
    pytest.param({"tid": "3"}, [{"tid": "3"}], id="no-language"),
    pytest.param({"und": {"1": {"a": "1"}, "01": {"a": "2"}}}, [{"a": "1"}, {"a": "2"}], id="key-twice"),
]


@pytest.mark.parametrize(("sent", "items"), FORMS)
def test_items_are_found_in_every_form(sent: object, items: list[Any]) -> None:
    assert items_of(sent) == items
    assert items_of(und(items)) == items


NUMBERS: list[Any] = [
    pytest.param("75", 75, id="text"),
    pytest.param(75, 75, id="number"),
    pytest.param({"target_id": " 75 "}, 75, id="item"),
    pytest.param("Places (in the city) (5)", 5, id="title"),
    pytest.param("Places", None, id="no-number"),
    pytest.param("²", None, id="no-digit"),
    pytest.param("1" * 40, None, id="too-long"),
    pytest.param(True, None, id="boolean"),
    pytest.param(-1, None, id="negative"),
    pytest.param({"other": 1}, None, id="other-key"),
]


@pytest.mark.parametrize(("sent", "number"), NUMBERS)
def test_numbers_are_read_from_texts_and_titles(sent: object, number: int | None) -> None:
    assert number_of(sent, "target_id") == number


@pytest.mark.parametrize(
    ("sent", "numbers"),
    [
        pytest.param({"und": {"target_id": "4,5, 6"}}, [4, 5, 6], id="commas"),
        pytest.param({"und": ["One, two (7)", 8]}, [7, 8], id="title-with-commas"),
        pytest.param({"und": "4,x"}, [4, None], id="no-number"),
        pytest.param({"und": "a\nb,c"}, [None], id="lines"),
        pytest.param({"und": "1," + "a" * 140_000}, [None], id="very-long"),
        pytest.param([], [], id="none"),
    ],
)
def test_lists_of_numbers_are_read(sent: object, numbers: list[int | None]) -> None:
    assert numbers_of(sent, "target_id") == numbers


def test_texts_are_read_from_what_is_no_text() -> None:
    sent: list[Any] = [1, 1.5, True, False, "a", "", None, [], {"value": 2}, {}]
    told = ["1", "1.5", "1", "0", "a", None, None, None, "2", None]
    assert [texts_of(one) for one in sent] == told


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEPT_HERE = [
    field
    for field in dict.fromkeys(one for fields in FIELDS.values() for one in fields)
    if field.shape not in (Shape.TARGET, Shape.TERM, Shape.FILE)
]


@settings(max_examples=50)
@given(sent=JSON | st.builds(lambda one: {"und": [one]}, JSON), field=st.sampled_from(KEPT_HERE))
def test_what_is_kept_is_kept_again_when_it_is_sent_as_it_was_shown(sent: object, field: Any) -> None:
    try:
        kept = mapping_items.kept(field, sent)
    except Invalid:
        return
    assert mapping_items.kept(field, und(mapping_items.shown(field, kept))) == [
        {
            **one,
            **({"timezone": mapping_items.ZONE} if field.shape in (Shape.DATE, Shape.PERIOD) else {}),
            **one,
        }
        for one in kept
    ]


VALUES: list[Any] = [
    ("field_author", "Ann"),
    ("body", "A <b>text</b>"),
    ("field_license", "CC BY 4.0"),
    ("field_license", "A licence of its own"),
    ("field_language", "fr"),
    ("field_temporal_coverage", "2010-01-01/2011-12-31"),
    ("field_temporal_coverage", "2010-01-01T12:00:00/2011-12-31T00:00:01"),
    ("field_harvest_source_issued", "2015-02-03"),
    ("field_frequency", "R/P1D"),
    ("field_related_content", ["http://a.org", "http://b.org"]),
]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_value_of_the_metadata_makes_items_that_make_the_value(name: str, value: Any) -> None:
    place = mapping_metadata.PLACES[name]
    said: Any = {place.template: {place.name: value}}
    items = mapping_metadata.items(name, [], said)
    assert mapping_metadata.metadata({name: items}) == said
    assert mapping_metadata.items(name, items, said) == items
    assert mapping_metadata.items(name, items, {}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("field_temporal_coverage", "some years"),
        ("field_harvest_source_issued", "long ago"),
        ("field_author", 5.5),
    ],
)
def test_a_value_that_no_item_can_say_is_left_out_or_told_as_a_text(name: str, value: Any) -> None:
    place = mapping_metadata.PLACES[name]
    said: Any = {place.template: {place.name: value}}
    items = mapping_metadata.items(name, [], said)
    assert items == ([{"value": "5.5"}] if name == "field_author" else [])
