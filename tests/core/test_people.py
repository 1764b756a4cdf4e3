"""Who may come in, and what they may do here."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.core.support import opened, person
from tests.support.house import ADMIN_KEY

from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS
from colonnade.core.work import ANONYMOUS, MEMBERS, SYSTEM, Actor, Portal
from colonnade.errors import Conflict, Invalid, NotFound, Unauthenticated

KEY = "0123456789abcdef" * 3


def _actor(portal: Portal, key: str | None) -> Actor:
    with portal.database.read() as db:
        return people.actor_of_key(db, key)


def test_the_first_administrator_is_made_once_from_the_settings(portal: Portal) -> None:
    actor = _actor(portal, ADMIN_KEY)
    assert (actor.username, actor.person_id) == ("admin", 1)
    assert actor.permissions == frozenset(DOMAIN_PERMISSIONS)
    with portal.writing(SYSTEM) as work:
        assert people.ensure_first_administrator(work, portal.settings) is None


def test_without_settings_the_first_secrets_are_generated_and_told_once(tmp_path: Path) -> None:
    with opened(tmp_path) as portal, portal.writing(SYSTEM) as work:
        for one in people.people(work):
            work.db.delete(one)
        work.db.flush()
        bare = replace(portal.settings, admin_username="boss", admin_api_key=None, admin_password=None)
        first = people.ensure_first_administrator(work, bare)
        assert first is not None
        assert first.username == "boss"
        assert first.password is not None
        assert first.api_key is not None
        assert people.KEY_PATTERN.fullmatch(first.api_key)
        assert people.person(work, "boss").password_hash != first.password
        assert people.keys_of(work, people.person(work, "boss"))[0].digest != first.api_key


def test_no_key_is_nobody_and_a_wrong_one_is_refused(portal: Portal) -> None:
    assert _actor(portal, None) == ANONYMOUS
    assert _actor(portal, "") == ANONYMOUS
    with pytest.raises(Unauthenticated):
        _actor(portal, "b" * 56)


def test_a_key_works_in_any_case_and_until_it_is_revoked(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        owner = people.add_person(work, "keyed", email="keyed@example.org")
        key, _ = people.add_key(work, owner, key=KEY)
    assert _actor(portal, KEY.upper()).username == "keyed"
    with portal.writing(SYSTEM) as work:
        at = people.revoke_key(work, key.uid, "lost").revoked_at
    with portal.writing(SYSTEM) as work:
        assert people.revoke_key(work, key.uid, "again").revoked_at == at
        assert people.keys_of(work, owner)[0].revocation_reason == "lost"
    with pytest.raises(Unauthenticated):
        _actor(portal, KEY)


def test_a_key_that_is_in_use_or_is_no_key_is_refused(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        owner = people.person(work, "admin")
        for wrong in (ADMIN_KEY, ADMIN_KEY.upper(), "abc", "z" * 56, "a" * 81):
            with pytest.raises(Invalid) as caught:
                people.add_key(work, owner, key=wrong)
            assert list(caught.value.fields) == ["key"]
        with pytest.raises(NotFound):
            people.revoke_key(work, "ak_nobody")


def test_somebody_who_was_made_inactive_does_not_come_in(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        owner = people.add_person(work, "gone", email="gone@example.org")
        _, key = people.add_key(work, owner)
    with portal.writing(SYSTEM) as work:
        people.person(work, "gone").is_active = False
    with pytest.raises(Unauthenticated):
        _actor(portal, key)


def test_a_key_never_has_more_than_its_owner_has_now(portal: Portal) -> None:
    actor = person(portal, "create_dataset", key_permissions=["create_dataset", "edit_domain"])
    assert actor.permissions == {"create_dataset"}
    assert actor.key_allows("edit_domain")
    assert not actor.key_allows("edit_dataset")


def test_a_key_without_permissions_of_its_own_follows_its_owner(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        owner = people.add_person(work, "growing", email="growing@example.org")
        _, key = people.add_key(work, owner)
    assert _actor(portal, key).permissions == frozenset()
    with portal.writing(SYSTEM) as work:
        people.set_permissions(work, people.person(work, "growing"), ["edit_page"])
    assert _actor(portal, key).permissions == {"edit_page"}


def test_permissions_come_from_groups_too(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        group = people.add_group(work, "Édition du soir", permissions=["publish_dataset"])
        assert group.uid == "edition_du_soir"
        assert people.add_group(work, "Edition du soir").uid == "edition_du_soir_2"
    actor = person(portal, "edit_page", groups=["edition_du_soir"])
    assert actor.permissions == {"edit_page", "publish_dataset"}
    assert actor.groups == {MEMBERS, "edition_du_soir"}
    assert actor.principals == (f"user:{actor.username}", "group:edition_du_soir", "group:members")


def test_joining_twice_is_joining_once(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        one, group = (
            people.add_person(work, "joiner", email="j@example.org"),
            people.add_group(work, "Joiners"),
        )
        people.join(work, one, group)
        people.join(work, one, group)


def test_everybody_who_signed_in_is_a_member_and_nobody_joins_the_members(portal: Portal) -> None:
    assert person(portal).groups == {MEMBERS}
    assert ANONYMOUS.groups == frozenset()
    with portal.writing(SYSTEM) as work:
        members = people.group(work, MEMBERS)
        assert members is not None
        assert members.is_built_in
        with pytest.raises(Conflict):
            people.join(work, people.person(work, "admin"), members)
        assert people.add_group(work, "Members").uid == "members_2"


def test_what_the_members_may_do_everybody_who_signed_in_may(tmp_path: Path) -> None:
    with opened(tmp_path) as portal:
        with portal.writing(SYSTEM) as work:
            members = people.group(work, MEMBERS)
            assert members is not None
            members.permissions = ["submit_private_form"]
        assert person(portal).permissions == {"submit_private_form"}
        assert person(portal, key_permissions=["edit_page"]).permissions == frozenset()


@pytest.mark.parametrize(
    ("username", "email", "permissions", "field"),
    [
        ("admin", "a@example.org", [], "username"),
        ("-dash", "a@example.org", [], "username"),
        ("a b", "a@example.org", [], "username"),
        ("", "a@example.org", [], "username"),
        ("fine", "nowhere", [], "email"),
        ("fine", "a@example.org", ["fly"], "permissions"),
    ],
)
def test_a_user_that_cannot_be_is_refused(
    portal: Portal, username: str, email: str, permissions: list[str], field: str
) -> None:
    with portal.writing(SYSTEM) as work, pytest.raises(Invalid) as caught:
        people.add_person(work, username, email=email, permissions=permissions)
    assert list(caught.value.fields) == [field]


def test_unknown_permissions_are_refused_wherever_they_are_given(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        owner = people.person(work, "admin")
        for give in (
            lambda: people.set_permissions(work, owner, ["fly"]),
            lambda: people.add_group(work, "Pilots", permissions=["fly"]),
            lambda: people.add_key(work, owner, permissions=["fly"]),
        ):
            with pytest.raises(Invalid, match="fly"):
                give()


def test_a_password_is_kept_as_a_hash_of_its_own(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        one = people.add_person(work, "one", email="one@example.org", password="same")
        two = people.add_person(work, "two", email="two@example.org")
        people.set_password(work, two, "same")
        assert one.password_hash is not None
        assert two.password_hash is not None
        assert one.password_hash != two.password_hash
        assert "same" not in one.password_hash
