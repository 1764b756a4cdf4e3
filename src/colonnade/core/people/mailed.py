"""Keys in mailed links: whoever has one sets a password, once."""

import datetime as dt
import secrets

from colonnade.core.counting import network_of
from colonnade.core.mail.model import LetterWritten
from colonnade.core.mail.service import site_of
from colonnade.core.people import letters, passwords, service, store
from colonnade.core.people.addresses import plain
from colonnade.core.people.model import MailedKey, Person
from colonnade.core.people.passwords import Hashed
from colonnade.core.work import SYSTEM, Portal, Work, now
from colonnade.errors import Conflict, NotFound, QuotaReached

DAYS = 30


def invite(work: Work, person: Person) -> str:
    """Mail a key by which a new account is made one's own; returns its text, which is not kept."""
    key, ends_at = _issue(work, person)
    work.happened(LetterWritten(letters.welcome(work.settings, person, key, ends_at)))
    return key


def link(work: Work, key: str) -> str:
    """The address of the page that takes this key."""
    return f"{site_of(work.settings)}{letters.ACTIVATE.format(key=key)}"


def forgot(work: Work, email: str, *, address: str) -> Person:
    """Mail a key to who has forgotten the password. `address`: the network address that asks. Raises `NotFound` when
    there is no active person of that name, `QuotaReached` when it is asked too often."""
    _ask(work, f"asked {network_of(address)}", work.portal.tries.limits.network_letters)
    person = service.by_email(work.db, email)
    if person is None or not person.is_active:
        raise NotFound("Unknown or inactive email address.", code="person.unknown")
    _ask(work, f"letters {person.id}", work.portal.tries.limits.letters)
    key, ends_at = _issue(work, person)
    work.happened(LetterWritten(letters.forgotten(work.settings, person, key, ends_at)))
    return person


def look(work: Work, key: str) -> Person:
    """Whose key this is. Raises `NotFound` for none, `Conflict` when its time is over or it was used."""
    return _valid(work, key)[1]


def choose(
    portal: Portal,
    key: str,
    password: str,
    *,
    address: str,
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
) -> Person:
    """Set a password with a key, which is looked at first: hashing takes a while. `address`: the network address that
    sends it. Raises as `use` does, `QuotaReached` after too many wrong keys, `Unavailable` when too many hash."""
    with portal.reading(SYSTEM) as work:
        network = f"keys {network_of(address)}"
        _ask(work, network, portal.tries.limits.network_keys)
        look(work, key)
        portal.tries.forgive([network])
    hashed = passwords.chosen(password)
    with portal.writing(SYSTEM) as work:
        return use(work, key, hashed, email=email, first_name=first_name, last_name=last_name)


def use(
    work: Work,
    key: str,
    password: str | Hashed,
    *,
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
) -> Person:
    """Set a password with a key, which ends with that; the account is active from then on. Raises as `look` does, and
    `Invalid`."""
    mailed, person = _valid(work, key)
    if email is not None and plain(email) != plain(person.email):
        service.check_address(work, service.new_address(email), person)
        person.email = service.new_address(email)
    service.set_names(person, first_name, last_name)
    service.set_password(work, person, password)
    person.is_active = True
    mailed.ends_at = now()
    work.db.flush()
    return person


def new_text() -> str:
    """160 random bits as 40 hexadecimal characters."""
    return secrets.token_hex(20)


def expire(work: Work, person: Person) -> None:
    """End the keys of a person."""
    store.expire_mailed_keys(work.db, person.id, now())


def _issue(work: Work, person: Person) -> tuple[str, dt.datetime]:
    """A new key in the place of the one before."""
    store.forget_mailed_keys(work.db, person.id)
    key, ends_at = new_text(), now() + dt.timedelta(days=DAYS)
    work.db.add(MailedKey(person_id=person.id, digest=service.digest_of(key, exact=True), ends_at=ends_at))
    work.db.flush()
    return key, ends_at


def _valid(work: Work, key: str) -> tuple[MailedKey, Person]:
    mailed = store.mailed_key(work.db, service.digest_of(key, exact=True))
    if mailed is None:
        raise NotFound("Invalid activation key", code="mailed_key.unknown")
    if mailed.ends_at <= now():
        raise Conflict("Expired activation key. Contact your administrator", code="mailed_key.expired")
    return mailed, service.by_id(work, mailed.person_id)


def _ask(work: Work, name: str, limit: int) -> None:
    tries = work.portal.tries
    if tries.begin({name: limit}) is not None:
        message = "This was asked for too often. Please wait a quarter of an hour."
        raise QuotaReached(
            message, code="mailed_key.tries", limit=limit, unit="15 minutes", resets_at=tries.ends_at()
        )
