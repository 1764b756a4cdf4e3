"""Texts of the Lucene language over datasets of a newsroom and of others (panda 3.7, 3.8, 6.4)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.core.support import ADMIN, live, person, rule, secure

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.search import service as search
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Invalid


@dataclass
class Library:
    portal: Portal
    reporter: Actor
    ids: dict[str, int]
    before: dt.datetime

    def groups(self, words: str | None, actor: Actor | None = None, **asked: Any) -> dict[str, int]:
        with self.portal.reading(actor or self.reporter) as work:
            found = search.across(work, words=words, **asked)
            return {str(one.readable.dataset.slug): one.total for one in found.groups}

    def rows(self, slug: str, words: str | None, **asked: Any) -> list[Any]:
        with self.portal.reading(self.reporter) as work:
            page = search.within(work, datasets.readable(work, slug), words=words, **asked)
            assert page.total >= len(page.rows)
            return [one.values for one in page.rows]


@pytest.fixture(scope="module")
def library(portal: Portal) -> Library:
    reporter = person(portal)
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    ids = {
        "ships": _made(portal, reporter, "ships", ["name", "fee"], ["unicode", "float"], _SHIPS),
        "people": _made(portal, reporter, "people", ["first", "last", "age"], ["unicode", "unicode", "int"], _PEOPLE),
        "empty": _made(portal, reporter, "empty", ["name"], ["unicode"], []),
        "columnless": _made(portal, reporter, "columnless", None, None, []),
    }  # fmt: skip
    return Library(portal, reporter, ids, before)


_SHIPS = [["Petrel", "$18.50"], ["Marlin", 20], ["Petrel II", "n/a"], ["", 7]]
_PEOPLE = [["William", "Marlin", 30], ["Ann", "Petrel", 41], ["Ann", "Smith", None]]


def _made(
    portal: Portal,
    actor: Actor,
    slug: str,
    names: list[str] | None,
    types: list[str] | None,
    rows: Sequence[Any],
) -> int:
    typed = None if names is None else ["true"] * len(names)
    with portal.writing(actor) as work:
        made = columns.create(work, title=slug, slug=slug, columns=columns.planned(names, typed, types))
        number = made.dataset.id
    if rows:
        with portal.reading(actor) as work:
            sent = [SentRow(values, f"{slug}-{at}") for at, values in enumerate(rows, 1)]
            columns.write(work, datasets.editable(work, slug), sent)
    return number


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("petrel", {"ships": 2, "people": 1}, id="panda-3.8-counts"),
        pytest.param("smith", {"people": 1}, id="panda-3.8-one"),
        pytest.param("petrel marlin", {"ships": 3, "people": 2}, id="panda-3.8-either"),
        pytest.param("petrel AND ann", {"people": 1}, id="panda-3.8-both"),
        pytest.param("nothing", {}, id="panda-3.8-none"),
        pytest.param("", {"ships": 4, "people": 3}, id="panda-3.8-empty"),
        pytest.param(None, {"ships": 4, "people": 3}, id="panda-3.8-no-words"),
        pytest.param("column_float_fee:[10 TO 20]", {"ships": 2}, id="panda-6.3-range-spans"),
        pytest.param(
            "column_int_age:* OR column_float_fee:7", {"ships": 1, "people": 2}, id="panda-6.3-either"
        ),
        pytest.param("petrel AND dataset_slug:ships", {"ships": 2}, id="panda-6.4-dataset"),
        pytest.param("external_id:people-2", {"people": 1}, id="panda-6.3-external-id"),
        pytest.param("NOT petrel", {"ships": 2, "people": 2}, id="panda-6.1-not"),
        pytest.param("data_upload_id:99999", {}, id="panda-6.3-unknown-upload"),
        pytest.param('"ann petrel"', {"people": 1}, id="panda-6.2-phrase-across-cells"),
        pytest.param("18.50", {"ships": 1}, id="panda-3.7-words-as-they-were-sent"),
        pytest.param('"petrel 18.50"', {"ships": 1}, id="panda-6.2-phrase-into-a-typed-cell-as-it-was-sent"),
        pytest.param('"petrel 18.5"', {}, id="panda-6.2-phrase-into-a-typed-cell-as-it-was-not-sent"),
        pytest.param('"petrel ii n/a"', {"ships": 1}, id="panda-6.2-phrase-into-a-cell-of-no-number"),
        pytest.param('"marlin 20"', {"ships": 1}, id="panda-6.2-phrase-into-a-number"),
        pytest.param(
            '"bill marlin 30" "petrel 18.50"', {"ships": 1, "people": 1}, id="panda-6.2-phrases-either"
        ),
    ],
)
def test_groups_come_in_order_of_datasets_with_exact_counts(
    library: Library, words: str | None, expected: dict[str, int]
) -> None:
    found = library.groups(words)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    "words", ['"petrel 18.50"', '"petrel ii n/a" "ann petrel"', '"ann petrel" AND "petrel 41"']
)
def test_phrases_across_cells_are_counted_as_they_are_found(library: Library, words: str) -> None:
    """Together (panda 3.8), one by one, and as pages of one dataset (panda 3.7)."""
    overview = library.portal.overview
    assert overview is not None
    library.groups(None)
    assert overview.settle()
    together = library.groups(words)
    with library.portal.reading(library.reporter) as work:
        alone = search.matching(replace(work, portal=replace(library.portal, overview=None)), words=words)
    pages = {slug: len(library.rows(slug, words)) for slug in ("ships", "people")}
    assert together == {str(one.dataset.slug): total for one, total in alone}
    assert together == {slug: total for slug, total in pages.items() if total}
    assert together


def test_groups_and_their_rows_have_pages(library: Library) -> None:
    with library.portal.reading(library.reporter) as work:
        first = search.across(work, words="petrel", limit=1, group_limit=1)
        second = search.across(work, words="petrel", limit=1, offset=1, group_limit=5)
        later = search.across(work, words="petrel", limit=1, group_limit=1, group_offset=1)
        none = search.across(work, words="petrel", limit=0)
        bare = search.across(work, words="petrel", group_limit=0)
    assert (first.total, [one.values for one in first.groups[0].rows]) == (2, [["Petrel", "$18.50"]])
    assert [one.values for one in second.groups[0].rows] == [["Ann", "Petrel", 41]]
    assert second.groups[0].rows[0].key == "people-2"
    assert [one.values for one in later.groups[0].rows] == [["Petrel II", "n/a"]]
    assert (none.total, none.groups) == (2, ())
    assert [(one.total, one.rows) for one in bare.groups] == [(2, ()), (1, ())]


def test_only_datasets_with_some_ids_are_asked(library: Library) -> None:
    assert library.groups("petrel", dataset_ids={library.ids["people"]}) == {"people": 1}
    assert library.groups("petrel", dataset_ids=()) == {}
    assert library.groups("petrel", dataset_ids=[10**9]) == {}


def test_rows_written_since_and_before(library: Library) -> None:
    after = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert library.groups("petrel", since=library.before) == {"ships": 2, "people": 1}
    assert library.groups("petrel", since=after) == {}
    assert library.groups("petrel", before=library.before) == {}
    assert library.groups(None, since=library.before, before=after) == {"ships": 4, "people": 3}


def test_rows_of_one_dataset(library: Library) -> None:
    assert library.rows("ships", "petrel") == [["Petrel", "$18.50"], ["Petrel II", "n/a"]]
    assert library.rows("ships", None, sort="column_float_fee desc") == [
        _SHIPS[1],
        _SHIPS[0],
        _SHIPS[3],
        _SHIPS[2],
    ]
    assert library.rows("ships", "", limit=1, offset=2) == [_SHIPS[2]]
    assert library.rows("ships", "column_float_fee:[10 TO *]") == _SHIPS[:2]
    assert library.rows("ships", "petrel", since=library.before) == [_SHIPS[0], _SHIPS[2]]
    assert library.rows("empty", "petrel") == []
    assert library.rows("columnless", None) == []


def test_all_that_match_are_counted(library: Library) -> None:
    with library.portal.reading(library.reporter) as work:
        ships = datasets.readable(work, "ships")
        assert search.count(work, words="petrel") == 3
        assert search.count(work, words="petrel", readable=ships) == 2
        assert search.count(work, words="petrel", dataset_ids=[library.ids["people"]]) == 1
        assert search.count(work, words=None, readable=ships, before=library.before) == 0
        matching = search.matching(work, words="petrel marlin")
        assert [(one.dataset.slug, total) for one, total in matching] == [("ships", 3), ("people", 2)]


@pytest.mark.parametrize("words", ["column_int_age:old", "last_modified:[x TO *]", "(" * 21 + "x" + ")" * 21])
def test_values_that_no_dataset_could_have_are_refused(library: Library, words: str) -> None:
    with pytest.raises(Invalid, match="search"):
        library.groups(words)
    with pytest.raises(Invalid, match="search"):
        library.rows("ships", words)


def test_nobody_and_strangers_find_nothing_of_a_newsroom(library: Library) -> None:
    assert library.groups("petrel", ANONYMOUS) == {}
    assert library.groups("petrel", ADMIN) == {"ships": 2, "people": 1}


def test_what_a_reader_may_not_see_is_not_found(library: Library) -> None:
    """Row filters and hidden fields cut what words find, in pages and in counts."""
    portal = library.portal
    birds = [{"name": "gannet", "size": 1}, {"name": "Gannet B", "size": 2}, {"name": "gannet", "size": 3}]
    uid, _ = live(portal, birds)
    secure(portal, uid, is_restricted=True)
    reader, stranger = person(portal), person(portal)
    with portal.reading(ADMIN) as work:
        slug = datasets.readable(work, uid).dataset.slug or ""
    rule(portal, uid, reader, visible_fields=["name"], filter_query="size < 3")
    assert library.groups("gannet", ADMIN)[slug] == 3
    assert library.groups("gannet", reader)[slug] == 2
    assert slug not in library.groups("gannet", stranger)
    assert library.groups("full_text:3", ADMIN)[slug] == 1
    assert slug not in library.groups("full_text:2", reader)
    assert slug not in library.groups("column_int_size:[1 TO 2]", reader)
    assert library.groups("column_int_size:[1 TO 2]", ADMIN)[slug] == 2
    assert slug not in library.groups('"gannet 1"', reader)
    assert library.groups('"gannet 1"', ADMIN)[slug] == 1
    assert library.groups("*:*", reader)[slug] == 2
    assert library.groups(None, reader)[slug] == 2
    rule(portal, uid, reader, is_data_visible=False)
    assert slug not in library.groups("gannet", reader)
