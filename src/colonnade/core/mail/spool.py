"""Letters that wait for a mail server, as files, so that they outlive the process.

`waiting/` beside the letters of the outbox holds them; the name of each says how often it was tried, the time of the file
when that was last. Who sends one holds a lock on it, so that a command and a server do not both. It goes when the server
has taken it. What dies while it is sent was perhaps taken, and is tried again with the same `Message-ID`. What was tried
in vain `MOST_TRIES` times lies in `unsent/` from then on, where people find it.
"""

import email
import fcntl
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import BinaryIO

from colonnade.disk import sync
from colonnade.errors import Unavailable
from colonnade.net.mailing import Carrier, Outbox

log = logging.getLogger(__name__)

DELAYS = (60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600)
"""Seconds after each try before the next one."""
MOST_TRIES = len(DELAYS) + 1
MOST_WAITING = 10_000

_NAME = re.compile(r"(.+?)(?:\.([0-9]{1,3}))?\.eml")


@dataclass(frozen=True)
class Waiting:
    """`due_at`: seconds since 1970."""

    path: Path
    tries: int
    due_at: float


class Spool:
    """Any thread and any process may call anything."""

    def __init__(self, outbox: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._outbox, self._clock = outbox, clock
        self._waiting, self._unsent = outbox / "waiting", outbox / "unsent"

    def put(self, message: EmailMessage) -> Path:
        """Let a letter wait. When this returns it outlives a power cut. Raises `Unavailable`."""
        if len(self.waiting()) >= MOST_WAITING:
            raise Unavailable("too many letters wait", code="mail.full")
        self._outbox.mkdir(mode=0o700, exist_ok=True)
        return Outbox(self._waiting).keep(message)

    def waiting(self) -> list[Waiting]:
        """The oldest first."""
        found = []
        for path in _letters(self._waiting):
            try:
                at = path.stat().st_mtime
            except FileNotFoundError:  # sent just now
                continue
            tries = _tries(path)
            found.append(Waiting(path, tries, at + DELAYS[min(tries, len(DELAYS)) - 1] if tries else 0))
        return found

    def unsent(self) -> list[Path]:
        """Letters that were given up, the oldest first."""
        return _letters(self._unsent)

    def to_outbox(self) -> None:
        """Leave what waits where people find it: there is no mail server any more."""
        for one in self.waiting():
            one.path.rename(self._outbox / one.path.name)

    def send(self, path: Path, by: Carrier) -> bool:
        """Try to send a waiting letter; says whether it is gone. Why it is not is logged, without what is in it."""
        with _claimed(path) as file:
            if file is None:  # another process sends it, or has sent it
                return True
            if _tries(path) >= MOST_TRIES:  # it kills whoever sends it
                self._give_up(path)
                return False
            trying = path.with_name(_NAME.sub(rf"\1.{_tries(path) + 1}.eml", path.name))
            path.rename(trying)
            os.utime(trying, (self._clock(), self._clock()))
            message = email.message_from_binary_file(file, policy=SMTP)
            try:
                by.send(message)
            except (Unavailable, ValueError) as error:
                self._failed(trying, message, error)
                return False
            trying.unlink()
            sync(self._waiting)
        return True

    def _failed(self, path: Path, message: EmailMessage, error: Exception) -> None:
        is_last = _tries(path) >= MOST_TRIES
        what = "could not be sent" if is_last else "could not be sent yet"
        log.error("the letter %r to %s %s: %s", message["Subject"], message["To"], what, error)
        if is_last:
            self._give_up(path)

    def _give_up(self, path: Path) -> None:
        self._unsent.mkdir(mode=0o700, exist_ok=True)
        path.rename(self._unsent / _NAME.sub(r"\1.eml", path.name))


def _letters(folder: Path) -> list[Path]:
    return sorted(one for one in folder.glob("*.eml") if not one.name.startswith("."))


def _tries(path: Path) -> int:
    found = _NAME.fullmatch(path.name)
    return int(found[2] or 0) if found else 0


@contextmanager
def _claimed(path: Path) -> Iterator[BinaryIO | None]:
    """The file, which nobody else sends as long as it is open; None if somebody does, or it has another name by now."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = path.stat().st_ino == os.fstat(file.fileno()).st_ino
        except (BlockingIOError, FileNotFoundError):
            is_there = False
        yield file if is_there else None
