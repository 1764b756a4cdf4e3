"""Who was here, and what was searched for."""

import datetime as dt
from pathlib import Path

import pytest
from tests.core.support import ADMIN, dataset, opened, person
from tests.support.saying import says

from colonnade.core.activity import service as activity
from colonnade.core.activity.model import Activity, Search
from colonnade.core.activity.writer import Writer
from colonnade.core.datasets import service as datasets
from colonnade.core.work import ANONYMOUS, SYSTEM, Portal, now
from colonnade.errors import Conflict, NotFound, Unauthenticated


def test_a_person_is_here_once_a_day(portal: Portal) -> None:
    actor = person(portal)
    with portal.writing(actor) as work:
        made = activity.record(work)
        assert (made.person_id, made.day) == (actor.person_id, now().date())
    with portal.writing(actor) as work, pytest.raises(Conflict) as caught:
        activity.record(work)
    assert caught.value.code == "activity.recorded"
    with portal.writing(SYSTEM) as work:
        found = work.db.get(Activity, made.id)
        assert found is not None
        found.day -= dt.timedelta(days=1)
    with portal.writing(actor) as work:
        assert activity.record(work).id > made.id
    with portal.writing(ANONYMOUS) as work, pytest.raises(Unauthenticated):
        activity.record(work)


def test_everybody_sees_everybodys(portal: Portal) -> None:
    made = []
    for _ in range(3):
        with portal.writing(person(portal)) as work:
            made.append(activity.record(work).id)
    with portal.reading(person(portal)) as work:
        found, total = activity.page(work, None)
        assert [one.id for one in found][-3:] == made
        assert total == len(found)
        assert [one.id for one in activity.page(work, 1, total - 1)[0]] == made[-1:]
        assert activity.get(work, made[0]).id == made[0]
        assert [one.id for one in activity.some(work, [made[1], 999, 2**60])] == [made[1]]
        for unknown in (0, 999, 2**80):
            with pytest.raises(NotFound):
                activity.get(work, unknown)


@says("panda-6.4-logged", "panda-3.7-logged", "panda-6.4-logged-length")
def test_searches_are_written_down_later(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        uid = dataset(portal)
        with portal.reading(ADMIN) as work:
            number = datasets.viewable(work, uid).dataset.id
            activity.note_search(work, "(petrel)", number)
            activity.note_search(work, "x" * 5000 + "\ud800", None)
        with portal.reading(ANONYMOUS) as work:
            activity.note_search(work, "\ud800", None)
            assert activity.searches(work) == []
        Writer(portal, seconds=3_600).close()
        with portal.reading(SYSTEM) as work:
            third, second, first = activity.searches(work)
        assert (first.query, first.person_id, first.dataset_id) == ("(petrel)", 1, number)
        assert (len(second.query), second.dataset_id) == (4096, None)
        assert (third.query, third.person_id) == ("?", None)
        with portal.writing(SYSTEM) as work:
            old = work.db.get(Search, first.id)
            assert old is not None
            old.at -= dt.timedelta(days=400)
        activity.flush(portal)
        with portal.reading(SYSTEM) as work:
            assert len(activity.searches(work)) == 3, "nothing new, nothing done"
            activity.note_search(work, "again", None)
        activity.flush(portal)
        with portal.reading(SYSTEM) as work:
            assert [one.query[:5] for one in activity.searches(work)] == ["again", "?", "xxxxx"]
