"""Records of a dataset (sections 2, 3, 4.2, 4.3 and 7.1 of the reference)."""

from typing import Any

import pytest
from tests.dialects.explore.support import error, get
from tests.support.house import House


@pytest.fixture
def ask(house: House, flights: str) -> Any:
    """The records' answer to parameters: its body, all well."""

    def asked(**params: Any) -> Any:
        answer = get(house, f"/{flights}/records", **params)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert set(answer.json()) == {"total_count", "results"}
        return answer.json()

    return asked


@pytest.fixture
def refused(house: House, flights: str) -> Any:
    """The error that parameters are answered with: status, code, message."""

    def asked(**params: Any) -> tuple[int, str, str]:
        return error(get(house, f"/{flights}/records", **params))

    return asked


def test_a_record_is_flat_and_has_every_field_explore_4_2(ask: Any) -> None:
    body = ask(limit=5)
    assert body["total_count"] == 7
    assert body["results"][0] == {
        "carrier": "UA",
        "origin": "EWR",
        "delay": 2,
        "distance": 1400.5,
        "day": "2013-01-01",
        "departed": "2013-01-01T05:17:00+00:00",
        "note": "left on time",
        "late": False,
    }
    assert body["results"][1]["departed"] == "2013-01-01T03:33:00+00:00"
    assert body["results"][3]["departed"] is None
    assert body["results"][3]["note"] == "Éclair sky"
    assert body["results"][4]["note"] is None


@pytest.mark.parametrize(
    ("params", "rows"),
    [
        ({}, 7),
        ({"limit": 3}, 3),
        ({"limit": 0}, 0),
        ({"limit": -1}, 7),
        ({"limit": 100}, 7),
        ({"offset": 5}, 2),
        ({"limit": 2, "offset": 6}, 1),
        ({"offset": 9_990}, 0),
        ({"rows": 2}, 2),
        ({"rows": 2, "start": 6}, 1),
        ({"limit": "", "offset": "", "where": "", "select": "", "order_by": "", "group_by": ""}, 7),
        ({"groupby": "carrier", "nonsense": "("}, 7),
    ],
)
def test_a_page_has_so_many_rows_and_the_exact_total(ask: Any, params: Any, rows: int) -> None:
    body = ask(**params)
    assert (len(body["results"]), body["total_count"]) == (rows, 7)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"limit": 1473}, "limit API parameter: 1473 was found but -1 <= limit <= 100 is expected."),
        ({"limit": 101}, "limit API parameter: 101 was found but -1 <= limit <= 100 is expected."),
        ({"limit": -2}, "limit API parameter: -2 was found but -1 <= limit <= 100 is expected."),
        ({"limit": "ten"}, "limit API parameter: ten was found but -1 <= limit <= 100 is expected."),
        ({"offset": -1}, "offset API parameter: -1 was found but 0 <= offset is expected."),
        (
            {"limit": 100, "offset": 9_901},
            "sum of offset + limit API parameter: 10001 was found but <= 10000 is expected.",
        ),
        (
            {"limit": 20_001, "group_by": "carrier"},
            "limit API parameter: 20001 was found but -1 <= limit <= 20000 is expected.",
        ),
        (
            {"limit": 20_000, "offset": 1, "group_by": "carrier"},
            "sum of offset + limit API parameter: 20001 was found but <= 20000 is expected.",
        ),
    ],
)
def test_a_page_out_of_range_is_refused_in_the_known_words(refused: Any, params: Any, message: str) -> None:
    assert refused(**params) == (400, "InvalidRESTParameterError", f"Invalid value for {message}")


def test_the_bound_is_inclusive_explore_3_offset_inclusive(ask: Any) -> None:
    assert ask(limit=100, offset=9_900)["results"] == []
    assert len(ask(group_by="carrier", limit=20_000)["results"]) == 4


@pytest.mark.parametrize(
    ("where", "delays"),
    [
        ("delay = 2", [2, 2]),
        ("delay != 2", [4, -1, -6, 120, 45]),
        ("delay > 4", [120, 45]),
        ("delay <= -1", [-1, -6]),
        ("carrier = 'AA'", [2, 45]),
        ('carrier = "AA"', [2, 45]),
        ("carrier = 'aa'", []),
        ("day >= date'2013-01-03'", [-6, 120, 45]),
        ("departed < '2013-01-01T05:00:00'", [4]),
        ("late = true", [120, 45]),
        ("late", [120, 45]),
        ("not late and delay > 3", [4]),
        ("delay > 100 or delay < -5", [-6, 120]),
        ("note is null", [-6]),
        ("carrier in ('DL', 'B6')", [-1, -6]),
        ("search('snow')", [120, 45]),
        ("'SNOW'", [120, 45]),
        ("search(note, 'eclair')", [-1]),
        ("search(carrier, 'snow')", []),
    ],
)
def test_a_condition_filters_rows_and_total(ask: Any, where: str, delays: list[int]) -> None:
    body = ask(where=where)
    assert [one["delay"] for one in body["results"]] == delays
    assert body["total_count"] == len(delays)
    assert ask(where=where, limit=0)["total_count"] == len(delays)


def test_several_conditions_are_parsed_one_by_one_and_all_must_hold(ask: Any) -> None:
    body = ask(where=["delay = 2 or delay = 45", "carrier = 'AA'"])
    assert [one["delay"] for one in body["results"]] == [2, 45]


@pytest.mark.parametrize(
    ("order_by", "delays"),
    [
        ("delay", [-6, -1, 2, 2, 4, 45, 120]),
        ("delay desc", [120, 45, 4, 2, 2, -1, -6]),
        ("-delay", [120, 45, 4, 2, 2, -1, -6]),
        ("carrier, delay desc", [45, 2, -1, -6, 120, 4, 2]),
        (["carrier", "delay desc"], [45, 2, -1, -6, 120, 4, 2]),
        ("departed desc", [45, 120, -6, 2, 2, 4, -1]),
        ("departed", [4, 2, 2, -6, 120, 45, -1]),
    ],
)
def test_rows_come_in_the_order_that_was_asked_nulls_last(ask: Any, order_by: Any, delays: list[int]) -> None:
    assert [one["delay"] for one in ask(order_by=order_by)["results"]] == delays


def test_select_names_what_is_shown(ask: Any) -> None:
    assert ask(select="carrier, delay as minutes", limit=1)["results"] == [{"carrier": "UA", "minutes": 2}]
    assert ask(select=["delay", "carrier"], limit=1)["results"] == [{"delay": 2, "carrier": "UA"}]


def test_groups_have_their_keys_and_counts_and_an_exact_total_explore_4_3(ask: Any) -> None:
    assert ask(group_by="carrier", select="carrier, count(*)", order_by="count(*) desc, carrier") == {
        "total_count": 4,
        "results": [
            {"carrier": "UA", "count(*)": 3},
            {"carrier": "AA", "count(*)": 2},
            {"carrier": "B6", "count(*)": 1},
            {"carrier": "DL", "count(*)": 1},
        ],
    }
    assert ask(group_by="carrier", limit=1) == {"total_count": 4, "results": [{"carrier": "AA"}]}
    counted = ask(group_by="late", select="count(*) as n", where="delay > 3")
    assert counted == {"total_count": 2, "results": [{"late": False, "n": 1}, {"late": True, "n": 2}]}
    assert ask(group_by="departed", select="count(*)", limit=0)["total_count"] == 7
    dated = ask(group_by="day", limit=1)["results"]
    assert dated == [{"day": "2013-01-01"}]


def test_a_null_is_a_group(ask: Any) -> None:
    assert {"note": None} in ask(group_by="note")["results"]


def test_an_aggregate_without_groups_stands_in_every_row(ask: Any) -> None:
    assert ask(select="count(*)", where="late") == {"total_count": 2, "results": [{"count(*)": 2}] * 2}


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        ({"where": "garbage=="}, "ODSQLSyntaxError", "unexpected = at position 8 in garbage==."),
        ({"where": "1_uai = 2"}, "ODSQLSyntaxError", "unexpected _uai at position 1"),
        (
            {"where": 'contains(objet, "espaces verts")'},
            "ODSQLSyntaxError",
            "unexpected ( at position 8 in contains(",
        ),
        ({"where": "delay ="}, "ODSQLSyntaxError", "unexpected end of line"),
        ({"where": "foo = 1"}, "ODSQLError", "Unknown field: foo. Clause(s) containing the error(s): where."),
        ({"select": "foo"}, "ODSQLError", "Unknown field: foo. Clause(s) containing the error(s): select."),
        (
            {"order_by": "foo"},
            "ODSQLError",
            "Unknown field: foo. Clause(s) containing the error(s): order_by.",
        ),
        (
            {"group_by": "foo"},
            "ODSQLError",
            "Unknown field: foo. Clause(s) containing the error(s): group_by.",
        ),
        ({"where": "search(foo, 'x')"}, "ODSQLError", "Unknown field: foo."),
        ({"group_by": "carrier", "select": "delay"}, "ODSQLError", "delay"),
        ({"select": "delay as x, carrier as x"}, "ODSQLError", "Alias 'x' is declared several times"),
        ({"where": "count(*) > 1"}, "ODSQLError", "where"),
        (
            {"where": "delay = '2'"},
            "IncompatibleTypesInComparisonFilter",
            "Clause(s) containing the error(s): where.",
        ),
        ({"where": "day > '-01'"}, "ODSQLError", "Invalid date to parse '-01'."),
    ],
)
def test_a_wrong_clause_is_told_in_the_known_words(refused: Any, params: Any, code: str, words: str) -> None:
    status, found, message = refused(**params)
    assert (status, found) == (400, code)
    assert words in message
    assert message.startswith("ODSQL ")


def test_a_dataset_answers_to_its_uid_too(house: House, flights: str) -> None:
    uid = get(house, f"/{flights}").json()["dataset_uid"]
    assert get(house, f"/{uid}/records").content == get(house, f"/{flights}/records").content
