"""Many small tables counted at once: the same numbers as one by one, at every moment."""

import datetime as dt
import random
import shutil
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.support import ADMIN, opened, person

from colonnade.core.columns import service as columns
from colonnade.core.columns.model import SentRow
from colonnade.core.datasets import service as datasets
from colonnade.core.search import service as search
from colonnade.core.tables import service as tables
from colonnade.core.work import Actor, Portal
from colonnade.query.tree import Literal

_HEADERS = ["first", "middle", "last", "note", "age", "fee", "paid", "seen", "day", "at"]
_TYPES = ["unicode"] * 4 + ["int", "float", "bool", "datetime", "date", "time"]
_ROWS: list[list[Any]] = [
    ["William", "", "Hart", "The Spokesman-Review bought WiFi for B52s", 30, 18.5, True, "2026-03-01T10:00:00", "2026-03-01", "04:14"],
    ["Robert", "Q", "Smith", "coffee with Ms. O'Neil", 41, "$20", False, "2026-03-02T11:30:00", "2026-03-02", "16:30"],
    ["John", "--", "Smith", "petrel and marlin", 52, None, None, None, None, None],
    ["Ærøskøbing", "Łódź", "Müller", "marlin Wi-Fi", -3, -0.5, True, "1969-12-31T23:59:59", "1969-12-31", "00:00"],
    ["", "", "", "spokesman", None, 9.99, False, None, None, None],
]  # fmt: skip


@dataclass
class Library:
    portal: Portal
    reporter: Actor

    def groups(self, words: str | None, *, together: bool = True, **asked: Any) -> dict[str, int]:
        portal = self.portal if together else replace(self.portal, overview=None)
        with portal.reading(self.reporter) as work:
            return {
                str(one.dataset.slug): total for one, total in search.matching(work, words=words, **asked)
            }

    def pages(self, words: str, *, together: bool = True, offset: int = 0) -> dict[str, Any]:
        """The first rows of each group, and how many there are."""
        portal = self.portal if together else replace(self.portal, overview=None)
        with portal.reading(self.reporter) as work:
            found = search.across(work, words=words, limit=100, group_limit=2, group_offset=offset)
            return {str(one.readable.dataset.slug): (one.total, one.rows) for one in found.groups}

    def settle(self) -> None:
        """Until the overview has followed."""
        self.groups(None)
        assert self.portal.overview is not None
        assert self.portal.overview.settle()

    def known(self) -> int:
        """How many datasets the overview answers for."""
        assert self.portal.overview is not None
        with self.portal.reading(self.reporter) as work:
            currents = tables.currents(work, datasets.readable_ids(work))
        found = self.portal.overview.counts(Literal(value=True), [one.ref for one in currents.values()])
        return len(found or {})

    def write(self, slug: str, *rows: tuple[str | None, list[Any]]) -> None:
        with self.portal.reading(self.reporter) as work:
            sent = [SentRow(values, key) for key, values in rows]
            columns.write(work, datasets.editable(work, slug), sent)

    def make(self, slug: str, *rows: tuple[str | None, list[Any]]) -> None:
        planned = columns.planned(_HEADERS, ["true"] * len(_HEADERS), _TYPES)
        with self.portal.writing(self.reporter) as work:
            columns.create(work, title=slug, slug=slug, columns=planned)
        if rows:
            self.write(slug, *rows)


@pytest.fixture(scope="module")
def library(portal: Portal) -> Library:
    made = Library(portal, person(portal))
    made.make("whole", *((f"row-{at}", row) for at, row in enumerate(_ROWS)))
    for at, row in enumerate(_ROWS):
        made.make(f"row-{at}", (None, row))
    made.make("empty")
    made.settle()
    return made


_TEXTS = [
    *("petrel", "petrel coffee", "petrel AND marlin", "NOT marlin", "smith -petrel", "+marlin petrel", "coff*", "P*L"),
    *('"petrel and marlin"', '"john smith"', '"robert q smith"', '"smith john"', '"bill hart"', "bill", "wifi", "wi"),
    *("spokesmanreview", "Spokesman-Review", "hart-the", "b52", "52", "50", "*:*", "", "&", "x" * 300, "müller lodz"),
    *("column_int_age:[30 TO 41]", "column_int_age:{30 TO 52}", "column_int_age:-3", "column_int_age:*"),
    *("column_float_fee:[-1 TO 10]", "column_float_fee:18.5", "column_float_fee:{9.99 TO 20}", "column_bool_paid:true"),
    *("column_datetime_seen:[1960-01-01 TO 1970-01-01]", "column_date_day:[2026-03-01T00:00:01Z TO *]"),
    *("column_time_at:[04:00 TO 9999-12-31T16:30:00Z]", "NOT column_bool_paid:false", "column_int_age:30 OR petrel"),
    *("column_unicode_last:smith", "external_id:row-1", "dataset_slug:row-2 petrel", "column_int_nowhere:5"),
    *("last_modified:[NOW-1HOUR TO NOW]", "smith AND column_int_age:[* TO 45]", '"a b c d e f g"', "id:abc"),
]  # fmt: skip


@pytest.mark.parametrize("text", _TEXTS)
def test_all_at_once_are_counted_as_one_by_one(library: Library, text: str) -> None:
    assert library.known() >= len(_ROWS) + 1
    assert library.groups(text) == library.groups(text, together=False)
    assert library.pages(text) == library.pages(text, together=False)


_WORDS = st.sampled_from(
    ["smith", "marlin", "bill", "wi", "fi", "coff*", "s?ith", '"john smith"', "O'Neil", "petrel", "q", "wi-fi",
     "column_int_age:[30 TO 60]", "column_bool_paid:true", "column_float_fee:{* TO 20}", "last_modified:*"]
)  # fmt: skip


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "+", "-", "NOT ", "AND ", "OR ", "("]), _WORDS), min_size=1, max_size=5
    )
)
def test_any_text_is_counted_as_one_by_one(library: Library, parts: list[tuple[str, str]]) -> None:
    text = " ".join(sign + word for sign, word in parts)
    text += ")" * (text.count("(") - text.count(")"))
    assert library.groups(text) == library.groups(text, together=False)


def test_times_are_counted_as_one_by_one(library: Library) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    hour = dt.timedelta(hours=1)
    asks: list[dict[str, Any]] = [{"since": now}, {"before": now}, {"since": now - hour, "before": now}]
    for asked in asks:
        assert library.groups("smith", **asked) == library.groups("smith", together=False, **asked)


def test_what_was_written_counts_at_once(library: Library) -> None:
    """Before the overview has followed, and after."""
    library.make("changing", ("a", ["gannet", *_ROWS[0][1:]]), ("b", ["heron", *_ROWS[1][1:]]))
    for _ in range(2):
        assert library.groups("gannet OR heron") == {"changing": 2}
        library.settle()
    library.write("changing", ("a", ["heron", *_ROWS[0][1:]]), (None, ["gannet", *_ROWS[2][1:]]))
    for _ in range(2):
        assert library.groups("heron") == {"changing": 2}
        assert library.groups("gannet") == {"changing": 1}
        library.settle()
    with library.portal.reading(library.reporter) as work:
        columns.delete_one(work, datasets.editable(work, "changing"), "b")
    for _ in range(2):
        assert library.groups("heron") == {"changing": 1}
        library.settle()
    with library.portal.reading(library.reporter) as work:
        columns.delete_all(work, datasets.editable(work, "changing"))
    for _ in range(2):
        assert library.groups("heron gannet") == {}
        library.settle()


@pytest.mark.parametrize("offset", [10_000, 2**40])
def test_a_page_that_reaches_far_is_asked_of_its_table(library: Library, offset: int) -> None:
    assert library.pages("smith", offset=offset) == library.pages("smith", together=False, offset=offset)


def test_rows_that_are_not_kept_are_asked_of_their_table(library: Library) -> None:
    long, large = (
        ["x" * 30_000, "", "", "osprey", *_ROWS[0][4:]],
        ["", "", "", "osprey", 10**30, *_ROWS[0][5:]],
    )
    library.make("unusual", ("a", long), ("b", large), ("c", ["", "", "", "osprey", *_ROWS[0][4:]]))
    library.settle()
    pages = library.pages("osprey")
    assert pages == library.pages("osprey", together=False)
    assert [row.values for row in pages["unusual"][1]] == [long, large]


def test_random_writes_are_followed(library: Library) -> None:
    chance = random.Random(4)
    library.make("random")
    for _ in range(4):
        rows = [(f"k{chance.randrange(6)}", chance.choice(_ROWS)) for _ in range(chance.randrange(1, 4))]
        library.write("random", *rows)
        if chance.random() < 0.6:
            library.settle()
        for text in ("smith", "marlin", "column_int_age:[0 TO 45]"):
            assert library.groups(text) == library.groups(text, together=False)
            for offset in range(3):
                pages = library.pages(text, offset=offset)
                assert pages == library.pages(text, together=False, offset=offset)


def _restarted(folder: Path, words: str) -> tuple[int, dict[str, int], int]:
    """After a restart: how many tables are known, what is found, and how many are known then."""
    with opened(folder) as portal:
        library = Library(portal, ADMIN)
        assert portal.overview is not None
        portal.overview.warm(lambda: None)
        known, found = library.known(), library.groups(words)
        library.settle()
        assert library.groups(words) == found
        return known, found, library.known()


def test_an_overview_outlives_restarts_and_is_begun_anew_when_it_cannot_be_opened(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        library = Library(portal, person(portal))
        for at in (1, 2):
            library.make(f"row-{at}", (None, _ROWS[at]))
        library.settle()
        assert portal.overview is not None
        assert portal.overview.check() == []
    both = {"row-1": 1, "row-2": 1}
    assert _restarted(tmp_path, "smith") == (2, both, 2)
    with opened(tmp_path) as portal:
        Library(portal, library.reporter).write("row-1", (None, _ROWS[1]))
    assert _restarted(tmp_path, "smith") == (1, {"row-1": 2, "row-2": 1}, 2)
    (tmp_path / "overview" / "meta.json").write_text("{")
    assert _restarted(tmp_path, "smith") == (0, {"row-1": 2, "row-2": 1}, 2)
    shutil.rmtree(tmp_path / "overview")
    assert _restarted(tmp_path, "smith") == (0, {"row-1": 2, "row-2": 1}, 2)
    path = next((tmp_path / "overview").glob("*.term"))
    path.write_bytes(path.read_bytes()[:-20] + bytes(20))
    with opened(tmp_path) as portal:
        assert portal.overview is not None
        assert len(portal.overview.check()) == 1
        portal.overview.begin_anew()
        assert portal.overview.check() == []
        assert Library(portal, ADMIN).groups("smith") == {"row-1": 2, "row-2": 1}


def test_after_a_start_whatever_lags_behind_is_followed_before_somebody_asks(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        library = Library(portal, person(portal))
        library.make("row-1", (None, _ROWS[1]))
        library.settle()
        library.make("row-2", (None, _ROWS[2]))
    (tmp_path / "overview" / "version").write_text("of another time")
    with opened(tmp_path) as portal:
        library = Library(portal, ADMIN)
        assert portal.overview is not None
        followed = threading.Event()

        def follow() -> None:
            search.follow_all(portal)
            followed.set()

        portal.overview.warm(follow)
        assert followed.wait(60)
        assert portal.overview.settle()
        assert library.known() == 2


def test_a_dataset_that_goes_is_forgotten(library: Library) -> None:
    library.make("going", ("a", _ROWS[1]))
    library.settle()
    before = library.known()
    with library.portal.writing(library.reporter) as work:
        editable = datasets.editable(work, "going")
        for table in tables.tables_of(work, editable.dataset.id):
            assert library.portal.overview is not None
            library.portal.overview.forget(table.uid)
    assert library.known() == before - 1
    assert library.groups("smith")["going"] == 1
