"""Letters: what they look like, and that they never break what they tell of."""

import email
import email.policy
import logging
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.house import settings
from tests.support.saying import says

from colonnade.app import address_of as last_address_of
from colonnade.app import is_served
from colonnade.cli.serve import address_of
from colonnade.core.mail import service as mail
from colonnade.core.mail.model import Letter

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
