"""Refinements and facets as texts and trees; what they find is in `tests/language`."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.query.support import shown

from colonnade.errors import Invalid
from colonnade.query.facets import FacetQuery, FacetSort, FacetValue, facet_query, facet_values
from colonnade.query.refine import Refinement, excluded, parse_refinement, refined
from colonnade.query.schema import Field, FieldType, Schema
from colonnade.query.tree import Scalar


def _field(
    name: str, type_: FieldType, *, multivalued: bool = False, **annotations: list[str | int]
) -> Field:
    return Field(name, name, type_, multivalued=multivalued, annotations=annotations)


DAY = _field("day", FieldType.DATE)
PATH = _field("path", FieldType.TEXT, hierarchical=[">"], facetsort=["alphanum"])
SIZE = _field("size", FieldType.DOUBLE)
NAME = _field("name", FieldType.TEXT, disjunctive=[])
SPOT = _field("spot", FieldType.GEO_POINT)
PHOTO = _field("photo", FieldType.FILE)
SCHEMA = Schema((DAY, PATH, SIZE, NAME, SPOT))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("cou:FR", "cou", "FR"),
        ('cou:"FR"', "cou", "FR"),
        ("cou:'F:R'", "cou", "F:R"),
        ("`cou`:FR", "cou", "FR"),
        ("`a:b`:c", "a:b", "c"),
        ("'cou':FR", "cou", "FR"),
        ('cou:"A \\"b\\""', "cou", 'A "b"'),
        ('cou:a "b" c', "cou", 'a "b" c'),
        ("modified:2019/12", "modified", "2019/12"),
        ("cou:a:b", "cou", "a:b"),
        (" cou : FR", "cou", " FR"),
        ("cou:", "cou", ""),
        ("source-data:x", "source-data", "x"),
    ],
)
def test_a_refinement_is_split_at_the_first_colon(text: str, field: str, value: str) -> None:
    assert parse_refinement(text) == Refinement(field, value)


@pytest.mark.parametrize("text", ["", "cou", ":FR", "'cou:FR", "   :x"])
def test_what_is_no_refinement_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"a field, a colon and a value.*\(s\): exclude"):
        parse_refinement(text, "exclude")


@settings(deadline=None)
@given(st.text())
def test_any_text_is_a_refinement_or_refused(text: str) -> None:
    try:
        found = parse_refinement(text)
    except Invalid as error:
        code = error.code
    else:
        code = ""
        assert found.field
    assert code in {"", "odsql.semantic"}


def _refined(*texts: str, disjunctive: tuple[str, ...] = ()) -> str:
    found = refined(map(parse_refinement, texts), SCHEMA, disjunctive=disjunctive)
    return "" if found is None else shown(found)


def test_refinements_of_one_field_are_anded_unless_it_is_disjunctive() -> None:
    assert _refined() == ""
    assert _refined("size:1", "size:2") == "(and (= size 1) (= size 2))"
    assert _refined("name:a", "size:1", "name:b") == "(and (or (= name 'a') (= name 'b')) (= size 1))"
    assert _refined("size:1", "size:2", disjunctive=("size",)) == "(or (= size 1) (= size 2))"


def test_exclusions_are_all_anded() -> None:
    found = excluded(map(parse_refinement, ["name:a", "name:b"]), SCHEMA)
    assert found is not None
    assert shown(found) == "(and (not (= name 'a')) (not (= name 'b')))"
    assert excluded([], SCHEMA) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019", "(and (>= day 2019-01-01) (< day 2020-01-01))"),
        ("2019/12", "(and (>= day 2019-12-01) (< day 2020-01-01))"),
        ("2020/2/29", "(and (>= day 2020-02-29) (< day 2020-03-01))"),
        ("2019-09-30", "(and (>= day 2019-09-30) (< day 2019-10-01))"),
        ("9999", "(>= day 9999-01-01)"),
        ("9999/12/31", "(>= day 9999-12-31)"),
        ("2019-09-30T10:00Z", "(= day 2019-09-30T10:00:00+00:00)"),
    ],
)
def test_a_date_path_is_a_period(value: str, expected: str) -> None:
    assert _refined(f"day:{value}") == expected


@pytest.mark.parametrize("value", ["", "x", "2019/13", "2019/02/30", "0", "2019/1/1/1"])
def test_what_is_no_date_path_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="Invalid date to parse"):
        _refined(f"day:{value}")


def test_a_parent_stands_for_what_is_below_it() -> None:
    assert _refined("path:a>b") == "(or (= path 'a>b') (starts path 'a>b>'))"


def _asked(facet: FacetQuery) -> tuple[str, str, str]:
    query = facet_query(facet)
    assert query.where is not None
    return shown(query.where), shown(query.group_by), shown(query.order_by)


def test_a_plain_field_is_grouped_by_itself() -> None:
    assert _asked(FacetQuery(NAME)) == ("(and (some name))", "name as value", "count desc")


def test_dates_are_grouped_level_by_level() -> None:
    assert _asked(FacetQuery(DAY)) == ("(and (some day))", "(year day) as value", "value desc")
    period = "(and (>= day 2019-01-01) (< day 2020-01-01))"
    assert _asked(FacetQuery(DAY, prefix="2019")) == (
        f"(and (some day) {period})",
        "(month day) as value",
        "value desc",
    )
    assert _asked(FacetQuery(DAY, prefix="2019/3", sort=FacetSort.COUNT))[1:] == (
        "(day day) as value",
        "count",
    )
    with pytest.raises(Invalid, match="nothing below the value 2019/03/04"):
        facet_query(FacetQuery(DAY, prefix="2019/03/04"))


def test_paths_are_grouped_level_by_level() -> None:
    assert _asked(FacetQuery(PATH))[1:] == ("(path_start path '>' 1 '') as value", "value")
    assert _asked(FacetQuery(PATH, prefix="a>b"))[1] == "(path_start path '>' 3 'a>b>') as value"
    with pytest.raises(Invalid, match="nothing below the value x"):
        facet_query(FacetQuery(NAME, prefix="x"))


@pytest.mark.parametrize("field", [SPOT, PHOTO], ids=lambda field: field.name)
def test_places_and_files_have_no_facets(field: Field) -> None:
    with pytest.raises(Invalid, match=rf"{field.type} are no facet values.*\(s\): facet"):
        facet_query(FacetQuery(field))


def test_values_are_named_by_their_last_step() -> None:
    rows: list[dict[str, Scalar]] = [
        {"value": 8, "count": 3},
        {"value": None, "count": 9},
        {"value": 12, "count": 1},
    ]
    assert facet_values(FacetQuery(DAY, prefix="2019"), rows) == [
        FacetValue("08", "2019/08", 3, is_parent=True),
        FacetValue("12", "2019/12", 1, is_parent=True),
    ]
    paths: list[dict[str, Scalar]] = [{"value": "a>b", "count": 1}]
    assert facet_values(FacetQuery(PATH), paths) == [FacetValue("b", "a>b", 1, is_parent=True)]


@pytest.mark.parametrize(
    ("value", "name"),
    [(3.0, "3"), (2.5, "2.5"), (True, "true"), (7, "7"), (1e300, "1e+300"), (dt.time(7, 5), "07:05:00")],
)
def test_values_are_printed_as_refinements_take_them(value: float, name: str) -> None:
    (found,) = facet_values(FacetQuery(SIZE), [{"value": value, "count": 1}])
    assert (found.name, found.path, found.is_parent) == (name, name, False)


def test_no_more_values_than_asked_for() -> None:
    rows: list[dict[str, Scalar]] = [{"value": number, "count": 1} for number in range(4)]
    assert len(facet_values(FacetQuery(SIZE, limit=3), rows)) == 3
    assert facet_query(FacetQuery(SIZE, limit=3)).limit == 4
