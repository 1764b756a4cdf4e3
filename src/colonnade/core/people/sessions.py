"""Signing in with a password, and what a browser holds afterwards."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from colonnade.core.counting import network_of
from colonnade.core.people import passwords, service, store
from colonnade.core.people.addresses import plain
from colonnade.core.people.model import Person, WebSession
from colonnade.core.tries import Limits
from colonnade.core.work import SYSTEM, Actor, Portal, now
from colonnade.errors import Denied, QuotaReached, Unauthenticated, Unavailable

DAYS = 30
_NETWORK = "network "
"""With what the name begins under which the tries of a network are counted."""


@dataclass(frozen=True)
class SignedIn:
    person: Person
    token: str = field(repr=False)


def sign_in(portal: Portal, email: str, password: str, *, address: str) -> SignedIn:
    """Open a session for whoever knows the password of the person with this e-mail address or user name. `address`: the
    network address that the try comes from. Takes as long whether there is such a person or not.

    Raises `Unauthenticated` (`sign_in.wrong`), `Denied` for an account that was made inactive (`sign_in.inactive`),
    `QuotaReached` after too many wrong ones (`sign_in.tries`; from one network for all accounts `sign_in.network`),
    `Unavailable` when too many sign in at once.
    """
    person = known(portal, email, password, address=address)
    if not person.is_active:
        raise Denied("This account is disabled", code="sign_in.inactive")
    return _opened(portal, person, password)


def known(portal: Portal, email: str, password: str, *, address: str) -> Person:
    """Who knows the password. Raises as `sign_in` does, but says nothing of who was made inactive."""
    limits = _limits(portal.tries.limits, email, address)
    if (full := portal.tries.full(limits)) is not None:
        raise _too_often(portal, full)  # does not wait for a turn
    # Counted in a turn, of which there are few: people who come at once are not taken for somebody who guesses.
    with passwords.turn():
        if (full := portal.tries.begin(limits)) is not None:
            raise _too_often(portal, full)
        with portal.database.read() as db:
            person = service.by_email(db, email)
        is_right = passwords.is_right(None if person is None else person.password_hash, password)
        if not is_right or person is None:
            raise _wrong()
        portal.tries.forgive(limits)
    return person


def actor_of_session(db: Session, token: str | None) -> Actor | None:
    """Whose session this is; None for none, one that has ended, and one of a person who was made inactive."""
    found = store.session_and_person(db, service.digest_of(token, exact=True)) if token else None
    if found is None or found[0].ends_at <= now() or not found[1].is_active:
        return None
    return service.actor_of(db, found[1])


def sign_out(portal: Portal, token: str | None) -> None:
    """End a session; nothing happens when there is none."""
    if token:
        with portal.writing(SYSTEM) as work:
            store.end_session(work.db, service.digest_of(token, exact=True))


def _opened(portal: Portal, person: Person, password: str) -> SignedIn:
    better = _better(person, password)
    token = secrets.token_urlsafe(32)
    with portal.writing(SYSTEM) as work:
        fresh = service.by_ids(work, [person.id]).get(person.id)
        if fresh is None or not fresh.is_active or fresh.password_hash != person.password_hash:
            raise _wrong()  # it was changed while it was checked
        if better is not None:
            fresh.password_hash = better.text
        fresh.last_login = at = now()
        store.forget_ended_sessions(work.db, at)
        digest = service.digest_of(token, exact=True)
        work.db.add(WebSession(person_id=fresh.id, digest=digest, ends_at=at + dt.timedelta(days=DAYS)))
    return SignedIn(fresh, token)


def _better(person: Person, password: str) -> passwords.Hashed | None:
    """What is kept from now on, if it was hashed with other work than is usual now."""
    if not passwords.is_old(person.password_hash or ""):
        return None
    try:
        return passwords.hashed(password)
    except Unavailable:
        return None  # the next time


def _limits(limits: Limits, email: str, address: str) -> dict[str, int]:
    # A digest, since what is typed there may be long, or a password.
    account = hashlib.sha256(plain(email).encode(errors="replace")).hexdigest()[:24]
    network = network_of(address)
    return {
        f"{account} {network}": limits.account_from_network,
        f"account {account}": limits.account,
        f"{_NETWORK}{network}": limits.network,
    }


def _too_often(portal: Portal, full: str) -> QuotaReached:
    """`full`: the name that was tried under too often."""
    is_network = full.startswith(_NETWORK)
    limits = portal.tries.limits
    return QuotaReached(
        "Too many wrong passwords. Please wait a quarter of an hour.",
        code="sign_in.network" if is_network else "sign_in.tries",
        limit=limits.network if is_network else limits.account_from_network,
        unit="15 minutes",
        resets_at=portal.tries.ends_at(),
    )


def _wrong() -> Unauthenticated:
    return Unauthenticated("Email or password is incorrect", code="sign_in.wrong")
