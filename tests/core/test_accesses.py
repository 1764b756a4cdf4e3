"""What an actor sees of all datasets at once is what they see of each."""

import pytest
from tests.core.support import ADMIN, dataset, live, person, rule, secure, shown

from colonnade.core.datasets import accesses
from colonnade.core.datasets import service as datasets
from colonnade.core.work import ANONYMOUS, Actor, Portal


@pytest.fixture
def actors(portal: Portal) -> dict[str, Actor]:
    return {"nobody": ANONYMOUS, "admin": ADMIN, "reader": person(portal), "stranger": person(portal)}


def _agree(portal: Portal, actors: dict[str, Actor]) -> dict[str, int]:
    """Ask both ways; how many datasets each sees."""
    found = {}
    for name, actor in actors.items():
        with portal.reading(actor) as work:
            seen = accesses.of_all(work)
            assert list(seen) == list(datasets.readable_ids(work))
            each = datasets.readable_by_ids(work, list(seen))
            assert {one.dataset.id: one.access for one in each} == dict(seen)
            assert accesses.of_all(work) is seen
            found[name] = len(seen)
    return found


def test_every_change_that_readers_notice_is_noticed(portal: Portal, actors: dict[str, Actor]) -> None:
    before = _agree(portal, actors)
    uid, _ = live(portal, [{"name": "a", "size": 1}])
    assert _agree(portal, actors) == {name: count + 1 for name, count in before.items()}
    secure(portal, uid, is_restricted=True)
    assert _agree(portal, actors) == {**before, "admin": before["admin"] + 1}
    rule(portal, uid, actors["reader"], visible_fields=["name"], filter_query="size > 1")
    seen = _agree(portal, actors)
    assert (seen["reader"], seen["stranger"]) == (before["reader"] + 1, before["stranger"])
    rule(portal, uid, actors["reader"], is_data_visible=False)
    _agree(portal, actors)
    with portal.writing(ADMIN) as work:
        datasets.hide(work, datasets.editable(work, uid).dataset)
    assert _agree(portal, actors) == before
    unpublished = dataset(portal)
    assert _agree(portal, actors) == before
    shown(portal, unpublished)
    assert _agree(portal, actors) == {name: count + 1 for name, count in before.items()}


def test_an_older_state_of_the_catalogue_has_its_own(portal: Portal) -> None:
    with portal.reading(ANONYMOUS) as old:
        datasets.readable_ids(old)  # from here on it sees one state
        uid, _ = live(portal, [{"name": "a", "size": 1}])
        with portal.reading(ANONYMOUS) as fresh:
            number = datasets.readable(fresh, uid).dataset.id
            assert number in accesses.of_all(fresh)
        assert number not in accesses.of_all(old)
        with portal.reading(ANONYMOUS) as fresh:
            assert number in accesses.of_all(fresh)
