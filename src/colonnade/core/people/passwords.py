"""Passwords: kept as argon2 hashes, checked with the same work whether there is anybody of that name or not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

import argon2

from colonnade.errors import Invalid, Unavailable

SHORTEST, LONGEST = 8, 1_000
"""Characters. The shortest holds where a password is chosen, not for those that were kept before."""
AT_ONCE = 2
"""Hashes that are made at the same time: each takes 19 MB and some hundredths of a second of a processor."""
WAITING = 28
"""Who waits for a turn, at most: a desk of thirty signs in at once. Each holds one of the threads that answer requests,
of which there are forty: some are left for whoever asks for something else."""
WAIT_SECONDS = 20.0

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 << 10, parallelism=1)
"""What OWASP asks for at least. Memory in KiB."""
_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)
"""Of those who have a turn or wait for one."""


@dataclass(frozen=True)
class Hashed:
    """A password as it is kept. Made by `hashed`, outside transactions of the catalogue: it takes a while."""

    text: str = field(repr=False)


def hashed(password: str) -> Hashed:
    """Raises `Invalid` for what is no password, `Unavailable` when too many are hashed at once."""
    problem = _problem(password)
    if problem is not None:
        raise Invalid(problem, fields={"password": [problem]})
    with turn():
        return Hashed(_hasher.hash(password))


def chosen(password: str) -> Hashed:
    """A password that somebody chooses now. Raises as `hashed` does, and for a short one."""
    if 0 < len(password) < SHORTEST:
        problem = f"A password has at least {SHORTEST} characters."
        raise Invalid(problem, fields={"password": [problem]})
    return hashed(password)


def hash_of(password: str | Hashed) -> str:
    """What is kept of a password."""
    return (password if isinstance(password, Hashed) else hashed(password)).text


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether a password is that of a person; of nobody (None) it never is, which takes as long. Asked in a `turn`."""
    possible = _problem(password) is None
    try:
        _hasher.verify(password_hash or _nobodys(), password if possible else "")
    except argon2.exceptions.VerificationError:
        return False
    except argon2.exceptions.InvalidHashError:  # an import wrote something else there
        return False
    return possible and password_hash is not None


def is_old(password_hash: str) -> bool:
    """It was hashed with other work than is usual now."""
    return _hasher.check_needs_rehash(password_hash)


def _problem(password: str) -> str | None:
    if not password:
        return "This field is required."
    if len(password) > LONGEST:
        return f"A password has at most {LONGEST:,} characters."
    try:
        password.encode()
    except UnicodeEncodeError:
        return "This is no text."
    return None


@cache
def _nobodys() -> str:
    return _hasher.hash("")


@contextmanager
def turn() -> Iterator[None]:
    """One of the few who hash at this moment. Raises `Unavailable`: at once when too many wait already."""
    with _held(_places, 0), _held(_turns, WAIT_SECONDS):
        yield


@contextmanager
def _held(places: threading.Semaphore, seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=seconds):
        raise Unavailable("Too many people sign in at this moment.", code="sign_in.busy", retry_after=10)
    try:
        yield
    finally:
        places.release()
