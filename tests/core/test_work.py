"""The situation of a request: one state to read, all or nothing to write, and what happened told after it."""

import logging
from dataclasses import dataclass

import pytest
from tests.core.support import ADMIN, dataset, opened

from colonnade.core.datasets import service as datasets
from colonnade.core.work import ANONYMOUS, SYSTEM, Event, Portal, Work
from colonnade.errors import NotFound, Unavailable


@dataclass(frozen=True)
class Rang(Event):
    bell: str


@pytest.fixture
def heard(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What two handlers hear; the first of them breaks at a bell called `crack`."""
    found: list[str] = []

    def first(_portal: Portal, event: Event) -> None:
        assert isinstance(event, Rang)
        if event.bell == "crack":
            raise RuntimeError(event.bell)
        found.append(f"first {event.bell}")

    def second(_portal: Portal, event: Event) -> None:
        assert isinstance(event, Rang)
        found.append(f"second {event.bell}")

    monkeypatch.setattr(portal, "handlers", {Rang: (first, second)})
    return found


def _break(work: Work) -> None:
    """Something happens, and then the work breaks."""
    work.happened(Rang("a"))
    raise RuntimeError


def test_handlers_run_in_order_after_the_commit(portal: Portal, heard: list[str]) -> None:
    with portal.writing(ADMIN) as work:
        work.happened(Rang("a"))
        work.happened(Rang("b"))
        assert heard == []
    assert heard == ["first a", "second a", "first b", "second b"]


def test_no_handler_runs_after_a_roll_back(portal: Portal, heard: list[str]) -> None:
    with pytest.raises(RuntimeError), portal.writing(ADMIN) as work:
        _break(work)
    assert heard == []


def test_what_happened_to_rows_is_told_even_if_the_work_breaks_later(
    portal: Portal, heard: list[str]
) -> None:
    with pytest.raises(RuntimeError), portal.reading(ADMIN) as work:
        _break(work)
    assert heard == ["first a", "second a"]


def test_a_handler_that_breaks_stops_no_other_and_is_logged(
    portal: Portal, heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), portal.writing(ADMIN) as work:
        work.happened(Rang("crack"))
        work.happened(Rang("b"))
    assert heard == ["second crack", "first b", "second b"]
    assert any(record.exc_info for record in caplog.records)


def test_followers_write_with_what_happened_and_are_followed_by_the_portal(
    portal: Portal, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def follow(work: Work, event: Event) -> None:
        assert isinstance(event, Rang)
        assert (work.writes, work.actor) == (True, SYSTEM)
        heard.append(f"follower {event.bell}")
        if event.bell == "a":
            work.happened(Rang("b"))
        if event.bell == "crack":
            raise RuntimeError

    monkeypatch.setattr(portal, "followers", {Rang: (follow,)})
    with portal.writing(ADMIN) as work:
        work.happened(Rang("a"))
    told = ["follower a", "follower b", "first a", "second a", "first b", "second b"]
    assert heard == told
    with pytest.raises(RuntimeError), portal.writing(ADMIN) as work:
        work.happened(Rang("crack"))
    assert heard == [*told, "follower crack"]


def test_what_breaks_apart_is_undone_alone(portal: Portal, heard: list[str]) -> None:
    with portal.writing(ADMIN) as work:
        kept = datasets.create(work, {"default": {"title": "Kept"}}).dataset.uid
        with work.apart("a part"):
            lost = datasets.create(work, {"default": {"title": "Lost"}}).dataset.uid
            _break(work)
        work.happened(Rang("b"))
    assert heard == ["first b", "second b"]
    with portal.reading(ADMIN) as work:
        assert datasets.viewable(work, kept)
        with pytest.raises(NotFound):
            datasets.viewable(work, lost)


def test_a_work_sees_one_state_of_the_catalogue(portal: Portal) -> None:
    with portal.reading(ADMIN) as work:
        assert datasets.managed_page(work, limit=1, offset=0)
        uid = dataset(portal)
        with pytest.raises(NotFound):
            datasets.viewable(work, uid)
    with portal.reading(ADMIN) as work:
        datasets.viewable(work, uid)


def test_values_outlive_the_work_that_read_them(portal: Portal) -> None:
    uid = dataset(portal, title="Outliving")
    with portal.reading(ADMIN) as work:
        found = datasets.viewable(work, uid).dataset
    assert found.uid == uid
    assert found.metadata_draft["default"]["title"]["value"] == "Outliving"


def test_the_portal_itself_is_nobodys_account() -> None:
    assert not SYSTEM.is_signed_in
    assert SYSTEM.principals == ()
    assert ANONYMOUS.principals == ()
    assert not ANONYMOUS.permissions


def test_one_process_holds_a_folder(portal: Portal) -> None:
    with pytest.raises(Unavailable) as caught, opened(portal.settings.data):
        pass
    assert caught.value.code == "data.locked"
