"""Metadata as values: what is kept of what is sent, what readers get of it, when `modified` moves."""

import datetime as dt
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.support import ADMIN, dataset, listed, shown

from colonnade.core.catalogue.model import PUBLIC
from colonnade.core.datasets import describing, markup
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.templates import ADMIN as ADMIN_TEMPLATE
from colonnade.core.datasets.templates import LANGUAGES, TEMPLATES, VISUALIZATION, ValueType, field_names
from colonnade.core.terms import service as terms
from colonnade.core.terms.model import Vocabulary
from colonnade.core.work import Portal
from colonnade.errors import Invalid, NotFound

AT = dt.datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=dt.timezone(dt.timedelta(hours=2)))
NOW = "2026-03-04T03:06:07Z"


def triple(value: Any, remote: Any = None, *, overrides: bool = False) -> dict[str, Any]:
    return {"value": value, "remote_value": remote, "override_remote_value": overrides}


def titled(**fields: Any) -> dict[str, Any]:
    return {"default": {"title": triple("A title"), **fields}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "remote_value"]) | st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def _fields(template: str) -> st.SearchStrategy[Any]:
    names = st.sampled_from([*TEMPLATES[template].fields, "unknown"])
    return st.dictionaries(names, JSON, max_size=4)


METADATA = st.fixed_dictionaries({}, optional={name: _fields(name) for name in TEMPLATES})


def _checked(sent: Any) -> tuple[dict[str, Any], set[str]]:
    """What is kept, and the names of what is wrong: one of them is empty."""
    try:
        return meta.checked(sent), set()
    except Invalid as error:
        return {}, set(error.fields)


def _named(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {**sent, "default": {**sent.get("default", {}), "title": "A title"}}


@given(METADATA.map(_named) | METADATA | JSON)
def test_whatever_is_sent_is_refused_by_name_or_kept_for_good(sent: Any) -> None:
    kept, wrong = _checked(sent)
    assert bool(kept) != bool(wrong)
    assert all(name.split(".")[0] == "metadata" for name in wrong)
    if kept:
        assert meta.checked(kept) == meta.checked(kept, kept) == kept
        assert json.loads(json.dumps(kept)) == kept
        assert meta.title(kept) is not None
        assert set(meta.public(kept)) <= set(kept)


@given(METADATA)
def test_all_that_is_wrong_is_told_at_once(sent: dict[str, Any]) -> None:
    one_by_one = [_checked(_named({template: fields}))[1] for template, fields in sent.items()]
    assert _checked(_named(sent))[1] == set().union(*one_by_one)


def test_what_a_remote_server_says_stays_and_counts_until_it_is_overridden() -> None:
    stored = titled(
        publisher=triple("Theirs", "Theirs"), keyword=triple(["ours"], ["theirs"], overrides=True)
    )
    local = meta.checked({"default": {"title": "x", "publisher": "Ours", "keyword": ["theirs"]}}, stored)
    assert local["default"]["publisher"] == triple("Ours", "Theirs", overrides=True)
    assert local["default"]["keyword"] == triple(["theirs"], ["theirs"])
    sent = {"value": "Ours", "remote_value": "Forged", "override_remote_value": False}
    kept = meta.checked({"default": {"title": "x", "publisher": sent}}, stored)
    assert kept["default"]["publisher"] == triple("Theirs", "Theirs")
    assert kept["default"]["keyword"] == triple(["theirs"], ["theirs"])
    assert meta.effective(kept)["default"] == {"title": "x", "publisher": "Theirs", "keyword": ["theirs"]}


def test_templates_that_are_left_out_keep_what_a_remote_server_says() -> None:
    stored = {
        **titled(),
        "dcat": {"creator": triple("Me", "They", overrides=True), "spatial": triple("Here")},
    }
    assert meta.checked(titled(), stored) == {**titled(), "dcat": {"creator": triple("They", "They")}}


def test_a_title_from_elsewhere_is_a_title() -> None:
    stored = {"default": {"title": triple("Theirs", "Theirs")}}
    assert meta.checked({"default": {}}, stored) == stored
    assert meta.title(stored) == "Theirs"


@pytest.mark.parametrize(
    ("language", "meant"), [("en", "en"), ("pt-br", "pt"), ("pl", None), ("de-CH", "de")]
)
def test_the_portal_s_language_is_that_of_data_where_metadata_know_it(language: str, meant: Any) -> None:
    assert meta.data_language(language) == meant
    assert meant is None or meant in LANGUAGES


FOLLOWS = {"modified_updates_on_metadata_change": triple(value=True), "modified": triple("2001-01-01")}
FOLLOWS_DATA = {"modified_updates_on_data_change": triple(value=True)}


@pytest.mark.parametrize(
    ("draft", "published", "data_changed", "moves"),
    [
        (titled(), None, True, False),
        (titled(**FOLLOWS), None, False, True),
        (titled(**FOLLOWS), titled(**FOLLOWS), False, False),
        (titled(**FOLLOWS), titled(**FOLLOWS), True, False),
        (titled(**FOLLOWS), titled(**FOLLOWS, publisher=triple("x")), False, True),
        (titled(**FOLLOWS, publisher=triple(None)), titled(**FOLLOWS), False, False),
        (titled(**FOLLOWS), titled(**{**FOLLOWS, "modified": triple("2002-02-02")}), False, False),
        ({**titled(**FOLLOWS), "custom": {"a": triple(1)}}, titled(**FOLLOWS), False, True),
        (titled(**FOLLOWS_DATA), titled(), False, False),
        (titled(**FOLLOWS_DATA), titled(**FOLLOWS_DATA), True, True),
    ],
)
def test_modified_moves_with_what_it_is_said_to_follow(
    draft: dict[str, Any], published: dict[str, Any] | None, data_changed: bool, moves: bool
) -> None:
    found = meta.moved(draft, published, data_changed=data_changed, at=AT)
    if moves:
        assert found.pop("default") == {**draft.pop("default"), "modified": triple(NOW)}
    assert found == draft


def test_modified_of_elsewhere_is_overridden_when_it_moves() -> None:
    draft = titled(**FOLLOWS_DATA, modified=triple("2001-01-01", "2001-01-01"))
    found = meta.moved(draft, None, data_changed=True, at=AT)
    assert found["default"]["modified"] == triple(NOW, "2001-01-01", overrides=True)


AUTO = {"geographic_reference_auto": triple(value=True)}


MANY = [a + b for a in "abcdef" for b in "ghijkl"]


@pytest.mark.parametrize(
    ("fields", "countries", "expected"),
    [
        (AUTO, ["fr"], ["world_fr"]),
        (AUTO, ["fr", "ch"], ["world_ch", "world_fr"]),
        (AUTO, MANY[: meta.MOST_COUNTRIES], [f"world_{one}" for one in MANY[: meta.MOST_COUNTRIES]]),
        (AUTO, MANY[: meta.MOST_COUNTRIES + 1], ["world"]),
        (AUTO, [], ["world"]),
        (AUTO, None, None),
        ({}, ["fr"], None),
        ({**AUTO, "geographic_reference": triple(["world_de"])}, ["fr"], ["world_fr"]),
        ({**AUTO, "geographic_reference": triple(["world_de"])}, None, ["world_de"]),
        ({"geographic_reference": triple(["fr_80_75056"])}, ["fr"], ["fr_80_75056"]),
        ({**AUTO, "geographic_reference": triple(None, ["world_de"])}, ["fr"], ["world_fr"]),
    ],
)
def test_geographic_codes_are_those_of_the_records_where_that_is_asked(
    fields: dict[str, Any], countries: list[str] | None, expected: list[str] | None
) -> None:
    found = meta.located(titled(**fields), countries)
    assert meta.effective(found)["default"].get("geographic_reference") == expected


def test_readers_get_neither_configuration_nor_what_administrators_keep() -> None:
    kept = {name: {"title" if name == "default" else "any": triple("x")} for name in [*TEMPLATES, "lost"]}
    assert set(meta.public(kept)) == set(TEMPLATES) - {
        "internal",
        "visualization",
        "asset_content_configuration",
        ADMIN_TEMPLATE,
    }
    assert meta.public(titled(theme_id=triple(["x"]), theme=triple(["y"])))["default"] == {
        "title": "A title",
        "theme": ["y"],
    }


def test_every_html_field_is_cleaned_when_it_is_published_and_no_other() -> None:
    evil, harmless = "<img src=x onerror=y()><b>bold", '<img src="x"><b>bold</b>'
    cleaned = {
        (template.name, field)
        for template in TEMPLATES.values()
        for field in template.fields
        if meta.harmless({template.name: {field: triple(evil, evil)}})
        == {template.name: {field: triple(harmless, harmless)}}
    }
    assert cleaned == {("default", "description"), ("inspire", "identification_purpose")}


@pytest.mark.parametrize(
    "evil",
    [
        "<div>" * 100_000,
        "<ul><li>" * 5001,
        "<p>" + "".join(f"<b title={n}>" for n in range(1000)) + "</p>" + "<p>x</p>" * 1000,
        "x<br>" * 300_000,
        "<script>" * 20_000,
        "<p>" + f"<b lang='{'x' * 1000}'>" * 50 + "<p>x" * 1000,
        "<p>" + "".join(f"<b lang={n}>" for n in range(350)) + "<p>x" * 350,
    ],
)
def test_html_that_would_keep_a_parser_busy_becomes_a_text(evil: str) -> None:
    began = time.process_time()
    found = markup.cleaned(f"{evil}a &lt; b<i")
    assert "<" not in found
    assert time.process_time() - began < 5


def test_long_html_of_an_honest_kind_stays_html() -> None:
    rows = "<tr><td>one</td><td><a href='https://example.org/x'>two</a></td></tr>" * 150
    found = markup.cleaned(f"<table><tbody>{rows}</tbody></table>")
    assert (found.count("<tr>"), found.count('href="https://example.org/x"')) == (150, 150)


def test_what_is_added_on_publication_is_no_change_of_metadata(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        term = terms.add(work, Vocabulary.LICENCE, {"en": "Open"}, url="https://example.org/open")
    html = "<b onclick=x()>bold"
    uid = dataset(portal, description=html, license_id=term.uid, modified_updates_on_metadata_change=True)
    shown(portal, uid)
    with portal.writing(ADMIN) as work:
        one = datasets.editable(work, uid).dataset
        one.metadata_draft = meta.moved(
            {
                **one.metadata_draft,
                "default": {**one.metadata_draft["default"], "modified": triple("2001-01-01")},
            },
            one.metadata_published,
            data_changed=False,
            at=AT,
        )
        assert one.metadata_draft["default"]["modified"] == triple("2001-01-01")


def test_the_templates_are_those_of_the_reference() -> None:
    assert [one.name for one in TEMPLATES.values() if one.is_always_active] == [
        "default",
        "internal",
        "visualization",
        "asset_content_configuration",
    ]
    assert {one.kind for one in TEMPLATES.values()} == {"basic", "interop", "extra", "admin"}
    assert len(TEMPLATES[VISUALIZATION].fields) == 39
    assert len(field_names(VISUALIZATION, ValueType.BOOLEAN)) == 10


def test_the_catalogue_is_asked_about_default_and_dcat(portal: Portal) -> None:
    uid = dataset(portal, title="Asked", attributions=["A source"], references="https://example.org/x")
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        fields = {"creator": "Ada", "created": "2019-12-31", "relation": ["one", "two"]}
        describing.replace_template(work, editable, "dcat", fields)
        describing.replace_value(work, editable, "default", "timezone", {"value": "Europe/Paris"})
        places = {"value": ["world_fr"]}
        describing.replace_value(work, editable, "default", "geographic_reference", places)
    assert "dcat.creator" in PUBLIC.names
    shown(portal, uid)
    for where in (
        "dcat.creator = 'Ada'",
        "dcat.created < date'2020'",
        "dcat.relation = 'two'",
        "default.attributions = 'A source'",
        "references like 'example'",
        "timezone = 'Europe/Paris'",
        "geographic_reference = 'world_fr'",
        "'ada'",
    ):
        assert uid in listed(portal, where=where), where
    for where in ("'paris'", "'world_fr'", "dcat.creator = 'Eve'"):
        assert uid not in listed(portal, where=where), where


def test_what_clients_may_not_take_away_stays_when_a_part_is_replaced(portal: Portal) -> None:
    uid = dataset(portal)
    with portal.writing(ADMIN) as work:
        editable = datasets.editable(work, uid)
        editable.dataset.metadata_draft = {
            **editable.dataset.metadata_draft,
            "dcat": {"creator": triple("Me", "They", overrides=True)},
        }
        assert describing.replace_template(work, editable, "dcat", {}) == {"creator": triple("They", "They")}
        describing.replace_value(work, editable, "dcat", "creator", {"value": "Me"})
        assert describing.value(editable, "dcat", "creator") == triple("Me", "They", overrides=True)
        describing.remove_value(work, editable, "dcat", "creator")
        assert describing.template(editable, "dcat") == {"creator": triple("They", "They")}
        with pytest.raises(NotFound):
            describing.remove_value(work, editable, "dcat", "unknown")


def test_a_theme_from_elsewhere_stays_beside_the_one_that_was_set_here(portal: Portal) -> None:
    uid = dataset(portal)
    with portal.writing(ADMIN) as work:
        term = terms.add(work, Vocabulary.THEME, {"en": "Elsewhere's"})
        editable = datasets.editable(work, uid)
        draft = editable.dataset.metadata_draft
        default = {**draft["default"], "theme": triple(["Theirs"], ["Theirs"])}
        editable.dataset.metadata_draft = {**draft, "default": default}
        describing.replace_value(work, editable, "internal", "theme_id", {"value": [term.uid]})
        expected = triple(["Elsewhere's"], ["Theirs"], overrides=True)
        assert describing.value(editable, "default", "theme") == expected
        describing.remove_value(work, editable, "internal", "theme_id")
        assert describing.value(editable, "default", "theme") == triple(["Theirs"], ["Theirs"])
        assert describing.template(editable, "internal") == {}


def test_metadata_have_a_bound(portal: Portal) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid) as found:
        datasets.create(work, {"default": {"title": "x", "description": "y" * 4_000_000}})
    assert list(found.value.fields) == ["metadata"]
