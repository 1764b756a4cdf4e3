"""The doors to a dataset: who comes in, and what those outside learn."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.core.support import (
    ADMIN,
    dataset,
    deletion,
    live,
    opened,
    person,
    rule,
    secure,
    shown,
)

from colonnade.core.datasets import service as datasets
from colonnade.core.datasets.security import Security
from colonnade.core.people import service as people
from colonnade.core.work import ANONYMOUS, SYSTEM, Actor, Portal, Work
from colonnade.errors import Denied, Invalid, NotFound, PortalError, Unauthenticated

DOORS: dict[str, Callable[[Work, str], object]] = {
    "readable": datasets.readable,
    "viewable": datasets.viewable,
    "editable": datasets.editable,
    "publishable": datasets.publishable,
}
YES, UNKNOWN, DENIED, KEY = "yes", "NotFound", "Denied", "Unauthenticated"

# Each line: for an unpublished, a published and a restricted published dataset, what the doors answer in the order
# of DOORS.
Answers = tuple[str, str, str, str]
NO_KEY: Answers = (UNKNOWN, KEY, KEY, KEY)
OUTSIDE: Answers = (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
READER: Answers = (YES, DENIED, DENIED, DENIED)
EDITOR: Answers = (YES, YES, YES, DENIED)
PUBLISHER: Answers = (YES, YES, DENIED, YES)
OWNER: Answers = (YES, YES, YES, YES)


def _unpublished(answers: Answers) -> Answers:
    return (UNKNOWN, *answers[1:])


CASES: dict[str, tuple[Answers, Answers, Answers]] = {
    "anonymous": (NO_KEY, (YES, KEY, KEY, KEY), NO_KEY),
    "a member": (OUTSIDE, READER, OUTSIDE),
    "portal-wide reader": (OUTSIDE, READER, READER),
    "portal-wide editor": (_unpublished(EDITOR), EDITOR, (UNKNOWN, YES, YES, DENIED)),
    "portal-wide editor and publisher": (_unpublished(OWNER), OWNER, (UNKNOWN, YES, YES, YES)),
    "portal-wide publisher alone": (OUTSIDE, READER, OUTSIDE),
    "ruleset to read": (OUTSIDE, READER, READER),
    "ruleset to see all": (OUTSIDE, READER, READER),
    "ruleset to edit": (_unpublished(EDITOR), EDITOR, EDITOR),
    "ruleset to publish": (_unpublished(PUBLISHER), PUBLISHER, PUBLISHER),
    "ruleset to manage": (OUTSIDE, READER, READER),
    "ruleset to edit, portal-wide publisher": (_unpublished(OWNER), OWNER, OWNER),
    "ruleset of a group to edit": (_unpublished(EDITOR), EDITOR, EDITOR),
    "ruleset to edit, by a key that may not": (OUTSIDE, READER, READER),
    "administrator by a key that may nothing": (OUTSIDE, READER, OUTSIDE),
}


def _cast(portal: Portal, who: str, uid: str) -> Actor:
    """The actor of a case, with the rulesets that it is to hold on the dataset."""
    permissions: dict[str, tuple[str, ...]] = {
        "portal-wide reader": ("explore_restricted_dataset",),
        "portal-wide editor": ("edit_dataset",),
        "portal-wide editor and publisher": ("edit_dataset", "publish_dataset"),
        "portal-wide publisher alone": ("publish_dataset",),
        "ruleset to edit, portal-wide publisher": ("publish_dataset",),
        "administrator by a key that may nothing": (
            "edit_domain",
            "edit_dataset",
            "explore_restricted_dataset",
        ),
    }
    rulesets: dict[str, tuple[str, ...]] = {
        "ruleset to read": (),
        "ruleset to see all": ("explore_restricted_dataset",),
        "ruleset to edit": ("edit_dataset",),
        "ruleset to publish": ("publish_dataset",),
        "ruleset to manage": ("manage_dataset",),
        "ruleset to edit, portal-wide publisher": ("edit_dataset",),
        "ruleset to edit, by a key that may not": ("edit_dataset",),
    }
    if who == "anonymous":
        return ANONYMOUS
    is_weak = "by a key" in who
    groups = ("editors",) if "group" in who else ()
    actor = person(portal, *permissions.get(who, ()), groups=groups, key_permissions=() if is_weak else None)
    if groups:
        rule(portal, uid, "editors", "edit_dataset")
    elif who in rulesets:
        rule(portal, uid, actor, *rulesets[who])
    return actor


def _answers(portal: Portal, actor: Actor, name: str) -> Answers:
    found = []
    for door in DOORS.values():
        with portal.reading(actor) as work:
            try:
                door(work, name)
            except PortalError as error:
                found.append(type(error).__name__)
            else:
                found.append(YES)
    one, two, three, four = found
    return one, two, three, four


@pytest.mark.parametrize("who", CASES)
@pytest.mark.parametrize("state", ["unpublished", "published", "restricted"])
def test_the_doors(portal: Portal, who: str, state: str) -> None:
    uid = dataset(portal)
    if state != "unpublished":
        shown(portal, uid)
    secure(portal, uid, is_restricted=state == "restricted")
    actor = _cast(portal, who, uid)
    expected = CASES[who][["unpublished", "published", "restricted"].index(state)]
    with portal.reading(SYSTEM) as work:
        slug = datasets.viewable(_as_admin(work), uid).dataset.slug
    assert slug is not None
    assert dict(zip(DOORS, _answers(portal, actor, uid), strict=True)) == dict(
        zip(DOORS, expected, strict=True)
    )
    assert _answers(portal, actor, slug) == expected


def _as_admin(work: Work) -> Work:
    return Work(work.portal, ADMIN, work.db, writes=False)


def test_what_one_may_not_know_of_is_answered_like_what_does_not_exist(portal: Portal) -> None:
    uid = dataset(portal)
    actor = person(portal)
    for door in DOORS.values():
        with portal.reading(actor) as work:
            with pytest.raises(NotFound) as secret:
                door(work, uid)
            with pytest.raises(NotFound) as unknown:
                door(work, "da_000000")
        assert secret.value.code == unknown.value.code
        assert secret.value.message.replace(uid, "") == unknown.value.message.replace("da_000000", "")


def test_the_rulesets_of_the_members_are_everybodys_who_signed_in(portal: Portal) -> None:
    uid, _ = live(portal)
    secure(portal, uid, is_restricted=True)
    rule(portal, uid, "members", "edit_dataset", visible_fields=["name"])
    with portal.reading(person(portal)) as work:
        assert datasets.readable(work, uid).access.visible_fields == frozenset({"name"})
        datasets.editable(work, uid)
    with portal.reading(ANONYMOUS) as work, pytest.raises(NotFound):
        datasets.readable(work, uid)


def test_rulesets_of_a_person_and_of_groups_are_united(portal: Portal) -> None:
    uid = dataset(portal)
    shown(portal, uid)
    actor = person(portal, groups=["north", "south"])
    rule(portal, uid, actor, visible_fields=["a"])
    rule(portal, uid, "north", "publish_dataset", visible_fields=["b"], filter_query="a=1")
    rule(portal, uid, "south", "edit_dataset", is_data_visible=False, visible_fields=["c"])
    with portal.reading(actor) as work:
        seen = datasets.readable(work, uid).access
        assert seen.visible_fields == frozenset({"a", "b"})
        assert seen.filters is None
        datasets.publishable(work, uid)
        datasets.editable(work, uid)


def test_a_ruleset_takes_the_place_of_the_one_before(portal: Portal) -> None:
    uid = dataset(portal)
    shown(portal, uid)
    actor = person(portal)
    rule(portal, uid, actor, "edit_dataset", visible_fields=["a"])
    rule(portal, uid, actor, visible_fields=["b"])
    with portal.reading(actor) as work:
        assert datasets.readable(work, uid).access.visible_fields == frozenset({"b"})
        with pytest.raises(Denied):
            datasets.editable(work, uid)


def test_a_ruleset_that_cannot_be_is_refused_when_it_is_written(portal: Portal) -> None:
    uid = dataset(portal)
    with pytest.raises(Invalid) as caught:
        rule(portal, uid, ADMIN, "edit_domain")
    assert list(caught.value.fields) == ["permissions"]
    with pytest.raises(Invalid) as caught:
        rule(portal, uid, ADMIN, filter_query="size >")
    assert list(caught.value.fields) == ["security.filter_query"]
    with pytest.raises(Invalid) as caught:
        secure(portal, uid, filter_query="size >")
    assert list(caught.value.fields) == ["default_security.filter_query"]


def test_the_portal_itself_holds_no_rulesets(portal: Portal) -> None:
    uid = dataset(portal)
    rule(portal, uid, "members", "edit_dataset")
    with portal.reading(SYSTEM) as work, pytest.raises(NotFound):
        datasets.editable(work, uid)


def test_who_manages_a_dataset_may_edit_it_and_holds_the_permission(portal: Portal) -> None:
    uid = dataset(portal)
    shown(portal, uid)
    held = person(portal, "manage_dataset")
    rule(portal, uid, held, "edit_dataset")
    both = person(portal)
    rule(portal, uid, both, "edit_dataset", "manage_dataset")
    for actor in (ADMIN, held, both, person(portal, "edit_dataset", "manage_dataset")):
        with portal.reading(actor) as work:
            assert datasets.securable(work, uid).dataset.uid == uid
    alone = person(portal)
    rule(portal, uid, alone, "manage_dataset")
    for actor in (person(portal, "edit_dataset"), person(portal, "manage_dataset"), alone):
        with portal.reading(actor) as work, pytest.raises(Denied):
            datasets.securable(work, uid)


def test_who_makes_a_dataset_may_do_everything_with_it(portal: Portal) -> None:
    actor = person(portal, "create_dataset")
    uid = dataset(portal, actor=actor)
    assert _answers(portal, actor, uid) == (UNKNOWN, YES, YES, YES)
    assert _answers(portal, person(portal, "create_dataset"), uid) == OUTSIDE


def test_making_a_dataset_needs_the_permission(portal: Portal) -> None:
    with pytest.raises(Denied):
        dataset(portal, actor=person(portal, "edit_dataset"))
    with pytest.raises(Unauthenticated):
        dataset(portal, actor=ANONYMOUS)


def _slug(portal: Portal, wanted: str | None, title: str = "A title") -> str | None:
    with portal.writing(ADMIN) as work:
        metadata = {"default": {"title": title}}
        return datasets.create(work, metadata, wanted_slug=wanted).dataset.slug


def test_slugs_come_from_titles_and_never_twice(portal: Portal) -> None:
    title = "Élections à Łódź, 2024!"
    first = _slug(portal, None, title)
    assert first == "elections-a-odz-2024"
    assert _slug(portal, None, title) == f"{first}-2"
    assert _slug(portal, None, title) == f"{first}-3"
    assert _slug(portal, None, "東京") == "dataset"
    assert len(_slug(portal, None, "x" * 500) or "") == 150


@pytest.mark.parametrize("wanted", ["", "Upper", "a b", "-a", "../etc", "da_abc123", "x" * 201, "é"])
def test_a_slug_that_is_none_is_refused(portal: Portal, wanted: str) -> None:
    with pytest.raises(Invalid) as caught:
        _slug(portal, wanted)
    assert list(caught.value.fields) == ["dataset_id"]


def test_a_slug_is_free_again_when_its_dataset_was_deleted_and_a_uid_never_is(portal: Portal) -> None:
    assert _slug(portal, "reused") == "reused"
    with pytest.raises(Invalid):
        _slug(portal, "reused")
    with portal.reading(ADMIN) as work:
        before = datasets.viewable(work, "reused").dataset
    assert deletion(portal, before.uid).run() == "done"
    assert _slug(portal, "reused") == "reused"
    with portal.reading(ADMIN) as work:
        after = datasets.viewable(work, "reused").dataset
        assert after.uid != before.uid
        assert after.id > before.id
        with pytest.raises(NotFound):
            datasets.viewable(work, before.uid)


def test_the_managed_datasets_are_those_that_one_may_edit_or_publish(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        edited, published, read = dataset(portal), dataset(portal), dataset(portal)
        actor = person(portal)
        rule(portal, edited, actor, "edit_dataset")
        rule(portal, published, actor, "publish_dataset")
        rule(portal, read, actor, "explore_restricted_dataset", "manage_dataset")
        with portal.reading(actor) as work:
            found, total = datasets.managed_page(work, limit=10, offset=0)
            assert ([one.dataset.uid for one in found], total) == ([edited, published], 2)
            found, total = datasets.managed_page(work, limit=1, offset=1)
            assert ([one.dataset.uid for one in found], total) == ([published], 2)
        with portal.reading(person(portal)) as work, pytest.raises(Denied):
            datasets.managed_page(work, limit=10, offset=0)
        with portal.reading(person(portal, "create_dataset")) as work:
            assert datasets.managed_page(work, limit=10, offset=0) == ([], 0)
        with portal.reading(ANONYMOUS) as work, pytest.raises(Unauthenticated):
            datasets.managed_page(work, limit=10, offset=0)


def test_a_group_gives_rulesets_to_whoever_joins_later(portal: Portal) -> None:
    uid = dataset(portal)
    with portal.writing(SYSTEM) as work:
        people.add_group(work, "Later")
    rule(portal, uid, "later", "edit_dataset")
    with portal.reading(person(portal, groups=["later"])) as work:
        datasets.editable(work, uid)


@pytest.mark.parametrize(
    "metadata", [None, [], "x", {"default": []}, {"default": {}}, {"default": {"title": "  "}}]
)
def test_metadata_of_the_wrong_form_is_refused(portal: Portal, metadata: object) -> None:
    with portal.writing(ADMIN) as work, pytest.raises(Invalid) as caught:
        datasets.create(work, metadata)
    assert all(name.startswith("metadata") for name in caught.value.fields)


def test_what_is_kept_of_a_security_is_what_was_given(portal: Portal) -> None:
    given = Security(
        is_data_visible=False,
        visible_fields=("a",),
        filter_query="a=1",
        api_calls_quota={"unit": "day", "limit": 5},
    )
    with portal.writing(ADMIN) as work:
        made = datasets.create(work, {"default": {"title": "Kept"}}, default_security=given)
        assert Security.from_json(made.dataset.default_security) == given
