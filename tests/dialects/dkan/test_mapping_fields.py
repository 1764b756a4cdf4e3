"""Fields of nodes: what is sent, and what comes back (sections 7 and 8.1 of the reference)."""

from typing import Any

import pytest
from tests.dialects.dkan.support import Cast, told
from tests.support.house import EXPLORE, House
from tests.support.saying import says

from colonnade.core.datasets import amending
from colonnade.core.datasets import service as datasets
from colonnade.core.nodes.model import Kind
from colonnade.dialects.dkan.mapping_fields import FEDERAL, FIELDS

LONG = "x" * 256
ZONE = {"timezone": "UTC", "timezone_db": "UTC", "date_type": "datetime"}


def _text(value: str) -> dict[str, Any]:
    return {"value": value, "format": None, "safe_value": value}


def _link(url: str, title: str | None = None) -> dict[str, Any]:
    return {"url": url, "title": title, "attributes": []}


def _body(value: str, safe: str, format_: str = "html", summary: str = "", safe_summary: str = "") -> Any:
    return {
        "value": value,
        "summary": summary,
        "format": format_,
        "safe_value": safe,
        "safe_summary": safe_summary,
    }


def _und(*items: Any) -> dict[str, Any]:
    return {"und": list(items)}


BODIES: list[Any] = [
    pytest.param("body", _und({"value": "Text"}), [_body("Text", "<p>Text</p>\n")], id="dkan-7.1-body"),
    pytest.param(
        "body",
        _und({"value": "<p>a</p><script>b</script>", "summary": "s", "format": "full_html"}),
        [_body("<p>a</p><script>b</script>", "<p>a</p>\n", "full_html", "s", "<p>s</p>\n")],
        id="dkan-7.1-body-html",
    ),
    pytest.param(
        "body",
        _und({"value": "1 < 2", "format": "plain_text"}),
        [_body("1 < 2", "<p>1 &lt; 2</p>\n", "plain_text")],
        id="dkan-7.1-body-plain",
    ),
    pytest.param("body", [{"value": "x"}], [_body("x", "<p>x</p>\n")], id="dkan-8.1-no-und"),
]
PLAIN: list[Any] = [
    pytest.param(name, _und({"value": value}), [_text(value)], id=f"dkan-7.1-{name}")
    for name, value in (
        ("field_author", "Ann"),
        ("field_contact_email", "ann@example.org"),
        ("field_contact_name", "Ann"),
        ("field_data_dictionary", "http://example.org/words " + LONG),
        ("field_data_dictionary_type", "text/csv"),
        ("field_license", "odc-by"),
    )
] + [
    pytest.param(name, _und({"value": value}), [{"value": value}], id=f"dkan-7.1-{name}")
    for name, value in (
        ("field_frequency", "R/P0.33W"),
        ("field_granularity", "day"),
        ("field_harvest_source_modified", "2016-05-17"),
        ("field_is_part_of", "x" * 512),
        ("field_orphan", "1"),
        ("field_public_access_level", "restricted"),
        ("field_rights", "Ask us"),
        ("field_spatial_geographical_cover", "Florida"),
        ("field_odfe_data_quality", "true"),
    )
]
OTHERS: list[Any] = [
    pytest.param(
        "field_additional_info",
        _und({"first": "a", "second": "b"}, {"first": "a", "second": "c"}),
        [{"first": "a", "second": "b"}, {"first": "a", "second": "c"}],
        id="dkan-7.1-field_additional_info",
    ),
    pytest.param(
        "field_conforms_to",
        _und({"url": "http://a.org"}),
        [_link("http://a.org")],
        id="dkan-7.1-field_conforms_to",
    ),
    pytest.param(
        "field_landing_page",
        _und({"url": "http://a.org", "title": "A"}),
        [_link("http://a.org", "A")],
        id="dkan-7.1-field_landing_page",
    ),
    pytest.param(
        "field_related_content",
        _und({"url": "http://a.org", "title": "A"}, {"url": "http://b.org"}),
        [_link("http://a.org", "A"), _link("http://b.org")],
        id="dkan-7.1-field_related_content",
    ),
    pytest.param(
        "field_harvest_source_issued",
        _und({"value": "2015-02-03"}),
        [{"value": "2015-02-03 00:00:00", **ZONE}],
        id="dkan-7.1-field_harvest_source_issued",
    ),
    pytest.param(
        "field_modified_source_date",
        _und({"value": "2015-02-03T04:05:06"}),
        [{"value": "2015-02-03 04:05:06", **ZONE}],
        id="dkan-7.1-field_modified_source_date",
    ),
    pytest.param(
        "field_temporal_coverage",
        _und({"value": "2010-01-01 00:00:00", "value2": "2011-01-01 12:00:00"}),
        [{"value": "2010-01-01 00:00:00", "value2": "2011-01-01 12:00:00", **ZONE}],
        id="dkan-7.1-field_temporal_coverage",
    ),
    pytest.param(
        "field_language",
        _und({"value": "eng"}, {"value": "fr"}),
        [{"value": "eng"}, {"value": "fr"}],
        id="dkan-7.1-field_language",
    ),
    pytest.param(
        "field_pod_theme",
        _und({"value": "a"}, {"value": "b"}),
        [{"value": "a"}, {"value": "b"}],
        id="dkan-7.1-field_pod_theme",
    ),
    pytest.param(
        "field_spatial",
        _und({"wkt": "POINT (8.5 47)"}),
        [
            {
                "wkt": "POINT (8.5 47)",
                "geo_type": "point",
                "lat": "47",
                "lon": "8.5",
                "left": "8.5",
                "top": "47",
                "right": "8.5",
                "bottom": "47",
                "srid": None,
                "accuracy": None,
                "source": None,
            }
        ],
        id="dkan-7.1-field_spatial",
    ),
]
SHAPES: list[Any] = [
    pytest.param("field_author", {"und": {"0": {"value": "Ann"}}}, [_text("Ann")], id="dkan-8.1-keyed"),
    pytest.param("field_author", {"und": {"value": "Ann"}}, [_text("Ann")], id="dkan-8.1-und-one"),
    pytest.param("field_author", {"und": ["Ann"]}, [_text("Ann")], id="dkan-8.1-und-plain"),
    pytest.param("field_author", "Ann", [_text("Ann")], id="dkan-8.1-no-und-text"),
    pytest.param("field_author", {"en": [{"value": "Ann"}]}, [_text("Ann")], id="dkan-8.1-und-language"),
    pytest.param("field_author", _und({"value": 5}), [_text("5")], id="dkan-8.1-und-number"),
    pytest.param("field_author", [], [], id="dkan-8.1-empty"),
    pytest.param("field_author", None, [], id="dkan-8.1-empty-null"),
    pytest.param("field_author", {"und": []}, [], id="dkan-8.1-empty-und"),
    pytest.param("field_license", {"und": "_none"}, [], id="dkan-8.1-empty-form"),
]


@pytest.fixture(scope="module")
def nid(people: Cast) -> str:
    return people.creator.node("dataset", "With fields")


@pytest.mark.parametrize(("name", "sent", "items"), [*BODIES, *PLAIN, *OTHERS, *SHAPES])
def test_what_is_sent_comes_back(people: Cast, nid: str, name: str, sent: Any, items: list[Any]) -> None:
    answer = people.creator.put(f"/node/{nid}", {name: sent})
    assert answer.status_code == 200, answer.text
    found = people.stranger.shown(f"/node/{nid}")
    assert found.get(name, []) == ({"und": items} if items else [])
    assert people.creator.put(f"/node/{nid}", found).status_code == 200
    again = people.stranger.shown(f"/node/{nid}")
    assert again.get(name, []) == found.get(name, [])


WRONG: list[Any] = [
    pytest.param("field_author", LONG, "at most 255 characters", id="dkan-7.1-longest"),
    pytest.param(
        "field_is_part_of", "x" * 513, "at most 512 characters", id="dkan-7.1-field_is_part_of-longest"
    ),
    pytest.param("field_author", ["a", "b"], "one value", id="dkan-7.1-one-value"),
    pytest.param("field_spatial", _und({"wkt": "POINT"}), "no WKT", id="dkan-7.1-field_spatial-wrong"),
    pytest.param("field_spatial", "POINT EMPTY", "empty", id="dkan-7.1-field_spatial-empty"),
    pytest.param(
        "field_spatial", "GEOMETRYCOLLECTION (" * 90 + ")" * 90, "nested", id="dkan-7.1-field_spatial-deep"
    ),
    pytest.param(
        "field_temporal_coverage", "yesterday", "no date", id="dkan-7.1-field_temporal_coverage-wrong"
    ),
    pytest.param("field_resources", "a title", "number of a node", id="dkan-8.1-title-without-number"),
    pytest.param("field_resources", "999999", "no resource", id="dkan-7.1-field_resources-unknown"),
    pytest.param("og_group_ref", "999999", "no group", id="dkan-7.1-og_group_ref-unknown"),
    pytest.param(
        "field_tags", _und({"tid": "999999"}), "field_tags: '999999'", id="dkan-7.1-field_tags-unknown"
    ),
    pytest.param("field_tags", _und({"name": "x" * 300}), "Invalid option", id="dkan-7.1-field_tags-long"),
    pytest.param(
        "field_license",
        "mine",
        "Invalid option for field field_license: 'mine'",
        id="dkan-7.1-field_license-wrong",
    ),
    pytest.param(
        "field_public_access_level", "all", "Invalid option", id="dkan-7.1-field_public_access_level-wrong"
    ),
    pytest.param("title", "x" * 256, "at most 255", id="dkan-7.1-title-longest"),
    pytest.param("status", "many", "status: 0 or 1", id="dkan-8.5-status-wrong"),
    pytest.param(
        "field_conforms_to", _und({"url": "x" * 2049}), "address", id="dkan-7.1-field_conforms_to-longest"
    ),
]


@pytest.mark.parametrize(("name", "sent", "reason"), WRONG)
def test_what_is_wrong_is_named(people: Cast, nid: str, name: str, sent: Any, reason: str) -> None:
    status, body = told(people.creator.put(f"/node/{nid}", {name: sent}))
    assert status == 406
    assert reason in body[0]
    if reason.startswith("Field"):
        assert name in body[0]


@says("dkan-7-every-field dkan-7-scalars dkan-7-keys dkan-7.1-defaults dkan-15.14")
def test_a_bare_dataset_has_every_field_and_every_scalar_is_a_text(people: Cast) -> None:
    nid = people.creator.node("dataset", "Bare one")
    shown = people.stranger.shown(f"/node/{nid}")
    said = {
        "field_license": _und(_text("notspecified")),
        "field_public_access_level": _und({"value": "public"}),
        "field_orphan": _und({"value": "0"}),
    }
    names = [one.name for one in FIELDS[Kind.DATASET] if not one.name.startswith(FEDERAL)]
    assert {name: shown.pop(name) for name in names} == {name: said.get(name, []) for name in names}
    assert all(isinstance(value, str) for value in shown.values())
    assert list(shown) == [
        *(
            "vid",
            "uid",
            "title",
            "log",
            "status",
            "comment",
            "promote",
            "sticky",
            "vuuid",
            "nid",
            "type",
            "language",
        ),
        *("created", "changed", "tnid", "translate", "uuid", "revision_timestamp", "revision_uid"),
        *("path", "name", "picture", "data"),
    ]
    assert (shown["data"], shown["picture"], shown["language"], shown["status"]) == ("b:0;", "0", "und", "1")
    assert (shown["name"], shown["revision_uid"]) == (people.creator.name, shown["uid"])


@says("dkan-7.1-field_odfe")
def test_federal_fields_are_there_when_they_say_something(people: Cast) -> None:
    nid = people.creator.node("dataset", "Federal", field_odfe_bureau_code=_und({"value": "010:86"}))
    shown = people.stranger.shown(f"/node/{nid}")
    federal = {name: value for name, value in shown.items() if name.startswith(FEDERAL)}
    assert federal == {"field_odfe_bureau_code": _und({"value": "010:86"})}


TERMS: list[Any] = [
    pytest.param(_und("a word", "another"), 2, id="dkan-8.1-terms-plain"),
    pytest.param({"und": "one, two, three"}, 3, id="dkan-8.1-terms-typed"),
    pytest.param(_und({"name": "a word"}), 1, id="dkan-8.1-terms-name"),
    pytest.param(_und({"tid": "autocreate", "name": "new, with comma"}), 1, id="dkan-8.1-terms-autocreate"),
]


@pytest.mark.parametrize(("sent", "count"), TERMS)
@pytest.mark.parametrize("name", ["field_tags", "field_topic"])
@says("dkan-7.1-field_tags dkan-7.1-field_topic dkan-8.1-terms")
def test_terms_are_numbers_and_words(people: Cast, nid: str, name: str, sent: Any, count: int) -> None:
    assert people.creator.put(f"/node/{nid}", {name: sent}).status_code == 200
    (items,) = people.stranger.shown(f"/node/{nid}")[name].values()
    assert len(items) == count
    assert all(set(one) == {"tid"} and one["tid"].isdecimal() for one in items)
    numbers = [one["tid"] for one in items]
    assert people.creator.put(f"/node/{nid}", {name: {"und": numbers[::-1]}}).status_code == 200
    assert people.stranger.shown(f"/node/{nid}")[name] == _und(*({"tid": one} for one in numbers[::-1]))


@says("dkan-7.1-body dkan-7.1-field_license dkan-7.1-field_tags dkan-7.1-field_topic")
def test_other_doors_know_what_is_said_here_and_the_other_way_round(house: House, people: Cast) -> None:
    nid = people.creator.node(
        "dataset",
        "Seen by others",
        body=_und({"value": "A <b>text</b>"}),
        field_tags=_und("bikes"),
        field_topic=_und("Transport"),
        field_license=_und({"value": "cc-by"}),
        field_contact_name=_und({"value": "Ann"}),
    )
    path = people.stranger.shown(f"/node/{nid}")["path"].rpartition("/")[2]
    found = house.client.get(f"{EXPLORE}/{path}").json()
    metas = found["metas"]["default"]
    assert (metas["description"], metas["keyword"], metas["theme"]) == (
        "A <b>text</b>",
        ["bikes"],
        ["Transport"],
    )
    assert (metas["license"], metas["license_url"]) == (
        "CC BY 4.0",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    assert found["metas"]["dcat"]["contact_name"] == "Ann"
    with house.running.portal.writing(house.actor(house.admin)) as work:
        editable = datasets.editable(work, found["dataset_uid"])
        values = {"description": "Changed", "license": "CC0 1.0", "keyword": ["x", "y"]}
        amending.amend(work, editable, {"default": values})
    shown = people.stranger.shown(f"/node/{nid}")
    assert shown["body"] == _und(_body("Changed", "<p>Changed</p>\n"))
    assert shown["field_license"] == _und(_text("cc-zero"))
    assert len(shown["field_tags"]["und"]) == 2


def test_a_name_is_one_word_and_a_bare_text_may_be_several(people: Cast) -> None:
    nid = people.creator.node("dataset", "Words")
    for sent, count in (([{"name": "oaks, old"}], 1), (["oaks, old"], 2), ([{"name": "4"}], 1)):
        assert people.creator.put(f"/node/{nid}", {"field_tags": {"und": sent}}).status_code == 200
        assert len(people.stranger.shown(f"/node/{nid}")["field_tags"]["und"]) == count


def test_what_is_sent_back_leaves_the_language_as_it_was(house: House, people: Cast) -> None:
    nid = people.creator.node("dataset", "In a language")
    shown = people.creator.shown(f"/node/{nid}")
    url = f"/api/explore/v2.1/catalog/datasets/{shown['path'].rpartition('/')[2]}"

    def language() -> str | None:
        found: str | None = house.client.get(url).json()["metas"]["default"].get("language")
        return found

    assert (shown["field_language"], language()) == ([], "en")
    assert people.creator.put(f"/node/{nid}", shown).status_code == 200
    assert language() == "en"
    for sent, said in (({"und": [{"value": "fr"}]}, "fr"), ([], None)):
        assert people.creator.put(f"/node/{nid}", {"field_language": sent}).status_code == 200
        assert language() == said


def test_the_number_of_a_hidden_word_does_not_tell_the_word(people: Cast) -> None:
    hidden = people.creator.node("dataset", "Hidden words", status=0, field_tags=_und("whistleblower"))
    term = people.creator.shown(f"/node/{hidden}")["field_tags"]
    number = term["und"][0]["tid"]
    wrong = (406, [f"Invalid option for field field_tags: '{number}'"])
    assert (
        told(people.other.post("/node", {"type": "dataset", "title": "Guess", "field_tags": term})) == wrong
    )
    for client in (people.creator, people.editor):
        assert client.put(f"/node/{hidden}", {"field_tags": term}).status_code == 200
    assert people.creator.put(f"/node/{hidden}", {"status": 1}).status_code == 200
    nid = people.other.node("dataset", "Known by now", field_tags=term)
    assert people.stranger.shown(f"/node/{nid}")["field_tags"] == term
