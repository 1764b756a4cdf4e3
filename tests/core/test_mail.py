"""Letters: what they look like, and that they never break what they tell of."""

import email
import email.policy
import logging
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.support.house import settings
from tests.support.saying import says

from colonnade.app import address_of as last_address_of
from colonnade.app import is_served
from colonnade.cli.serve import address_of
from colonnade.core.mail import service as mail
from colonnade.core.mail.model import Letter
from colonnade.core.mail.spool import DELAYS, MOST_TRIES, Spool
from colonnade.errors import Unavailable

LETTER = Letter("ada@paper.example", "Import complete: Häfen", "Rows: 5\n")


def _sent(folder: Path) -> list[email.message.EmailMessage]:
    found = sorted((folder / "outbox").glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found]


@says("panda-7-mail-subject")
def test_a_letter_says_whose_it_is(tmp_path: Path) -> None:
    named = settings(tmp_path, title='Desk, "the" ü é', public_url="https://data.example.org")
    assert mail.deliver(named, LETTER)
    (sent,) = _sent(tmp_path)
    assert sent["subject"] == '[Desk, "the" ü é] Import complete: Häfen'
    sender = sent["from"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ('Desk, "the" ü é', "colonnade@data.example.org")
    assert sent["to"] == "ada@paper.example"
    assert sent["auto-submitted"] == "auto-generated"
    assert sent["message-id"].endswith("@data.example.org>")
    assert sent.get_content().splitlines() == ["Rows: 5"]


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ({}, "colonnade@localhost"),
        ({"contact_mail": "desk@paper.example"}, "desk@paper.example"),
        ({"contact_mail": "desk@paper.example", "mail_from": "no@paper.example"}, "no@paper.example"),
    ],
)
def test_whom_letters_come_from(tmp_path: Path, given: dict[str, str], sender: str) -> None:
    found = mail.message(settings(tmp_path, **given), LETTER)
    assert found["from"].addresses[0].addr_spec == sender


def test_a_subject_that_somebody_made_up_is_a_subject_and_nothing_else(tmp_path: Path) -> None:
    found = mail.message(
        settings(tmp_path), Letter("ada@paper.example", "a\r\nBcc: b@c.example\n" + "x" * 999, "")
    )
    assert found["bcc"] is None
    assert found["subject"].startswith("[Colonnade] a Bcc: b@c.example xxx")
    assert len(found["subject"]) == 200


@pytest.mark.parametrize("to", ["a@b.c\r\nBcc: x@y.z", "nobody", "a b@c.example", "é@c.example", ""])
def test_a_letter_that_cannot_be_sent_is_logged(
    tmp_path: Path, to: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert not mail.deliver(settings(tmp_path), Letter(to, "Subject", "the key is 1234"))
    assert "could not be sent" in caplog.text
    assert "1234" not in caplog.text


def test_a_server_that_is_away_breaks_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    away = settings(tmp_path, mail_url="smtp://desk:s3cret@127.0.0.1:9")
    postman = mail.Postman(away)
    with caplog.at_level(logging.ERROR):
        postman.post(LETTER)
        postman.close()
    assert "Import complete" in caplog.text
    assert "s3cret" not in caplog.text
    assert "s3cret" not in repr(away)


def test_a_postman_who_stops_sends_what_waits(tmp_path: Path) -> None:
    postman = mail.Postman(settings(tmp_path))
    for number in range(5):
        postman.post(Letter("ada@paper.example", f"Letter {number}", ""))
    postman.close()
    assert sorted(one["subject"] for one in _sent(tmp_path)) == [
        f"[Colonnade] Letter {number}" for number in range(5)
    ]


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8000, "http://127.0.0.1:8000"),
        ("data.example.org", 80, "http://data.example.org:80"),
        ("0.0.0.0", 9000, "http://localhost:9000"),
        ("::", 9000, "http://localhost:9000"),
        ("::1", 9000, "http://[::1]:9000"),
        ("127.0.0.1", 0, None),
    ],
)
def test_letters_lead_to_where_the_server_listens(
    tmp_path: Path, host: str, port: int, address: str | None
) -> None:
    """So do those of commands beside it, which find its address in the data folder."""
    assert address_of(host, port) == address
    served = replace(settings(tmp_path), address=address)
    assert mail.site_of(served) == (address or "http://localhost:8000")
    assert mail.site_of(replace(served, public_url="https://x.example")) == "https://x.example"
    assert last_address_of(served) is None
    served.lock_file.write_text("17")  # of a version before
    assert last_address_of(served) is None
    served.lock_file.unlink()
    assert not is_served(served)
    assert last_address_of(served) == address


@dataclass
class Road:
    """A way to send that may be blocked. `taken`: the identifiers of the messages."""

    is_open: bool = True
    taken: list[str] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def send(self, message: email.message.EmailMessage) -> None:
        self.before()
        if not self.is_open:
            raise Unavailable("the road is closed", code="mail.unsent")
        self.taken.append(message["Message-ID"])


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def _spooled(folder: Path, count: int = 1) -> tuple[Spool, Clock, list[str]]:
    """Letters that wait; and their identifiers."""
    clock = Clock()
    spool = Spool(folder / "outbox", clock=clock)
    made = [mail.message(settings(folder), LETTER) for _ in range(count)]
    for one in made:
        spool.put(one)
    return spool, clock, [one["Message-ID"] for one in made]


def _files(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in (folder / "outbox").rglob("*") if one.is_file())


def test_a_letter_waits_on_the_disk_for_its_owner_alone_and_goes_when_it_is_sent(tmp_path: Path) -> None:
    spool, _, (identifier,) = _spooled(tmp_path)
    for one in (tmp_path / "outbox", *(tmp_path / "outbox").rglob("*")):
        assert stat.S_IMODE(one.stat().st_mode) & 0o077 == 0
    (waiting,) = spool.waiting()
    assert (waiting.tries, waiting.due_at) == (0, 0)
    road = Road()
    assert spool.send(waiting.path, road)
    assert spool.send(waiting.path, road)
    assert (road.taken, _files(tmp_path)) == ([identifier], [])


def test_tries_have_their_times_and_an_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    spool, clock, _ = _spooled(tmp_path)
    road = Road(is_open=False)
    for delay in DELAYS:
        assert not spool.send(spool.waiting()[0].path, road)
        assert spool.waiting()[0].due_at == pytest.approx(clock.now + delay)
        clock.now += delay
    assert spool.unsent() == []
    assert not spool.send(spool.waiting()[0].path, road)
    assert (spool.waiting(), len(spool.unsent())) == ([], 1)
    assert "Import complete" in caplog.messages[-1]
    assert "the road is closed" in caplog.messages[-1]
    assert "Rows: 5" not in caplog.text
    assert spool.unsent()[0].name.count(".") == 2  # as it was when it was written


def test_a_death_while_a_letter_is_sent_counts_as_a_try(tmp_path: Path) -> None:
    spool, _, (identifier,) = _spooled(tmp_path)

    def die() -> None:
        raise KeyboardInterrupt

    for number in range(1, MOST_TRIES + 1):
        with pytest.raises(KeyboardInterrupt):
            spool.send(spool.waiting()[0].path, Road(before=die))
        assert [one.tries for one in spool.waiting()] == [number]
    road = Road()
    assert not spool.send(spool.waiting()[0].path, road)
    assert (road.taken, len(spool.unsent())) == ([], 1)
    read = email.message_from_bytes(spool.unsent()[0].read_bytes(), policy=email.policy.default)
    assert read["message-id"] == identifier


def test_two_who_send_at_the_same_time_send_a_letter_once(tmp_path: Path) -> None:
    spool, _, identifiers = _spooled(tmp_path, 3)
    other = Road()

    def meet() -> None:
        for one in spool.waiting():
            assert Spool(tmp_path / "outbox").send(one.path, other)

    road = Road(before=meet)
    for one in spool.waiting():
        spool.send(one.path, road)
    assert sorted(road.taken + other.taken) == sorted(identifiers)
    assert len(road.taken) == 1
    assert _files(tmp_path) == []


def test_letters_outlive_the_postman_and_wait_in_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    named = settings(tmp_path, mail_url="smtp://127.0.0.1:9")
    monkeypatch.setattr("colonnade.core.mail.spool.MOST_WAITING", 3)
    gone = mail.Postman(named, Road(is_open=False))
    for number in range(4):
        gone.post(Letter("ada@paper.example", f"Letter {number}", ""))
    gone.close()
    assert len(mail.spool_of(named).waiting()) == 3
    assert "'Letter 3' to ada@paper.example could not be sent: too many letters wait" in caplog.text
    assert "3 letters wait for the mail server" in caplog.text
    for path in (tmp_path / "outbox" / "waiting").iterdir():
        os.utime(path, (0, 0))
    road = Road()
    mail.Postman(named, road).close()
    assert (len(set(road.taken)), len(road.taken), _files(tmp_path)) == (3, 3, [])


def test_a_postman_waits_for_the_road(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr("colonnade.core.mail.spool.DELAYS", (0.01,) * (MOST_TRIES - 1))
    tried = threading.Semaphore(0)
    road = Road(is_open=False, before=tried.release)
    postman = mail.Postman(settings(tmp_path, mail_url="smtp://127.0.0.1:9"), road)
    postman.post(LETTER)
    for _ in range(2):
        assert tried.acquire(timeout=10)
    road.is_open = True
    assert tried.acquire(timeout=10)
    postman.close()
    assert (len(road.taken), _files(tmp_path)) == (1, [])


def test_without_a_mail_server_what_waits_is_left_in_the_outbox(tmp_path: Path) -> None:
    _spooled(tmp_path, 2)
    mail.Postman(settings(tmp_path)).close()
    assert [one["subject"] for one in _sent(tmp_path)] == ["[Colonnade] Import complete: Häfen"] * 2


def test_a_letter_of_a_command_waits_for_the_server_if_it_cannot_go_out(tmp_path: Path) -> None:
    away = settings(tmp_path, mail_url="smtp://127.0.0.1:9")
    assert not mail.deliver(away, LETTER)
    assert [one.tries for one in mail.spool_of(away).waiting()] == [1]
