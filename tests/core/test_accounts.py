"""People whose user name is their e-mail address: added, changed, made inactive, removed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.support import ADMIN, dataset, listed, person, rule, secure, shown
from tests.support.saying import says

from colonnade.core.datasets import leaving
from colonnade.core.mail.model import LetterWritten
from colonnade.core.people import accounts, enrolling, mailed, sessions
from colonnade.core.people import service as people
from colonnade.core.people.model import DOMAIN_PERMISSIONS, Person
from colonnade.core.people.passwords import hashed
from colonnade.core.work import SYSTEM, Actor, Portal
from colonnade.errors import Conflict, Denied, Invalid, NotFound, Unauthenticated

PASSWORD = hashed("pw")
"""Made once: it takes a while."""


def _added(portal: Portal, email: str, *, permissions: tuple[str, ...] = ()) -> Person:
    with portal.writing(SYSTEM) as work:
        return accounts.add(work, email, password=PASSWORD, permissions=permissions)


def _as(portal: Portal, person: Person) -> Actor:
    with portal.database.read() as db:
        return people.actor_of(db, person)


@pytest.mark.parametrize(
    ("email", "valid"),
    [
        pytest.param(email, valid, id=f"panda-3.1-{email or 'empty'}")
        for email, valid in (
            ("nobody.com", False),
            ("nobody@", False),
            ("nobody@nobody", False),
            ("nobody@.com", False),
            ("", False),
            ("no body@nobody.com", False),
            ("nobody@nobody.com\n", False),
            ("nobody@nobody..com", False),
            ("nobody@-nobody.com", False),
            ("nobody@nobody.c0m", True),
            ("nobody@nobody.com", True),
            ("no_body@no-body.re", True),
            ("o'neil+tips@x.y.example", True),
            (f"{'a' * 250}@b.example", False),
        )
    ],
)
def test_what_is_an_address(email: str, valid: bool) -> None:
    assert accounts.is_address(email) is valid


def test_an_address_in_small_letters_is_the_user_name(portal: Portal) -> None:
    made = _added(portal, " Ada.Okafor@Paper.Example ")
    assert (made.username, made.email) == ("ada.okafor@paper.example", "ada.okafor@paper.example")
    assert (made.is_active, made.last_login, made.first_name) == (True, None, "")
    with portal.reading(SYSTEM) as work:
        assert people.person(work, "ADA.OKAFOR@paper.example").id == made.id
        assert people.by_ids(work, [made.id, 999]).keys() == {made.id}
        assert people.by_names(work, [made.username, None, "nobody"]).keys() == {made.username}
        with pytest.raises(NotFound):
            people.by_id(work, 2**70)


@pytest.mark.parametrize(
    "taken", ["admin@localhost", "ADMIN@LOCALHOST", "Taken@Paper.Example", "named@paper.example"]
)
def test_an_address_belongs_to_one_person(portal: Portal, taken: str) -> None:
    with portal.writing(SYSTEM) as work:
        if people.by_email(work.db, "taken@paper.example") is None:
            accounts.add(work, "taken@paper.example", password=PASSWORD)
            people.add_person(work, "named@paper.example", email="other@paper.example")
    with portal.writing(SYSTEM) as work, pytest.raises(Invalid) as caught:
        people.add_person(work, "another", email=taken)
    assert caught.value.fields["email"] == ["There is a user with this e-mail address already."]
    with portal.writing(SYSTEM) as work, pytest.raises(Invalid):
        people.add_person(work, taken, email="free@paper.example")


def test_an_address_that_is_none_is_refused_in_pandas_words(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work, pytest.raises(Invalid) as caught:
        accounts.add(work, "nobody@nobody")
    assert caught.value.fields == {"email": ["Email address is not valid."]}


def test_who_changes_whom(portal: Portal) -> None:
    bea, cy = _added(portal, "bea@paper.example"), _added(portal, "cy@paper.example")
    with portal.writing(_as(portal, bea)) as work:
        accounts.change(
            work, people.by_id(work, bea.id), first_name="Bea", last_name="Lund", email="B@paper.example"
        )
    with portal.reading(SYSTEM) as work:
        found = people.by_id(work, bea.id)
        assert (found.first_name, found.email, found.username) == (
            "Bea",
            "b@paper.example",
            "bea@paper.example",
        )
    for refused in (
        lambda work: accounts.change(work, people.by_id(work, cy.id), first_name="No"),
        lambda work: accounts.change(work, people.by_id(work, bea.id), is_active=False),
        lambda work: accounts.add(work, "dee@paper.example"),
        lambda work: leaving.remove(work, people.by_id(work, bea.id)),
    ):
        with portal.writing(_as(portal, bea)) as work, pytest.raises(Denied):
            refused(work)
    with portal.writing(ADMIN) as work:
        accounts.change(work, people.by_id(work, cy.id), first_name="Cy")
    with portal.writing(_as(portal, bea)) as work, pytest.raises(Invalid):
        accounts.change(work, people.by_id(work, bea.id), email="cy@paper.example")
    with portal.writing(ADMIN) as work, pytest.raises(Invalid):
        accounts.change(work, people.by_id(work, bea.id), last_name="x" * 151)


def test_a_key_that_was_cut_does_not_change_its_owner(portal: Portal) -> None:
    cut = person(portal, key_permissions=["create_dataset"])
    assert cut.person_id is not None
    with portal.writing(cut) as work, pytest.raises(Denied):
        accounts.change(work, people.by_id(work, cut.person_id), password="mine now")


def test_who_was_made_inactive_is_out_at_once(portal: Portal) -> None:
    eve = _added(portal, "eve@paper.example")
    token = sessions.sign_in(portal, "eve@paper.example", "pw", address="192.0.2.1").token
    with portal.writing(SYSTEM) as work:
        _, key = people.add_key(work, people.by_id(work, eve.id))
        link = mailed.invite(work, people.by_id(work, eve.id))
    with portal.writing(ADMIN) as work:
        accounts.change(work, people.by_id(work, eve.id), is_active=False)
    with portal.database.read() as db:
        assert sessions.actor_of_session(db, token) is None
        with pytest.raises(Unauthenticated):
            people.actor_of_email_and_key(db, "eve@paper.example", key)
    with portal.writing(SYSTEM) as work, pytest.raises(Conflict):
        mailed.use(work, link, "back again")
    with portal.writing(ADMIN) as work:
        accounts.set_active(work, people.by_id(work, eve.id), is_active=True)
    with portal.database.read() as db:
        assert people.actor_of_email_and_key(db, "EVE@paper.example", key.upper()).person_id == eve.id


def test_the_last_administrator_stays(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        boss = people.person(work, "admin")
        with pytest.raises(Conflict):
            accounts.set_active(work, boss, is_active=False)
        with pytest.raises(Conflict):
            leaving.remove(work, boss)
        second = accounts.add(work, "second@paper.example", password=PASSWORD, permissions=DOMAIN_PERMISSIONS)
        accounts.set_active(work, boss, is_active=False)
        with pytest.raises(Conflict):
            leaving.remove(work, second)
        accounts.set_active(work, boss, is_active=True)
        leaving.remove(work, second)


@says("panda-3.1-delete-keeps")
def test_datasets_outlive_who_made_them(portal: Portal) -> None:
    fay = _added(portal, "fay@paper.example", permissions=("create_dataset",))
    actor = _as(portal, fay)
    uid = dataset(portal, actor=actor)
    secure(portal, uid, is_restricted=True)
    shown(portal, uid)
    assert listed(portal, actor) == [uid]
    with portal.writing(ADMIN) as work:
        leaving.remove(work, people.by_id(work, fay.id))
    assert uid in listed(portal)
    again = _added(portal, "fay@paper.example")
    assert again.id != fay.id
    assert listed(portal, _as(portal, again)) == [], "the name alone opens nothing"
    rule(portal, uid, _as(portal, again))
    assert listed(portal, _as(portal, again)) == [uid]


def test_people_are_listed_in_pages(portal: Portal) -> None:
    with portal.reading(SYSTEM) as work:
        everybody, total = accounts.page(work, None)
        assert [one.id for one in everybody] == sorted(one.id for one in everybody)
        some, same = accounts.page(work, 2, 1)
        assert ([one.id for one in some], same, len(everybody)) == (
            [one.id for one in everybody[1:3]],
            total,
            total,
        )


def test_without_a_password_a_letter_with_a_link_is_written(portal: Portal) -> None:
    with portal.writing(ADMIN) as work:
        accounts.add(work, "gil@paper.example", is_active=False)
        (letter,) = [one.letter for one in work.events if isinstance(one, LetterWritten)]
        assert letter.to == "gil@paper.example"
        assert "http://localhost:8000/account/activate/" in letter.text
    with portal.writing(ADMIN) as work:
        accounts.add(work, "hal@paper.example", password=PASSWORD)
        assert not any(isinstance(one, LetterWritten) for one in work.events)


def test_who_may_everything_is_a_superuser_unless_the_key_is_cut(portal: Portal) -> None:
    assert people.is_superuser(ADMIN)
    assert not people.is_superuser(SYSTEM)
    assert people.is_superuser(person(portal, *DOMAIN_PERMISSIONS))
    assert not people.is_superuser(person(portal, *DOMAIN_PERMISSIONS, key_permissions=["edit_domain"]))


def test_a_key_counts_with_its_owners_address_alone(portal: Portal) -> None:
    ida, jon = _added(portal, "ida@paper.example"), _added(portal, "jon@paper.example")
    with portal.writing(SYSTEM) as work:
        made, key = people.add_key(work, people.by_id(work, ida.id), key="c0ffee" * 7)
        assert key == "c0ffee" * 7
    with portal.database.read() as db:
        assert people.actor_of_email_and_key(db, " Ida@Paper.Example", key).username == ida.username
        for email, tried in (
            (jon.email, key),
            (ida.email, "f" * 40),
            (ida.email, ""),
            ("", key),
            ("x", "\ud800"),
        ):
            with pytest.raises(Unauthenticated):
                people.actor_of_email_and_key(db, email, tried)
    with portal.writing(SYSTEM) as work:
        people.revoke_key(work, made.uid)
    with portal.database.read() as db, pytest.raises(Unauthenticated):
        people.actor_of_email_and_key(db, ida.email, key)


def test_an_address_that_two_older_accounts_share_names_neither(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        one = people.add_person(work, "kay", email="desk@paper.example")
        two = people.add_person(work, "lou", email="lou@paper.example")
        two.email = "Desk@paper.example"
        work.db.flush()
        assert people.by_email(work.db, "desk@paper.example") is None
        assert people.by_email(work.db, "KAY") is one
        _, key = people.add_key(work, two)
        assert people.actor_of_email_and_key(work.db, "desk@paper.example", key).username == "lou"


@given(
    st.text()
    | st.from_regex(r'(email|"email"|EMAIL,role)[\n\r]+("?[a-z@.,\n"]{0,20}\n){0,3}', fullmatch=True)
)
@settings(max_examples=60)
def test_any_text_is_a_list_of_people_or_is_refused(text: str) -> None:
    try:
        found = enrolling.read(text)
    except Invalid:
        return
    assert found
    assert all(one.line <= len(text) and one.role == "user" for one in found)
