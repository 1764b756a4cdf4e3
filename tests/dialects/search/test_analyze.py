"""Analyses (section 12.4 of the reference)."""

from typing import Any

import pytest
from tests.dialects.search.support import CITIES, RECORDS, ask, error
from tests.support.house import House

COUNT: dict[str, Any] = {"y__n__func": "COUNT"}


def _analyze(house: House, **params: Any) -> Any:
    answer = ask(house, f"{RECORDS}/analyze", dataset=CITIES, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _y(func: str, expr: str, **more: Any) -> dict[str, Any]:
    return {"y__s__func": func, "y__s__expr": expr, **{f"y__s__{name}": one for name, one in more.items()}}


X: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "text": ({"x": "country"}, [["FR", 3], ["IS", 1], ["IT", 1]]),
    "number": ({"x": "pop", "q": "pop>500"}, [[520, 1], [2100, 1], [2800, 1]]),
    "boolean": ({"x": "port"}, [[False, 3], [True, 2]]),
    "list": ({"x": "tags"}, [["big", 2], ["river", 3], ["sea", 1]]),
    "date": ({"x": "founded"}, [["1950-03-01", 1], ["1950-07-14", 1], ["1951-01-02", 2]]),
    "date-known-in-part": ({"x": "since"}, [["1977-03", 1], ["2020-07", 1]]),
    "moment": ({"x": "seen", "q": "paris"}, [["2020-01-01T10:00:00+00:00", 1]]),
    "moment-zone": (
        {"x": "seen", "q": "paris", "timezone": "Europe/Paris"},
        [["2020-01-01T11:00:00+01:00", 1]],
    ),
    "year": ({"x": "founded.year"}, [[{"year": 1950}, 2], [{"year": 1951}, 2]]),
    "month": (
        {"x": ["founded.year", "founded.month"]},
        [[{"year": 1950, "month": 3}, 1], [{"year": 1950, "month": 7}, 1], [{"year": 1951, "month": 1}, 2]],
    ),
    "day": ({"x": "founded.day"}, [[{"day": 1}, 1], [{"day": 2}, 2], [{"day": 14}, 1]]),
    "hour": ({"x": "seen.hour"}, [[{"hour": 10}, 2], [{"hour": 11}, 2]]),
    "hour-zone": ({"x": "seen.hour", "timezone": "Europe/Paris"}, [[{"hour": 11}, 2], [{"hour": 12}, 2]]),
    "minute": ({"x": "seen.minute"}, [[{"minute": 0}, 4]]),
    "weekday": ({"x": "founded.weekday"}, [[{"weekday": 1}, 2], [{"weekday": 2}, 1], [{"weekday": 4}, 1]]),
    "yearday": ({"x": "founded.yearday"}, [[{"yearday": 2}, 2], [{"yearday": 60}, 1], [{"yearday": 195}, 1]]),
    "precision": ({"x": "founded", "precision": "year"}, [[{"year": 1950}, 2], [{"year": 1951}, 2]]),
    "precision-month": (
        {"x": "founded", "precision": "month", "periodic": "year"},
        [[{"year": 1950, "month": 3}, 1], [{"year": 1950, "month": 7}, 1], [{"year": 1951, "month": 1}, 2]],
    ),
    "periodic": (
        {"x": "founded", "periodic": "month"},
        [[{"month": 1}, 2], [{"month": 3}, 1], [{"month": 7}, 1]],
    ),
    "periodic-weekday": (
        {"x": "seen", "precision": "hour", "periodic": "weekday", "q": "paris OR rome"},
        [[{"weekday": 2, "hour": 10}, 1], [{"weekday": 2, "hour": 11}, 1]],
    ),
    "several": (
        {"x": ["country", "port"], "q": "country:FR"},
        [[{"country": "FR", "port": False}, 2], [{"country": "FR", "port": True}, 1]],
    ),
    "several-with-a-date": (
        {"x": ["founded.year", "founded.month", "country"], "q": "founded:1951"},
        [
            [{"founded": {"year": 1951, "month": 1}, "country": "FR"}, 1],
            [{"founded": {"year": 1951, "month": 1}, "country": "IT"}, 1],
        ],
    ),
    "refined": ({"x": "country", "refine__port": "true"}, [["FR", 1], ["IS", 1]]),
    "nothing": ({"x": "country", "q": "zzz"}, []),
}


@pytest.mark.parametrize(
    ("params", "expected"), [pytest.param(*case, id=f"explore-12.4-x-{name}") for name, case in X.items()]
)
def test_records_are_grouped(house: House, params: dict[str, Any], expected: list[Any]) -> None:
    assert [[one["x"], one["n"]] for one in _analyze(house, **params, **COUNT)] == expected


Y: dict[str, tuple[dict[str, Any], Any]] = {
    "COUNT": (_y("COUNT", ""), 3),
    "COUNT-of-anything": (_y("COUNT", "note"), 3),
    "COUNT-unsaid": ({"y__s__cumulative": "false"}, 3),
    "AVG": (_y("AVG", "pop"), 930.0),
    "AVG-small": (_y("avg", "pop"), 930.0),
    "SUM": (_y("SUM", "pop"), 2790),
    "MIN": (_y("MIN", "pop"), 170),
    "MAX": (_y("MAX", "pop"), 2100),
    "MAX-of-dates": (_y("MAX", "founded"), "1951-01-02"),
    "MAX-of-dates-known-in-part": (_y("MAX", "since"), "2020-07"),
    "MIN-of-moments": ({**_y("MIN", "seen"), "timezone": "Europe/Paris"}, "2020-01-01T11:00:00+01:00"),
    "STDDEV": (_y("STDDEV", "pop"), pytest.approx(839.563378588339)),
    "SUMSQUARES": (_y("SUMSQUARES", "pop"), 4709300.0),
    "QUANTILES": (_y("QUANTILES", "pop"), {"50.0": 520.0}),
    "QUANTILES-subsets": (_y("QUANTILES", "pop", subsets="0,25,100"), {"0.0": 170.0, "25.0": 345.0, "100.0": 2100.0}),
    "expr-times": (_y("SUM", "pop * 1000"), 2_790_000),
    "expr-of-fields": (_y("MAX", "pop / area"), pytest.approx(19.924, abs=0.001)),
    "constant": (_y("AVG", "7"), 7),
    "constant-sum": (_y("SUM", "7"), 21),
    "constant-stddev": (_y("STDDEV", "7"), 0.0),
    "constant-squares": (_y("SUMSQUARES", "2"), 12),
    "constant-quantile": (_y("QUANTILES", "7"), {"50.0": 7}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "value"), [pytest.param(*case, id=f"explore-12.4-y-{name}") for name, case in Y.items()]
)
def test_series_are_counted(house: House, params: dict[str, Any], value: Any) -> None:
    assert _analyze(house, x="country", q="country:FR", **params) == [{"x": "FR", "s": value}]
    assert _analyze(house, q="country:FR", **params) == [{"s": value}]


def test_several_series_stand_side_by_side(house: House) -> None:
    found = _analyze(house, x="country", maxpoints=1, **{"y.serie1-1.func": "COUNT", **_y("MAX", "pop")})
    assert found == [{"x": "FR", "serie1-1": 3, "s": 2100}]


def test_nothing_has_no_values(house: House) -> None:
    assert _analyze(house, q="zzz", **COUNT, **_y("SUM", "pop")) == [{"n": 0, "s": None}]
    assert _analyze(house, x="country", q="reykjavik", **_y("SUM", "area")) == [{"x": "IS", "s": None}]


SORTED: dict[str, tuple[str, list[str]]] = {
    "x": ("x.country", ["FR", "IS", "IT"]),
    "x-alone": ("x", ["FR", "IS", "IT"]),
    "x-back": ("-x.country", ["IT", "IS", "FR"]),
    "y": ("y.s", ["IT", "FR", "IS"]),
    "y-back": ("-y.s", ["IS", "FR", "IT"]),
    "y-by-name": ("s", ["IT", "FR", "IS"]),
    "y-by-name-back": ("-s", ["IS", "FR", "IT"]),
    "y-then-x": ("n,x.country", ["FR", "IS", "IT"]),
}


@pytest.mark.parametrize(
    ("sort", "expected"),
    [pytest.param(*case, id=f"explore-12.4-sort-{name}") for name, case in SORTED.items()],
)
def test_groups_are_sorted(house: House, sort: str, expected: list[str]) -> None:
    found = _analyze(house, x="country", sort=sort, **COUNT, **_y("MAX", "pop"))
    assert [one["x"] for one in found] == expected


def test_maxpoints_cuts(house: House) -> None:
    answer = ask(house, f"{RECORDS}/analyze", dataset=CITIES, x="country", sort="n", maxpoints=2, **COUNT)
    assert [one["x"] for one in answer.json()] == ["FR", "IS"]
    assert "ods-analyze-truncated" not in answer.headers
    for all_ in (0, -1, ""):
        assert len(_analyze(house, x="country", maxpoints=all_, **COUNT)) == 3


def test_a_series_is_added_up(house: House) -> None:
    found = _analyze(house, x="founded.year", **_y("SUM", "pop", cumulative="true"), **COUNT)
    assert [(one["s"], one["n"]) for one in found] == [(2270, 2), (5590, 2)]
    found = _analyze(house, x=["founded.year", "country"], **_y("COUNT", "", cumulative="true"))
    assert [(one["x"]["founded"]["year"], one["x"]["country"], one["s"]) for one in found] == [
        (1950, "FR", 2),
        (1951, "FR", 3),
        (1951, "IT", 1),
    ]


def test_sums_that_leave_64_bits_are_null(house: House) -> None:
    most = 2**63 - 1
    name = house.published(f"name,big\na,{most}\nb,1\nc,-5\n", dataset_id="large")["dataset_id"]
    asked: dict[str, Any] = {
        "dataset": name,
        "x": "name",
        "agg__t__func": "SUM,MAX,SUM",
        "agg__t__expr": "s",
        **_y("SUM", "big", cumulative="true"),
        "y__k__func": "SUMSQUARES",
        "y__k__expr": "9000000000000000",
    }
    answer = ask(house, f"{RECORDS}/analyze", **asked)
    assert answer.status_code == 200, answer.text
    found = [(one["s"], one["k"]) for one in answer.json()["results"]]
    assert found == [(most, None), (None, None), (most - 4, None)]
    assert answer.json()["aggregations"] == {"t": {"sum": None, "max": most}}


AGGREGATED: dict[str, tuple[dict[str, Any], Any]] = {
    "one": ({"agg__n__func": "SUM"}, {"n": 5}),
    "several": ({"agg__a__func": "MIN,MAX", "agg__a__expr": "n"}, {"a": {"min": 1, "max": 3}}),
    "AVG": ({"agg__n__func": "AVG"}, {"n": pytest.approx(5 / 3)}),
    "COUNT": ({"agg__n__func": "COUNT"}, {"n": 3}),
    "STDDEV": ({"agg__n__func": "STDDEV"}, {"n": pytest.approx(0.9428, abs=0.0001)}),
    "SUMSQUARES": ({"agg__n__func": "SUMSQUARES"}, {"n": 11}),
    "QUANTILES": (
        {"agg__n__func": "QUANTILES", "agg__n__subsets": "50,75"},
        {"n": {"50.0": 1.0, "75.0": 2.0}},
    ),
    "nothing": ({"agg__n__func": "MAX", "q": "zzz"}, {"n": None}),
}


@pytest.mark.parametrize(
    ("params", "expected"),
    [pytest.param(*case, id=f"explore-12.4-agg-{name}") for name, case in AGGREGATED.items()],
)
def test_series_are_aggregated(house: House, params: dict[str, Any], expected: Any) -> None:
    body = _analyze(house, x="country", **COUNT, **params)
    assert set(body) == {"results", "aggregations"}
    assert body["aggregations"] == expected


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "y": ({"x": "country"}, "A parameter y.NAME.func is missing."),
    "x": ({"x": "nothing", **COUNT}, "Unknown field: nothing. (parameter x)"),
    "x-part": ({"x": "founded.century", **COUNT}, "Invalid value for x API parameter: founded.century"),
    "x-part-of-text": ({"x": "name.year", **COUNT}, "Invalid value for x API parameter: name.year"),
    "x-place": ({"x": "geo_point_2d", **COUNT}, "Aggregation on geo point field is not possible."),
    "func": ({"x": "country", "y__n__func": "MODE"}, "Invalid value for y.n.func API parameter: MODE"),
    "expr-missing": ({"x": "country", "y__n__func": "SUM"}, "The parameter y.n.expr is missing."),
    "expr-unknown": ({"x": "country", **_y("SUM", "nothing")}, "Unknown field: nothing. (parameter fields or y"),
    "expr-text": ({"x": "country", **_y("SUM", "name")}, "StatAggregation only supports numeric"),
    "expr-broken": ({"x": "country", **_y("SUM", "((")}, "Invalid value for y.s.expr API parameter: (("),
    "expr-several": ({"x": "country", **_y("SUM", "pop,area")}, "Invalid value for y.s.expr API parameter: pop,area"),
    "expr-aggregated": ({"x": "country", **_y("SUM", "sum(pop)")}, "sum() cannot be taken over an aggregation."),
    "subsets": ({"x": "country", **_y("QUANTILES", "pop", subsets="101")}, "Invalid value for y.s.subsets"),
    "subsets-text": ({"x": "country", **_y("QUANTILES", "pop", subsets="a")}, "Invalid value for y.s.subsets"),
    "cumulative": ({"x": "country", "y__n__cumulative": "often"}, "Invalid value for y.n.cumulative"),
    "sort": ({"x": "country", "sort": "nothing", **COUNT}, "Invalid value for sort API parameter: nothing"),
    "sort-order": ({"x": "country", "sort": "x.country,n", **COUNT}, "Aggregations must come before fields."),
    "maxpoints": ({"x": "country", "maxpoints": "many", **COUNT}, "Invalid value for maxpoints API parameter: many"),
    "precision": ({"x": "founded", "precision": "age", **COUNT}, "Invalid value for precision API parameter: age"),
    "periodic": ({"x": "founded", "periodic": "age", **COUNT}, "Invalid value for periodic API parameter: age"),
    "agg-many": (
        {"x": "country", **{f"agg__a{at}__func": "MIN" for at in range(51)}, **COUNT},
        "Invalid value for agg API parameter: 51 series",
    ),
    "agg": ({"x": "country", "agg__n__func": "MODE", **COUNT}, "Invalid value for agg.n.func API parameter: MODE"),
    "agg-expr": ({"x": "country", "agg__a__func": "MIN", **COUNT}, "Invalid value for agg.a.expr API parameter: a"),
    "join": ({"join__geo__remotedataset": "x", **COUNT}, "Datasets cannot be joined here."),
    "q": ({"x": "country", "refine__nothing": "1", **COUNT}, "Unknown field: nothing. (parameter refine)"),
    "many-series": ({f"y__{at}__func": "COUNT" for at in range(51)}, "Invalid value for y API parameter: 51 series"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "message"),
    [pytest.param(*case, id=f"explore-12.4-{name}-wrong") for name, case in WRONG.items()],
)
def test_what_is_wrong_is_said(house: House, params: dict[str, Any], message: str) -> None:
    status, text = error(ask(house, f"{RECORDS}/analyze", dataset=CITIES, **params))
    assert status == 400
    assert text.startswith(message)


def test_too_many_groups_are_told_of_explore_12_4_truncated(house: House) -> None:
    rows = "\n".join(map(str, range(20_001)))
    house.published(f"n\n{rows}\n", dataset_id="numbers")
    answer = ask(house, f"{RECORDS}/analyze", dataset="numbers", x="n", **COUNT)
    assert len(answer.json()) == 20_000
    assert answer.headers["ods-analyze-truncated"] == "true"
    answer = ask(house, f"{RECORDS}/analyze", dataset="numbers", x="n", maxpoints=10, **COUNT)
    assert "ods-analyze-truncated" not in answer.headers
