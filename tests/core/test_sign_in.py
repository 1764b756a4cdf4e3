"""Passwords, sessions, and keys in mailed links."""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest
from tests.core.support import opened
from tests.support.saying import says

from colonnade.core.mail.model import Letter, LetterWritten
from colonnade.core.people import accounts, mailed, passwords, sessions
from colonnade.core.people import service as people
from colonnade.core.people.model import MailedKey, Person, WebSession
from colonnade.core.tries import Limits, Tries
from colonnade.core.work import SYSTEM, Actor, Portal, Work, now
from colonnade.errors import Conflict, Denied, Invalid, NotFound, QuotaReached, Unauthenticated, Unavailable

HERE = "192.0.2.1"
PASSWORD = "a good long one"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with opened(tmp_path_factory.mktemp("portal"), public_url="https://data.example.org") as one:
        hashed = passwords.hashed(PASSWORD)  # once: it takes a while
        with one.writing(SYSTEM) as work:
            for name in ("ada", "bea", "cy", "dee", "eve"):
                accounts.add(work, f"{name}@paper.example", password=hashed)
        yield one


@pytest.fixture(autouse=True)
def _forgiven(portal: Portal) -> None:
    portal.tries = Tries()


def _actor(portal: Portal, token: str | None) -> Actor | None:
    with portal.database.read() as db:
        return sessions.actor_of_session(db, token)


def _person(work: Work, name: str) -> Person:
    return people.person(work, f"{name}@paper.example")


def _letter(work: Work) -> Letter:
    (found,) = [one.letter for one in work.events if isinstance(one, LetterWritten)]
    return found


def _key_in(letter: Letter) -> str:
    found = re.search(r"https://data\.example\.org/account/(?:activate|reset)/([0-9a-f]{40})/\n", letter.text)
    assert found is not None
    return found[1]


def test_a_session_lasts_until_it_is_ended(portal: Portal) -> None:
    before = now()
    signed = sessions.sign_in(portal, "ADA@paper.example", PASSWORD, address=HERE)
    assert signed.person.last_login is not None
    assert signed.person.last_login >= before
    other = sessions.sign_in(portal, "ada@paper.example", PASSWORD, address=HERE)
    actor = _actor(portal, signed.token)
    assert actor is not None
    assert (actor.username, actor.key_permissions) == ("ada@paper.example", None)
    assert "members" in actor.groups
    sessions.sign_out(portal, signed.token)
    sessions.sign_out(portal, signed.token)
    sessions.sign_out(portal, None)
    assert _actor(portal, signed.token) is None
    assert _actor(portal, other.token) is not None
    assert _actor(portal, other.token.swapcase()) is None
    assert _actor(portal, None) is None
    assert _actor(portal, "") is None


def test_nothing_that_opens_the_door_is_kept(portal: Portal) -> None:
    token = sessions.sign_in(portal, "ada@paper.example", PASSWORD, address=HERE).token
    with portal.writing(SYSTEM) as work:
        key = mailed.invite(work, _person(work, "ada"))
    content = b"".join(one.read_bytes() for one in portal.settings.data.glob("catalogue.sqlite*"))
    assert token.encode() not in content
    assert key.encode() not in content
    assert PASSWORD.encode() not in content
    assert token not in repr(sessions.SignedIn(Person(), token))


def test_a_session_ends_after_thirty_days(portal: Portal) -> None:
    token = sessions.sign_in(portal, "bea@paper.example", PASSWORD, address=HERE).token
    with portal.writing(SYSTEM) as work:
        one = work.db.query(WebSession).filter_by(digest=people.digest_of(token, exact=True)).one()
        assert dt.timedelta(days=29.9) < one.ends_at - now() <= dt.timedelta(days=30)
        one.ends_at = now()
    assert _actor(portal, token) is None
    sessions.sign_in(portal, "bea@paper.example", PASSWORD, address=HERE)
    with portal.reading(SYSTEM) as work:
        assert not work.db.query(WebSession).filter(WebSession.ends_at <= now()).count(), (
            "nothing old is kept"
        )


@says("panda-2.2-password-change")
def test_a_new_password_ends_all_sessions_but_the_one_that_set_it(portal: Portal) -> None:
    here, there = (sessions.sign_in(portal, "cy@paper.example", PASSWORD, address=HERE).token for _ in "12")
    actor = _actor(portal, here)
    assert actor is not None
    changed = passwords.hashed("another")
    with portal.writing(actor) as work:
        accounts.change(work, _person(work, "cy"), password=changed, keep_session=here)
    assert _actor(portal, here) is not None
    assert _actor(portal, there) is None
    with pytest.raises(Unauthenticated):
        sessions.sign_in(portal, "cy@paper.example", PASSWORD, address=HERE)
    assert sessions.sign_in(portal, "cy@paper.example", "another", address=HERE).token


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param("ada@paper.example", "wrong", id="panda-2.2-wrong-password"),
        pytest.param("nobody@paper.example", PASSWORD, id="panda-2.2-nobody"),
        pytest.param("", "", id="panda-2.2-empty"),
        pytest.param("ada@paper.example", "", id="panda-2.2-no-password"),
        pytest.param("ada@paper.example", PASSWORD + " ", id="panda-2.2-blank-behind"),
        pytest.param("ada@paper.example", "x" * 1001, id="panda-2.2-too-long"),
        pytest.param("ada@paper.example", "\ud800", id="panda-2.2-no-text"),
        pytest.param("\ud800", "x", id="panda-2.2-no-name"),
    ],
)
def test_what_is_wrong_is_refused_alike(portal: Portal, email: str, password: str) -> None:
    with pytest.raises(Unauthenticated) as caught:
        sessions.sign_in(portal, email, password, address=HERE)
    assert (caught.value.code, caught.value.message) == ("sign_in.wrong", "Email or password is incorrect")


def test_who_has_no_password_does_not_come_in(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        accounts.add(work, "fay@paper.example")
    with pytest.raises(Unauthenticated):
        sessions.sign_in(portal, "fay@paper.example", "", address=HERE)


def test_an_account_that_was_made_inactive_is_told_only_to_who_knows_its_password(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        accounts.set_active(work, _person(work, "eve"), is_active=False)
    with pytest.raises(Denied) as caught:
        sessions.sign_in(portal, "eve@paper.example", PASSWORD, address=HERE)
    assert (caught.value.code, caught.value.message) == ("sign_in.inactive", "This account is disabled")
    with pytest.raises(Unauthenticated):
        sessions.sign_in(portal, "eve@paper.example", "wrong", address=HERE)


def test_who_tries_too_often_waits_and_others_do_not(portal: Portal) -> None:
    portal.tries = Tries(Limits(account_from_network=1, account=2, network=2))

    def tried(name: str, address: str, password: str = "guess") -> str | None:
        try:
            sessions.sign_in(portal, f"{name}@paper.example", password, address=address)
        except (Unauthenticated, QuotaReached) as error:
            return error.code
        return None

    assert tried("Dee", "2001:db8::1") == "sign_in.wrong"
    assert tried("dee", "2001:db8::2", PASSWORD) == "sign_in.tries", "the same network, the right password"
    assert tried("dee", "2001:db8:1::1", PASSWORD) is None, "from elsewhere"
    assert tried("ada", "2001:db8::1", PASSWORD) is None, "somebody else"
    assert tried("dee", "2001:db8:2::1") == "sign_in.wrong"
    assert tried("dee", "2001:db8:3::1", PASSWORD) == "sign_in.tries", "from everywhere"
    assert [tried(name, "2001:db8::4") for name in ("one", "two")] == ["sign_in.wrong", "sign_in.network"]
    with pytest.raises(QuotaReached) as caught:
        sessions.sign_in(portal, "dee@paper.example", PASSWORD, address="2001:db8::1")
    assert now() < caught.value.resets_at <= now() + dt.timedelta(minutes=15)


def test_many_who_come_at_once_all_come_in(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are looked at do not count as wrong, not even of one account and network."""
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)
    many = passwords.AT_ONCE + passwords.WAITING
    with portal.writing(SYSTEM) as work:
        accounts.add(work, "desk@paper.example", password=passwords.hashed(PASSWORD))
    start = threading.Barrier(many)

    def come(_number: int) -> str:
        start.wait()
        return sessions.sign_in(portal, "desk@paper.example", PASSWORD, address=HERE).token

    with ThreadPoolExecutor(many) as threads:
        assert len(set(threads.map(come, range(many)))) == many == 30


def test_more_than_can_wait_are_refused_at_once(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is nobody's wrong try, and a key is looked at before its turn."""
    portal.tries = Tries(Limits(account=1, network_keys=2))
    with portal.writing(SYSTEM) as work:
        key = mailed.invite(work, _person(work, "ada"))
    with monkeypatch.context() as narrow:
        narrow.setattr(passwords, "_places", threading.BoundedSemaphore(1))
        with passwords.turn():
            for _ in "12":
                with pytest.raises(Unavailable) as caught:
                    sessions.sign_in(portal, "dee@paper.example", PASSWORD, address=HERE)
                assert caught.value.facts["retry_after"] == 10
            for _ in "123":
                with pytest.raises(Unavailable):
                    mailed.choose(portal, key, PASSWORD, address=HERE)
            for _ in "12":
                with pytest.raises(NotFound):
                    mailed.choose(portal, "0" * 40, PASSWORD, address=HERE)
            with pytest.raises(QuotaReached):
                mailed.choose(portal, key, PASSWORD, address=HERE)
    assert sessions.sign_in(portal, "dee@paper.example", PASSWORD, address=HERE).token


def test_an_activation_key_works_once_and_signs_nobody_in(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        accounts.add(work, "gil@paper.example", is_active=False)
        letter = _letter(work)
    assert letter.subject == "Welcome to Colonnade, please activate your account"
    key = _key_in(letter)
    with portal.reading(SYSTEM) as work:
        assert mailed.look(work, key).email == "gil@paper.example"
        with pytest.raises(NotFound) as unknown:
            mailed.look(work, "0" * 40)
        assert unknown.value.message == "Invalid activation key"
    with portal.writing(SYSTEM) as work:
        made = mailed.use(work, key, PASSWORD, email="Gil@home.example", first_name="Gil", last_name="Roy")
        assert (made.is_active, made.email, made.first_name, made.last_name) == (
            True,
            "gil@home.example",
            "Gil",
            "Roy",
        )
    with portal.writing(SYSTEM) as work, pytest.raises(Conflict) as used:
        mailed.use(work, key, "once more")
    assert used.value.message == "Expired activation key. Contact your administrator"
    assert sessions.sign_in(portal, "gil@home.example", PASSWORD, address=HERE).token


def test_what_is_wrong_leaves_the_key_as_it_was(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        key = mailed.invite(work, _person(work, "ada"))
    for wrong in ({"email": "bea@paper.example"}, {"email": "nowhere"}):
        with portal.writing(SYSTEM) as work, pytest.raises(Invalid) as caught:
            mailed.use(work, key, PASSWORD, **wrong)
        assert list(caught.value.fields) == ["email"]
    with portal.writing(SYSTEM) as work, pytest.raises(Invalid) as caught:
        mailed.use(work, key, "")
    assert caught.value.fields == {"password": ["This field is required."]}
    with portal.reading(SYSTEM) as work:
        mailed.look(work, key)


@says("panda-2.2-forgot-days")
def test_a_new_key_ends_the_one_before_and_so_does_time(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        first = mailed.invite(work, _person(work, "bea"))
        second = mailed.invite(work, _person(work, "bea"))
        with pytest.raises(NotFound):
            mailed.look(work, first)
        one = work.db.query(MailedKey).filter_by(digest=people.digest_of(second, exact=True)).one()
        assert dt.timedelta(days=29.9) < one.ends_at - now() <= dt.timedelta(days=30)
        one.ends_at = now()
        work.db.flush()
        with pytest.raises(Conflict):
            mailed.look(work, second)


def test_who_forgot_the_password_gets_a_letter_at_the_own_address(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        mailed.forgot(work, "ADA@paper.example", address=HERE)
        letter = _letter(work)
    assert (letter.to, letter.subject) == ("ada@paper.example", "Forgotten password")
    token = sessions.sign_in(portal, "ada@paper.example", PASSWORD, address=HERE).token
    with portal.writing(SYSTEM) as work:
        mailed.use(work, _key_in(letter), PASSWORD)
    assert _actor(portal, token) is None, "whoever was in is out"


@pytest.mark.parametrize("email", ["nobody@paper.example", "", "eve@paper.example"])
def test_nobody_and_who_is_inactive_get_no_letter(portal: Portal, email: str) -> None:
    with portal.writing(SYSTEM) as work:
        accounts.set_active(work, _person(work, "eve"), is_active=False)
    with portal.writing(SYSTEM) as work:
        with pytest.raises(NotFound) as caught:
            mailed.forgot(work, email, address=HERE)
        assert work.events == []
    assert caught.value.message == "Unknown or inactive email address."


def test_nobody_fills_anothers_letter_box(portal: Portal) -> None:
    with portal.writing(SYSTEM) as work:
        for number in range(5):
            mailed.forgot(work, "dee@paper.example", address=f"192.0.2.{number}")
        with pytest.raises(QuotaReached):
            mailed.forgot(work, "dee@paper.example", address="192.0.2.99")
        for _ in range(19):
            with pytest.raises(NotFound):
                mailed.forgot(work, "nobody@paper.example", address="192.0.2.99")
        with pytest.raises(QuotaReached):
            mailed.forgot(work, "nobody@paper.example", address="192.0.2.99")
