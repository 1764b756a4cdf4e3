"""Handing mail over to a real server on loopback, and to a folder."""

import email
import email.policy
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from tests.net.test_tls import make_certificate

from colonnade.errors import Unavailable
from colonnade.net.mailing import Outbox, Smtp
from colonnade.setting_values import MailServer

HOST = "127.0.0.1"
RIGHT = LoginPassword(b"desk", b"s3cret@:")


@dataclass
class Box:
    """What a server was given."""

    letters: list[Any] = field(default_factory=list)
    port: int = 0
    refuses: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return "550 no room"
        is_encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.letters.append((is_encrypted, session.auth_data, envelope))
        return "250 OK"


class Served(Controller):
    """On a port that the system chooses."""

    def _trigger_server(self) -> None:
        sockets: Any = getattr(self.server, "sockets", None)
        self.port = sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def _served(box: Box, **options: Any) -> Iterator[Box]:
    one = Served(box, hostname=HOST, port=0, **options)
    one.start()
    box.port = one.port
    try:
        yield box
    finally:
        one.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("mail"), HOST)


@pytest.fixture
def secure(certificate: Path) -> ssl.SSLContext:
    """Of the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    """Of a client that knows the server's certificate."""
    return ssl.create_default_context(cafile=str(certificate))


def _message(text: str = "Größe: 5\n.\nlast") -> EmailMessage:
    found = EmailMessage()
    found["Subject"] = "Neue Zeilen ü ä"
    found["From"] = "portal@data.example"
    found["To"] = "ada@paper.example"
    found.set_content(text)
    return found


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    return AuthResult(success=given == RIGHT, handled=False, auth_data=given)


def _server(
    port: int, *, is_tls: bool = False, username: str | None = None, password: str | None = None
) -> MailServer:
    return MailServer(HOST, port, is_tls, username, password)


def test_a_letter_arrives_as_it_was_written() -> None:
    with _served(Box()) as box:
        Smtp(_server(box.port)).send(_message())
    ((is_encrypted, _, envelope),) = box.letters
    assert (envelope.mail_from, envelope.rcpt_tos, is_encrypted) == (
        "portal@data.example",
        ["ada@paper.example"],
        False,
    )
    read = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert read["subject"] == "Neue Zeilen ü ä"
    assert read.get_content().splitlines() == ["Größe: 5", ".", "last"]


def test_starttls_is_used_where_it_is_offered(secure: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    with _served(Box(), tls_context=secure, authenticator=_known) as box:
        Smtp(_server(box.port), trusting).send(_message())
        named = _server(box.port, username="desk", password="s3cret@:")
        Smtp(named, trusting).send(_message())
        wrong = _server(box.port, username="desk", password="guess")
        with pytest.raises(Unavailable) as caught:
            Smtp(wrong, trusting).send(_message())
    assert [(is_encrypted, login) for is_encrypted, login, _ in box.letters] == [(True, None), (True, RIGHT)]
    assert "guess" not in caught.value.message


def test_a_certificate_that_nobody_knows_is_refused(secure: ssl.SSLContext) -> None:
    with _served(Box(), tls_context=secure) as box, pytest.raises(Unavailable, match="certificate"):
        Smtp(_server(box.port)).send(_message())
    assert box.letters == []


def test_smtps_is_encrypted_from_the_first_byte(secure: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    options = {"ssl_context": secure, "authenticator": _known, "auth_require_tls": False}
    with _served(Box(), **options) as box:
        Smtp(_server(box.port, is_tls=True, username="desk", password="s3cret@:"), trusting).send(_message())
        with pytest.raises(Unavailable):
            Smtp(_server(box.port, is_tls=True)).send(_message())
    assert [(is_encrypted, login) for is_encrypted, login, _ in box.letters] == [(True, RIGHT)]


def test_a_password_goes_out_in_the_open_on_this_machine_alone() -> None:
    with _served(Box(), authenticator=_known, auth_require_tls=False) as box:
        Smtp(_server(box.port, username="desk", password="s3cret@:")).send(_message())
        elsewhere = MailServer("localhost.localdomain.", box.port, False, "desk", "s3cret@:")
        assert [login for _, login, _ in box.letters] == [RIGHT]
        with pytest.raises(Unavailable):  # no such name here, or no STARTTLS there
            Smtp(elsewhere).send(_message())
    assert len(box.letters) == 1


def test_what_the_server_says_is_told() -> None:
    with _served(Box(refuses=True)) as box, pytest.raises(Unavailable, match="no room") as caught:
        Smtp(_server(box.port)).send(_message())
    assert caught.value.code == "mail.unsent"
    with pytest.raises(Unavailable, match="refused"):
        Smtp(_server(box.port)).send(_message())


def test_without_a_server_mail_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for _ in range(3):
        outbox.send(_message())
    files = sorted((tmp_path / "outbox").iterdir())
    assert len(files) == 3
    assert all(one.suffix == ".eml" and stat.S_IMODE(one.stat().st_mode) == 0o600 for one in files)
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert (read["to"], read["subject"]) == ("ada@paper.example", "Neue Zeilen ü ä")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(Unavailable):
        Outbox(tmp_path / "outbox").send(_message())
