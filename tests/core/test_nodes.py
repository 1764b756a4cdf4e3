"""Nodes: numbers for what other doors make, what may be seen of them, references, questions to the index."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.core import support
from tests.core.support import ADMIN, dataset, person, rule, secure, shown, source

from colonnade.core.datasets import amending
from colonnade.core.datasets import metadata as meta
from colonnade.core.datasets import service as datasets
from colonnade.core.nodes import references, service, settling, store, tags, writing
from colonnade.core.nodes.model import (
    Changes,
    Condition,
    EditableNode,
    Kind,
    Node,
    NodeRemoved,
    ReadableNode,
    ReferencesChanged,
    Tags,
)
from colonnade.core.publishing import service as publishing
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Event, Portal
from colonnade.db.base import LARGEST_ID
from colonnade.errors import Denied, Invalid, NotFound


def _made(portal: Portal, kind: Kind = Kind.DATASET, actor: Actor = ADMIN, **said: Any) -> int:
    service.settle(portal)
    with portal.writing(actor) as work:
        return writing.create(work, kind, Changes(**{"title": "A node", **said})).node.id


def _update(portal: Portal, nid: int, actor: Actor = ADMIN, **said: Any) -> None:
    with portal.writing(actor) as work:
        writing.update(work, service.editable(work, nid), Changes(**said))


def _removed(portal: Portal, nid: int, actor: Actor = ADMIN) -> Sequence[Event]:
    with portal.writing(actor) as work:
        writing.remove(work, service.editable(work, nid))
        return work.events


def _seen(portal: Portal, nid: int, actor: Actor = ANONYMOUS) -> ReadableNode:
    service.settle(portal)
    with portal.reading(actor) as work:
        return service.readable(work, nid)


def _sees(portal: Portal, nid: int, actor: Actor = ANONYMOUS) -> bool:
    """The door of one node and the index say the same of what is published."""
    try:
        is_seen = _seen(portal, nid, actor).node.id == nid
    except (NotFound, Denied):
        is_seen = False
    assert (nid in _index(portal, actor, Condition("id", "=", (str(nid),)))) == is_seen
    return is_seen


def _nodes(portal: Portal, actor: Actor, *conditions: Condition) -> Sequence[Node]:
    service.settle(portal)
    with portal.reading(actor) as work:
        return service.index(work, conditions, offset=0, limit=1000)


def _index(portal: Portal, actor: Actor = ANONYMOUS, *conditions: Condition) -> list[int]:
    return [one.id for one in _nodes(portal, actor, *conditions)]


def _nid(portal: Portal, uid: str) -> int:
    """Of a dataset."""
    service.settle(portal)
    with portal.reading(SYSTEM) as work:
        (found,) = datasets.by_ids(
            work, [one.id for one in datasets.by_ids(work, datasets.living_ids(work)) if one.uid == uid]
        )
        return service.of_datasets(work, [found.id])[found.id]


def _resources(portal: Portal, nid: int, actor: Actor = ANONYMOUS) -> list[Node]:
    service.settle(portal)
    with portal.reading(actor) as work:
        return [one.node for one in service.resources_of(work, service.readable(work, nid))]


def test_what_other_doors_publish_gets_a_number(portal: Portal) -> None:
    uid = dataset(portal, title="From elsewhere", keyword=["dogs"], theme=["Animals"])
    service.settle(portal)
    with portal.reading(SYSTEM) as work:
        assert "From elsewhere" not in [one.title for one in service.index(work, offset=0, limit=1000)]
    shown(portal, uid)
    found = _seen(portal, _nid(portal, uid))
    assert found.dataset is not None
    assert (found.node.title, found.node.uuid, found.node.kind) == (
        "From elsewhere",
        found.dataset.uuid,
        "dataset",
    )
    assert (found.node.author_id, found.node.is_open, found.node.vid is not None) == (1, True, True)
    with portal.reading(ANONYMOUS) as work:
        assert set(tags.known(work, Tags.TAGS, ["dogs", "cats"])) == {"dogs"}
        assert set(tags.known(work, Tags.TOPICS, ["Animals"])) == {"Animals"}


def test_a_node_says_what_its_dataset_says_by_now(portal: Portal) -> None:
    uid = dataset(portal, title="Before")
    shown(portal, uid)
    nid = _nid(portal, uid)
    with portal.writing(ADMIN) as work:
        amending.amend(work, datasets.editable(work, uid), {"default": {"title": "After"}})
    assert _seen(portal, nid).node.title == "After"
    with portal.writing(ADMIN) as work:
        datasets.hide(work, datasets.editable(work, uid).dataset)
    assert not _sees(portal, nid)
    assert _seen(portal, nid, ADMIN).node.is_published is False


def test_a_removed_dataset_takes_its_node_along(portal: Portal) -> None:
    uid, _ = support.live(portal, [{"name": "a"}])
    nid = _nid(portal, uid)
    foreign = [one.id for one in _resources(portal, nid)]
    with portal.writing(ADMIN) as work:
        publishing.remove(work, datasets.editable(work, uid))
    for gone in (nid, *foreign):
        with pytest.raises(NotFound):
            _seen(portal, gone, ADMIN)


def test_resources_of_other_doors_are_nodes_once_they_are_published(portal: Portal) -> None:
    uid = dataset(portal, title="With a draft")
    source(portal, uid, "a\n1\n")
    shown(portal, uid)
    nid = _nid(portal, uid)
    assert _resources(portal, nid) == []
    with portal.writing(ADMIN) as work:
        one = datasets.editable(work, uid).dataset
        one.data_processed_at = one.created_at.replace(year=2999)
        datasets.note_change(work, one)
    (resource,) = _resources(portal, nid)
    assert (resource.kind, resource.is_foreign, resource.title) == ("resource", True, "data.csv")
    with portal.reading(ANONYMOUS) as work:
        (parent,) = service.datasets_of(work, service.readable(work, resource.id))
        assert parent.node.id == nid
    secure(portal, uid, is_restricted=True)
    assert not _sees(portal, resource.id)
    for change in (writing.remove, lambda work, found: writing.update(work, found, Changes(title="x"))):
        with portal.writing(ADMIN) as work, pytest.raises(Denied):
            change(work, service.editable(work, resource.id))


def test_settling_again_finds_nothing_to_do_and_follows_by_itself_what_is_written_here(
    portal: Portal,
) -> None:
    nid = _made(portal, metadata={"default": {"keyword": ["self"]}})
    with portal.database.read() as db:
        assert not settling.are_behind(db)
    _update(portal, nid, title="Other")
    _removed(portal, nid)
    with portal.database.read() as db:
        assert not settling.are_behind(db)


def test_what_others_changed_meanwhile_is_not_passed_over(portal: Portal) -> None:
    uid = dataset(portal, title="Meanwhile")
    shown(portal, uid)
    with portal.writing(ADMIN) as work:
        writing.create(work, Kind.DATASET, Changes(title="Mine"))
    assert _seen(portal, _nid(portal, uid)).node.title == "Meanwhile"


def test_groups_are_nodes_that_are_not_published_by_themselves(portal: Portal) -> None:
    member = person(portal, groups=["fire-brigade"])
    service.settle(portal)
    with portal.reading(member) as work:
        assert member.person_id is not None
        (nid,) = service.groups_of_person(work, member.person_id)
        found = service.readable(work, nid)
        assert service.by_alias(work, service.alias(work, found)).node.id == nid
    assert (found.node.kind, found.node.title, found.node.is_published) == ("group", "fire-brigade", False)
    assert not _sees(portal, nid)
    assert not _sees(portal, nid, person(portal))
    _update(portal, nid, title="Fire Brigade", is_published=True)
    assert _sees(portal, nid)
    assert _seen(portal, nid).node.title == "Fire Brigade"
    titles = [one.title for one in _nodes(portal, ADMIN, Condition("kind", "=", ("group",)))]
    assert "Members" not in titles


RIGHTS = [
    pytest.param((), False, id="nobody"),
    pytest.param(("explore_restricted_dataset",), True, id="sees-all"),
    pytest.param(("edit_dataset",), True, id="edits-all"),
    pytest.param(("create_dataset",), False, id="creates"),
    pytest.param(("edit_domain",), False, id="looks-after-the-portal"),
]


@pytest.mark.parametrize(("permissions", "sees"), RIGHTS)
def test_a_restricted_dataset_and_its_resources_are_for_those_who_may(
    portal: Portal, permissions: tuple[str, ...], *, sees: bool
) -> None:
    nid = _made(portal)
    resource = _made(portal, Kind.RESOURCE, datasets=[nid])
    found = _seen(portal, nid).dataset
    assert found is not None
    secure(portal, found.uid, is_restricted=True)
    actor = person(portal, *permissions)
    for one in (nid, resource):
        assert not _sees(portal, one)
        try:
            assert (_seen(portal, one, actor).node.id == one) is sees
        except NotFound:
            assert not sees
    assert (nid in _index(portal, actor)) is (sees and permissions != ("edit_dataset",))


def test_a_ruleset_lets_a_person_see_the_dataset_and_its_resources_in_lists_too(portal: Portal) -> None:
    nid = _made(portal)
    resource = _made(portal, Kind.RESOURCE, datasets=[nid])
    found = _seen(portal, nid).dataset
    assert found is not None
    secure(portal, found.uid, is_restricted=True)
    reader = person(portal)
    rule(portal, found.uid, reader, visible_fields=["a"])
    assert _sees(portal, nid, reader)
    assert _sees(portal, resource, reader)
    assert _seen(portal, resource, reader).access.visible_fields == frozenset({"a"})
    assert not _sees(portal, resource, person(portal))


def test_a_resource_is_as_open_as_the_most_open_of_its_datasets(portal: Portal) -> None:
    hidden, open_ = _made(portal, is_published=False), _made(portal)
    resource = _made(portal, Kind.RESOURCE, datasets=[hidden])
    assert not _sees(portal, resource)
    _update(portal, resource, datasets=[hidden, open_])
    assert _sees(portal, resource)
    _update(portal, open_, is_published=False)
    assert not _sees(portal, resource)
    _update(portal, hidden, is_published=True)
    assert _sees(portal, resource)


@pytest.mark.parametrize("way", ["removed", "let go", "restricted and removed"])
def test_a_resource_that_loses_its_last_dataset_is_not_shown_to_more_people_than_before(
    portal: Portal, way: str
) -> None:
    nid, other = _made(portal, is_published=way == "restricted and removed"), _made(portal)
    secret = _made(portal, Kind.RESOURCE, datasets=[nid])
    known = _made(portal, Kind.RESOURCE, datasets=[other])
    for one in (nid, other):
        found = _seen(portal, one, ADMIN).dataset
        assert found is not None
        if way == "let go":
            _update(portal, one, resources=[])
        elif way == "removed":
            _removed(portal, one)
        else:
            if one == nid:
                secure(portal, found.uid, is_restricted=True)
            with portal.writing(ADMIN) as work:
                publishing.remove(work, datasets.editable(work, found.uid))
    assert not _sees(portal, secret)
    assert _sees(portal, known)
    assert _seen(portal, secret, ADMIN).node.is_published is False


def test_what_is_not_published_is_denied_and_what_is_secret_is_unknown(portal: Portal) -> None:
    for kind in (Kind.DATASET, Kind.RESOURCE, Kind.PAGE):
        nid = _made(portal, kind, is_published=False)
        with pytest.raises(Denied):
            _seen(portal, nid)
        assert _seen(portal, nid, ADMIN).node.is_published is False
    for nid in (0, -1, 10**9, LARGEST_ID + 1):
        with pytest.raises(NotFound):
            _seen(portal, nid, ADMIN)


def test_the_author_of_a_node_changes_it_as_long_as_they_may_make_any(portal: Portal) -> None:
    creator, other = person(portal, "create_dataset"), person(portal, "create_dataset")
    for kind in (Kind.DATASET, Kind.RESOURCE, Kind.DATA_STORY):
        nid = _made(portal, kind, creator)
        _update(portal, nid, creator, title="Mine")
        with pytest.raises(Denied):
            _update(portal, nid, other, title="Not mine")
        with portal.reading(ANONYMOUS) as work, pytest.raises(Denied):
            service.editable(work, nid)
    for kind in (Kind.GROUP, Kind.PAGE, Kind.HARVEST_SOURCE):
        with pytest.raises(Denied):
            _made(portal, kind, creator)
    for kind in Kind:
        for nobody in (ANONYMOUS, person(portal)):
            with pytest.raises(Denied):
                _made(portal, kind, nobody)


def test_events_tell_what_references_came_and_went(portal: Portal) -> None:
    nid = _made(portal)
    resource = _made(portal, Kind.RESOURCE, datasets=[nid])
    with portal.writing(ADMIN) as work:
        (pair,) = references.pairs_of_resource(work, resource)
        assert [one.id for one in references.pairs_of_dataset(work, nid)] == [pair.id]
        references.mirrored(pair, resource_id=None, attachment_id=None)
    with portal.writing(ADMIN) as work:
        writing.update(work, service.editable(work, resource), Changes(datasets=[]))
        (event,) = [one for one in work.events if isinstance(one, ReferencesChanged)]
        assert (event.added, len(event.removed)) == ((), 1)
    (gone,) = [one for one in _removed(portal, resource) if isinstance(one, NodeRemoved)]
    assert (gone.nid, gone.kind, gone.mirrors) == (resource, Kind.RESOURCE, ())


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param([10**9], id="unknown"),
        pytest.param(["self"], id="itself"),
        pytest.param(list(range(1, 1002)), id="many"),
    ],
)
def test_a_reference_leads_to_a_node_of_the_other_kind(portal: Portal, wanted: list[Any]) -> None:
    nid = _made(portal)
    said = [nid if one == "self" else one for one in wanted]
    with pytest.raises(Invalid):
        _update(portal, nid, resources=said)
    assert _resources(portal, nid) == []


def test_a_dataset_in_a_draft_stays_so_when_it_is_changed_here(portal: Portal) -> None:
    uid = dataset(portal, title="Drafted", description="Old")
    shown(portal, uid)
    nid = _nid(portal, uid)
    with portal.writing(ADMIN) as work:
        one = datasets.editable(work, uid).dataset
        one.metadata_draft = meta.amended(one.metadata_draft, {"description": "Coming", "publisher": "Soon"})
    _update(portal, nid, metadata={"default": {"description": "Old", "keyword": ["new"]}})
    found = _seen(portal, nid).dataset
    assert found is not None
    published, draft = (
        meta.effective(some or {})["default"] for some in (found.metadata_published, found.metadata_draft)
    )
    assert (published["description"], published["keyword"], published.get("publisher")) == (
        "Old",
        ["new"],
        None,
    )
    assert (draft["description"], draft["keyword"], draft["publisher"]) == ("Coming", ["new"], "Soon")


def test_modified_moves_with_what_is_changed_here(portal: Portal) -> None:
    moves = {"modified_updates_on_metadata_change": True, "modified": "2020-01-01T00:00:00Z"}
    for said, year in ((moves, "2020"), ({"modified": "2020-01-01T00:00:00Z"}, "2020")):
        nid = _made(portal, metadata={"default": said})
        _update(portal, nid, metadata={"default": {"keyword": ["x"]}})
        found = _seen(portal, nid).dataset
        assert found is not None
        for some in (found.metadata_published, found.metadata_draft):
            moved = meta.effective(some or {})["default"]["modified"]
            assert moved.startswith(year) is ("modified_updates_on_metadata_change" not in said)


def test_many_changes_are_followed_in_steps(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "AT_ONCE", 2)
    uids = [dataset(portal, title=f"Step {one}") for one in range(5)]
    for uid in uids:
        shown(portal, uid)
    assert len({_nid(portal, uid) for uid in uids}) == 5


def test_files_of_a_node_are_written_without_a_revision(portal: Portal) -> None:
    nid = _made(portal, Kind.RESOURCE, items={"body": [{"value": "x"}]})
    before = _seen(portal, nid).node
    with portal.writing(ADMIN) as work:
        writing.put_items(work, service.editable(work, nid), {"body": [], "field_format": [{"tid": 1}]})
    after = _seen(portal, nid).node
    assert (after.items, after.vid) == ({"field_format": [{"tid": 1}]}, before.vid)


def test_fields_of_a_node_are_not_without_end(portal: Portal) -> None:
    with pytest.raises(Invalid):
        _made(portal, Kind.RESOURCE, items={"body": [{"value": "x" * 1_000_001}]})


def test_only_the_doors_make_the_types_that_prove_permission(portal: Portal) -> None:
    nid = _made(portal)
    with portal.reading(ADMIN) as work:
        assert isinstance(service.editable(work, nid), EditableNode)
        assert not isinstance(service.readable(work, nid), EditableNode)
        assert store.by_ids(work.db, [nid, nid, -1])[0].id == nid
