"""Fields of nodes: what is sent, and what comes back (sections 7 and 8.1 of the reference)."""

from typing import Any

import pytest
from tests.dialects.dkan.fields import BODIES, OTHERS, PLAIN, SHAPES, WRONG, body, text, und
from tests.dialects.dkan.support import Cast, told
from tests.support.house import EXPLORE, House
from tests.support.saying import says

from colonnade.core.datasets import amending
from colonnade.core.datasets import service as datasets
from colonnade.core.nodes.model import Kind
from colonnade.dialects.dkan.mapping_fields import FEDERAL, FIELDS


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


@pytest.mark.parametrize(("name", "sent", "reason"), WRONG)
def test_what_is_wrong_is_named(people: Cast, nid: str, name: str, sent: Any, reason: str) -> None:
    status, reasons = told(people.creator.put(f"/node/{nid}", {name: sent}))
    assert status == 406
    assert reason in reasons[0]
    if reason.startswith("Field"):
        assert name in reasons[0]


@says("dkan-7-every-field dkan-7-scalars dkan-7-keys dkan-7.1-defaults dkan-15.14")
def test_a_bare_dataset_has_every_field_and_every_scalar_is_a_text(people: Cast) -> None:
    nid = people.creator.node("dataset", "Bare one")
    shown = people.stranger.shown(f"/node/{nid}")
    said = {
        "field_license": und(text("notspecified")),
        "field_public_access_level": und({"value": "public"}),
        "field_orphan": und({"value": "0"}),
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


@says("dkan-7.1-defaults dkan-7.1-body-paragraphs")
def test_datasets_of_other_doors_have_the_defaults_and_keep_what_is_no_option(
    house: House, people: Cast
) -> None:
    metadata = {
        "default": {"title": {"value": "Elsewhere"}},
        "dcat": {"accrualperiodicity": {"value": "Quotidien"}},
    }
    house.publish(house.create(metadata=metadata)["uid"])
    listed = people.stranger.shown("/node", **{"parameters[title]": "Elsewhere"})
    path = f"/node/{listed[0]['nid']}"
    shown = people.stranger.shown(path)
    told = {
        "field_frequency": und({"value": "Quotidien"}),
        "field_license": und(text("notspecified")),
        "field_public_access_level": und({"value": "public"}),
        "field_orphan": und({"value": "0"}),
    }
    assert {name: shown[name] for name in told} == told
    lines = und({"value": "One.\n\nTwo", "format": "plain_text"})
    assert people.editor.put(path, {**shown, "body": lines}).status_code == 200
    again = people.stranger.shown(path)
    assert {name: again[name] for name in told} == told
    assert again["body"]["und"][0]["value"] == "One.\n\nTwo"
    found = house.client.get(f"{EXPLORE}/{again['path'].rpartition('/')[2]}").json()["metas"]
    assert found["default"]["description"] == "<p>One.</p>\n<p>Two</p>"
    assert people.editor.put(path, {"field_license": []}).status_code == 200
    assert people.stranger.shown(path)["field_license"] == []


@says("dkan-7.1-field_odfe")
def test_federal_fields_are_there_when_they_say_something(people: Cast) -> None:
    nid = people.creator.node("dataset", "Federal", field_odfe_bureau_code=und({"value": "010:86"}))
    shown = people.stranger.shown(f"/node/{nid}")
    federal = {name: value for name, value in shown.items() if name.startswith(FEDERAL)}
    assert federal == {"field_odfe_bureau_code": und({"value": "010:86"})}


TERMS: list[Any] = [
    pytest.param(und("a word", "another"), 2, id="dkan-8.1-terms-plain"),
    pytest.param({"und": "one, two, three"}, 3, id="dkan-8.1-terms-typed"),
    pytest.param(und({"name": "a word"}), 1, id="dkan-8.1-terms-name"),
    pytest.param(und({"tid": "autocreate", "name": "new, with comma"}), 1, id="dkan-8.1-terms-autocreate"),
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
    assert people.stranger.shown(f"/node/{nid}")[name] == und(*({"tid": one} for one in numbers[::-1]))


@says("dkan-7.1-body dkan-7.1-field_license dkan-7.1-field_tags dkan-7.1-field_topic")
def test_other_doors_know_what_is_said_here_and_the_other_way_round(house: House, people: Cast) -> None:
    nid = people.creator.node(
        "dataset",
        "Seen by others",
        body=und({"value": "A <b>text</b>"}),
        field_tags=und("bikes"),
        field_topic=und("Transport"),
        field_license=und({"value": "cc-by"}),
        field_contact_name=und({"value": "Ann"}),
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
    assert shown["body"] == und(body("Changed", "<p>Changed</p>\n"))
    assert shown["field_license"] == und(text("cc-zero"))
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
    hidden = people.creator.node("dataset", "Hidden words", status=0, field_tags=und("whistleblower"))
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
