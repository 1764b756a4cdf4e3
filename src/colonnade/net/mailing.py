"""Handing mail over: to an SMTP server, or to a folder where people find it as files."""

import datetime as dt
import ipaddress
import os
import secrets
import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from colonnade.disk import sync
from colonnade.errors import Unavailable
from colonnade.setting_values import MailServer

TIMEOUT_SECONDS = 20.0
"""Of each step of the conversation with a server."""


class Carrier(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Raises `Unavailable` with the reason when it could not be handed over."""
        ...


class Smtp:
    """A server of the settings. Its certificate must be valid for its name. A user and a password are sent over an
    encrypted connection alone, except to this machine itself."""

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        try:
            with self._connected() as connection:
                self._sign_in(connection)
                connection.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise Unavailable(f"{self._server.host}: {error}", code="mail.unsent") from error

    def _connected(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.is_tls:
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=self._context)
        connection = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        try:
            self._encrypt(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _encrypt(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if connection.has_extn("starttls"):
            connection.starttls(context=self._context)
        elif self._server.username is not None and not _is_loopback(self._server.host):
            raise smtplib.SMTPNotSupportedError("STARTTLS is not offered, and a password needs it")

    def _sign_in(self, connection: smtplib.SMTP) -> None:
        if self._server.username is not None:
            connection.login(self._server.username, self._server.password or "")


class Outbox:
    """A folder of `.eml` files, which mail programs open. Each is whole when it appears, and for its owner alone:
    letters hold keys."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        self.keep(message)

    def keep(self, message: EmailMessage) -> Path:
        """Returns the file, whose name says when. Raises as `send`."""
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
        partial = self._folder / f".{name}.partial"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(message.as_bytes(policy=SMTP))
                file.flush()
                os.fsync(file.fileno())
            path = partial.rename(self._folder / f"{name}.eml")
            sync(self._folder)
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"{self._folder}: {error}", code="mail.unsent") from error
        return path


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
