"""People who are taken away, made inactive or renamed while something is under way for them."""

from collections.abc import Callable, Iterator

import pytest
from tests.core.support import ADMIN, dataset, listed, opened, person, shown

from colonnade.core.alerts import jobs as alerts_jobs
from colonnade.core.alerts import service as alerts
from colonnade.core.alerts.jobs import Question
from colonnade.core.catalogue import library
from colonnade.core.datasets import leaving, makers
from colonnade.core.mail.model import LetterWritten
from colonnade.core.notices import service as notices
from colonnade.core.people import accounts, mailed
from colonnade.core.people import service as people
from colonnade.core.people.model import Person
from colonnade.core.work import SYSTEM, Event, Portal, Work

TO: list[str] = []
Change = Callable[[Work, Person], None]


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), public_url="https://data.example.org") as one:
        one.handlers = {**one.handlers, LetterWritten: (_posted,)}
        yield one


def _posted(_portal: Portal, event: Event) -> None:
    assert isinstance(event, LetterWritten)
    TO.append(event.letter.to)


def _renamed(work: Work, one: Person) -> None:
    makers.change(work, one, email="new@example.org")


def _inactive(work: Work, one: Person) -> None:
    accounts.set_active(work, one, is_active=False)


@pytest.mark.parametrize(
    ("change", "told", "letters"),
    [(leaving.remove, None, []), (_inactive, 0, []), (_renamed, 1, ["new@example.org"])],
)
def test_an_alert_tells_who_is_there_when_its_search_has_ended(
    portal: Portal, change: Change, told: int | None, letters: list[str]
) -> None:
    TO.clear()
    actor = person(portal)
    with portal.writing(actor) as work:
        alerts.add(work, query="petrel")

    def count(_work: Work, _question: Question) -> int:
        with portal.writing(SYSTEM) as meanwhile:
            assert actor.username is not None
            change(meanwhile, people.person(meanwhile, actor.username))
        return 3

    assert alerts_jobs.run(portal, count) == (1, told or 0)
    assert letters == TO
    if told is not None:
        with portal.reading(actor) as work:
            assert notices.page(work)[1] == told
        with portal.writing(SYSTEM) as work:
            assert actor.person_id is not None
            leaving.remove(work, people.by_id(work, actor.person_id))


def test_datasets_are_not_found_by_who_has_left(portal: Portal) -> None:
    actor = person(portal, "create_dataset")
    assert actor.username is not None
    uid = dataset(portal, actor=actor)
    shown(portal, uid)
    assert _found(portal, actor.username) == [uid]
    with portal.writing(SYSTEM) as work:
        leaving.remove(work, people.person(work, actor.username))
    assert _found(portal, actor.username) == []
    assert uid in listed(portal, ADMIN)


def test_datasets_are_found_by_what_their_makers_are_called_from_the_first_sign_in_on(portal: Portal) -> None:
    actor = person(portal, "create_dataset")
    assert actor.username is not None
    uid = dataset(portal, actor=actor)
    shown(portal, uid)
    with portal.writing(SYSTEM) as work:
        key = mailed.invite(work, people.person(work, actor.username))
    assert _found(portal, "Quill") == []
    makers.choose(portal, key, "a good long one", address="::1", last_name="Quill")
    assert _found(portal, "Quill") == [uid]


def _found(portal: Portal, words: str) -> list[str]:
    with portal.reading(ADMIN) as work:
        return [one.dataset.uid for one in library.search(work, words=words, limit=10)[0]]
