"""Nodes of datasets that not everybody sees all of, and what one node can do to others."""

import uuid as uuids
from dataclasses import replace
from typing import Any

import pytest
from tests.core.support import ADMIN, dataset, person, secure, shown, source

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets import store as dataset_store
from colonnade.core.nodes import listing, service, settling, writing
from colonnade.core.nodes.model import Changes, Condition, Kind
from colonnade.core.publishing import service as publishing
from colonnade.core.work import ANONYMOUS, Actor, Portal
from colonnade.errors import Conflict, Denied, NotFound

HIDING: list[Any] = [
    pytest.param({"visible_fields": ["name"]}, id="fields"),
    pytest.param({"filter_query": "size > 1"}, id="rows"),
    pytest.param({"is_data_visible": False}, id="data"),
]


def _made(portal: Portal, kind: Kind = Kind.DATASET, actor: Actor = ADMIN, **said: Any) -> int:
    service.settle(portal)
    with portal.writing(actor) as work:
        return writing.create(work, kind, Changes(**{"title": "A node", **said})).node.id


def _update(portal: Portal, nid: int, actor: Actor = ADMIN, **said: Any) -> None:
    with portal.writing(actor) as work:
        writing.update(work, service.editable(work, nid), Changes(**said))


def _uid(portal: Portal, nid: int) -> str:
    with portal.reading(ADMIN) as work:
        found = service.readable(work, nid).dataset
        assert found is not None
        return found.uid


def _shows_all(portal: Portal, nid: int, actor: Actor = ANONYMOUS) -> bool:
    service.settle(portal)
    with portal.reading(actor) as work:
        try:
            return service.readable(work, nid).access.shows_all
        except (NotFound, Denied):
            return False


def _hiding(portal: Portal, **security: Any) -> tuple[int, int]:
    """A dataset that hides something from everybody, and its resource."""
    parent = _made(portal)
    nid = _made(portal, Kind.RESOURCE, datasets=[parent])
    secure(portal, _uid(portal, parent), **security)
    service.settle(portal)
    return parent, nid


@pytest.mark.parametrize("security", HIDING)
def test_a_resource_that_hides_something_is_no_creators_to_show(
    portal: Portal, security: dict[str, Any]
) -> None:
    _, nid = _hiding(portal, **security)
    creator = person(portal, "create_dataset")
    own = _made(portal, actor=creator)
    with pytest.raises(Denied):
        _update(portal, own, actor=creator, resources=[nid])
    with pytest.raises(Denied):
        _made(portal, actor=creator, resources=[nid])
    assert not _shows_all(portal, nid)
    _update(portal, own, resources=[nid])
    assert _shows_all(portal, nid)


def test_a_resource_that_shows_all_may_be_shown_by_every_creator(portal: Portal) -> None:
    parent, nid = _hiding(portal, visible_fields=["name"])
    open_ = _made(portal, resources=[nid])
    creator = person(portal, "create_dataset")
    own = _made(portal, actor=creator, resources=[nid, _made(portal, Kind.RESOURCE)])
    with portal.reading(ANONYMOUS) as work:
        found = service.datasets_of(work, service.readable(work, nid))
    assert [one.node.id for one in found] == [parent, open_, own]


@pytest.mark.parametrize("way", ["removed", "elsewhere", "unlinked", "let-go"])
@pytest.mark.parametrize("security", HIDING)
def test_what_a_dataset_hid_is_hidden_when_it_goes(
    portal: Portal, security: dict[str, Any], way: str
) -> None:
    parent, nid = _hiding(portal, **security)
    if way == "removed":
        with portal.writing(ADMIN) as work:
            writing.remove(work, service.editable(work, parent))
    elif way == "elsewhere":
        uid = _uid(portal, parent)
        with portal.writing(ADMIN) as work:
            publishing.remove(work, datasets.editable(work, uid))
    elif way == "unlinked":
        _update(portal, parent, resources=[])
    else:
        _update(portal, nid, datasets=[])
    assert not _shows_all(portal, nid)
    service.settle(portal)
    with portal.reading(ADMIN) as work:
        assert not service.readable(work, nid).node.is_published


def test_a_resource_of_a_dataset_that_showed_all_stays_when_that_goes(portal: Portal) -> None:
    parent = _made(portal)
    nid = _made(portal, Kind.RESOURCE, datasets=[parent])
    _update(portal, parent, resources=[])
    assert _shows_all(portal, nid)


def test_a_uuid_that_is_to_be_given_can_be_taken_before(portal: Portal) -> None:
    uid = dataset(portal, title="Squatted")
    shown(portal, uid)
    service.settle(portal)
    resource = source(portal, uid)
    with portal.reading(ADMIN) as work:
        one = datasets.editable(work, uid).dataset
        wanted = str(uuids.uuid5(uuids.UUID(one.uuid), resource))
    creator = person(portal, "create_dataset")
    squatter = _made(portal, Kind.RESOURCE, actor=creator, uuid=wanted)
    with portal.writing(ADMIN) as work:
        datasets.note_change(work, datasets.editable(work, uid).dataset)
    service.settle(portal)
    with portal.reading(ANONYMOUS) as work:
        assert service.readable_by_uuid(work, wanted).node.id == squatter
        parent = service.of_dataset(work, datasets.readable(work, uid))
        assert parent is not None
        (found,) = service.resources_of(work, parent)
    assert found.node.is_foreign
    assert found.node.uuid != wanted


def test_a_change_that_cannot_be_followed_stops_no_other(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    titles = [f"Followed {one}" for one in range(3)]
    uids = [dataset(portal, title=title) for title in titles]
    for uid in uids:
        shown(portal, uid)
    said_of = settling._said_of

    def broken(one: Any) -> settling.Row:
        if one.uid == uids[1]:
            raise ValueError("not this one")
        return said_of(one)

    with monkeypatch.context() as patched:
        patched.setattr(settling, "_said_of", broken)
        service.settle(portal)
    with portal.reading(ADMIN) as work:
        some = {datasets.editable(work, uid).dataset.id: uid for uid in uids}
        assert [some[one] for one in service.of_datasets(work, list(some))] == [uids[0], uids[2]]
    assert "not this one" in caplog.text
    assert uids[1] in caplog.text
    with portal.writing(ADMIN) as work:
        datasets.note_change(work, datasets.editable(work, uids[1]).dataset)
    service.settle(portal)
    with portal.reading(ADMIN) as work:
        assert set(service.of_datasets(work, list(some))) == set(some)


def test_uuids_are_the_same_in_capitals(portal: Portal) -> None:
    text = str(uuids.uuid4())
    nid = _made(portal, Kind.RESOURCE, uuid=text.upper())
    with portal.reading(ANONYMOUS) as work:
        for one in (text, text.upper()):
            assert service.readable_by_uuid(work, one).node.id == nid
            assert service.by_alias(work, f"resource/{one}").node.id == nid
        assert service.readable(work, nid).node.uuid == text
        found = service.index(work, [Condition("uuid", "=", (text.upper(),))], offset=0, limit=9)
        assert [one.id for one in found] == [nid]
    with pytest.raises(Conflict):
        _made(portal, Kind.RESOURCE, uuid=text.title())


def test_new_datasets_are_as_restricted_as_the_portal_has_it(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal, "settings", replace(portal.settings, restricted_by_default=True))
    nid = _made(portal)
    assert not _shows_all(portal, nid)
    assert _shows_all(portal, nid, ADMIN)


def test_an_author_whose_ruleset_was_taken_away_is_not_told_of_the_dataset(portal: Portal) -> None:
    author = person(portal, "create_dataset")
    nid = _made(portal, actor=author)
    uid = _uid(portal, nid)
    secure(portal, uid, is_restricted=True)

    def told() -> list[bool]:
        service.settle(portal)
        with portal.reading(author) as work:
            listed = [one.id for one in service.index(work, offset=0, limit=1000)]
            names = listing.slugs(work, sorted(listing.newest(work)))
            revised = listing.last_revisions(work)
            return [nid in listed, slug in names, vuuid in revised]

    with portal.reading(ADMIN) as work:
        found = service.readable(work, nid)
        assert found.dataset is not None
        dataset_id, slug, vuuid = found.dataset.id, found.dataset.slug, found.node.vuuid
    assert told() == [True, True, True]
    with portal.writing(ADMIN) as work:
        dataset_store.remove_rulesets(work.db, dataset_id)
    assert told() == [False, False, False]
    assert not _shows_all(portal, nid, author)


def test_what_happened_before_a_start_is_followed_in_the_background(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    uid = dataset(portal)
    shown(portal, uid)
    with monkeypatch.context() as patched:
        patched.setattr(settling, "settle", None)
        service.settle_soon(portal).join()
    assert "could not be followed" in caplog.text
    service.settle_soon(portal).join()
    with portal.reading(ANONYMOUS) as work:
        assert service.of_dataset(work, datasets.readable(work, uid)) is not None
