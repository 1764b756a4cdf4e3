"""Logs: every event one line, and no key in any of them."""

import io
import logging
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade import logs

KEY = "4f2c9d0ab37e5586174c0de9aa21bf6038de7712c5f04b9e8d3361fa"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged while a test runs; afterwards logging is as it was before."""
    names = [None, "dbos", "uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "httpx", "httpcore"]
    loggers = [logging.getLogger(name) for name in names]
    before = [(one, list(one.handlers), one.level, one.propagate) for one in loggers]
    stream = io.StringIO()
    logs.set_up(stream)
    yield stream
    logging.captureWarnings(capture=False)
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def test_an_event_is_one_line_with_time_level_and_name(lines: io.StringIO) -> None:
    logging.getLogger("colonnade.jobs").warning("published %s", "flights")
    moment, level, rest = lines.getvalue().split(" ", 2)
    assert len(moment) == len("2026-11-22T00:09:34.123Z")
    assert (level, rest) == ("WARNING", "colonnade.jobs: published flights\n")


@pytest.mark.parametrize("name", ["apikey", "pushkey", "token", "access_token", "api_key", "APIKEY"])
def test_the_access_log_of_uvicorn_shows_the_path_without_keys(lines: io.StringIO, name: str) -> None:
    path = f"/api/explore/v2.1/catalog/datasets/flights/records?limit=1&{name}={KEY}&offset=2"
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5000", "GET", path, "1.1", 200
    )
    line = lines.getvalue()
    assert KEY not in line
    assert f"{name}=***&offset=2 HTTP/1.1" in line
    assert "/datasets/flights/records?limit=1&" in line


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Apikey {KEY}",
        f"authorization: ApiKey   {KEY}",
        f"Authorization: Bearer {KEY}",
        f"Authorization: {KEY}",
        f"{{'authorization': 'Apikey {KEY}', 'accept': '*/*'}}",
        f"[(b'host', b'x'), (b'authorization', b'apikey {KEY}')]",
        f"Headers({{'authorization': '{KEY}'}})",
        f'{{"apikey": "{KEY}", "label": "mine"}}',
        f"{{'pushkey': '{KEY}'}}",
        f"sign_in(password='{KEY}', user='x')",
        f"X-CSRF-Token: {KEY}",
        f"PANDA_API_KEY: {KEY}",
        f"Cookie: SESSabc={KEY}; other=1",
        f"wrong key Apikey {KEY} from 127.0.0.1",
        f"/login/?next=%2Fapi%3Fapikey%3D{KEY}%26limit%3D1",
        f"fetch https://example.org/a?token={KEY}#part",
        f'"GET /account/activate/{KEY}/ HTTP/1.1" 200',
        f"/account/reset/{KEY}",
        f"GET /check_activation_key/{KEY}/?x",
    ],
)
def test_a_credential_is_hidden_wherever_it_stands(lines: io.StringIO, text: str) -> None:
    logging.getLogger("colonnade").info("request with %s done", text)
    assert KEY not in lines.getvalue()
    assert "***" in lines.getvalue()
    assert lines.getvalue().startswith("2")


def test_a_key_in_the_text_of_an_exception_and_of_its_cause_is_hidden(lines: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(f"Authorization: Apikey {KEY}") from ValueError(f"GET /x?apikey={KEY} failed")

    try:
        fail()
    except RuntimeError:
        logging.getLogger("colonnade.http").exception("broken")
    text = lines.getvalue()
    assert KEY not in text
    assert "RuntimeError" in text
    assert "ValueError" in text
    assert all(line.startswith(("20", "    ")) for line in text.splitlines())


def test_arguments_that_do_not_fit_are_logged_all_the_same_and_without_keys() -> None:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%d rows", (f"apikey={KEY}",), None)
    line = logs.PlainFormatter().format(record)
    assert "%d rows" in line
    assert KEY not in line


def test_text_about_tokens_and_keys_stays_readable(lines: io.StringIO) -> None:
    text = "unexpected token: ( at position 8; key 'id' of 3 rows; select=carrier,count(*)"
    logging.getLogger("colonnade").info(text)
    assert text in lines.getvalue()


def test_a_line_break_cannot_forge_an_event(lines: io.StringIO) -> None:
    logging.getLogger("colonnade").info("name %s", "a\r\n2026-01-01 INFO root: all is well\x1b[2J")
    assert len(lines.getvalue().splitlines()) == 1
    assert "\x1b" not in lines.getvalue()


def test_libraries_with_handlers_of_their_own_lose_them(lines: io.StringIO) -> None:
    for name in ("dbos", "uvicorn.error"):
        logging.getLogger(name).error("key apikey=%s", KEY)  # DBOS raises the level of its own
    assert [line.split(" ")[2] for line in lines.getvalue().splitlines()] == ["dbos:", "uvicorn.error:"]
    assert KEY not in lines.getvalue()


def test_setting_up_twice_prints_once(lines: io.StringIO) -> None:
    again = io.StringIO()
    logs.set_up(again)
    logging.getLogger("colonnade").info("once")
    assert len(again.getvalue().splitlines()) == 1
    assert lines.getvalue() == ""


def test_without_a_stream_events_go_to_standard_error(
    lines: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = logs.set_up()
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
    assert lines.getvalue() == ""


@given(before=st.text(), after=st.text())
def test_no_text_around_a_key_uncovers_it(before: str, after: str) -> None:
    assert KEY not in logs.without_credentials(f"{before}?apikey={KEY}&{after}")
