"""The `q` language (section 13 of the reference), as it is answered, here and as `qv1` of Explore."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.search.support import CITIES, NAMES, RECORDS, ask, error, names
from tests.support.house import EXPLORE, House

PARIS, HAVRE, LYON, ROME, REYKJAVIK = NAMES

CASES: dict[str, tuple[str, list[str]]] = {
    "word": ("paris", [PARIS]),
    "word-begun": ("reyk", [REYKJAVIK]),
    "word-in-any-case-without-accents": ("LUMIERE", [PARIS]),
    "word-in-a-list": ("river", [PARIS, LYON, ROME]),
    "words-side-by-side": ("river ville", [PARIS]),
    "and": ("river AND deux", [LYON]),
    "or": ("paris OR lyon", [PARIS, LYON]),
    "or-below-and": ("paris river OR sea", [PARIS, HAVRE]),
    "not": ("NOT river", [HAVRE, REYKJAVIK]),
    "and-not": ("river AND NOT paris", [LYON, ROME]),
    "not-side-by-side": ("river NOT paris NOT rome", [LYON]),
    "parentheses": ("(paris OR sea) NOT ville", [HAVRE]),
    "lower-case-signs-are-words": ("paris or lyon", []),
    "phrase": ('"ville lumiere"', [PARIS]),
    "phrase-in-another-order": ('"lumiere ville"', []),
    "phrase-is-not-begun": ('"ville lum"', []),
    "field": ("name:paris", [PARIS]),
    "field-words-are-whole": ("name:par", []),
    "field-wildcard": ("name:par*", [PARIS]),
    "field-phrase": ('name:"le havre"', [HAVRE]),
    "field-without-that-word": ("name:river", []),
    "field-with-blanks": ("pop >= 2100", [PARIS, ROME]),
    "field-number": ("pop:520", [LYON]),
    "field-double": ("area:105.4", [PARIS]),
    "field-boolean": ("port:true", [HAVRE, REYKJAVIK]),
    "field-boolean-as-number": ("port:0", [PARIS, LYON, ROME]),
    "field-date-as-year": ("founded:1950", [PARIS, HAVRE]),
    "field-date-as-month": ("founded:1950/03", [PARIS]),
    "field-date-as-day": ("founded:1951/01/02", [LYON, ROME]),
    "field-date-as-iso": ("founded:1950-07-14", [HAVRE]),
    "field-moment": ('seen="2020-01-01T10:00:00Z"', [PARIS]),
    "exact": ("name=Paris", [PARIS]),
    "exact-is-exact": ("name=paris", []),
    "exact-twice": ('name=="Le Havre"', [HAVRE]),
    "exact-of-a-list": ("tags=sea", [HAVRE]),
    "greater": ("pop>520", [PARIS, ROME]),
    "less": ("pop<170", [REYKJAVIK]),
    "less-or-same": ("pop<=170", [HAVRE, REYKJAVIK]),
    "date-from": ("founded>=1951", [LYON, ROME]),
    "date-after-a-year-is-after-all-of-it": ("founded>1950", [LYON, ROME]),
    "date-until-a-year-is-until-its-end": ("founded<=1950", [PARIS, HAVRE]),
    "date-before": ("founded<1950/07/14", [PARIS]),
    "date-without-any-value": ("seen>2021", []),
    "range": ("pop:[170 TO 520]", [HAVRE, LYON]),
    "range-of-dates": ("founded:[1950/01 TO 1950/12]", [PARIS, HAVRE]),
    "range-to-the-end-of-a-day": ("seen:[2020-01-01 TO 2020-01-02]", [PARIS, HAVRE]),
    "range-open": ("pop:]170 TO 2100[", [LYON]),
    "range-without-end": ("pop:[520 TO *]", [PARIS, LYON, ROME]),
    "range-of-everything": ("area:[* TO *]", [PARIS, HAVRE, LYON, ROME]),
    "now": ("seen<#now()", [PARIS, HAVRE, LYON, ROME]),
    "now-told": ("seen>=#now(year=2021,month=1,day=1,hour=0)", [ROME]),
    "now-shifted": ("seen>#now(days=-1)", []),
    "now-in-a-range": ("seen:[#now(year=2020,month=2,day=1) TO #now()]", [LYON, ROME]),
    "null": ("#null(note)", [HAVRE, REYKJAVIK]),
    "null-of-a-list": ("#null(tags)", [REYKJAVIK]),
    "exact-function": ('#exact(name,"Le Havre")', [HAVRE]),
    "exact-function-is-exact": ('#exact(name,"le havre")', []),
    "search-function": ('#search(name,"pariss")', [PARIS]),
    "search-function-of-several": ('#search(name,note,"fleuves")', [LYON]),
    "search-function-of-all": ('#search(*,"fleuves")', [LYON]),
    "startswith-function": ('#startswith(name,"R")', [ROME, REYKJAVIK]),
    "startswith-function-is-exact": ('#startswith(name,"r")', []),
    "function-negated": ("NOT #null(note) NOT paris", [LYON, ROME]),
    "recordid-of-nothing": ("recordid:0123", []),
    "record-timestamp": ("record_timestamp>=2020", NAMES),
    "value-of-another-type": ("pop:many", []),
    "value-of-another-type-ordered": ("pop>many", []),
    "date-that-is-none": ("founded:1950/13", []),
    "boolean-that-is-none": ("port:perhaps", []),
    "list-has-no-order": ("tags>b", []),
    "number-beyond-numbers": ("pop<1e999", []),
    "nothing": ("   ", NAMES),
    "no-word": ("*:*", NAMES),
    "unknown-field-is-a-word": ("nothing:paris", []),
    "unknown-field-in-an-address": ("http://paris", []),
    "broken-parenthesis-is-text": ("(paris", [PARIS]),
    "broken-phrase-is-text": ('"ville lumiere', [PARIS]),
    "broken-end-is-text": ("paris AND", []),
    "broken-range-is-text": ("pop:[1 TO", []),
    "unknown-function-is-text": ("#paris", [PARIS]),
    "unknown-function-with-arguments-is-text": ("#unknown(paris)", []),
    "function-of-an-unknown-field-is-text": ('#exact(paris,"paris")', []),
    "function-without-arguments-is-text": ("#null()", []),
    "now-that-does-not-exist-is-text": ("seen>#now(month=13)", []),
}


@pytest.mark.parametrize(
    ("q", "expected"), [pytest.param(*case, id=f"explore-13-{name}") for name, case in CASES.items()]
)
def test_the_language_finds_what_it_says(house: House, q: str, expected: list[str]) -> None:
    assert names(house, q=q) == expected


PLACES: dict[str, tuple[str, list[str]]] = {
    "distance": ('#distance(geo_point_2d,"45.76,4.83",1000)', [LYON]),
    "distance-without-a-field": ('#distance("45.76,4.83",1000)', [LYON]),
    "distance-without-quotes": ("#distance(geo_point_2d,45.76,4.83,1000)", [LYON]),
    "distance-of-no-place-is-text": ('#distance(geo_point_2d,"nowhere",1000)', []),
    "polygon": ('#polygon(geo_point_2d,"(45,4),(46,4),(46,5),(45,5)")', [LYON]),
    "polygon-without-quotes": ("#polygon(geo_point_2d,(45,4),(46,4),(46,5),(45,5))", [LYON]),
    "polygon-of-two-corners-is-text": ('#polygon(geo_point_2d,"(45,4),(46,4)")', []),
    "geometry": ('#geometry(geo_shape,"(48.6,2.1),(48.7,2.1),(48.7,2.2)")', [PARIS]),
    "geometry-as-wkt": ('#geometry(geo_shape,"POINT(2.5 48.9)")', [PARIS]),
    "geometry-that-is-none-is-text": ('#geometry(geo_shape,"somewhere")', []),
    "negated": ('NOT #distance("45.76,4.83",1000) river', [PARIS, ROME]),
}


@pytest.mark.parametrize(
    ("q", "expected"), [pytest.param(*case, id=f"explore-13-{name}") for name, case in PLACES.items()]
)
def test_places_are_found(house: House, q: str, expected: list[str]) -> None:
    assert names(house, q=q) == expected


def test_a_record_is_found_by_its_id(house: House) -> None:
    wanted = ask(house, f"{RECORDS}/search", dataset=CITIES, rows=1, start=2).json()["records"][0]["recordid"]
    assert names(house, q=f"recordid:{wanted}") == names(house, q=f'recordid="{wanted}"') == [LYON]


@given(st.text(max_size=200) | st.text(alphabet='aé1 :=<>[]()"#,*/.-ANDORTnamepopsen', max_size=60))
def test_any_text_is_answered(house: House, text: str) -> None:
    answer = ask(house, f"{RECORDS}/search", dataset=CITIES, q=text, rows=0)
    assert answer.status_code == 200, (text, answer.text)


@pytest.mark.parametrize(
    ("q", "message"),
    [
        pytest.param("a" * 20_001, "more than 20,000 characters", id="explore-13-long"),
        pytest.param(" OR ".join(["name:a"] * 101), "more than 100 texts", id="explore-13-many-texts"),
        pytest.param(" OR ".join(["pop:1"] * 1001), "more than 1,000 terms", id="explore-13-many-terms"),
        pytest.param("(" + "#distance(0,0,1) " * 21, "more than 20 places", id="explore-13-many-places"),
        pytest.param(["a" * 9_000] * 3, "more than 20,000 characters", id="explore-12.1-q-long"),
        pytest.param(["name:a"] * 101, "more than 100 texts", id="explore-12.1-q-many-texts"),
        pytest.param(["("] * 101, "more than 100 texts", id="explore-12.1-q-many-broken"),
        pytest.param([" OR ".join(["pop:1"] * 501)] * 2, "more than 1,000 terms", id="explore-12.1-q-terms"),
        pytest.param(["#distance(0,0,1)"] * 21, "more than 20 places", id="explore-12.1-q-many-places"),
    ],
)
@pytest.mark.parametrize("others", ["q.{}", "rq"])
def test_what_would_take_too_long_is_refused(
    house: House, q: str | list[str], message: str, others: str
) -> None:
    """Several texts are asked together, whatever they are called."""
    first, *more = [q] if isinstance(q, str) else q
    named: dict[str, list[str]] = {"q": [first]}
    for at, text in enumerate(more):
        named.setdefault(others.format(at), []).append(text)
    answer = house.client.post(f"{RECORDS}/search", data={"dataset": CITIES, **named})
    status, text = error(answer)
    assert status == 400
    assert text.startswith(f"Invalid value for q API parameter: {message}")


@pytest.mark.parametrize("path", [f"/{CITIES}/records", f"/{CITIES}/facets", ""])
def test_several_texts_of_widgets_have_the_bounds_of_one(house: House, path: str) -> None:
    answer = house.client.get(
        f"{EXPLORE}{path}", params={"qv1": ["recordid:1"] * 600 + ["datasetid:1"] * 401}
    )
    assert answer.status_code == 400
    assert answer.json()["error_code"] == "InvalidRESTParameterError"
    assert answer.json()["message"].startswith("Invalid value for qv1 API parameter: more than ")


def test_long_texts_of_people_are_looked_for(house: House) -> None:
    assert names(house, q="paris " * 150) == [PARIS]


@pytest.mark.parametrize(
    ("path", "params"),
    [
        pytest.param("/records", {"select": "name", "limit": 100}, id="explore-3-qv1-records"),
        pytest.param("/exports/json", {"select": "name"}, id="explore-3-qv1-exports"),
    ],
)
def test_explore_understands_the_language(house: House, path: str, params: dict[str, Any]) -> None:
    def found(**more: Any) -> list[str]:
        answer = house.client.get(f"{EXPLORE}/{CITIES}{path}", params={**params, **more})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return [one["name"] for one in (body if isinstance(body, list) else body["results"])]

    assert found(qv1="(pop>=520) AND (country:FR)") == [PARIS, LYON]
    assert found(qv1=["river", "NOT paris"], where="pop < 1000") == [LYON]
    assert found(qv1="(broken") == []
    assert found(qv1="") == NAMES


@pytest.mark.parametrize(
    ("qv1", "counts"),
    [
        pytest.param("country:FR AND river", {"FR": 2}, id="explore-3-qv1-facets"),
        pytest.param("port:true", {"FR": 1, "IS": 1}, id="explore-3-qv1-facets-boolean"),
    ],
)
def test_facets_of_explore_count_by_it(house: House, qv1: str, counts: dict[str, int]) -> None:
    answer = house.client.get(f"{EXPLORE}/{CITIES}/facets", params={"facet": "country", "qv1": qv1})
    (facet,) = answer.json()["facets"]
    assert {one["name"]: one["count"] for one in facet["facets"]} == counts


@pytest.mark.parametrize(
    ("qv1", "count"),
    [
        pytest.param("cities", 1, id="explore-3-qv1-catalogue-word"),
        pytest.param("title:cities AND records_count>=5", 1, id="explore-3-qv1-catalogue-field"),
        pytest.param("default.title:cities", 1, id="explore-3-qv1-catalogue-dotted"),
        pytest.param("NOT cities", 0, id="explore-3-qv1-catalogue-not"),
    ],
)
def test_the_catalogue_of_explore_understands_it(house: House, qv1: str, count: int) -> None:
    where = f"dataset_id = '{CITIES}'"
    answer = house.client.get(EXPLORE, params={"qv1": qv1, "where": where})
    assert answer.json()["total_count"] == count
    facets = house.client.get(
        EXPLORE.replace("datasets", "facets"), params={"qv1": qv1, "facet": "publisher"}
    )
    assert facets.status_code == 200
