"""What nodes and descriptions of a DKAN 7 say, in all the shapes that sites send."""

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.dkan7 import Dkan7, und
from tests.support.dkan7_server import played

from colonnade.errors import Invalid
from colonnade.moving import pod, said
from colonnade.moving.names import Names
from colonnade.moving.site import Site, address_of, opened
from colonnade.moving.wire import wired

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["und", "en", "0", "tid", "uri", "value", "name", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "body",
        "field_tags",
        "field_upload",
        "type",
        "uuid",
        "title",
        "created",
        "language",
        "keyword",
        "theme",
        "publisher",
        "contactPoint",
        "distribution",
        "temporal",
        "license",
        "accessLevel",
        "references",
        "identifier",
        "issued",
        "modified",
    ]
)


@cache
def plain_site() -> Site:
    return Site(wired("http://data.example", allow_private=False, max_file_bytes=1, waits=()))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        pytest.param("1492544348", 1492544348, id="epoch"),
        pytest.param(1492544348, 1492544348, id="number"),
        pytest.param("0", None, id="zero"),
        pytest.param("2015-05-13", 1431475200, id="day"),
        pytest.param("2015-05-13T04:20:00+02:00", 1431483600, id="iso"),
        pytest.param("2015-05-13 04:20:00", 1431490800, id="drupal"),
        pytest.param("Wed, 05/13/2015 - 04:20", 1431490800, id="dkan-12.2-dates"),
        pytest.param("Date changed\tWed, 05/13/2015 - 04:20", 1431490800, id="dkan-12.2-dates-changed"),
        pytest.param("05/13/2015", 1431475200, id="american"),
        pytest.param("R/P1D", None, id="repeating"),
        pytest.param("", None, id="empty"),
        pytest.param([], None, id="list"),
        pytest.param(True, None, id="truth"),
    ],
)
def test_dates_in_many_forms(value: object, moment: int | None) -> None:
    assert said.moment(value) == moment


@pytest.mark.parametrize(
    ("value", "tids"),
    [
        pytest.param(und({"tid": "3"}, {"tid": 4}, {"tid": "3"}), [3, 4], id="list"),
        pytest.param({"und": {"0": {"tid": "3"}}}, [3], id="keyed"),
        pytest.param({"en": [{"tid": "3"}]}, [3], id="language"),
        pytest.param([], [], id="empty"),
        pytest.param({"und": [{"tid": "x"}, "3", None]}, [], id="none"),
        pytest.param(None, [], id="null"),
    ],
)
def test_items_in_many_shapes(value: object, tids: list[int]) -> None:
    assert said.numbers({"field_tags": value, "language": "und"}, "field_tags", "tid") == tids


@settings(max_examples=50)
@given(record=st.dictionaries(KEYS, JSON, max_size=6))
def test_no_answer_of_a_site_breaks_the_reading(record: dict[str, Any]) -> None:
    for field in ("body", "field_tags", "field_upload"):
        said.items(record, field)
        said.numbers(record, field, "tid")
        said.file(record, field)
    said.plain(record)
    said.uuid(record)
    dataset, resources = pod.pieces(plain_site(), record)
    assert (dataset.kind, {one.kind for one in resources} <= {"resource"}) == ("dataset", True)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        pytest.param("https://creativecommons.org/licenses/by/4.0/", "cc-by", id="cc-by"),
        pytest.param("http://www.opendatacommons.org/licenses/odbl/1.0/", "odc-odbl", id="odbl"),
        pytest.param("https://creativecommons.org/licenses/by-sa/4.0/", "cc-by-sa", id="cc-by-sa"),
        pytest.param("notspecified", "notspecified", id="bare"),
        pytest.param("https://example.org/our-own", None, id="other"),
    ],
)
def test_licences_by_their_addresses(written: str, key: str | None) -> None:
    assert pod.licence_key(written) == key


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://data.example/", "https://data.example"),
        ("https://data.example/api/dataset/node.json", "https://data.example"),
        ("http://data.example/portal/data.json", "http://data.example/portal"),
        ("data.example", None),
    ],
)
def test_addresses_as_people_write_them(written: str, address: str | None) -> None:
    if address is None:
        with pytest.raises(Invalid):
            address_of(written)
    else:
        assert address_of(written) == address


@pytest.mark.parametrize(
    "names_terms", [pytest.param(True, id="listing"), pytest.param(False, id="catalogue")]
)
def test_terms_get_their_names(names_terms: bool) -> None:
    with played() as played_site:
        played_site.names_terms = names_terms
        number = played_site.dataset(
            "Trees",
            played_site.resource("Trees", "trees.csv", b"a\n"),
            tags=["oak", "elm"],
            field_topic=und(played_site.term("Environment")),
        )
        site = opened(played_site.base, allow_private=True, max_file_bytes=1, waits=())
        names = Names(site)
        dataset = site.node(number)
        resource = site.node(said.numbers(dataset, "field_resources", "target_id")[0])
        assert names.of_dataset(dataset, [resource]) == (
            {"field_tags": ["oak", "elm"], "field_topic": ["Environment"]},
            [],
        )
        assert names.format_of(resource) == "csv"
        assert _listed(played_site) is names_terms
        asked = len(played_site.asked)
        names.of_dataset(dataset, [resource])
        assert len(played_site.asked) == asked  # what is known is not asked again


def _listed(site: Dkan7) -> bool:
    return not any("package_show" in one for one in site.asked)


def test_a_site_that_tells_no_names_is_told_of() -> None:
    with played() as played_site:
        played_site.has_catalogue = False
        number = played_site.dataset("Trees", tags=["oak"])
        site = opened(played_site.base, allow_private=True, max_file_bytes=1, waits=())
        names, problems = Names(site).of_dataset(site.node(number), [])
        assert names["field_tags"] == []
        assert [one.why for one in problems] == ["The site does not tell the names of 1 terms."]
