"""Making a message of a letter, and sending it: at once in a command, in the background while a portal serves."""

import logging
import queue
import threading
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from colonnade.config import Settings
from colonnade.core.mail.model import Letter
from colonnade.core.work import now
from colonnade.errors import Unavailable
from colonnade.net.mailing import Carrier, carrier

log = logging.getLogger(__name__)

MOST_WAITING = 1_000
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


def deliver(settings: Settings, letter: Letter, by: Carrier | None = None) -> bool:
    """Send it now; whether that worked. Why it did not is logged, without what is in it."""
    try:
        (by or carrier(settings.mail_url, settings.outbox_folder)).send(message(settings, letter))
    except (Unavailable, ValueError) as error:
        log.error("the letter %r to %s could not be sent: %s", letter.subject, letter.to, error)  # noqa: TRY400
        return False
    return True


class Postman:
    """A thread that sends letters one after the other, so that nobody waits for a mail server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: queue.Queue[Letter | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)
        self._thread.start()

    def post(self, letter: Letter) -> None:
        try:
            self._waiting.put_nowait(letter)
        except queue.Full:
            log.error("the letter %r to %s was dropped: too many wait", letter.subject, letter.to)  # noqa: TRY400

    def close(self, seconds: float = 10.0) -> None:
        """Send what waits, as far as that goes in some seconds."""
        try:
            self._waiting.put(None, timeout=seconds)
        except queue.Full:
            return
        self._thread.join(seconds)
        if self._thread.is_alive():
            log.error("the mail server is slow: up to %d letters were not sent", self._waiting.qsize())

    def _run(self) -> None:
        while (letter := self._waiting.get()) is not None:
            try:
                deliver(self._settings, letter)
            except Exception:  # the edge of this thread
                log.exception("a letter could not be sent")
