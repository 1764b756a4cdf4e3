"""Copies of datasets: what they share with their source, and what lives in the source alone."""

import pytest
from tests.core.support import ADMIN, dataset, deletion, live, names, person, publication, put, source

from colonnade.core.datasets import service as datasets
from colonnade.core.publishing import copying
from colonnade.core.resources import service as resources
from colonnade.core.work import ANONYMOUS, Portal
from colonnade.errors import Denied, NotFound, Unauthenticated


def _copy(portal: Portal, uid: str) -> str:
    with portal.writing(ADMIN) as work:
        return copying.copy(work, datasets.viewable(work, uid)).dataset.uid


def test_rows_that_live_in_the_source_stay_there(portal: Portal) -> None:
    uid, resource = live(portal, [{"key": "a", "name": "ann", "size": 1}])
    copy = _copy(portal, uid)
    assert publication(portal, copy).run() == "done"
    assert names(portal, copy) == []
    with portal.reading(ADMIN) as work:
        (made,) = resources.resources(work, datasets.viewable(work, copy))
        assert made.is_owned
        assert made.uid != resource
    put(portal, uid, resource, {"key": "b", "name": "bob", "size": 2})
    assert names(portal, uid) == ["ann", "bob"]


def test_an_owned_file_is_extracted_anew_for_the_copy(portal: Portal) -> None:
    uid = dataset(portal)
    resource = source(portal, uid, "name,size\nann,1\nbob,2\n", is_owned=True)
    assert publication(portal, uid).run() == "done"
    put(portal, uid, resource, {"key": "c", "name": "cyd", "size": 3})
    copy = _copy(portal, uid)
    assert publication(portal, copy).run() == "done"
    assert names(portal, copy) == ["ann", "bob"]
    assert names(portal, uid) == ["ann", "bob", "cyd"]


def test_a_file_stays_until_the_last_of_its_datasets_goes(portal: Portal) -> None:
    uid = dataset(portal)
    source(portal, uid, "name,size\nonly here,1\n")
    copy = _copy(portal, uid)
    with portal.reading(ADMIN) as work:
        digest = resources.file(work, datasets.viewable(work, copy), "data.csv").digest
    assert deletion(portal, uid).run() == "done"
    portal.blobs.open(digest).close()
    assert publication(portal, copy).run() == "done"
    assert names(portal, copy) == ["only here"]
    assert deletion(portal, copy).run() == "done"
    with pytest.raises(NotFound):
        portal.blobs.open(digest)


def test_only_who_may_make_datasets_copies(portal: Portal) -> None:
    uid = dataset(portal)
    with portal.reading(ADMIN) as work:
        viewable = datasets.viewable(work, uid)
    for actor, error in ((person(portal, "edit_dataset"), Denied), (ANONYMOUS, Unauthenticated)):
        with portal.writing(actor) as work, pytest.raises(error):
            copying.copy(work, viewable)
