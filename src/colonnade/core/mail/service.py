"""Making a message of a letter, and sending it: at once in a command, in the background while a portal serves."""

import logging
import threading
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

from colonnade.config import Settings
from colonnade.core.mail.model import Letter
from colonnade.core.mail.spool import Spool
from colonnade.core.work import now
from colonnade.errors import Unavailable
from colonnade.net.mailing import Carrier, Outbox, Smtp

log = logging.getLogger(__name__)

PAUSE_SECONDS = 60.0
"""After a letter that could not be sent, before the others are tried."""
LONGEST_SUBJECT = 200


def site_of(settings: Settings) -> str:
    """The address of the portal in letters, without a final slash: nobody's request says it."""
    return settings.public_url or settings.address or "http://localhost:8000"


def message(settings: Settings, letter: Letter) -> EmailMessage:
    """Raises `ValueError` for an address that no message can have."""
    if "@" not in letter.to:
        raise ValueError("that is no address")
    host = urlsplit(settings.public_url or "").hostname or "localhost"
    sender = settings.mail_from or settings.contact_mail or f"colonnade@{host}"
    found = EmailMessage()
    found["Subject"] = f"[{settings.title}] {' '.join(letter.subject.split())}"[:LONGEST_SUBJECT]
    found["From"] = Address(settings.title, addr_spec=sender)
    found["To"] = Address(addr_spec=letter.to)
    found["Date"] = format_datetime(now())
    found["Message-ID"] = make_msgid(domain=host)
    found["Auto-Submitted"] = "auto-generated"  # so that nobody's absence notice answers
    found.set_content(letter.text, charset="utf-8")
    return found


def deliver(settings: Settings, letter: Letter) -> bool:
    """Send it now; whether that worked. Why it did not is logged, without what is in it; for a mail server it waits."""
    path = _kept(settings, letter)
    if path is None or settings.mail_url is None:
        return path is not None
    return spool_of(settings).send(path, Smtp(settings.mail_url))


def spool_of(settings: Settings) -> Spool:
    return Spool(settings.outbox_folder)


def _kept(settings: Settings, letter: Letter) -> Path | None:
    """Its file: in the outbox, or among those that wait for the mail server. None if it cannot be a letter."""
    try:
        made = message(settings, letter)
        if settings.mail_url is None:
            return Outbox(settings.outbox_folder).keep(made)
        return spool_of(settings).put(made)
    except (Unavailable, ValueError) as error:
        log.error("the letter %r to %s could not be sent: %s", letter.subject, letter.to, error)  # noqa: TRY400
        return None


class Postman:
    """A thread that sends letters one after the other, so that nobody waits for a mail server. What it could not send waits
    in the data folder for the next try, or for the next postman."""

    def __init__(self, settings: Settings, by: Carrier | None = None) -> None:
        """`by`: another way to send than that of the settings."""
        self._settings, self._spool = settings, spool_of(settings)
        self._wake, self._is_closing = threading.Event(), False
        if by is None and settings.mail_url is not None:
            by = Smtp(settings.mail_url)
        self._thread = None if by is None else threading.Thread(target=self._run, args=(by,), name="mail")
        if self._thread is None:
            self._spool.to_outbox()
        else:
            self._thread.daemon = True
            self._thread.start()

    def post(self, letter: Letter) -> None:
        """When this returns it is on the disk."""
        _kept(self._settings, letter)
        self._wake.set()

    def close(self, seconds: float = 10.0) -> None:
        """Send what is due, as far as that goes in some seconds."""
        if self._thread is None:
            return
        self._is_closing = True
        self._wake.set()
        self._thread.join(seconds)
        if left := len(self._spool.waiting()):
            log.warning("%d letters wait for the mail server; they go out when the portal runs again", left)

    def _run(self, by: Carrier) -> None:
        while not self._is_closing:
            self._wake.wait(self._round(by))
            self._wake.clear()
        self._round(by)

    def _round(self, by: Carrier) -> float | None:
        """Send what is due, until one is not taken: perhaps none would be. Returns after how many seconds something is due
        again; None if nothing waits."""
        try:
            due = (one.path for one in self._spool.waiting() if one.due_at <= time.time())
            all(self._spool.send(path, by) for path in due)
            waiting = self._spool.waiting()
        except Exception:  # the edge of this thread
            log.exception("a letter could not be sent")
            return PAUSE_SECONDS
        return max(PAUSE_SECONDS, min(one.due_at for one in waiting) - time.time()) if waiting else None
