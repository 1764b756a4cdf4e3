"""No question, however odd, breaks the door: it is answered, or refused in the door's own words."""

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.house import EXPLORE, House

CLAUSES = [
    *("where", "select", "order_by", "group_by", "refine", "exclude", "facet", "timezone", "lang"),
    *("limit", "offset", "rows", "start", "apikey", "include_links", "include_app_metas", "x"),
]
WORDS = [
    *(
        "carrier",
        "delay",
        "distance",
        "day",
        "departed",
        "note",
        "late",
        "nothing",
        "_id",
        "_key",
        "recordid",
        "record_timestamp",
        "count",
        "search",
    ),
    *(
        "(",
        ")",
        ",",
        "*",
        "+",
        "-",
        "/",
        "=",
        "!=",
        "<",
        ">=",
        ":",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "as",
    ),
    *(
        "asc",
        "desc",
        "true",
        "false",
        "'x'",
        '"snow"',
        "`delay`",
        "date'2013-01-01'",
        "1",
        "2.5",
        "1e999",
        "0",
        "''",
    ),
    *(
        "'snow*'",
        "'%'",
        "9223372036854775808",
        "99999999999999999999",
        "date'9999-12-31T23:59:59Z'",
        "\x00",
        "é",
    ),
]
ODSQL = st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join)
FACETS = st.one_of(
    st.sampled_from(
        ["carrier", "day", "day:2013", "day:2013/01", "delay:2", "late:true", "note:snow", "x:y", "carrier:"]
    ),
    st.lists(
        st.sampled_from(
            [
                "name=",
                '"day"',
                "carrier",
                ",",
                "sort=",
                "-count",
                "limit=",
                "3",
                "disjunctive=",
                "true",
                "separator=",
                "'/'",
            ]
        ),
        max_size=8,
    ).map(lambda words: f"facet({''.join(words)})"),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBER = st.integers().map(str) | st.floats().map(str)
fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.lists(st.tuples(st.sampled_from(CLAUSES), ODSQL | TEXT | NUMBER), max_size=4))
@example([("where", "a" * 60_000)])
@example([("where", "(" * 10_000 + ")" * 10_000)])
@example([("where", " or ".join(["late"] * 5_000))])
@example([("where", "not " * 5_000 + "late")])
@example([("where", "delay in (" + "1," * 5_000 + "1)")])
@example([("where", "search('" + "word " * 5_000 + "')")])
@example([("select", ",".join([f"delay as a{one}" for one in range(2_000)]))])
@example([("limit", "9" * 5_000)])
@example([("where", "note = '\x00'")])
@example([("where", "search('\x00')")])
@example([("select", "'\x00' as x")])
@example([("select", "1e999 as x, -1e999 as y")])
@example([("select", "99999999999999999999999999999999999999999999 as x")])
@fuzz
def test_no_parameters_break_the_records(
    house: House, flights: str, params: list[tuple[str, str | int | float | bool | None]]
) -> None:
    answer = house.client.get(f"{EXPLORE}/{flights}/records", params=params)
    assert answer.status_code in {200, 400, 401}, answer.text
    answer.json()


@given(st.lists(st.tuples(st.sampled_from(CLAUSES), ODSQL | TEXT | NUMBER), max_size=4))
@fuzz
def test_no_parameters_break_the_catalogue(
    house: House, flights: str, params: list[tuple[str, str | int | float | bool | None]]
) -> None:
    answer = house.client.get(EXPLORE, params=params)
    assert answer.status_code in {200, 400, 401}, answer.text
    answer.json()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["facet", "refine", "exclude", "where", "timezone"]), FACETS | ODSQL | TEXT
        ),
        max_size=4,
    )
)
@example([("refine", "note:" + "x" * 60_000)])
@example([("facet", "facet(" + "name=" * 3_000 + ")")])
@example([("refine", "`" + "\\`" * 9_000)])
@example([("facet", "facet(name='day', limit=99999999999)"), ("refine", "day:9999/12/31")])
@example([("facet", "note"), ("refine", "note:\x00")])
@fuzz
def test_no_parameters_break_the_facets(
    house: House, flights: str, params: list[tuple[str, str | int | float | bool | None]]
) -> None:
    for path in (f"{EXPLORE}/{flights}/facets", EXPLORE.replace("/datasets", "/facets")):
        answer = house.client.get(path, params=params)
        assert answer.status_code in {200, 400}, answer.text
        answer.json()


@given(st.lists(st.tuples(st.sampled_from(CLAUSES), ODSQL | TEXT), max_size=3))
@settings(fuzz, max_examples=60)
def test_no_parameters_break_the_files(
    house: House, flights: str, params: list[tuple[str, str | int | float | bool | None]]
) -> None:
    for format_ in ("csv", "jsonl", "parquet"):
        answer = house.client.get(f"{EXPLORE}/{flights}/exports/{format_}", params=params)
        assert answer.status_code in {200, 400, 401}, answer.text


@given(TEXT.filter(lambda name: name.strip("/.")))  # clients take steps like `..` out of a path by themselves
@fuzz
def test_no_name_breaks_the_door(house: House, name: str) -> None:
    path = f"{EXPLORE}/{quote(name, safe='')}"
    assert house.client.get(path).status_code == 404
    assert house.client.get(f"{path}/records").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "where=%ff%fe",
        "where=%",
        "where=%zz",
        "where=%00",
        "&&&",
        "=",
        "where",
        "limit=%ff",
        "where=a%20%3D%20%27%ff%27",
    ],
)
def test_no_escape_breaks_the_door(house: House, flights: str, query: str) -> None:
    assert house.client.get(f"{EXPLORE}/{flights}/records?{query}").status_code in {200, 400}
    assert house.client.get(f"{EXPLORE}?{query}").status_code in {200, 400}
